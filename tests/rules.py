"""The rules of docs/tracing.md that the design's scenarios leave out, as data.

Each case is asked over a list in memory, over HTTP, and over HTTP with its events spread over
three subsystems: see ``tests/domain/test_rules.py`` and ``tests/services/test_scenarios_http.py``.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from suyuan.domain.codes import Code, Use, recognise
from suyuan.domain.events import Action, Endpoint, Event, Item, Product
from tests.build import lot, made, moved, packed, thing, unpacked

FARM = recognise("91350200MA0000000R", use=Use.PARTY)
SHOP = recognise("91350203MA00000005", use=Use.PARTY)
F, A, B, C = (recognise(f"35020300{n}", use=Use.PLACE) for n in (1, 2, 3, 4))
CRATE = "CRATE"
PALLET = recognise("(00)069012345000000011")
LOT = recognise("(01)06901234567892(10)L1")
SERIAL = recognise("(01)06901234567892(21)S1")
NAMES_BOTH = "a code that names both lot and serial says so itself"


@dataclass(frozen=True)
class Rule:
    """``code`` asked in ``direction`` gives the events of these ids, and these findings."""

    name: str
    events: tuple[Event, ...]
    code: Code
    direction: str
    expected: tuple[str, ...]
    question: dict[str, Any] = field(default_factory=dict)
    findings: frozenset[tuple[str, str]] = frozenset()
    without: frozenset[str] = frozenset()  # types of findings that must not be there


def rule(
    name: str,
    events: list[Event],
    code: str | Code,
    direction: str,
    expected: str,
    *findings: tuple[str, str],
    without: str = "",
    **question: Any,
) -> Rule:
    """``expected`` are event ids with blanks between, ``without`` types of findings.

    ``findings`` are (type, event id).
    """
    asked = thing(code) if isinstance(code, str) else code
    ids = tuple(expected.split())
    told, untold = frozenset(findings), frozenset(without.split())
    return Rule(name, tuple(events), asked, direction, ids, question, told, untold)


def ship(event_id: str, day: float, what: str | Item, here: Code, there: Code) -> Event:
    ends = {"source": Endpoint(place=here), "destination": Endpoint(place=there)}
    return moved(event_id, day, what, place=here, **ends)


def receive(event_id: str, day: float, what: str | Item, here: Code, **more: Any) -> Event:
    return moved(event_id, day, what, step="receiving", place=here, **more)


def _named(event_id: str, day: float, code: Code, *, named: str | None = "L1") -> Event:
    product = Product(lot=named) if named else None
    more = {"action": Action.ADD, "step": "commissioning", "product": product}
    return moved(event_id, day, Item(code), **more)


L = lot("L", "60")
_TWO_PLACES = [
    made("slaughter", 0, ["PIG"], [L], place=F),
    ship("to-a", 1, L, F, A),
    receive("at-a", 2, L, A),
    ship("to-b", 3, L, F, B),
    receive("at-b", 4, L, B),
    made("use", 5, [L], ["M"], place=B),
    moved("later", 6, L, step="storing", place=B),
]
_UNEXPLAINED = [
    made("slaughter", 0, ["PIG"], [L], place=F, party=FARM),
    moved("seen", 1, L, step="storing", place=A, party=FARM),
    made("use", 5, [L], ["M"], place=B, party=SHOP),
]
_CRATE = [
    moved("born", 0, CRATE, action=Action.ADD, step="commissioning"),
    packed("in-x", 1, CRATE, "X"),
    moved("trip-1", 2, CRATE),
    moved("again", 10, CRATE, action=Action.ADD, step="commissioning"),
    packed("in-y", 11, CRATE, "Y"),
    moved("trip-2", 12, CRATE),
]
_ON_PALLET = [
    packed("in-x", -600, "P", "X"),
    moved("trip-1", -500, "P"),
    moved("trip-2", 1, "P"),
]


def on_pallet(event: Event) -> Event:
    """The event with an SSCC where the pallet is."""

    def renamed(items: tuple[Item, ...]) -> tuple[Item, ...]:
        return tuple(Item(PALLET) if i.code == thing("P") else i for i in items)

    parent = PALLET if event.parent == thing("P") else event.parent
    items, inputs = renamed(event.items), renamed(event.inputs)
    return replace(event, items=items, inputs=inputs, parent=parent)


_RETURNED = [
    packed("pack", 1, "A", "X"),
    moved("sold", 2, "X", step="retail_selling", action=Action.DELETE),
    moved("away", 3, "A"),
    moved("back", 4, "X", step="receiving", disposition="returned"),
    moved("on", 5, "A"),
]
_OF_LOT = [
    made("brew", 0, ["MALT"], [Item(LOT, L.quantity, "LTR")], place=F),
    moved("tank", 1, Item(LOT, L.quantity, "LTR"), step="storing"),
    _named("fill", 2, SERIAL),
    moved("rest", 3, Item(LOT, L.quantity, "LTR"), step="storing"),
    moved("shelf", 4, Item(SERIAL)),
]

RULES = [
    rule("only the flow into the place of use is upstream", _TWO_PLACES, "M", "up",
         "slaughter to-b at-b use"),
    rule("who asks for the lot sees all its places", _TWO_PLACES, "L", "down",
         "slaughter to-a at-a to-b at-b use later"),
    rule("what made the lot goes down to every place", _TWO_PLACES, "PIG", "down",
         "slaughter to-a at-a to-b at-b use later"),
    rule("a receipt that names its source needs no shipment",
         [*_TWO_PLACES[:3], receive("at-b", 4, L, B, source=Endpoint(place=F)), _TWO_PLACES[5]],
         "M", "up", "slaughter at-b use"),
    rule("a lot that was shipped on has the flow of both hops",
         [*_TWO_PLACES[:3], ship("a-to-b", 4, L, A, B), made("use", 5, [L], ["M"], place=B)],
         "M", "up", "slaughter to-a at-a a-to-b use"),
    rule("what was shipped from the place of use to elsewhere is not in what was made there",
         [*_TWO_PLACES[:5], ship("b-to-c", 4.5, L, B, C), *_TWO_PLACES[5:]], "M", "up",
         "slaughter to-b at-b use"),
    rule("a lot from two makers gives each user the maker that it came from",
         [made("one", 0, ["P1"], [L], place=A), made("two", 0, ["P2"], [L], place=B),
          ship("go", 1, L, A, C), made("use", 2, [L], ["M"], place=C)], "M", "up", "one go use"),
    rule("and each maker only its user",
         [made("one", 0, ["P1"], [L], place=A), made("two", 0, ["P2"], [L], place=B),
          ship("go", 1, L, A, C), made("use", 2, [L], ["M"], place=C)], "P2", "down", "two"),
    rule("a use that no movement explains has all the lot did before", _UNEXPLAINED, "M", "up",
         "slaughter seen use", ("gap", "use")),
    rule("and is downstream of what made the lot", _UNEXPLAINED, "PIG", "down",
         "slaughter seen use"),
    rule("the pallet's trip is the lot's movement",
         [made("make", 0, ["PIG"], [L], place=F), packed("load", 1, "P", L, place=F),
          ship("truck", 2, "P", F, B), unpacked("unload", 3, "P", L, place=B),
          ship("other", 2, L, F, A), made("use", 4, [L], ["M"], place=B)], "M", "up",
         "make load truck unload use"),
    rule("without places the party is the place",
         [made("make", 0, ["PIG"], [L], party=FARM),
          moved("sell", 1, L, party=FARM, destination=Endpoint(SHOP)),
          moved("keep", 2, L, step="storing", party=FARM),
          made("use", 3, [L], ["M"], party=SHOP)], "M", "up", "make sell use"),
    rule("a serial has the life of its lot until it was commissioned", _OF_LOT, SERIAL, "up",
         "brew tank fill shelf"),
    rule("a lot's own history is not its serials'", _OF_LOT, LOT, "own", "brew tank rest"),
    rule("a recall of the lot reaches its serials", _OF_LOT, LOT, "down",
         "brew tank fill rest shelf"),
    rule("and so does one of what it was made from", _OF_LOT, "MALT", "down",
         "brew tank fill rest shelf"),
    rule(NAMES_BOTH,
         [moved("tank", 1, Item(LOT, L.quantity, "LTR"), step="storing"),
          _named("fill", 2, recognise("(01)06901234567892(10)L1(21)S1"), named=None)],
         SERIAL, "up", "tank fill"),
    rule("a crate that is commissioned again is another crate", _CRATE, "X", "own",
         "in-x trip-1"),
    rule("and the other crate's content has the second life", _CRATE, "Y", "own",
         "in-y trip-2"),
    rule("the crate's own code has all its lives", _CRATE, CRATE, "own",
         "born in-x trip-1 again in-y trip-2"),
    rule("an SSCC may be used again after a year", [on_pallet(e) for e in _ON_PALLET], "X", "own",
         "in-x trip-1"),
    rule("another pallet may rest as long as it likes", _ON_PALLET, "X", "own",
         "in-x trip-1 trip-2"),
    rule("what consumed a crate in its second life has nothing of the first",
         [*_CRATE, made("use", 13, [CRATE], ["M"])], "M", "up", "again in-y trip-2 use"),
    rule("a return takes the end back", _RETURNED, "X", "own", "pack sold back on",
         ("inferred_unpack", "sold")),
]  # fmt: skip
