"""What is let in before memory grows, and how long a body may take."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from fastapi import APIRouter, Request
from httpx import AsyncClient
from starlette.responses import Response

from suyuan.domain.errors import Unavailable
from suyuan.web import admission
from suyuan.web.admission import Slots
from suyuan.web.app import EXPORT_SLOTS
from suyuan.web.responses import json_response
from tests.web.service import serving

LIMIT = 64 * 1024
KIB = b"x" * 1024

router = APIRouter()


@router.post("/raw")
@router.post("/v1/files")
async def raw(request: Request) -> Response:
    return json_response({"bytes": len(await request.body())})


class Held:
    """A body that has sent some, and sends the rest when it is let go."""

    def __init__(self, first: bytes, rest: bytes = b"") -> None:
        self.first, self.rest = first, rest
        self.sent, self.go = asyncio.Event(), asyncio.Event()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self.first
        self.sent.set()
        await self.go.wait()
        yield self.rest


@pytest.fixture
async def client() -> AsyncIterator[AsyncClient]:
    async with serving(router, max_body_bytes=LIMIT, max_bodies_bytes=LIMIT) as opened:
        yield opened


async def test_past_the_limit_of_all_bodies_a_request_is_503_and_later_let_in(
    client: AsyncClient,
) -> None:
    slow = Held(KIB * 40, KIB)
    holding = asyncio.create_task(client.post("/raw", content=slow))
    await slow.sent.wait()
    declared = await client.post("/raw", content=KIB * 30)
    counted = await client.post("/raw", content=Held(KIB * 30))
    small = await client.post("/raw", content=KIB)
    slow.go.set()
    for answer in (declared, counted):
        assert (answer.status_code, answer.json()["code"]) == (503, "too_busy")
        assert int(answer.headers["Retry-After"]) > 0
    assert small.json() == {"bytes": 1024}
    assert (await holding).json() == {"bytes": 41 * 1024}
    assert (await client.post("/raw", content=KIB * 30)).status_code == 200


async def test_one_body_alone_is_let_in_whatever_its_size(client: AsyncClient) -> None:
    async with serving(router, max_body_bytes=LIMIT, max_bodies_bytes=1024) as narrow:
        assert (await narrow.post("/raw", content=KIB * 60)).status_code == 200
        assert (await narrow.post("/raw", content=KIB * 65)).status_code == 413


async def test_files_are_written_away_and_do_not_count(client: AsyncClient) -> None:
    slow = Held(KIB * 60)
    holding = asyncio.create_task(client.post("/v1/files", content=slow))
    await slow.sent.wait()
    assert (await client.post("/raw", content=KIB * 60)).status_code == 200
    slow.go.set()
    assert (await holding).status_code == 200


async def test_a_sender_that_goes_silent_is_408(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admission, "IDLE_SECONDS", 0.05)
    monkeypatch.setattr("suyuan.web.limits._LINGER_SECONDS", 0.01)
    answer = await client.post("/raw", content=Held(KIB))
    assert (answer.status_code, answer.json()["code"]) == (408, "body_too_slow")


async def test_a_body_that_drips_for_ever_is_408(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admission, "BODY_SECONDS", 0.2)
    monkeypatch.setattr("suyuan.web.limits._LINGER_SECONDS", 0.01)

    async def drip() -> AsyncIterator[bytes]:
        while True:
            yield b"x"
            await asyncio.sleep(0.02)

    answer = await client.post("/raw", content=drip())
    assert (answer.status_code, answer.json()["code"]) == (408, "body_too_slow")


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate", "GZIP", "identity, gzip"])
async def test_a_compressed_body_is_415_and_says_what_is_read(
    client: AsyncClient, encoding: str
) -> None:
    answer = await client.post("/raw", content=KIB, headers={"Content-Encoding": encoding})
    assert (answer.status_code, answer.json()["code"]) == (415, "content_encoding_refused")
    assert answer.headers["Accept-Encoding"] == "identity"


async def test_a_body_as_it_is_may_say_so(client: AsyncClient) -> None:
    headers = {"Content-Encoding": "identity"}
    assert (await client.post("/raw", content=KIB, headers=headers)).status_code == 200


async def test_who_finds_no_slot_waits_a_little_and_is_then_told_to_come_back() -> None:
    slots = Slots(1, wait_seconds=0.05)
    async with slots.taken("one"):
        with pytest.raises(Unavailable):
            async with slots.taken("one"):
                pass
    async with slots.taken("one"):
        waiting = asyncio.create_task(slots.taken("one").__aenter__())
        await asyncio.sleep(0)
    await waiting


async def test_one_owner_holds_half_of_the_slots_and_nobody_stands_behind_him() -> None:
    slots = Slots(4, wait_seconds=5)
    go, held = asyncio.Event(), list[str]()

    async def hold(owner: str) -> None:
        async with slots.taken(owner):
            held.append(owner)
            await go.wait()

    waiting = [asyncio.create_task(hold("greedy")) for _ in range(20)]
    await asyncio.sleep(0)
    waiting += [asyncio.create_task(hold(name)) for name in ("one", "other")]
    await asyncio.sleep(0.05)  # all have come as far as they can
    assert sorted(held) == ["greedy", "greedy", "one", "other"]
    go.set()
    await asyncio.gather(*waiting)
    assert len(held) == 22
    assert not slots._own


async def test_strangers_together_leave_a_slot_to_whoever_has_a_key() -> None:
    slots = Slots(EXPORT_SLOTS, wait_seconds=0.05)
    async with slots.taken(""):
        with pytest.raises(Unavailable):
            async with slots.taken(""):
                pass
        async with slots.taken("inspector:food ab12"):
            pass
