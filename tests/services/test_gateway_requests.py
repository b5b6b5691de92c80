"""Requests that fit no route: the gateway answers as a subsystem does."""

from __future__ import annotations

import http.client
from urllib.parse import quote

import httpx
import pytest

from tests.city import SELLER, City
from tests.services.files import csv_text, ended, row, send
from tests.services.reports import report

NOBODYS_JOB = "00000000-0000-0000-0000-000000000000"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", "/v1/events"),
        ("PUT", "/v1/events/x"),
        ("POST", "/v1/chains/x"),
        ("PATCH", f"/v1/parties/{SELLER}"),
        ("DELETE", "/v1/products/6901234567892"),
        ("PUT", "/v1/jobs/x"),
        ("POST", "/t/x"),
        ("GET", "/v1/files"),
        ("POST", "/healthz"),
    ],
)
def test_a_method_that_is_not_there_is_405_with_those_that_are(
    city: City, method: str, path: str
) -> None:
    for at in ("meat", "gateway"):
        answer = city.client("seller", at=at).request(method, path)
        assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed"), at
        assert answer.headers["allow"]
        assert method not in answer.headers["allow"].split(", ")


def test_of_a_path_with_two_methods_both_are_named(city: City) -> None:
    answer = city.client("seller").delete(f"/v1/parties/{SELLER}")
    assert set(answer.headers["allow"].split(", ")) == {"GET", "PUT"}


@pytest.mark.parametrize("path", ["/v1/nothing", "/nowhere/v1/events", "/v1/lookups"])
def test_a_path_that_is_not_there_is_404(city: City, path: str) -> None:
    assert city.client("seller").post(path).status_code == 404


@pytest.mark.parametrize("job", ["0", NOBODYS_JOB])
@pytest.mark.parametrize("at", ["meat", "gateway"])
def test_a_job_that_nobody_knows_is_404_with_a_body_or_without(
    city: City, at: str, job: str
) -> None:
    for body in (b"", b"0123456789", b"x" * 100_000):
        connection = http.client.HTTPConnection("127.0.0.1", city.served[at].port, timeout=20)
        headers = {"Authorization": f"Bearer {city.keys['seller']}"}
        headers |= {"Content-Length": str(len(body)), "Content-Type": "text/plain"}
        connection.request("DELETE", f"/v1/jobs/{job}", body, headers)
        assert connection.getresponse().status == 404
        connection.close()


def test_a_job_elsewhere_is_cancelled_by_a_request_with_a_body(city: City) -> None:
    buyer = city.client("buyer")
    answer = send(buyer, csv_text(row("e1")), sector="imports")
    ended(buyer, answer)
    told = buyer.request("DELETE", answer.headers["Location"], content=b"{}")
    assert (told.status_code, told.json()["state"]) == (200, "done")


@pytest.mark.parametrize("at", ["meat", "gateway"])
def test_reporting_without_a_key_is_401_and_with_a_readers_key_403(city: City, at: str) -> None:
    def post(key: str | None) -> httpx.Response:
        return city.client(key, at=at).post("/v1/events", json=report("e1"))

    assert post(None).status_code == 401
    assert post(None).headers["www-authenticate"].startswith("Bearer")
    assert post("city").status_code == post("inspector meat").status_code == 403


# --- Parameters that are not there ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "unknown", "known"),
    [
        ("POST", "/v1/events?dry-run=true", ["dry-run"], ["dry_run"]),
        ("POST", "/v1/events?dryRun=1&dry_run=true&x=", ["dryRun", "x"], ["dry_run"]),
        ("POST", "/v1/files?dryrun=true", ["dryrun"], ["kind", "name", "dry_run"]),
        ("PUT", f"/v1/parties/{SELLER}?dry_run=true", ["dry_run"], []),
        ("DELETE", "/v1/jobs/x?force=1", ["force"], []),
        ("GET", "/v1/files/template.csv?sort=parties", ["sort"], ["kind"]),
        ("GET", f"/v1/parties/{SELLER}?asof=2026-01-01", ["asof"], ["as_of", "history"]),
        ("GET", "/v1/chains/x?depth=3", ["depth"], ["direction", "as_of", "since"]),
        ("GET", "/v1/events?sort=time", ["sort"], ["party", "from", "to"]),
    ],
)
@pytest.mark.parametrize("at", ["meat", "gateway"])
def test_unknown_parameters_are_named_with_the_known_ones(
    city: City, at: str, method: str, path: str, unknown: list[str], known: list[str]
) -> None:
    client = city.client("seller", at=at)
    answer = client.request(method, path, json=report("typo"), headers={"Accept-Language": "en"})
    assert (answer.status_code, answer.json()["code"]) == (422, "parameters_refused")
    faults = answer.json()["errors"]
    assert [f["pointer"] for f in faults] == [f"/query/{name}" for name in unknown]
    assert all(name in faults[0]["detail"] for name in (unknown[0], *known))
    assert client.get("/v1/events/typo").status_code == 404


@pytest.mark.parametrize(
    "path", ["/t/(01)06901234567892(10)L1?utm_source=x", "/01/06901234567892/10/L1?17=261231"]
)
@pytest.mark.parametrize("at", ["meat", "gateway"])
def test_a_page_takes_whatever_a_link_carries(city: City, at: str, path: str) -> None:
    city.client("seller").post("/v1/events", json=report("e1"))
    assert city.client(at=at).get(path, headers={"Accept": "text/html"}).status_code == 200


def test_through_the_gateway_a_subsystems_own_parameters_count(city: City) -> None:
    answer = city.client("seller").post("/meat/v1/events?dry-run=true", json=report("typo"))
    assert (answer.status_code, "dry_run" in answer.text) == (422, True)


# --- Seed packages --------------------------------------------------------------------------------

SEED = "中浙优8号\n福建某某种业有限公司\n0102-8F3K-2026-000123\nhttps://seed.example.cn/t?c=000123"


@pytest.mark.parametrize("at", ["meat", "gateway"])
def test_the_four_lines_of_a_seed_package_are_explained_and_followed(city: City, at: str) -> None:
    client = city.client("seller", at=at)
    told = client.get(f"/v1/codes/{quote(SEED, safe='')}").json()
    assert told["candidates"][0]["scheme"] == "seed"
    assert city.client().get(f"/meat/v1/codes/{quote(SEED, safe='')}").json() == told
    assert told["candidates"][0]["parts"]["unit"] == "0102-8F3K-2026-000123"
    assert client.post("/v1/events", json=report("e1", items=[{"code": SEED}])).status_code == 200
    for spelled in (SEED, "urn:suyuan:cn:0102-8F3K-2026-000123"):
        assert client.get(f"/t/{quote(spelled, safe='')}").status_code == 200
        chain = client.get(f"/v1/chains/{quote(spelled, safe='')}").json()
        assert [e["id"] for e in chain["events"]] == ["e1"], spelled
