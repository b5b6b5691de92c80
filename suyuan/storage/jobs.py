"""Jobs: files that are being taken in, by whichever ingest process has claimed them.

A claim is a token that only one process holds. Whatever a process does for a job it does in a
transaction that begins with ``hold``: that locks the job and fails once the token is another's, so
a process that was thought dead can come back and change nothing. Progress is written in the
transaction that stores the rows it counts: killed at any point, a job loses and doubles nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import RowMapping, text

from suyuan.domain.errors import TooMany
from suyuan.storage.engine import WriteConnection

# A process beats for its jobs every few seconds; one that missed several is gone.
STALE_SECONDS = 10
# A file that ends its process every time must not end them all, for ever.
ATTEMPTS_LIMIT = 5
# Files that one owner may have waiting: each may be half a gigabyte.
OPEN_LIMIT = 20
RETRY_AFTER_SECONDS = 10
# A report is fetched the same day; the rows themselves are kept as events.
KEPT_DAYS = 30


class State(StrEnum):
    RECEIVING = "receiving"
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Submitted:
    """A file as it was sent. ``party`` is the reporter's key, ``None`` for a department.

    ``kind`` is what its rows are: ``events``, or ``parties``, ``places``, ``products``.
    """

    owner: str
    party: str | None
    name: str
    format: str
    dry_run: bool
    kind: str = "events"


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it stands. ``line`` is the number of the last row that was taken in or refused.

    ``advised`` rows were taken in and lack something by their sector's profile; ``advice`` is what
    the first of them lack, as JSON text.
    ``header`` is the file's first row and ``problem`` what stopped it, both as JSON texts;
    ``seconds`` is how long it has been worked at.
    """

    id: UUID
    owner: str
    party: str | None
    name: str
    format: str
    dry_run: bool
    state: State
    size: int
    line: int
    rows_total: int | None
    rows_read: int
    accepted: int
    repeated: int
    rejected: int
    advised: int
    advice: str | None
    header: str | None
    problem: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    seconds: float
    kind: str


@dataclass(frozen=True, slots=True)
class Progress:
    """What one batch adds: rows by what became of them, and where it ended.

    ``advice`` is all of the job's that is kept, ``None`` where the batch adds nothing to it.
    """

    line: int
    read: int
    accepted: int
    repeated: int
    rejected: int
    advised: int = 0
    advice: str | None = None


@dataclass(frozen=True, slots=True)
class Rejection:
    """One refused row: its number in the file; its cells and its faults as JSON texts."""

    line: int
    cells: str
    faults: str


OPEN_STATES = (State.RECEIVING, State.WAITING, State.RUNNING)

_COLUMNS = """id, owner, party, name, format, dry_run, kind, state, size, line, rows_total,
    rows_read, accepted, repeated, rejected, advised, advice, header, problem,
    created_at, started_at, finished_at,
    CAST(extract(epoch FROM coalesce(finished_at, now()) - coalesce(started_at, now()))
         AS double precision) AS seconds"""

_OPEN = text("""
    SELECT count(*) FROM jobs
    WHERE owner = :owner AND state IN ('receiving', 'waiting', 'running')
""")
_INSERT = text("""
    INSERT INTO jobs (id, owner, party, name, format, dry_run, kind)
    VALUES (:id, :owner, :party, :name, :format, :dry_run, :kind)
""")
_ADD_PART = text("INSERT INTO job_parts (job, part, data) VALUES (:job, :part, :data)")
_SUBMIT = text("""
    UPDATE jobs SET state = 'waiting', size = :size WHERE id = :job AND state = 'receiving'
""")
_PART = text("SELECT data FROM job_parts WHERE job = :job AND part = :part")

# Whatever waits, and whatever a process left that is gone; the oldest first.
_CLAIM = text(f"""
    UPDATE jobs SET state = 'running', claim = :claim, heartbeat_at = now(),
                    started_at = coalesce(started_at, now()), attempts = attempts + 1
    WHERE id = (SELECT id FROM jobs
                WHERE state = 'waiting'
                   OR state = 'running' AND heartbeat_at < now() - make_interval(secs => :stale)
                ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING {_COLUMNS}, attempts
""")
_BEAT = text("""
    UPDATE jobs SET heartbeat_at = now()
    WHERE claim = ANY(CAST(:claims AS uuid[])) AND state = 'running'
""")
_RELEASE = text("""
    UPDATE jobs SET state = 'waiting', claim = NULL, attempts = attempts - 1
    WHERE id = :job AND claim = :claim AND state = 'running'
""")
_FORGIVE = text("""
    UPDATE jobs SET attempts = attempts - 1 WHERE id = :job AND claim = :claim AND state = 'running'
""")
_HOLD = text("""
    SELECT id FROM jobs WHERE id = :job AND claim = :claim AND state = 'running' FOR UPDATE
""")
_DESCRIBE = text("UPDATE jobs SET header = :header, rows_total = :total WHERE id = :job")
_ADVANCE = text("""
    UPDATE jobs SET line = :line, rows_read = rows_read + :read, accepted = accepted + :accepted,
                    repeated = repeated + :repeated, rejected = rejected + :rejected,
                    advised = advised + :advised, advice = coalesce(:advice, advice),
                    heartbeat_at = now(), attempts = 1
    WHERE id = :job
""")
_REJECT = text("""
    INSERT INTO job_rejections (job, line, cells, faults)
    SELECT CAST(:job AS uuid), * FROM unnest(
        CAST(:lines AS integer[]), CAST(:cells AS text[]), CAST(:faults AS text[]))
""")
_END = text("""
    UPDATE jobs SET state = :state, problem = :problem, finished_at = now(), claim = NULL
    WHERE id = :job AND state IN ('receiving', 'waiting', 'running')
""")
_FORGET_PARTS = text("DELETE FROM job_parts WHERE job = :job")
_FORGET = text("DELETE FROM jobs WHERE id = :job AND state = 'receiving'")
_FIND = text(f"SELECT {_COLUMNS} FROM jobs WHERE id = :job")
_OLDEST = text("""
    SELECT id FROM jobs WHERE owner = :owner AND kind = :kind AND finished_at IS NOT NULL
    ORDER BY finished_at DESC, id OFFSET :keep
""")
_FORGET_RESULTS = text("DELETE FROM job_results WHERE job = ANY(CAST(:jobs AS uuid[]))")
_FORGET_JOBS = text("DELETE FROM jobs WHERE id = ANY(CAST(:jobs AS uuid[]))")
_COUNT_OPEN = text("""
    SELECT state, count(*) FROM jobs
    WHERE state IN ('receiving', 'waiting', 'running') GROUP BY state
""")
_REJECTIONS = text("""
    SELECT line, cells, faults FROM job_rejections
    WHERE job = :job AND line > :after ORDER BY line LIMIT :limit
""")

# Files whose sender was cut off, and reports that nobody fetched.
_SWEEP = (
    text("""
        DELETE FROM job_parts WHERE job IN
            (SELECT id FROM jobs
             WHERE state = 'receiving' AND created_at < now() - interval '1 day')
    """),
    *(
        text(f"""
            DELETE FROM {table} WHERE job IN
                (SELECT id FROM jobs WHERE finished_at < now() - make_interval(days => :days))
        """)
        for table in ("job_rejections", "job_results")
    ),
    text("""
        DELETE FROM jobs
        WHERE finished_at < now() - make_interval(days => :days)
           OR state = 'receiving' AND created_at < now() - interval '1 day'
    """),
)


# --- Sending a file --------------------------------------------------------------------------


async def open_job(connection: WriteConnection, submitted: Submitted) -> UUID:
    """A new job, whose file comes part by part. Raises TooMany where its owner has too many."""
    counted = (await connection.execute(_OPEN, {"owner": submitted.owner})).scalar_one()
    if counted >= OPEN_LIMIT:
        raise TooMany(
            "too_many_jobs", count=counted, limit=OPEN_LIMIT, retry_after=RETRY_AFTER_SECONDS
        )
    job = uuid4()
    await connection.execute(
        _INSERT,
        {
            "id": job,
            "owner": submitted.owner,
            "party": submitted.party,
            "name": submitted.name,
            "format": submitted.format,
            "dry_run": submitted.dry_run,
            "kind": submitted.kind,
        },
    )
    return job


async def add_part(connection: WriteConnection, job: UUID, part: int, data: bytes) -> None:
    """Keep one part of the file; parts are counted from 0."""
    await connection.execute(_ADD_PART, {"job": job, "part": part, "data": data})


async def submit(connection: WriteConnection, job: UUID, size: int) -> None:
    """The file is whole: whoever is free may claim the job."""
    await connection.execute(_SUBMIT, {"job": job, "size": size})


async def forget(connection: WriteConnection, job: UUID) -> None:
    """Take a job away whose file never came whole."""
    await connection.execute(_FORGET_PARTS, {"job": job})
    await connection.execute(_FORGET, {"job": job})


async def sweep(connection: WriteConnection) -> None:
    """Delete what is left of files that never came whole, and of jobs that ended a month ago."""
    for statement in _SWEEP:
        bound = {"days": KEPT_DAYS} if ":days" in statement.text else {}
        await connection.execute(statement, bound)


async def forget_oldest(connection: WriteConnection, owner: str, kind: str, keep: int) -> None:
    """Delete an owner's jobs of a kind that have ended, with what they made, but the newest."""
    bound = {"owner": owner, "kind": kind, "keep": keep}
    old = list((await connection.execute(_OLDEST, bound)).scalars())
    if old:
        await connection.execute(_FORGET_RESULTS, {"jobs": old})
        await connection.execute(_FORGET_JOBS, {"jobs": old})


# --- Working at a job ------------------------------------------------------------------------


async def claim(connection: WriteConnection, token: UUID) -> tuple[Job, int] | None:
    """The oldest job that nobody works at, and how often it was begun without getting on."""
    found = await connection.execute(_CLAIM, {"claim": token, "stale": STALE_SECONDS})
    row = found.mappings().one_or_none()
    return None if row is None else (_job(row), row["attempts"])


async def beat(connection: WriteConnection, tokens: Iterable[UUID]) -> None:
    """Say that these claims are still being worked at."""
    await connection.execute(_BEAT, {"claims": list(tokens)})


async def release(connection: WriteConnection, job: UUID, token: UUID) -> None:
    """Give a job back, to be gone on with by whoever is free."""
    await connection.execute(_RELEASE, {"job": job, "claim": token})


async def forgive(connection: WriteConnection, job: UUID, token: UUID) -> None:
    """Count the last try as none; the job is claimed again when its heartbeat has stopped."""
    await connection.execute(_FORGIVE, {"job": job, "claim": token})


async def part(connection: WriteConnection, job: UUID, number: int) -> bytes | None:
    """One part of a job's file, ``None`` behind the last."""
    data: bytes | None = await connection.scalar(_PART, {"job": job, "part": number})
    return data


async def hold(connection: WriteConnection, job: UUID, token: UUID) -> bool:
    """Lock a job until the transaction ends; False if it was cancelled or is another's by now."""
    found = await connection.execute(_HOLD, {"job": job, "claim": token})
    return found.first() is not None


async def describe(connection: WriteConnection, job: UUID, header: str, total: int | None) -> None:
    """Keep a file's header (a JSON array of texts) and how many rows it has. For whoever holds."""
    await connection.execute(_DESCRIBE, {"job": job, "header": header, "total": total})


async def advance(
    connection: WriteConnection, job: UUID, progress: Progress, rejections: list[Rejection]
) -> None:
    """Count a batch, in the transaction that stores it. For whoever holds the job."""
    if rejections:
        columns: dict[str, Any] = {
            "lines": [rejection.line for rejection in rejections],
            "cells": [rejection.cells for rejection in rejections],
            "faults": [rejection.faults for rejection in rejections],
        }
        await connection.execute(_REJECT, {"job": job, **columns})
    await connection.execute(
        _ADVANCE,
        {
            "job": job,
            "line": progress.line,
            "read": progress.read,
            "accepted": progress.accepted,
            "repeated": progress.repeated,
            "rejected": progress.rejected,
            "advised": progress.advised,
            "advice": progress.advice,
        },
    )


async def end(
    connection: WriteConnection, job: UUID, state: State, problem: str | None = None
) -> None:
    """End a job that has not ended, and forget its file."""
    await connection.execute(_END, {"job": job, "state": state.value, "problem": problem})
    await connection.execute(_FORGET_PARTS, {"job": job})


# --- Asking about a job ----------------------------------------------------------------------


async def find(connection: WriteConnection, job: UUID) -> Job | None:
    """A job as it stands; asked of the primary, as a replica may not know it yet."""
    row = (await connection.execute(_FIND, {"job": job})).mappings().one_or_none()
    return None if row is None else _job(row)


async def count_open(connection: WriteConnection) -> dict[State, int]:
    """How many jobs are in each of the open states."""
    return {State(state): count for state, count in await connection.execute(_COUNT_OPEN)}


async def rejections(
    connection: WriteConnection, job: UUID, after: int, limit: int
) -> list[Rejection]:
    """The refused rows behind a row, in their order."""
    found = await connection.execute(_REJECTIONS, {"job": job, "after": after, "limit": limit})
    return [Rejection(*row) for row in found]


def _job(row: RowMapping) -> Job:
    kept = {name: row[name] for name in Job.__dataclass_fields__}
    return Job(**{**kept, "state": State(kept["state"])})
