import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated

import pytest
from fastapi import APIRouter, Depends
from httpx import AsyncClient
from starlette.responses import Response

from suyuan.domain.caller import CONSUMER, Caller, CallerRole
from suyuan.domain.codes import Code
from suyuan.storage import keys
from suyuan.storage.engine import Database
from suyuan.web import claims
from suyuan.web.auth import CACHE_SECONDS, Asking, KeyCache, require
from suyuan.web.responses import json_response
from tests.web.service import NO_DATABASE, serving

MILL = Caller(CallerRole.ENTERPRISE, Code("urn:suyuan:cn:91350200612002789K"), "food")
CITY = Caller(CallerRole.CITY)
PRIVATE_JWK, PUBLIC_JWK = claims.generate_key_pair()
GATEWAYS_KEY = claims.import_key(PRIVATE_JWK, private=True)

router = APIRouter()


@router.get("/who")
async def who(caller: Asking) -> Response:
    return json_response({"role": caller.role, "owner": caller.owner, "home": caller.home})


@router.get("/city")
async def city(caller: Annotated[Caller, Depends(require(CallerRole.CITY))]) -> Response:
    return json_response({"owner": caller.owner})


@router.get("/open")
async def open_to_all() -> Response:
    return json_response({})


@pytest.fixture
async def client(database_url: str, tmp_path: Path) -> AsyncIterator[AsyncClient]:
    public = tmp_path / "gateway.jwk"
    public.write_text(json.dumps(PUBLIC_JWK))
    async with serving(router, database_url=database_url, claims_public_key=public) as opened:
        yield opened


async def issue(database: Database, caller: Caller) -> str:
    async with database.writing() as connection:
        return await keys.issue(
            connection, role=caller.role, party=caller.party, home=caller.home, label="test"
        )


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


async def test_without_a_key_a_consumer_asks(client: AsyncClient) -> None:
    assert (await client.get("/who")).json()["role"] == "consumer"


async def test_what_is_open_needs_no_key(client: AsyncClient) -> None:
    assert (await client.get("/open")).status_code == 200


async def test_claims_are_checked_once_a_request(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified: list[str] = []

    def verify(token: str, **_options: object) -> Caller:
        verified.append(token)
        return CITY

    monkeypatch.setattr(claims, "verify", verify)
    await client.get("/who", headers={"Suyuan-Claims": "x"})
    assert verified == ["x"]


async def test_a_key_says_who_asks(client: AsyncClient, database: Database) -> None:
    key = await issue(database, MILL)
    told = (await client.get("/who", headers=bearer(key))).json()
    assert told == {"role": "enterprise", "owner": "91350200612002789K", "home": "food"}


async def test_the_scheme_may_be_spelled_in_any_case(
    client: AsyncClient, database: Database
) -> None:
    key = await issue(database, CITY)
    answer = await client.get("/who", headers={"Authorization": f"bearer  {key} "})
    assert answer.json()["role"] == "city"


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("Bearer sk_" + "A" * 43, "key_refused"),
        ("", "authorization_malformed"),
        ("Bearer", "authorization_malformed"),
        ("Bearer sk_short", "authorization_malformed"),
        ("Basic dXNlcjpwYXNz", "authorization_malformed"),
        ("sk_" + "A" * 43, "authorization_malformed"),
        ("Bearer sk_" + "A" * 43 + ", Basic x", "authorization_malformed"),
    ],
)
@pytest.mark.parametrize("path", ["/who", "/open"])
async def test_what_is_no_key_of_ours_is_401_everywhere(
    client: AsyncClient, path: str, header: str, code: str
) -> None:
    answer = await client.get(path, headers={"Authorization": header})
    assert (answer.status_code, answer.json()["code"]) == (401, code)
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="suyuan"'


async def test_two_keys_at_once_are_nobody(client: AsyncClient, database: Database) -> None:
    key = await issue(database, CITY)
    headers = [("Authorization", f"Bearer {key}"), ("Authorization", f"Bearer {key}")]
    assert (await client.get("/who", headers=headers)).status_code == 401


async def test_a_revoked_key_is_401(client: AsyncClient, database: Database) -> None:
    key = await issue(database, CITY)
    async with database.writing() as connection:
        await keys.revoke(connection, key)
    assert (await client.get("/who", headers=bearer(key))).status_code == 401


async def test_a_key_is_known_the_moment_it_is_issued(
    client: AsyncClient, database: Database
) -> None:
    key = "sk_" + "n" * 43
    assert (await client.get("/who", headers=bearer(key))).status_code == 401
    async with database.writing() as connection:
        await keys.ensure(connection, key, role=CallerRole.CITY)
    assert (await client.get("/who", headers=bearer(key))).json()["role"] == "city"


def test_a_key_is_looked_up_again_after_five_seconds() -> None:
    now = 100.0
    cache = KeyCache(clock=lambda: now)
    cache.put(b"hash", CITY)
    now += CACHE_SECONDS - 0.1
    assert cache.get(b"hash") == CITY
    now += 0.1
    assert cache.get(b"hash") is None


def test_the_cache_forgets_the_oldest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("suyuan.web.auth._CACHE_KEYS", 2)
    cache = KeyCache()
    for digest in (b"1", b"2", b"3"):
        cache.put(digest, CITY)
    assert [cache.get(digest) for digest in (b"1", b"2", b"3")] == [None, CITY, CITY]


async def test_the_gateways_claims_say_who_asks(client: AsyncClient) -> None:
    token = claims.sign(MILL, audience="food", key=GATEWAYS_KEY)
    told = (await client.get("/who", headers={"Suyuan-Claims": token})).json()
    assert told == {"role": "enterprise", "owner": "91350200612002789K", "home": "food"}


async def test_claims_come_before_a_key(client: AsyncClient, database: Database) -> None:
    token = claims.sign(CONSUMER, audience="food", key=GATEWAYS_KEY)
    headers = bearer(await issue(database, CITY)) | {"Suyuan-Claims": token}
    assert (await client.get("/who", headers=headers)).json()["role"] == "consumer"


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x",
        claims.sign(CITY, audience="meat", key=GATEWAYS_KEY),
        claims.sign(CITY, audience="food", key=GATEWAYS_KEY, ttl=-60),
    ],
)
async def test_claims_that_do_not_hold_are_401(client: AsyncClient, token: str) -> None:
    assert (await client.get("/who", headers={"Suyuan-Claims": token})).status_code == 401


async def test_claims_are_refused_where_no_gateway_is_known() -> None:
    token = claims.sign(CITY, audience="food", key=GATEWAYS_KEY)
    async with serving(router) as stranger:
        answer = await stranger.get("/who", headers={"Suyuan-Claims": token})
    assert (answer.status_code, answer.json()["code"]) == (401, "claims_refused")


async def test_who_says_nothing_is_asked_for_a_key(client: AsyncClient) -> None:
    answer = await client.get("/city")
    assert (answer.status_code, answer.json()["code"]) == (401, "key_required")


async def test_another_role_is_refused(client: AsyncClient, database: Database) -> None:
    key = await issue(database, MILL)
    answer = await client.get("/city", headers=bearer(key) | {"Accept-Language": "en"})
    assert (answer.status_code, answer.json()["code"]) == (403, "role_not_allowed")
    assert "enterprise" in answer.json()["detail"]


async def test_the_right_role_passes(client: AsyncClient, database: Database) -> None:
    key = await issue(database, CITY)
    assert (await client.get("/city", headers=bearer(key))).json() == {"owner": "city"}


@pytest.mark.parametrize("url", [NO_DATABASE, "postgresql://u@/db?host=/nowhere"])
async def test_a_key_cannot_be_checked_without_the_database(url: str) -> None:
    async with serving(router, database_url=url) as cut_off:
        answer = await cut_off.get("/who", headers=bearer("sk_" + "A" * 43))
    assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")
    assert int(answer.headers["Retry-After"]) > 0
