"""A foreign EPCIS server that is hostile or broken costs its own gap and nothing else."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import httpx
import pytest

from suyuan.domain.codes import Use, recognise
from suyuan.domain.trail import Direction, Question, Trail
from suyuan.sources.base import trace
from suyuan.sources.epcis import MAX_PAGES, Dialect, EpcisSource
from suyuan.sources.federation import FederatedSource
from suyuan.sources.line import Line
from suyuan.sources.memory import MemorySource
from tests.build import moved, stored, thing
from tests.sources import misbehaviour
from tests.sources.hostile import Asked, Behaviour, head, listening, say

DEADLINE = 2.0
CUSTOMS = recognise("91350200MA0000000R", use=Use.PARTY)
EVENT = {
    "type": "ObjectEvent",
    "action": "OBSERVE",
    "eventID": "urn:x:theirs",
    "eventTime": "2026-01-05T08:00:00Z",
    "eventTimeZoneOffset": "+00:00",
    "epcList": [thing("M").key],
}


def page(*events: Any) -> dict[str, Any]:
    results = {"resultsBody": {"eventList": list(events)}}
    body = {"queryResults": {"queryName": "x", **results}}
    context = ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"]
    framed = {"@context": context, "type": "EPCISQueryDocument", "schemaVersion": "2.0"}
    return {**framed, "creationDate": "2026-01-05T08:00:00Z", "epcisBody": body}


def telling(body: Any) -> Behaviour:
    async def behave(_asked: Asked, writer: asyncio.StreamWriter) -> None:
        await say(writer, body)

    return behave


def linking(link: str) -> Behaviour:
    """A page without events, and where the next one is to be; ``#`` counts the pages."""
    pages = 0

    async def behave(_asked: Asked, writer: asyncio.StreamWriter) -> None:
        nonlocal pages
        pages += 1
        body = json.dumps(page()).encode()
        following = f'Link: <{link.replace("#", str(pages))}>; rel="next"\r\n'
        writer.write(head(len(body), more=following) + body)
        await writer.drain()

    return behave


BEHAVIOURS: dict[str, tuple[Behaviour, str, set[str]]] = {
    "an endless body": (misbehaviour.endless, "refused", {"refused"}),
    "a slow drip": (misbehaviour.drip, "timed_out", {"timeout"}),
    "no answer at all": (misbehaviour.silence, "timed_out", {"timeout"}),
    "a connection that is closed": (misbehaviour.hang_up, "down", {"unavailable"}),
    "what is no HTTP": (misbehaviour.noise, "down", {"unavailable"}),
    "a redirect": (misbehaviour.redirect, "refused", {"refused"}),
    "a few bytes that unpack to many": (misbehaviour.bomb, "refused", {"refused"}),
    "what is no JSON": (telling(b"<html>hello</html>"), "refused", {"refused"}),
    "another JSON": (telling([1, 2, 3]), "refused", {"refused"}),
    "JSON nested without end": (telling(misbehaviour.nested({})), "refused", {"refused"}),
    "a page that leads to itself": (linking("/epcis/events?page=0"), "answered", {"truncated"}),
    "pages without end": (linking("/epcis/events?page=#"), "answered", {"truncated", "timeout"}),
    "a page elsewhere": (linking("http://127.0.0.1:1/events"), "refused", {"refused"}),
    "an event that cannot be read": (
        telling(page({**EVENT, "eventTime": "yesterday"})),
        "answered",
        {"truncated"},
    ),
    "an event of the year 9999": (
        telling(page({**EVENT, "eventTime": "9999-12-31T23:59:59-14:00"})),
        "answered",
        {"truncated"},
    ),
    "a code with a NUL": (
        telling(page({**EVENT, "epcList": ["urn:x:a\0b"]})),
        "answered",
        {"truncated"},
    ),
}


async def trail_with(url: str) -> tuple[Trail, dict[str, str]]:
    async with httpx.AsyncClient(trust_env=False) as client:
        customs = EpcisSource("customs", client, Line(f"{url}/epcis", 5.0), Dialect(CUSTOMS), {})
        own = MemorySource([stored(moved("own", 1, "M"))])
        source = FederatedSource({"customs": customs, "own": own}, deadline=DEADLINE)
        trail = await trace(source, Question(thing("M"), Direction.UP), deadline=DEADLINE)
    return trail, {s.subsystem: s.status.value for s in source.reports()}


@pytest.mark.parametrize("name", BEHAVIOURS)
async def test_it_costs_its_own_gap_and_nothing_else(name: str) -> None:
    behaviour, status, reasons = BEHAVIOURS[name]
    began = time.monotonic()
    async with listening(behaviour) as hostile:
        trail, sources = await trail_with(hostile.url)
    assert [e.event.id for e in trail.events] == ["own"]
    assert sources == {"customs": status, "own": "answered"}
    assert {h.subsystem for h in trail.holes} == {"customs"}
    assert {h.reason.value for h in trail.holes} <= reasons
    assert hostile.connections <= 8 * MAX_PAGES
    assert time.monotonic() - began < DEADLINE + 2


async def test_what_it_tells_truly_is_told() -> None:
    async with listening(telling(page(EVENT))) as honest:
        trail, sources = await trail_with(honest.url)
    assert {e.event.id for e in trail.events} == {"own", "urn:x:theirs"}
    assert set(sources.values()) == {"answered"}
    assert trail.holes == ()
