"""What ``suyuan demo`` says, as (Chinese, English)."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "welcome": (
        "带您走一遍：上报、追溯、扫码，召回其原料再撤销，最后找出一处预设的差错。数据均为虚构。",
        (
            "A short walk: report two events, trace them, scan the code, recall an ingredient and"
            " lift that again, and find a fault that was planted. Everybody in it is fictitious."
        ),
    ),
    "post": ("{step}. 上报", "{step}. Report"),
    "post_why": (
        "一个农场采收了青菜并已上报；超市的厨房收货后做成炒饭，它的 ERP 这样上报这两步：",
        (
            "A farm has harvested greens, sold them, and reported both. A supermarket's kitchen"
            " received them and made fried rice; this is what its ERP sends:"
        ),
    ),
    "posted": (
        "已保存：{ids}。再发一次也不会重复。",
        "Stored, and answered only then: {ids}. Sent again they are not stored twice.",
    ),
    "trace": ("{step}. 追溯", "{step}. Trace"),
    "trace_why": (
        "任何人都可以问它从哪里来；网关向各部门的子系统逐一询问：",
        "Anybody may ask where it came from; the gateway asks every department's subsystem:",
    ),
    "traced": (
        "共 {count} 步，来自 {departments}；{sources} 个子系统全部应答，没有缺口。",
        (
            "{count} steps, kept by {departments}; all {sources} subsystems answered, nothing is"
            " missing."
        ),
    ),
    "traced_partly": (
        "共 {count} 步，来自 {departments}；没有应答的：{silent}。缺少的部分会明确标出。",
        (
            "{count} steps, kept by {departments}; not answered: {silent}. What that may hide is"
            " told with the chain."
        ),
    ),
    "scan": ("{step}. 扫码", "{step}. Scan"),
    "scan_why": (
        "商品上的二维码就是这个地址；用手机扫，或在浏览器中打开：",
        "The code on the product is this address; scan it, or open it in a browser:",
    ),
    "scan_local": (
        "（手机要能访问到：以 SUYUAN_HOST=0.0.0.0 和 SUYUAN_PUBLIC_URL 启动。）",
        "(For a phone to reach it, start with SUYUAN_HOST=0.0.0.0 and SUYUAN_PUBLIC_URL.)",
    ),
    "recall": ("{step}. 召回", "{step}. Recall"),
    "recall_why": (
        "抽检发现这批青菜农药残留超标。食品主管部门提出召回，只需说出青菜的批次：",
        (
            "A sample of these greens had too much of a pesticide. The food department proposes a"
            " recall, and names nothing but their lot:"
        ),
    ),
    "recall_reaches": ("平台随即查明波及范围：", "What it reaches is found at once:"),
    "recall_thing": ("  • {code}", "  • {code}"),
    "recall_found": ("共 {things} 批。", "{things} lots."),
    "recall_told": (
        "凡持有或经手过它的，都已收到通知：{parties}。",
        "Whoever has or had to do with it is told: {parties}.",
    ),
    "recall_hole": (
        "{subsystem} 没有应答；平台会继续询问，演示中由提出者签认。",
        "{subsystem} did not answer; it is asked again and again, and the proposer answers for it.",
    ),
    "recall_approve": (
        "提出者不能自己批准。由市级批准：",
        "Whoever proposed it cannot approve it. The city does:",
    ),
    "recall_publish": ("然后发布：", "Then it is published:"),
    "banner": (
        "{seconds} 秒后，炒饭的页面上写着“{banner}”；可以重新扫码或刷新：",
        'After {seconds} s the page of the rice says "{banner}"; scan or load it again:',
    ),
    "no_banner": (
        "{seconds} 秒后，提示已从页面上消失；每一步仍留有记录：",
        "After {seconds} s the page says so no more; the record of every step stays:",
    ),
    "late_banner": (
        "{seconds} 秒后，炒饭的页面仍未提示召回：",
        "After {seconds} s the page of the rice does not tell of it yet:",
    ),
    "late_no_banner": (
        "{seconds} 秒后，炒饭的页面仍提示召回：",
        "After {seconds} s the page of the rice still tells of it:",
    ),
    "inbox_why": ("超市在收件箱里看到：", "The supermarket finds it in its inbox:"),
    "notice": (
        "  ✉ {reason}：您处有 {things} 批",
        "  ✉ {reason}: {things} with you",
    ),
    "lift": ("{step}. 撤销召回", "{step}. Lift it"),
    "lift_why": (
        "原来是样品弄混了。撤销召回，写明原因：",
        "The samples had been mixed up. It is lifted, with the reason:",
    ),
    "fault": ("{step}. 找差错", "{step}. Find a fault"),
    "fault_why": (
        "演示城市中预设了 {count} 处差错。其中一处：{what}。以市级身份查询：",
        "{count} faults are planted in the city. One of them: {what}. Asked as the city itself:",
    ),
    "fault_others": ("其余的：", "The others:"),
    "no_faults": (
        "这里只有故事部分的数据，没有预设差错；用新的 SUYUAN_HOME 启动可得到完整的城市。",
        (
            "Only the story is loaded here, without faults; start with a new SUYUAN_HOME for the"
            " whole city."
        ),
    ),
    "links": ("接下来可以打开：", "Open next:"),
    "link_page": ("消费者页面", "the shopper's page"),
    "link_chain": ("追溯链（JSON）", "the chain as JSON"),
    "link_docs": ("接口文档", "the API"),
    "link_subsystems": ("各子系统的状态", "the departments and their state"),
    "next": ("按回车继续（Ctrl-C 结束）", "Press Enter to go on (Ctrl-C ends)"),
    "when": ("时间", "When"),
    "what": ("环节", "What"),
    "who": ("谁", "Who"),
    "where": ("系统", "Kept by"),
}
