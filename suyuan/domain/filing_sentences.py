"""Sentences for filings: ``{code: (Chinese, English)}``.

The same shape as ``suyuan.domain.sentences``, which takes these in.
"""

from __future__ import annotations

FILING_SENTENCES: dict[str, tuple[str, str]] = {
    # --- What a dossier says (suyuan/wire/filings.py) -------------------------------------------
    "filing_contact": (
        "备案材料中的人员请填在 people 里，不要填在 party.contact 里。",
        "People of a filing stand in people, not in party.contact.",
    ),
    "filing_no_categories": (
        "请在 categories 中填写经营类别，至少一个：{words}。",
        "Say in categories what the enterprise does, at least one of: {words}.",
    ),
    "filing_no_district": (
        "请填写行政区划代码（6 位，GB/T 2260），例如 350203。",
        "Give the division where it is, six digits of GB/T 2260, such as 350203.",
    ),
    "filing_no_people": (
        "请在 people 中至少填写一名责任人；可用的职责：{roles}。",
        "Name in people at least one person who answers for it; the roles are: {roles}.",
    ),
    "filing_licence_revoked": (
        "许可证 {number} 已于 {since} 被吊销，不能再用于备案；请删除，或联系主管部门。",
        (
            "Licence {number} was revoked from {since} and cannot be filed; leave it out, or ask"
            " the department."
        ),
    ),
    "filing_twice": (
        "{id} 在材料中出现了两次，请删除其中一个。",
        "{id} stands twice in the dossier; take one out.",
    ),
    "filing_too_early": (
        "生效日期 {date} 太远：最晚为 {latest}。",
        "It is to hold from {date}, which is too far off; {latest} is the latest.",
    ),
    # --- Who may do what, and when ----------------------------------------------------------------
    "filing_by_enterprises": (
        "{role} 不能提交备案；备案由企业用自己的密钥提交，只能填写本企业。",
        "A caller who is {role} files nothing; an enterprise files with its own key, of itself.",
    ),
    "filing_without_uscc": (
        "备案以统一社会信用代码为准，而该密钥属于 {party}；请换用企业的密钥。",
        "Filings go by the USCC, and this key is that of {party}; use a key with a USCC.",
    ),
    "filing_needs_uscc": (
        "备案以统一社会信用代码为准，而 {id} 不是；请填写 18 位统一社会信用代码。",
        "Filings go by the USCC, which {id} is not; give its 18 characters.",
    ),
    "filing_of_another": (
        "企业只能备案本企业，不能备案 {party}。",
        "An enterprise files itself, and not {party}.",
    ),
    "filing_reviewed_at_home": (
        "只有 {subsystem} 系统的主管部门可以审核这里的备案（当前身份：{role}）。",
        "Filings here are for the department of {subsystem} alone; the caller is {role}.",
    ),
    "filing_unknown": (
        "没有编号为 {id} 的备案，或不属于您。",
        "There is no filing {id}, or it is not yours.",
    ),
    "filing_open": (
        "该企业已有一份备案正在办理（{id}）；请在其上修改，或先撤回。",
        "A filing of this enterprise is under way ({id}); correct that one, or withdraw it.",
    ),
    "filing_state": (
        "备案当前为 {state}，不能进行 {action}；该步骤只适用于：{allowed}。",
        "The filing is {state}, where {action} does not follow; it does from: {allowed}.",
    ),
    "filing_moved": (
        "您看到的是第 {answers} 步，而备案已到第 {step} 步（{action}）；请重新查看后再办理。",
        "This answers step {answers}, but the filing is at step {step} ({action}); look again.",
    ),
    "filing_too_long": (
        "一份备案最多 {limit} 步；请撤回后重新提交。",
        "A filing has at most {limit} steps; withdraw it and begin a new one.",
    ),
    "filing_no_such_step": (
        "备案没有第 {step} 步的材料。",
        "The filing has no dossier at step {step}.",
    ),
    "filing_people_not_ready": (
        "该系统尚未设置保护人员信息的密钥（SUYUAN_CODING_KEYS），暂时不能受理备案。",
        (
            "The keys that seal people (SUYUAN_CODING_KEYS) are not set here, so filings cannot be"
            " taken yet."
        ),
    ),
    # --- What a step says -------------------------------------------------------------------------
    "step_number_missing": (
        "请在 step 中写明您看到的步骤编号（正整数）。",
        "Say in step which step you have seen, as a positive number.",
    ),
    "reasons_missing": (
        "退回备案须逐项说明理由：reasons 至少一条，每条有 pointer 和 text。",
        "To return a filing, say why: at least one of reasons, each with pointer and text.",
    ),
    "reason_pointer": (
        "“{pointer}”不指向这份材料中的任何内容；请使用 JSON 指针，例如 /party/licences/0/number。",
        (
            '"{pointer}" points at nothing in this dossier; use a JSON pointer, such as'
            " /party/licences/0/number."
        ),
    ),
    "licence_not_filed": (
        "这份备案没有许可证 {number}；备案的许可证：{known}。",
        "This filing has no licence {number}; it has: {known}.",
    ),
    "licence_not_revoked": (
        "许可证 {number} 没有被这份备案的步骤吊销，无需恢复。",
        "Licence {number} is not revoked by this filing; there is nothing to reinstate.",
    ),
}
