"""A hostile or broken member costs its own gap and nothing else: over real sockets."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from suyuan.domain.assemble import assemble
from suyuan.domain.chain import Chain
from suyuan.domain.lookup import Ask, HoleReason, Key, Lookup
from suyuan.domain.trail import Direction, Question
from suyuan.sources.asking import ASIDE_BYTES, aside
from suyuan.sources.base import trace
from suyuan.sources.breaker import Breaker
from suyuan.sources.federation import FederatedSource
from suyuan.sources.line import Line
from suyuan.sources.memory import MemorySource
from suyuan.sources.posting import Poster
from suyuan.sources.remote import MOST_PAGES, RemoteSource
from tests.build import made, moved, stored, thing
from tests.sources import misbehaviour
from tests.sources.hostile import Asked, Behaviour, Hostile, listening, say

# Long enough for a machine that does other things beside; a member that hangs costs a part of it.
DEADLINE = 3.0
NOT_ASKED = "urn:suyuan:91350100M000100Y43:NOBODY-ASKED"


def honest() -> MemorySource:
    return MemorySource(
        map(stored, [moved("origin", 0, "L"), made("make", 1, ["L"], ["M"]), moved("on", 2, "M")])
    )


async def chain_with(hostile: Hostile) -> tuple[Chain, float]:
    """The chain of M over an honest member and the hostile one, and the seconds it took."""
    poster = Poster(connections=4, connect_seconds=1.0)
    line = Line(hostile.url, 5.0, Breaker())
    members = {
        "hostile": RemoteSource("hostile", poster, line, authorise=dict),
        "honest": honest(),
    }
    source = FederatedSource(members, deadline=DEADLINE)
    question = Question(thing("M"), Direction.UP)
    began = time.monotonic()
    trail = await trace(source, question, deadline=DEADLINE)
    spent = time.monotonic() - began
    await poster.close()
    return assemble(question, trail, source.reports()), spent


def edge(asked: Asked, **changed: Any) -> dict[str, Any]:
    """An edge of the code that was asked for."""
    return {
        "code": asked["keys"][0]["key"],
        "role": 0,
        "rank": 1,
        "time": "2026-01-01T00:00:00Z",
        "id": "urn:x:1",
        "event": "AAAAAAAAAAAAAAAAAAAAAA==",
        "party": "urn:suyuan:cn:91350100M000100Y43",
        **changed,
    }


def answering(make: Callable[[Asked], Any]) -> Behaviour:
    async def behave(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await say(writer, make(asked))

    return behave


# Made beforehand: this process plays both sides, and making them takes longer than reading them.
HINTS = json.dumps(
    {"hints": [{"key": f"urn:x:{n:090}", "subsystem": "x"} for n in range(80_000)]}
).encode()
FLOOD = json.dumps(
    {"answered": [{"key": f"urn:x:{n}", "kind": "code"} for n in range(50_000)]}
).encode()


BEHAVIOURS: dict[str, tuple[Behaviour, str]] = {
    "an endless body": (misbehaviour.endless, "refused"),
    "a slow drip": (misbehaviour.drip, "timed_out"),
    "no answer at all": (misbehaviour.silence, "timed_out"),
    "half an answer": (misbehaviour.half, "down"),
    "a connection that is closed": (misbehaviour.hang_up, "down"),
    "what is no HTTP": (misbehaviour.noise, "down"),
    "a redirect": (misbehaviour.redirect, "refused"),
    "a few bytes that unpack to many": (misbehaviour.bomb, "refused"),
    "what is no JSON": (answering(lambda _: b"<html>hello</html>"), "refused"),
    "another JSON": (answering(lambda _: [1, 2, 3]), "refused"),
    "JSON nested without end": (answering(misbehaviour.nested), "refused"),
    "10 MB of hints": (answering(lambda _: HINTS), "refused"),
    "a flood of what nobody asked": (answering(lambda _: FLOOD), "refused"),
    "events of other keys": (answering(lambda a: {"edges": [edge(a, code=NOT_ASKED)]}), "refused"),
    "a time without an offset": (
        answering(lambda a: {"edges": [edge(a, time="2026-01-01T00:00:00")]}),
        "refused",
    ),
    "a time at the end of time": (
        answering(lambda a: {"edges": [edge(a, time="9999-12-31T23:59:59-14:00")]}),
        "refused",
    ),
    "an event's key that is none": (answering(lambda a: {"edges": [edge(a, event="")]}), "refused"),
    "a cursor that leads nowhere": (answering(lambda _: {"cursor": "0"}), "refused"),
}


@pytest.mark.parametrize("name", BEHAVIOURS)
async def test_a_hostile_member_costs_its_own_gap_and_nothing_else(name: str) -> None:
    behaviour, status = BEHAVIOURS[name]
    async with listening(behaviour) as hostile:
        chain, spent = await chain_with(hostile)
    assert [e.stored.event.id for e in chain.events] == ["origin", "make", "on"]
    assert {s.subsystem: s.status.value for s in chain.sources} == {
        "hostile": status,
        "honest": "answered",
    }
    assert {h.subsystem for h in chain.holes} == {"hostile"}
    assert not chain.complete
    assert spent < DEADLINE


@pytest.mark.parametrize(
    ("behaviour", "connections"),
    [
        (misbehaviour.hang_up, 2),
        (misbehaviour.redirect, 1),
        (misbehaviour.silence, 1),
        (misbehaviour.half, 2),
    ],
)
async def test_only_a_broken_connection_is_tried_again_and_once(
    behaviour: Callable[[Asked, asyncio.StreamWriter], Awaitable[None]], connections: int
) -> None:
    async with listening(behaviour) as hostile:
        await chain_with(hostile)
    assert hostile.connections == connections


async def test_a_page_that_never_comes_is_a_hole_for_its_questions_alone() -> None:
    """The first answer has a cursor; behind it there is nothing."""

    async def behave(asked: Asked, writer: asyncio.StreamWriter) -> None:
        if len(asked["keys"]) > 1 and not asked["cursor"]:
            await say(writer, {"cursor": "1"})
        elif asked["cursor"]:
            await asyncio.sleep(30)
        else:
            await say(writer, {})

    async with listening(behave) as hostile:
        chain, spent = await chain_with(hostile)
    assert [e.stored.event.id for e in chain.events] == ["origin", "make", "on"]
    assert {(h.subsystem, h.reason.value) for h in chain.holes} == {("hostile", "timeout")}
    assert spent < DEADLINE


async def test_a_member_that_creeps_on_question_by_question_is_left() -> None:
    """Each page answers one question more: a thousand questions would be a thousand calls."""
    pages = 0

    async def behave(asked: Asked, writer: asyncio.StreamWriter) -> None:
        nonlocal pages
        pages += 1
        await say(writer, {"cursor": str(int(asked["cursor"] or 0) + 1)})

    async with listening(behave) as hostile:
        poster = Poster(connections=4, connect_seconds=1.0)
        source = RemoteSource("hostile", poster, Line(hostile.url, 20.0), authorise=dict)
        keys = tuple(Key(Ask.CODE, f"urn:x:{n}") for n in range(1_000))
        answer = await source.ask(Lookup(keys))
        await poster.close()
    assert pages == MOST_PAGES
    assert {h.key for h in answer.holes} == set(keys[MOST_PAGES:])
    assert {h.reason for h in answer.holes} == {HoleReason.TRUNCATED}


@pytest.mark.parametrize(("length", "alone"), [(ASIDE_BYTES - 1, False), (ASIDE_BYTES, True)])
async def test_a_long_answer_is_read_beside_what_else_is_done(length: int, alone: bool) -> None:
    """Others have answered meanwhile, and would seem to be late."""
    reader = await aside(lambda _body: threading.get_ident(), b" " * length)
    assert (reader != threading.get_ident()) is alone
