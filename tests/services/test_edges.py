"""``suyuan edges``: damage is told, and healed under readers and writers or left as it was."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from suyuan.domain.errors import Unavailable
from suyuan.sources.edge_proof import Proof, prove, rebuild
from suyuan.storage import edges
from suyuan.storage.engine import Database, WriteConnection
from suyuan.storage.load import Row, load
from suyuan.storage.provision import provision, service_url
from suyuan.wire import epcis_json
from suyuan.wire.reports import EPCIS, encode
from tests.build import moved, packed, stored

NAME = "edgeshed"
EVENTS = 300
EDGES = EVENTS + 2


@pytest.fixture
async def shed(postgres_url: str) -> AsyncIterator[Database]:
    """A subsystem with some hundred events, none of another test's."""
    await provision(postgres_url, [NAME])
    database = Database(service_url(postgres_url, NAME), roles=False)
    async with database.writing() as connection:
        await connection.execute(text("TRUNCATE events, edges"))
        await _post(connection, *range(EVENTS - 1))
        await load(connection, [_row(packed("pack", 1, "BOX", "X", "Y"))])
    yield database
    await database.close()


def _row(event: object) -> Row:
    one = stored(event)  # type: ignore[arg-type]
    return Row(one.event, one.content, EPCIS, encode(epcis_json.write_event(one.event)), "t", False)


async def _post(connection: WriteConnection, *numbers: int) -> None:
    await load(connection, [_row(moved(f"e{n}", n / 100, f"T{n}")) for n in numbers])


async def _number(database: Database, question: str) -> int:
    async with database.reading() as connection:
        return int((await connection.execute(text(question))).scalar_one())


async def _proof(database: Database) -> Proof:
    return await prove(database, lambda _done, _total: None)


async def _damage(database: Database, statement: str) -> None:
    async with database.writing() as connection:
        await connection.execute(text(statement))


def _command(url: str, tmp_path: Path, verb: str) -> subprocess.Popen[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("SUYUAN_")}
    environment |= {"SUYUAN_HOME": str(tmp_path), "SUYUAN_DATABASE_URL": url, "LC_ALL": "C.UTF-8"}
    return subprocess.Popen(
        [sys.executable, "-m", "services.cli", "edges", verb, "--subsystem", NAME],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


async def _run(url: str, tmp_path: Path, verb: str) -> tuple[int, str, str]:
    process = _command(url, tmp_path, verb)
    said, failed = await asyncio.to_thread(process.communicate, timeout=60)
    return process.returncode, said, failed


@asynccontextmanager
async def _reading_without_end(database: Database) -> AsyncIterator[None]:
    """A transaction that has read the table: no other may take its place."""
    async with database.writing() as connection:
        await connection.execute(text("SELECT count(*) FROM edges"))
        yield


async def _until(held: Callable[[], Awaitable[bool]]) -> None:
    until = time.monotonic() + 30
    while not await held():
        assert time.monotonic() < until
        await asyncio.sleep(0.05)


async def _swap_is_waiting(database: Database) -> bool:
    """Whether a new table is filled, and wants the place of the old one."""
    waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock'"
    return await _number(database, waits) > 0


async def test_the_commands_say_that_all_agree_or_what_does_not_and_heal_it(
    shed: Database, postgres_url: str, tmp_path: Path
) -> None:
    status, said, _ = await _run(postgres_url, tmp_path, "prove")
    assert (status, said) == (0, f"{NAME}: {EVENTS} events and {EDGES} edges agree.\n")
    await _damage(shed, "DELETE FROM edges WHERE role = 0 AND rank = 1 AND id < 'e15'")
    await _damage(shed, "UPDATE edges SET other = 'elsewhere' WHERE code LIKE '%Y'")
    lost = EDGES - await _number(shed, "SELECT count(*) FROM edges")
    status, said, _ = await _run(postgres_url, tmp_path, "prove")
    told = said.splitlines()
    assert status == 1
    assert f"{EVENTS} events, {EDGES - lost} edges, {lost + 2} differ" in told[0]
    assert len(told) == 1 + 20, "the first twenty, in words"
    assert told[1].strip().startswith(("missing: ", "of no event: "))
    status, said, _ = await _run(postgres_url, tmp_path, "rebuild")
    assert (status, said.splitlines()[-1]) == (
        0,
        f"{NAME}: {EVENTS} events and {EDGES} edges agree.",
    )
    assert (await _proof(shed)).holds


async def test_the_new_table_has_the_rights_and_indexes_of_the_old(shed: Database) -> None:
    rights = "SELECT relacl::text FROM pg_class WHERE oid = 'edges'::regclass"
    indexes = (
        "SELECT string_agg(indexdef, ';' ORDER BY 1) FROM pg_indexes WHERE tablename = 'edges'"
    )

    async def look(question: str) -> str:
        async with shed.reading() as connection:
            return str((await connection.execute(text(question))).scalar_one())

    before = [sorted((await look(rights)).strip("{}").split(",")), await look(indexes)]
    await rebuild(shed, lambda _done, _total: None)
    assert [sorted((await look(rights)).strip("{}").split(",")), await look(indexes)] == before


async def test_readers_never_find_the_table_empty_or_half_filled(shed: Database) -> None:
    seen: set[int] = set()
    done = False

    async def read() -> None:
        while not done:
            seen.add(await _number(shed, "SELECT count(*) FROM edges"))

    readers = [asyncio.create_task(read()) for _ in range(4)]
    for _ in range(5):
        await rebuild(shed, lambda _done, _total: None)
    done = True
    await asyncio.gather(*readers)
    assert seen == {EDGES}


async def test_reports_during_rebuilds_are_all_there_with_their_edges(shed: Database) -> None:
    posted = 0
    done = False

    async def post() -> None:
        nonlocal posted
        while not done:
            async with shed.writing() as connection:
                await _post(connection, EVENTS + posted)
            posted += 1

    posting = asyncio.create_task(post())
    for _ in range(5):
        await rebuild(shed, lambda _done, _total: None)
    done = True
    await posting
    proof = await _proof(shed)
    assert proof.holds
    assert (proof.events, proof.edges) == (EVENTS + posted, EDGES + posted)
    assert posted > 0


async def test_a_rebuild_waits_for_a_proof_and_reports_do_not(shed: Database) -> None:
    async with edges.snapshot(shed) as seen:
        assert await seen.count() == EVENTS
        rebuilding = asyncio.create_task(rebuild(shed, lambda _done, _total: None))
        await asyncio.sleep(0.5)
        async with shed.writing() as connection:
            await _post(connection, EVENTS)
        assert sum([len(rows) async for rows in seen.edges()]) == EDGES
        assert not rebuilding.done()
    assert await rebuilding == EDGES + 1
    assert (await _proof(shed)).holds


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
async def test_a_rebuild_that_is_ended_before_the_swap_leaves_the_old_table(
    shed: Database, postgres_url: str, tmp_path: Path, how: signal.Signals
) -> None:
    await _damage(shed, "DELETE FROM edges WHERE code LIKE '%T7'")
    async with _reading_without_end(shed):
        process = _command(postgres_url, tmp_path, "rebuild")
        await _until(lambda: _swap_is_waiting(shed))
        process.send_signal(how)
        _, failed = await asyncio.to_thread(process.communicate, timeout=30)
    assert process.returncode != 0
    assert "Traceback" not in failed
    assert await _number(shed, "SELECT count(*) FROM edges") == EDGES - 1

    async def gone() -> bool:
        made = "SELECT count(*) FROM pg_class WHERE relname LIKE 'edges_anew%'"
        async with shed.writing() as connection:
            await _post(connection, 999)  # nobody holds it off any more
        return await _number(shed, made) == 0

    await _until(gone)
    assert (await _proof(shed)).differences == 1


async def test_while_a_swap_waits_others_read_on(shed: Database) -> None:
    async with _reading_without_end(shed):
        rebuilding = asyncio.create_task(rebuild(shed, lambda _done, _total: None))
        await _until(lambda: _swap_is_waiting(shed))
        began = time.monotonic()
        for _ in range(5):
            assert await _number(shed, "SELECT count(*) FROM edges") == EDGES
        assert time.monotonic() - began < 5
    assert await rebuilding == EDGES


async def test_a_table_that_is_read_without_end_stays(
    shed: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edges, "_SWAP_SECONDS", 1.0)
    async with _reading_without_end(shed):
        with pytest.raises(Unavailable) as refused:
            await rebuild(shed, lambda _done, _total: None)
    assert refused.value.code == "edges_in_use"
    assert (await _proof(shed)).holds


async def test_ctrl_c_ends_a_proof_at_once(
    shed: Database, postgres_url: str, tmp_path: Path
) -> None:
    async with shed.writing() as connection:
        await connection.execute(text("LOCK TABLE edges IN ACCESS EXCLUSIVE MODE"))
        process = _command(postgres_url, tmp_path, "prove")
        waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND mode = 'RowShareLock'"

        async def waiting() -> bool:
            return await _number(shed, waits) > 0

        await _until(waiting)
        process.send_signal(signal.SIGINT)
        _, failed = await asyncio.to_thread(process.communicate, timeout=10)
    assert process.returncode != 0
    assert "Traceback" not in failed
