"""The words of an export's cells, in Chinese and English, of what a chain says in words of ours."""

from __future__ import annotations

from suyuan.domain.chain import SourceStatus
from suyuan.domain.events import Event
from suyuan.wire.sheets.words import ACTIVITY_WORDS, DOCUMENT_WORDS, KIND_WORDS, UNIT_WORDS

_WORDS: dict[str, tuple[str, str]] = {
    # Roles of a thing in an event.
    "items": ("对象", "object"),
    "inputs": ("投入", "input"),
    "outputs": ("产出", "output"),
    "children": ("内装", "content"),
    "parent": ("容器", "container"),
    # Why an event is in the chain.
    "direct": ("本身", "direct"),
    "container": ("所在容器", "container"),
    "up": ("上游", "upstream"),
    "down": ("下游", "downstream"),
    "lot": ("所属批次", "lot"),
    # Where a thing was last known to be.
    "serial": ("单品", "serial"),
    "at": ("在该处", "there"),
    "in_transit": ("在途", "in transit"),
    "consumed": ("已用于生产", "consumed"),
    "ended": ("已售出或销毁", "sold or destroyed"),
    # Who says so, and how sure it is.
    "enterprise": ("企业申报", "enterprise"),
    "both": ("双方确认", "both sides"),
    "department": ("部门核验", "department"),
    "evidenced": ("有佐证", "evidenced"),
    "asserted": ("仅申报", "asserted"),
    "certain": ("确定", "certain"),
    "uncertain_end": ("终点不确定", "uncertain end"),
    "may_be_superseded": ("可能已被更正", "may be superseded"),
    "missing": ("可能有缺失", "may be missing"),
    # Why a question was not answered.
    "timeout": ("超时", "timed out"),
    "timed_out": ("超时", "timed out"),
    "answered": ("已应答", "answered"),
    "unavailable": ("无法访问", "unavailable"),
    "refused": ("被拒绝", "refused"),
    "truncated": ("被截断", "truncated"),
    "withheld": ("不予显示", "withheld"),
    "unknown_holder": ("不知由谁保存", "unknown holder"),
    "limit": ("达到上限，结果不完整", "A limit was hit; this is not everything"),
    "part_not_counted": (
        "只读取了部分事件，未计算持有数量；请用更短的时间段查询",
        "Read in parts: what is held was not counted; ask for a shorter time",
    ),
    "part_not_judged": (
        "分次读取事件，未判断缺失的环节；请用更短的时间段查询",
        "Read in parts: missing steps were not judged; ask for a shorter time",
    ),
    # What is done to a recall, and what it is then.
    "propose": ("提出", "propose"),
    "scoped": ("查明范围", "scoped"),
    "fail": ("未能查明范围", "fail"),
    "rescope": ("重新核查", "rescope"),
    "sign_off": ("签认缺口", "sign off"),
    "approve": ("批准", "approve"),
    "publish": ("发布", "publish"),
    "close": ("结案", "close"),
    "lift": ("撤销", "lift"),
    "withdraw": ("撤回", "withdraw"),
    "scoping": ("正在核查范围", "scoping"),
    "previewed": ("已查明范围", "previewed"),
    "approved": ("已批准", "approved"),
    "published": ("已发布", "published"),
    "closed": ("已结案", "closed"),
    "lifted": ("已撤销", "lifted"),
    "withdrawn": ("已撤回", "withdrawn"),
    "failed": ("未能查明范围", "failed"),
    "yes": ("是", "yes"),
    "no": ("否", "no"),
}

_ABOUT: dict[str, tuple[str, str]] = {
    "code": ("编码", "Code"),
    "asked": ("查询的编码", "As it was asked"),
    "direction": ("方向", "Direction"),
    "since": ("事件时间起", "Events since"),
    "as_of": ("事件时间止", "Events until"),
    "known_at": ("登记时间止", "As known at"),
    "events": ("导出的事件数", "Events in this file"),
    "complete": ("是否完整", "Complete"),
    "sources": ("各子系统", "Subsystems"),
    "recall": ("召回编号", "Recall"),
    "home": ("提出部门", "Department"),
    "state": ("状态", "State"),
    "codes": ("召回的编码", "Recalled codes"),
    "recall_level": ("召回级别", "Level"),
    "reason": ("原因", "Reason"),
    "advice": ("处置建议", "Advice"),
    "stop_sale": ("停止销售", "Stop of sale"),
    "drill": ("演练", "Drill"),
    "things": ("导出的对象数", "Things in this file"),
    "counted": ("是否核算数量", "Quantities counted"),
    "asked_by": ("查询者", "Asked by"),
    "asked_at": ("查询时间", "Asked at"),
}


def said(word: str, language: str) -> str:
    """One of the chain's own words; a word that is not here is said as it is."""
    return _WORDS.get(word, (word, word))[0 if language == "zh" else 1]


def source_word(status: SourceStatus, language: str) -> str:
    """How a subsystem fared that did not answer; ``down`` is not the direction."""
    words = ("没有应答", "down") if status is SourceStatus.DOWN else _WORDS[status.value]
    return words[0 if language == "zh" else 1]


def about_word(name: str, language: str) -> str:
    """What an entry about the export itself is called."""
    return _ABOUT[name][0 if language == "zh" else 1]


def event_word(event: Event, language: str) -> str:
    """The critical tracking event: kind and activity, else the business step or type of EPCIS."""
    if event.kind is None or event.activity is None:
        return event.step or event.type.value
    if language != "zh":
        return f"{event.kind} {event.activity}"
    activity = ACTIVITY_WORDS.get(event.kind, {}).get(event.activity, (event.activity,))[0]
    return f"{KIND_WORDS.get(event.kind, (event.kind,))[0]}·{activity}"


def document_word(kind: str, language: str) -> str:
    """What a document is called; English names are the form's own words."""
    return DOCUMENT_WORDS.get(kind, (kind,))[0] if language == "zh" else kind.replace("_", " ")


def unit_word(unit: str | None, language: str) -> str | None:
    """A unit by its name where it has a common one, else its code (UN/CEFACT Rec. 20)."""
    if unit is None or language != "zh":
        return unit
    return UNIT_WORDS.get(unit, (unit,))[0]
