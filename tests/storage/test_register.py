"""The register's table: versions in order, what holds when, and writers that meet."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest

from suyuan.storage.engine import Database, ReadConnection, WriteConnection
from suyuan.storage.register import (
    NewVersion,
    Outcome,
    append,
    find_in_force,
    find_versions,
)

A = "urn:suyuan:cn:91350206MADEMA0101"


def new(document: str, since: str = "2026-01-01", code: str = A, **more: object) -> NewVersion:
    content = document.encode().ljust(16, b"\0")[:16]
    given: dict[str, object] = {"kind": 0, "holder": code, "reporter": "r", "authority": False}
    given |= more
    return NewVersion(
        code=code,
        valid_from=date.fromisoformat(since),
        content=content,
        document=document,
        **given,  # type: ignore[arg-type]
    )


async def add(connection: WriteConnection, *versions: NewVersion, holder: str = A) -> list[str]:
    outcomes = await append(connection, versions, may_replace=lambda _, known: known == holder)
    return [outcome.value for outcome in outcomes]


async def documents(connection: ReadConnection, on: str, *codes: str) -> dict[str, str]:
    found = await find_in_force(connection, [(0, code) for code in codes], date.fromisoformat(on))
    return {one.code: one.document for one in found}


async def test_versions_are_numbered_in_their_order_and_none_is_changed(
    writing: WriteConnection, reading: ReadConnection
) -> None:
    assert await add(writing, new("a"), new("b", "2026-02-01")) == ["accepted", "accepted"]
    assert await add(writing, new("c", "2026-01-15")) == ["accepted"]
    found = await find_versions(reading, 0, A)
    assert [(v.number, v.document) for v in found] == [(3, "c"), (2, "b"), (1, "a")]


async def test_what_holds_that_day_and_says_the_same_is_repeated(writing: WriteConnection) -> None:
    assert await add(writing, new("a"), new("a", "2026-02-01")) == ["accepted", "repeated"]
    assert await add(writing, new("b", "2026-03-01"), new("b", "2026-04-01")) == [
        "accepted",
        "repeated",
    ]
    # What held before does not hold now, so to say it again is news.
    assert await add(writing, new("a", "2026-04-01"), new("a", "2026-02-15")) == [
        "accepted",
        "repeated",
    ]


async def test_a_version_before_the_first_is_new(writing: WriteConnection) -> None:
    assert await add(writing, new("a"), new("a", "2025-01-01")) == ["accepted", "accepted"]


async def test_an_id_that_is_somebody_elses_is_taken(writing: WriteConnection) -> None:
    await add(writing, new("a"))
    assert await add(writing, new("b"), holder="another") == ["taken"]


async def test_one_batch_is_judged_in_its_order(writing: WriteConnection) -> None:
    batch = [new("a"), new("b"), new("b"), new("a", kind=1), new("a")]
    assert await add(writing, *batch) == [
        "accepted",
        "accepted",
        "repeated",
        "accepted",
        "accepted",
    ]


@pytest.mark.parametrize(
    ("on", "document"),
    [("2025-12-31", None), ("2026-01-31", "a"), ("2026-02-01", "c"), ("2026-03-01", "c")],
)
async def test_the_version_that_holds_is_found_for_many_ids_at_once(
    writing: WriteConnection, reading: ReadConnection, on: str, document: str | None
) -> None:
    await add(writing, new("a"), new("b", "2026-02-01"), new("c", "2026-02-01"))
    await add(writing, new("x", "2020-01-01", "urn:x"))
    found = await documents(reading, on, A, "urn:x", "urn:nobody")
    assert found == ({"urn:x": "x"} if document is None else {A: document, "urn:x": "x"})


async def test_another_kind_of_one_code_is_another_entry(
    writing: WriteConnection, reading: ReadConnection
) -> None:
    await add(writing, new("party"), new("place", kind=1))
    found = await find_in_force(reading, [(1, A)], date(2026, 1, 1))
    assert [(one.kind, one.document) for one in found] == [(1, "place")]


async def test_nothing_is_asked_and_nothing_comes(
    writing: WriteConnection, reading: ReadConnection
) -> None:
    assert await add(writing) == []
    assert await documents(reading, "2026-01-01") == {}


async def test_writers_of_the_same_ids_at_once_neither_lose_nor_double_nor_deadlock(
    database: Database,
) -> None:
    codes = [f"urn:test:meeting:{n}" for n in range(20)]

    async def write(writer: int) -> list[Outcome]:
        ordered = codes if writer % 2 else codes[::-1]
        versions = [new(f"w{writer}", code=code) for code in ordered]
        async with database.writing() as connection:
            return await append(connection, versions, may_replace=lambda *_: True)

    outcomes = await asyncio.gather(*(write(n) for n in range(4)))
    assert {o for one in outcomes for o in one} == {Outcome.ACCEPTED}
    async with database.reading() as connection:
        for code in codes:
            found = await find_versions(connection, 0, code)
            assert [v.number for v in found] == [4, 3, 2, 1]
            assert {v.document for v in found} == {"w0", "w1", "w2", "w3"}
