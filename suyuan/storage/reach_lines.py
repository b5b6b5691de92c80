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


def _text(value: str) -> str:
    """A text as JSON, or null."""
    return f"coalesce(to_json({value})::text, 'null')"


def _short(key: str) -> str:
    """``Code.short`` as JSON: as people type it."""
    rest = f"substr({key}, {len(_NATIONAL) + 1})"
    return _text(f"CASE WHEN starts_with({key}, '{_NATIONAL}') THEN {rest} ELSE {key} END")


def last_told(last: str, *, is_lot: str) -> str:
    """The JSON of a last event: the columns of ``LAST`` of the alias ``last``.

    ``{"time", "state", "holder", "place", "event", "reporter"}``; ``holder`` and ``place`` are
    where it was sent to if it is in transit, and null if not said. So say ``Last.state``,
    ``Last.holder`` and ``Last.where``. To put text together takes half the time of making records.
    """
    away = f"{last}.moves = {_OUT}"
    state = f"""CASE WHEN {last}.role = {_INPUT}
                     THEN CASE WHEN {is_lot} THEN '{State.AT}' ELSE '{State.CONSUMED}' END
                     WHEN {last}.ends AND NOT {is_lot} THEN '{State.ENDED}'
                     WHEN {away} THEN '{State.IN_TRANSIT}' ELSE '{State.AT}' END"""
    holder = f"CASE WHEN {away} THEN {last}.far_party ELSE {last}.party END"
    where = f"CASE WHEN {away} THEN {last}.far_place ELSE {last}.place END"
    time = f"""rtrim(to_json({last}.time AT TIME ZONE 'UTC')::text, '"') || 'Z"'"""
    return f"""'{{"time":' || {time} || ',"state":"' || {state}
        || '","holder":' || {_short(holder)} || ',"place":' || {_short(where)}
        || ',"event":' || {_text(f"{last}.id")} || ',"reporter":' || {_short(f"{last}.party")}
        || '}}'"""


def line(thing: str, told: str | None = None) -> str:
    """The line of a thing: the columns ``code`` and ``is_lot`` of an alias.

    ``{"code", "level", "last"}``; ``told`` is the text of ``last``, null where nothing is told.
    Without it there is no such member.
    """
    level = f"CASE WHEN {thing}.is_lot THEN 'lot' ELSE 'serial' END"
    last = "" if told is None else f""" || ',"last":' || coalesce({told}, 'null')"""
    return f"""'{{"code":' || {_text(f"{thing}.code")} || ',"level":"' || {level} || '"'{last}
        || '}}'"""


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
