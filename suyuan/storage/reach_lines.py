"""Things of a reach as lines of JSON, made and streamed by the database.

A million lines pass through a service as blocks of bytes: to make each of them an object first took
longer than to find the things. ``docs/tracing.md`` has the form of a line.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

from suyuan.domain.lookup import Movement, Role
from suyuan.domain.reach import State

_NATIONAL = "urn:suyuan:cn:"
_INPUT, _OUT = int(Role.INPUT), int(Movement.OUT)

# Blocks that wait for a reader who is slower than the database.
_BLOCKS = 4
# While he reads, the statement is not at an end.
_READING = "SET LOCAL statement_timeout = '1h'"
_READ = "SET LOCAL statement_timeout TO DEFAULT"


def _short(key: str) -> str:
    """``Code.short``: as people type it."""
    rest = f"substr({key}, {len(_NATIONAL) + 1})"
    return f"CASE WHEN starts_with({key}, '{_NATIONAL}') THEN {rest} ELSE {key} END AS {key}"


_LEVEL = "CASE WHEN is_lot THEN 'lot' ELSE 'serial' END AS level"
_TIME = """btrim(to_json(time AT TIME ZONE 'UTC')::text, '"') || 'Z' AS time"""
# ``Last.state``, ``Last.holder`` and ``Last.where``.
_STATE = f"""CASE WHEN role = {_INPUT}
                 THEN CASE WHEN is_lot THEN '{State.AT}' ELSE '{State.CONSUMED}' END
                 WHEN ends AND NOT is_lot THEN '{State.ENDED}'
                 WHEN moves = {_OUT} THEN '{State.IN_TRANSIT}' ELSE '{State.AT}' END AS state"""
_HOLDER = f"CASE WHEN moves = {_OUT} THEN far_party ELSE party END AS holder"
_WHERE = f"CASE WHEN moves = {_OUT} THEN far_place ELSE place END AS place"


def with_lasts(things: str, most: int | None = None) -> str:
    """The lines of a query of codes, whether they are lots, and the columns of ``LAST``.

    ``{"code", "level", "last"}``; ``last`` is null or ``{"time", "state", "holder", "place",
    "event", "reporter"}``, where ``holder`` and ``place`` are where it was sent to if it is in
    transit, and null if not said. OFFSET keeps what is used thrice from being computed thrice.
    """
    return f"""
        SELECT row_to_json(line) FROM (
            SELECT code, {_LEVEL}, CASE WHEN time IS NOT NULL THEN (SELECT last FROM (
                SELECT {_TIME}, state, {_short("holder")}, {_short("place")}, id AS event,
                       {_short("reporter")}) last) END AS last
            FROM (SELECT code, is_lot, time, id, party AS reporter, {_STATE}, {_HOLDER}, {_WHERE}
                  FROM ({things} OFFSET 0) things OFFSET 0) told) line
        LIMIT {most or "ALL"}
    """


def names_alone(things: str, most: int | None = None) -> str:
    """The lines of a query of codes and whether they are lots: ``{"code", "level"}``."""
    return f"""
        SELECT row_to_json(line) FROM (SELECT code, {_LEVEL} FROM ({things}) things) line
        LIMIT {most or "ALL"}
    """


async def stream(driver: Any, lines: str) -> AsyncGenerator[bytes, None]:
    """The lines of a query in blocks, each line whole and with its end, as they are made.

    JSON has none of the characters that COPY would quote or escape here. Who stops reading before
    the end loses the connection: the driver cannot break off a COPY and go on.
    """
    blocks: asyncio.Queue[bytes | None] = asyncio.Queue(_BLOCKS)

    async def copy() -> None:
        try:
            await driver.copy_from_query(
                lines, output=blocks.put, format="csv", delimiter="\x02", quote="\x01"
            )
        except BaseException:
            while not blocks.empty():  # what is whole no more is not read on
                blocks.get_nowait()
            blocks.put_nowait(None)
            raise
        await blocks.put(None)

    await driver.execute(_READING)
    copying = asyncio.create_task(copy())
    try:
        while (block := await blocks.get()) is not None:
            yield bytes(block)  # the driver gives arrays
        await copying
    finally:
        if not copying.done():
            driver.terminate()
            copying.add_done_callback(_heard)
            copying.cancel()
    await driver.execute(_READ)


def _heard(broken_off: asyncio.Task[None]) -> None:
    """Nobody is left who would want to hear why."""
    if not broken_off.cancelled():
        broken_off.exception()
