"""The words of the consumer page for what the data say: steps, documents, systems, findings.

Every entry is ``(Chinese, English)``. ``text`` holds the sentences of the page itself.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Language = Literal["zh", "en"]


class Label(NamedTuple):
    """One word or name in the two languages of the city."""

    zh: str
    en: str

    def of(self, language: Language) -> str:
        return self.zh if language == "zh" else self.en


# The activities of suyuan.domain.activities.KINDS, by (kind, activity).
ACTIVITIES: dict[tuple[str, str], Label] = {
    ("production", "harvest"): Label("采收", "Harvested"),
    ("production", "slaughter"): Label("屠宰", "Slaughtered"),
    ("production", "process"): Label("生产加工", "Produced"),
    ("production", "commission"): Label("生产赋码", "Code given at production"),
    ("production", "release"): Label("检验放行", "Released from production"),
    ("production", "pack"): Label("包装", "Packed"),
    ("production", "unpack"): Label("拆包", "Unpacked"),
    ("wholesale", "entry"): Label("批发进场", "Entered the wholesale market"),
    ("wholesale", "sale"): Label("批发销售", "Sold wholesale"),
    ("wholesale", "split"): Label("批发分割", "Divided at wholesale"),
    ("wholesale", "merge"): Label("批发合批", "Lots merged at wholesale"),
    ("wholesale", "pack"): Label("批发装箱", "Packed at wholesale"),
    ("wholesale", "unpack"): Label("批发拆箱", "Unpacked at wholesale"),
    ("retail", "receive"): Label("零售进货", "Received by the shop"),
    ("retail", "sale"): Label("零售售出", "Sold to a consumer"),
    ("retail", "return"): Label("退货", "Returned"),
    ("retail", "dispense"): Label("药品发药", "Dispensed"),
    ("retail", "pack"): Label("门店包装", "Packed in the shop"),
    ("retail", "unpack"): Label("门店拆箱", "Unpacked in the shop"),
    ("import", "declare"): Label("进口申报", "Declared for import"),
    ("import", "inspect"): Label("入境查验", "Inspected at the border"),
    ("import", "clear"): Label("通关", "Cleared by customs"),
    ("import", "release"): Label("口岸放行", "Released from the port"),
    ("import", "pack"): Label("口岸装箱", "Packed at the port"),
    ("import", "unpack"): Label("口岸拆箱", "Unpacked at the port"),
    ("logistics", "ship"): Label("发运", "Shipped"),
    ("logistics", "receive"): Label("到货", "Received"),
    ("logistics", "store"): Label("入库储存", "Stored"),
    ("logistics", "transport"): Label("运输", "Transported"),
    ("logistics", "pack"): Label("物流装箱", "Packed for transport"),
    ("logistics", "unpack"): Label("物流拆箱", "Unpacked after transport"),
    ("inspection", "test"): Label("检测", "Tested"),
    ("inspection", "check"): Label("监督检查", "Checked"),
    ("inspection", "recall"): Label("召回", "Recalled"),
    ("inspection", "destroy"): Label("销毁", "Destroyed"),
    ("inspection", "pack"): Label("检验封装", "Sealed by inspectors"),
    ("inspection", "unpack"): Label("检验拆封", "Opened by inspectors"),
}

# Business steps of CBV 2.0, 7.1.3, for events that carry no kind and activity, with their icon.
STEPS: dict[str, tuple[str, Label]] = {
    "accepting": ("logistics", Label("验收", "Accepted")),
    "arriving": ("logistics", Label("到达", "Arrived")),
    "assembling": ("production", Label("组装", "Assembled")),
    "collecting": ("logistics", Label("收集", "Collected")),
    "commissioning": ("production", Label("赋码", "Code given")),
    "consigning": ("logistics", Label("委托运输", "Consigned")),
    "creating_class_instance": ("production", Label("生产", "Produced")),
    "cycle_counting": ("logistics", Label("盘点", "Counted")),
    "decommissioning": ("inspection", Label("停用编码", "Code taken out of use")),
    "departing": ("logistics", Label("离开", "Departed")),
    "destroying": ("inspection", Label("销毁", "Destroyed")),
    "disassembling": ("production", Label("拆解", "Taken apart")),
    "dispensing": ("retail", Label("发药", "Dispensed")),
    "encoding": ("production", Label("写入编码", "Code written")),
    "entering_exiting": ("logistics", Label("进出场", "Entered or left")),
    "holding": ("inspection", Label("暂扣", "Held")),
    "inspecting": ("inspection", Label("检验", "Inspected")),
    "installing": ("production", Label("安装", "Installed")),
    "killing": ("inspection", Label("标签停用", "Tag disabled")),
    "loading": ("logistics", Label("装车", "Loaded")),
    "other": ("other", Label("其他环节", "Other step")),
    "packing": ("production", Label("装箱", "Packed")),
    "picking": ("logistics", Label("拣货", "Picked")),
    "receiving": ("logistics", Label("收货", "Received")),
    "removing": ("logistics", Label("移出", "Removed")),
    "repackaging": ("production", Label("重新包装", "Repackaged")),
    "repairing": ("production", Label("返修", "Repaired")),
    "replacing": ("production", Label("更换", "Replaced")),
    "reserving": ("logistics", Label("预留", "Reserved")),
    "retail_selling": ("retail", Label("零售售出", "Sold to a consumer")),
    "sampling": ("inspection", Label("抽样", "Sampled")),
    "sensor_reporting": ("inspection", Label("监测", "Monitored")),
    "shipping": ("logistics", Label("发运", "Shipped")),
    "staging_outbound": ("logistics", Label("待发", "Staged for shipment")),
    "stock_taking": ("logistics", Label("盘点", "Stock taken")),
    "stocking": ("retail", Label("上架", "Put on the shelf")),
    "storing": ("logistics", Label("储存", "Stored")),
    "transforming": ("production", Label("加工", "Processed")),
    "transporting": ("logistics", Label("运输", "Transported")),
    "unloading": ("logistics", Label("卸车", "Unloaded")),
    "unpacking": ("production", Label("拆箱", "Unpacked")),
    "void_shipping": ("logistics", Label("取消发运", "Shipment cancelled")),
}
TRANSFORMED = Label("加工", "Processed")
UNNAMED_STEP = Label("其他环节", "Other step")

# Dispositions of CBV 2.0, 7.2, that a shopper should read. What is normal goes without saying;
# "conformant" is left out too: an activity implies it, and that is no test result.
STATES: dict[str, Label] = {
    "damaged": Label("已损坏", "Damaged"),
    "destroyed": Label("已销毁", "Destroyed"),
    "disposed": Label("已处置", "Disposed of"),
    "expired": Label("已过期", "Expired"),
    "inactive": Label("编码已停用", "Code out of use"),
    "needs_replacement": Label("需更换", "Needs replacement"),
    "non_conformant": Label("不合格", "Did not conform"),
    "non_sellable_other": Label("不得销售", "Not for sale"),
    "recalled": Label("已召回", "Recalled"),
    "returned": Label("已退货", "Returned"),
    "stolen": Label("被盗", "Stolen"),
    "unavailable": Label("不可用", "Not available"),
}

SAID_BY: dict[str, Label] = {
    "enterprise": Label("企业申报", "Reported by enterprise"),
    "both": Label("双方确认", "Confirmed by both sides"),
    "department": Label("部门核验", "Verified by department"),
}

VIA: dict[str, Label] = {
    "container": Label("随外包装", "With its container"),
    "up": Label("原料或上游", "Ingredient or source"),
    "lot": Label("所属批次", "Its lot"),
}

# What the public documents (suyuan.domain.policy.PUBLIC_DOCUMENTS) are called.
DOCUMENTS: dict[str, Label] = {
    "certification": Label("认证证书", "Certification"),
    "commitment_certificate": Label("承诺达标合格证", "Certificate of commitment"),
    "customs_declaration": Label("报关单", "Customs declaration"),
    "entry_inspection_certificate": Label("入境货物检验检疫证明", "Entry inspection certificate"),
    "health_certificate": Label("卫生证书", "Health certificate"),
    "inspection_certificate": Label("检验合格证", "Inspection certificate"),
    "meat_inspection_certificate": Label("肉品品质检验合格证", "Meat inspection certificate"),
    "organic_certificate": Label("有机产品认证证书", "Organic certificate"),
    "origin_certificate": Label("产地证明", "Certificate of origin"),
    "quarantine_certificate": Label("检疫合格证明", "Quarantine certificate"),
    "release_certificate": Label("出厂检验合格证", "Release certificate"),
    "test_report": Label("检测报告", "Test report"),
}
OTHER_DOCUMENT = Label("证明文件", "Document")

# What enterprises do (suyuan.domain.register.CATEGORIES).
CATEGORIES: dict[str, Label] = {
    "growing": Label("种植", "Growing"),
    "husbandry": Label("养殖", "Husbandry"),
    "production": Label("生产加工", "Production"),
    "slaughter": Label("屠宰", "Slaughter"),
    "storage": Label("仓储", "Storage"),
    "transport": Label("运输", "Transport"),
    "import": Label("进口", "Import"),
    "wholesale": Label("批发", "Wholesale"),
    "retail": Label("零售", "Retail"),
    "catering": Label("餐饮", "Catering"),
    "market": Label("市场开办", "Market operator"),
    "service": Label("服务", "Services"),
}

SUBSYSTEMS: dict[str, Label] = {
    "food": Label("食品追溯系统", "Food"),
    "drugs": Label("药品追溯系统", "Medicines"),
    "liquor": Label("酒类追溯系统", "Liquor"),
    "produce": Label("农产品追溯系统", "Farm produce"),
    "inputs": Label("农资追溯系统", "Farm inputs"),
    "imports": Label("进口食品追溯系统", "Imported food"),
    "meat": Label("肉菜流通追溯系统", "Meat and vegetable markets"),
}

# Which step is missing before the one that a gap stands at: the finding's parameter ``missing``.
GAPS: dict[str, Label] = {
    "movement": Label("没有运到使用地点的记录", "nobody reported how it got to where it was used"),
    "shipment": Label("没有发货的记录", "nobody reported sending it"),
    "entry": Label("没有进货的记录", "nobody reported how it came in"),
    "origin": Label("没有原料来源的记录", "nobody reported where an ingredient came from"),
}

# The other findings that a shopper can make sense of. None of them accuses anybody.
FINDINGS: dict[str, Label] = {
    "conflict": Label("此步有不一致的上报", "Reports of this step disagree"),
    "chronology_conflict": Label("此步的时间前后不符", "The times around this step do not fit"),
    "licence_revoked": Label("许可证当时已被吊销", "Its licence had been revoked by then"),
    "filing_revoked": Label("备案当时已被撤销", "Its filing had been revoked by then"),
    "licence_expired": Label("登记的许可证当时已到期", "Its registered licence had ended by then"),
    "event_after_end": Label("此步晚于售出或销毁", "This step is after its sale or destruction"),
    "sold_twice": Label(
        "记录为再次售出，退货未登记时也会如此",
        "Recorded as sold again; an unrecorded return looks the same",
    ),
}

CERTAINTIES: dict[str, Label] = {
    "uncertain_end": Label(
        "有系统未应答，此步可能与本品无关",
        "A system did not answer; this step may not concern this product",
    ),
    "may_be_superseded": Label(
        "有系统未应答，此步可能已被更正",
        "A system did not answer; this step may have been corrected",
    ),
}

EFFECTS: dict[str, Label] = {
    "missing": Label("可能缺少那里保存的环节", "steps kept there may be missing"),
    "uncertain_end": Label(
        "可能多出已经拆箱之后的环节", "steps after an unpacking may be shown by mistake"
    ),
    "may_be_superseded": Label(
        "可能还显示着已被更正的环节", "steps that were corrected may still be shown"
    ),
}

REASONS: dict[str, Label] = {
    "timeout": Label("超时未应答", "did not answer in time"),
    "timed_out": Label("超时未应答", "did not answer in time"),
    "unavailable": Label("暂时没有应答", "gave no answer just now"),
    "down": Label("暂时没有应答", "gave no answer just now"),
    "refused": Label("拒绝了查询", "refused to answer"),
    "truncated": Label("只给出了一部分", "gave only a part"),
    "withheld": Label("有内容不对公众公开", "keeps some of it from the public"),
    "unknown_holder": Label("不知由哪个系统保存", "nobody knows which system keeps it"),
}
ELSEWHERE = Label("其他系统", "Another system")
