"""Proving that coverage figures agree with the events, and making them anew."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from suyuan.sources.coverage import Counting
from suyuan.storage.coverage import Cell, Figures, Ledger, holding
from suyuan.storage.engine import Database

# A cell may have changed between two looks, so one that differs is looked at again.
_LOOKS = 3
# So many differences are told one by one.
MOST_TOLD = 20

Progress = Callable[[int], None]  # cells done


@dataclass(slots=True)
class Proof:
    """What was compared, and the first cells that differ."""

    cells: int = 0
    differences: int = 0
    wrong_days: int = 0
    told: list[Cell] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return self.differences == 0 and self.wrong_days == 0


async def prove(database: Database, counting: Counting, progress: Progress) -> Proof:
    """Count every cell from its events, and compare it with what is stored.

    Reports may come in meanwhile. ``database`` must be the owner's.
    """
    await counting.drain()
    proof = Proof()
    doubtful: list[Cell] = []
    async with holding(database, wait=True) as ledger:
        assert ledger is not None
        async for cells in ledger.cells():
            doubtful += await _differing(ledger, counting, cells)
            proof.cells += len(cells)
            progress(proof.cells)
    for _ in range(_LOOKS):
        doubtful = await _look_again(database, counting, doubtful) if doubtful else []
    proof.differences, proof.told = len(doubtful), doubtful[:MOST_TOLD]
    async with holding(database, wait=True) as ledger:
        assert ledger is not None
        proof.wrong_days = await ledger.wrong_sums()
    return proof


async def rebuild(database: Database, counting: Counting) -> None:
    """Count every cell anew; figures are told from the old ones meanwhile."""
    await counting.begin_anew()
    await counting.drain()
    async with holding(database, wait=True) as ledger:
        assert ledger is not None
        await ledger.add_up()


async def _look_again(database: Database, counting: Counting, cells: Sequence[Cell]) -> list[Cell]:
    await counting.drain()
    async with holding(database, wait=True) as ledger:
        assert ledger is not None
        return await _differing(ledger, counting, cells)


async def _differing(ledger: Ledger, counting: Counting, cells: Sequence[Cell]) -> list[Cell]:
    """The cells that are stored otherwise than their events say."""
    counted = _by_cell(await counting.figures(ledger, cells))
    stored = _by_cell(await ledger.stored(cells))
    return [cell for cell in cells if counted.get(cell) != stored.get(cell)]


def _by_cell(figures: Iterable[Figures]) -> dict[Cell, set[Figures]]:
    found: dict[Cell, set[Figures]] = {}
    for one in figures:
        found.setdefault(one.cell, set()).add(one)
    return found
