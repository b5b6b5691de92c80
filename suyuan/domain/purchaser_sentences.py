"""Sentences for real-name purchases: ``{code: (Chinese, English)}``. None repeats what was sent."""

from __future__ import annotations

PURCHASER_SENTENCES: dict[str, tuple[str, str]] = {
    "purchaser_known": (
        "这笔销售已登记了另一位购买者。",
        "Another purchaser is registered for this sale.",
    ),
    "purchaser_malformed": (
        "须为 JSON 对象，成员为 event、name、id_number，以及可选的 phone，均为文本。",
        "This takes a JSON object of `event`, `name`, `id_number` and, if need be, `phone`: texts.",
    ),
    "purchaser_not_ready": (
        "该系统没有能打开或保护购买者信息的密钥（SUYUAN_CODING_KEYS）。",
        "The keys that seal and open purchasers (SUYUAN_CODING_KEYS) are not here.",
    ),
    "purchaser_number": (
        "身份证号码须为 18 位，且校验位正确。",
        "An identity number has 18 characters, and its check character must be right.",
    ),
    "purchaser_text": (
        "须为 1 至 {limit} 个可显示的字符，且不能只有空格。",
        "This takes 1 to {limit} printable characters that are not all spaces.",
    ),
    "purchaser_unknown": (
        "这笔销售没有登记购买者。",
        "No purchaser is registered for this sale.",
    ),
}
