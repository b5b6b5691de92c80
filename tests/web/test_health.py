from collections.abc import AsyncIterator

import pytest
from fastapi import APIRouter
from httpx import AsyncClient
from starlette.responses import Response

from suyuan.domain.caller import CallerRole
from suyuan.domain.codes import Code
from suyuan.storage import keys
from suyuan.storage.engine import Database
from suyuan.web.responses import json_response
from tests.web.service import NO_DATABASE, serving

NEIGHBOUR = ("127.0.0.1", 40000)
MILL = Code("urn:suyuan:cn:91350200612002789K")

router = APIRouter()


@router.get("/v1/things/{code:path}")
async def thing(code: str) -> Response:
    return json_response({"code": code})


@pytest.fixture
async def client(database_url: str) -> AsyncIterator[AsyncClient]:
    async with serving(router, database_url=database_url) as opened:
        yield opened


async def series(client: AsyncClient, beginning: str) -> list[str]:
    text = (await client.get("/metrics")).text
    return [line for line in text.splitlines() if line.startswith(beginning)]


async def test_a_service_is_alive_without_its_database() -> None:
    async with serving(database_url=NO_DATABASE) as cut_off:
        assert (await cut_off.get("/healthz")).json() == {"status": "alive"}


async def test_a_service_is_ready_when_its_database_answers(client: AsyncClient) -> None:
    answer = await client.get("/readyz")
    assert answer.json() == {"status": "ready", "service": "query", "name": "food"}


@pytest.mark.parametrize("url", [NO_DATABASE, "postgresql://u@/db?host=/nowhere"])
async def test_a_service_is_not_ready_when_its_database_is_silent(url: str) -> None:
    async with serving(database_url=url) as cut_off:
        answer = await cut_off.get("/readyz")
    assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")
    assert "Retry-After" in answer.headers


async def test_requests_are_counted_by_template_and_never_by_code(database_url: str) -> None:
    async with serving(router, database_url=database_url, client=NEIGHBOUR) as near:
        for path in ("/v1/things/A", "/v1/things/B", "/wp-admin", "/.env"):
            await near.get(path)
        await near.request("BREW", "/v1/things/A")
        counted = await series(near, "suyuan_requests_total")
    assert set(counted) == {
        'suyuan_requests_total{method="GET",route="/v1/things/{code:path}",status="200"} 2.0',
        'suyuan_requests_total{method="GET",route="unmatched",status="404"} 2.0',
        'suyuan_requests_total{method="other",route="/v1/things/{code:path}",status="405"} 1.0',
    }


async def test_durations_are_measured(database_url: str) -> None:
    async with serving(router, database_url=database_url, client=NEIGHBOUR) as near:
        await near.get("/v1/things/A")
        (count,) = await series(near, "suyuan_request_seconds_count")
    assert count == (
        'suyuan_request_seconds_count{method="GET",route="/v1/things/{code:path}"} 1.0'
    )


async def test_the_public_cannot_tell_that_there_are_metrics(client: AsyncClient) -> None:
    metrics, nothing = await client.get("/metrics"), await client.get("/nothing")
    assert metrics.status_code == nothing.status_code == 404
    assert metrics.json() | {"instance": ""} == nothing.json() | {"instance": ""}


@pytest.mark.parametrize(
    "header", ["X-Forwarded-For", "Forwarded", "Via", "X-Real-IP", "Suyuan-Claims"]
)
async def test_a_call_through_a_proxy_next_door_is_not_the_neighbours(
    database_url: str, header: str
) -> None:
    async with serving(database_url=database_url, client=NEIGHBOUR) as near:
        answer = await near.get("/metrics", headers={header: "203.0.113.9"})
    assert answer.status_code in (401, 404)


@pytest.mark.parametrize("host", ["203.0.113.9", "unix", ""])
async def test_only_a_loopback_address_is_the_same_machine(database_url: str, host: str) -> None:
    async with serving(database_url=database_url, client=(host, 1)) as far:
        assert (await far.get("/metrics")).status_code == 404


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (CallerRole.CITY, 200),
        (CallerRole.DEPARTMENT, 200),
        (CallerRole.INSPECTOR, 200),
        (CallerRole.ENTERPRISE, 404),
    ],
)
async def test_metrics_are_for_the_authorities(
    client: AsyncClient, database: Database, role: CallerRole, status: int
) -> None:
    party = MILL if role is CallerRole.ENTERPRISE else None
    home = None if role is CallerRole.CITY else "food"
    async with database.writing() as connection:
        key = await keys.issue(connection, role=role, party=party, home=home)
    answer = await client.get("/metrics", headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == status


async def test_a_neighbour_sees_metrics_while_the_database_is_silent() -> None:
    async with serving(database_url=NO_DATABASE, client=NEIGHBOUR) as near:
        assert (await near.get("/metrics")).status_code == 200
