"""The quantities that DESIGN works out by hand, as reported and asked for over HTTP."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.city import BUYER, SELLER, City
from tests.services.telling import Telling, day, event, items, spread

LOT, MIX = "(01)06901234567892(10)L1", "(01)06901234567892(10)M1"
F, A, B, C = "350203001", "350203002", "350203003", "350203004"


@pytest.fixture
def tell(city: City, subsystems: list[str]) -> Telling:
    return Telling(city, subsystems)


def made(event_id: str, at: float, amount: str, unit: str = "KGM") -> dict[str, Any]:
    what = items(LOT, quantity=amount, unit=unit)
    return event(event_id, at, kind="production", activity="harvest", place=F, items=what)


def ship(
    event_id: str, at: float, amount: str, here: str, there: str, unit: str = "KGM"
) -> dict[str, Any]:
    what = items(LOT, quantity=amount, unit=unit)
    ends = {"from": {"place": here}, "to": {"place": there}}
    return event(event_id, at, activity="ship", place=here, items=what, **ends)


def receive(event_id: str, at: float, amount: str, here: str, **more: Any) -> dict[str, Any]:
    what = items(LOT, quantity=amount)
    return event(event_id, at, activity="receive", place=here, items=what, **more)


BY_HAND = [
    made("made", 0, "100"),
    ship("to-a", 1, "60", F, A),
    ship("to-b", 2, "40", F, B),
    receive("at-a", 3, "60", A),
    receive("at-b", 4, "39.5", B),
]


def balances(chain: dict[str, Any]) -> dict[str, Decimal]:
    found = {b["place"][-9:]: Decimal(b["quantity"]) for b in chain["balances"]}
    assert {b["unit"] for b in chain["balances"]} == {"KGM"}
    return found


def decimals(**told: str) -> dict[str, Decimal]:
    return {globals()[name]: Decimal(value) for name, value in told.items()}


@spread
def test_one_movement_is_counted_once_and_what_did_not_arrive_is_told(tell: Telling) -> None:
    tell(*reversed(BY_HAND))
    chain = tell.chain(LOT, direction="both")
    assert balances(chain) == decimals(F="0", A="60", B="39.5")
    moved = {m["event"]: Decimal(m["unaccounted"] or 0) for m in chain["movements"]}
    assert moved == {"to-a": Decimal(0), "to-b": Decimal("0.5")}
    assert ("unaccounted", "to-b") in tell.findings(LOT)


@spread
def test_more_out_than_in_is_an_over_issue_and_the_negative_balance_is_shown(tell: Telling) -> None:
    tell(*BY_HAND, ship("on", 5, "70", A, C))
    chain = tell.chain(LOT, direction="both")
    assert len(chain["events"]) == 6
    assert balances(chain)[A] == Decimal(-10)
    assert ("over_issue", "on") in tell.findings(LOT)
    (detail,) = (f["detail"] for f in chain["findings"] if f["type"] == "over_issue")
    assert "10 KGM" in detail


@spread
def test_a_return_moves_back_what_it_says(tell: Telling) -> None:
    back = receive("back", 6, "10", F, **{"from": {"place": B}})
    tell(*BY_HAND, {**back, "kind": "retail", "activity": "return"})
    assert balances(tell.chain(LOT, direction="both")) == decimals(F="10", A="60", B="29.5")


@spread
def test_units_of_one_dimension_convert_and_others_are_apart(tell: Telling) -> None:
    tell(made("made", 0, "0.06", "TNE"), ship("go", 1, "60", F, A), receive("come", 2, "60", A))
    (here, there) = tell.chain(LOT)["balances"]
    assert (Decimal(here["quantity"]), Decimal(there["quantity"])) == (0, Decimal("0.06"))
    assert not {kind for kind, _ in tell.findings(LOT)} & {"over_issue", "unaccounted"}
    tell(made("pieces", 3, "5", "H87"))
    units = {b["unit"]: Decimal(b["quantity"]) for b in tell.chain(LOT)["balances"] if b["place"]}
    assert units["H87"] == 5


@spread
def test_a_mixture_is_affected_whole_at_worst_and_by_its_share(tell: Telling) -> None:
    other = "(01)06901234567892(10)L2"
    mixed = event(
        *("mix", 1),
        kind="production",
        activity="process",
        place=F,
        inputs=[*items(LOT, quantity="10"), *items(other, quantity="90")],
        outputs=items(MIX, quantity="95"),
    )
    tell(made("made", 0, "10"), mixed)
    chain = tell.chain(LOT, direction="down")
    (affected,) = chain["affected"]
    assert Decimal(affected["worst_case"]) == 95
    assert Decimal(affected["pro_rata"]) == Decimal("9.5")
    (mass,) = chain["mass_balances"]
    assert Decimal(mass["gain"]) == -5


@spread
def test_both_ends_of_a_sale_are_one_movement_whoever_reports_them(tell: Telling) -> None:
    ends = {"kind": "wholesale", "from": {"party": SELLER}, "to": {"party": BUYER}}
    sale = event("sale", 1, activity="sale", items=items(LOT, quantity="60"), **ends)
    entry = {**sale, "id": "entry", "activity": "entry", "party": BUYER, "time": day(2)}
    tell({**made("made", 0, "60"), "place": None}, sale)
    tell(entry, by="buyer")
    held = {b["party"]: Decimal(b["quantity"]) for b in tell.chain(LOT)["balances"]}
    assert sorted(held.values()) == [0, 60]
