"""Reading ahead: what a walk that asks for some codes will ask for next, in the same statement.

A chain of ten events takes eight rounds of questions, and most of its time is spent between them.
The statement here follows edges from the codes asked for as the walk does, without judging them:
it may read too much, never too little of what it says it has read whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from suyuan.domain.lookup import Ask, Direction, Edge, Key, Role, Void
from suyuan.storage.engine import ReadConnection, driver_of
from suyuan.storage.reads import END, as_edge

# So many codes are followed, and so many edges of each are read: a chain that people look at is
# smaller, and of what is larger the walk asks in the usual way.
MOST_CODES = 1_000
MOST_EDGES = 64

_encode = msgspec.json.Encoder().encode
_PROBE = f"ORDER BY e.time LIMIT {MOST_EDGES + 1}"

_CHILD, _MEMBER = int(Role.CHILD), int(Role.MEMBER)
_INPUT, _OUTPUT = int(Role.INPUT), int(Role.OUTPUT)

# ``up`` and ``down``: whether the walk crosses transformations there; ``around``: the code is a
# container around a thing, of which only the moves and its own containers matter.
# LATERAL and LIMIT make each step one index range scan, whatever the statistics say. All that
# differs between two questions is in one JSON parameter, of which the planner knows nothing: so it
# settles for a plan that it need not make anew each time, which would take longer than running it.
_AHEAD = f"""
    WITH RECURSIVE ahead (code, up, down, around) AS (
        SELECT code COLLATE "C", up, down, false
        FROM json_to_recordset($1::json) AS asked (code text, up boolean, down boolean)
        UNION
        SELECT n.code, n.up, n.down, n.around
        FROM ahead a
        CROSS JOIN LATERAL (
            SELECT e.role, e.other FROM edges e
            WHERE e.code = a.code AND e.record_time <= $2 {_PROBE}) AS e
        CROSS JOIN LATERAL (
            SELECT e.other AS code, false AS up, a.down AS down, true AS around
            WHERE e.role = {_CHILD}
            UNION ALL
            SELECT e.other, true, false, false
            WHERE a.up AND NOT a.around AND e.role = {_MEMBER}
            UNION ALL
            SELECT * FROM (
                SELECT o.code, true, false, false FROM edges o
                WHERE a.up AND NOT a.around AND e.role = {_OUTPUT}
                  AND o.other = e.other AND o.role = {_INPUT} LIMIT {MOST_EDGES + 1}) AS inputs
            UNION ALL
            SELECT * FROM (
                SELECT o.code, false, true, false FROM edges o
                WHERE a.down AND e.role = {_INPUT}
                  AND o.other = e.other AND o.role = {_OUTPUT} LIMIT {MOST_EDGES + 1}) AS outputs
        ) AS n
    ),
    few AS MATERIALIZED (SELECT * FROM ahead LIMIT {MOST_CODES}),
    codes AS MATERIALIZED (
        SELECT code, bool_or(up AND NOT around) AS up, bool_or(down) AS down FROM few GROUP BY code
    ),
    direct AS MATERIALIZED (
        SELECT e.*, c.up, c.down FROM codes c
        CROSS JOIN LATERAL (
            SELECT * FROM edges e
            WHERE e.code = c.code AND e.record_time <= $2 {_PROBE}) AS e
    ),
    nodes AS (
        SELECT DISTINCT other FROM direct
        WHERE (up AND role = {_OUTPUT}) OR (down AND role = {_INPUT})
    ),
    found AS (
        SELECT d.code, d.role, d.rank, d.time, d.id, d.event, d.party, d.other, d.ends, d.is_lot,
               d.place, d.moves, d.far_place, d.far_party, d.quantity, d.unit,
               NULL AS node FROM direct d
        UNION ALL
        SELECT e.code, e.role, e.rank, e.time, e.id, e.event, e.party, e.other, e.ends, e.is_lot,
               e.place, e.moves, e.far_place, e.far_party, e.quantity, e.unit,
               n.other FROM nodes n
        CROSS JOIN LATERAL (
            SELECT * FROM edges e
            WHERE e.other = n.other AND e.role IN ({_INPUT}, {_OUTPUT}) AND e.record_time <= $2
            ORDER BY e.time LIMIT {MOST_EDGES + 1}) AS e
    )
    SELECT f.*, v.party, v.authority, v.record_time
    FROM found f
    LEFT JOIN events v ON v.key = f.event AND v.declaration AND v.record_time <= $2
"""


@dataclass(frozen=True, slots=True)
class Ahead:
    """What was read, and the questions that it answers whole, whatever their windows."""

    edges: list[Edge]
    voids: set[Void]
    answered: tuple[Key, ...]


async def read_ahead(
    connection: ReadConnection,
    codes: Sequence[str],
    direction: Direction,
    known_at: datetime | None,
) -> Ahead:
    """The edges of ``codes`` and of what a walk in this direction comes to from them."""
    up = direction in (Direction.UP, Direction.BOTH)
    down = direction in (Direction.DOWN, Direction.BOTH)
    asked = _encode([{"code": code, "up": up, "down": down} for code in codes]).decode()
    driver = await driver_of(connection)
    rows = await driver.fetch(_AHEAD, asked, known_at or END)
    return _sorted_out(rows, codes)


def _sorted_out(rows: Sequence[Any], codes: Sequence[str]) -> Ahead:
    edges: dict[tuple[Any, ...], Edge] = {}
    voids: set[Void] = set()
    of_code = Counter(dict.fromkeys(codes, 0))
    of_node: Counter[str] = Counter()
    for row in rows:
        told = (row[0], row[5], row[6], row[1])  # a part in an event, told by its code and its node
        edge = edges.get(told)
        if edge is None:
            edge = edges[told] = as_edge(row)
        node, declarer, authority, declared = row[16:]
        if node is None:
            of_code[edge.code] += 1
        else:
            of_node[node] += 1
        if declarer is not None:
            voids.add(Void(edge.event, declarer, authority, declared))
    answered = [Key(Ask.CODE, c) for c, n in of_code.items() if n <= MOST_EDGES]
    answered += [Key(Ask.TRANSFORMATION, t) for t, n in of_node.items() if n <= MOST_EDGES]
    return Ahead(list(edges.values()), voids, tuple(answered))
