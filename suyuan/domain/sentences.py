"""Every machine code as a sentence, in Chinese and in English: what is wrong, what would be right.

``SENTENCES`` maps a code to ``(Chinese, English)``. The ``{placeholders}`` are filled from the
``params`` of a ``Fault``, a ``SuyuanError`` or a ``Finding``; those may hold what a stranger sent,
so ``sentence`` shortens every value before it is said. A clause in ``[brackets]`` is said only
where its value is known and not empty.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from suyuan.domain.access_sentences import ACCESS_SENTENCES
from suyuan.domain.admission_sentences import ADMISSION_SENTENCES
from suyuan.domain.certificate_sentences import CERTIFICATE_SENTENCES
from suyuan.domain.coding_sentences import CODING_SENTENCES
from suyuan.domain.complaint_sentences import COMPLAINT_SENTENCES
from suyuan.domain.confirmation_sentences import CONFIRMATION_SENTENCES
from suyuan.domain.coverage_sentences import COVERAGE_SENTENCES
from suyuan.domain.drop_sentences import DROP_SENTENCES
from suyuan.domain.file_sentences import FILE_SENTENCES
from suyuan.domain.filing_sentences import FILING_SENTENCES
from suyuan.domain.limit_sentences import LIMIT_SENTENCES
from suyuan.domain.link_sentences import LINK_SENTENCES
from suyuan.domain.operator_sentences import OPERATOR_SENTENCES
from suyuan.domain.profile_sentences import PROFILE_SENTENCES
from suyuan.domain.purchaser_sentences import PURCHASER_SENTENCES
from suyuan.domain.recall_sentences import RECALL_SENTENCES
from suyuan.domain.register_sentences import REGISTER_SENTENCES
from suyuan.domain.report_sentences import REPORT_SENTENCES
from suyuan.domain.tracing_sentences import TRACING_SENTENCES

# A sentence quotes enough of a value to find it, and never echoes a hostile one at length.
_VALUE_LIMIT = 80
# The longest list that is ours to say is the members of an event: about thirty.
_LIST_LIMIT = 40
# A value may be a text in both languages: a sentence of its own, in the words of a sector.
_LANGUAGES = {"zh", "en"}
_SENTENCE_LIMIT = 1_000

_CLAUSE = re.compile(r"\[([^][{}]*\{(\w+)\}[^][{}]*)\]")

_UNKNOWN = ("此处有误（{code}）。", "Something is wrong here ({code}).")

SENTENCES: dict[str, tuple[str, str]] = {
    **ACCESS_SENTENCES,
    **ADMISSION_SENTENCES,
    **LIMIT_SENTENCES,
    **CODING_SENTENCES,
    **LINK_SENTENCES,
    **CERTIFICATE_SENTENCES,
    **COMPLAINT_SENTENCES,
    **COVERAGE_SENTENCES,
    **DROP_SENTENCES,
    **CONFIRMATION_SENTENCES,
    **PURCHASER_SENTENCES,
    **FILE_SENTENCES,
    **FILING_SENTENCES,
    **OPERATOR_SENTENCES,
    **PROFILE_SENTENCES,
    **RECALL_SENTENCES,
    **REGISTER_SENTENCES,
    **REPORT_SENTENCES,
    **TRACING_SENTENCES,
    # --- The error tree (suyuan/domain/errors.py): the code of each class -----------------------
    "ambiguous": (
        "该标识对应多个对象：{choices}，请写明其中一个。",
        "The id names several things: {choices}. Name one of them.",
    ),
    "code_malformed": (
        "编码“{text}”不符合其编码规则：{part} 应为 {form}。",
        'The code "{text}" does not fit its scheme: {part} must be {form}.',
    ),
    "conflict": (
        "同一标识已经上报过，但内容不同；如需更正，请上报更正或换用新标识。",
        "The same id was reported before with other content; report a correction or use a new id.",
    ),
    "error": ("处理时出错。", "Something went wrong."),
    "media_type_unknown": (
        "无法读取媒体类型“{media_type}”，请使用 {allowed}。",
        'The media type "{media_type}" is not read here; use {allowed}.',
    ),
    "not_allowed": ("您没有权限进行此操作。", "You may not do this."),
    "not_authenticated": (
        "密钥无效或已被吊销，请使用有效的密钥。",
        "The key is unknown or revoked; use a valid one.",
    ),
    "not_known": ("没有找到“{text}”。", 'There is no "{text}" here.'),
    "not_sayable": (
        "所要求的格式无法表达该事件，请改用 EPCIS 格式（application/ld+json）。",
        "The form asked for cannot say this event; ask for EPCIS (application/ld+json).",
    ),
    "question_refused": (
        "查询条件不成立。",
        "The question makes no sense as it is asked.",
    ),
    "refused": ("所提交的内容无法接受。", "What was sent cannot be taken as it is."),
    "report_refused": (
        "上报内容有误，请按所列各处修改后重新提交。",
        "The report has faults; correct those listed and send it again.",
    ),
    "too_large": (
        "内容过大，上限为 {limit}。",
        "This is too large; the limit is {limit}.",
    ),
    "unavailable": (
        "所需的服务暂时没有响应，请稍后重试。",
        "Something that is needed does not answer at the moment; try again later.",
    ),
    # --- Keys, claims and roles (suyuan/web/auth.py, suyuan/storage/keys.py) --------------------
    "authorization_malformed": (
        "Authorization 请求头的格式有误，请写成“Bearer sk_…”。",
        'The Authorization header is malformed; write it as "Bearer sk_…".',
    ),
    "claims_expired": (
        "网关声明已过期，请检查网关与本机的时钟。",
        "The gateway's claims have expired; check the clocks of the gateway and of this machine.",
    ),
    "claims_refused": (
        "网关声明无效；声明只能由网关签发，且只对一个子系统有效。",
        "The claims do not hold; only the gateway can make them, for one subsystem each.",
    ),
    "key_ambiguous": (
        "有多个密钥以此开头：{choices}，请多写几位。",
        "Several keys begin so: {choices}. Write more digits.",
    ),
    "key_for_consumer": (
        "消费者不需要密钥。",
        "A consumer needs no key.",
    ),
    "key_home": (
        "{role} 的密钥与子系统不符：部门和监管人员必须写明所属子系统，市级密钥不属于任何子系统。",
        "A {role} key: departments and inspectors need a subsystem, the city has none.",
    ),
    "key_malformed": (
        "密钥的形式应为 sk_ 加 43 个字符。",
        "A key is sk_ and 43 characters.",
    ),
    "key_party": (
        "{role} 的密钥与主体不符：企业密钥必须写明企业，其他密钥不写。",
        "A {role} key does not fit its party: an enterprise's key needs one, any other key none.",
    ),
    "key_refused": (
        "密钥不存在或已被吊销，请使用有效的密钥。",
        "The key is unknown or revoked; use a valid one.",
    ),
    "key_required": (
        "此操作需要密钥，适用身份：{roles}。",
        "This needs a key; the roles that may are {roles}.",
    ),
    "key_unknown": (
        "没有这个密钥；请写完整的密钥，或其哈希值的前 12 位以上。",
        "There is no such key; write the whole key, or twelve or more digits of its hash.",
    ),
    "role_not_allowed": (
        "身份“{role}”不能进行此操作，适用身份：{roles}。",
        'The role "{role}" may not do this; the roles that may are {roles}.',
    ),
    # --- Requests as such (suyuan/web, suyuan/storage/faults.py) --------------------------------
    "body_too_large": (
        "提交的内容超过 {limit} 字节，请分批提交。",
        "The body is larger than {limit} bytes; send it in several parts.",
    ),
    "database_unavailable": (
        "数据库暂时没有响应，请稍后重试。",
        "The database does not answer at the moment; try again later.",
    ),
    "internal": (
        "服务器内部出错，已记录；查询时请提供本次请求的编号（instance）。",
        "Something failed here and was logged; quote the request's id (instance) when asking.",
    ),
    "media_type_refused": (
        "无法读取此媒体类型。",
        "This media type is not read here.",
    ),
    "method_not_allowed": (
        "此网址不支持该方法，可用的方法见 Allow 响应头。",
        "This address does not know that method; the header Allow lists those it knows.",
    ),
    "not_acceptable": (
        "无法以 Accept 所要求的格式回答。",
        "There is no answer in a form that the header Accept asks for.",
    ),
    "page_unknown": (
        "没有这个网址，接口说明见 /docs。",
        "There is nothing at this address; /docs lists what there is.",
    ),
    "parameter_malformed": (
        "参数 {name} 的值“{value}”格式有误，类型见 /docs。",
        'The parameter {name} cannot be "{value}"; /docs gives its type.',
    ),
    "parameter_missing": (
        "缺少必填参数 {name}。",
        "The parameter {name} is required and missing.",
    ),
    "parameter_not_one_of": (
        "参数 {name} 不能是“{value}”，可用：{allowed}。",
        'The parameter {name} cannot be "{value}"; it is one of {allowed}.',
    ),
    "parameter_out_of_range": (
        "参数 {name} 的值“{value}”超出范围，应 {bound}。",
        'The parameter {name} cannot be "{value}"; it must be {bound}.',
    ),
    "parameter_unknown": (
        "没有名为 {name} 的参数；可用的参数：{known}。",
        "There is no parameter {name}; the parameters here are: {known}.",
    ),
    "parameters_refused": (
        "请求参数有误，请按所列各处修改。",
        "The request has wrong parameters; correct those listed.",
    ),
    "request_malformed": (
        "无法解析该请求，请检查其写法和编码。",
        "The request cannot be read; check how it is written and encoded.",
    ),
    "text_not_storable": (
        "文本中含有无法保存的字符（U+0000 或不成对的代理项）。",
        "A text holds a character that cannot be stored (U+0000 or a lone surrogate).",
    ),
    "takes_no_parameters": (
        "此处没有任何参数，请去掉 {name}。",
        "There are no parameters here; leave {name} out.",
    ),
    "too_many_requests": (
        "请求过于频繁，请按 Retry-After 响应头所示的秒数后重试。",
        "Too many requests; try again after the seconds given in the header Retry-After.",
    ),
    "url_too_long": (
        "网址超过 {limit} 字节；没有编码需要这么长。",
        "The address is longer than {limit} bytes; no code needs that many.",
    ),
    # --- QR symbols (suyuan/web/qr.py) ----------------------------------------------------------
    "qr_too_long": (
        "网址有 {length} 个字节，二维码最多容纳 {limit} 个；请使用较短的编码。",
        "The address has {length} bytes and a QR symbol holds {limit}; use a shorter code.",
    ),
}


class _Said(dict[str, str]):
    """The values of one sentence; a placeholder without a value is said as an ellipsis."""

    def __missing__(self, key: str) -> str:
        return "…"


def sentence(code: str, params: Mapping[str, Any], language: str) -> str:
    """The sentence for a code, in ``zh`` or (any other language) ``en``; it never raises.

    A code without a sentence gives a general one that names the code.
    """
    template = SENTENCES.get(code, _UNKNOWN)[0 if language == "zh" else 1]
    said = _Said({name: _say(_in(value, language)) for name, value in params.items()})
    said.setdefault("code", _say(code))
    if "[" in template:
        template = _CLAUSE.sub(lambda clause: clause[1] if said.get(clause[2]) else "", template)
    return template.format_map(said)


def _in(value: object, language: str) -> object:
    """A value in one language, where it has both."""
    if isinstance(value, Mapping) and value.keys() == _LANGUAGES:
        told = value["zh" if language == "zh" else "en"]
        return _Sentence(told) if isinstance(told, str) else told
    return value


class _Sentence(str):
    """A text that may be as long as a sentence is."""

    __slots__ = ()


def _say(value: object) -> str:
    if isinstance(value, list | tuple | set | frozenset):
        listed = sorted(value, key=str) if isinstance(value, set | frozenset) else list(value)
        more = ["…"] if len(listed) > _LIST_LIMIT else []
        return ", ".join([_shorten(entry) for entry in listed[:_LIST_LIMIT]] + more)
    return _shorten(value)


def _shorten(value: object) -> str:
    nested = isinstance(value, Mapping | list | tuple)
    if nested or (isinstance(value, int) and value.bit_length() > 512):
        return "…"  # str() of what a stranger nested or spelled too long can fail
    text = str(value)
    limit = _SENTENCE_LIMIT if isinstance(value, _Sentence) else _VALUE_LIMIT
    cut = text if len(text) <= limit else text[: limit - 1] + "…"
    if cut.isprintable():
        return cut
    return "".join(c if c.isprintable() or c == "\u3000" else "\ufffd" for c in cut)
