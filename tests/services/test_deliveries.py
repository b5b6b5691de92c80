"""One report, all departments: every copy arrives once, whoever is away or killed meanwhile."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from services.gateway.deliverer import Deliverer
from services.gateway.members import Members
from services.gateway.registry import read_registry
from suyuan.domain.caller import CallerRole
from suyuan.domain.codes import Use, recognise
from suyuan.storage import keys
from suyuan.storage.engine import Database
from suyuan.storage.provision import service_url
from suyuan.storage.server import EmbeddedServer
from suyuan.web.claims import read_key
from tests.city import BUYER, SELLER, City, running_city
from tests.services.reports import report
from tests.services.test_gateway import chain, stopped

IMPORTER = "91350200MA0000001W"
_ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def _copying(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    with (
        TemporaryDirectory() as home,
        EmbeddedServer(Path(home), durable=False) as server,
        running_city(server.url, tmp_path_factory.mktemp("city"), copies=True) as city,
    ):
        yield city


@pytest.fixture
def city(_copying: City) -> Iterator[City]:
    """A city of its own, whose departments get copies."""
    execute(_copying, "gateway", "TRUNCATE deliveries")
    _copying.empty()
    yield _copying
    _copying.hang_up()


def execute(city: City, service: str, statement: str) -> list[Any]:
    async def run() -> list[Any]:
        database = Database(service_url(city.server_url, service), roles=False)
        async with database.writing() as connection:
            result = await connection.execute(text(statement))
            rows = list(result) if result.returns_rows else []
        await database.close()
        return rows

    return city.run(run())


def held(city: City, subsystem: str) -> list[str]:
    """The ids of the events in a subsystem, each as often as it is there."""
    return sorted(row.id for row in execute(city, subsystem, "SELECT id FROM events"))


def until(holds: Callable[[], bool], seconds: float = 20) -> None:
    ends = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.05)


def sale(event_id: str | None = None, code: str = "PORK", **members: Any) -> dict[str, Any]:
    """The seller, whose home is meat, sells to the buyer, whose home is food."""
    told = {"kind": "wholesale", "activity": "sale", "to": {"party": BUYER}}
    return report(event_id, **{**told, "items": [{"code": code}], **members})


def post(city: City, key: str, body: Any, *, status: int = 200, **headers: str) -> httpx.Response:
    answer = city.client(key).post("/v1/events", json=body, headers=headers)
    assert answer.status_code == status, answer.text
    return answer


def deliveries(city: City, key: str = "city", **query: str) -> list[dict[str, Any]]:
    answer = city.client(key).get("/v1/deliveries", params=query)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["deliveries"]
    return found


def states(city: City, **query: str) -> list[tuple[str, str]]:
    return sorted((d["subsystem"], d["state"]) for d in deliveries(city, **query))


def test_a_sale_reaches_the_buyers_department_and_stays_one_event(city: City) -> None:
    answer = post(city, "seller", sale("sold"))
    assert answer.headers["Suyuan-Copies"] == "food"
    assert answer.json()["accepted"] == 1
    until(lambda: states(city) == [("food", "delivered")])
    assert held(city, "meat") == held(city, "food") == ["sold"]
    (event,) = chain(city, f"urn:suyuan:{SELLER}:PORK")["events"]
    assert event["subsystem"] == ["food", "meat"]
    listed = city.client("city").get("/v1/events").json()["events"]
    assert [(e["id"], sorted(e["subsystem"])) for e in listed] == [("sold", ["food", "meat"])]


def test_an_event_by_its_sector_reaches_its_reporters_home(city: City) -> None:
    post(city, "seller", report("away", items=[{"code": "A"}], sector="imports"))
    until(lambda: states(city) == [("meat", "delivered")])
    assert held(city, "imports") == held(city, "meat") == ["away"]


def test_what_concerns_one_department_is_copied_to_none(city: City) -> None:
    answer = post(city, "seller", report("own", items=[{"code": "A"}]))
    assert "Suyuan-Copies" not in answer.headers
    stranger = {"party": "91350200MA00000020"}
    post(city, "seller", sale("no-key", to=stranger))
    assert deliveries(city) == []


def test_a_check_without_storing_copies_nothing(city: City) -> None:
    answer = city.client("seller").post("/v1/events?dry_run=true", json=sale("dry"))
    assert answer.status_code == 200
    assert deliveries(city) == []


def test_the_same_report_again_is_delivered_once(city: City) -> None:
    for _ in range(3):
        post(city, "seller", sale("sold"))
    until(lambda: states(city) == [("food", "delivered")])
    post(city, "seller", sale("sold"))
    assert states(city) == [("food", "delivered")]
    assert held(city, "food") == ["sold"]


def test_an_event_without_an_id_gets_the_same_one_everywhere(city: City) -> None:
    (uri,) = post(city, "seller", sale()).json()["ids"]
    until(lambda: states(city, event=uri) == [("food", "delivered")])
    assert held(city, "food") == held(city, "meat") == [uri]


def test_a_department_that_is_away_gets_it_when_it_is_back(city: City) -> None:
    with stopped(city, "food"):
        answer = post(city, "seller", sale("sold"))
        assert answer.headers["Suyuan-Copies"] == "food"
        until(lambda: any(d["problem"] for d in deliveries(city, "seller")))
        (waiting,) = deliveries(city, "seller", event="sold")
        assert waiting["state"] == "waiting"
        assert waiting["problem"]["code"] == "subsystem_unavailable"
        assert held(city, "food") == []
    until(lambda: states(city) == [("food", "delivered")], seconds=40)
    assert held(city, "food") == ["sold"]


def test_a_batch_is_split_and_copied_each_where_it_belongs(city: City) -> None:
    batch = [
        sale("a"),
        report("b", items=[{"code": "B"}]),
        sale("c", time="never"),
        sale("d", sector="food"),
    ]
    headers = {"GS1-Capture-Error-Behaviour": "proceed"}
    answer = post(city, "seller", batch, **headers)
    assert answer.headers["Suyuan-Copies"] == "food, meat"
    until(lambda: states(city) == [("food", "delivered"), ("meat", "delivered")])
    assert held(city, "food") == ["a", "d"]
    assert held(city, "meat") == ["a", "b", "d"]


def test_what_the_first_department_refuses_is_copied_nowhere(city: City) -> None:
    post(city, "seller", [sale("a"), sale("b", time="never")], status=422)
    post(city, "seller", sale("c"))
    until(lambda: states(city) == [("food", "delivered")])
    post(city, "seller", sale("c", "OTHER"), status=409)
    assert held(city, "food") == ["c"]
    assert len(deliveries(city)) == 1


def test_what_the_other_department_refuses_is_told_and_not_sent_again(city: City) -> None:
    direct = city.client("seller", at="food").post("/v1/events", json=sale("same", "ONE"))
    assert direct.status_code == 200
    post(city, "seller", [sale("same", "OTHER"), sale("good")])
    until(lambda: states(city) == [("food", "delivered"), ("food", "refused")])
    (refused,) = deliveries(city, "seller", state="refused")
    assert refused["problem"]["code"] == "conflict"
    assert refused["problem"]["pointer"] == "/id"
    assert refused["attempts"] == 1
    assert held(city, "food") == ["good", "same"]
    time.sleep(2.5)
    assert deliveries(city, "seller", state="refused")[0]["attempts"] == 1
    post(city, "seller", sale("same", "OTHER"))  # who reports it again has it tried again

    def tried_again() -> bool:
        again = deliveries(city, "seller", state="refused")
        return bool(again) and again[0]["created_at"] > refused["created_at"]

    until(tried_again)


def test_a_departments_report_is_taken_in_another_as_its_own(city: City) -> None:
    post(city, "department meat", sale("sold", party=SELLER))
    until(lambda: states(city) == [("food", "delivered")])
    assert held(city, "food") == ["sold"]
    rows = execute(city, "food", "SELECT reporter, authority FROM events")
    assert [tuple(row) for row in rows] == [("department:meat", True)]
    direct = city.client("department meat").post("/food/v1/events", json=sale("no", party=SELLER))
    assert direct.status_code == 403


def test_a_correction_follows_its_event(city: City) -> None:
    post(city, "seller", sale("wrong"))
    correction = {"declared_at": "2026-03-05T08:00:00+08:00", "reason": "did_not_occur"}
    post(city, "seller", sale("wrong", correction=correction))
    until(lambda: states(city) == [("food", "delivered")] * 2)
    with stopped(city, "meat"):
        assert chain(city, f"urn:suyuan:{SELLER}:PORK")["events"] == []


def test_an_epcis_document_is_copied_event_by_event(city: City) -> None:
    document = {
        "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-03-01T08:00:00Z",
        "epcisBody": {
            "eventList": [
                {
                    "type": "ObjectEvent",
                    "action": "OBSERVE",
                    "bizStep": "shipping",
                    "eventID": "urn:uuid:0d9e1f0a-7d64-4f9c-9f0a-0d9e1f0a7d64",
                    "eventTime": "2026-03-01T08:00:00+08:00",
                    "eventTimeZoneOffset": "+08:00",
                    "epcList": ["https://id.gs1.org/01/06901234567892/21/S1"],
                    "destinationList": [
                        {"type": "owning_party", "destination": f"urn:suyuan:cn:{BUYER}"}
                    ],
                }
            ]
        },
    }
    answer = post(city, "seller", document)
    assert answer.headers["Suyuan-Copies"] == "food"
    until(lambda: states(city) == [("food", "delivered")])
    assert held(city, "food") == held(city, "meat")


@pytest.mark.parametrize(
    ("key", "sees"),
    [
        ("seller", 1),
        ("buyer", 0),
        ("department meat", 1),
        ("inspector food", 1),
        ("inspector imports", 0),
        ("city", 1),
    ],
)
def test_who_sees_a_delivery(city: City, key: str, sees: int) -> None:
    post(city, "seller", sale("sold"))
    assert len(deliveries(city, key)) == sees


def test_a_stranger_sees_no_delivery(city: City) -> None:
    assert city.client().get("/v1/deliveries").status_code == 401


def test_a_bare_id_needs_its_reporter(city: City) -> None:
    answer = city.client("city").get("/v1/deliveries", params={"event": "sold"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "event_uri_needed"


@pytest.mark.parametrize("query", ["state=lost", "after=x", "limit=0", "what=1"])
def test_bad_questions_are_refused(city: City, query: str) -> None:
    assert city.client("city").get(f"/v1/deliveries?{query}").status_code == 422


def test_deliveries_come_in_pages(city: City) -> None:
    post(city, "seller", [sale(f"e{n}", f"P{n}") for n in range(7)])
    client = city.client("seller")
    found: list[str] = []
    after: dict[str, str] = {}
    while True:
        page = client.get("/v1/deliveries", params={"limit": "3", **after}).json()
        found += [d["event"] for d in page["deliveries"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert len(found) == len(set(found)) == 7


# --- A gateway that is killed ---------------------------------------------------------------------


class Gateway:
    """A gateway in a process of its own, on the city's registry and database."""

    def __init__(self, city: City) -> None:
        self._city = city
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        environment = {
            **os.environ,
            "PYTHONPATH": str(_ROOT),
            "SUYUAN_DATABASE_URL": service_url(self._city.server_url, "gateway"),
            "SUYUAN_REGISTRY": str(self._city.folder / "registry.toml"),
            "SUYUAN_CLAIMS_PRIVATE_KEY": str(self._city.folder / "private.jwk"),
        }
        command = [sys.executable, "-m", "services.cli", "serve", "gateway"]
        self._process = subprocess.Popen(
            [*command, "--port", str(self.port)],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until(self._answers, seconds=60)

    def kill(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/readyz", trust_env=False).status_code == 200
        except httpx.HTTPError:
            return False


@contextmanager
def own_gateway(city: City) -> Iterator[Gateway]:
    """The gateway as a process; the one in this process is stopped meanwhile."""
    gateway = Gateway(city)
    with stopped(city, "gateway"):
        try:
            yield gateway
        finally:
            gateway.kill()


def recover(city: City) -> None:
    """What a deliverer does with what a killed process has left, without the two minutes' wait."""

    async def run() -> None:
        database = Database(service_url(city.server_url, "gateway"))
        registry = read_registry(city.folder / "registry.toml")
        members = Members(registry, read_key(city.folder / "private.jwk", private=True))
        deliverer = Deliverer(database, members)
        while True:
            await _expire(database)
            for member in registry:
                await deliverer.recover(member, age=0)
                while await deliverer.deliver(member):
                    pass
            async with database.reading() as connection:
                left = await connection.execute(
                    text("SELECT 1 FROM deliveries WHERE state IN ('pending', 'waiting')")
                )
                if left.first() is None:
                    break
        await members.close()
        await database.close()

    city.run(run())


async def _expire(database: Database) -> None:
    async with database.writing() as connection:
        await connection.execute(text("UPDATE deliveries SET claimed_until = '-infinity'"))


def test_a_gateway_killed_at_any_moment_loses_and_doubles_nothing(city: City) -> None:
    chance = random.Random(6)
    acknowledged: set[str] = set()
    sent = 0
    with own_gateway(city) as gateway:
        for _ in range(5):
            gateway.start()
            killer = threading.Timer(chance.uniform(0.1, 0.8), gateway.kill)
            killer.start()
            headers = {"Authorization": f"Bearer {city.keys['seller']}"}
            with httpx.Client(base_url=gateway.url, headers=headers, trust_env=False) as client:
                while True:
                    batch = [sale(f"e{n}", f"P{n}") for n in range(sent, sent + 5)]
                    sent += 5
                    try:
                        answer = client.post("/v1/events", json=batch, timeout=10)
                    except httpx.HTTPError:
                        break
                    if answer.status_code == 200:
                        acknowledged |= {event["id"] for event in batch}
            killer.join()
        assert acknowledged
        recover(city)
    first, second = held(city, "meat"), held(city, "food")
    assert len(set(first)) == len(first)
    assert acknowledged <= set(first)
    assert second == first


def test_a_report_that_was_written_down_and_never_taken_is_copied_nowhere(city: City) -> None:
    """Killed between the two: the reporter was told nothing, and neither department has it."""
    with stopped(city, "gateway"):
        post_pending(city, sale("never"))
        assert [tuple(r) for r in execute(city, "gateway", "SELECT state FROM deliveries")] == [
            ("pending",)
        ]
        recover(city)
    assert held(city, "meat") == held(city, "food") == []
    assert execute(city, "gateway", "SELECT 1 FROM deliveries") == []


def post_pending(city: City, event: dict[str, Any]) -> None:
    """What a gateway writes down before it sends a report on."""
    from services.gateway.copies import Copies
    from services.gateway.routing import Part
    from suyuan.domain.caller import Caller

    async def run() -> None:
        database = Database(service_url(city.server_url, "gateway"))
        registry = read_registry(city.folder / "registry.toml")
        caller = Caller(CallerRole.ENTERPRISE, recognise(SELLER, use=Use.PARTY), "meat")
        copies = Copies(database, registry, caller, max_events=100)
        part = Part(json.dumps([event]).encode(), "application/json", (0,), ("",))
        assert (await copies.queue("meat", part, proceed=False, language="zh")).copies
        await database.close()

    city.run(run())


def test_a_party_with_keys_of_two_departments_has_two_homes(city: City) -> None:
    async def issue() -> None:
        database = Database(service_url(city.server_url, "gateway"), roles=False)
        async with database.writing() as connection:
            for home in ("food", "imports"):
                party = recognise(IMPORTER, use=Use.PARTY)
                await keys.issue(connection, role=CallerRole.ENTERPRISE, party=party, home=home)
        await database.close()

    city.run(issue())
    post(city, "seller", sale("sold", to={"party": IMPORTER}))
    until(lambda: states(city) == [("food", "delivered"), ("imports", "delivered")])
