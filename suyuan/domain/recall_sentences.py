"""Sentences for recalls: ``{code: (Chinese, English)}``.

The same shape as ``suyuan.domain.sentences``, which takes these in.
"""

from __future__ import annotations

RECALL_SENTENCES: dict[str, tuple[str, str]] = {
    "codes_or_lot": (
        "codes 与 party、lot 只能填其一。",
        "Give either codes, or party and lot, not both.",
    ),
    "hole_unknown": ("该召回没有编号为 {id} 的缺口。", "The recall has no hole {id}."),
    "lot_unknown": (
        "没有找到 {party} 上报过的批号“{lot}”；请核对批号，或直接填写编码（codes）。",
        'Nothing that {party} reported is of a lot "{lot}"; check it, or give the codes.',
    ),
    "may_not_recall": (
        "{role} 不能发起或处理召回；召回由市级平台或主管部门在本系统内进行。",
        (
            "A caller who is {role} may not recall; that is for the city, and for a department in"
            " its own subsystem."
        ),
    ),
    "not_truth": ("{field} 应为 true 或 false。", "The member {field} must be true or false."),
    "notice_unknown": ("您没有收到过召回 {id} 的通知。", "You were told of no recall {id}."),
    "notice_holder_silent": (
        "有系统没有应答（{subsystems}），可能正是它发出了召回 {id} 的通知，请稍后再试。",
        "Some subsystems did not answer ({subsystems}), and recall {id} may be theirs; try later.",
    ),
    "recall_codes": (
        "codes 应为 1 到 {limit} 个编码的数组。",
        "It must be an array of 1 to {limit} codes.",
    ),
    "recall_holes_open": (
        "还有 {count} 处未得到答复；请等其答复，或逐项签认（holes/…/sign-off）。",
        (
            "There are {count} questions without an answer; wait for it, or answer for each"
            " (holes/…/sign-off)."
        ),
    ),
    "recall_level": (
        "召回级别应为 {levels} 之一。",
        "The level of a recall must be one of {levels}.",
    ),
    "lot_of_many": (
        "批号“{lot}”对应 {count} 个编码，一次最多召回 {limit} 个；请直接填写编码（codes）。",
        'The lot "{lot}" stands for {count} codes, and a recall takes {limit}; give the codes.',
    ),
    "recall_not_acknowledged": (
        "还有 {count} 家尚未确认收到通知，暂不能结案。",
        "There are {count} who did not acknowledge their notice yet; it cannot be closed.",
    ),
    "recall_same_person": (
        "召回须由另一人批准；请换用提出人以外的密钥。",
        "A recall is approved by another person: use another key than whoever proposed it.",
    ),
    "recall_moved": (
        "您看到的是第 {answers} 步，之后已有第 {step} 步（{action}），请重新查看后再操作。",
        "You answer step {answers}, and step {step} ({action}) came since; look at it again.",
    ),
    "recall_state": (
        "召回目前处于 {state} 状态，不能执行 {action}；可以执行的状态：{allowed}。",
        "The recall is {state}; {action} can be done where it is one of {allowed}.",
    ),
    "recall_station": (
        "每个站点请在 spreads 与 kills 中恰好选一项。",
        "A station either spreads or kills: set exactly one of the two.",
    ),
    "recall_stations": (
        "stations 应为至多 {limit} 个站点的数组。",
        "It must be an array of at most {limit} stations.",
    ),
    "recall_unknown": ("没有编号为 {id} 的召回。", "There is no recall {id}."),
    "webhook_url": (
        "“{value}”不是可用的网址：应以 https:// 或 http:// 开头，且不含用户名。",
        '"{value}" cannot be sent to: it must begin with https:// or http://, without a user.',
    ),
    "window_reversed": (
        "结束时间 {until} 早于开始时间 {since}。",
        "It ends at {until}, before it begins at {since}.",
    ),
}
