"""Filings on the wire: dossiers in, with every fault; what is kept, and what is shown, out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from suyuan.domain.codes import Code
from suyuan.domain.errors import CodeError, ReportRefused
from suyuan.domain.filing import PERSON_ROLES, Dossier, Filing, FilingStep, Person, Reason
from suyuan.domain.register import CATEGORIES, Entry, Kind, Party, Place, Product, owner_of
from suyuan.wire.reading import Reading, quoted
from suyuan.wire.register import Frame, read_body, read_id, write_members
from suyuan.wire.register_cards import NAME_LIMIT, read_entry, write_entry
from suyuan.wire.reports import decode

MOST_PLACES = 200
MOST_PRODUCTS = 1_000
MOST_PEOPLE = 50
PHONE_LIMIT = 30
# What is to hold from later than this is filed when the time comes.
MOST_AHEAD = timedelta(days=366)

_DOSSIER = frozenset({"party", "places", "products", "people", "valid_from"})
_PERSON = frozenset({"role", "name", "phone"})
_E = TypeVar("_E", Place, Product)

_encode = msgspec.json.Encoder().encode


class _PersonCard(Struct, frozen=True, omit_defaults=True):
    role: str
    name: str
    phone: str | None = None


_entries = msgspec.json.Decoder(list[tuple[int, msgspec.Raw]])
_people = msgspec.json.Decoder(list[_PersonCard])
_reasons = msgspec.json.Decoder(list[tuple[str, str]])


# --- In -----------------------------------------------------------------------------------------


def read_dossier(
    body: bytes, party: Code, today: date, categories: Collection[str] = CATEGORIES
) -> Dossier:
    """What an enterprise files of itself. Raises ReportRefused with every fault.

    ``today`` is the city's day, from which it holds where it does not say; ``categories`` are the
    register's words.
    """
    reading = Reading()
    dossier = read_dossier_value(reading, decode(body), Frame(party, today, categories))
    if dossier is None:
        raise ReportRefused(faults=reading.faults)
    return dossier


def read_dossier_value(reading: Reading, value: Any, frame: Frame) -> Dossier | None:
    """The dossier that a JSON value says of the frame's holder; ``None`` where it has faults."""
    party = frame.holder
    assert party is not None, "somebody files"
    raw = reading.members(value, "", _DOSSIER) or {}
    since = reading.date(raw, "valid_from", "") or frame.today
    nested = _Nested(reading, replace(frame, today=since), frame.today)
    filed = _party(nested, raw, party)
    places = tuple(_listed(nested, raw, Kind.PLACE, MOST_PLACES, Place))
    products = tuple(_listed(nested, raw, Kind.PRODUCT, MOST_PRODUCTS, Product))
    people = _read_people(reading, raw)
    if filed is None or reading.faults:
        return None
    return Dossier(filed, places, products, people)


class _Nested:
    """Entries inside a dossier: each is read as the body of a PUT, its pointers behind its own."""

    def __init__(self, reading: Reading, frame: Frame, today: date) -> None:
        self.reading = reading
        self.frame = frame
        self._latest = today + MOST_AHEAD

    def read(self, kind: Kind, code: Code, raw: Any, at: str) -> Entry | None:
        inner = Reading()
        entry = read_body(inner, kind, code, raw, self.frame)
        for fault in inner.faults:
            self.reading.fault(fault.code, at + fault.pointer, **fault.params)
        if entry is None:
            return None
        if entry.valid_from > self._latest:
            where = f"{at}/valid_from" if "valid_from" in raw else "/valid_from"
            told = {"date": entry.valid_from, "latest": self._latest}
            self.reading.fault("filing_too_early", where, **told)
        return entry


def _party(nested: _Nested, raw: dict[str, Any], party: Code) -> Party | None:
    told = raw.get("party")
    if told is None:
        nested.reading.fault("missing", "/party", field="party")
        return None
    entry = nested.read(Kind.PARTY, party, told, "/party")
    if not isinstance(entry, Party):
        return None
    if entry.contact is not None:
        nested.reading.fault("filing_contact", "/party/contact")
    if not entry.categories:
        words = tuple(nested.frame.categories)
        nested.reading.fault("filing_no_categories", "/party/categories", words=words)
    if entry.district is None:
        nested.reading.fault("filing_no_district", "/party/district")
    return replace(entry, organisation=True)


def _listed(
    nested: _Nested, raw: dict[str, Any], kind: Kind, most: int, of: type[_E]
) -> Iterable[_E]:
    seen: set[str] = set()
    for number, told in enumerate(nested.reading.array(raw, kind.plural, "", most)):
        at = f"/{kind.plural}/{number}"
        if not isinstance(told, dict):
            nested.reading.fault("not_object", at)
            continue
        rest = {name: value for name, value in told.items() if name != "id"}
        code = _id(nested, kind, told.get("id"), f"{at}/id")
        entry = nested.read(kind, code or Code(""), rest, at)
        if code is None or not isinstance(entry, of):
            continue
        if code.key in seen:
            nested.reading.fault("filing_twice", f"{at}/id", id=code.short)
        seen.add(code.key)
        _must_be_own(nested, entry, at)
        yield entry


def _id(nested: _Nested, kind: Kind, text: Any, at: str) -> Code | None:
    if not isinstance(text, str):
        code = "missing" if text is None else "not_text"
        nested.reading.fault(code, at, **({"field": "id"} if text is None else {}))
        return None
    try:
        return read_id(kind, text, nested.frame.holder)
    except CodeError as error:
        nested.reading.fault(error.code, at, **{"text": quoted(text), **error.params})
        return None


def _must_be_own(nested: _Nested, entry: Place | Product, at: str) -> None:
    party = nested.frame.holder
    assert party is not None, "an enterprise files"
    if owner_of(entry.code) not in (None, party.key):
        nested.reading.fault("register_not_yours", f"{at}/id", id=entry.code.short)
    elif entry.holder != party.key:
        nested.reading.fault("register_not_yours", f"{at}/party", id=entry.code.short)


def _read_people(reading: Reading, raw: dict[str, Any]) -> tuple[Person, ...]:
    found = []
    for number, told in enumerate(reading.array(raw, "people", "", MOST_PEOPLE)):
        at = f"/people/{number}"
        person = reading.members(told, at, _PERSON)
        if person is not None:
            role = reading.one_of(person, "role", at, PERSON_ROLES, required=True)
            name = reading.text(person, "name", at, limit=NAME_LIMIT, required=True)
            phone = reading.text(person, "phone", at, limit=PHONE_LIMIT)
            found.append(Person(role or "", name or "", phone))
    if not raw.get("people"):
        reading.fault("filing_no_people", "/people", roles=PERSON_ROLES)
    return tuple(found)


# --- Kept ---------------------------------------------------------------------------------------


def keep_dossier(dossier: Dossier) -> tuple[str, str]:
    """A dossier and its people as JSON, to be kept apart."""
    entries = [(int(e.kind), msgspec.Raw(write_entry(e)[0].encode())) for e in dossier.entries]
    people = [_PersonCard(p.role, p.name, p.phone) for p in dossier.people or ()]
    return _encode(entries).decode(), _encode(people).decode()


def kept_dossier(document: str, people: str | None) -> Dossier:
    """The dossier of what was kept; ``people`` is ``None`` where they are not to be seen."""
    entries = [read_entry(kind, bytes(raw).decode()) for kind, raw in _entries.decode(document)]
    seen = None
    if people is not None:
        seen = tuple(Person(p.role, p.name, p.phone) for p in _people.decode(people))
    (party,) = (e for e in entries if isinstance(e, Party))
    places = tuple(e for e in entries if isinstance(e, Place))
    products = tuple(e for e in entries if isinstance(e, Product))
    return Dossier(party, places, products, seen)


def keep_reasons(reasons: Sequence[Reason]) -> str:
    """Reasons as JSON."""
    return _encode([(reason.pointer, reason.text) for reason in reasons]).decode()


def kept_reasons(document: str) -> tuple[Reason, ...]:
    """The reasons of what was kept."""
    return tuple(Reason(*pair) for pair in _reasons.decode(document))


# --- Out ----------------------------------------------------------------------------------------


def write_dossier(dossier: Dossier) -> dict[str, Any]:
    """A dossier in the members in which it is filed; reasons point into this."""
    return {
        "party": _entry(dossier.party),
        "places": [{"id": e.code.short, **_entry(e)} for e in dossier.places],
        "products": [{"id": e.code.short, **_entry(e)} for e in dossier.products],
        "people": dossier.people,
    }


def pointable(dossier: Dossier) -> Any:
    """A dossier as plain JSON values, which pointers go through."""
    return msgspec.to_builtins(write_dossier(dossier))


def write_head(filing: Filing) -> dict[str, Any]:
    """A filing as it stands in a list."""
    return {
        "id": str(filing.id),
        "party": Code(filing.party, "uscc").short,
        "state": filing.state.value,
        "step": filing.steps[-1].number,
        "filed_at": filing.steps[0].at,
        "changed_at": filing.steps[-1].at,
    }


def write_filing(filing: Filing, dossier: Dossier, *, subsystem: str) -> dict[str, Any]:
    """A filing with every step, and a dossier of it, whose people may be withheld."""
    return {
        **write_head(filing),
        "subsystem": subsystem,
        "dossier": write_dossier(dossier),
        "steps": [_step(step) for step in filing.steps],
        "redacted": ["people"] if dossier.people is None else [],
    }


def _entry(entry: Entry) -> dict[str, Any]:
    members = write_members(entry)
    members.pop("contact", None)  # people are told apart
    return {
        "names": {"zh": entry.names.zh, "en": entry.names.en},
        **members,
        "valid_from": entry.valid_from,
    }


def _step(step: FilingStep) -> dict[str, Any]:
    return {
        "number": step.number,
        "action": step.action.value,
        "at": step.at,
        "by": step.actor.owner,
        "key": step.actor.key,
        "note": step.note,
        "reasons": step.reasons,
        "licence": step.licence,
        "since": step.since,
    }
