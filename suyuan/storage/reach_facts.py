"""Facts of a reach: what the edges of each code say at a glance, and which codes are odd."""

from __future__ import annotations

from typing import Any

from suyuan.storage.reach_tables import (
    ADD,
    BACK,
    CHILD,
    EMPTIED,
    INPUT,
    ITEM,
    MEMBER,
    NONE,
    OUTPUT,
    PARENT,
    Scene,
)

# ``makings`` counts what began the lot or made more of it; commissionings are told apart from it
# for containers, where the second begins a new life. GS1 General Specifications, 2.2.1: an SSCC
# rests for a year, so only one that was seen over more than a year can have lived twice.
# ``still``: since when a thing is in the only container that it was ever packed into, where nothing
# was told of it afterwards. A part of a lot says so beside another part in the same event.
_PACKS = f"e.role = {CHILD} AND e.rank = {ADD}"
_OTHERWISE = f"NOT ({_PACKS}) AND e.role <> {MEMBER}"
_LOOK = f"""
    INSERT INTO reach_fact
    SELECT e.code, $1, bool_or(e.is_lot), bool_or(e.role = {PARENT}), bool_or(e.role = {EMPTIED}),
           bool_or(e.role = {INPUT}), bool_or(e.moves <> {NONE}),
           count(*) FILTER (WHERE e.role = {OUTPUT} OR (e.role = {ITEM} AND e.rank = {ADD})),
           min(e.other) FILTER (WHERE {_PACKS}),
           nullif(max(e.other) FILTER (WHERE {_PACKS}), min(e.other) FILTER (WHERE {_PACKS})),
           CASE WHEN max(e.time) FILTER (WHERE {_PACKS})
                     > coalesce(max(e.time) FILTER (WHERE {_OTHERWISE}), '-infinity')
                     AND min(e.other) FILTER (WHERE {_PACKS})
                     = max(e.other) FILTER (WHERE {_PACKS})
                THEN max(e.time) FILTER (WHERE {_PACKS}) END,
           bool_or(e.role = {INPUT} AND e.other IS NOT NULL),
           (bool_or(e.role IN ({PARENT}, {EMPTIED}))
            AND (count(*) FILTER (WHERE e.role = {ITEM} AND e.rank = {ADD}) > 1
                 OR (e.code LIKE 'https://id.gs1.org/00/%'
                     AND max(e.time) - min(e.time) > interval '365 days')))
           OR (bool_or(e.role = {CHILD}) AND bool_or(e.role = {ITEM} AND e.ends)
               AND bool_or(e.role = {ITEM} AND e.moves = {BACK})),
           min(asked.round), min(asked.followed), min(asked.round)
    FROM ({{codes}}) AS asked (code, round, followed) JOIN edges e ON e.code = asked.code
    WHERE NOT EXISTS (SELECT FROM reach_fact f WHERE f.code = asked.code){{known}}
    GROUP BY e.code
"""
_PACKED = """
    SELECT bool_or(box IS NOT NULL), bool_or(other_box IS NOT NULL) FROM reach_fact WHERE batch = $1
"""
_BOXES = """
    SELECT f.box, NULL::integer, NULL::timestamptz
    FROM reach_fact f WHERE f.batch = {batch} AND f.box IS NOT NULL GROUP BY f.box
"""
_MORE_BOXES = f"""
    SELECT e.other, NULL::integer, NULL::timestamptz
    FROM reach_fact f JOIN edges e ON e.code = f.code
    WHERE f.batch = {{batch}} AND f.box IS NOT NULL AND e.role = {CHILD} AND e.rank = {ADD}{{known}}
    GROUP BY e.other
"""
# The containers that a code was ever packed into; most were packed into one.
_INTO = f"""
    SELECT b.odd, b.leads FROM reach_fact b WHERE b.code IN (f.box, f.other_box)
    UNION ALL
    SELECT b.odd, b.leads FROM edges e JOIN reach_fact b ON b.code = e.other
    WHERE f.other_box IS NOT NULL AND e.code = f.code AND {_PACKS}{{known}}
"""
# A container is settled when all that it was ever packed into are: from the outermost inwards.
# What is never settled is in a cycle, or below one.
_UNSETTLE = """
    UPDATE reach_fact SET odd = NULL
    WHERE batch >= $1 AND container AND box IS NOT NULL AND NOT odd
"""
_SETTLE = """
    UPDATE reach_fact f SET odd = false
    WHERE f.container AND f.odd IS NULL AND NOT EXISTS (
        SELECT FROM ({into}) b WHERE b.odd IS DISTINCT FROM false)
"""
_REST = "UPDATE reach_fact SET odd = true WHERE container AND odd IS NULL"
_ANY_CONTAINER = "SELECT EXISTS (SELECT FROM reach_fact WHERE container)"
_ANY = "SELECT bool_or(odd), bool_or(leads) FROM reach_fact WHERE container AND batch >= $1"
_BELOW_ODD = """
    UPDATE reach_fact f SET odd = true
    WHERE f.batch >= $1 AND NOT f.odd AND f.box IS NOT NULL
      AND EXISTS (SELECT FROM ({into}) b WHERE b.odd)
"""
# What is inside something that leads on, leads on.
_LEADING = """
    UPDATE reach_fact f SET leads = true
    WHERE NOT f.leads AND f.box IS NOT NULL AND f.container
      AND EXISTS (SELECT FROM ({into}) b WHERE b.leads)
"""


class Facts:
    """Looks at codes; of every container around one it is known, too, what it is."""

    def __init__(self, driver: Any, scene: Scene) -> None:
        self._driver = driver
        known = scene.known("e")
        self._look = _LOOK.replace("{known}", known)
        self._more_boxes = _MORE_BOXES.replace("{known}", known)
        into = _INTO.format(known=known)
        self._settle = _SETTLE.format(into=into)
        self._below_odd = _BELOW_ODD.format(into=into)
        self._leading = _LEADING.format(into=into)
        self._batch = 0
        self._looked, self._analysed = 0, 0
        self.any_container = False
        self._any_box_odd = False
        self.any_leads = False

    async def look_at(self, codes: str) -> int:
        """Look at the codes that a statement gives, as far as that was not done before.

        How many of them were new.

        The statement gives with each code the round it is reached in and from when on it will be
        followed; both are null for what is only looked at. Each code comes once.
        """
        first = self._batch + 1
        new = await self._look_once(codes)
        while (boxes := await self._boxes_of(self._batch)) is not None:
            await self._look_once(boxes)
        if self._looked > 2 * self._analysed:
            await self._driver.execute("ANALYZE reach_fact")
            self._analysed = self._looked
        await self._judge(first)
        return new

    async def _look_once(self, codes: str) -> int:
        self._batch += 1
        done = await self._driver.execute(self._look.replace("{codes}", codes), self._batch)
        self._looked += count_of(done)
        return count_of(done)

    async def _boxes_of(self, batch: int) -> str | None:
        """What gives the containers of a batch; most things were packed into one, if at all."""
        packed, into_several = await self._driver.fetchrow(_PACKED, batch)
        if not packed:
            return None
        return (self._more_boxes if into_several else _BOXES).replace("{batch}", str(batch))

    async def _judge(self, first: int) -> None:
        if not self.any_container and not await self._driver.fetchval(_ANY_CONTAINER):
            return
        self.any_container = True
        if count_of(await self._driver.execute(_UNSETTLE, first)):
            while count_of(await self._driver.execute(self._settle)):
                pass
            await self._driver.execute(_REST)
        any_box_odd, any_leads = await self._driver.fetchrow(_ANY, first)
        self._any_box_odd |= bool(any_box_odd)
        self.any_leads |= bool(any_leads)
        if self._any_box_odd:
            await self._driver.execute(self._below_odd, first)
        if self.any_leads:
            while count_of(await self._driver.execute(self._leading)):
                pass


def count_of(done: str) -> int:
    """How many rows a statement touched, from what the server says of it: ``INSERT 0 12``."""
    return int(done.rpartition(" ")[2])
