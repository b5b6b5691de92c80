"""Loading by COPY: what is new in a large batch goes straight into ``events`` and ``edges``.

COPY writes many rows at a time, and takes half of what INSERT does for a thousand events. It knows
no ``ON CONFLICT``: what is known is looked up first, and where another writer commits the same key
in between, the whole COPY of events is undone and the caller inserts row by row.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Sequence
from itertools import islice

from asyncpg import UniqueViolationError

from suyuan.domain.errors import Refused
from suyuan.domain.lookup import edges_of
from suyuan.storage.engine import WriteConnection, driver_of
from suyuan.storage.rows import EDGE_COLUMNS, EVENT_COLUMNS, FORMS, Identity, Row, Rows

# A control character, which no word, code or id can be: the usual \N would need escapes looked for.
_NULL = "\x1f"
# COPY's text format (PostgreSQL manual, COPY): a line for each row, tabs between its columns.
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
_TRUTHS = ("f", "t")
_FORM_NUMBERS = {form: str(number) for number, form in enumerate(FORMS)}
_NUMBERS = [str(number) for number in range(10)]  # of roles, ranks and movements
# So many events are written out while the server stores the ones before.
_CHUNK = 100


async def copy_rows(connection: WriteConnection, rows: Rows) -> bool:
    """Store new rows with their edges; False, and nothing stored, if another writer had one too."""
    edges: list[str] = []
    try:
        async with connection.begin_nested():
            await _copy(connection, "events", EVENT_COLUMNS, _event_chunks(rows, edges))
    except UniqueViolationError:
        return False
    if edges:
        edges.sort()  # by code, so that neighbours in the index stay so
        await _copy(connection, "edges", EDGE_COLUMNS, _whole(edges))
    return True


async def _copy(
    connection: WriteConnection, table: str, columns: Sequence[str], source: AsyncIterable[bytes]
) -> None:
    driver = await driver_of(connection)
    await driver.copy_to_table(table, source=source, columns=columns, format="text", null=_NULL)


async def _event_chunks(rows: Rows, edges: list[str]) -> AsyncIterator[bytes]:
    """The lines of events; those of their edges, whose time and ids are the same, go to ``edges``.

    Both are written while the event is at hand: to come back to it costs half as much again.
    """
    waiting = iter(rows.items())
    while chunk := list(islice(waiting, _CHUNK)):
        lines: list[bytes] = []
        for identity, row in chunk:
            moment, key = row.event.time.isoformat(), identity[0].hex()
            lines += _event_line(identity, row, moment, key)
            edges += _edge_lines(identity, row, moment, key)
        yield b"".join(lines)


async def _whole(lines: Iterable[str]) -> AsyncIterator[bytes]:
    yield _encoded("".join(lines))


def _encoded(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise Refused("text_not_storable") from error


def _event_line(identity: Identity, row: Row, moment: str, key: str) -> tuple[bytes, bytes]:
    """All columns but the last, with a tab behind them; the document with the line's end."""
    event = row.event
    columns = _line(
        (
            key,
            identity[1],
            _TRUTHS[identity[2]],
            _TRUTHS[row.authority],
            row.content.hex(),
            moment,
            _FORM_NUMBERS[row.form],
            event.kind or _NULL,
            event.sector or _NULL,
            event.id,
            row.reporter,
            row.profile or _NULL,
            row.breaches or _NULL,
            "",
        )
    )
    return _encoded(columns[:-1]), _document(row.document)


def _document(text: str) -> bytes:
    """The last column. Looked at as bytes: to find a character in text takes four times as long."""
    document = _encoded(text)
    if b"\\" in document or b"\t" in document or b"\n" in document or b"\r" in document:
        return _encoded(text.translate(_ESCAPES)) + b"\n"
    return document + b"\n"


def _edge_lines(identity: Identity, row: Row, moment: str, key: str) -> list[str]:
    return [
        _line(
            (
                edge.code,
                moment,
                key,
                _NUMBERS[edge.role],
                _NUMBERS[edge.rank],
                _TRUTHS[edge.ends],
                _TRUTHS[edge.is_lot],
                edge.id,
                edge.party,
                edge.other or _NULL,
                edge.place or _NULL,
                _NUMBERS[edge.moves],
                edge.far_place or _NULL,
                edge.far_party or _NULL,
                _NULL if edge.quantity is None else str(edge.quantity),
                edge.unit or _NULL,
            )
        )
        for edge in edges_of(row.event, identity[0])
    ]


def _line(columns: tuple[str, ...]) -> str:
    line = "\t".join(columns) + "\n"
    if "\\" in line or "\r" in line or line.count("\t") >= len(columns) or line.count("\n") > 1:
        return "\t".join([column.translate(_ESCAPES) for column in columns]) + "\n"
    return line
