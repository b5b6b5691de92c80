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
from suyuan.domain.licensing import Revocation
from suyuan.domain.lookup import Edge, Rank
from suyuan.storage import coverage_statements as sql
from suyuan.storage.engine import Database, ReadConnection, WriteConnection, driver_of
from suyuan.storage.reads import StoredRow, as_stored
from suyuan.storage.register import StoredVersion
from suyuan.storage.tables.coverage import SUMS

# How ``coverage_months`` has what is of any sector, and of any district; '' is of no district.
ANY_SECTOR, ANY_DISTRICT = "", "*"

_ACTIVE, _ACTIVE_ANY = SUMS.index("active"), SUMS.index("active_any")
_BATCH = 1_000
_CELLS = 200


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
        await self._driver.execute(sql.ADVANCE, *position)

    # --- Dirty cells ------------------------------------------------------------------------------

    async def mark_own(self, keys: Sequence[bytes]) -> None:
        """Make the cells dirty of everybody who reported these events."""
        await self._mark(sql.OWN, [UUID(bytes=key) for key in keys])

    async def mark_later(self, since: Mapping[str, datetime]) -> None:
        """Make the cells dirty of what came to things, or to their contents, since a time."""
        await self._mark(sql.LATER, list(since), list(since.values()))

    async def unsettled(self, packed: Sequence[Edge]) -> list[str]:
        """Of things that were put in or taken out, those whose earlier story changes by it."""
        rows = await self._driver.fetch(
            sql.UNSETTLED,
            [e.code for e in packed],
            [e.other for e in packed],
            [e.time for e in packed],
            [e.rank is Rank.DELETE for e in packed],
        )
        return [row[0] for row in rows]

    async def mark_far(self, movements: Sequence[Movement]) -> None:
        """Make the cells dirty of who told the other end of movements."""
        await self._mark(sql.FAR, *_ends_of(list(enumerate(movements))))

    async def mark_parties(self, parties: Sequence[str]) -> None:
        """Make every cell of some parties dirty."""
        await self._mark(sql.OF_PARTIES, list(parties))

    async def mark_everything(self) -> bool:
        """Make every cell dirty that there is or ought to be, and the register be read anew."""
        await self._mark(f"{sql.EVERYTHING} UNION SELECT party, day FROM coverage_cells")
        await self._driver.execute(sql.UNFILE_UNKNOWN)
        await self.advance_register(-1)
        return True

    async def hasten(self) -> bool:
        """Have every dirty cell be due at once; whether there is any."""
        return bool(await self._driver.fetchval(sql.HASTEN))

    async def _mark(self, marked: str, *arguments: Any) -> None:
        await self._driver.execute(sql.MARK.format(marked=marked), *arguments)

    async def due(self, most: int) -> list[Cell]:
        """The cells to be counted now, those that have waited longest first."""
        return [Cell(*row) for row in await self._driver.fetch(sql.DUE, most)]

    # --- Counting ---------------------------------------------------------------------------------

    async def events(self, cells: Sequence[Cell]) -> AsyncIterator[list[CellRow]]:
        """The events in force of some cells, some hundred at a time."""
        bounds = [bounds_of(cell.day) for cell in cells]
        cursor = await self._driver.cursor(
            sql.EVENTS,
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
            sql.SOURCES,
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
            f"{sql.ENDS} SELECT DISTINCT n FROM ends", *_ends_of(movements)
        )
        return {row[0] for row in rows}

    async def store(self, cells: Sequence[Cell], figures: Sequence[Figures]) -> None:
        """Put ``figures`` in the place of what the cells had; the days follow."""
        parties, days = [c.party for c in cells], [c.day for c in cells]
        change: dict[tuple[date, str, str], list[int]] = {}
        gone = await self._driver.fetch(sql.FORGET, parties, days)
        for row in gone:
            _add(change, (row[1], row[2], row[3]), row[4:], -1)
        for one in figures:
            _add(change, (one.cell.day, one.sector, one.district), one.sums, 1)
        if figures:
            await self._driver.execute(
                sql.STORE,
                [f.cell.party for f in figures],
                [f.cell.day for f in figures],
                [f.sector for f in figures],
                [f.district for f in figures],
                *map(list, zip(*(f.sums for f in figures), strict=True)),
            )
        await self._add_months(gone, figures)
        changed = sorted((key, sums) for key, sums in change.items() if any(sums))
        if changed:
            await self._driver.execute(
                sql.ADD,
                *map(list, zip(*(key for key, _ in changed), strict=True)),
                *map(list, zip(*(sums for _, sums in changed), strict=True)),
            )
        await self._driver.execute(sql.COUNTED, parties, days)

    async def _add_months(self, gone: Sequence[Any], figures: Sequence[Figures]) -> None:
        """Who was active in a month, after the cells that are gone and those in their place."""
        days: dict[tuple[date, str, str, str], int] = {}
        for party, day, sector, district, *sums in gone:
            _count_active(days, Cell(party, day), sector, district, sums, -1)
        for one in figures:
            _count_active(days, one.cell, one.sector, one.district, one.sums, 1)
        changed = sorted((key, change) for key, change in days.items() if change)
        if not changed:
            return
        keys = [list(each) for each in zip(*(key for key, _ in changed), strict=True)]
        await self._driver.execute(sql.ADD_MONTHS, *keys, [change for _, change in changed])
        await self._driver.execute(sql.FORGET_MONTHS, *keys)

    # --- Proving ----------------------------------------------------------------------------------

    async def cells(self) -> AsyncIterator[list[Cell]]:
        """Every cell that there is or ought to be, some hundred at a time."""
        await self._driver.execute("SET LOCAL statement_timeout = 0")
        cursor = await self._driver.cursor(sql.CELLS, timeout=None)
        while rows := await cursor.fetch(_CELLS):
            yield [Cell(*row) for row in rows]

    async def stored(self, cells: Sequence[Cell]) -> list[Figures]:
        """What is stored of some cells."""
        parties, days = [c.party for c in cells], [c.day for c in cells]
        rows = await self._driver.fetch(sql.STORED, parties, days)
        return [Figures(Cell(*row[:2]), row[2], row[3], tuple(row[4:])) for row in rows]

    async def wrong_sums(self) -> int:
        """How many sums of days and months are not those of their cells."""
        wrong = [
            await self._driver.fetchval(statement, timeout=None)
            for statement in (sql.WRONG_DAYS, sql.WRONG_MONTHS)
        ]
        return sum(wrong)

    async def add_up(self) -> None:
        """Make the sums of days and months anew from the cells."""
        await self._driver.execute("SET LOCAL statement_timeout = 0")
        for statement in sql.ADD_UP:
            await self._driver.execute(statement, timeout=None)

    # --- The register -----------------------------------------------------------------------------

    async def registered(self, most: int) -> tuple[list[str], int]:
        """Parties that were registered or revoked since, and up to which transaction these are.

        All of one transaction come at once: a file may have registered a hundred thousand.
        """
        rows = await self._driver.fetch(sql.REGISTERED, self.register_after, most)
        if not rows:
            return [], self.register_after
        last = rows[-1][1]
        codes = {code for code, _ in rows}
        if len(rows) == most:
            codes |= {row[0] for row in await self._driver.fetch(sql.REGISTERED_AT, last)}
        return sorted(codes), last

    async def versions(self, parties: Sequence[str]) -> list[StoredVersion]:
        """Every version of some parties."""
        return [StoredVersion(*row) for row in await self._driver.fetch(sql.VERSIONS, parties)]

    async def revoked(self, parties: Sequence[str]) -> dict[str, list[Revocation]]:
        """The filings of some parties that their department revoked."""
        found: dict[str, list[Revocation]] = {}
        for party, since, at in await self._driver.fetch(sql.REVOKED, parties):
            found.setdefault(party, []).append(Revocation("", since, at))
        return found

    async def put_filings(self, parties: Sequence[str], filings: Sequence[OnFile]) -> None:
        """Put filings in the place of those that the parties had."""
        await self._driver.execute(sql.UNFILE, parties)
        await self._driver.execute(
            sql.FILE,
            [f.party for f in filings],
            [f.since for f in filings],
            [f.until for f in filings],
            [f.district or "" for f in filings],
        )

    async def advance_register(self, xact: int) -> None:
        """Note that the register was read up to a transaction."""
        await self._driver.execute(sql.ADVANCE_REGISTER, xact)

    async def filings(self, parties: Sequence[str]) -> dict[str, list[OnFile]]:
        """The filings of some parties."""
        found: dict[str, list[OnFile]] = {}
        for row in await self._driver.fetch(sql.FILINGS, parties):
            found.setdefault(row[0], []).append(OnFile(*row))
        return found


@asynccontextmanager
async def holding(database: Database, *, wait: bool = False) -> AsyncIterator[Ledger | None]:
    """A transaction that holds the lock; ``None`` while another process does, unless it waits.

    Read first and write last: see ``coverage_statements.CLAIM``.
    """
    async with database.writing() as connection:
        await connection.execute(text("SELECT 1"))
        driver = await driver_of(connection)
        if wait:
            await driver.fetchval(sql.WAIT, sql.LOCK)
        elif not await driver.fetchval(sql.CLAIM, sql.LOCK):
            yield None
            return
        place = await driver.fetchrow(sql.PLACE)
        if place is None:
            await driver.execute(sql.BEGIN)
            place = await driver.fetchrow(sql.PLACE)
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
    """The arrays of ``coverage_statements.ENDS``: one row for each thing that was moved."""
    flat = [(code, m, n) for n, m in movements for code in m.codes]
    return (
        [code for code, _, _ in flat],
        [m.party for _, m, _ in flat],
        [m.far for _, m, _ in flat],
        [m.received for _, m, _ in flat],
        [n for _, _, n in flat],
    )


def _count_active(
    days: dict[tuple[date, str, str, str], int],
    cell: Cell,
    sector: str,
    district: str,
    sums: Sequence[int],
    sign: int,
) -> None:
    month, active, active_any = cell.day.replace(day=1), sums[_ACTIVE], sums[_ACTIVE_ANY]
    for of, counted in ((sector, active), (ANY_SECTOR, active_any)):
        for where in (district, ANY_DISTRICT):
            key = (month, of, where, cell.party)
            days[key] = days.get(key, 0) + sign * counted


def _add(
    change: dict[tuple[date, str, str], list[int]],
    key: tuple[date, str, str],
    sums: Sequence[int],
    sign: int,
) -> None:
    known = change.setdefault(key, [0] * len(SUMS))
    for place, value in enumerate(sums):
        known[place] += sign * value
