"""Every SELECT over events and edges.

A lookup is one statement a hop: its keys travel as arrays, each question is one index probe, and
the error declarations of the events found come with the same statement.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import text

from suyuan.domain.lookup import Ask, Edge, Key, Movement, Rank, Role, Void
from suyuan.domain.making import maker_of
from suyuan.storage.engine import ReadConnection, driver_of
from suyuan.storage.load import FORMS

# Bounds that stand for "unbounded": no event is older or younger (times are checked on entry).
_BEGINNING = datetime(1, 1, 2, tzinfo=UTC)
END = datetime(9999, 12, 30, tzinfo=UTC)

# What ``suyuan.domain.lookup.is_plain`` says.
_PLAIN = f"""e.role = {int(Role.ITEM)} AND e.rank <> {int(Rank.ADD)}
              AND e.moves <> {int(Movement.BACK)} AND NOT e.ends"""
_BELONGS = f"e.role IN ({int(Role.CHILD)}, {int(Role.MEMBER)})"

# LATERAL makes each question its own index range scan, so that the plan cannot become a scan of
# ``edges`` while statistics are stale. Declarations are few: their partial index is tiny. Those of
# events that are asked about by key come with the same statement, as rows without a code. All that
# differs between two questions is in one JSON parameter, as in ``suyuan.storage.ahead``: of arrays
# PostgreSQL made the plan anew each time, which took three times as long as running it.
_EDGES = f"""
    WITH found AS (
        SELECT e.* FROM json_to_recordset($1::json->'codes')
            AS asked (code text, since timestamptz, until timestamptz)
        CROSS JOIN LATERAL (
            SELECT * FROM edges e
            WHERE e.code = asked.code AND e.time <= asked.until AND e.record_time <= $2
              AND NOT ({_PLAIN} AND e.time < asked.since)
            ORDER BY e.time LIMIT $3) AS e
        UNION ALL
        SELECT e.* FROM json_to_recordset($1::json->'others')
            AS asked (other text, until timestamptz, contents boolean)
        CROSS JOIN LATERAL (
            SELECT * FROM edges e
            WHERE e.other = asked.other AND e.time <= asked.until AND e.record_time <= $2
              AND ({_BELONGS}) = asked.contents
            ORDER BY e.time LIMIT $3) AS e
    )
    SELECT f.code, f.role, f.rank, f.time, f.id, f.event, f.party, f.other, f.ends, f.is_lot,
           f.place, f.moves, f.far_place, f.far_party, f.quantity, f.unit,
           d.party, d.authority, d.record_time
    FROM found f
    LEFT JOIN events d ON d.key = f.event AND d.declaration AND d.record_time <= $2
    UNION ALL
    SELECT NULL, NULL, NULL, NULL, NULL, d.key, NULL, NULL, NULL, NULL,
           NULL, NULL, NULL, NULL, NULL, NULL,
           d.party, d.authority, d.record_time
    FROM json_array_elements_text($1::json->'events') AS asked (key)
    CROSS JOIN LATERAL (
        SELECT * FROM events d
        WHERE d.declaration AND d.key = asked.key::uuid AND d.record_time <= $2 OFFSET 0) AS d
"""

_BODIES = """
    SELECT key, party, declaration, authority, content, record_time, form, reporter, document, id,
           profile, breaches
    FROM events
    WHERE key = ANY($1::uuid[]) AND record_time <= $2
    ORDER BY record_time, party, declaration
"""

# The same in the order asked for, without the documents once there are too many bytes of them.
_BODIES_WITHIN = """
    SELECT key, party, declaration, authority, content, record_time, form, reporter,
           CASE WHEN bytes <= $3 OR n = 1 THEN document END, id, profile, breaches, n
    FROM (SELECT e.*, asked.n, sum(octet_length(e.document)) OVER (ORDER BY asked.n) AS bytes
          FROM unnest($1::uuid[]) WITH ORDINALITY AS asked (key, n)
          CROSS JOIN LATERAL (
              SELECT * FROM events e WHERE e.key = asked.key AND e.record_time <= $2 OFFSET 0) e
    ) e
    ORDER BY record_time, party, declaration
"""

_BY_LOCAL_ID = text("""
    SELECT key, party, declaration, authority, content, record_time, form, reporter, document, id,
           profile, breaches
    FROM events WHERE id = :id ORDER BY record_time, party, declaration LIMIT :most
""")

_ANY_EVENT = text("SELECT EXISTS (SELECT FROM events)")


@dataclass(frozen=True, slots=True)
class StoredRow:
    """A row of ``events``: the document as reported, and what the store knows of it."""

    key: bytes
    party: str
    declaration: bool
    authority: bool
    content: bytes
    record_time: datetime
    form: str
    reporter: str
    document: str
    id: str
    profile: str | None = None
    breaches: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """Edges with the voids of their events; ``cut`` are the questions that had more answers."""

    edges: list[Edge]
    voids: set[Void]
    cut: list[Key]


async def find_edges(
    connection: ReadConnection, keys: Sequence[Key], *, known_at: datetime | None, most: int
) -> Found:
    """Answer every question in one statement, at most ``most`` edges a question.

    To one about an event the voids are the answer, whoever declared them.
    """
    by_code = [k for k in keys if k.ask in (Ask.CODE, Ask.CONTAINER)]
    by_other = [k for k in keys if k.ask in (Ask.CONTENTS, Ask.TRANSFORMATION)]
    events = [k.key for k in keys if k.ask is Ask.EVENT]
    if not by_code and not by_other and not events:
        return Found([], set(), [])
    driver = await driver_of(connection)
    asked = {
        "codes": [
            {"code": k.key, "since": k.since or _BEGINNING, "until": k.until or END}
            for k in by_code
        ],
        "others": [
            {"other": k.key, "until": k.until or END, "contents": k.ask is Ask.CONTENTS}
            for k in by_other
        ],
        "events": events,
    }
    rows = await driver.fetch(_EDGES, _encode(asked).decode(), known_at or END, most)
    edges: dict[Edge, None] = {}
    voids: set[Void] = set()
    for row in rows:
        if row[0] is not None:
            edges[as_edge(row)] = None
        declarer, authority, declared = row[16:]
        if declarer is not None:
            voids.add(Void(row[5].bytes, declarer, authority, declared))
    return Found(list(edges), voids, _cut(by_code, by_other, edges, most))


def as_edge(row: Any) -> Edge:
    """The edge of a row that begins with the columns of ``_EDGES``, in their order."""
    return _make_edge(
        row[0],
        _ROLES[row[1]],
        _RANKS[row[2]],
        row[3],
        row[4],
        row[5].bytes,
        row[6],
        row[7],
        row[8],
        row[9],
        row[10],
        _MOVEMENTS[row[11]],
        row[12],
        row[13],
        row[14],
        row[15],
    )


_encode = msgspec.json.Encoder().encode

# Rows come by the thousand, and to look a member of an enumeration up by its number is slow.
_make_edge = maker_of(Edge)
_ROLES, _RANKS, _MOVEMENTS = tuple(Role), tuple(Rank), tuple(Movement)


def _cut(
    by_code: Sequence[Key], by_other: Sequence[Key], edges: Iterable[Edge], most: int
) -> list[Key]:
    codes = Counter(e.code for e in edges)
    others = Counter(e.other for e in edges)
    return [
        *(k for k in by_code if codes[k.key] >= most),
        *(k for k in by_other if others[k.key] >= most),
    ]


async def find_bodies(
    connection: ReadConnection, keys: Sequence[bytes], *, known_at: datetime | None
) -> list[StoredRow]:
    """The events of these keys and the declarations about them, oldest record first."""
    driver = await driver_of(connection)
    rows = await driver.fetch(_BODIES, [UUID(bytes=k) for k in keys], known_at or END)
    return [as_stored(row) for row in rows]


async def find_bodies_within(
    connection: ReadConnection, keys: Sequence[bytes], *, known_at: datetime | None, most_bytes: int
) -> tuple[list[StoredRow], int]:
    """The same for the first of the keys, whose documents come to so many bytes; how many.

    Those are all keys if that is enough, and one at least.
    """
    driver = await driver_of(connection)
    asked = [UUID(bytes=k) for k in keys]
    rows = await driver.fetch(_BODIES_WITHIN, asked, known_at or END, most_bytes)
    done = min((row[-1] for row in rows if row[8] is None), default=len(keys) + 1) - 1
    return [as_stored(row[:-1]) for row in rows if row[-1] <= done], done


async def find_by_id(connection: ReadConnection, event_id: str, *, most: int) -> list[StoredRow]:
    """Events by the bare id that was reported, whoever reported it."""
    result = await connection.execute(_BY_LOCAL_ID, {"id": event_id, "most": most})
    return [as_stored(row) for row in result]


async def holds_events(connection: ReadConnection) -> bool:
    """Whether anything was ever reported here."""
    return bool((await connection.execute(_ANY_EVENT)).scalar_one())


def as_stored(row: Any) -> StoredRow:
    """The row of ``events`` with the columns of ``_BODIES``, in their order."""
    key, party, declaration, authority, content, record_time, form, *rest = row
    return StoredRow(
        key.bytes,
        party,
        declaration,
        authority,
        content.bytes,
        record_time,
        FORMS[form],
        *rest,
    )
