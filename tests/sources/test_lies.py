"""A member that tells a true story with one value in it changed: it costs its own gap at most."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import UTC, date, datetime
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from suyuan.domain import policy
from suyuan.domain.assemble import assemble
from suyuan.domain.caller import CONSUMER, Caller, CallerRole
from suyuan.domain.chain import Chain
from suyuan.domain.events import Document, Endpoint, Product, StoredEvent
from suyuan.domain.lookup import Answer, Lookup
from suyuan.domain.naming import MOST_NAMES, wanted_by
from suyuan.domain.temperature import Temperature
from suyuan.domain.trail import Direction, Question
from suyuan.sources.asking import REFUSED, Silent
from suyuan.sources.base import trace
from suyuan.sources.federation import FederatedSource
from suyuan.sources.memory import MemorySource
from suyuan.web.pages import Names, PageLinks, render_chain
from suyuan.web.responses import json_response
from suyuan.wire.chains import write_chain
from suyuan.wire.lookup_answers import read_response
from suyuan.wire.lookups import read_request, write_request, write_response
from suyuan.wire.names import read_names_request, write_names_request
from tests.build import lot, made, moved, packed, party, stored, thing, unpacked
from tests.sources.ahead import ReadingAhead

NOW = datetime(2026, 6, 1, tzinfo=UTC)
LIES: tuple[Any, ...] = (
    *(None, True, 0, -1, 10**30, 1.5, 1e300, [], {}, [[]], "", " ", "\0", "a\0b", "\x1b[31m"),
    *("NaN", "sNaN", "Infinity", "-1", "1E+999999", "1E-999999", "9" * 5_000, "x" * 100_000),
    *("0001-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00", "2026-01-01T00:00:00", "2026-01-01"),
    *("urn:suyuan:cn:1", "https://id.gs1.org/01/06901234567892", "event:00", "code", "2.5", "单"),
)  # fmt: skip


def story() -> list[StoredEvent]:
    """Something of everything that a walk follows and a page shows."""
    product = Product("牛肉", "L1", date(2026, 1, 1), date(2027, 1, 1), "厦门", "10 kg")
    paper = Document("test_report", "1", "院", date(2026, 1, 2), "https://x.example/1", "passed")
    ends = {
        "source": Endpoint(party("S"), thing("HERE")),
        "destination": Endpoint(party("B"), thing("THERE")),
    }
    return [
        stored(moved("born", 0, lot("L", "10"), step="commissioning", product=product)),
        stored(moved("ship", 1, lot("L", "10"), step="shipping", documents=(paper,), **ends)),
        stored(moved("get", 2, lot("L", "10"), step="receiving", **ends)),
        stored(made("make", 3, [lot("L", "5")], [lot("M", "4")], transformation="urn:x:t")),
        stored(packed("in", 4, "P", lot("M", "4"))),
        stored(moved("cold", 5, "P", temperature=Temperature(Decimal(1), Decimal(2)))),
        stored(unpacked("out", 6, "P", lot("M", "4"))),
        stored(moved("sold", 7, lot("M", "1"), step="retail_selling", extra={"price": [1, {}]})),
    ]


class Liar:
    """A member that reads ahead, whose ``number``-th answer goes through ``lie``."""

    whole = True

    def __init__(self, events: list[StoredEvent], number: int, lie: Callable[[Any], Any]) -> None:
        self._source = ReadingAhead(events)
        self._number = number
        self._lie = lie
        self.told: list[Any] = []

    async def ask(self, lookup: Lookup) -> Answer:
        answer = await self._source.ask(lookup)
        told = json.loads(write_response(answer, lookup, cursor=None, watermark=NOW))
        if len(self.told) == self._number:
            told = self._lie(told)
        self.told.append(told)
        try:
            return read_response(json.dumps(told).encode(), lookup, "liar").answer
        except ValueError as error:
            raise Silent(*REFUSED) from error


class Honest:
    """A member that takes no question which it could not read, as its service would not."""

    whole = True

    def __init__(self, events: list[StoredEvent]) -> None:
        self._source = MemorySource(events)

    async def ask(self, lookup: Lookup) -> Answer:
        body = write_request(lookup, trace_id="t", deadline_ms=1_000)
        read_request(body, max_keys=10_000)
        assert len(body) < 16 * 1024 * 1024
        assert not any("\0" in key.key for key in lookup.keys)
        return await self._source.ask(lookup)


async def chain_with(liar: Liar, question: Question) -> Chain:
    own = [stored(moved("own", 8, lot("M", "1")))]
    source = FederatedSource({"liar": liar, "honest": Honest(own)}, deadline=20)
    trail = await trace(source, question, deadline=20)
    return assemble(question, trail, source.reports())


def show(chain: Chain) -> None:
    """All that is made of a chain before anybody sees it."""
    wanted = wanted_by(chain)
    assert read_names_request(write_names_request(wanted), most=MOST_NAMES) == wanted
    for caller in (CONSUMER, Caller(CallerRole.CITY)):
        seen = policy.view(chain, caller)
        json_response(write_chain(seen, asked="x", language="zh", now=NOW))
        render_chain(seen, language="zh", names=Names(), links=PageLinks.of())


def leaves(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The places of all that is in a JSON value, whole parts too."""
    yield at
    if isinstance(value, dict | list):
        for name, one in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(one, (*at, name))


def changed(value: Any, at: tuple[Any, ...], lie: Any) -> Any:
    if not at:
        return lie
    whole = deepcopy(value)
    place = whole
    for name in at[:-1]:
        place = place[name]
    place[at[-1]] = lie
    return whole


@pytest.mark.parametrize("direction", [Direction.UP, Direction.BOTH])
async def test_one_changed_value_costs_the_liars_own_gap_at_most(direction: Direction) -> None:
    question = Question(thing("M"), direction)
    true = Liar(story(), -1, lambda told: told)
    show(await chain_with(true, question))
    chance = Random(6)
    places = [(n, at) for n, told in enumerate(true.told) for at in leaves(told)]
    for number, at in chance.sample(places, 150):
        lie = chance.choice(LIES)
        liar = Liar(story(), number, lambda told, at=at, lie=lie: changed(told, at, lie))  # type: ignore[misc]
        try:
            chain = await chain_with(liar, question)
            show(chain)
        except Exception as error:
            raise AssertionError(f"answer {number} at {at}: {lie!r:.40}") from error
        assert "own" in {e.stored.event.id for e in chain.events}
        assert {s.subsystem: s.status.value for s in chain.sources}["honest"] == "answered"
