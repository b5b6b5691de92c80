"""Sentences for complaints: ``{code: (Chinese, English)}``."""

from __future__ import annotations

COMPLAINT_SENTENCES: dict[str, tuple[str, str]] = {
    "complaint_refused": ("投诉有误，没有保存。", "The complaint has faults and was not stored."),
    "complaint_number_malformed": (
        "查询编号有误；请重新打开投诉页填写。",
        "The number is none of ours; open the form anew.",
    ),
    "complaint_field_missing": ("请填写“{name}”。", 'Fill in "{name}".'),
    "complaint_field_too_long": (
        "“{name}”有 {length} 字，最多 {limit} 字。",
        '"{name}" has {length} characters, at most {limit} are taken.',
    ),
    "complaint_topic_unknown": (
        "请选择投诉类别：{allowed}。",
        "Choose what it is about: {allowed}.",
    ),
    "complaint_state_unknown": (
        "state 应为 {allowed} 之一。",
        "The state must be one of {allowed}.",
    ),
    "answer_refused": ("答复有误，没有保存。", "The answer has faults and was not stored."),
    "complaint_number_mistyped": (
        "编号共 16 位，由数字和字母组成；请核对后再输入。",
        "A number has 16 letters and digits; check it and type it again.",
    ),
    "complaint_not_here": (
        "这里没有此编号的投诉；请核对编号。编号只在提交投诉的网站有效。",
        "There is no complaint of this number here: it holds at the site where it was made.",
    ),
    "complaint_unknown": ("没有编号为 {number} 的投诉。", "There is no complaint {number}."),
    "complaint_taken": (
        "此编号已用于另一投诉；请重新打开投诉页填写。",
        "The number belongs to another complaint; open the form anew.",
    ),
    "complaint_closed": ("该投诉已办结。", "The complaint is closed."),
    "cross_site": (
        "此表单只能从本站页面提交。",
        "The form is taken from a page of this site alone.",
    ),
}
