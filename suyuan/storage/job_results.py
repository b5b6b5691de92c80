"""What a job makes: a file in parts, kept as long as its job is.

For jobs that begin anew when they were broken off, as those of labels do; ``suyuan.storage.jobs``
has what all jobs have. Whoever writes here holds the job.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text

from suyuan.storage.engine import WriteConnection

_RESTART = text("""
    UPDATE jobs SET line = 0, rows_read = 0, accepted = 0, rows_total = :total WHERE id = :job
""")
_FORGET = text("DELETE FROM job_results WHERE job = :job")
_ADD = text("INSERT INTO job_results (job, part, data) VALUES (:job, :part, :data)")
_SIZE = text("""
    SELECT count(*), coalesce(sum(octet_length(data)), 0) FROM job_results WHERE job = :job
""")
_PART = text("SELECT data FROM job_results WHERE job = :job AND part = :part")
_COUNT = text("""
    UPDATE jobs SET line = :line, rows_read = :line, accepted = :line, heartbeat_at = now()
    WHERE id = :job
""")


async def restart(connection: WriteConnection, job: UUID, total: int) -> None:
    """Count from nought again, of ``total``; forget what was made."""
    await connection.execute(_RESTART, {"job": job, "total": total})
    await connection.execute(_FORGET, {"job": job})


async def count(connection: WriteConnection, job: UUID, made: int) -> None:
    """Say how much is made by now; a job that begins anew each time has not got on by that."""
    await connection.execute(_COUNT, {"job": job, "line": made})


async def add(connection: WriteConnection, job: UUID, part: int, data: bytes) -> None:
    """Keep one part of what a job makes; parts are counted from 0."""
    await connection.execute(_ADD, {"job": job, "part": part, "data": data})


async def size(connection: WriteConnection, job: UUID) -> tuple[int, int]:
    """How many parts, and bytes, of what a job made are kept."""
    row = (await connection.execute(_SIZE, {"job": job})).one()
    return row[0], int(row[1])


async def part(connection: WriteConnection, job: UUID, number: int) -> bytes | None:
    """One part of what a job made, ``None`` behind the last."""
    data: bytes | None = await connection.scalar(_PART, {"job": job, "part": number})
    return data
