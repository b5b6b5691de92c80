"""Sentences for sector profiles: what a profile's file has wrong, and what an event lacks.

The same shape as ``suyuan.domain.sentences``, which takes these in. ``told`` is a
sentence in both languages already, in the sector's words (suyuan/domain/profiles/wording.py).
"""

from __future__ import annotations

PROFILE_SENTENCES: dict[str, tuple[str, str]] = {
    "profile_breach": ("{told}见行业规则 {rule}。", "{told} This is rule {rule}."),
    "finding_profile_breach": (
        "事件 {event}：{told}见 {profile} 的规则 {rule}。",
        "Event {event}: {told} This is rule {rule} of {profile}.",
    ),
    "sector_unknown": (
        "没有“{sector}”这一行业；可用：{allowed}。",
        'There is no sector "{sector}"; there are {allowed}.',
    ),
    "profile_refused": (
        "行业规则文件不能使用，现行规则不变；请按所列各处修改。",
        "The profile cannot be used, and what was in force stays so; correct the places listed.",
    ),
    "profile_not_readable": (
        "文件无法读取：{reason}。",
        "The file cannot be read: {reason}.",
    ),
    "profile_not_toml": (
        "文件不是 TOML（UTF-8）：{reason}。",
        "The file is not TOML in UTF-8: {reason}.",
    ),
    "profile_too_large": (
        "文件过大，最多 {limit} 字节。",
        "The file is too large; at most {limit} bytes are read.",
    ),
    "profile_other_file": (
        "id 为“{id}”的规则须放在文件 {expected} 中。",
        'The profile with the id "{id}" belongs in the file {expected}.',
    ),
    "profile_folder": (
        "{folder} 不是可以读取的文件夹；请改正 SUYUAN_PROFILES。",
        "{folder} is no folder that can be read; correct SUYUAN_PROFILES.",
    ),
    "profile_file_unknown": (
        "没有名为“{id}”的行业；文件名应为其中之一加 .toml：{allowed}。",
        'There is no sector "{id}"; a file is named for one of {allowed}, with .toml behind.',
    ),
    "profile_format": (
        "format 应为 1，收到的是“{value}”。",
        'The format must be 1, not "{value}".',
    ),
    "profile_version": (
        "版本“{value}”中不能有空格或斜线；请写成 2026.1 的形式。",
        'The version "{value}" may not hold a space or a slash; write it like 2026.1.',
    ),
    "profile_identifier": (
        "“{value}”不能作为标识；请用字母开头的字母、数字和下划线。",
        'The id "{value}" must begin with a letter and hold letters, digits and underscores alone.',
    ),
    "profile_unknown_field": (
        "没有名为“{field}”的项[；最接近的是“{closest}”]；可用：{allowed}。",
        'There is no field "{field}"[; the closest one is "{closest}"]. There are {allowed}.',
    ),
    "profile_missing": ("缺少必填项 {field}。", "The field {field} is required and missing."),
    "profile_type": ("此处应为{expected}。", "This must be {expected}."),
    "profile_unknown_word": (
        "“{value}”不是此处可用的词；可用：{allowed}。",
        '"{value}" is not a word for this place; it is one of {allowed}.',
    ),
    "profile_unknown_activity": (
        "没有“{value}”这一活动；最接近的是：{allowed}。",
        'There is no activity "{value}"; the closest are {allowed}.',
    ),
    "profile_activity_without_stage": (
        "活动“{value}”不在任何环节（stage）的 activities 中；请先列入。",
        'The activity "{value}" is in no stage; list it in the activities of one.',
    ),
    "profile_asks_nothing": (
        "required 为 false 时须写 one_of，否则此规则没有要求。",
        "With required = false a rule needs one_of, or it asks for nothing.",
    ),
    "profile_register_asks": (
        "register 的规则须且只须写明 filed 或 purchaser 之一。",
        "A rule of the register asks for one of filed and purchaser, and for one alone.",
    ),
    "profile_limits": (
        "“{value}”不成立：least 不能大于 most，hours 不能为负。",
        'The value "{value}" cannot hold: least is at most most, and hours are not negative.',
    ),
    "profile_repeated": (
        "“{value}”出现了两次。",
        '"{value}" is there twice.',
    ),
}
