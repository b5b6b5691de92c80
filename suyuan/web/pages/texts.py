"""The sentences of the consumer page itself, in Chinese and English; ``{}`` takes a value."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from suyuan.web.pages.words import Label, Language

_TEXTS: dict[str, Label] = {
    # --- The frame of every page ----------------------------------------------------------------
    "site": Label("溯源", "Suyuan"),
    "site_line": Label("城市产品追溯平台", "City product traceability"),
    "standard": Label("标准字号", "Standard text"),
    "elder": Label("大字版", "Large text"),
    "help": Label("有疑问或要投诉", "Questions or complaints"),
    "help_call": Label("拨打 {}", "Call {}"),
    "complain": Label("填写投诉（免登录）", "Complain here, no login"),
    "help_line": Label(
        "12315 是全国消费者投诉举报热线，无需登录。请报出此码：",
        "12315 is the national consumer hotline, without login. Tell them this code:",
    ),
    "privacy": Label(
        "本页不收集您的位置、手机号或身份信息，不使用脚本，不加载第三方内容。",
        "This page takes no location, phone number or identity, runs no script and loads"
        " nothing from third parties.",
    ),
    # --- The page of a chain --------------------------------------------------------------------
    "issued": Label("平台签发", "Issued here"),
    "unnamed": Label("名称未公开的产品", "A product without a public name"),
    "not_all_answered": Label("记录可能不全", "The record may be incomplete"),
    "gaps": Label("{} 处环节无记录", "Steps not reported: {}"),
    "recalled": Label("此产品已被召回", "This product has been recalled"),
    "recalled_up": Label(
        "此产品的原料或上游批次已被召回", "An ingredient or source of this product was recalled"
    ),
    "recall_level": Label("{} 级召回（1 级最严重）", "Class {} recall (1 is the gravest)"),
    "recalled_do": Label(
        "请停止食用或使用，保留包装和凭证，联系购买处处理；有疑问请拨打 12315。",
        "Stop eating or using it, keep the package and the receipt, and go back to where you"
        " bought it. Questions: call 12315.",
    ),
    "stopped": Label("此产品已被责令停止销售", "Sale of this product was stopped"),
    "stopped_up": Label(
        "此产品的原料或上游批次已被责令停止销售",
        "Sale of an ingredient or source of this product was stopped",
    ),
    "stopped_do": Label(
        "请先不要食用或使用，保留包装和凭证，等待结果；有疑问请拨打 12315。",
        "Do not eat or use it for now, keep the package and the receipt, and await the outcome."
        " Questions: call 12315.",
    ),
    "scans_none": Label("您是第一位扫码的消费者", "No shopper scanned it before you"),
    "scans": Label("消费者已扫 {} 次，首次 {}", "Scanned by shoppers: {}, first on {}"),
    "scans_unknown": Label("扫码次数暂时无法读取", "The count of scans cannot be read now"),
    "scans_trade": Label("经营者和监管者另扫 {} 次。", "By trade and authorities: {}."),
    "scans_lot": Label("同批产品共用此码。", "The whole lot carries this code."),
    "scans_line": Label(
        "转赠、重看都会增加次数，多不说明有问题。只按码和日期计数，不记是谁。",
        "Gifts and second looks add to it, so many prove nothing. Counted by code and day, never"
        " by person.",
    ),
    "product": Label("产品信息", "Product"),
    "photo": Label("查看产品照片（{}）", "See a photo ({})"),
    "lot": Label("批号", "Lot"),
    "produced_on": Label("生产日期", "Produced"),
    "expires_on": Label("有效期至", "Best before"),
    "origin": Label("产地", "Origin"),
    "spec": Label("规格", "Specification"),
    "shelf_life": Label("保质期", "Shelf life"),
    "standard_no": Label("执行标准", "Standard"),
    "producer": Label("生产者", "Producer"),
    "licence": Label("许可证", "Licence"),
    "valid_to": Label("{}（登记有效期至 {}）", "{} (registered as valid to {})"),
    "timeline": Label("流转记录", "What happened"),
    "newest_first": Label("最近的在最上面", "Newest first"),
    "no_steps": Label(
        "此码已经签发，还没有任何环节上报。", "The code was given out; no step was reported yet."
    ),
    "gap": Label("此环节无记录", "No record of this step"),
    "skipped": Label("中间 {} 个环节未在此列出", "Steps in between that are not listed: {}"),
    "completeness": Label("记录完整吗", "Is the record complete?"),
    "complete": Label(
        "被查询的系统全部给出了完整答复。", "Every system that was asked gave a full answer."
    ),
    "complete_line": Label(
        "已上报且可以公开的环节都在这里；没有上报的，平台无从知道。",
        "What was reported and may be shown is here; what nobody reported cannot be known.",
    ),
    "incomplete": Label("不完整，或暂时无法确认：", "No, or it cannot be told at the moment:"),
    "answered": Label("已应答：{}", "Answered: {}"),
    "limit": Label(
        "这条链很长，平台只查询了一部分。", "The chain is long; only a part of it was looked up."
    ),
    "with_gaps": Label(
        "记录中有 {} 处环节无记录，已在上面标出。",
        "Steps that nobody reported: {}. They are marked above.",
    ),
    "as_of": Label("只包含 {} 及以前的环节。", "Only steps up to {} are shown."),
    "documents": Label("证明文件", "Certificates and reports"),
    "issuer": Label("出具单位", "Issued by"),
    "number": Label("编号", "Number"),
    "issued_on": Label("日期", "Date"),
    "result": Label("结果", "Result"),
    "passed": Label("合格", "Conformed"),
    "failed": Label("不合格", "Did not conform"),
    "result_unsaid": Label("上报未载明", "not stated by who reported it"),
    "result_in_original": Label("上报未载明，见原件", "not stated by who reported it; see below"),
    "open": Label("查看原件（{}）", "Open the original ({})"),
    "hidden_documents": Label(
        "另有单据不对公众公开。", "There are other papers, which are not public."
    ),
    "conformity": Label("生产者的追溯认证", "Producer's traceability certificates"),
    "conformity_line": Label(
        "认证的是生产者的追溯管理，不是这批产品。",
        "How it keeps records was certified; this product was not.",
    ),
    "until": Label("有效期至", "Valid to"),
    "adopted_by": Label("由{}采信", "adopted by {}"),
    "route": Label("途经地点", "Route"),
    "temperature_limit": Label("{}（要求 {}）", "{} (limit {})"),
    "out_of_limit": Label("{}，超出要求", "{}, out of limit"),
    "days": Label("{} 天后", "{} d later"),
    "fingerprint": Label("记录指纹", "Fingerprint of the record"),
    "fingerprint_line": Label(
        "由以上环节的公开内容算出（SHA-256），任何人都可用下面的数据重算；改动一处，指纹就不同。",
        "SHA-256 over the public content of the steps above; anybody can compute it from the data"
        " below.",
    ),
    "record": Label("查看完整数据（JSON）", "The chain as data (JSON)"),
    # --- Complaints -----------------------------------------------------------------------------
    "form_status": Label("投诉", "Complaint"),
    "form_title": Label("填写投诉", "Make a complaint"),
    "form_number": Label("查询编号", "Number"),
    "form_code": Label("产品上的码", "Code on the product"),
    "form_topic": Label("类别", "What it is about"),
    "form_message": Label("经过（必填）", "What happened (required)"),
    "form_contact": Label("联系方式（可不填）", "How to reach you (optional)"),
    "form_privacy": Label(
        "不填联系方式也会受理，凭查询编号看答复。联系方式只给处理部门看，不公开，办结后删除。",
        "It is taken without it: the number you get shows the answer. Only the departments that"
        " handle it see how to reach you; it is erased when the case is closed.",
    ),
    "form_send": Label("提交投诉", "Send the complaint"),
    "follow_up": Label("查询投诉进度", "What became of a complaint"),
    "follow_line": Label(
        "编号在提交投诉后的页面上，共 16 位；大小写、空格和横线都可以。",
        "The number is on the page that came after the complaint: 16 letters and digits, with or"
        " without hyphens.",
    ),
    "follow_find": Label("查询", "Look it up"),
    "case_title": Label("您的投诉", "Your complaint"),
    "case_number": Label("查询编号", "Number"),
    "case_keep": Label(
        "请记下编号或收藏本页：凭它查看答复。知道编号的人都能看到本页，请勿外传。",
        "Write it down or keep this page: it shows the answer. Whoever knows the number can read"
        " this page.",
    ),
    "case_said": Label("投诉内容", "What you wrote"),
    "case_answers": Label("答复", "Answers"),
    "case_waiting": Label("部门尚未答复。", "No department has answered yet."),
    "city": Label("市级平台", "The city"),
    # --- The front door, and the public directory -----------------------------------------------
    "home_status": Label("产品查询", "Look up a product"),
    "home_code": Label("产品上的追溯码或条码", "The code on the product"),
    "home_look": Label("查询产品", "Look it up"),
    "home_line": Label(
        "扫不了码时，把包装上的码输入这里。",
        "If the code cannot be scanned, type it here.",
    ),
    "home_more": Label("其他查询", "More"),
    "home_docs": Label("接口文档（供开发者）", "The API, for developers"),
    "directory": Label("企业公示", "Public directory of enterprises"),
    "directory_status": Label("公示", "Directory"),
    "directory_line": Label(
        "这里是各主管部门审核备案的企业；企业自己填报、未经审核的不在其中。",
        "Enterprises that a department has reviewed and filed. What an enterprise says of itself"
        " alone is not here.",
    ),
    "directory_q": Label(
        "企业名称，或统一社会信用代码的前 6 位以上",
        "Part of a name, or the first 6 or more characters of the credit code",
    ),
    "directory_find": Label("查询企业", "Search"),
    "directory_short": Label("请至少输入 2 个字。", "Please type at least 2 characters."),
    "directory_none": Label("没有找到企业。", "No enterprise was found."),
    "directory_all": Label("查看全部企业", "All enterprises"),
    "directory_next": Label("下一页", "Next page"),
    "directory_silent": Label(
        "{}暂时没有应答，在那里备案的企业可能没有列出。",
        "No answer at the moment from: {}. Enterprises filed there may be missing.",
    ),
    "categories": Label("经营类别", "Does"),
    "district": Label("所在区划", "District"),
    "brand": Label("品牌", "Brand"),
    "certified": Label("追溯认证", "Certified"),
    "filed_with": Label("备案于", "Filed with"),
    "filing_revoked": Label("备案已于 {} 撤销", "Its filing was revoked on {}"),
    "licence_revoked": Label("{}（已于 {} 吊销）", "{} (revoked on {})"),
    # --- The pages of other states --------------------------------------------------------------
    "unissued": Label("未签发", "Not issued"),
    "unissued_title": Label("没有此码的记录", "No record of this code"),
    "unissued_line": Label(
        "被查询的系统都已应答，没有一个收到过此码的上报。",
        "Every system that was asked answered, and none was ever told of this code.",
    ),
    "unissued_do": Label(
        "请核对是否扫对了码：包装上可能有几个码，也可能是企业还没有上报。",
        "Check that it is the right code: a package may carry several, and its maker may not have"
        " reported yet.",
    ),
    "void": Label("已停用", "Void"),
    "void_title": Label("此码已停用", "This code is out of use"),
    "void_line": Label(
        "它曾被上报，后来被停用、销毁，或声明为误报。",
        "It was reported once, and then taken out of use, destroyed, or declared an error.",
    ),
    "void_do": Label(
        "不应再有商品带着此码出售。如果您刚买到，请保留包装和凭证并投诉。",
        "Nothing should be sold under it any more. If you have just bought it, keep the package"
        " and the receipt, and complain.",
    ),
    "void_by": Label("停用记录：{}", "Taken out of use: {}"),
    "malformed": Label("格式错误", "Malformed"),
    "malformed_title": Label("这不是有效的码", "This is not a valid code"),
    "malformed_line": Label(
        "此码的位数、字符或校验位不对，可能是扫描不全或输入有误。",
        "Its length, a character or its check digit is wrong: it may be mistyped or cut off.",
    ),
    "malformed_do": Label(
        "请对准整个码重新扫描，或逐位核对后再输入。",
        "Scan the whole code again, or compare it digit by digit.",
    ),
    "class_level": Label("商品条码", "Product barcode"),
    "class_level_title": Label("条码不区分批次", "A barcode is not one lot's"),
    "class_level_line": Label(
        "同一款商品都印着这个条码，所以它没有单独的流转记录。",
        "Every piece of this product carries it, so it has no history of its own.",
    ),
    "class_level_do": Label(
        "请扫描包装上的追溯二维码；没有二维码时，请凭条码和批号询问商家。",
        "Scan the traceability code on the package; if there is none, ask the shop by barcode and"
        " lot number.",
    ),
    "unconfirmed": Label("暂时无法确认", "Cannot be confirmed now"),
    "unconfirmed_title": Label("还不能确认此码", "This code is not confirmed yet"),
    "unconfirmed_line": Label(
        "应答的系统没有此码的记录，但有系统没有应答，它可能保存着记录。",
        "No system that answered knows it, but one that did not answer may.",
    ),
    "unconfirmed_do": Label("请过几分钟再扫一次。", "Please scan again in a few minutes."),
    "unavailable": Label("系统暂时不可用", "Not available"),
    "unavailable_title": Label("请稍后再查", "Please try again later"),
    "unavailable_line": Label(
        "这与您扫的码无关，不说明产品有任何问题。",
        "This has nothing to do with the code, and says nothing about the product.",
    ),
    "unavailable_do": Label("请过几分钟再扫一次。", "Please scan again in a few minutes."),
}

_BY_LANGUAGE: dict[Language, Mapping[str, str]] = {
    "zh": MappingProxyType({key: label.zh for key, label in _TEXTS.items()}),
    "en": MappingProxyType({key: label.en for key, label in _TEXTS.items()}),
}


def texts(language: Language) -> Mapping[str, str]:
    """Every sentence of the page in one language, by its name."""
    return _BY_LANGUAGE[language]
