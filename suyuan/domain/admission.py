"""Market access (进场准入): the colour of a load at a gate, why, and what would make it green.

    green   may enter
    yellow  waits for somebody who looks
    red     is refused

A gate is a part of a sector's profile (``Gate``): which things it looks at, and the colour of a
load that does not have one of them right. What is known of the load is gathered beforehand; nothing
here asks anybody. Where a department was silent nobody knows what it would have said: the load is
yellow at the best, and nothing is concluded from not knowing.
Source: the city's plan 二(二)1 (追溯管理与市场准入的衔接) and 二(三)1 (进场准入).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from suyuan.domain.breaches import Breach
from suyuan.domain.chain import Chain, product_of
from suyuan.domain.codes import Code
from suyuan.domain.coding.ranges import Verdict
from suyuan.domain.events import FAILED, Document, Event
from suyuan.domain.licences import licensing_of_party
from suyuan.domain.licensing import Expired, Revoked, Unfiled, judged
from suyuan.domain.naming import Known
from suyuan.domain.profiles.fields import getter
from suyuan.domain.profiles.profile import Colour, Gate, GateCheck, Words
from suyuan.domain.profiles.rules import plain
from suyuan.domain.register import today

_SUPPLIER = "/from/party"
_GRAVITY = {Colour.GREEN: 0, Colour.YELLOW: 1, Colour.RED: 2}
_REFUSED_CODES = {
    Verdict.VOID: "admission_code_void",
    Verdict.LOST: "admission_code_lost",
    Verdict.NOT_ISSUED: "admission_code_not_issued",
}


@dataclass(frozen=True, slots=True)
class Recalled:
    """A recall or stop of sale in force that covers something of the load."""

    publisher: str
    published_on: date
    stop_sale: bool = False


@dataclass(frozen=True, slots=True)
class Goods:
    """One thing of a load, and what everybody may know of it.

    ``chain`` is its chain upwards as a shopper sees it, ``verdict`` what the code service says.
    """

    code: Code
    chain: Chain
    verdict: Verdict = Verdict.FOREIGN
    recalls: tuple[Recalled, ...] = ()


@dataclass(frozen=True, slots=True)
class Load:
    """What arrives, as the event that its entry would be, and all that is known of it.

    ``goods`` are the entry's items in their order; ``known`` is what registers say of the supplier;
    ``breaches`` are what the entry does not keep of its profile; ``silent`` are subsystems that did
    not answer about any of it.
    """

    entry: Event
    goods: tuple[Goods, ...]
    known: Known = field(default_factory=Known)
    breaches: tuple[Breach, ...] = ()
    silent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a load is not green. ``code`` and ``params`` are its sentence.

    ``item`` is the place of the thing that it is about, ``None`` of the whole load; ``pointer``
    leads into the entry; ``says`` are the profile's own words, where it has some.
    """

    rule: str
    colour: Colour
    code: str
    params: Mapping[str, Any] = field(default_factory=dict)
    item: int | None = None
    pointer: str = ""
    says: Words | None = None


@dataclass(frozen=True, slots=True)
class Admission:
    """The answer of a gate: without any reason a load is green."""

    reasons: tuple[Reason, ...] = ()

    @property
    def colour(self) -> Colour:
        return worst(reason.colour for reason in self.reasons)

    def of_item(self, place: int) -> Colour:
        """The colour of one thing: what is wrong with the load is wrong with each."""
        return worst(r.colour for r in self.reasons if r.item in (None, place))


def worst(colours: Iterable[Colour]) -> Colour:
    """The gravest of some colours; green where there is none."""
    return max(colours, key=_GRAVITY.__getitem__, default=Colour.GREEN)


def admit(gate: Gate, load: Load) -> Admission:
    """What a gate says of a load: every reason against it, the gravest first."""
    reasons = [*_unanswered(load)]
    for check in gate.checks:
        if _concerns(check, load.entry):
            reasons += _LOOKS[check.of](check, load)
    return Admission(tuple(sorted(reasons, key=lambda reason: -_GRAVITY[reason.colour])))


def _concerns(check: GateCheck, entry: Event) -> bool:
    when = check.terms.when
    return when is None or plain(getter(when.field)(entry)) in map(plain, when.is_)


def _reason(check: GateCheck, code: str, /, **params: Any) -> Reason:
    rule = check.terms.rule or check.of
    return Reason(rule, check.colour, code, params, says=check.terms.says)


def _of_item(place: int, check: GateCheck, code: str, /, **params: Any) -> Reason:
    rule, at = check.terms.rule or check.of, f"/items/{place}/code"
    return Reason(rule, check.colour, code, params, place, at, check.terms.says)


# --- What nobody could say ------------------------------------------------------------------------


def _unanswered(load: Load) -> Iterator[Reason]:
    if load.silent:
        params: dict[str, Any] = {"subsystems": list(load.silent)}
        yield Reason("department_silent", Colour.YELLOW, "admission_silent", params)
    for place, goods in enumerate(load.goods):
        chain = goods.chain
        if not chain.complete and (chain.limits_hit or not load.silent):
            params = {"code": goods.code.short, "limits": list(chain.limits_hit)}
            at = f"/items/{place}/code"
            yield Reason("chain_cut", Colour.YELLOW, "admission_cut", params, place, at)


# --- What a gate looks at -------------------------------------------------------------------------

_Look = Callable[[GateCheck, Load], Iterator[Reason]]


def _entry(check: GateCheck, load: Load) -> Iterator[Reason]:
    """Rules of the profile that the entry would break as it is."""
    for breach in load.breaches:
        if breach.rule in check.any_of:
            params = {"told": {"zh": breach.zh, "en": breach.en}, "rule": breach.rule}
            rule, says = check.terms.rule or breach.rule, check.terms.says
            at = breach.pointer
            yield Reason(rule, check.colour, "admission_entry", params, None, at, says)


def _code(check: GateCheck, load: Load) -> Iterator[Reason]:
    for place, goods in enumerate(load.goods):
        code = _REFUSED_CODES.get(goods.verdict)
        if code is not None:
            yield _of_item(place, check, code, code=goods.code.short)


def _known(check: GateCheck, load: Load) -> Iterator[Reason]:
    """Goods of which nobody reported anything; where somebody is silent that is not known."""
    for place, goods in enumerate(load.goods):
        if not goods.chain.events and goods.chain.complete and not load.silent:
            yield _of_item(place, check, "admission_code_unknown", code=goods.code.short)


def _document(check: GateCheck, load: Load) -> Iterator[Reason]:
    """A paper of some types with its number, brought or on the chain, and still good."""
    day = today(load.entry.time)
    for place, goods in enumerate(load.goods):
        if check.after and not _went_through(goods.chain, check.after):
            continue
        papers = [p for p in _papers(load, goods) if p.type in check.any_of and p.number]
        case = _lacks(papers, check.days, day)
        if case is None:
            continue
        newest = max((p.issued_on for p in papers if p.issued_on is not None), default=None)
        name = check.name or Words(", ".join(check.any_of), ", ".join(check.any_of))
        params = {
            "name": {"zh": name.zh, "en": name.en},
            "numbers": [p.number for p in papers],
            "issued_on": newest,
            "days": check.days,
        }
        reason = _of_item(place, check, f"admission_document_{case}", **params)
        # Somebody can look at the paper: whether it is too old is not known.
        yield replace(reason, colour=Colour.YELLOW) if case == "undated" else reason


def _lacks(papers: list[Document], days: int | None, day: date) -> str | None:
    if not papers:
        return "missing"
    if days is None:
        return None
    issued = [paper.issued_on for paper in papers if paper.issued_on is not None]
    if any(day <= on + timedelta(days=days) for on in issued):
        return None
    return "expired" if len(issued) == len(papers) else "undated"


def _papers(load: Load, goods: Goods) -> Iterator[Document]:
    yield from load.entry.documents
    for one in goods.chain.events:
        yield from one.stored.event.documents


def _went_through(chain: Chain, activities: Iterable[str]) -> bool:
    events = (one.stored.event for one in chain.events)
    return any(f"{event.kind}.{event.activity}" in activities for event in events)


def _result(check: GateCheck, load: Load) -> Iterator[Reason]:
    for place, goods in enumerate(load.goods):
        failed = [paper for paper in _papers(load, goods) if paper.result == FAILED]
        if failed:
            numbers = list(dict.fromkeys(paper.number or paper.type for paper in failed))
            yield _of_item(place, check, "admission_test_failed", numbers=numbers)


def _expiry(check: GateCheck, load: Load) -> Iterator[Reason]:
    stated = load.entry.product.expires_on if load.entry.product is not None else None
    for place, goods in enumerate(load.goods):
        expires_on = stated or product_of(goods.chain).expires_on
        if expires_on is not None and expires_on < today(load.entry.time):
            yield _of_item(place, check, "admission_past_expiry", expires_on=expires_on)


def _supplier(check: GateCheck, load: Load) -> Iterator[Reason]:
    """A supplier whom a department has on file; his own word in a register is none."""
    supplier = load.entry.source.party
    if supplier is None:
        reason = _reason(check, "admission_supplier_missing")
    else:
        said = load.known.licensing.get(supplier.key)
        if load.silent or (said is not None and said.reviewed):
            return
        reason = _reason(check, "admission_supplier_not_on_file", party=supplier.short)
    yield replace(reason, pointer=_SUPPLIER)


def _licence(check: GateCheck, load: Load) -> Iterator[Reason]:
    supplier = load.entry.source.party
    licensing = supplier and licensing_of_party(load.known, supplier.key)
    if not supplier or not licensing:
        return
    params: dict[str, Any] = {"party": supplier.short}
    match judged(licensing, today(load.entry.time)):
        case Expired(licence):
            params |= {"licence": licence.number, "valid_to": licence.valid_to}
            code = "admission_licence_expired"
        case Revoked(number, since):
            params |= {"licence": number, "since": since}
            code = "admission_licence_revoked"
        case Unfiled(since):
            params |= {"since": since}
            code = "admission_filing_revoked"
        case None:
            return
    yield replace(_reason(check, code, **params), pointer=_SUPPLIER)


def _recall(check: GateCheck, load: Load) -> Iterator[Reason]:
    """Recalls in force, and what a chain itself tells of one."""
    for place, goods in enumerate(load.goods):
        for recall in goods.recalls:
            told = {"publisher": recall.publisher, "published_on": recall.published_on}
            code = "admission_sale_stopped" if recall.stop_sale else "admission_recalled"
            yield _of_item(place, check, code, **told)
        for event in (one.stored.event for one in goods.chain.events):
            if event.activity == "recall" or event.disposition == "recalled":
                told = {"publisher": event.party.short, "published_on": today(event.time)}
                yield _of_item(place, check, "admission_recalled", **told)


def _finding(check: GateCheck, load: Load) -> Iterator[Reason]:
    for place, goods in enumerate(load.goods):
        for type_ in dict.fromkeys(f.type for f in goods.chain.findings):
            if type_ in check.any_of:
                yield _of_item(place, check, "admission_finding", finding=type_)


_LOOKS: dict[str, _Look] = {
    "entry": _entry,
    "code": _code,
    "known": _known,
    "document": _document,
    "result": _result,
    "expiry": _expiry,
    "supplier": _supplier,
    "licence": _licence,
    "recall": _recall,
    "finding": _finding,
}
