"""How often one key or one address may ask, and what is answered when that is too often."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from fastapi import APIRouter
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import Response

from suyuan.domain.caller import CONSUMER, Caller, CallerRole
from suyuan.domain.codes import Use, recognise
from suyuan.domain.errors import TooMany
from suyuan.storage import keys
from suyuan.storage.engine import Database
from suyuan.web import claims, quotas
from suyuan.web.auth import Asking
from suyuan.web.quotas import TokenBuckets, asker_of, client_address, networks
from suyuan.web.responses import json_response
from tests.web.service import asking, serving

router = APIRouter()

SELLER = recognise("91350200M000100Y48", use=Use.PARTY)


@router.get("/who")
async def who(caller: Asking) -> Response:
    return json_response({"role": caller.role})


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def allowed(buckets: TokenBuckets, asker: str, most: int = 1000) -> int:
    for count in range(most):
        try:
            buckets.take(asker)
        except TooMany:
            return count
    return most


def test_a_burst_is_let_through_and_then_the_rate() -> None:
    clock = Clock()
    buckets = TokenBuckets(2, 5, clock=clock)
    assert allowed(buckets, "a") == 5
    clock.now += 1.5
    assert allowed(buckets, "a") == 3
    clock.now += 3600
    assert allowed(buckets, "a") == 5


def test_one_asker_takes_nothing_from_another() -> None:
    buckets = TokenBuckets(1, 2, clock=Clock())
    assert [allowed(buckets, "a"), allowed(buckets, "b"), allowed(buckets, "a")] == [2, 2, 0]


def test_a_rate_of_nothing_is_no_limit() -> None:
    assert allowed(TokenBuckets(0, 1), "a") == 1000


def test_the_wait_that_is_told_is_enough_and_not_a_second_too_long() -> None:
    clock = Clock()
    buckets = TokenBuckets(0.25, 1, clock=clock)
    buckets.take("a")
    with pytest.raises(TooMany) as refused:
        buckets.take("a")
    wait = refused.value.params["retry_after"]
    assert wait == 4
    clock.now += wait
    buckets.take("a")


def test_askers_are_forgotten_before_they_fill_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quotas, "_BUCKETS", 10)
    buckets = TokenBuckets(1, 1, clock=Clock())
    for n in range(100):
        buckets.take(n)
    assert len(buckets._buckets) == 10


@given(st.lists(st.floats(0, 5), max_size=200))
def test_no_pattern_of_asking_gets_more_than_burst_and_rate(pauses: list[float]) -> None:
    clock = Clock()
    buckets = TokenBuckets(3, 4, clock=clock)
    let_through = 0
    for pause in pauses:
        clock.now += pause
        let_through += allowed(buckets, "a", most=1)
    assert let_through <= 4 + 3 * sum(pauses) + 1e-6


def scope(peer: str, *forwarded: str) -> dict[str, object]:
    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]
    return {"type": "http", "client": (peer, 1), "headers": headers}


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.9", [], "203.0.113.9"),
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),
        ("10.0.0.5", [], "10.0.0.5"),
        ("10.0.0.5", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.5", ["6.6.6.6, 198.51.100.1"], "198.51.100.1"),
        ("10.0.0.5", ["6.6.6.6", "198.51.100.1, 10.0.0.7"], "198.51.100.1"),
        ("10.0.0.5", ["evil"], "10.0.0.5"),
        ("10.0.0.5", ["6.6.6.6, evil, 10.0.0.7"], "10.0.0.7"),
        ("10.0.0.5", [",".join(["10.0.0.6"] * 5000)], "10.0.0.6"),
    ],
)
def test_only_a_trusted_proxy_is_believed_and_only_the_last_it_added(
    peer: str, forwarded: list[str], address: str
) -> None:
    assert client_address(scope(peer, *forwarded), networks("10.0.0.0/24")) == address


def test_a_household_of_ipv6_addresses_is_one_asker() -> None:
    assert asker_of("2001:db8::1") == asker_of("2001:db8::ffff:1") != asker_of("2001:db8:0:1::1")
    assert asker_of("::ffff:203.0.113.9") == asker_of("203.0.113.9")
    assert asker_of("") == ""


async def test_strangers_are_told_429_and_when_to_come_back_each_for_itself() -> None:
    async with serving(router, anonymous_rate=0.5, anonymous_burst=3) as client:
        statuses = [(await client.get("/who")).status_code for _ in range(5)]
        refused = await client.get("/who", headers={"Accept-Language": "en"})
        other = asking(client._transport.app, client=("203.0.113.10", 1))  # type: ignore[attr-defined]
        assert (await other.get("/who")).status_code == 200
        assert (await client.get("/healthz")).status_code == 200
    assert statuses == [200, 200, 200, 429, 429]
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert 1 <= int(refused.headers["Retry-After"]) <= 2


async def test_behind_a_trusted_proxy_each_client_is_counted_for_itself() -> None:
    limits: dict[str, Any] = {"anonymous_rate": 0.01, "anonymous_burst": 1}
    async with serving(router, trusted_proxies="203.0.113.9", **limits) as client:
        for address in ("198.51.100.1", "198.51.100.2"):
            headers = {"X-Forwarded-For": f"6.6.6.6, {address}"}
            answers = [(await client.get("/who", headers=headers)).status_code for _ in range(2)]
            assert answers == [200, 429]
    async with serving(router, **limits) as client:
        told = [{"X-Forwarded-For": f"198.51.100.{n}"} for n in range(2)]
        assert [(await client.get("/who", headers=h)).status_code for h in told] == [200, 429]


async def test_a_key_has_a_quota_of_its_own(database_url: str, database: Database) -> None:
    async with database.writing() as connection:
        city = await keys.issue(connection, role=CallerRole.CITY, party=None, home=None, label="t")
        other = await keys.issue(connection, role=CallerRole.CITY, party=None, home=None, label="t")
    limits: dict[str, Any] = {
        "key_rate": 0.5,
        "key_burst": 2,
        "anonymous_rate": 0.5,
        "anonymous_burst": 1,
    }
    async with serving(router, database_url=database_url, **limits) as client:
        with_key = {"Authorization": f"Bearer {city}"}
        answers = [await client.get("/who", headers=with_key) for _ in range(3)]
        assert [a.status_code for a in answers] == [200, 200, 429]
        assert int(answers[2].headers["Retry-After"]) == 2
        with_other = {"Authorization": f"Bearer {other}"}
        assert (await client.get("/who", headers=with_other)).status_code == 200
        guesses = [{"Authorization": f"Bearer sk_{'A' * 43}"}, {"Authorization": "nonsense"}]
        told = [(await client.get("/who", headers=guess)).status_code for guess in guesses]
        assert told == [401, 429]


async def test_the_gateways_own_calls_are_not_counted(tmp_path: Path) -> None:
    private, public = claims.generate_key_pair()
    path = tmp_path / "gateway.jwk"
    path.write_text(json.dumps(public))
    key = claims.import_key(private, private=True)
    limits: dict[str, Any] = {
        "key_rate": 0.1,
        "key_burst": 1,
        "anonymous_rate": 0.1,
        "anonymous_burst": 1,
    }
    async with serving(router, claims_public_key=path, **limits) as client:
        for caller in (CONSUMER, Caller(CallerRole.ENTERPRISE, SELLER)):
            headers = {"Suyuan-Claims": claims.sign(caller, audience="food", key=key)}
            answers = [(await client.get("/who", headers=headers)).status_code for _ in range(5)]
            assert answers == [200] * 5
