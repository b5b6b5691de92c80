"""Where the things of a reach were last known to be.

A thing's last event is its own, or that of a container while it was inside. Most things that are
still inside were packed and never told of again: of those only the container is asked, once for all
that were packed with it at one time. Of others that were ever packed each stay is looked at; and
what is odd is told by the walk.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import astuple
from typing import Any

from suyuan.domain.making import maker_of
from suyuan.domain.reach import Last, Reached
from suyuan.storage.reach_lines import last_told, line, stream
from suyuan.storage.reach_tables import (
    ADD,
    CHILD,
    CLOSED,
    EMPTIED,
    LAST,
    OBSERVE,
    PARENT,
    WAS_EMPTIED,
    Scene,
)

_BATCH = 2_000
_OF_E = ", ".join(f"e.{name}" for name in LAST)
_OF_O, _OF_M, _OF_T = (_OF_E.replace("e.", f"{alias}.") for alias in "omt")
_LATEST = "e.time DESC, e.rank DESC, e.id DESC, e.party DESC"
_ORDER = "time, rank, id, party"

_NEW = "k.front = $1 AND k.round = $1"
_HERE = "k.front = {this} AND k.round = {this}"
# Merged in the order of codes: a probe for each of a million would take three times as long.
_OWN = f"""
    SELECT DISTINCT ON (k.code) k.code, k.is_lot, k.box, k.still, {_OF_E}
    FROM reach_fact k JOIN edges e ON e.code = k.code
    WHERE {{which}} AND NOT k.odd{{known}}
    ORDER BY k.code, {_LATEST}, e.role
"""
_ODD = f"SELECT k.code FROM reach_fact k WHERE {_NEW} AND k.odd AND k.batch > 0"
_UNSETTLED = f"{_NEW} AND k.box IS NOT NULL AND k.still IS NULL"
_ANY = f"""
    SELECT bool_or(k.odd), bool_or(k.still IS NOT NULL),
           bool_or(k.box IS NOT NULL AND k.still IS NULL)
    FROM reach_fact k WHERE {_NEW}
"""
# The containers that things are still in, or were until somebody emptied them: their windows.
_STILL = f"""
    SELECT n.box, n.since, coalesce(gone.time, {{until}}) AS until, gone.event AS gone
    FROM (SELECT DISTINCT k.box, k.still AS since FROM reach_fact k
          WHERE {_NEW} AND k.still IS NOT NULL AND NOT k.odd) n
    LEFT JOIN LATERAL (
        SELECT e.time, e.event FROM edges e
        WHERE e.code = n.box AND e.role = {EMPTIED} AND e.time >= n.since{{known}}
        ORDER BY e.time, e.rank, e.id, e.party LIMIT 1) gone ON true
    WHERE NOT EXISTS (SELECT FROM reach_still s WHERE s.box = n.box AND s.since = n.since)
"""
# The stays that may have seen more than the thing itself tells of.
_STAYS = f"""
    SELECT o.code, p.other AS box, p.time AS since, coalesce({CLOSED}, {{until}}) AS until,
           CASE WHEN {WAS_EMPTIED} THEN gone.event END AS gone
    FROM own o JOIN reach_fact k ON k.code = o.code
    JOIN edges p ON p.code = o.code AND p.role = {CHILD} AND p.rank = {ADD}{{known_p}}
    JOIN reach_fact b ON b.code = p.other
    {{stays}}
    WHERE {CLOSED} IS NULL OR {CLOSED} >= o.time
"""
# What moved each container of ``asked`` in its window, or a container around it meanwhile. That
# another thing was put in or taken out does not move it; that everything was taken out does, for
# what was inside: also as a second reporter told it.
_MOVES = f"""
    around (root, since_root, until_root, gone_root, code, since, until, gone) AS (
        SELECT box, since, until, gone, box, since, until, gone FROM asked
        UNION
        SELECT a.root, a.since_root, a.until_root, a.gone_root,
               p.other, greatest(a.since, p.time), least(a.until, {CLOSED}),
               CASE WHEN {WAS_EMPTIED} AND gone.time <= a.until THEN gone.event END
        FROM around a JOIN reach_fact k ON k.code = a.code
        JOIN edges p ON p.code = a.code AND p.role = {CHILD} AND p.rank = {ADD}
             AND p.time <= a.until{{known_p}}
        JOIN reach_fact b ON b.code = p.other
        {{stays}}
        WHERE {CLOSED} IS NULL OR {CLOSED} >= a.since
    ), moves AS (
        SELECT DISTINCT ON (a.root, a.since_root, a.until_root, a.gone_root)
               a.root AS box, a.since_root AS since, a.until_root AS until, a.gone_root AS gone,
               e.code AS mover, {_OF_E}
        FROM around a CROSS JOIN LATERAL (
            SELECT * FROM edges e
            WHERE e.code = a.code AND e.time BETWEEN a.since AND a.until{{known}}
              AND CASE e.role WHEN {EMPTIED} THEN e.time = a.until AND e.event = a.gone
                  ELSE e.role <> {PARENT} OR e.rank = {OBSERVE} END
            ORDER BY {_LATEST}, e.role LIMIT 1) e
        ORDER BY a.root, a.since_root, a.until_root, a.gone_root, {_LATEST}, e.code DESC, e.role
    )
"""
_MOVED_STILL = f"""
    WITH RECURSIVE asked AS MATERIALIZED ({{still}}), {{moves}}
    INSERT INTO reach_still
    SELECT a.box, a.since, {_OF_M}, {last_told("m", is_lot="true")},
           {last_told("m", is_lot="false")}
    FROM asked a LEFT JOIN moves m USING (box, since)
"""
# Of one event's parts the thing's own comes first.
_TOLD = f"""
    WITH RECURSIVE own AS MATERIALIZED ({{own}}),
    inside AS MATERIALIZED ({{inside}}),
    asked AS MATERIALIZED (SELECT DISTINCT box, since, until, gone FROM inside), {{moves}}
    INSERT INTO reach_told
    SELECT DISTINCT ON (code) code, {", ".join(LAST)}
    FROM (SELECT o.code, true AS is_own, NULL AS mover, {_OF_O} FROM own o
          UNION ALL
          SELECT i.code, false, m.mover, {_OF_M} FROM inside i JOIN moves m
          ON m.box = i.box AND m.since = i.since AND m.until = i.until
             AND m.gone IS NOT DISTINCT FROM i.gone) e
    ORDER BY code, {_LATEST}, is_own DESC, mover DESC
"""
_SETTLED = f"{_HERE} AND (k.box IS NULL OR k.still IS NOT NULL)"
# Nothing that a thing tells itself is younger than its stay, so that a younger move is its last.
_MOVED_ON = "m.box = k.box AND m.since = k.still AND m.time > k.still"
_MOVED = f"FROM reach_fact k JOIN reach_still m ON {_MOVED_ON} WHERE {_HERE} AND NOT k.odd"
_LASTS_MOVED = f"SELECT k.code, k.is_lot, {_OF_M} {_MOVED}"
_LINES_MOVED = f"""
    SELECT {line("k", "CASE WHEN k.is_lot THEN m.of_lot ELSE m.of_serial END")} {_MOVED}
"""
_NOT_MOVED_ON = f"{_SETTLED} AND NOT EXISTS (SELECT FROM reach_still m WHERE {_MOVED_ON})"
_BEST = ", ".join(f"CASE WHEN moved THEN m_{name} ELSE {name} END AS {name}" for name in LAST)
_PLAIN = f"SELECT code, is_lot, {', '.join(LAST)} FROM ({{own}}) o"
_INSIDE = f"""
    SELECT code, is_lot, {_BEST} FROM (
        SELECT o.*, {", ".join(f"m.{name} AS m_{name}" for name in LAST)},
               coalesce((m.time, m.rank, m.id, m.party) > (o.time, o.rank, o.id, o.party), false)
               AS moved
        FROM ({{own}}) o LEFT JOIN reach_still m ON m.box = o.box AND m.since = o.still OFFSET 0) o
"""
_LOOKED_AT = f"""
    UNION ALL
    SELECT k.code, k.is_lot, {_OF_T} FROM reach_fact k LEFT JOIN reach_told t ON t.code = k.code
    WHERE {_HERE} AND k.batch > 0 AND (k.odd OR (k.box IS NOT NULL AND k.still IS NULL))
"""
# OFFSET keeps a column that is used twice from being computed twice.
_LINES = f"""
    SELECT {line("o", last_told("o", is_lot="o.is_lot"))} FROM ({{lasts}} OFFSET 0) o
"""
# Facts of batch -1 are of a code of which nothing is told.
_NAMED = f"FROM reach_fact k WHERE {_HERE} AND k.batch > 0"
_NAMES, _LINES_OF_NAMES = f"SELECT k.code, k.is_lot {_NAMED}", f"SELECT {line('k')} {_NAMED}"

ByWalk = Callable[[list[str]], Awaitable[Mapping[str, Last]]]
"""Tells the last events of things by the walk's rules."""

_make_last, _make_reached = maker_of(Last), maker_of(Reached)


class FoundThings:
    """What one round of a reach found, with or without where each thing was last.

    ``by_walk`` tells the last events of odd things; without it no last event is asked for.
    """

    def __init__(self, driver: Any, scene: Scene, this: int) -> None:
        self._driver = driver
        self._this = this
        self._known, self._until = scene.known("e"), scene.until
        self._known_p = scene.known("p")
        self._of_stays = scene.stays("p", "b", is_lot="k.is_lot")

    async def reached(self, by_walk: ByWalk | None) -> AsyncGenerator[list[Reached], None]:
        """The things, some thousand at a time."""
        if by_walk is None:
            query, read = _NAMES, _as_name
        else:
            lasts, still = await self._lasts(by_walk)
            query, read = f"{lasts} UNION ALL {_LASTS_MOVED}" if still else lasts, _as_reached
        cursor = await self._driver.cursor(self._of_this(query), timeout=None)
        while rows := await cursor.fetch(_BATCH):
            yield [read(row) for row in rows]

    async def lines(
        self, by_walk: ByWalk | None, most: int | None = None
    ) -> AsyncGenerator[bytes, None]:
        """The same as lines of JSON, at most so many."""
        if by_walk is None:
            query = _LINES_OF_NAMES
        else:
            lasts, still = await self._lasts(by_walk)
            query = _LINES.replace("{lasts}", lasts)
            query = f"{_LINES_MOVED} UNION ALL {query}" if still else query
        limited = f"SELECT * FROM ({self._of_this(query)}) lines LIMIT {most or 'ALL'}"
        async with aclosing(stream(self._driver, limited)) as blocks:
            async for block in blocks:
                yield block

    def _of_this(self, query: str) -> str:
        return query.replace("{this}", str(self._this))

    async def _lasts(self, by_walk: ByWalk) -> tuple[str, bool]:
        """Find what is not plain; the query that gives things and the columns of ``LAST``.

        Those are all null where nothing is told. The second value is whether there are things in
        containers, of which the query leaves out those that were moved on in them.
        """
        odd, still, unsettled = await self._driver.fetchrow(_ANY, self._this)
        if odd:
            rows = await self._driver.fetch(_ODD, self._this)
            await self._tell(await by_walk([row[0] for row in rows]))
        if unsettled:
            await self._driver.execute(self._told(), self._this)
        if still:
            await self._driver.execute(self._moved_still(), self._this)
        query = (_INSIDE if still else _PLAIN) + (_LOOKED_AT if odd or unsettled else "")
        own = _OWN.format(which=_NOT_MOVED_ON if still else _SETTLED, known=self._known)
        return query.replace("{own}", own), bool(still)

    async def _tell(self, lasts: Mapping[str, Last]) -> None:
        rows = [(code, *astuple(last)) for code, last in lasts.items()]
        await self._driver.copy_records_to_table("reach_told", records=rows)

    def _moved_still(self) -> str:
        still = _STILL.format(until=self._until, known=self._known)
        return _MOVED_STILL.replace("{still}", still).replace("{moves}", self._moves())

    def _told(self) -> str:
        return _TOLD.format(
            own=_OWN.format(which=_UNSETTLED, known=self._known),
            inside=_STAYS.format(until=self._until, known_p=self._known_p, stays=self._of_stays),
            moves=self._moves(),
        )

    def _moves(self) -> str:
        return _MOVES.format(known=self._known, known_p=self._known_p, stays=self._of_stays)


def _as_name(row: Any) -> Reached:
    code, is_lot = row
    return _make_reached(code, is_lot, None)


def _as_reached(row: Any) -> Reached:
    code, is_lot, *last = row
    return _make_reached(code, is_lot, None if last[0] is None else _make_last(*last))
