"""Sentences for lists, limits and units: ``{code: (Chinese, English)}``."""

from __future__ import annotations

LIMIT_SENTENCES: dict[str, tuple[str, str]] = {
    # --- Admission (suyuan/web/admission.py) ----------------------------------------------------
    "body_too_slow": (
        "提交的内容长时间没有传完，请检查网络后重试，或分批提交。",
        "The body did not come to its end in time; check the network, or send it in parts.",
    ),
    "content_encoding_refused": (
        "不接受压缩的内容，请去掉 Content-Encoding，按原文提交。",
        "A compressed body is not read here; leave Content-Encoding out and send it as it is.",
    ),
    "too_busy": (
        "当前提交量过大，请按 Retry-After 响应头所示的秒数后重试。",
        "Too much is being sent at the moment; try again after the seconds in Retry-After.",
    ),
    "no_room": (
        "服务器的磁盘已满，请按 Retry-After 响应头所示的秒数后重试。",
        "The server's disk is full at the moment; try again after the seconds in Retry-After.",
    ),
    "too_many_downloads": (
        "同时最多下载 {limit} 个编码文件，请等前面的下载完成后重试。",
        "At most {limit} files of codes are downloaded at once; try again when one has ended.",
    ),
    # --- Lists of events (suyuan/domain/listing.py, suyuan/web/lists.py) ------------------------
    "cursor_malformed": (
        "after 的值不是本平台给出的续页标记；请原样使用上一页的 next，或去掉 after 从头查询。",
        (
            "The value of after is no cursor of ours; use next of the last page as it is, or leave"
            " after out to begin."
        ),
    ),
    "changes_key_malformed": (
        "请求头 Suyuan-Changes-Key 必须是 32 字节密钥的 base64url 形式。",
        "The header Suyuan-Changes-Key must be a key of 32 bytes in base64url.",
    ),
    "event_uri_needed": (
        "“{id}”只在一个上报企业内唯一，请写出事件的完整 URI（urn:suyuan:event:…）。",
        '"{id}" is unique for one reporter only; give the event\'s URI, urn:suyuan:event:… .',
    ),
    "unit_unknown": (
        (
            "“{value}”不是 UN/CEFACT 第 20 号建议的计量单位代码；相近的代码：{near}"
            "[；{amount}，请换算数量]。"
        ),
        (
            '"{value}" is no unit of UN/CEFACT Recommendation 20; codes that are near it: {near}'
            "[; {amount}, so convert the quantity]."
        ),
    ),
    "list_not_yours": (
        "企业只能列出自己的事件，不能列出“{party}”的事件；请去掉 party 参数。",
        'An enterprise lists its own events, not those of "{party}"; leave party out.',
    ),
    "list_window_empty": (
        "from（{since}）晚于 to（{until}），时间范围为空。",
        "The window is empty: from ({since}) is after to ({until}).",
    ),
    "list_of_class": (
        "“{text}”不指某一件或某一批货物，没有可列出的事件；请使用带批号或序列号的编码。",
        '"{text}" names no single thing or lot; use a code with a lot or serial number.',
    ),
}
