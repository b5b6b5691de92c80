"""Sentences of gates (进场准入): ``{code: (Chinese, English)}``.

Each reason has a sentence of its own, and with ``_remedy`` behind its code what would make the load
green. The same shape as ``suyuan.domain.sentences``, which takes these in.
"""

from __future__ import annotations

ADMISSION_SENTENCES: dict[str, tuple[str, str]] = {
    # --- Why a question cannot be answered --------------------------------------------------------
    "admission_no_gate": (
        "行业“{sector}”没有进场准入规则；有规则的是：{allowed}。请在 sector 中写明。",
        'The sector "{sector}" has no gate; say in sector one of those that have: {allowed}.',
    ),
    "admission_activity": (
        "{activity} 不是进场；进场准入适用于：{allowed}。",
        "No load arrives by {activity}; a gate answers for {allowed}.",
    ),
    "admission_by_markets": (
        "{party} 没有登记为可以查验进场的主体（{allowed}）；请先备案。",
        "{party} is on no register as one who keeps a gate ({allowed}); file as such first.",
    ),
    # --- Why a load is not green ------------------------------------------------------------------
    "admission_silent": (
        "{subsystems} 没有应答，其掌握的情况不明。",
        "{subsystems} did not answer, so what it knows is not known here.",
    ),
    "admission_silent_remedy": (
        "请稍后再问；在此之前由人查验。",
        "Ask again in a while; until then somebody has to look.",
    ),
    "admission_cut": (
        "{code} 的追溯链没有查完：{limits}。",
        "The chain of {code} was not followed to its end: {limits}.",
    ),
    "admission_cut_remedy": (
        "请稍后再问，或由人查看其追溯链。",
        "Ask again in a while, or look at its chain.",
    ),
    "admission_entry": ("{told}见行业规则 {rule}。", "{told} This is rule {rule}."),
    "admission_entry_remedy": (
        "请在进场记录中补上。",
        "Add it to the entry.",
    ),
    "admission_code_void": (
        "编码 {code} 已作废。",
        "The code {code} is void.",
    ),
    "admission_code_void_remedy": (
        "请供货者换用有效编码。",
        "The supplier gives the goods a code that holds.",
    ),
    "admission_code_lost": (
        "编码 {code} 已报失。",
        "The code {code} was reported lost.",
    ),
    "admission_code_lost_remedy": (
        "请与申领该编码的企业核对。",
        "Ask the enterprise that was given the code.",
    ),
    "admission_code_not_issued": (
        "编码 {code} 不是本平台发放的，可能是伪造。",
        "The code {code} was never given out, and may be forged.",
    ),
    "admission_code_not_issued_remedy": (
        "请核对编码，并报告主管部门。",
        "Read the code again, and tell the department.",
    ),
    "admission_code_unknown": (
        "没有任何关于 {code} 的上报。",
        "Nobody has reported anything of {code}.",
    ),
    "admission_code_unknown_remedy": (
        "请供货者先上报来源（生产、屠宰或上一环节的销售）。",
        "The supplier reports where it is from: its making, or the sale that brought it here.",
    ),
    "admission_document_missing": (
        "没有{name}。",
        "There is no {name}.",
    ),
    "admission_document_missing_remedy": (
        "请在 documents 中写明其类型和编号。",
        "Name it in documents, with its type and number.",
    ),
    "admission_document_expired": (
        "{name} {numbers} 于 {issued_on} 开具，已超过 {days} 天。",
        "The {name} {numbers} is of {issued_on}, more than {days} days ago.",
    ),
    "admission_document_expired_remedy": (
        "请提供仍有效的证明。",
        "Bring one that is still good.",
    ),
    "admission_document_undated": (
        "{name} {numbers} 没有写明开具日期，无法判断是否在 {days} 天之内。",
        (
            "The {name} {numbers} states no date, so nobody can tell whether it is of the last"
            " {days} days."
        ),
    ),
    "admission_document_undated_remedy": (
        "请写明 issued_on，或由人查看原件。",
        "State issued_on, or look at the paper.",
    ),
    "admission_test_failed": (
        "检测不合格：{numbers}。",
        "A test was failed: {numbers}.",
    ),
    "admission_test_failed_remedy": (
        "不得进场；请报告主管部门处置。结果报错的，由上报者更正。",
        (
            "It stays out, and the department decides; a result reported by mistake is corrected by"
            " who reported it."
        ),
    ),
    "admission_past_expiry": (
        "已过保质期（{expires_on}）。",
        "It is past its expiry ({expires_on}).",
    ),
    "admission_past_expiry_remedy": (
        "不得进场；日期报错的，由上报者更正。",
        "It stays out; a date reported by mistake is corrected by who reported it.",
    ),
    "admission_supplier_missing": (
        "没有写明供货者。",
        "No supplier is named.",
    ),
    "admission_supplier_missing_remedy": (
        "请在 from.party 中写明。",
        "Name it in from.party.",
    ),
    "admission_supplier_not_on_file": (
        "没有主管部门备案过供货者 {party}。",
        "No department has the supplier {party} on file.",
    ),
    "admission_supplier_not_on_file_remedy": (
        "请供货者备案（POST /v1/filings），或由人查验其证照。",
        "The supplier files (POST /v1/filings), or somebody looks at its licences.",
    ),
    "admission_licence_expired": (
        "供货者 {party} 的许可证 {licence} 已于 {valid_to} 到期。",
        "The licence {licence} of the supplier {party} ended on {valid_to}.",
    ),
    "admission_licence_expired_remedy": (
        "请供货者延续许可证并更新备案。",
        "The supplier renews it and files the change.",
    ),
    "admission_licence_revoked": (
        "供货者 {party} 的许可证 {licence} 自 {since} 起已被吊销。",
        "The licence {licence} of the supplier {party} was revoked from {since} on.",
    ),
    "admission_licence_revoked_remedy": (
        "在主管部门恢复或另发许可证之前不得进场。",
        "It stays out until the department reinstates it or gives another.",
    ),
    "admission_filing_revoked": (
        "供货者 {party} 的备案自 {since} 起已被撤销。",
        "The filing of the supplier {party} was revoked from {since} on.",
    ),
    "admission_filing_revoked_remedy": (
        "请供货者重新备案。",
        "The supplier files anew.",
    ),
    "admission_recalled": (
        "{publisher} 于 {published_on} 公布召回。",
        "It is recalled, by {publisher} on {published_on}.",
    ),
    "admission_recalled_remedy": (
        "不得进场；按召回公告处置。",
        "It stays out, and goes where the recall says.",
    ),
    "admission_sale_stopped": (
        "{publisher} 于 {published_on} 要求停止销售。",
        "Its sale was stopped, by {publisher} on {published_on}.",
    ),
    "admission_sale_stopped_remedy": (
        "在解除之前不得进场。",
        "It stays out until that is lifted.",
    ),
    "admission_finding": (
        "追溯链中有问题：{finding}。",
        "Its chain has a finding: {finding}.",
    ),
    "admission_finding_remedy": (
        "请查看追溯链（GET /v1/chains/…），由上报者补报或更正。",
        "Look at the chain (GET /v1/chains/…); who reported it adds or corrects what is wrong.",
    ),
}
