"""Reach by set: everything downstream of some codes, round by round, in temporary tables.

Each round follows all things that are new, or known to be concerned from an earlier time on, by a
handful of statements, whatever their number. It keeps the walk's rules (docs/tracing.md); what it
cannot keep exactly it hands out, so that ``suyuan.sources.reach`` has it done by the walk itself.
No paths are carried, and a thing is followed again only from an earlier time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from suyuan.domain.lookup import Order
from suyuan.domain.reach import Cross, Follow, LookInside, Reach, Task
from suyuan.domain.sites import Site
from suyuan.storage import reach_tables
from suyuan.storage.reach_facts import Facts, count_of
from suyuan.storage.reach_flow import flow_of
from suyuan.storage.reach_tables import (
    ADD,
    BEGINNING,
    CHILD,
    CLOSED,
    ENTRY,
    INPUT,
    MEMBER,
    OUTPUT,
    SITE,
    Scene,
)
from suyuan.storage.reads import END

# What ``suyuan.domain.codes.gs1.is_lot_key`` says; the plain comparison spares most the other.
_LIKE_LOT_KEY = "f.code LIKE 'https://id.gs1.org/01/%/10/%'"
_IS_LOT_KEY = f"""{_LIKE_LOT_KEY}
          AND f.code ~ '^https://id\\.gs1\\.org/01/[0-9]{{{{14}}}}/10/[^/]+$'"""

_ROUND_CODES = """
    SELECT t.code, {round}, min(t.since) FROM reach_task t WHERE t.round = {round} GROUP BY t.code
"""
# A lot may be known by its serials alone.
_UNTOLD = """
    INSERT INTO reach_fact
    SELECT t.code, -1, false, false, false, false, false, 0, NULL, NULL, NULL, false, false,
           $1::integer, min(t.since), $1::integer
    FROM reach_task t WHERE t.round = $1 AND t.direct GROUP BY t.code ON CONFLICT DO NOTHING
"""
# What was only looked at before, or is concerned from an earlier time on now.
_AGAIN = """
    UPDATE reach_fact f
    SET front = $1, round = coalesce(f.round, $1), followed = least(f.followed, t.since)
    FROM (SELECT code, min(since) AS since FROM reach_task WHERE round = $1 GROUP BY code) t
    WHERE f.code = t.code AND f.front IS DISTINCT FROM $1
      AND (f.round IS NULL OR t.since < f.followed)
"""
# The walk knows itself what it did before.
_BY_WALK = """
    UPDATE reach_fact SET by_walk = $1, followed = timestamptz 'infinity' WHERE front = $1 AND odd
"""
_COUNT = "SELECT count(*) FROM reach_task WHERE round = $1"
_ODD_TASKS = f"""
    SELECT t.code, t.since, t.direct, {ENTRY}, {SITE}
    FROM reach_fact f JOIN reach_task t ON t.code = f.code AND t.round = f.front
    {{put_out}}
    WHERE f.front = $1 AND f.by_walk = $1
"""
# What there is in a front, so that nothing is looked for in vain among a million things.
_FRONT = f"""
    SELECT bool_or(f.odd), bool_or(f.consumed),
           bool_or(f.is_lot AND (f.moved OR f.makings > 1 OR f.box IS NOT NULL)),
           min(f.code) FILTER (WHERE {_LIKE_LOT_KEY}), max(f.code) FILTER (WHERE {_LIKE_LOT_KEY})
    FROM reach_fact f WHERE f.front = $1
"""
_HERE = "f.front = $1 AND f.by_walk IS DISTINCT FROM $1"
_CONSUMED = f"""
    INSERT INTO reach_node
    SELECT DISTINCT e.other, $1::integer + 1
    FROM reach_fact f JOIN edges e ON e.code = f.code
    WHERE {_HERE} AND f.consumed AND e.role = {INPUT} AND e.other IS NOT NULL
      AND e.time >= f.followed{{known}}
    ON CONFLICT DO NOTHING
"""
# Containers that were consumed with the thing inside, directly or through others.
_CARRIED = f"""
    WITH RECURSIVE around (code, since, until) AS (
        SELECT f.code, f.followed, {{until}} FROM reach_fact f
        WHERE {_HERE} AND f.box IS NOT NULL AND f.followed <= {{until}}
        UNION
        SELECT p.other, greatest(a.since, p.time), least(a.until, {CLOSED})
        FROM around a JOIN reach_fact k ON k.code = a.code
        JOIN edges p ON p.code = a.code AND p.role = {CHILD} AND p.rank = {ADD}
             AND p.time <= a.until{{known_p}}
        JOIN reach_fact b ON b.code = p.other AND b.leads
        {{stays}}
        WHERE {CLOSED} IS NULL OR {CLOSED} >= a.since
    )
    INSERT INTO reach_node
    SELECT DISTINCT e.other, $1::integer + 1 FROM around a JOIN edges e ON e.code = a.code
    WHERE e.role = {INPUT} AND e.other IS NOT NULL AND e.time BETWEEN a.since AND a.until{{known}}
    ON CONFLICT DO NOTHING
"""
# Between two codes of lots there is hardly anything else, and most lots have no serials.
_ANY_SERIALS = f"""
    SELECT EXISTS (SELECT FROM edges WHERE other BETWEEN $1 AND $2 AND role = {MEMBER})
"""
# Of a lot that was asked for, also the serials that were made before.
_SERIALS = f"""
    INSERT INTO reach_task (round, code, since, direct)
    SELECT $1::integer + 1, m.code, greatest(m.first, m.since), false
    FROM (SELECT e.code, f.code AS lot, f.followed AS since, min(e.time) AS first
          FROM reach_fact f CROSS JOIN LATERAL (
              SELECT e.code, e.time FROM edges e
              WHERE e.other = f.code AND e.role = {MEMBER}{{known}} OFFSET 0) e
          WHERE {_HERE} AND {_IS_LOT_KEY}
          GROUP BY e.code, f.code, f.followed) m
    WHERE m.first >= m.since
       OR EXISTS (SELECT FROM reach_task t WHERE t.round = $1 AND t.direct AND t.code = m.lot)
"""
_OPEN_DIRECT = f"""
    INSERT INTO reach_inside (round, code, since, until)
    SELECT $1::integer, f.code, f.followed, {{until}} FROM reach_fact f
    WHERE {_HERE} AND f.container
"""
_NODES = "INSERT INTO reach_node SELECT unnest($1::text[]), $2 ON CONFLICT DO NOTHING"
_LEFT = """
    SELECT EXISTS (SELECT FROM reach_task WHERE round = $1)
        OR EXISTS (SELECT FROM reach_inside WHERE round = $1)
        OR EXISTS (SELECT FROM reach_node WHERE round = $1)
"""
_ENTRY = ("entry_time", "entry_rank", "entry_id", "entry_party")
_TASK_COLUMNS = ("round", "code", "since", "direct", *_ENTRY, "site_place", "site_party")
_INSIDE_COLUMNS = ("round", "code", "since", "until", *_ENTRY)
_NOWHERE = (None, None, None, None)
_PUT_OUT = f"""
    INSERT INTO reach_task (round, code, since, direct, node)
    SELECT $1::integer, e.code, e.time, false, n.node
    FROM reach_node n JOIN edges e ON e.other = n.node
    WHERE n.round = $1 AND e.role = {OUTPUT}{{known}}
"""
_PUT_OUT_CONTENTS = f"""
    WITH made AS MATERIALIZED (SELECT code FROM reach_fact WHERE container AND makings > 0)
    INSERT INTO reach_inside
    SELECT $1::integer, e.code, e.time, {{until}}, e.time, e.rank, e.id, e.party
    FROM made k JOIN edges e ON e.code = k.code JOIN reach_node n ON n.node = e.other
    WHERE n.round = $1 AND e.role = {OUTPUT}{{known}}
"""
_INSIDE_CODES = f"""
    SELECT DISTINCT e.code, NULL::integer, NULL::timestamptz
    FROM reach_inside i JOIN reach_fact k ON k.code = i.code
    JOIN edges e ON e.other = i.code AND e.role = {CHILD} AND e.rank = {ADD} AND e.time <= i.until
    WHERE i.round = {{round}} AND k.container AND NOT k.odd{{known}}
"""
# The walk looks into containers that are odd, or hold something that is.
_ODD_INSIDE = f"""
    UPDATE reach_inside i SET odd = true FROM reach_fact k
    WHERE k.code = i.code AND i.round = $1 AND k.container AND (k.odd OR EXISTS (
        SELECT FROM edges e JOIN reach_fact c ON c.code = e.code
        WHERE e.other = i.code AND e.role = {CHILD} AND e.rank = {ADD} AND e.time <= i.until
          AND c.odd{{known}}))
    RETURNING i.code, i.since, i.until, i.entry_time, i.entry_rank, i.entry_id, i.entry_party
"""
_CONTENTS = f"""
    WITH found AS MATERIALIZED (
        SELECT p.code, c.container, greatest(i.since, p.time) AS since,
               least(i.until, {CLOSED}) AS until, p.time, p.rank, p.id, p.party
        FROM reach_inside i JOIN reach_fact b ON b.code = i.code
        JOIN edges p ON p.other = i.code AND p.role = {CHILD} AND p.rank = {ADD}
             AND p.time <= i.until{{known_p}}
        JOIN reach_fact c ON c.code = p.code
        {{stays}}
        WHERE i.round = $1 AND i.since <= i.until AND b.container AND NOT i.odd
          AND ({CLOSED} IS NULL OR {CLOSED} >= i.since)
    ), followed AS (
        INSERT INTO reach_task (round, code, since, direct, entry_time, entry_rank, entry_id,
                                entry_party)
        SELECT $1::integer + 1, code, since, false, time, rank, id, party FROM found
    )
    INSERT INTO reach_inside
    SELECT $1::integer + 1, code, since, until, time, rank, id, party FROM found WHERE container
"""


# From so many tasks on they are found by an index, if those of a round are a small part of all.
_MANY_TASKS, _SMALL_PART = 10_000, 4


class Frontier:
    """The rounds of one reach, within one transaction on one connection of the primary."""

    def __init__(self, driver: Any, scene: Scene) -> None:
        self._driver = driver
        self.scene = scene
        self._facts = Facts(driver, scene)
        pieces = {
            "until": scene.until,
            "known": scene.known("e"),
            "known_p": scene.known("p"),
        }
        self._consumed, self._serials = _CONSUMED.format(**pieces), _SERIALS.format(**pieces)
        self._carried = _CARRIED.format(**pieces, stays=scene.stays("p", "b", is_lot="k.is_lot"))
        self._put_out = _PUT_OUT.format(**pieces)
        self._put_out_contents = _PUT_OUT_CONTENTS.format(**pieces)
        self._odd_tasks = _ODD_TASKS.format(put_out=scene.put_out("t"))
        self._open_direct = _OPEN_DIRECT.format(**pieces)
        self._odd_inside = _ODD_INSIDE.format(**pieces)
        self._inside_codes = _INSIDE_CODES.replace("{known}", scene.known("e"))
        self._contents = _CONTENTS.format(**pieces, stays=scene.stays("p", "b", is_lot="c.is_lot"))
        self.round = 0
        self._tasks, self._indexed = 0, False

    @classmethod
    async def begin(cls, driver: Any, reach: Reach) -> Frontier:
        """Start from the codes that are asked for. The tables are there and empty."""
        has_voids = await reach_tables.declared(driver, reach.known_at)
        begun = cls(driver, Scene(reach.as_of, reach.known_at, has_voids))
        await begun.add(Follow(code.key, reach.since, True) for code in reach.codes)
        return begun

    async def add(self, tasks: Iterable[Task]) -> None:
        """Put tasks down to be done in the round that comes."""
        rows: dict[str, list[tuple[Any, ...]]] = {"task": [], "inside": [], "node": []}
        for task in tasks:
            match task:
                case Follow(code, since, direct, entry, site):
                    place, party = site or (None, None)
                    row = (code, since or BEGINNING, direct, *(entry or _NOWHERE), place, party)
                    rows["task"].append((self.round, *row))
                case LookInside(container, (since, until), entry):
                    bounds = (since or BEGINNING, until or END)
                    rows["inside"].append((self.round, container, *bounds, *(entry or _NOWHERE)))
                case Cross(node):
                    rows["node"].append((node,))
        await self._copy("reach_task", rows["task"], _TASK_COLUMNS)
        await self._copy("reach_inside", rows["inside"], _INSIDE_COLUMNS)
        nodes = [node for (node,) in rows["node"]]
        await self._driver.execute(_NODES, nodes, self.round)

    async def _copy(self, table: str, rows: list[tuple[Any, ...]], columns: Sequence[str]) -> None:
        if rows:
            await self._driver.copy_records_to_table(table, records=rows, columns=columns)

    async def is_done(self) -> bool:
        """Whether nothing is left to follow."""
        return not await self._driver.fetchval(_LEFT, self.round)

    async def advance(self) -> list[Task]:
        """Follow everything of this round by set; give back what only the walk can do.

        The tasks that come of both are of the next round: ``round`` is its number already.
        """
        this = self.round
        await self._driver.execute(self._put_out, this)
        tasks = await self._count(this)
        await self._driver.execute("ANALYZE reach_task")
        new = await self._facts.look_at(_ROUND_CODES.format(round=this))
        if this == 0:
            await self._driver.execute(_UNTOLD, this)
        if self._facts.any_container:
            await self._driver.execute(self._put_out_contents, this)
        if new < tasks:
            await self._driver.execute(_AGAIN, this)
        odd = [*await self._follow(this), *await self._look_inside(this)]
        self.round += 1
        return odd

    async def _count(self, this: int) -> int:
        """How many tasks are of this round."""
        tasks: int = await self._driver.fetchval(_COUNT, this)
        self._tasks += tasks
        if not self._indexed and self._tasks > max(_MANY_TASKS, tasks * _SMALL_PART):
            await reach_tables.index_rounds(self._driver)
            self._indexed = True
        return tasks

    async def _follow(self, this: int) -> list[Task]:
        """The things of this front: what consumed them, and the serials of its lots."""
        odd, consumed, flowing, *lots = await self._driver.fetchrow(_FRONT, this)
        by_walk = 0
        if odd:
            by_walk += count_of(await self._driver.execute(_BY_WALK, this))
        if flowing:
            flow = flow_of(self.scene, leads=self._facts.any_leads)
            by_walk += count_of(await self._driver.execute(flow, this))
        tasks = await self._driver.fetch(self._odd_tasks, this) if by_walk else ()
        if consumed:
            await self._driver.execute(self._consumed, this)
        if self._facts.any_leads:
            await self._driver.execute(self._carried, this)
        if lots[0] is not None and await self._driver.fetchval(_ANY_SERIALS, *lots):
            await self._driver.execute(self._serials, this)
        if this == 0:
            await self._driver.execute(self._open_direct, this)
        return [_as_follow(row) for row in tasks]

    async def _look_inside(self, this: int) -> list[Task]:
        await self._facts.look_at(self._inside_codes.replace("{round}", str(this)))
        rows = await self._driver.fetch(self._odd_inside, this)
        await self._driver.execute(self._contents, this)
        return [_as_look(row) for row in rows]


def _as_follow(row: Any) -> Follow:
    code, since, direct, *entry, place, party = row
    site = None if party is None else Site(place, party)
    return Follow(code, _bound(since), direct, _as_order(entry), site)


def _as_look(row: Any) -> LookInside:
    code, since, until, *entry = row
    return LookInside(code, (_bound(since), _bound(until)), _as_order(entry))


def _as_order(entry: Sequence[Any]) -> Order | None:
    time, rank, event_id, party = entry
    return None if time is None else (time, rank, event_id, party)


def _bound(time: datetime) -> datetime | None:
    return None if time in (BEGINNING, END) else time
