"""What is asked of a department beside chains: one that is hostile is silent, and no more."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from types import SimpleNamespace
from typing import Any

import pytest

from services.gateway import deliverer, members, register, reporting
from services.gateway.deliverer import Away, Deliverer
from services.gateway.holders import HolderIndex
from services.gateway.members import Members
from services.gateway.registry import Registry, Subsystem
from services.gateway.reporting import Relay
from suyuan.domain.caller import Caller, CallerRole
from suyuan.domain.errors import NotAuthenticated, Unavailable
from suyuan.domain.register import Kind
from suyuan.storage.deliveries import Delivery
from suyuan.storage.engine import Database
from suyuan.storage.provision import provision, service_url
from suyuan.web import claims
from suyuan.web.claims import generate_key_pair, import_key
from suyuan.web.language import Language
from tests.sources import misbehaviour
from tests.sources.hostile import Asked, Behaviour, head, listening, say

SECONDS = 0.25
CITY = Caller(CallerRole.CITY)
DEPARTMENT = Caller(CallerRole.DEPARTMENT, home="liar")
REPORTS = b'[{"id": "1", "sector": "food"}, {"id": "2", "sector": "food"}]'
TAKEN = {"accepted": 2, "repeated": 0, "ids": ["1", "2"], "rejected": []}


def answering(answer: Any) -> Behaviour:
    async def behave(_asked: Asked, writer: asyncio.StreamWriter) -> None:
        await say(writer, answer)

    return behave


SILENT: dict[str, Behaviour] = {
    "an endless body": misbehaviour.endless,
    "a slow drip": misbehaviour.drip,
    "no answer at all": misbehaviour.silence,
    "a connection that is closed": misbehaviour.hang_up,
    "what is no HTTP": misbehaviour.noise,
    "a few bytes that unpack to many": misbehaviour.bomb,
}
NONSENSE: dict[str, Behaviour] = {
    "a redirect": misbehaviour.redirect,
    "what is no JSON": answering(b"<html>hello</html>"),
    "another JSON": answering([1, 2, 3]),
    "JSON nested without end": answering(misbehaviour.nested({})),
    "an answer without ids": answering({"accepted": 2, "repeated": 0, "rejected": []}),
}


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reporting, "STORE_SECONDS", SECONDS)
    monkeypatch.setattr(deliverer, "CALL_SECONDS", SECONDS)
    monkeypatch.setattr(register, "SECONDS", SECONDS)
    monkeypatch.setattr(members, "HEALTH_SECONDS", SECONDS)


@asynccontextmanager
async def liar(behaviour: Behaviour, *honest: Subsystem) -> AsyncIterator[Members]:
    """A federation of a hostile member, which takes food's reports, and others."""
    private, _ = generate_key_pair()
    async with listening(behaviour) as hostile:
        member = subsystem("liar", "food", hostile.url)
        registry = Registry({one.id: one for one in (member, *honest)})
        found = Members(registry, import_key(private, private=True))
        try:
            yield found
        finally:
            await found.close()


def subsystem(name: str, sector: str, url: str) -> Subsystem:
    named = {"zh": name, "en": name}
    told = {"id": name, "name": named, "department": named, "sectors": [sector]}
    return Subsystem.model_validate({**told, "ingest_url": url, "query_url": url})


def relay(found: Members) -> Relay:
    return Relay(found, DEPARTMENT, {}, "", max_events=100, copies=None)


async def in_time(work: Awaitable[Any]) -> Any:
    began = time.monotonic()
    try:
        return await work
    finally:
        assert time.monotonic() - began < 12 * SECONDS


@pytest.mark.parametrize("name", [*SILENT, *NONSENSE])
async def test_a_report_to_it_is_told_to_be_unanswered(name: str) -> None:
    async with liar({**SILENT, **NONSENSE}[name]) as found:
        with pytest.raises(Unavailable) as caught:
            await in_time(relay(found).whole(REPORTS, "application/json"))
    assert caught.value.code == "subsystem_unavailable"


@pytest.mark.parametrize(
    "answer",
    [
        [1],
        {**TAKEN, "rejected": [{"index": 2, "pointer": "", "code": "x", "detail": ""}]},
        {**TAKEN, "rejected": [{"index": -1, "pointer": "", "code": "x", "detail": ""}]},
        {**TAKEN, "advice": [{"index": 7}]},
    ],
)
async def test_in_a_batch_for_several_it_costs_its_own_reports(answer: Any) -> None:
    async with listening(answering(TAKEN | {"accepted": 1, "ids": ["3"]})) as honest:
        other = subsystem("honest", "drugs", honest.url)
        async with liar(answering(answer), other) as found:
            batch = REPORTS[:-1] + b', {"id": "3", "sector": "drugs"}]'
            told = await relay(found).split(batch, "application/json", Language.EN)
    assert isinstance(told, dict)
    assert (told["accepted"], told["ids"]) == (1, [None, None, "3"])
    assert [(one["index"], one["code"]) for one in told["rejected"]] == [
        (0, "subsystem_unavailable"),
        (1, "subsystem_unavailable"),
    ]


@pytest.mark.parametrize("name", SILENT)
async def test_it_is_not_ready(name: str) -> None:
    async with liar(SILENT[name]) as found:
        health = await in_time(found.health())
    assert health["liar"].state in ("down", "timed_out", "unready")


@pytest.mark.parametrize(
    ("date", "seconds"),
    [("in five minutes", 300), ("yesterday", None), ("", None), ("\xff", None)],
)
async def test_a_clock_that_is_off_is_told(date: str, seconds: int | None) -> None:
    """Such a member refuses the gateway's claims, and says no more than that."""
    told = format_datetime(datetime.now(UTC) + timedelta(minutes=5)) if seconds else date

    async def behave(_asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(head(2, more=f"Date: {told}\r\n") + b"{}")
        await writer.drain()

    async with liar(behave) as found:
        clock = (await found.health())["liar"].clock
    assert clock == seconds if seconds is None else abs((clock or 0) - seconds) <= 2


@pytest.mark.parametrize("seconds", [-70, 11])
def test_claims_are_refused_by_a_clock_that_is_off(
    seconds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    private, public = generate_key_pair()
    monkeypatch.setattr(claims, "time", lambda: time.time() + seconds)
    token = claims.sign(CITY, audience="food", key=import_key(private, private=True))
    with pytest.raises(NotAuthenticated):
        claims.verify(token, audience="food", key=import_key(public, private=False))


@pytest.mark.parametrize("name", [*SILENT, "a redirect"])
async def test_its_register_is_silent(name: str) -> None:
    async with liar({**SILENT, **NONSENSE}[name]) as found:
        request = asked_of(found)
        with pytest.raises(Unavailable) as caught:
            await in_time(register._get(request, Kind.PARTY, "91350200MA0000000R", CITY))
    assert caught.value.code == "register_holder_silent"


def asked_of(found: Members) -> Any:
    """As much of a request as the register's route needs."""

    state = SimpleNamespace(members=found)
    return SimpleNamespace(app=SimpleNamespace(state=state), headers={}, query_params={})


@pytest.mark.parametrize("name", [*SILENT, *NONSENSE])
async def test_a_copy_waits_until_it_answers(name: str, database: Database) -> None:
    if name == "an answer without ids":  # which a delivery has no use for
        return
    copy = Delivery(
        *(bytes(16), "liar", "food", bytes(16), "urn:x:1", False, bytes(16), "p", "o"),
        *("department", None, "food", "", '{"id": "1"}'),
    )
    async with liar({**SILENT, **NONSENSE}[name]) as found:
        with pytest.raises(Away):
            await in_time(Deliverer(database, found)._post(found.registry.members["liar"], [copy]))


@pytest.fixture(scope="module")
def gateway_url(postgres_url: str) -> str:
    asyncio.run(provision(postgres_url, ["gateway"]))
    return service_url(postgres_url, "gateway")


PAGE = {
    "anew": False,
    "changes": [],
    "next": "x",
    "more": True,
    "watermark": "2026-01-01T00:00:00Z",
}
CHANGE = {
    "sequence": 1,
    "codes": ["00"],
    "time": "2026-01-01T00:00:00Z",
    "record_time": "2026-01-01T00:00:00Z",
}


@pytest.mark.parametrize("changes", [[], [CHANGE]])
async def test_a_feed_that_leads_nowhere_is_not_asked_for_more_at_once(
    changes: list[Any], gateway_url: str
) -> None:
    database = Database(gateway_url, roles=False)
    async with liar(answering({**PAGE, "changes": changes})) as found:
        index = HolderIndex(database, found, bytes(32))
        member = found.registry.members["liar"]
        assert await index._take_page(member) is bool(changes)
        assert await index._take_page(member) is False
    async with database.writing() as connection:
        await connection.exec_driver_sql("DELETE FROM feeds WHERE subsystem = 'liar'")
        await connection.exec_driver_sql("DELETE FROM holders WHERE subsystem = 'liar'")
    await database.close()
