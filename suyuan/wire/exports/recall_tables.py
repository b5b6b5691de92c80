"""A recall as tables: what it reaches, who has it, how much is where, what is open and done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from suyuan.domain.codes import Code
from suyuan.domain.naming import Known, Wanted
from suyuan.domain.recall import Recall, Step, Wording
from suyuan.domain.recall_scope import ScopeBalance, ScopeHolder, ScopeHole, ScopeThing
from suyuan.domain.register import product_key
from suyuan.wire.exports.columns import (
    ABOUT,
    LOT,
    PLACE,
    PLACE_NAME,
    PRODUCT,
    QUANTITY,
    SUBSYSTEM,
    UNIT,
    about_facts,
    moment,
    name_of,
    short_key,
    site,
)
from suyuan.wire.exports.tables import Column, Row, Table
from suyuan.wire.exports.words import said, unit_word

_HOLDER = Column("holder", "持有者代码", "Holder", 22)
_HOLDER_NAME = Column("holder_name", "持有者名称", "Holder name", 24)
_NUMBER = Column("number", "序号", "Number", 8)

AFFECTED = Table(
    "affected",
    "受影响的货物",
    "Affected things",
    (
        LOT,
        Column("level", "粒度", "Granularity", 12),
        PRODUCT,
        _HOLDER,
        _HOLDER_NAME,
        PLACE,
        PLACE_NAME,
        Column("state", "状态", "State", 12),
        Column("time", "最后事件时间（北京时间）", "Last event (UTC+8)", 22),
        Column("worst_case", "最大数量", "Worst case", 12),
        Column("pro_rata", "按比例数量", "Pro rata", 12),
        UNIT,
    ),
)
HOLDING = Table(
    "holding",
    "持有者",
    "Holders",
    (
        _HOLDER,
        _HOLDER_NAME,
        Column("things", "对象数", "Things", 10),
        Column("places", "地点数", "Locations", 10),
    ),
)
BALANCES = Table(
    "balance",
    "召回批次余量",
    "Balances",
    (
        *(LOT, _HOLDER, _HOLDER_NAME, PLACE, PLACE_NAME),
        QUANTITY,
        UNIT,
    ),
)
HOLES = Table(
    "hole",
    "缺口",
    "Gaps",
    (
        _NUMBER,
        SUBSYSTEM,
        Column("reason", "未应答原因", "Reason", 16),
        Column("questions", "问题数", "Questions", 10),
        Column("signed_off_by", "签认者", "Signed off by", 24),
    ),
)
STEPS = Table(
    "step",
    "步骤",
    "Steps",
    (
        _NUMBER,
        Column("action", "步骤", "Action", 14),
        Column("at", "时间（北京时间）", "At (UTC+8)", 22),
        Column("by", "操作者", "By", 24),
        Column("key", "密钥", "Key", 14),
        Column("note", "说明", "Note", 50),
    ),
)
RECALL_TABLES = (AFFECTED, HOLDING, BALANCES, HOLES, STEPS, ABOUT)


def wanted_by_things(things: Iterable[ScopeThing]) -> Wanted:
    """The keys that a register may know more of, each once."""
    held = list(things)
    return Wanted(
        _each(t.holder for t in held),
        _each(t.place for t in held),
        _each(product_key(Code(t.code)) for t in held),
    )


def wanted_by_scope(holders: Iterable[ScopeHolder], balances: Iterable[ScopeBalance]) -> Wanted:
    """The same of holders and balances."""
    told = list(balances)
    return Wanted(
        _each([*(h.party for h in holders), *(b.party for b in told)]),
        _each(b.place for b in told),
    )


def affected_rows(things: Iterable[ScopeThing], known: Known, language: str) -> Iterator[Row]:
    """A row for each, as they come: nothing is kept."""
    for thing in things:
        code = Code(thing.code)
        yield {
            "lot_code": code.short,
            "level": said("lot" if thing.is_lot else "serial", language),
            "product": name_of(known.products.get(product_key(code)), language),
            **site(thing.holder, thing.place, known, language, who="holder"),
            "state": said(thing.state, language) if thing.state else None,
            "time": thing.last_time,
            "worst_case": thing.worst_case,
            "pro_rata": thing.pro_rata,
            "unit": unit_word(thing.unit, language),
        }


def holding_rows(holders: Iterable[ScopeHolder], known: Known, language: str) -> Iterator[Row]:
    """Who has how many of them; without a holder, those whose holder nobody says."""
    for holder in holders:
        yield {
            "holder": short_key(holder.party),
            "holder_name": name_of(known.parties.get(holder.party or ""), language),
            "things": holder.things,
            "places": holder.places,
        }


def balance_rows(balances: Iterable[ScopeBalance], known: Known, language: str) -> Iterator[Row]:
    """How much of each recalled lot is where."""
    for balance in balances:
        yield {
            "lot_code": short_key(balance.code),
            **site(balance.party, balance.place, known, language, who="holder"),
            "quantity": balance.quantity,
            "unit": unit_word(balance.unit, language),
        }


def hole_rows(holes: Iterable[ScopeHole], language: str) -> Iterator[Row]:
    """What was asked and not answered, and who answers for it."""
    for hole in holes:
        yield {
            "number": hole.number,
            "subsystem": hole.subsystem,
            "reason": said(hole.reason, language),
            "questions": hole.questions,
            "signed_off_by": hole.signed_off_by,
        }


def step_rows(steps: Iterable[Step], language: str) -> Iterator[Row]:
    """What was done to it, by whom and why."""
    for step in steps:
        yield {
            "number": step.number,
            "action": said(step.action.value, language),
            "at": step.at,
            "by": step.actor.owner,
            "key": step.actor.key,
            "note": step.note or None,
        }


def recall_facts(
    recall: Recall, *, things: int, counted: bool, who: str, when: datetime, language: str
) -> Iterator[Row]:
    """What the recall is, whether this is all it reaches, who asked for the file and when."""
    proposal = recall.proposal
    known = bool(things) and recall.state.value not in ("scoping", "failed")
    values = {
        "recall": str(recall.id),
        "home": recall.home or None,
        "state": said(recall.state.value, language),
        "codes": ", ".join(Code(key).short for key in proposal.codes),
        "recall_level": str(proposal.level),
        "reason": _words(proposal.reason, language),
        "advice": _words(proposal.advice, language),
        "stop_sale": said("yes" if proposal.stop_sale else "no", language),
        "drill": said("yes" if proposal.drill else "no", language),
        "since": moment(proposal.since),
        "as_of": moment(proposal.until),
        "things": str(things),
        "counted": said("yes" if counted else "no", language),
        "complete": said("yes" if known and not recall.holes_open else "no", language),
        "asked_by": who,
        "asked_at": when.isoformat(timespec="seconds"),
    }
    return about_facts(values, language)


def _words(wording: Wording | None, language: str) -> str | None:
    if wording is None:
        return None
    return (wording.zh or wording.en) if language == "zh" else (wording.en or wording.zh)


def _each(keys: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for key in keys if key))
