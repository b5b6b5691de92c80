"""Codes that are given out: stems, ranges and notices.

Numbers are handed out by one statement on the stem's row, which locks it: of two who ask at once
the second gets the numbers behind the first's. Notices are numbered the same way, so the order in
which they hold is the order in which they were committed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

from suyuan.domain.coding.ranges import CodeRange, CodeState, Notice, Run
from suyuan.domain.errors import Conflict, Fault, ReportRefused, SuyuanError
from suyuan.storage.engine import ReadConnection, WriteConnection

# A stem's notices that are read at once; who marks more runs than these does it by range.
MOST_NOTICES = 10_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What codes somebody asks for. ``numbers`` is how many the stem has in all."""

    scheme: str
    stem: str
    count: int
    owner: str
    lot: str | None
    reporter: str
    numbers: int


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of codes, and who says so. ``lot`` ``None`` leaves them in the lot they are."""

    state: CodeState
    reason: str
    lot: str | None
    reporter: str


_TAKE = text("""
    INSERT INTO code_stems (scheme, stem, owner, next)
    SELECT CAST(:scheme AS text), CAST(:stem AS text), CAST(:owner AS text),
           CAST(:count AS bigint) WHERE CAST(:count AS bigint) <= CAST(:numbers AS bigint)
    ON CONFLICT (stem, scheme) DO UPDATE SET next = code_stems.next + excluded.next
        WHERE code_stems.owner = excluded.owner
          AND code_stems.next + excluded.next <= CAST(:numbers AS bigint)
    RETURNING next - CAST(:count AS bigint)
""")
_STEM = text("SELECT owner, next FROM code_stems WHERE scheme = :scheme AND stem = :stem")
_GIVE = text("""
    INSERT INTO code_ranges (id, scheme, stem, first, count, owner, lot, reporter)
    VALUES (:id, :scheme, :stem, :first, :count, :owner, :lot, :reporter)
    RETURNING issued_at
""")
_COLUMNS = "id, scheme, stem, first, count, owner, lot, issued_at"
_FIND = text(f"SELECT {_COLUMNS} FROM code_ranges WHERE id = :id")
_LIST = text(f"""
    SELECT {_COLUMNS} FROM code_ranges
    WHERE (CAST(:owner AS text) = '' OR owner = :owner)
      AND (issued_at, id) < (SELECT r.issued_at, r.id FROM code_ranges r WHERE r.id = :before)
    ORDER BY issued_at DESC, id DESC LIMIT :limit
""")
_LIST_FIRST = text(f"""
    SELECT {_COLUMNS} FROM code_ranges WHERE CAST(:owner AS text) = '' OR owner = :owner
    ORDER BY issued_at DESC, id DESC LIMIT :limit
""")
_HOLDING = text(f"""
    SELECT {_COLUMNS} FROM code_ranges
    WHERE scheme = :scheme AND stem = :stem AND first <= :number
    ORDER BY first DESC LIMIT 1
""")

_NUMBER_NOTICES = text("""
    UPDATE code_stems SET notices = notices + CAST(:count AS bigint)
    WHERE scheme = :scheme AND stem = :stem
    RETURNING notices - CAST(:count AS bigint)
""")
_NOTE = text("""
    INSERT INTO code_notices (stem, scheme, number, run, state, reason, lot, reporter, recorded_at)
    SELECT CAST(:stem AS text), CAST(:scheme AS text), CAST(:number AS bigint) + n,
           int8range(f, f + c), CAST(:state AS text), CAST(:reason AS text), CAST(:lot AS text),
           CAST(:reporter AS text), clock_timestamp()
    FROM unnest(CAST(:firsts AS bigint[]), CAST(:counts AS bigint[])) WITH ORDINALITY AS t (f, c, n)
""")
_VOIDED = text("""
    SELECT lower(n.run * int8range(f, f + c))
    FROM unnest(CAST(:firsts AS bigint[]), CAST(:counts AS bigint[])) AS t (f, c)
    JOIN code_notices n ON n.run && int8range(f, f + c)
    WHERE n.scheme = :scheme AND n.stem = :stem AND n.state = 'void'
    LIMIT 1
""")
_NOTICES = text("""
    SELECT run, state, reason, lot, recorded_at FROM code_notices
    WHERE scheme = :scheme AND stem = :stem
      AND run && int8range(CAST(:first AS bigint), CAST(:end AS bigint))
    ORDER BY number DESC LIMIT :limit
""")


async def give(connection: WriteConnection, wanted: Wanted) -> CodeRange:
    """Give out the next codes of a stem.

    Raises Conflict ``stem_taken`` where the stem is another's, ReportRefused (``stem_spent``) where
    it has not as many codes left.
    """
    asked = {"scheme": wanted.scheme, "stem": wanted.stem, "owner": wanted.owner}
    counted = {**asked, "count": wanted.count, "numbers": wanted.numbers}
    first = (await connection.execute(_TAKE, counted)).scalar_one_or_none()
    if first is None:
        raise await _refusal(connection, wanted)
    given = {**asked, "id": uuid4(), "first": first, "count": wanted.count, "lot": wanted.lot}
    told = await connection.execute(_GIVE, {**given, "reporter": wanted.reporter})
    return CodeRange(
        given["id"],
        wanted.scheme,
        wanted.stem,
        Run(first, wanted.count),
        wanted.owner,
        wanted.lot,
        told.scalar_one(),
    )


async def _refusal(connection: WriteConnection, wanted: Wanted) -> SuyuanError:
    found = await connection.execute(_STEM, {"scheme": wanted.scheme, "stem": wanted.stem})
    row = found.one_or_none()
    if row is not None and row.owner != wanted.owner:
        return Conflict("stem_taken", stem=wanted.stem)
    left = wanted.numbers - (row.next if row is not None else 0)
    told = {"stem": wanted.stem, "count": wanted.count, "left": left}
    return ReportRefused(faults=[Fault("stem_spent", "/count", told)])


async def note(
    connection: WriteConnection, given: CodeRange, runs: Sequence[Run], told: Told
) -> None:
    """Append what is told of runs of a range.

    Raises Conflict ``code_void`` with the ``number`` of a code that would come back from void.
    """
    stem = {"scheme": given.scheme, "stem": given.stem}
    named = {"firsts": [run.first for run in runs], "counts": [run.count for run in runs]}
    before = await connection.scalar(_NUMBER_NOTICES, {**stem, "count": len(runs)})
    if told.state is not CodeState.VOID:
        voided = await connection.scalar(_VOIDED, {**stem, **named})
        if voided is not None:
            raise Conflict("code_void", number=voided)
    kept = {"state": told.state.value, "reason": told.reason, "lot": told.lot}
    await connection.execute(
        _NOTE, {**stem, **named, **kept, "number": before, "reporter": told.reporter}
    )


async def find(connection: WriteConnection | ReadConnection, range_id: UUID) -> CodeRange | None:
    """The range of an id."""
    row = (await connection.execute(_FIND, {"id": range_id})).one_or_none()
    return None if row is None else _range(row)


async def list_ranges(
    connection: WriteConnection, owner: str, before: UUID | None, limit: int
) -> list[CodeRange]:
    """An owner's ranges, or with an empty owner everybody's, the newest first."""
    asked = {"owner": owner, "limit": limit}
    statement = _LIST_FIRST if before is None else _LIST
    bound = asked if before is None else {**asked, "before": before}
    return [_range(row) for row in await connection.execute(statement, bound)]


async def holding(
    connection: ReadConnection, scheme: str, stem: str, number: int
) -> tuple[CodeRange, list[Notice]] | None:
    """The range that a number was given out in, and what was told of the number, in order."""
    asked = {"scheme": scheme, "stem": stem}
    row = (await connection.execute(_HOLDING, {**asked, "number": number})).one_or_none()
    given = None if row is None else _range(row)
    if given is None or not given.run.holds(number):
        return None
    return given, await notices(connection, given, Run(number, 1))


async def notices(
    connection: WriteConnection | ReadConnection, given: CodeRange, run: Run
) -> list[Notice]:
    """What was told of a run of a range, in order; of more than ``MOST_NOTICES`` the last ones."""
    asked = {"scheme": given.scheme, "stem": given.stem, "limit": MOST_NOTICES}
    bounds = {"first": run.first, "end": run.end}
    rows = (await connection.execute(_NOTICES, {**asked, **bounds})).all()
    return [_notice(row) for row in reversed(rows)]


async def has_stem(connection: ReadConnection, scheme: str, stem: str) -> bool:
    """Whether codes were given out under a stem."""
    found = await connection.execute(_STEM, {"scheme": scheme, "stem": stem})
    return found.first() is not None


def _range(row: Iterable[Any]) -> CodeRange:
    """``row`` has the columns of ``_COLUMNS``."""
    range_id, scheme, stem, first, count, owner, lot, issued_at = row
    return CodeRange(range_id, scheme, stem, Run(first, count), owner, lot, issued_at)


def _notice(row: Iterable[Any]) -> Notice:
    run, state, reason, lot, recorded_at = row
    return Notice(Run(run.lower, run.upper - run.lower), CodeState(state), reason, lot, recorded_at)
