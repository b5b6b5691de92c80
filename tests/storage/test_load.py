"""Loading: what becomes of each row, alike whether a batch goes in by INSERT or by COPY."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from suyuan.domain.codes import Use, recognise
from suyuan.domain.errors import Refused
from suyuan.domain.events import Action, Correction, Event, EventType, Item
from suyuan.domain.lookup import edges_of
from suyuan.storage import load as loading
from suyuan.storage.engine import Database, WriteConnection
from suyuan.storage.load import COPY_FROM, Loaded, Outcome, Row, load

SELLER = recognise("91350200MA0000000R", use=Use.PARTY)
BUYER = recognise("91350203MA00000005", use=Use.PARTY)
TIME = datetime.fromisoformat("2026-03-01T08:00:00+08:00")
ACCEPTED, REPEATED = Outcome.ACCEPTED, Outcome.REPEATED
CONFLICT, VOIDED = Outcome.CONFLICT, Outcome.VOIDED


def event(name: str, *, code: str = "PIG-1", **members: Any) -> Event:
    told = {"action": Action.OBSERVE, "items": (Item(recognise(code, owner="seller")),), **members}
    return Event(**{"id": name, "party": SELLER, "type": EventType.OBJECT, "time": TIME, **told})


def row(name: str, said: str = "x", *, authority: bool = False, **members: Any) -> Row:
    """A row; rows that say the same have the same content."""
    content = sha256(said.encode()).digest()[:16]
    return Row(event(name, **members), content, "city", f'{{"said":"{said}"}}', "seller", authority)


def correction(name: str, **members: Any) -> Row:
    return row(name, correction=Correction(TIME), **members)


def others(count: int, prefix: str = "other") -> list[Row]:
    """So many rows that nothing is known of."""
    return [row(f"{prefix}-{n}", code=f"PIG-{n}") for n in range(count)]


async def stored(connection: WriteConnection, query: str) -> list[Any]:
    return list(await connection.execute(text(query)))


async def outcomes(connection: WriteConnection, *rows: Row) -> list[Outcome]:
    return [loaded.outcome for loaded in await load(connection, rows)]


@pytest.fixture(params=[0, COPY_FROM], ids=["insert", "copy"])
def batch(
    request: pytest.FixtureRequest, writing: WriteConnection
) -> Callable[..., Awaitable[list[Loaded]]]:
    """Load rows as a batch of their own, or among so many others that COPY is taken."""
    number = iter(range(100))

    async def load_them(*rows: Row) -> list[Loaded]:
        padding = others(request.param, f"padding-{next(number)}")
        loaded = await load(writing, [*rows, *padding])
        assert {one.outcome for one in loaded[len(rows) :]} <= {ACCEPTED}
        return loaded[: len(rows)]

    return load_them


Batch = Callable[..., Awaitable[list[Loaded]]]


async def test_what_is_new_is_accepted_and_what_is_known_repeated(batch: Batch) -> None:
    assert await batch(row("1"), row("2")) == [Loaded(ACCEPTED)] * 2
    assert await batch(row("2"), row("3")) == [Loaded(REPEATED), Loaded(ACCEPTED)]


async def test_other_content_under_a_known_id_is_a_conflict_that_shows_what_is_known(
    batch: Batch,
) -> None:
    await batch(row("1", "first"))
    assert await batch(row("1", "second")) == [Loaded(CONFLICT, '{"said":"first"}')]


async def test_an_id_twice_in_a_batch_is_stored_once_and_compared(
    batch: Batch, writing: WriteConnection
) -> None:
    loaded = await batch(row("1", "first"), row("1", "first"), row("1", "second"))
    assert loaded == [Loaded(ACCEPTED), Loaded(REPEATED), Loaded(CONFLICT, '{"said":"first"}')]
    (kept,) = await stored(writing, "SELECT document FROM events WHERE id = '1'")
    assert kept.document == '{"said":"first"}'


async def test_an_id_twice_in_a_batch_that_is_known_is_compared_twice(batch: Batch) -> None:
    await batch(row("1", "first"))
    loaded = await batch(row("1", "second"), row("1", "first"))
    assert loaded == [Loaded(CONFLICT, '{"said":"first"}'), Loaded(REPEATED)]


async def test_another_reporters_event_of_the_same_id_stands_beside_it(
    batch: Batch, writing: WriteConnection
) -> None:
    uri = "urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8"
    await batch(row(uri, "first"))
    assert await batch(row(uri, "second", party=BUYER)) == [Loaded(ACCEPTED)]
    assert len(await stored(writing, f"SELECT key FROM events WHERE id = '{uri}'")) == 2


async def test_a_correction_voids_and_is_repeated_whatever_it_says(batch: Batch) -> None:
    await batch(row("1", "first"))
    assert await batch(correction("1")) == [Loaded(ACCEPTED)]
    assert await batch(correction("1")) == [Loaded(REPEATED)]
    assert await batch(row("1", "first")) == [Loaded(REPEATED)]
    assert await batch(row("1", "second")) == [Loaded(VOIDED, '{"said":"first"}')]


async def test_a_correction_in_the_same_batch_voids_what_is_known(batch: Batch) -> None:
    await batch(row("1", "first"))
    loaded = await batch(row("1", "second"), correction("1"))
    assert loaded == [Loaded(VOIDED, '{"said":"first"}'), Loaded(ACCEPTED)]


async def test_a_strangers_correction_voids_nothing_and_an_authoritys_does(batch: Batch) -> None:
    uri = "urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8"
    await batch(row(uri, "first"), correction(uri, party=BUYER))
    assert (await batch(row(uri, "second")))[0].outcome is CONFLICT
    await batch(correction(uri, party=recognise("6901234567892", use=Use.PARTY), authority=True))
    assert (await batch(row(uri, "second")))[0].outcome is VOIDED


async def test_only_what_is_stored_has_edges(batch: Batch, writing: WriteConnection) -> None:
    await batch(row("1"), row("1"), correction("2"))
    await batch(row("1"), row("1", "second"))
    edges = await stored(writing, "SELECT code FROM edges WHERE id IN ('1', '2')")
    assert [edge.code for edge in edges] == [next(edges_of(event("1"))).code]


ODD = st.text(st.sampled_from("\\\t\n\r'\"猪{}N.\u2028 x"), max_size=6)


@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.tuples(ODD, ODD), min_size=1, max_size=5))
async def test_copy_stores_what_insert_stores_to_the_letter(
    writing: WriteConnection, texts: list[tuple[str, str]]
) -> None:
    def rows() -> list[Row]:
        made = []
        for number, (document, code) in enumerate(texts):
            told = event(
                f"odd\\-{number}-{document}",
                items=(),
                type=EventType.AGGREGATION,
                kind=None if number % 2 else "logistics",
                sector="meat" if number % 2 else None,
                parent=replace(SELLER, key=f"urn:x:\\{code}"),
                children=(Item(replace(SELLER, key=f"urn:y:{number}{code}")),),
            )
            made.append(Row(told, bytes(16), "epcis", document, f"a\\{code}b", bool(number % 2)))
        return made

    found = []
    for padding in ([], others(COPY_FROM)):
        async with writing.begin_nested() as undone:
            await load(writing, [*rows(), *padding])
            found.append(
                [
                    await stored(
                        writing, f"SELECT * FROM {table} WHERE id LIKE 'odd%' ORDER BY 1, 2"
                    )
                    for table in ("events", "edges")
                ]
            )
            await undone.rollback()
    assert found[0] == found[1]
    assert len(found[0][0]) == len(texts)


async def test_a_text_that_no_database_takes_is_refused(writing: WriteConnection) -> None:
    lone = replace(row("1"), document="\ud800")
    with pytest.raises(Refused, match="text_not_storable"):
        await load(writing, [lone, *others(COPY_FROM)])


async def test_a_large_batch_answers_in_the_order_given(writing: WriteConnection) -> None:
    rows = others(3 * COPY_FROM)
    await load(writing, rows[::3])
    expected = [REPEATED if n % 3 == 0 else ACCEPTED for n in range(len(rows))]
    assert await outcomes(writing, *rows) == expected


async def test_nothing_of_a_copy_is_kept_when_its_transaction_is_undone(
    database: Database,
) -> None:
    rows = others(COPY_FROM, "undone")
    async with database.writing() as connection:
        assert set(await outcomes(connection, *rows)) == {ACCEPTED}
        await connection.rollback()
    async with database.writing() as connection:
        for table in ("events", "edges"):
            assert not await stored(connection, f"SELECT 1 FROM {table} WHERE id LIKE 'undone%'")


async def test_two_writers_of_the_same_rows_in_opposite_order_store_each_once(
    database: Database,
) -> None:
    """The second one's COPY meets the first one's commit and is done over by INSERT."""
    rows = others(4 * COPY_FROM, "twice")
    both_are_in = asyncio.Barrier(2)
    fresh = [replace(one) for one in rows]

    async def write(batch: list[Row]) -> list[Outcome]:
        async with database.writing() as connection:
            await stored(connection, "SELECT 1")
            await both_are_in.wait()
            return await outcomes(connection, *batch)

    one, other = await asyncio.gather(write(rows), write(fresh[::-1]))
    assert sorted([one.count(ACCEPTED), other.count(ACCEPTED)]) == [0, len(rows)]
    assert sorted([one.count(REPEATED), other.count(REPEATED)]) == [0, len(rows)]
    async with database.writing() as connection:
        for table in ("events", "edges"):
            (count,) = await stored(
                connection, f"SELECT count(*) FROM {table} WHERE id LIKE 'twice%'"
            )
            assert count[0] == len(rows)


async def test_a_copy_that_meets_a_commit_stores_the_rest_by_insert(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between looking up what is known and the COPY, another writer commits one of the rows."""
    rows = others(COPY_FROM, "met")
    look_up = loading._find_known

    async def look_up_and_be_overtaken(connection: WriteConnection, asked: Any) -> Any:
        known = await look_up(connection, asked)
        async with database.writing() as another:
            await load(another, [replace(rows[7])])
        return known

    monkeypatch.setattr(loading, "_find_known", look_up_and_be_overtaken)
    async with database.writing() as connection:
        found = await outcomes(connection, *rows)
    assert found == [REPEATED if n == 7 else ACCEPTED for n in range(len(rows))]
