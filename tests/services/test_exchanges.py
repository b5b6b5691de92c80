"""The exchange log, the metrics, and what goes along with each call between services."""

from __future__ import annotations

import json
import time
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import structlog
from prometheus_client.parser import text_string_to_metric_families

from suyuan.web.logs import configure_logging
from tests.city import BUYER, SELLER, City, running_city
from tests.services.reports import report
from tests.services.test_gateway import chain, post, stopped

NAMES = (
    *("suyuan_requests", "suyuan_request_seconds", "suyuan_database_connections"),
    *("suyuan_exchanges", "suyuan_exchange_seconds", "suyuan_holes"),
    *("suyuan_feed_lag_seconds", "suyuan_last_event_seconds"),
)


def log(city: City, key: str = "city", **query: str) -> list[dict[str, Any]]:
    answer = city.client(key).get("/v1/exchanges", params=query)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["exchanges"]
    return found


def counted(city: City, subsystem: str, call: str, outcome: str) -> int:
    lines = log(city, subsystem=subsystem)
    return sum(x["count"] for x in lines if (x["call"], x["outcome"]) == (call, outcome))


def samples(city: City, at: str = "gateway") -> dict[str, dict[tuple[str, ...], float]]:
    """Every sample by its name and its labels' values."""
    answer = city.client("city", at=at).get("/metrics")
    assert answer.status_code == 200
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            labels = tuple(value for _, value in sorted(sample.labels.items()))
            found.setdefault(family.name, {})[labels] = sample.value
    return found


def write_now(city: City) -> None:
    state = city.served["gateway"]._app.state
    city.run(state.exchanges.write(state.database))


def test_every_call_to_a_subsystem_is_in_the_log(city: City) -> None:
    write_now(city)
    asked = counted(city, "meat", "lookups", "answered")
    reported = counted(city, "meat", "events", "answered")
    post(city, "seller", report("one", items=[{"code": "PORK"}]))
    chain(city, f"urn:suyuan:{SELLER}:PORK")
    write_now(city)
    assert counted(city, "meat", "lookups", "answered") > asked
    assert counted(city, "meat", "events", "answered") == reported + 1
    assert all(x["slowest_ms"] >= x["ms"] for x in log(city))


def test_a_subsystem_that_is_down_is_so_in_the_log_and_in_the_metrics(city: City) -> None:
    before = samples(city).get("suyuan_holes", {}).get(("unavailable", "food"), 0)
    with stopped(city, "food"):
        chain(city, f"urn:suyuan:{SELLER}:PORK")
    write_now(city)
    assert counted(city, "food", "lookups", "down") > 0
    found = samples(city)
    assert found["suyuan_holes"]["unavailable", "food"] > before
    assert found["suyuan_exchanges"]["lookups", "down", "food"] > 0


@pytest.mark.parametrize(("key", "status"), [(None, 401), ("seller", 403), ("inspector food", 200)])
def test_the_exchange_log_is_for_the_authorities(city: City, key: str | None, status: int) -> None:
    assert city.client(key).get("/v1/exchanges").status_code == status


@pytest.mark.parametrize("query", ["from=x", "limit=0", "what=1"])
def test_bad_questions_about_the_log_are_refused(city: City, query: str) -> None:
    assert city.client("city").get(f"/v1/exchanges?{query}").status_code == 422


def test_subsystems_say_how_fresh_the_gateways_knowledge_of_them_is(city: City) -> None:
    post(city, "seller", report("fresh", items=[{"code": "FRESH"}]))
    ends = time.monotonic() + 15
    while True:
        told = {s["id"]: s for s in city.client().get("/v1/subsystems").json()["subsystems"]}
        meat = told["meat"]
        if meat["last_event"] and meat["watermark"] and meat["watermark"] > meat["last_event"]:
            break
        assert time.monotonic() < ends
        time.sleep(0.2)


def test_the_metrics_are_all_there(city: City) -> None:
    post(city, "seller", report("m", items=[{"code": "M"}]))
    with stopped(city, "imports"):
        chain(city, f"urn:suyuan:{SELLER}:M")
    assert set(NAMES) <= set(samples(city))
    subsystem = samples(city, at="meat")
    assert subsystem["suyuan_events"]["accepted",] >= 1
    assert subsystem["suyuan_jobs"]["running",] == 0
    documented = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()
    names = {n.removesuffix("_created") for n in {*samples(city), *subsystem}}
    assert [n for n in names if n.startswith("suyuan_") and f"`{n}" not in documented] == []
    assert subsystem["suyuan_database_connections"]["read", "limit"] == 8


def test_the_id_of_a_request_goes_along_and_no_person_is_in_the_logs(
    postgres_url: str, tmp_path: Path
) -> None:
    """A whole flow with everything in it that must not be written down."""
    told, request_id = StringIO(), str(uuid4())
    before = structlog.get_config()
    configure_logging(told)  # before the services are made, as their program does
    try:
        with running_city(postgres_url, tmp_path, copies=True) as city:
            names = _go_through(city, request_id)
    finally:
        configure_logging()
        structlog.configure(**before)
    lines = [json.loads(line) for line in told.getvalue().splitlines()]
    routes = {line.get("route") for line in lines if line.get("request_id") == request_id}
    assert {"/v1/events", "/v1/chains/{code:text}", "/v1/lookups", "/v1/names"} <= routes
    assert [name for name in names if name in told.getvalue()] == []


def _go_through(city: City, request_id: str) -> list[str]:
    """Reports, refusals, the register, chains, pages, a silent department; what is secret in it."""
    city.empty()
    client = city.client("seller")
    client.headers["X-Request-Id"] = request_id
    extra = {"driver": "陈大文", "phone": "13800138000", "note": "身份证 350203199001011234"}
    pig = f"urn:suyuan:{SELLER}:PIG"
    sold = report("s", items=[{"code": "PIG"}], to={"party": BUYER}, extra=extra)
    assert client.post("/v1/events", json=sold).status_code == 200
    assert client.post("/v1/events", json={**sold, "time": "13800138000"}).status_code == 422
    assert client.post("/v1/events", json={**sold, "items": [{"code": "OX"}]}).status_code == 409
    client.put(f"/v1/parties/{SELLER}", json={"name": "陈大文猪肉摊", "phone": "13800138000"})
    assert client.get(f"/v1/chains/{pig}", params={"as_of": "陈大文"}).status_code == 422
    assert len(client.get(f"/v1/chains/{pig}").json()["events"]) == 1
    assert client.get(f"/t/{pig}").status_code == 200
    with stopped(city, "imports"):
        assert not client.get(f"/v1/chains/{pig}").json()["complete"]
    city.hang_up()
    return ["陈大文", "13800138000", "350203199001011234", "PIG", *city.keys.values()]
