"""What coverage is counted from and into: the feed's place, dirty cells, cells, days.

A cell is what one party told of one day. A report that comes in, or a declaration of error, makes
the cells dirty whose figures it may change: its own, and those of reports about the same things
whose source or far end it tells. A dirty cell is counted anew from its events as a whole, so it
does not matter how often or in which order it was made dirty. Cells are counted by one process at a
time: whoever holds the lock.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import text

from suyuan.domain.changes import Position
from suyuan.domain.coverage import Counts, Movement, Need, OnFile, bounds_of
from suyuan.domain.lookup import Edge, Rank, Role
from suyuan.domain.lookup import Movement as Moves
from suyuan.domain.register import Kind
from suyuan.storage.engine import Database, ReadConnection, WriteConnection, driver_of
from suyuan.storage.reads import StoredRow, as_stored
from suyuan.storage.register import StoredVersion

SUMS = (
    *("active", "active_any", "unfiled", "unfiled_any", "reports", "in_time", "checked"),
    *("complete", "evidenced", "links", "broken"),
)
# A cell that was counted is not counted again before so many times what counting it took, roughly:
# an enterprise that reports all day long costs a fiftieth of a core, however much it reports.
_SECONDS_A_REPORT = 0.01
_LONGEST_WAIT_SECONDS = 600
_BATCH = 1_000

_DAY = "(({0}.time AT TIME ZONE 'UTC') + interval '8 hours')::date"
_VOIDED = """EXISTS (SELECT FROM events d WHERE d.key = {0}.{1} AND d.declaration
                     AND (d.authority OR d.party = {0}.party))"""

_PACKED = f"""EXISTS (SELECT FROM edges b WHERE b.code = {{0}}.code AND b.other = {{0}}.other
                     AND b.role = {int(Role.CHILD)} AND b.rank = {int(Rank.ADD)}
                     AND b.time <= {{0}}.time AND NOT {_VOIDED.format("b", "event")})"""

# Taken without writing: a transaction that has written holds the change feed back while it lasts.
_LOCK = int.from_bytes(b"coverage")
_CLAIM = "SELECT pg_try_advisory_xact_lock($1)"
_PLACE = "SELECT xact, key, party, declaration, register_xact FROM coverage_feed WHERE id = 1"
_BEGIN = "INSERT INTO coverage_feed (id) VALUES (1)"
_ADVANCE = """
    UPDATE coverage_feed SET xact = $1, key = $2, party = $3, declaration = $4 WHERE id = 1
"""
_ADVANCE_REGISTER = "UPDATE coverage_feed SET register_xact = $1 WHERE id = 1"

_MARK = f"""
    INSERT INTO coverage_dirty (party, day, due_at)
    SELECT m.party, m.day, now() + make_interval(secs => least(
        {_LONGEST_WAIT_SECONDS}, {_SECONDS_A_REPORT} * coalesce(known.reports, 0)))
    FROM (SELECT DISTINCT party, day FROM ({{marked}}) AS each) AS m
    LEFT JOIN LATERAL (SELECT sum(c.reports)::float8 AS reports FROM coverage_cells c
                       WHERE c.party = m.party AND c.day = m.day) AS known ON true
    ON CONFLICT DO NOTHING
"""
# Of every event that was told of or declared in error: all who reported it.
_OWN = f"""
    SELECT v.party, {_DAY.format("v")} AS day FROM events v
    WHERE v.key = ANY($1::uuid[]) AND NOT v.declaration
"""
# What came later to the things, and to what was ever in them.
_LATER = f"""
    WITH RECURSIVE below (code, since) AS (
        SELECT code COLLATE "C", since
        FROM unnest($1::text[], $2::timestamptz[]) AS told (code, since)
        UNION
        SELECT p.code, b.since FROM below b
        CROSS JOIN LATERAL (
            SELECT e.code FROM edges e WHERE e.other = b.code AND e.role = {int(Role.CHILD)}
        ) AS p
    )
    SELECT e.party, {_DAY.format("e")} AS day FROM below b
    CROSS JOIN LATERAL (
        SELECT * FROM edges e WHERE e.code = b.code AND e.time >= b.since ORDER BY e.time
    ) AS e
    WHERE e.moves <> 0 OR e.ends OR e.role = {int(Role.INPUT)}
"""
# Things of which it is now known otherwise than before where they were before: taken out without
# having been put in, or put in where they had been taken out.
_UNSETTLED = f"""
    SELECT DISTINCT a.code
    FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::boolean[])
         AS a (code, other, time, taken)
    WHERE CASE WHEN a.taken THEN NOT {_PACKED.format("a")}
          ELSE EXISTS (SELECT FROM edges x WHERE x.code = a.code AND x.other = a.other
                       AND x.role = {int(Role.CHILD)} AND x.rank = {int(Rank.DELETE)}
                       AND x.time >= a.time) END
"""
# The other ends of movements. Each code's edges are read once, however many ends are looked for.
_TOLD = f"""
    asked AS (SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::boolean[], $5::int[])
              AS a (code, party, far, received, n)),
    told AS MATERIALIZED (
        SELECT e.* FROM (SELECT DISTINCT code FROM asked) AS c
        CROSS JOIN LATERAL (
            SELECT e.code, e.party, e.far_party, e.moves, e.event, e.time, e.ends FROM edges e
            WHERE e.code = c.code AND e.moves <> 0 ORDER BY e.time
        ) AS e
        WHERE NOT {_VOIDED.format("e", "event")}
    ),
    ends AS (
        SELECT a.n, t.party, t.time FROM asked a
        JOIN told t ON t.code = a.code AND t.party = a.far
        WHERE t.party <> a.party AND {{is_other_end}}
        UNION
        SELECT a.n, t.party, t.time FROM asked a
        JOIN told t ON t.code = a.code AND t.far_party = a.party
        WHERE t.party <> a.party AND {{is_other_end}}
    )
"""
_OTHER_END = f"""CASE WHEN a.received THEN t.moves = {int(Moves.OUT)} AND NOT t.ends
                 ELSE t.moves IN ({int(Moves.IN)}, {int(Moves.BACK)}) END"""
_ENDS = f"WITH {_TOLD.format(is_other_end=_OTHER_END)} "
# A report that is declared in error supports nobody any more, so here it is still looked for.
_FAR = f"""
    {_ENDS} SELECT t.party, {_DAY.format("t")} AS day FROM ends t
"""
_EVERYTHING = f"SELECT v.party, {_DAY.format('v')} AS day FROM events v WHERE NOT v.declaration"
_OF_PARTIES = "SELECT party, day FROM coverage_cells WHERE party = ANY($1::text[])"

_HASTEN = """
    WITH hastened AS (UPDATE coverage_dirty SET due_at = now() RETURNING 1)
    SELECT count(*) FROM hastened
"""
_DUE = "SELECT party, day FROM coverage_dirty WHERE due_at <= now() ORDER BY due_at LIMIT $1"
_COUNTED = """
    DELETE FROM coverage_dirty d USING unnest($1::text[], $2::date[]) AS c (party, day)
    WHERE d.party = c.party AND d.day = c.day
"""

_EVENTS = f"""
    SELECT c.n, v.sector, v.key, v.party, v.declaration, v.authority, v.content, v.record_time,
           v.form, v.reporter, v.document, v.id, v.profile, v.breaches,
           EXISTS (SELECT FROM events o WHERE o.key = v.key AND o.party <> v.party
                   AND NOT o.declaration AND o.content = v.content) AS shared
    FROM unnest($1::text[], $2::timestamptz[], $3::timestamptz[], $4::int[])
         AS c (party, begins, ends, n)
    CROSS JOIN LATERAL (
        SELECT * FROM events e
        WHERE e.party = c.party AND e.time >= c.begins AND e.time < c.ends AND NOT e.declaration
        ORDER BY e.time, e.record_time
    ) AS v
    WHERE NOT {_VOIDED.format("v", "key")}
"""

# How long a thing was in which containers: from its packing until it was taken out, or all was.
# What was taken out and never put in was inside before: packed where this subsystem does not see.
_STAYS = f"""
    SELECT e.other, e.time AS since, (
        SELECT min(x.time) FROM (
            SELECT x.time FROM edges x
            WHERE x.code = e.code AND x.other = e.other AND NOT e.is_lot
              AND x.role = {int(Role.CHILD)} AND x.rank = {int(Rank.DELETE)}
              AND x.time >= e.time AND NOT {_VOIDED.format("x", "event")}
            UNION ALL
            SELECT x.time FROM edges x
            WHERE x.code = e.other AND x.role = {int(Role.EMPTIED)}
              AND x.time >= e.time AND NOT {_VOIDED.format("x", "event")}
        ) AS x) AS until
    FROM edges e
    WHERE e.code = a.code AND e.role = {int(Role.CHILD)} AND e.rank = {int(Rank.ADD)}
      AND e.time <= a.until AND NOT {_VOIDED.format("e", "event")}
    UNION ALL
    SELECT e.other, '-infinity', e.time FROM edges e
    WHERE e.code = a.code AND e.role = {int(Role.CHILD)} AND e.rank = {int(Rank.DELETE)}
      AND NOT {_VOIDED.format("e", "event")} AND NOT {_PACKED.format("e")}
"""
# The first time that anybody sent a thing, and that each party had it: itself, or as something that
# was inside a container which was sent or received meanwhile.
_SOURCES = f"""
    WITH RECURSIVE asked AS (
        SELECT * FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::int[], $5::int[])
                      AS a (code, party, time, need, n)
    ),
    around (root, code, since, until) AS (
        SELECT DISTINCT a.code COLLATE "C", a.code COLLATE "C", '-infinity'::timestamptz,
               'infinity'::timestamptz FROM asked a
        UNION
        SELECT a.root, p.other, greatest(a.since, p.since), least(a.until, p.until)
        FROM around a CROSS JOIN LATERAL ({_STAYS}) AS p
        WHERE p.until IS NULL OR p.until >= a.since
    ),
    told AS MATERIALIZED (
        SELECT a.root, e.party, e.time, e.moves = {int(Moves.OUT)} AND NOT e.ends AS sent,
               e.moves IN ({int(Moves.IN)}, {int(Moves.BACK)}) OR e.role = {int(Role.OUTPUT)}
               OR (e.rank = {int(Rank.ADD)} AND e.role IN ({int(Role.ITEM)}, {int(Role.PARENT)}))
               OR (e.role = {int(Role.ITEM)} AND EXISTS (
                   SELECT FROM events v WHERE v.key = e.event AND v.party = e.party
                   AND NOT v.declaration AND v.kind = 'import')) AS had
        FROM around a
        CROSS JOIN LATERAL (
            SELECT * FROM edges e
            WHERE e.code = a.code AND e.time BETWEEN a.since AND a.until ORDER BY e.time
        ) AS e
        WHERE NOT {_VOIDED.format("e", "event")}
    ),
    by_any AS (SELECT root, min(time) FILTER (WHERE sent) AS sent,
                      min(time) FILTER (WHERE had) AS had FROM told GROUP BY root),
    by_own AS (SELECT root, party, min(time) AS had FROM told WHERE had GROUP BY root, party)
    SELECT a.n FROM asked a
    LEFT JOIN by_any y ON y.root = a.code
    LEFT JOIN by_own o ON o.root = a.code AND o.party = a.party
    WHERE CASE a.need WHEN {int(Need.SHIPMENT)} THEN y.sent WHEN {int(Need.ENTRY)} THEN o.had
          ELSE y.had END <= a.time
"""

_COLUMNS = ", ".join(SUMS)
_ADDED = ", ".join(f"{n} = coverage_days.{n} + excluded.{n}" for n in SUMS)
_TYPES = ", ".join(f"${n}::bigint[]" for n in range(5, 5 + len(SUMS)))
_FORGET = f"""
    DELETE FROM coverage_cells o USING unnest($1::text[], $2::date[]) AS c (party, day)
    WHERE o.party = c.party AND o.day = c.day
    RETURNING o.party, o.day, o.sector, o.district, {", ".join(f"o.{n}" for n in SUMS)}
"""
_STORE = f"""
    INSERT INTO coverage_cells (party, day, sector, district, {_COLUMNS})
    SELECT * FROM unnest($1::text[], $2::date[], $3::text[], $4::text[], {_TYPES})
"""
_ADD = f"""
    INSERT INTO coverage_days (day, sector, district, {_COLUMNS})
    SELECT * FROM unnest($1::date[], $2::text[], $3::text[],
                         {", ".join(f"${n}::bigint[]" for n in range(4, 4 + len(SUMS)))})
    ON CONFLICT (day, sector, district) DO UPDATE SET {_ADDED}
"""
_REGISTERED = f"""
    SELECT code, xact FROM register
    WHERE kind = {int(Kind.PARTY)} AND xact > $1
      AND xact < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
    ORDER BY xact LIMIT $2
"""
_REGISTERED_AT = f"""
    SELECT DISTINCT code FROM register WHERE kind = {int(Kind.PARTY)} AND xact = $1
"""
_VERSIONS = f"""
    SELECT kind, code, number, recorded_at, reporter, authority, document FROM register
    WHERE kind = {int(Kind.PARTY)} AND code = ANY($1::text[])
"""
_UNFILE = "DELETE FROM coverage_filings WHERE party = ANY($1::text[])"
_UNFILE_UNKNOWN = f"""
    DELETE FROM coverage_filings f WHERE NOT EXISTS (
        SELECT FROM register r WHERE r.code = f.party AND r.kind = {int(Kind.PARTY)})
"""
_FILE = """
    INSERT INTO coverage_filings (party, since, until, district)
    SELECT * FROM unnest($1::text[], $2::date[], $3::date[], $4::text[])
"""
_FILINGS = """
    SELECT party, since, until, nullif(district, '') FROM coverage_filings
    WHERE party = ANY($1::text[]) ORDER BY party, since
"""


class Cell(NamedTuple):
    """What one party told of one day of the city."""

    party: str
    day: date


@dataclass(frozen=True, slots=True)
class Figures:
    """A cell's sums in one sector; '' is no district. ``sums`` are those of ``SUMS``, in order."""

    cell: Cell
    sector: str
    district: str
    sums: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CellRow:
    """An event in force of the cell with number ``n`` among those asked for.

    ``shared``: another party reported the same of the same event.
    """

    n: int
    sector: str | None
    row: StoredRow
    shared: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """Whether the source of a thing was known at a time; ``n`` is the caller's number for it."""

    n: int
    code: str
    party: str
    time: datetime
    need: Need


class Ledger:
    """The lock held, and what is read and written while it is."""

    def __init__(self, connection: WriteConnection, driver: Any, claimed: Any) -> None:
        self.reading = ReadConnection(connection)
        self.after = Position(*claimed[:4])
        self.register_after: int = claimed[4]
        self._driver = driver

    async def advance(self, position: Position) -> None:
        """Note that the feed was read up to a place."""
        await self._driver.execute(_ADVANCE, *position)

    # --- Dirty cells ------------------------------------------------------------------------------

    async def mark_own(self, keys: Sequence[bytes]) -> None:
        """Make the cells dirty of everybody who reported these events."""
        await self._mark(_OWN, [UUID(bytes=key) for key in keys])

    async def mark_later(self, since: Mapping[str, datetime]) -> None:
        """Make the cells dirty of what came to things, or to their contents, since a time."""
        await self._mark(_LATER, list(since), list(since.values()))

    async def unsettled(self, packed: Sequence[Edge]) -> list[str]:
        """Of things that were put in or taken out, those whose earlier story changes by it."""
        rows = await self._driver.fetch(
            _UNSETTLED,
            [e.code for e in packed],
            [e.other for e in packed],
            [e.time for e in packed],
            [e.rank is Rank.DELETE for e in packed],
        )
        return [row[0] for row in rows]

    async def mark_far(self, movements: Sequence[Movement]) -> None:
        """Make the cells dirty of who told the other end of movements."""
        await self._mark(_FAR, *_ends_of(list(enumerate(movements))))

    async def mark_parties(self, parties: Sequence[str]) -> None:
        """Make every cell of some parties dirty."""
        await self._mark(_OF_PARTIES, list(parties))

    async def mark_everything(self) -> bool:
        """Make every cell dirty that there is or ought to be, and the register be read anew."""
        await self._mark(f"{_EVERYTHING} UNION SELECT party, day FROM coverage_cells")
        await self._driver.execute(_UNFILE_UNKNOWN)
        await self.advance_register(-1)
        return True

    async def hasten(self) -> bool:
        """Have every dirty cell be due at once; whether there is any."""
        return bool(await self._driver.fetchval(_HASTEN))

    async def _mark(self, marked: str, *arguments: Any) -> None:
        await self._driver.execute(_MARK.format(marked=marked), *arguments)

    async def due(self, most: int) -> list[Cell]:
        """The cells to be counted now, those that have waited longest first."""
        return [Cell(*row) for row in await self._driver.fetch(_DUE, most)]

    # --- Counting ---------------------------------------------------------------------------------

    async def events(self, cells: Sequence[Cell]) -> AsyncIterator[list[CellRow]]:
        """The events in force of some cells, some hundred at a time."""
        bounds = [bounds_of(cell.day) for cell in cells]
        cursor = await self._driver.cursor(
            _EVENTS,
            [cell.party for cell in cells],
            [begins for begins, _ in bounds],
            [ends for _, ends in bounds],
            list(range(len(cells))),
        )
        while rows := await cursor.fetch(_BATCH):
            yield [CellRow(r[0], r[1], as_stored(r[2:14]), r[14]) for r in rows]

    async def known_sources(self, asked: Sequence[Asked]) -> set[int]:
        """The numbers of those whose source is known."""
        rows = await self._driver.fetch(
            _SOURCES,
            [a.code for a in asked],
            [a.party for a in asked],
            [a.time for a in asked],
            [int(a.need) for a in asked],
            [a.n for a in asked],
        )
        return {row[0] for row in rows}

    async def told_by_both(self, movements: Sequence[tuple[int, Movement]]) -> set[int]:
        """The numbers of those movements of which the other end was reported too."""
        rows = await self._driver.fetch(
            f"{_ENDS} SELECT DISTINCT n FROM ends", *_ends_of(movements)
        )
        return {row[0] for row in rows}

    async def store(self, cells: Sequence[Cell], figures: Sequence[Figures]) -> None:
        """Put ``figures`` in the place of what the cells had; the days follow."""
        parties, days = [c.party for c in cells], [c.day for c in cells]
        change: dict[tuple[date, str, str], list[int]] = {}
        gone = await self._driver.fetch(_FORGET, parties, days)
        for row in gone:
            _add(change, (row[1], row[2], row[3]), row[4:], -1)
        for one in figures:
            _add(change, (one.cell.day, one.sector, one.district), one.sums, 1)
        if figures:
            await self._driver.execute(
                _STORE,
                [f.cell.party for f in figures],
                [f.cell.day for f in figures],
                [f.sector for f in figures],
                [f.district for f in figures],
                *map(list, zip(*(f.sums for f in figures), strict=True)),
            )
        changed = sorted((key, sums) for key, sums in change.items() if any(sums))
        if changed:
            await self._driver.execute(
                _ADD,
                *map(list, zip(*(key for key, _ in changed), strict=True)),
                *map(list, zip(*(sums for _, sums in changed), strict=True)),
            )
        await self._driver.execute(_COUNTED, parties, days)

    # --- The register -----------------------------------------------------------------------------

    async def registered(self, most: int) -> tuple[list[str], int]:
        """Parties that were registered since, and up to which transaction these are.

        All of one transaction come at once: a file may have registered a hundred thousand.
        """
        rows = await self._driver.fetch(_REGISTERED, self.register_after, most)
        if not rows:
            return [], self.register_after
        last = rows[-1][1]
        codes = {code for code, _ in rows}
        if len(rows) == most:
            codes |= {row[0] for row in await self._driver.fetch(_REGISTERED_AT, last)}
        return sorted(codes), last

    async def versions(self, parties: Sequence[str]) -> list[StoredVersion]:
        """Every version of some parties."""
        return [StoredVersion(*row) for row in await self._driver.fetch(_VERSIONS, parties)]

    async def put_filings(self, parties: Sequence[str], filings: Sequence[OnFile]) -> None:
        """Put filings in the place of those that the parties had."""
        await self._driver.execute(_UNFILE, parties)
        await self._driver.execute(
            _FILE,
            [f.party for f in filings],
            [f.since for f in filings],
            [f.until for f in filings],
            [f.district or "" for f in filings],
        )

    async def advance_register(self, xact: int) -> None:
        """Note that the register was read up to a transaction."""
        await self._driver.execute(_ADVANCE_REGISTER, xact)

    async def filings(self, parties: Sequence[str]) -> dict[str, list[OnFile]]:
        """The filings of some parties."""
        found: dict[str, list[OnFile]] = {}
        for row in await self._driver.fetch(_FILINGS, parties):
            found.setdefault(row[0], []).append(OnFile(*row))
        return found


@asynccontextmanager
async def holding(database: Database) -> AsyncIterator[Ledger | None]:
    """A transaction that holds the lock; ``None`` while another process does.

    Read first and write last: see ``_CLAIM``.
    """
    async with database.writing() as connection:
        await connection.execute(text("SELECT 1"))
        driver = await driver_of(connection)
        if not await driver.fetchval(_CLAIM, _LOCK):
            yield None
            return
        place = await driver.fetchrow(_PLACE)
        if place is None:
            await driver.execute(_BEGIN)
            place = await driver.fetchrow(_PLACE)
        yield Ledger(connection, driver, place)


def counts_of(sums: Sequence[int], *, of_sector: bool) -> Counts:
    """The sums of ``SUMS`` as counts; ``of_sector``: of one alone, else of all together.

    An enterprise that reported in two sectors was active in each, and once in all.
    """
    active, active_any, unfiled, unfiled_any, *others = sums
    if of_sector:
        return Counts(0, active, unfiled, *others)
    return Counts(0, active_any, unfiled_any, *others)


def _ends_of(movements: Sequence[tuple[int, Movement]]) -> tuple[list[Any], ...]:
    """The arrays of ``_TOLD``: one row for each thing that was moved."""
    flat = [(code, m, n) for n, m in movements for code in m.codes]
    return (
        [code for code, _, _ in flat],
        [m.party for _, m, _ in flat],
        [m.far for _, m, _ in flat],
        [m.received for _, m, _ in flat],
        [n for _, _, n in flat],
    )


def _add(
    change: dict[tuple[date, str, str], list[int]],
    key: tuple[date, str, str],
    sums: Sequence[int],
    sign: int,
) -> None:
    known = change.setdefault(key, [0] * len(SUMS))
    for place, value in enumerate(sums):
        known[place] += sign * value
