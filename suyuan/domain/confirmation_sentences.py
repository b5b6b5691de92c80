"""Sentences for the confirmations of buyers: ``{code: (Chinese, English)}``."""

from __future__ import annotations

CONFIRMATION_SENTENCES: dict[str, tuple[str, str]] = {
    "confirmation_reason_missing": (
        "有异议时须在 reason 中写明原因。",
        "A dispute needs a `reason`.",
    ),
    "confirmation_received": (
        "您已报告收到这批货物，不能再提出异议；退货请另行上报。",
        "You have reported receiving these goods, so they are not disputed; report a return.",
    ),
    "confirmation_side_missing": (
        "请填写 party 和 side；不填时只能列出有异议的（state=disputed）。",
        "Give `party` and `side`; without them only disputes are listed (state=disputed).",
    ),
    "dispute_known": (
        "这笔销售已有异议记录，原因不同；异议只能提出一次。",
        "This sale is disputed already, for another reason; it is disputed once.",
    ),
    "finding_confirmation_overdue": (
        "事件 {event}：买方 {buyer} 超过 {hours} 小时没有确认收货，也没有收货记录。",
        "Event {event}: its buyer {buyer} has not confirmed it within {hours} hours.",
    ),
    "sale_unknown": (
        "没有卖给您的销售事件 {event}；请使用 GET /v1/confirmations 给出的 event。",
        "There is no sale {event} to you; use an `event` that GET /v1/confirmations gives.",
    ),
}
