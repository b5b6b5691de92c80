"""Sentences for the code service: ``{code: (Chinese, English)}``.

The same shape as ``suyuan.domain.sentences``, which takes these in.
"""

from __future__ import annotations

CODING_SENTENCES: dict[str, tuple[str, str]] = {
    "code_not_in_range": (
        "编码“{text}”不属于该号段，请核对编码，或改在它所属的号段上操作。",
        'The code "{text}" is not of this range; check it, or tell it of the range that it is of.',
    ),
    "code_void": (
        "其中序号为 {number} 的编码已作废，作废后不能恢复，请改用新的编码。",
        "Code number {number} behind the stem is void, and stays so; use a new code.",
    ),
    "codes_malformed": (
        "codes 应为 1 到 {limit} 个编码的数组；成段的编码请用 first 和 count。",
        "It must be an array of 1 to {limit} codes; for whole runs give first and count.",
    ),
    "codes_or_run": (
        "codes 与 first、count 只能填其一。",
        "Give either codes, or first and count, not both.",
    ),
    "coding_not_ready": (
        "本系统尚未配置赋码密钥（SUYUAN_CODING_KEYS），暂不能发放编码。",
        "This subsystem has no key for codes yet (SUYUAN_CODING_KEYS), and gives out none.",
    ),
    "coding_party_missing": (
        "部门代企业申领编码时请填写 party（该企业的统一社会信用代码）。",
        "A department asks for codes on behalf of an enterprise: name it in party.",
    ),
    "job_not_done": (
        "任务尚未完成（{state}），请稍后再取。",
        "The job is not done yet ({state}); come again later.",
    ),
    "lot_not_with": (
        "{scheme} 的编码本身不带批号；请在上报事件中写明批号。",
        "A code of the scheme {scheme} stands beside no lot; tell the lot in the events.",
    ),
    "not_whole": (
        "{field} 应为 {least} 到 {most} 之间的整数。",
        "{field} must be a whole number from {least} to {most}.",
    ),
    "product_not_yours": (
        "{stem} 未登记为 {party} 的产品；请先登记该产品（PUT /v1/products/{stem}），再申领编码。",
        (
            "{stem} is not registered as a product of {party}; register it first"
            " (PUT /v1/products/{stem}), then ask for codes."
        ),
    ),
    "range_unknown": ("没有编号为 {id} 的号段。", "There is no range {id}."),
    "stem_malformed": (
        "“{text}”不能作为编码的前段：应为 {form}，校验码须正确。",
        'Codes cannot begin with "{text}": it must be {form}, its check digit right.',
    ),
    "stem_spent": (
        "{stem} 之后只剩 {left} 个编码，不够 {count} 个。",
        "Behind {stem} only {left} codes are left, not {count}.",
    ),
    "stem_taken": (
        "{stem} 开头的编码已由其他企业申领；如有异议，请联系主管部门。",
        "Codes that begin with {stem} are another's; if that is wrong, ask the department.",
    ),
}
