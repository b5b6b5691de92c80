"""A foreign EPCIS 2.0 server in the federation: a process that shares no code with this project."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from suyuan.domain.assemble import assemble
from suyuan.domain.chain import Certainty, Chain
from suyuan.domain.codes import Code, Use, recognise
from suyuan.domain.codes.epc_spellings import urns
from suyuan.domain.lookup import Answer, Ask, Effect, HoleReason, Key, Lookup
from suyuan.domain.trail import Direction, Question
from suyuan.sources.asking import Silent
from suyuan.sources.base import Source, trace
from suyuan.sources.epcis import Dialect, EpcisSource
from suyuan.sources.federation import FederatedSource
from suyuan.sources.line import Line
from suyuan.sources.memory import MemorySource
from suyuan.wire.epcis_query import next_page
from tests.build import stored
from tests.scenarios import PARTY

SERVER = Path(__file__).parents[1] / "epcis_server.py"
CUSTOMS = recognise("91350200MA0000000R", use=Use.PARTY)

CASE = "urn:epc:id:sscc:4012345.0000000111"
HAM = "urn:epc:id:sgtin:4012345.011111.H1"
LOT = "urn:epc:class:lgtin:4012345.022222.L1"


def event(event_id: str, day: int, kind: str = "ObjectEvent", **more: Any) -> dict[str, Any]:
    return {
        "type": kind,
        "eventID": f"urn:uuid:00000000-0000-0000-0000-{event_id:0>12}",
        "eventTime": f"2026-03-{day:02}T08:00:00+08:00",
        "recordTime": f"2026-03-{day:02}T09:00:00+08:00",
        "eventTimeZoneOffset": "+08:00",
        **({} if kind == "TransformationEvent" else {"action": more.pop("action", "OBSERVE")}),
        **more,
    }


def quantity(code: str) -> list[dict[str, Any]]:
    return [{"epcClass": code, "quantity": 10, "uom": "KGM"}]


MADE = event("2", 2, "TransformationEvent", inputQuantityList=quantity(LOT), outputEPCList=[HAM])
EVENTS = [
    event("1", 1, quantityList=quantity(LOT), bizStep="receiving"),
    MADE,
    event("3", 3, "AggregationEvent", action="ADD", parentID=CASE, childEPCs=[HAM]),
    event("4", 4, epcList=[CASE], bizStep="shipping"),
    event("5", 6, epcList=[CASE], bizStep="shipping"),
]


@contextmanager
def serving(events: list[dict[str, Any]], folder: Path, **environment: str) -> Iterator[str]:
    """The server as a process; gives its address."""
    file = folder / "events.json"
    file.write_text(json.dumps(events))
    with subprocess.Popen(
        [sys.executable, SERVER, file],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, **environment},
    ) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}/epcis"
        finally:
            process.kill()


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False) as opened:
        yield opened


def source(client: httpx.AsyncClient, url: str, **more: Any) -> EpcisSource:
    token = more.pop("token", None)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return EpcisSource("customs", client, Line(url, 5.0), Dialect(CUSTOMS, **more), headers)


async def chain_of(members: dict[str, Source], code: str, direction: str = "up") -> Chain:
    federation = FederatedSource(members, deadline=5)
    question = Question(recognise(code), Direction(direction))
    return assemble(question, await trace(federation, question), federation.reports())


def ids(chain: Chain) -> list[int]:
    return [int(e.stored.event.id.rpartition("-")[2]) for e in chain.events]


async def test_a_chain_over_the_standards_interface_alone(
    client: httpx.AsyncClient, tmp_path: Path
) -> None:
    with serving(EVENTS, tmp_path) as url:
        chain = await chain_of({"customs": source(client, url)}, HAM)
        down = await chain_of({"customs": source(client, url)}, LOT, "down")
    assert ids(chain) == [1, 2, 3, 4, 5]
    assert chain.complete
    assert {e.stored.event.party for e in chain.events} == {CUSTOMS}
    assert ids(down) == [1, 2, 3, 4, 5]


async def test_what_another_department_holds_joins_by_code_whatever_the_spelling(
    client: httpx.AsyncClient, tmp_path: Path
) -> None:
    """The unpacking is known to us alone, and by the Digital Link of the case."""
    from suyuan.domain.events import Action, Event, EventType, Item
    from tests.build import at

    unpack = Event(
        "urn:uuid:00000000-0000-0000-0000-000000000009",
        PARTY,
        EventType.AGGREGATION,
        at(63),  # 2026-03-05
        action=Action.DELETE,
        parent=recognise("(00)040123450000001112"),
        children=(Item(recognise(HAM)),),
    )
    with serving(EVENTS, tmp_path) as url:
        ours: Source = MemorySource([stored(unpack)])
        chain = await chain_of({"customs": source(client, url), "ours": ours}, HAM)
    assert ids(chain) == [1, 2, 3, 4, 9]
    assert chain.complete


async def test_an_error_declaration_there_voids_what_is_held_here(
    client: httpx.AsyncClient, tmp_path: Path
) -> None:
    from suyuan.domain.events import Event, EventType, Item
    from tests.build import at

    here = Event(
        EVENTS[0]["eventID"], CUSTOMS, EventType.OBJECT, at(59), items=(Item(recognise(HAM)),)
    )
    declared = {
        **EVENTS[0],
        "epcList": [HAM],
        "errorDeclaration": {
            "declarationTime": "2026-03-07T08:00:00+08:00",
            "reason": "urn:epcglobal:cbv:er:incorrect_data",
        },
    }
    declared.pop("quantityList")
    ours: Source = MemorySource([stored(here)])
    with serving([declared], tmp_path) as url:
        chain = await chain_of({"customs": source(client, url), "ours": ours}, HAM)
        assert ids(chain) == []
    chain = await chain_of({"customs": source(client, url), "ours": ours}, HAM)
    assert ids(chain) == [1]
    assert [e.certainty for e in chain.events] == [Certainty.MAY_BE_SUPERSEDED]
    assert Effect.MAY_BE_SUPERSEDED in {h.effect for h in chain.holes}


async def test_halves_of_a_transformation_are_asked_by_its_id(
    client: httpx.AsyncClient, tmp_path: Path
) -> None:
    halves = [
        event("1", 1, "TransformationEvent", inputQuantityList=quantity(LOT)),
        event("2", 2, "TransformationEvent", outputEPCList=[HAM]),
    ]
    for half in halves:
        half["transformationID"] = "urn:uuid:00000000-0000-0000-0000-0000000000ff"
    with serving(halves, tmp_path) as url:
        assert ids(await chain_of({"customs": source(client, url)}, HAM)) == [1, 2]


async def test_serials_of_a_lot_are_found_by_what_they_were_commissioned_with(
    client: httpx.AsyncClient, tmp_path: Path
) -> None:
    serial = "urn:epc:id:sgtin:4012345.022222.S1"
    born = event("1", 1, action="ADD", bizStep="commissioning", epcList=[serial])
    born["ilmd"] = {"cbvmda:lotNumber": "L1"}
    with serving([born], tmp_path) as url:
        assert ids(await chain_of({"customs": source(client, url)}, LOT, "down")) == [1]


async def test_a_server_that_stores_digital_links_is_asked_by_them(
    client: httpx.AsyncClient, tmp_path: Path
) -> None:
    links = [event("1", 1, epcList=["https://id.gs1.org/01/04012345111118/21/H1"])]
    with serving(links, tmp_path) as url:
        assert ids(await chain_of({"customs": source(client, url, urns=False)}, HAM)) == [1]
        assert ids(await chain_of({"customs": source(client, url)}, HAM)) == [1]


async def test_pages_are_followed_to_the_end(client: httpx.AsyncClient, tmp_path: Path) -> None:
    many = [event(str(n), 1, epcList=[HAM]) for n in range(1, 102)]
    with serving(many, tmp_path) as url:
        assert sorted(ids(await chain_of({"customs": source(client, url)}, HAM))) == list(
            range(1, 102)
        )


async def test_what_cannot_be_read_is_a_hole_and_the_rest_is_told(
    client: httpx.AsyncClient, tmp_path: Path
) -> None:
    with serving([*EVENTS, {"type": "NewEvent", "epcList": [HAM]}], tmp_path) as url:
        chain = await chain_of({"customs": source(client, url)}, HAM)
    assert ids(chain) == [1, 2, 3, 4, 5]
    assert {h.reason for h in chain.holes} == {HoleReason.TRUNCATED}
    assert not chain.complete


@pytest.mark.parametrize(("token", "complete"), [("right", True), ("wrong", False), (None, False)])
async def test_the_citys_credential_is_shown_and_a_refusal_is_told(
    client: httpx.AsyncClient, tmp_path: Path, token: str | None, complete: bool
) -> None:
    with serving(EVENTS, tmp_path, EPCIS_TOKEN="right") as url:
        chain = await chain_of({"customs": source(client, url, token=token)}, HAM)
    assert chain.complete is complete
    assert {h.reason for h in chain.holes} == (set() if complete else {HoleReason.REFUSED})


async def test_a_path_that_is_not_there_is_a_refusal(
    client: httpx.AsyncClient, tmp_path: Path
) -> None:
    with serving(EVENTS, tmp_path) as url:
        foreign = source(client, url, events_path="/nothing")
        with pytest.raises(Silent) as told:
            await foreign.ask(Lookup((Key(Ask.CODE, recognise(HAM).key),)))
    assert told.value.reason is HoleReason.REFUSED


async def test_a_thousand_codes_are_asked_in_bearable_addresses(
    client: httpx.AsyncClient, tmp_path: Path
) -> None:
    keys = [Key(Ask.CODE, recognise(f"(01)04012345111118(21)S{n}").key) for n in range(1_000)]
    with serving(EVENTS, tmp_path) as url:
        foreign = source(client, url, company_prefixes=("4012345",))
        answer = await foreign.ask(Lookup((*keys, Key(Ask.CODE, recognise(HAM).key))))
    assert answer.holes == ()
    assert isinstance(answer, Answer)
    assert {e.id[-1] for e in answer.edges} == {"2", "3"}


def test_the_next_page_may_not_be_on_another_server() -> None:
    here = "https://customs.example/epcis/events?a=1"
    assert next_page(['<?nextPageToken=x>; rel="next"'], here) == (
        "https://customs.example/epcis/events?nextPageToken=x"
    )
    assert next_page(['<https://a.example>; rel="prev"', "<b>"], here) is None
    with pytest.raises(ValueError, match="another server"):
        next_page(['<https://evil.example/x>; rel="next"'], here)


@pytest.mark.parametrize(
    "urn",
    [
        HAM,
        LOT,
        CASE,
        "urn:epc:id:grai:4012345.55555.987",
        "urn:epc:id:giai:4000001.111",
        "urn:epc:id:gdti:4012345.55555.987",
        "urn:epc:id:sgtin:4012345.011111.a%2Fb%22",
        "urn:epc:id:sgtin:123456789012.1.7",
    ],
)
def test_a_code_is_spelled_by_every_urn_it_may_have(urn: str) -> None:
    key = recognise(urn).key
    spelled = urns(key)
    assert urn in spelled
    assert {recognise(one).key for one in spelled} == {key}
    assert urns(key, [urn.rsplit(":", maxsplit=1)[-1].split(".", maxsplit=1)[0]]) == [urn]


def test_a_code_of_no_gs1_key_has_no_urn() -> None:
    assert urns(Code("urn:suyuan:cn:1").key) == []
    assert urns("https://id.gs1.org/01/04012345111118") == []
