"""Sentences for the access log: ``{code: (Chinese, English)}``."""

from __future__ import annotations

ACCESS_SENTENCES: dict[str, tuple[str, str]] = {
    "purpose_malformed": (
        (
            "请求头 Suyuan-Purpose 应为查询目的（{allowed} 之一），其后可加分号和案件编号"
            "（字母、数字及 . _ / -，至少含一个数字，64 个字符以内）；请勿填写姓名。"
        ),
        (
            "The header Suyuan-Purpose must be one of {allowed}, with a semicolon and the number of"
            " the case behind it if there is one (letters, digits and . _ / -, at least one digit,"
            " 64 characters at most); no names."
        ),
    ),
    "access_not_recorded": (
        "访问记录暂时无法保存，因此不能作答；请按 Retry-After 响应头所示的秒数后重试。",
        (
            "That you asked cannot be written down at the moment, so nothing is answered; try again"
            " after the seconds in Retry-After."
        ),
    ),
}
