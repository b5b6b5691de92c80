"""Recalls on the wire: proposals in, with every fault; what is kept, and what is shown, out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Literal, NamedTuple
from uuid import UUID

import msgspec
from msgspec import Meta

from suyuan.domain.codes import Code, Level, Use
from suyuan.domain.errors import ReportRefused
from suyuan.domain.recall import (
    CLOCKS,
    Action,
    Actor,
    Proposal,
    Recall,
    RecallState,
    Station,
    Step,
    Wording,
    deadlines,
)
from suyuan.domain.recall_scope import Quantities, RecallNotice, ScopeHolder, ScopeHole, ScopeThing
from suyuan.wire.reading import Reading
from suyuan.wire.reports import decode

MOST_CODES = 100
MOST_STATIONS = 50
WORDS_LIMIT = 500
_PHONE_LIMIT = 20
_NOTE_LIMIT = 500
_MOST_STEPS = 1_000_000

_PROPOSAL = frozenset(
    [
        *("codes", "level", "reason", "advice", "phone", "stop_sale", "drill"),
        *("from", "to", "stations", "party", "lot"),
    ]
)
_STATION = frozenset({"place", "spreads", "kills", "cleaned_at"})
_WORDS = frozenset({"zh", "en"})
_FOLLOWED = (Level.LOT, Level.SERIAL, Level.OPEN)
_NATIONAL = "urn:suyuan:cn:"

_encode = msgspec.json.Encoder(decimal_format="string").encode


def read_proposal(body: bytes) -> Proposal:
    """What a body proposes to recall. Raises ReportRefused with every fault."""
    reading = Reading()
    raw = reading.members(decode(body), "", _PROPOSAL) or {}
    since, until = reading.time(raw, "from", ""), reading.time(raw, "to", "")
    if since is not None and until is not None and since > until:
        reading.fault("window_reversed", "/to", since=since, until=until)
    by_lot = "party" in raw or "lot" in raw
    party = reading.code(raw, "party", "", use=Use.PARTY, required=by_lot)
    lot = reading.text(raw, "lot", required=by_lot)
    if by_lot and "codes" in raw:
        reading.fault("codes_or_lot", "/codes")
    proposal = Proposal(
        () if by_lot else _codes(reading, raw),
        _level(reading, raw),
        _wording(reading, raw, "reason", required=True) or Wording(),
        _wording(reading, raw, "advice"),
        reading.text(raw, "phone", limit=_PHONE_LIMIT),
        _flag(reading, raw, "stop_sale", ""),
        _flag(reading, raw, "drill", ""),
        since,
        until,
        _stations(reading, raw),
        None if party is None else party.key,
        lot,
    )
    if reading.faults:
        raise ReportRefused(faults=reading.faults)
    return proposal


class StepTold(NamedTuple):
    """What is said beside a step: why, and the number of the last step that was seen."""

    note: str = ""
    answers: int | None = None


def read_step(body: bytes, *, with_note: bool = False) -> StepTold:
    """What a body says beside a step; an empty one nothing. Raises ReportRefused."""
    if not body and not with_note:
        return StepTold()
    reading = Reading()
    raw = reading.members(decode(body or b"{}"), "", frozenset({"note", "step"})) or {}
    note = reading.text(raw, "note", limit=_NOTE_LIMIT, required=with_note)
    answers = raw.get("step")
    if answers is not None and not (type(answers) is int and 0 < answers <= _MOST_STEPS):
        reading.fault("not_whole", "/step", field="step", least=1, most=_MOST_STEPS)
    if reading.faults:
        raise ReportRefused(faults=reading.faults)
    return StepTold(note or "", answers)


def keep(proposal: Proposal) -> str:
    """A proposal as the JSON that is kept."""
    return _encode(proposal).decode()


def kept(document: str) -> Proposal:
    """A proposal that was kept."""
    return msgspec.json.decode(document, type=Proposal)


def keep_quantities(quantities: Quantities) -> str:
    """What is told of quantities as the JSON that is kept."""
    return _encode(quantities).decode()


def kept_quantities(document: str | None) -> Quantities | None:
    """What was kept of quantities, if a scope was found."""
    return None if document is None else msgspec.json.decode(document, type=Quantities)


def write_recall(
    recall: Recall,
    *,
    things: int,
    holes: Iterable[ScopeHole],
    holders: Iterable[ScopeHolder],
    quantities: Quantities | None,
) -> dict[str, Any]:
    """A recall for officials: everything but the things themselves."""
    clocks = deadlines(recall)
    return {
        **_told(recall),
        "from": recall.proposal.since,
        "to": recall.proposal.until,
        "stations": recall.proposal.stations,
        "things": things,
        "holes": list(holes),
        "holes_open": recall.holes_open,
        "waiting": recall.waiting,
        "holders": [
            {"party": _short(h.party), "things": h.things, "places": h.places} for h in holders
        ],
        "counted": quantities is not None and quantities.whole,
        "balances": quantities.balances if quantities is not None else [],
        "affected": quantities.affected if quantities is not None else [],
        "handlers": [
            {"party": _short(h.party), "things": h.things}
            for h in (quantities.handlers if quantities is not None else ())
        ],
        "must_start_by": clocks and clocks[0],
        "must_end_by": clocks and clocks[1],
        "steps": [
            {
                "number": step.number,
                "action": step.action.value,
                "at": step.at,
                "by": step.actor.owner,
                "key": step.actor.key,
                "note": step.note,
            }
            for step in recall.steps
        ],
    }


def write_recall_head(recall: Recall) -> dict[str, Any]:
    """A recall in an official's list."""
    return {
        **_told(recall),
        "holes_open": recall.holes_open,
        "waiting": recall.waiting,
        "proposed_at": recall.done_at(Action.PROPOSE),
        "published_at": recall.done_at(Action.PUBLISH),
    }


def write_public(recall: Recall) -> dict[str, Any]:
    """A recall in force, as everybody may read it."""
    return {
        **_told(recall),
        "bounded": recall.proposal.bounded,
        "closed": recall.state is RecallState.CLOSED,
        "published_at": recall.done_at(Action.PUBLISH),
    }


def write_things(things: Iterable[ScopeThing]) -> list[dict[str, Any]]:
    """What a recall reaches. Parties and places are as people type them."""
    return [
        {
            "code": thing.code,
            "level": "lot" if thing.is_lot else "serial",
            "state": thing.state,
            "holder": _short(thing.holder),
            "place": _short(thing.place),
            "last_time": thing.last_time,
            "worst_case": thing.worst_case,
            "pro_rata": thing.pro_rata,
            "unit": thing.unit,
        }
        for thing in things
    ]


class ToldWording(msgspec.Struct, frozen=True):
    """Words of a recall as another subsystem tells them."""

    zh: Annotated[str, Meta(max_length=WORDS_LIMIT)] | None = None
    en: Annotated[str, Meta(max_length=WORDS_LIMIT)] | None = None


class _Public(msgspec.Struct, frozen=True):
    """A recall in force as another subsystem tells it: hostile input, with exact bounds."""

    id: UUID
    home: Annotated[str, Meta(max_length=31)]
    codes: Annotated[list[Annotated[str, Meta(max_length=2_048)]], Meta(max_length=MOST_CODES)]
    level: Literal[1, 2, 3]
    stop_sale: bool
    bounded: bool
    reason: ToldWording
    published_at: datetime
    closed: bool
    advice: ToldWording | None = None
    phone: Annotated[str, Meta(max_length=_PHONE_LIMIT)] | None = None


class _Codes(msgspec.Struct, frozen=True):
    codes: list[Annotated[str, Meta(max_length=2_048)]]


def read_codes(body: bytes) -> list[str]:
    """The codes that a subsystem answers a recall with. Raises ValueError for anything else."""
    return msgspec.json.decode(body, type=_Codes).codes


class _PublicList(msgspec.Struct, frozen=True):
    recalls: Annotated[list[_Public], Meta(max_length=10_000)]


def read_public(body: bytes) -> list[Recall]:
    """Recalls in force as ``write_public`` tells them. Raises ValueError for anything else."""
    told = msgspec.json.decode(body, type=_PublicList).recalls
    return [_as_recall(one) for one in told if one.published_at.tzinfo is not None]


def _as_recall(told: _Public) -> Recall:
    proposal = Proposal(
        tuple(told.codes),
        told.level,
        _as_wording(told.reason) or Wording(),
        _as_wording(told.advice),
        told.phone,
        told.stop_sale,
        # What bounds it, its own keeper knows; that it is bounded is all that matters here.
        since=told.published_at if told.bounded else None,
    )
    step = Step(1, Action.PUBLISH, told.published_at, Actor(told.home, ""))
    state = RecallState.CLOSED if told.closed else RecallState.PUBLISHED
    return Recall(told.id, told.home, proposal, state, (step,))


def _as_wording(told: ToldWording | None) -> Wording | None:
    return None if told is None else Wording(told.zh, told.en)


def write_notice(notice: RecallNotice, recall: Recall | None = None) -> dict[str, Any]:
    """A notice, with what the recall is where its receiver reads it."""
    told = {} if recall is None else {"about": _told(recall)}
    return {
        "recall": str(notice.recall),
        "party": _short(notice.party),
        "things": notice.things,
        "told_at": notice.told_at,
        "acknowledged_at": notice.acknowledged_at,
        "delivered_at": notice.delivered_at,
        "attempts": notice.attempts,
        "problem": notice.problem,
        **told,
    }


def write_due(party: str, things: int, told_at: datetime, recall: Recall) -> dict[str, Any]:
    """What a webhook is sent: as in the inbox, before anybody acknowledged."""
    about = _told(recall)
    return {
        "recall": about["id"],
        "party": _short(party),
        "things": things,
        "told_at": told_at,
        "about": about,
    }


def _told(recall: Recall) -> dict[str, Any]:
    proposal = recall.proposal
    return {
        "id": str(recall.id),
        "home": recall.home,
        "state": recall.state.value,
        "drill": proposal.drill,
        "codes": list(proposal.codes),
        "party": _short(proposal.party),
        "lot": proposal.lot,
        "level": proposal.level,
        "stop_sale": proposal.stop_sale,
        "reason": proposal.reason,
        "advice": proposal.advice,
        "phone": proposal.phone,
    }


def _codes(reading: Reading, raw: dict[str, Any]) -> tuple[str, ...]:
    named = raw.get("codes")
    if not isinstance(named, list) or not 0 < len(named) <= MOST_CODES:
        reading.fault("recall_codes", "/codes", limit=MOST_CODES)
        return ()
    members = [(f"/codes/{n}", {"code": one}) for n, one in enumerate(named)]
    found = [(at, reading.code(one, "code", at, required=True)) for at, one in members]
    for at, code in found:
        if code is not None and code.level not in _FOLLOWED:
            reading.fault("reach_of_class", at, text=code.text)
    return tuple(dict.fromkeys(code.key for _, code in found if code is not None))


def _level(reading: Reading, raw: dict[str, Any]) -> int:
    level = raw.get("level")
    if isinstance(level, int) and not isinstance(level, bool) and level in CLOCKS:
        return level
    reading.fault("recall_level", "/level", levels=sorted(CLOCKS))
    return 0


def _wording(
    reading: Reading, raw: dict[str, Any], name: str, *, required: bool = False
) -> Wording | None:
    told = reading.object(raw, name, "", _WORDS)
    if told is None:
        if required and raw.get(name) is None:
            reading.fault("missing", f"/{name}", field=name)
        return None
    zh, en = (reading.text(told, w, f"/{name}", limit=WORDS_LIMIT) for w in ("zh", "en"))
    if zh is None and en is None:
        reading.fault("names_missing", f"/{name}")
    return Wording(zh, en)


def _flag(reading: Reading, raw: dict[str, Any], name: str, at: str) -> bool:
    value = raw.get(name)
    if value is None or isinstance(value, bool):
        return bool(value)
    reading.fault("not_truth", f"{at}/{name}", field=name)
    return False


def _stations(reading: Reading, raw: dict[str, Any]) -> tuple[Station, ...]:
    named = raw.get("stations")
    if named is None:
        return ()
    if not isinstance(named, list) or len(named) > MOST_STATIONS:
        reading.fault("recall_stations", "/stations", limit=MOST_STATIONS)
        return ()
    found = [_station(reading, one, f"/stations/{n}") for n, one in enumerate(named)]
    return tuple(station for station in found if station is not None)


def _station(reading: Reading, raw: Any, at: str) -> Station | None:
    told = reading.members(raw, at, _STATION)
    if told is None:
        return None
    place: Code | None = reading.code(told, "place", at, use=Use.PLACE, required=True)
    spreads, kills = _flag(reading, told, "spreads", at), _flag(reading, told, "kills", at)
    if spreads == kills:
        reading.fault("recall_station", at)
    cleaned = reading.time(told, "cleaned_at", at)
    return None if place is None else Station(place.key, spreads, kills, cleaned)


def _short(key: str | None) -> str | None:
    return None if key is None else key.removeprefix(_NATIONAL)
