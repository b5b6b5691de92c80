"""Names are asked for beside the events of a chain, and once more only for what is left."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Any, cast

from services.gateway.foreseeing import Foreseeing
from services.gateway.names import FederatedNameBook, _ChainNames
from suyuan.domain.assemble import assemble
from suyuan.domain.caller import CONSUMER, Caller
from suyuan.domain.chain import Chain
from suyuan.domain.events import Endpoint, StoredEvent
from suyuan.domain.naming import Known, Wanted, wanted_by
from suyuan.domain.trail import Direction, Question
from suyuan.sources.base import trace
from suyuan.sources.federation import FederatedSource
from suyuan.sources.memory import MemorySource
from tests.build import lot, made, moved, packed, party, stored, thing

QUESTION = Question(thing("M"), Direction.UP)
ENDS: dict[str, Any] = {
    "source": Endpoint(party("SELLER"), thing("HERE")),
    "destination": Endpoint(party("BUYER"), thing("THERE")),
}


def story() -> list[StoredEvent]:
    events = [
        moved("ship", 1, lot("L"), step="shipping", party=party("SELLER"), **ENDS),
        moved("get", 2, lot("L"), step="receiving", party=party("BUYER"), **ENDS),
        made("make", 3, [lot("L")], [lot("M")], party=party("BUYER"), place=thing("THERE")),
        packed("in", 4, "P", lot("M")),
    ]
    return list(map(stored, events))


async def traced(told: list[tuple[Wanted, Collection[str]]]) -> Chain:
    source = FederatedSource({"one": MemorySource(story()), "two": MemorySource([])}, deadline=5)
    foreseeing = Foreseeing(source, QUESTION.code, lambda *what: told.append(what))
    return assemble(QUESTION, await trace(foreseeing, QUESTION), source.reports())


async def test_all_that_a_chain_names_is_foreseen_by_its_edges() -> None:
    told: list[tuple[Wanted, Collection[str]]] = []
    chain = await traced(told)
    ((wanted, silent),) = told
    assert not silent
    assert not wanted_by(chain).without(wanted)
    assert wanted.products[0] == QUESTION.code.key  # whose links alone are asked for


class Book:
    """Keeps what it is asked, and knows everybody."""

    def __init__(self) -> None:
        self.asked: list[Wanted] = []
        self.waits = asyncio.Event()

    async def ask_certified(self, wanted: Wanted, _caller: Caller, **_more: Any) -> Known:
        if not wanted:
            return Known()
        self.asked.append(wanted)
        await self.waits.wait()
        return Known(parties=dict.fromkeys(wanted.parties, cast(Any, "named")))


def names_of(book: Book) -> _ChainNames:
    return _ChainNames(cast(FederatedNameBook, book), CONSUMER, 5.0)


async def test_what_was_foreseen_is_not_asked_again_and_what_was_not_is() -> None:
    chain, book = await traced([]), Book()
    book.waits.set()
    names = names_of(book)
    early = Wanted(parties=(party("SELLER").key, "urn:suyuan:cn:STRANGER"))
    names.foresee(early, ())
    known = await names.of(chain)
    assert book.asked == [early, wanted_by(chain).without(early)]
    assert set(known.parties) == set(wanted_by(chain).parties)


async def test_without_foresight_all_is_asked_at_the_end() -> None:
    """Who joins a question that another asked is not told."""
    chain, book = await traced([]), Book()
    book.waits.set()
    await names_of(book).of(chain)
    assert book.asked == [wanted_by(chain)]


async def test_names_that_nobody_waits_for_are_given_up() -> None:
    names = names_of(Book())
    names.foresee(Wanted(parties=("x",)), ())
    await asyncio.sleep(0)
    names.close()
    names.foresee(Wanted(parties=("y",)), ())
    assert names._asking is not None
    await asyncio.gather(names._asking, return_exceptions=True)
    assert names._asking.cancelled()
