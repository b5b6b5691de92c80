"""Counting coverage from events, beside ingest: reports make cells dirty, dirty cells are counted.

Each step is one short transaction under one lock (``suyuan.storage.coverage.holding``), so any
number of processes may try, and one that is killed leaves nothing half done.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from suyuan.domain.coverage import (
    Movement,
    OnFile,
    hours_for,
    is_complete,
    is_in_time,
    movement_of,
    needs_of,
    on_file_at,
    times_on_file,
)
from suyuan.domain.events import Event, StoredEvent
from suyuan.domain.licensing import licensing_of
from suyuan.domain.lookup import Edge, Rank, Role, edges_of
from suyuan.domain.profiles.profile import Profile
from suyuan.domain.register import Version, as_of_today
from suyuan.sources.postgres import stored_event
from suyuan.storage.changes import Change, find_changes, find_newest
from suyuan.storage.coverage import Asked, Cell, CellRow, Figures, Ledger, holding
from suyuan.storage.engine import Database
from suyuan.storage.reads import StoredRow, find_bodies
from suyuan.storage.tables.coverage import SUMS
from suyuan.wire.register_cards import read_entry

# Reports, parties and cells of one transaction: a fraction of a second each.
_REPORTS = 1_000
_PARTIES = 1_000
_CELLS = 100
# Where reports come in all the while there is always something left.
_DRAINS = 20
# While reports come in, counting has one part in so many of the time: it shares processor and disk
# with those who take them in, and a figure by day can wait.
_PARTS = 8
# Events are read in one go for so long; then requests have their turn.
_TURN = 50

_BEGINNING = datetime(1, 1, 2, tzinfo=UTC)

_PLACES = {name: place for place, name in enumerate(SUMS)}
Sums = list[int]


class Counting:
    """Keeps a subsystem's figures up with its events and its register.

    ``own`` is the sector of events that name none, ``profiles`` gives those in force.
    """

    def __init__(
        self, database: Database, own: str, profiles: Callable[[], Mapping[str, Profile]]
    ) -> None:
        self._database = database
        self._own = own
        self._profiles = profiles
        self._newest = -1

    async def take(self) -> bool:
        """One step of each kind; whether there may be more to do."""
        steps = (self._take_register, self._take_reports, self._count)
        done = [await self._do(step) for step in steps]
        return any(done)

    async def take_giving_way(self) -> bool:
        """As ``take``; while reports come in, whoever they come to, it rests for most of the time.

        What is left waits: it is taken at full speed once nothing more comes in.
        """
        began = time.monotonic()
        more = await self.take()
        if more and await self._is_behind_news():
            await asyncio.sleep((_PARTS - 1) * (time.monotonic() - began))
        return more

    async def _is_behind_news(self) -> bool:
        """Whether anything was stored since the last look."""
        async with self._database.reading() as connection:
            newest = await find_newest(connection)
        known, self._newest = self._newest, newest
        return newest != known

    async def begin_anew(self) -> None:
        """Have every cell counted anew; what was counted stays until then."""
        await self._do(Ledger.mark_everything, wait=True)

    async def drain(self) -> None:
        """Take all there is, also what was to wait a while; what comes in meanwhile may be left."""
        for _ in range(_DRAINS):
            for step in (self._take_register, self._take_reports, self._count):
                while await self._do(step, wait=True):
                    pass
            if not await self._do(Ledger.hasten, wait=True):
                return

    async def _do(self, work: Callable[[Ledger], Awaitable[bool]], *, wait: bool = False) -> bool:
        async with holding(self._database, wait=wait) as ledger:
            return ledger is not None and await work(ledger)

    async def _take_register(self, ledger: Ledger) -> bool:
        """Read what was registered since; whether there is more."""
        parties, last = await ledger.registered(_PARTIES)
        if not parties:
            return False
        found = await self._filings(ledger, parties)
        known = await ledger.filings(parties)
        changed = [p for p in parties if known.get(p, []) != found.get(p, [])]
        if changed:
            await ledger.put_filings(changed, [f for p in changed for f in found.get(p, ())])
            await ledger.mark_parties(changed)
        await ledger.advance_register(last)
        return True

    async def _filings(self, ledger: Ledger, parties: Sequence[str]) -> dict[str, list[OnFile]]:
        versions: dict[str, list[Version]] = defaultdict(list)
        for stored in await ledger.versions(parties):
            entry = read_entry(stored.kind, stored.document)
            version = Version(
                entry, stored.number, stored.recorded_at, stored.reporter, stored.authority
            )
            versions[stored.code].append(version)
        revoked = await ledger.revoked(parties)
        found = {}
        for party, of in versions.items():
            lapses = licensing_of(of, revoked.get(party, ())).lapses
            found[party] = times_on_file(party, as_of_today(of), lapses)
        return found

    async def _take_reports(self, ledger: Ledger) -> bool:
        """Read what was reported since, and mark what it may change; whether there is more."""
        changes = await find_changes(ledger.reading, ledger.after, _REPORTS)
        if not changes:
            return False
        since: dict[str, datetime] = {}
        movements: list[Movement] = []
        packed: list[Edge] = []
        for number, row in enumerate(await self._concerned(ledger, changes)):
            if number % _TURN == 0:
                await asyncio.sleep(0)
            event = stored_event(row, "").event
            for edge in edges_of(event):
                since[edge.code] = min(edge.time, since.get(edge.code, edge.time))
                if edge.role is Role.CHILD and edge.rank is not Rank.OBSERVE:
                    packed.append(edge)
            moved = movement_of(event)
            if moved is not None:
                movements.append(moved)
        since |= dict.fromkeys(await ledger.unsettled(packed), _BEGINNING)
        await ledger.mark_own([change.row.key for change in changes])
        await ledger.mark_later(since)
        await ledger.mark_far(movements)
        await ledger.advance(changes[-1].position)
        return len(changes) == _REPORTS

    async def _concerned(self, ledger: Ledger, changes: Sequence[Change]) -> list[StoredRow]:
        """The events that were told of, and those that were declared in error.

        As rows: a thousand events read at once are looked through by the garbage collector.
        """
        rows = [change.row for change in changes if not change.row.declaration]
        declared = [change.row.key for change in changes if change.row.declaration]
        if declared:
            bodies = await find_bodies(ledger.reading, declared, known_at=None)
            rows += [row for row in bodies if not row.declaration]
        return rows

    async def _count(self, ledger: Ledger) -> bool:
        """Count the cells that are due; whether there may be more."""
        cells = await ledger.due(_CELLS)
        if not cells:
            return False
        await ledger.store(cells, await self.figures(ledger, cells))
        return len(cells) == _CELLS

    async def figures(self, ledger: Ledger, cells: Sequence[Cell]) -> list[Figures]:
        """What the events of some cells say, as of now."""
        held = await ledger.filings(list({cell.party for cell in cells}))
        filed = [on_file_at(held.get(cell.party, ()), cell.day) for cell in cells]
        sums: dict[tuple[int, str], Sums] = defaultdict(lambda: [0] * len(SUMS))
        async for rows in ledger.events(cells):
            for row in rows:
                _bump(sums[row.n, row.sector or self._own], "reports")
            ours = [row for row in rows if filed[row.n] is not None]
            await self._add(ledger, ours, sums)
        return list(_finished(cells, filed, sums))

    async def _add(
        self, ledger: Ledger, rows: Sequence[CellRow], sums: dict[tuple[int, str], Sums]
    ) -> None:
        """Count some reports of enterprises on file."""
        asked: list[tuple[Sums, Asked]] = []
        movements: list[tuple[Sums, Movement]] = []
        for number, one in enumerate(rows):
            if number % _TURN == 0:
                await asyncio.sleep(0)
            sector = one.sector or self._own
            into, stored = sums[one.n, sector], stored_event(one.row, "")
            self._judge(into, stored, sector)
            asked += _needs(into, stored.event, after=len(asked))
            moved = movement_of(stored.event)
            if one.shared or stored.authority or stored.event.documents:
                _bump(into, "evidenced")
            elif moved is not None:
                movements.append((into, moved))
        await _count_links(ledger, asked)
        await _count_movements(ledger, movements)

    def _judge(self, into: Sums, stored: StoredEvent, sector: str) -> None:
        hours = hours_for(stored.event, self._profiles().get(sector))
        if is_in_time(stored.event.time, stored.record_time, hours):
            _bump(into, "in_time")
        complete = is_complete(stored)
        if complete is not None:
            _bump(into, "checked")
        if complete:
            _bump(into, "complete")


def _needs(into: Sums, event: Event, *, after: int) -> Iterator[tuple[Sums, Asked]]:
    for n, (code, need) in enumerate(needs_of(event), after):
        yield into, Asked(n, code, event.party.key, event.time, need)


async def _count_links(ledger: Ledger, asked: Sequence[tuple[Sums, Asked]]) -> None:
    known = await ledger.known_sources([one for _, one in asked]) if asked else set()
    for into, one in asked:
        _bump(into, "links")
        if one.n not in known:
            _bump(into, "broken")


async def _count_movements(ledger: Ledger, moved: Sequence[tuple[Sums, Movement]]) -> None:
    """Those that nothing else supports: the other end may have told of them too."""
    numbered = [(n, movement) for n, (_, movement) in enumerate(moved)]
    for n in await ledger.told_by_both(numbered) if numbered else ():
        _bump(moved[n][0], "evidenced")


def _bump(sums: Sums, name: str) -> None:
    sums[_PLACES[name]] += 1


def _finished(
    cells: Sequence[Cell],
    filed: Sequence[OnFile | None],
    sums: dict[tuple[int, str], Sums],
) -> Iterable[Figures]:
    """Figures of what was summed: of who is not on file only that it reported."""
    seen: set[int] = set()
    for (n, sector), found in sorted(sums.items()):
        filing = filed[n]
        kind = "active" if filing is not None else "unfiled"
        if filing is None:
            found[:] = [0] * len(SUMS)
        _bump(found, kind)
        if n not in seen:
            _bump(found, f"{kind}_any")
        seen.add(n)
        district = filing.district if filing is not None else None
        yield Figures(cells[n], sector, district or "", tuple(found))
