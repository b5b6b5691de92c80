"""Quantities (docs/tracing.md, "Quantities"), counted by hand."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suyuan.domain import policy
from suyuan.domain.assemble import assemble
from suyuan.domain.balances import Ledger, ledger, mass_balances, with_edges
from suyuan.domain.caller import Caller, CallerRole
from suyuan.domain.chain import Chain
from suyuan.domain.codes import Code
from suyuan.domain.events import Action, Endpoint, Event, Item
from suyuan.domain.shares import affected
from suyuan.domain.trail import Direction, Question
from suyuan.sources.base import trace
from suyuan.sources.memory import MemorySource
from suyuan.wire.chains import write_chain
from tests.build import at, lot, made, moved, packed, party, stored, thing, unpacked

F, A, B, C = (party(name) for name in "FABC")
L = thing("L").key


def seen(event_id: str, day: float, amount: str, here: Code) -> Event:
    return moved(event_id, day, lot("L", amount), step="storing", party=here)


def born(event_id: str, day: float, amount: str, here: Code, unit: str = "KGM") -> Event:
    item = Item(thing("L"), Decimal(amount), unit)
    return moved(event_id, day, item, step="commissioning", action=Action.ADD, party=here)


def ship(
    event_id: str, day: float, amount: str, here: Code, there: Code, unit: str = "KGM"
) -> Event:
    item = Item(thing("L"), Decimal(amount), unit)
    return moved(event_id, day, item, party=here, destination=Endpoint(there))


def receive(event_id: str, day: float, amount: str, here: Code, **more: object) -> Event:
    return moved(event_id, day, lot("L", amount), step="receiving", party=here, **more)


def quantities(book: Ledger) -> dict[str, Decimal]:
    return {(b.party or "")[-1]: b.quantity for b in book.balances}


def decimals(**told: str) -> dict[str, Decimal]:
    return {name: Decimal(value) for name, value in told.items()}


async def chain_of(events: Sequence[Event], name: str, direction: str = "both") -> Chain:
    question = Question(thing(name), Direction(direction))
    return assemble(question, await trace(MemorySource(map(stored, events)), question))


def told(chain: Chain) -> set[tuple[str, str | None, str]]:
    kinds = ("unaccounted", "over_issue", "mass_gain")
    return {(f.type, f.event, f.params["quantity"]) for f in chain.findings if f.type in kinds}


BY_HAND = [
    seen("first", 0, "100", F),
    ship("to-a", 1, "60", F, A),
    ship("to-b", 2, "40", F, B),
    receive("at-a", 3, "60", A),
    receive("at-b", 4, "39.5", B),
]


async def test_a_shipment_and_its_receipt_are_one_movement() -> None:
    chain = await chain_of(BY_HAND, "L")
    assert quantities(chain.ledger) == decimals(F="0", A="60", B="39.5")
    assert told(chain) == {("unaccounted", "to-b", "0.5")}
    assert [t.unaccounted for t in chain.ledger.transfers] == [Decimal(0), Decimal("0.5")]


async def test_issuing_more_than_is_held_is_shown_negative() -> None:
    chain = await chain_of([*BY_HAND, ship("on", 5, "70", A, C)], "L")
    assert quantities(chain.ledger)["A"] == Decimal(-10)
    assert ("over_issue", "on", "10") in told(chain)
    assert len(chain.events) == 6


def test_a_return_moves_back() -> None:
    back = receive("back", 5, "10", F, disposition="returned", source=Endpoint(B))
    assert quantities(ledger(with_edges([*BY_HAND, back]), [L])) == decimals(
        F="10", A="60", B="29.5"
    )


def test_a_lot_made_of_two_has_their_shares() -> None:
    mix = made("mix", 1, [lot("L1", "10"), lot("L2", "90")], [lot("M", "95")])
    (concerned,) = affected(with_edges([mix]), thing("L1"))
    assert (concerned.worst_case, concerned.pro_rata) == (Decimal(95), Decimal("9.5"))
    (mass,) = mass_balances(with_edges([mix]))
    assert (mass.gain, mass.known) == (Decimal(-5), True)


def test_shares_multiply_along_the_way_and_an_unknown_one_stays_unknown() -> None:
    mix = made("mix", 1, [lot("L1", "10"), lot("L2", "90")], [lot("M", "100")])
    half = made("half", 2, [lot("M", "50"), lot("N", "50")], [lot("O", "100")])
    vague = made("vague", 3, [lot("O", "10"), "SPICE"], [lot("P", "10")])
    shares = {
        a.code.rpartition(":")[2]: a.pro_rata
        for a in affected(with_edges([mix, half, vague]), thing("L1"))
    }
    assert shares == {"M": Decimal(10), "O": Decimal(5), "P": None}


def test_units_of_one_dimension_are_one_account_and_unlike_ones_are_two() -> None:
    events = [born("a", 0, "0.06", F, "TNE"), ship("b", 1, "60", F, A), born("c", 2, "3", F, "C62")]
    found = {(b.unit, b.quantity) for b in ledger(with_edges(events), [L]).balances}
    assert found == {("TNE", Decimal(0)), ("C62", Decimal(3))}


async def test_what_nobody_received_yet_is_on_its_way_and_not_lost() -> None:
    chain = await chain_of(BY_HAND[:3], "L")
    assert told(chain) == set()
    assert [t.in_transit for t in chain.ledger.transfers] == [Decimal(60), Decimal(40)]


def test_a_shipment_may_arrive_in_parts() -> None:
    parts = [BY_HAND[0], BY_HAND[1], receive("one", 3, "20", A), receive("two", 4, "40", A)]
    book = ledger(with_edges(parts), [L])
    assert quantities(book) == decimals(F="40", A="60")
    assert book.transfers[0].unaccounted == 0


def test_a_seller_and_a_carrier_report_one_movement() -> None:
    ends = {"source": Endpoint(F), "destination": Endpoint(A)}
    events = [
        *BY_HAND[:2],
        moved("truck", 1, lot("L", "60"), party=F, kind="logistics", **ends),
        receive("at-a", 3, "60", A),
        receive("also", 4, "60", A, kind="logistics"),
    ]
    assert quantities(ledger(with_edges(events), [L])) == decimals(F="40", A="60")


def test_a_pallet_moves_what_is_on_it() -> None:
    events = [
        born("make", 0, "100", F),
        packed("load", 1, "P", lot("L", "60"), party=F),
        moved("truck", 2, "P", party=F, destination=Endpoint(A)),
        unpacked("unload", 3, "P", lot("L", "60"), party=A),
    ]
    book = ledger(with_edges(events), [L])
    assert quantities(book) == decimals(F="40", A="60")
    assert book.transfers[0].unaccounted == 0


def test_a_place_that_never_told_what_it_had_does_not_issue_too_much() -> None:
    book = ledger(with_edges([ship("go", 1, "60", F, A)]), [L])
    assert book.over_issues == []
    assert quantities(book) == decimals(F="-60")


async def test_more_out_than_in_is_a_finding_and_less_is_not() -> None:
    gain = made("gain", 1, [lot("L", "10")], [lot("M", "11")])
    loss = made("loss", 2, [lot("M", "11")], [lot("N", "9")])
    assert told(await chain_of([gain, loss], "N", "up")) == {("mass_gain", "gain", "1")}


def test_halves_are_one_transformation() -> None:
    halves = [
        made("in", 1, [lot("L", "10")], transformation="urn:t:1"),
        made("out", 2, (), [lot("M", "9")], transformation="urn:t:1"),
    ]
    (mass,) = mass_balances(with_edges(halves))
    assert (mass.inputs, mass.outputs, mass.known) == (Decimal(10), Decimal(9), True)


async def test_from_a_part_of_the_events_nothing_follows() -> None:
    question = Question(thing("L"), Direction.BOTH, since=at(2.5))
    source = MemorySource(map(stored, [*BY_HAND, ship("on", 5, "70", A, C)]))
    chain = assemble(question, await trace(source, question))
    assert told(chain) == set()


_AMOUNTS = st.integers(1, 50).map(str)


@given(st.lists(st.tuples(st.sampled_from("FABC"), st.sampled_from("FABC"), _AMOUNTS), max_size=6))
def test_nothing_is_created_or_lost_by_moving(legs: list[tuple[str, str, str]]) -> None:
    events = [born("make", 0, "100", F)]
    for n, (here, there, amount) in enumerate(legs):
        if here != there:
            events.append(ship(f"s{n}", 1 + n, amount, party(here), party(there)))
            events.append(
                receive(f"r{n}", 1.5 + n, amount, party(there), source=Endpoint(party(here)))
            )
    book = ledger(with_edges(events), [L])
    assert sum(b.quantity for b in book.balances) == 100
    assert all(t.in_transit == t.unaccounted == 0 for t in book.transfers)


@pytest.mark.parametrize(
    ("caller", "places", "movements"),
    [
        (Caller(CallerRole.CITY), 3, 2),
        (Caller(CallerRole.INSPECTOR, home="food"), 0, 0),
        (Caller(CallerRole.ENTERPRISE, party=A), 1, 0),
        (Caller(CallerRole.CONSUMER), 0, 0),
    ],
)
async def test_who_sees_how_much_is_where(caller: Caller, places: int, movements: int) -> None:
    seen_by = policy.view(await chain_of(BY_HAND, "L"), caller)
    answer = write_chain(seen_by, asked="L", language="en", now=at(9))
    assert (len(answer["balances"]), len(answer["movements"])) == (places, movements)
    assert {b["party"] for b in answer["balances"]} <= {A.key, B.key, F.key}
    if caller.role is CallerRole.ENTERPRISE:
        assert {b["party"] for b in answer["balances"]} == {A.key}
    if caller.role is not CallerRole.CITY:
        assert answer["affected"] == answer["mass_balances"] == []
        assert "39.5" not in str([answer["findings"], answer["balances"]])
