"""What ``suyuan demo`` says, as (Chinese, English)."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "welcome": (
        "带您走一遍：上报两个事件，追溯它，扫码查看，再找出一处预设的差错。数据均为虚构。",
        (
            "A short walk: report two events, trace them, scan the code, and find a fault that was"
            " planted. Everybody in it is fictitious."
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
