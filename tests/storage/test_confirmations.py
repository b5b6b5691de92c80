"""Which sales were received is found by one statement for a page, and by the rule sale by sale."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import event, text

from suyuan.domain.confirmations import State
from suyuan.domain.listing import Place
from suyuan.storage import confirmations
from suyuan.storage.confirmations import SalesAsked
from suyuan.storage.engine import ReadConnection, WriteConnection

BEGAN = datetime(2026, 3, 1, tzinfo=UTC)
OUT, IN = 1, 2

_EVENTS = text("""
    INSERT INTO events (key, party, declaration, authority, content, time, kind, form, id, reporter,
                        document)
    VALUES (:event, :party, :declaration, false, :event, :time, 'wholesale', 0, :id, 'r', '{}')
""")
_EDGES = text("""
    INSERT INTO edges (code, time, event, role, rank, ends, is_lot, id, party, moves, far_party)
    VALUES (:code, :time, :event, 0, 1, false, true, :id, :party, :moves, :far_party)
""")


@dataclass(frozen=True)
class Told:
    """A sale or a receipt of some codes, ``hour`` hours after the beginning."""

    number: int
    party: str
    moves: int
    far_party: str | None
    codes: tuple[str, ...]
    hour: int
    confirms: int | None = None
    void: bool = False

    @property
    def key(self) -> UUID:
        return UUID(int=self.number)

    @property
    def time(self) -> datetime:
        return BEGAN + timedelta(hours=self.hour)

    @property
    def id(self) -> str:
        if self.confirms is None:
            return f"id-{self.number}"
        return f"confirmation:{UUID(int=self.confirms).hex}"


async def store(connection: WriteConnection, told: Sequence[Told]) -> None:
    events, edges = [], []
    for one in told:
        row = {"event": one.key, "party": one.party, "time": one.time, "id": one.id}
        events += [{**row, "declaration": False}, {**row, "declaration": True}][: 1 + one.void]
        moved = {"moves": one.moves, "far_party": one.far_party}
        edges += [{**row, **moved, "code": code} for code in one.codes]
    await connection.execute(_EVENTS, events)
    await connection.execute(_EDGES, edges)


def is_received(sale: Told, told: Sequence[Told]) -> bool:
    """docs/confirmations.md, sale by sale: one receipt confirms one sale, the earliest it can."""
    return all(is_code_received(sale, code, told) for code in sale.codes)


def is_code_received(sale: Told, code: str, told: Sequence[Told]) -> bool:
    of_code = [one for one in told if code in one.codes and not one.void]
    receipts = [
        one
        for one in of_code
        if one.moves == IN and one.party == sale.far_party and one.far_party in (None, sale.party)
    ]
    named = {one.confirms for one in receipts}
    if sale.number in named:
        return True
    unnamed = [one for one in receipts if one.confirms is None]
    waiting = [
        one
        for one in of_code
        if one.moves == OUT
        and (one.party, one.far_party) == (sale.party, sale.far_party)
        and one.time <= sale.time
        and one.number not in named
    ]
    return len(unnamed) >= len(waiting) and any(one.time >= sale.time for one in unnamed)


def a_market(chance: random.Random) -> list[Told]:
    """Two sellers, two buyers, two lots, sold in parts; some is received, confirmed, void."""
    told: list[Told] = []
    for number in range(1, chance.randint(5, 40)):
        codes = tuple(chance.sample(["a", "b"], chance.choice((1, 1, 2))))
        hour, void = chance.randint(0, 20), chance.random() < 0.1
        seller, buyer = chance.choice("ST"), chance.choice("BC")
        sold = [one.number for one in told if one.moves == OUT and one.far_party == buyer]
        if chance.random() < 0.5:
            told.append(Told(number, seller, OUT, buyer, codes, hour, void=void))
        elif sold and chance.random() < 0.3:
            confirmed = chance.choice(sold)
            told.append(Told(number, buyer, IN, seller, codes, hour, confirmed, void))
        else:
            sender = chance.choice((seller, None))
            told.append(Told(number, buyer, IN, sender, codes, hour, void=void))
    return told


@pytest.mark.parametrize("seed", range(25))
async def test_a_page_says_of_each_sale_what_the_rule_says(
    writing: WriteConnection, reading: ReadConnection, seed: int
) -> None:
    told = a_market(random.Random(seed))
    await store(writing, told)
    sales = [one for one in told if one.moves == OUT and not one.void]
    for side, party in (("buyer", "B"), ("seller", "S")):
        ours = [one for one in sales if (one.far_party if side == "buyer" else one.party) == party]
        expected = {one.key: is_received(one, told) for one in ours}
        asked = {state: SalesAsked(party, side, state, BEGAN, BEGAN) for state in (None, *State)}
        found = await everything(reading, asked[None])
        assert sorted(found) == sorted(key for key, received in expected.items() if not received)
        confirmed = await everything(reading, asked[State.CONFIRMED])
        assert sorted(confirmed) == sorted(key for key, received in expected.items() if received)


async def everything(connection: ReadConnection, asked: SalesAsked) -> list[UUID]:
    """The events of a list, by pages of three."""
    found: list[UUID] = []
    after: Place | None = None
    while True:
        page = await confirmations.list_sales(connection, asked, after=after, most=3)
        found += [UUID(bytes=sale.key) for sale in page]
        if len(page) < 3:
            return found
        last = page[-1]
        after = Place(last.time, last.pushed_at, last.key, last.seller)


@contextmanager
def counted(connection: ReadConnection) -> Iterator[list[str]]:
    """The statements that are sent within the block."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    below = connection.sync_connection
    assert below is not None
    event.listen(below, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(below, "before_cursor_execute", note)


async def test_a_page_of_a_hot_lot_is_two_statements(
    writing: WriteConnection, reading: ReadConnection
) -> None:
    sales = [Told(n, "S", OUT, f"B{n % 7}", ("hot",), n) for n in range(1, 100)]
    receipts = [Told(n + 1_000, f"B{n % 7}", IN, None, ("hot",), n) for n in range(1, 50)]
    await store(writing, [*sales, *receipts])
    asked = SalesAsked("S", "seller", None, BEGAN, BEGAN)
    with counted(reading) as sent:
        page = await confirmations.list_sales(reading, asked, after=None, most=20)
    assert len(page) == 20
    assert len(sent) == 2
