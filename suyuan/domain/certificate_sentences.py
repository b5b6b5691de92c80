"""Sentences for certificates: ``{code: (Chinese, English)}``."""

from __future__ import annotations

CERTIFICATE_SENTENCES: dict[str, tuple[str, str]] = {
    "certificate_changed": (
        "刚才有人处理了这份证书，请重新查看后再操作。",
        "Somebody else has just done something to this certificate; look at it again first.",
    ),
    "certificate_known": (
        "发证机构“{issuer}”的证书 {number} 已经录入（{id}）。",
        'Certificate {number} of "{issuer}" was entered before, as {id}.',
    ),
    "certificate_no_system": (
        "没有子系统 {system}；可用：{known}。",
        "There is no subsystem {system}; there are {known}.",
    ),
    "certificate_step": (
        "证书最近一步是 {last}，此后不能 {action}。",
        "The last step of this certificate is {last}; {action} cannot follow it.",
    ),
    "certificate_steps": (
        "一份证书最多记录 {limit} 步；请录入新证书。",
        "A certificate has at most {limit} steps; enter a new one.",
    ),
    "certificate_subject": (
        "请写明证书的对象：企业（party）或系统（system），只能写其中之一。",
        "Say what is certified: an enterprise (party) or a system (system), one of the two.",
    ),
    "certificate_unknown": (
        "没有编号为 {id} 的证书。",
        "There is no certificate {id}.",
    ),
    "may_not_certify": (
        "{role} 不能录入或处理证书；在子系统由其主管部门和市级录入，在网关由市级录入。",
        "A {role} enters no certificates: a subsystem's department and the city do.",
    ),
}
