"""Jobs in the database: who may claim one, and what a process may still do that lost it."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from suyuan.domain.errors import TooMany
from suyuan.storage import jobs
from suyuan.storage.engine import Database
from suyuan.storage.jobs import OPEN_LIMIT, Progress, Rejection, State, Submitted

FILE = Submitted("owner", None, "a.csv", "csv", False)
BATCH = Progress(line=11, read=10, accepted=7, repeated=2, rejected=1)


@pytest.fixture
async def empty(database: Database) -> Database:
    async with database.writing() as connection:
        await connection.execute(text("TRUNCATE jobs, job_parts, job_rejections"))
    return database


async def submitted(database: Database, parts: tuple[bytes, ...] = (b"id\n", b"1\n")) -> UUID:
    async with database.writing() as connection:
        job = await jobs.open_job(connection, FILE)
        for number, data in enumerate(parts):
            await jobs.add_part(connection, job, number, data)
        await jobs.submit(connection, job, sum(map(len, parts)))
    return job


async def claim(database: Database) -> tuple[UUID, UUID] | None:
    """The job and the token of a new claim."""
    token = uuid4()
    async with database.writing() as connection:
        found = await jobs.claim(connection, token)
    return None if found is None else (found[0].id, token)


async def let_it_grow_stale(database: Database, seconds: int = jobs.STALE_SECONDS + 1) -> None:
    async with database.writing() as connection:
        ago = text("UPDATE jobs SET heartbeat_at = now() - make_interval(secs => :seconds)")
        await connection.execute(ago, {"seconds": seconds})


async def state(database: Database, job: UUID) -> jobs.Job:
    async with database.writing() as connection:
        found = await jobs.find(connection, job)
    assert found is not None
    return found


async def test_a_file_is_claimed_by_one_and_the_oldest_first(empty: Database) -> None:
    first, second = await submitted(empty), await submitted(empty)
    claims = [await claim(empty) for _ in range(3)]
    assert [c and c[0] for c in claims] == [first, second, None]


async def test_a_file_that_is_still_being_sent_is_not_claimed(empty: Database) -> None:
    async with empty.writing() as connection:
        await jobs.open_job(connection, FILE)
    assert await claim(empty) is None


async def test_two_who_claim_at_once_do_not_wait_for_each_other(empty: Database) -> None:
    first, second = await submitted(empty), await submitted(empty)
    async with empty.writing() as one, empty.writing() as other:
        claimed = [await jobs.claim(one, uuid4()), await jobs.claim(other, uuid4())]
    assert {c[0].id for c in claimed if c} == {first, second}


async def test_a_job_without_heartbeat_is_claimed_again_and_one_with_it_is_not(
    empty: Database,
) -> None:
    job = await submitted(empty)
    claimed = await claim(empty)
    assert claimed is not None
    await let_it_grow_stale(empty)
    async with empty.writing() as connection:
        await jobs.beat(connection, [claimed[1]])
    assert await claim(empty) is None
    await let_it_grow_stale(empty)
    again = await claim(empty)
    assert again is not None
    assert again[0] == job


async def test_who_lost_a_job_holds_it_no_longer(empty: Database) -> None:
    job = await submitted(empty)
    late = await claim(empty)
    await let_it_grow_stale(empty)
    new = await claim(empty)
    assert late is not None
    assert new is not None
    async with empty.writing() as connection:
        assert not await jobs.hold(connection, job, late[1])
        await jobs.beat(connection, [late[1]])
        await jobs.release(connection, job, late[1])
    async with empty.writing() as connection:
        assert await jobs.hold(connection, job, new[1])


async def test_a_cancelled_job_is_held_by_nobody_and_its_file_is_gone(empty: Database) -> None:
    job = await submitted(empty)
    claimed = await claim(empty)
    assert claimed is not None
    async with empty.writing() as connection:
        await jobs.end(connection, job, State.CANCELLED)
    async with empty.writing() as connection:
        assert not await jobs.hold(connection, job, claimed[1])
        assert await jobs.part(connection, job, 0) is None
        await jobs.end(connection, job, State.DONE)
    assert (await state(empty, job)).state is State.CANCELLED


async def test_progress_stands_or_falls_with_its_transaction(empty: Database) -> None:
    job = await submitted(empty)
    await claim(empty)
    rejection = Rejection(3, '["e1"]', "[]")
    async with empty.writing() as connection:
        await jobs.advance(connection, job, BATCH, [rejection])
        await connection.rollback()
    assert (await state(empty, job)).rows_read == 0
    for line in (11, 21):
        async with empty.writing() as connection:
            progress = Progress(line, 10, 7, 2, 1)
            await jobs.advance(connection, job, progress, [Rejection(line, "[]", "[]")])
    found = await state(empty, job)
    assert (found.line, found.rows_read, found.accepted, found.repeated, found.rejected) == (
        (21, 20, 14, 4, 2)
    )
    async with empty.writing() as connection:
        pages = [await jobs.rejections(connection, job, after, 1) for after in (-1, 11, 21)]
    assert [[r.line for r in page] for page in pages] == [[11], [21], []]


async def test_attempts_count_until_a_batch_is_through(empty: Database) -> None:
    job = await submitted(empty)
    counted = []
    for advances in (False, False, True, False):
        async with empty.writing() as connection:
            found = await jobs.claim(connection, uuid4())
            assert found is not None
            counted.append(found[1])
            if advances:
                await jobs.advance(connection, job, BATCH, [])
        await let_it_grow_stale(empty)
    assert counted == [1, 2, 3, 2]


async def test_who_gives_a_job_back_leaves_it_to_anybody_at_once(empty: Database) -> None:
    job = await submitted(empty)
    claimed = await claim(empty)
    assert claimed is not None
    async with empty.writing() as connection:
        await jobs.release(connection, job, claimed[1])
        found = await jobs.claim(connection, uuid4())
    assert found is not None
    assert found[1] == 1, "nothing went wrong"


async def test_an_owner_has_only_so_many_files_waiting(empty: Database) -> None:
    for _ in range(OPEN_LIMIT):
        last = await submitted(empty, (b"x",))
    with pytest.raises(TooMany) as refused:
        await submitted(empty)
    assert refused.value.code == "too_many_jobs"
    async with empty.writing() as connection:
        await jobs.end(connection, last, State.CANCELLED)
    await submitted(empty)


async def test_what_is_old_is_swept_away_and_what_is_not_stays(empty: Database) -> None:
    ended, cut_off, kept = [await submitted(empty) for _ in range(3)]
    async with empty.writing() as connection:
        await jobs.advance(connection, ended, BATCH, [Rejection(1, "[]", "[]")])
        await jobs.end(connection, ended, State.DONE)
        await connection.execute(
            text("UPDATE jobs SET finished_at = now() - interval '31 days' WHERE id = :job"),
            {"job": ended},
        )
        await connection.execute(
            text(
                "UPDATE jobs SET state = 'receiving', created_at = now() - interval '25 hours'"
                " WHERE id = :job"
            ),
            {"job": cut_off},
        )
    async with empty.writing() as connection:
        await jobs.sweep(connection)
    async with empty.writing() as connection:
        assert [await jobs.find(connection, job) for job in (ended, cut_off)] == [None, None]
        assert await jobs.rejections(connection, ended, -1, 1) == []
        assert await jobs.part(connection, cut_off, 0) is None
        assert await jobs.part(connection, kept, 0) == b"id\n"


async def test_a_file_that_never_came_whole_is_forgotten(empty: Database) -> None:
    async with empty.writing() as connection:
        job = await jobs.open_job(connection, FILE)
        await jobs.add_part(connection, job, 0, b"x")
        await jobs.forget(connection, job)
    async with empty.writing() as connection:
        assert await jobs.find(connection, job) is None
        assert await jobs.part(connection, job, 0) is None


async def test_the_role_of_ingest_may_do_all_this(database_url: str) -> None:
    database = Database(database_url)
    job = await submitted(database)
    async with database.writing() as connection:
        await jobs.sweep(connection)
        await jobs.end(connection, job, State.CANCELLED)
    await database.close()
