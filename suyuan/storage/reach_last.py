"""Where the things of a reach were last known to be.

A thing's last event is its own, or that of a container while it was inside. Most things that are
still inside were packed and never told of again: of those only the container is asked, once for all
that were packed with it. Of others that were ever packed each stay is looked at.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from suyuan.domain.making import maker_of
from suyuan.domain.reach import Last, Reached
from suyuan.storage.reach_tables import (
    ADD,
    CHILD,
    CLOSED,
    EMPTIED,
    OBSERVE,
    PARENT,
    WAS_EMPTIED,
    Scene,
)
from suyuan.storage.reads import END

_BATCH = 2_000
_LAST = "e.time, e.rank, e.id, e.party, e.role, e.ends, e.place, e.moves, e.far_place, e.far_party"
_LATEST = "e.time DESC, e.rank DESC, e.id DESC, e.party DESC"

_OWN = f"""
    SELECT k.code, k.is_lot, k.odd, k.box IS NOT NULL AS packed,
           k.box = k.other_box AND NOT b.emptied AS once, k.box, {_LAST}
    FROM reach_fact k LEFT JOIN reach_fact b ON b.code = k.box
    CROSS JOIN LATERAL (
        SELECT * FROM edges e WHERE e.code = k.code{{known}}
        ORDER BY {_LATEST}, e.role LIMIT 1) e
    WHERE k.front = $1 AND k.round = $1
"""
# Facts of batch -1 are of a code of which nothing is told.
_NAMES = """
    SELECT k.code, k.is_lot FROM reach_fact k
    WHERE k.front = $1 AND k.round = $1 AND k.batch > 0
"""
# The stays that may have seen more than the thing itself tells of.
_STAYS = f"""
    SELECT asked.code, p.other, p.time, {CLOSED}, {WAS_EMPTIED}, gone.event
    FROM unnest($1::text[], $2::timestamptz[]) AS asked (code, last)
    JOIN reach_fact k ON k.code = asked.code
    JOIN edges p ON p.code = asked.code AND p.role = {CHILD} AND p.rank = {ADD}{{known_p}}
    JOIN reach_fact b ON b.code = p.other
    {{stays}}
    WHERE {CLOSED} IS NULL OR {CLOSED} >= asked.last
"""
# What moved a container in a window, or a container around it meanwhile. That another thing was put
# in or taken out does not move it; that everything was taken out does, for what was inside: also as
# a second reporter told it.
_MOVES = f"""
    WITH RECURSIVE around (root, code, since, until, gone) AS (
        SELECT n, code COLLATE "C", since, until, gone
        FROM unnest($1::text[], $2::timestamptz[], $3::timestamptz[], $4::uuid[])
             WITH ORDINALITY AS asked (code, since, until, gone, n)
        UNION
        SELECT a.root, p.other, greatest(a.since, p.time), least(a.until, {CLOSED}),
               CASE WHEN {WAS_EMPTIED} AND gone.time <= a.until THEN gone.event END
        FROM around a JOIN reach_fact k ON k.code = a.code
        JOIN edges p ON p.code = a.code AND p.role = {CHILD} AND p.rank = {ADD}
             AND p.time <= a.until{{known_p}}
        JOIN reach_fact b ON b.code = p.other
        {{stays}}
        WHERE {CLOSED} IS NULL OR {CLOSED} >= a.since
    )
    SELECT DISTINCT ON (a.root) a.root, {_LAST}
    FROM around a CROSS JOIN LATERAL (
        SELECT * FROM edges e
        WHERE e.code = a.code AND e.time BETWEEN a.since AND a.until{{known}}
          AND CASE e.role WHEN {EMPTIED} THEN e.time = a.until AND e.event = a.gone
              ELSE e.role <> {PARENT} OR e.rank = {OBSERVE} END
        ORDER BY {_LATEST}, e.role LIMIT 1) e
    ORDER BY a.root, {_LATEST}, e.code DESC, e.role
"""


@dataclass(frozen=True, slots=True)
class Own:
    """What a thing's own last event says, and what else must be asked.

    ``inside`` is the container that it was packed into last and is still in, if that is all of its
    story; ``unsettled`` has stays to be looked at; ``odd`` is the walk's to answer.
    """

    code: str
    is_lot: bool
    odd: bool
    unsettled: bool
    inside: str | None
    last: Last


@dataclass(frozen=True, slots=True)
class Inside:
    """A container while something was in it; ``gone`` is the event that ended that by emptying."""

    container: str
    since: datetime
    until: datetime
    gone: UUID | None = None


class Lasts:
    """Reads last events of what one round reached."""

    def __init__(self, driver: Any, scene: Scene) -> None:
        self._driver = driver
        self._until = scene.as_of or END
        known, known_p = scene.known("e"), scene.known("p")
        self._own = _OWN.format(known=known)
        stays = scene.stays("p", "b", is_lot="k.is_lot")
        self._stays = _STAYS.format(known_p=known_p, stays=stays)
        self._moves = _MOVES.format(known=known, known_p=known_p, stays=stays)

    async def own(self, this: int) -> AsyncIterator[list[Own]]:
        """The things that were new in a round, some thousand at a time."""
        cursor = await self._driver.cursor(self._own, this, timeout=None)
        while rows := await cursor.fetch(_BATCH):
            yield [_as_own(row) for row in rows]

    async def names(self, this: int) -> AsyncIterator[list[Reached]]:
        """The same things, without asking where they were last."""
        cursor = await self._driver.cursor(_NAMES, this, timeout=None)
        while rows := await cursor.fetch(_BATCH):
            yield [_make_reached(code, is_lot, None) for code, is_lot in rows]

    def still(self, one: Own) -> Inside:
        """The container that a thing is still in, from its packing on."""
        return Inside(one.inside or "", one.last.time, self._until)

    async def stays(self, things: Sequence[Own]) -> dict[str, list[Inside]]:
        """The stays of things that may have ended after their own last events."""
        rows = await self._driver.fetch(
            self._stays, [t.code for t in things], [t.last.time for t in things]
        )
        found: dict[str, list[Inside]] = {}
        for code, box, opened, closed, emptied, gone in rows:
            stay = Inside(box, opened, closed or self._until, gone if emptied else None)
            found.setdefault(code, []).append(stay)
        return found

    async def moves(self, asked: Sequence[Inside]) -> Mapping[Inside, Last]:
        """What last moved each container meanwhile, itself or one around it."""
        rows = await self._driver.fetch(
            self._moves,
            [i.container for i in asked],
            [i.since for i in asked],
            [i.until for i in asked],
            [i.gone for i in asked],
        )
        return {asked[row[0] - 1]: Last(*row[1:]) for row in rows}


# Made by the million.
_make_last, _make_own, _make_reached = maker_of(Last), maker_of(Own), maker_of(Reached)


def _as_own(row: Any) -> Own:
    code, is_lot, odd, packed, once, box = row[:6]
    told = _make_last(*row[6:])
    packing = told.role == CHILD and told.rank == ADD
    inside = box if packed and once and packing and not odd else None
    return _make_own(code, is_lot, odd, packed and inside is None and not odd, inside, told)
