"""Any bytes sent anywhere are answered by something below 500, and every refusal is a problem."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from fastapi import APIRouter, FastAPI, Request
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel
from sqlalchemy import text
from starlette.responses import Response

from suyuan.domain.errors import NotKnown
from suyuan.storage.faults import translated
from suyuan.web import claims
from suyuan.web.app import create_app
from suyuan.web.auth import Asking
from suyuan.web.responses import json_response
from suyuan.web.state import OwnDatabase
from suyuan.web.times import QueryTime
from tests.web.service import settings as service_settings

PRIVATE_JWK, PUBLIC_JWK = claims.generate_key_pair()
ROUTES = ("/v1/things/", "/parsed", "/raw", "/when", "/readyz", "/metrics", "/docs", "/")
HEADERS = (
    *("accept", "accept-language", "authorization", "content-length", "content-type", "cookie"),
    *("expect", "forwarded", "host", "suyuan-claims", "transfer-encoding", "x-request-id"),
)
FRAGMENTS = (
    *(
        "Bearer ",
        "sk_" + "A" * 43,
        "application/json",
        "en",
        "zh;q=0",
        ";q=",
        "multipart/form-data",
    ),
    *("eyJhbGciOiJub25lIn0.", "..", "100-continue", "chunked", "99999999999999999999", "%00", "\0"),
)
QUERY = ("as_of=", "&", "2026-03-01T08:00:00 08:00", "%ff", "%00", "number=", "9" * 5000)

Asked = dict[str, Any]

router = APIRouter()


class Thing(BaseModel):
    number: int
    parts: list["Thing"] = []
    name: str | None = None


@router.get("/v1/things/{code:path}")
async def thing(code: str, caller: Asking, database: OwnDatabase) -> Response:
    with translated():
        async with database.reading() as connection:
            await connection.execute(text("SELECT CAST(:code AS text)"), {"code": code})
    raise NotKnown(text=code, asked_by=caller.owner)


@router.post("/parsed")
async def parsed(thing: Thing) -> Response:
    raise NotKnown(text=thing.name)


@router.post("/raw")
async def raw(request: Request) -> Response:
    return json_response({"bytes": len(await request.body())})


@router.get("/when")
async def when(as_of: QueryTime | None = None, number: int = 0) -> Response:
    return json_response({"as_of": as_of, "number": str(number)})


@pytest.fixture
async def app(database_url: str, tmp_path: Path) -> AsyncIterator[FastAPI]:
    public = tmp_path / "gateway.jwk"
    public.write_text(json.dumps(PUBLIC_JWK))
    given = service_settings(
        database_url=database_url, claims_public_key=public, max_body_bytes=4096
    )
    made = create_app(given, title="Test", routers=[router])
    async with made.router.lifespan_context(made):
        yield made


def plain(path: bytes = b"/raw", **changes: Any) -> Asked:
    method = "POST" if path in (b"/raw", b"/parsed") else "GET"
    empty = {"method": method, "path": path, "query_string": b"", "headers": [], "parts": []}
    return empty | changes


def pieces(fragments: tuple[str, ...]) -> st.SearchStrategy[bytes]:
    """Bytes put together from what means something and from what does not."""
    piece = st.sampled_from(fragments).map(str.encode) | st.binary(max_size=20)
    return st.lists(piece, max_size=4).map(b"".join)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
things = st.fixed_dictionaries({}, optional=dict.fromkeys(Thing.model_fields, json_values))
bodies = (
    st.binary(max_size=200)
    | (json_values | things).map(lambda value: json.dumps(value).encode())
    | st.sampled_from([b"[" * 4000, b'{"parts":[' * 400, b"x" * 5000, b'{"number":' + b"9" * 4000])
)
json_type = st.just([(b"content-type", b"application/json")])
headers = st.lists(
    st.tuples(st.sampled_from(HEADERS).map(str.encode), pieces(FRAGMENTS)), max_size=4
)
anything = st.fixed_dictionaries(
    {
        "method": st.sampled_from(["GET", "POST", "HEAD", "OPTIONS", "BREW", "", "G\0"]),
        "path": st.builds(
            lambda route, rest: route.encode() + rest, st.sampled_from(ROUTES), pieces(("/", "%2F"))
        ),
        "query_string": pieces(QUERY),
        "headers": headers,
        "parts": st.lists(bodies, max_size=3),
    }
)
asked = st.builds(
    lambda code, headers: plain(b"/v1/things/" + code, headers=headers), pieces(FRAGMENTS), headers
)
timed = st.builds(
    lambda route, query, headers: plain(route, query_string=query, headers=headers),
    st.sampled_from([b"/when", b"/metrics", b"/readyz"]),
    pieces(QUERY),
    headers,
)
posted = st.builds(
    lambda route, parts, kind, more: plain(route, parts=parts, headers=kind + more),
    st.sampled_from([b"/parsed", b"/raw"]),
    st.lists(bodies, max_size=3),
    json_type | st.just([]),
    headers,
)
requests = anything | asked | timed | posted


async def answer(app: FastAPI, request: Asked) -> tuple[int, dict[bytes, bytes], bytes]:
    """What the app answers to a request as a server would hand it over, well-formed or not."""
    sent: list[dict[str, Any]] = []
    parts = list(request["parts"])

    async def receive() -> dict[str, Any]:
        body = parts.pop(0) if parts else b""
        return {"type": "http.request", "body": body, "more_body": bool(parts)}

    async def send(message: Any) -> None:
        sent.append(message)

    raw_path = request["path"]
    scope = {
        "type": "http",
        "method": request["method"],
        "path": unquote(raw_path.decode("latin-1")),
        "raw_path": raw_path,
        "query_string": request["query_string"],
        "headers": request["headers"],
        "client": ("203.0.113.9", 40000),
        "server": ("suyuan.test", 80),
        "scheme": "http",
        "http_version": "1.1",
    }
    await app(scope, receive, send)
    start, *rest = sent
    body = b"".join(message.get("body", b"") for message in rest)
    return start["status"], dict(start["headers"]), body


@example(plain(b"/v1/things/%00"))
@example(plain(b"/v1/things/%ED%A0%80"))
@example(plain(b"/when", query_string=b"as_of=%00"))
@example(plain(b"/when", query_string=b"number=" + b"9" * 5000))
@example(plain(b"/parsed", headers=[(b"content-type", b"application/json")], parts=[b"[" * 4000]))
@example(
    plain(
        b"/parsed",
        headers=[(b"content-type", b"application/json")],
        parts=[rb'{"number": 1, "name": "\ud800"}'],
    )
)
@example(
    plain(
        b"/parsed",
        headers=[(b"content-type", b"application/json")],
        parts=[rb'{"\ud800": 1, "number": "\ud800"}'],
    )
)
@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(request=requests)
async def test_no_request_is_too_strange(app: FastAPI, request: Asked) -> None:
    status, headers, body = await answer(app, request)
    assert status < 500
    if status >= 400:
        assert headers[b"content-type"] == b"application/problem+json"
        told = json.loads(body)
        assert told["status"] == status
        assert told["type"] == f"urn:suyuan:problem:{told['code']}"
        assert told["detail"]
