"""What a reach keeps while it goes: temporary tables, and the pieces its statements are made of.

    reach_void    the error declarations that count
    reach_fact    what the edges of a code say at a glance, ``batch`` being when it was looked at;
                  and of what was reached the round it was reached in, from when on it has been
                  ``followed``, and the rounds in which it was last followed (``front``) by set or
                  by the walk (``by_walk``)
    reach_task    things to follow: the walk's tasks, by round; what a transformation put out is
                  entered where that was, so its ``node`` stands for ``entry`` and ``site``
    reach_inside  containers to look inside, by round
    reach_node    transformations that were come to
    reach_still   containers that things are still in from a time on, and what last moved them
                  since, also as the text that the line of a lot or a serial tells of it
    reach_told    the last events of things that had to be looked at one by one

A code is *odd* if a rule touches it that is not kept by set: it bears the code of a container that
was used again, it was returned after its end, or it is in, or below, a container that was packed
into itself. Only temporary tables are written, so the reading role is enough; but a replica has no
temporary tables, so a reach needs the primary.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from suyuan.domain.lookup import Movement, Rank, Role
from suyuan.storage.reads import END

ITEM, PARENT, EMPTIED = int(Role.ITEM), int(Role.PARENT), int(Role.EMPTIED)
CHILD, INPUT, OUTPUT, MEMBER = (
    int(Role.CHILD), int(Role.INPUT), int(Role.OUTPUT), int(Role.MEMBER),
)  # fmt: skip
ADD, OBSERVE, DELETE = int(Rank.ADD), int(Rank.OBSERVE), int(Rank.DELETE)
NONE, OUT, BACK = int(Movement.NONE), int(Movement.OUT), int(Movement.BACK)

# Stands for "from the beginning": no event is older.
BEGINNING = datetime(1, 1, 2, tzinfo=UTC)

_CODE = 'text COLLATE "C"'
_ENTRY = f"entry_time timestamptz, entry_rank smallint, entry_id {_CODE}, entry_party {_CODE}"
# The columns of a last event: the fields of ``suyuan.domain.reach.Last``.
LAST = ("time", "rank", "id", "party", "role", "ends", "place", "moves", "far_place", "far_party")
_LAST = f"""time timestamptz, rank smallint, id {_CODE}, party {_CODE}, role smallint, ends boolean,
    place {_CODE}, moves smallint, far_place {_CODE}, far_party {_CODE}"""
# No table is analysed by itself: a temporary one is nobody's but ours.
_TABLES = (
    f"reach_void (event uuid NOT NULL, party {_CODE})",
    f"""reach_fact (code {_CODE} PRIMARY KEY, batch integer NOT NULL, is_lot boolean NOT NULL,
        container boolean NOT NULL, emptied boolean NOT NULL, consumed boolean NOT NULL,
        moved boolean NOT NULL, makings integer NOT NULL, box {_CODE}, other_box {_CODE},
        still timestamptz, leads boolean NOT NULL, odd boolean, round integer, followed timestamptz,
        front integer, by_walk integer)""",
    f"""reach_task (round integer NOT NULL, code {_CODE} NOT NULL, since timestamptz NOT NULL,
        direct boolean NOT NULL, node {_CODE}, {_ENTRY}, site_place {_CODE}, site_party {_CODE})""",
    f"""reach_inside (round integer NOT NULL, code {_CODE} NOT NULL, since timestamptz NOT NULL,
        until timestamptz NOT NULL, {_ENTRY}, odd boolean NOT NULL DEFAULT false)""",
    f"reach_node (node {_CODE} PRIMARY KEY, round integer NOT NULL)",
    f"""reach_still (box {_CODE} NOT NULL, since timestamptz NOT NULL, {_LAST}, of_lot text,
        of_serial text, PRIMARY KEY (box, since))""",
    f"reach_told (code {_CODE} PRIMARY KEY, {_LAST})",
)
_INDEXES = (
    "reach_inside_by_round ON reach_inside (round)",
    "reach_fact_containers ON reach_fact (code) WHERE container",
)
_BY_ROUND = {
    "reach_task_by_round": "reach_task (round)",
    "reach_fact_by_front": "reach_fact (front)",
}

_DECLARED = """
    INSERT INTO reach_void
    SELECT DISTINCT key, CASE WHEN authority THEN NULL ELSE party END
    FROM events WHERE declaration AND record_time <= $1
"""


@dataclass(frozen=True, slots=True)
class Scene:
    """What the statements of one reach have in common: its bounds, and if anything is void."""

    as_of: datetime | None
    known_at: datetime | None
    has_voids: bool

    @property
    def until(self) -> str:
        return _literal(self.as_of or END)

    def known(self, edge: str) -> str:
        """The condition that an edge of this alias is known and not void."""
        told = ""
        if self.known_at is not None:
            told = f" AND {edge}.record_time <= {_literal(self.known_at)}"
        if self.as_of is not None:
            told += f" AND {edge}.time <= {self.until}"
        if self.has_voids:
            told += f""" AND NOT EXISTS (SELECT FROM reach_void v WHERE v.event = {edge}.event
                         AND (v.party IS NULL OR v.party = {edge}.party))"""
        return told

    def put_out(self, task: str) -> str:
        """Joins ``o``: the making of a ``task``'s thing by the transformation that it names."""
        return f"""
            LEFT JOIN edges o ON o.code = {task}.code AND o.other = {task}.node
                AND o.role = {OUTPUT} AND o.time = {task}.since{self.known("o")}"""

    def stays(self, pack: str, box: str, *, is_lot: str) -> str:
        """Joins ``own`` and ``gone``: what closed a stay, itself named or its container emptied.

        ``pack`` is the alias of the edge that opened it, ``box`` of the container's facts.
        A thing packed where it is already has a second stay inside the first, with the same end.
        """
        after = f"""e.time >= {pack}.time AND (e.time, e.rank, e.id, e.party)
                    > ({pack}.time, {pack}.rank, {pack}.id, {pack}.party)"""
        return f"""
            LEFT JOIN LATERAL (
                SELECT e.time, e.rank, e.id, e.party FROM edges e
                WHERE e.code = {pack}.code AND {after}{self.known("e")}
                  AND ((e.role = {CHILD} AND e.rank = {DELETE} AND e.other = {pack}.other)
                       OR (NOT {is_lot}
                           AND ((e.role = {CHILD} AND e.rank = {ADD} AND e.other <> {pack}.other)
                                OR e.role = {INPUT} OR (e.role = {ITEM} AND e.ends))))
                ORDER BY e.time, e.rank, e.id, e.party LIMIT 1) own ON true
            LEFT JOIN LATERAL (
                SELECT e.time, e.rank, e.id, e.party, e.event FROM edges e
                WHERE e.code = {pack}.other AND e.role = {EMPTIED} AND {after}{self.known("e")}
                ORDER BY e.time, e.rank, e.id, e.party LIMIT 1) gone ON {box}.emptied"""


# With ``Scene.put_out``: where, in its order and on the map, a task's thing was come to.
_ENTERED = ("time", "rank", "id", "party")
ENTRY = ", ".join(f"coalesce(t.entry_{name}, o.{name}) AS entry_{name}" for name in _ENTERED)
SITE = ", ".join(f"coalesce(t.site_{name}, o.{name}) AS site_{name}" for name in ("place", "party"))

# With ``Scene.stays``: when the stay ended, and whether it was by emptying the container.
CLOSED = "least(own.time, gone.time)"
WAS_EMPTIED = """(gone.time IS NOT NULL AND (own.time IS NULL OR
    (gone.time, gone.rank, gone.id, gone.party) < (own.time, own.rank, own.id, own.party)))"""


async def prepare(driver: Any) -> None:
    """Make the tables, or find them as an earlier reach on this connection left them: empty."""
    for table in _TABLES:
        await driver.execute(f"CREATE TEMPORARY TABLE IF NOT EXISTS {table} ON COMMIT DELETE ROWS")
    for index in _INDEXES:
        await driver.execute(f"CREATE INDEX IF NOT EXISTS {index}")
    for name in _BY_ROUND:
        await driver.execute(f"DROP INDEX IF EXISTS {name}")


async def index_rounds(driver: Any) -> None:
    """Make the things of one round quick to find among those of all.

    A reach that doubles with each round is done in an eighth less time without: most of what it
    keeps is of the last round.
    """
    for name, index in _BY_ROUND.items():
        await driver.execute(f"CREATE INDEX {name} ON {index}")


async def declared(driver: Any, known_at: datetime | None) -> bool:
    """Note what is void as of then; whether anything is."""
    await driver.execute(_DECLARED, known_at or END)
    return bool(await driver.fetchval("SELECT EXISTS (SELECT FROM reach_void)"))


def _literal(moment: datetime) -> str:
    # PostgreSQL reads no offset of 16 hours or more, which Python and RFC 3339 do.
    return f"timestamptz '{moment.astimezone(UTC).isoformat()}'"
