"""Sentences for the register: ``{code: (Chinese, English)}``.

The same shape as ``suyuan.domain.sentences``, which takes these in.
"""

from __future__ import annotations

REGISTER_SENTENCES: dict[str, tuple[str, str]] = {
    # --- What an entry says (suyuan/wire/register.py, divisions.py) -----------------------------
    "dates_reversed": (
        "有效期止 {last} 早于有效期起 {first}，请核对。",
        "It ends on {last}, before it begins on {first}; check the two dates.",
    ),
    "division_abolished": (
        "行政区划代码 {value}（{name}）在 {year} 年之后已停用，请填现行的代码。",
        "The division code {value} ({name}) is out of use since {year}; give the present one.",
    ),
    "division_malformed": (
        "“{value}”不是行政区划代码：应为 6 位数字（GB/T 2260），例如 350203。",
        '"{value}" is no division code: it has six digits (GB/T 2260), such as 350203.',
    ),
    "division_unknown": (
        "行政区划代码表（GB/T 2260）中没有 {value}，请核对这 6 位数字。",
        "There is no {value} in the table of divisions (GB/T 2260); check its six digits.",
    ),
    "licence_check_digit": (
        "许可证编号 {number} 的末位校验码应为 {expected}，请逐位核对。",
        "The last digit of licence {number} should be {expected}; compare it digit by digit.",
    ),
    "licence_malformed": (
        "许可证编号“{number}”不完整：应为 {form}，即两个字母后接 14 位数字。",
        'The licence "{number}" is not whole: it is {form}, two letters and fourteen digits.',
    ),
    "names_missing": (
        "缺少名称：请至少填写中文名称（zh）或英文名称（en）之一。",
        "A name is missing: give at least one of zh and en.",
    ),
    # --- Which id is registered, and by whom ----------------------------------------------------
    "home_missing": (
        "该密钥没有所属的子系统；请改用 /<子系统>/v1/… 的地址，或换用有归属的密钥。",
        "The key has no home subsystem; use the address /<subsystem>/v1/…, or a key with a home.",
    ),
    "may_not_register": (
        "{role} 不能登记；企业可登记自己的主体、地点和产品，部门可登记本系统内的任何条目。",
        (
            "A caller who is {role} registers nothing; enterprises register their own entries, and"
            " departments any in their own subsystem."
        ),
    ),
    "register_holder_silent": (
        "有系统没有应答（{subsystems}），暂时无法确认 {id} 是否已登记，请稍后再试。",
        "Some subsystems did not answer ({subsystems}), and one may know {id}; try again later.",
    ),
    "register_id_scheme": (
        "“{text}”不能作为 {kind} 的编号；可用的编码：{allowed}。",
        '"{text}" cannot be an id of {kind}; these can: {allowed}.',
    ),
    "register_id_unowned": (
        "“{text}”是谁的自编码？请写成 urn:suyuan:<统一社会信用代码>:<编码>。",
        'Whose own code is "{text}"? Write it as urn:suyuan:<USCC>:<code>.',
    ),
    "register_not_yours": (
        "{id} 不是您的条目；企业只能登记自己的主体、地点和产品。",
        "The entry {id} is not yours; an enterprise registers itself, its places and products.",
    ),
    "register_taken": (
        "{id} 已由他人登记；如有异议，请联系主管部门更正。",
        "Somebody else has registered {id}; if that is wrong, ask the department to correct it.",
    ),
    "register_unknown": (
        "没有登记 {id}，或在所问的日期尚未登记。",
        "Nothing is registered as {id}, or nothing yet on the day that was asked for.",
    ),
    # --- Names for chains (suyuan/wire/register_cards.py) ---------------------------------------
    "names_malformed": (
        "这不是一个名称查询：{reason}。",
        "This is no question for names: {reason}.",
    ),
}
