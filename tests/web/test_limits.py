import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Annotated

import pytest
import uvicorn
from fastapi import APIRouter, Body, Request
from httpx import AsyncClient, TransportError
from starlette.responses import Response

from suyuan.web.app import create_app
from suyuan.web.limits import MAX_URL_BYTES
from suyuan.web.responses import json_response
from tests.web.service import serving, settings

LIMIT = 64 * 1024
STREAM = "application/octet-stream"

router = APIRouter()


@router.post("/raw")
async def raw(request: Request) -> Response:
    return json_response({"bytes": len(await request.body())})


@router.post("/parsed")
async def parsed(body: Annotated[dict[str, str], Body()]) -> Response:
    return json_response({"members": len(body)})


@router.post("/deaf")
async def deaf() -> Response:
    return json_response({"read": False})


class Sent:
    """A body in parts, which counts those that were asked for."""

    def __init__(self, parts: int, size: int = 16 * 1024) -> None:
        self.parts, self.size, self.read = parts, size, 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for _ in range(self.parts):
            self.read += 1
            yield b"x" * self.size


@pytest.fixture
async def client() -> AsyncIterator[AsyncClient]:
    async with serving(router, max_body_bytes=LIMIT) as opened:
        yield opened


async def test_a_body_at_the_limit_is_read(client: AsyncClient) -> None:
    assert (await client.post("/raw", content=b"x" * LIMIT)).json() == {"bytes": LIMIT}
    assert (await client.post("/raw", content=Sent(4))).json() == {"bytes": LIMIT}


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is read after the answer, so that what was read before it can be counted."""
    monkeypatch.setattr("suyuan.web.limits._LINGER_BYTES", 0)


@pytest.mark.parametrize("path", ["/raw", "/parsed", "/deaf", "/nothing"])
async def test_a_body_that_declares_too_much_is_413_unread(
    client: AsyncClient, impatient: None, path: str
) -> None:
    sent = Sent(1000)
    headers = {"Content-Length": str(LIMIT + 1)}
    answer = await client.post(path, content=sent, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert answer.json()["limit"] == LIMIT
    assert sent.read == 0


@pytest.mark.parametrize("path", ["/raw", "/parsed"])
@pytest.mark.parametrize("content_type", ["application/json", STREAM, ""])
async def test_a_body_that_grows_too_large_is_413_before_all_is_read(
    client: AsyncClient, impatient: None, path: str, content_type: str
) -> None:
    sent = Sent(1000)
    answer = await client.post(path, content=sent, headers={"Content-Type": content_type})
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert sent.read == LIMIT // sent.size + 1


@pytest.mark.parametrize("length", ["-1", "1e9", "many", "１"])
async def test_a_length_that_is_none_is_counted_instead(client: AsyncClient, length: str) -> None:
    headers = [(b"content-length", length.encode())]
    answer = await client.post("/raw", content=Sent(5), headers=headers)
    assert answer.status_code == 413


async def test_an_address_at_the_limit_is_routed(client: AsyncClient) -> None:
    answer = await client.get("/" + "x" * (MAX_URL_BYTES - 1))
    assert answer.json()["code"] == "page_unknown"


@pytest.mark.parametrize("path", ["/" + "x" * MAX_URL_BYTES, "/?" + "x" * MAX_URL_BYTES])
async def test_a_longer_address_is_414(client: AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (414, "url_too_long")


async def test_the_escapes_of_an_address_count_as_they_were_sent(client: AsyncClient) -> None:
    assert (await client.get("/" + "%20" * (MAX_URL_BYTES // 2))).status_code == 414


async def over_http(ask: Callable[[AsyncClient], Awaitable[None]]) -> None:
    """Serve over a real socket, where a caller that is cut off may never see its answer."""
    app = create_app(settings(max_body_bytes=LIMIT), title="Test", routers=[router])
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
    listener = socket.create_server(("127.0.0.1", 0))
    serving_task = asyncio.create_task(server.serve([listener]))
    address = "http://127.0.0.1:{1}".format(*listener.getsockname())
    try:
        async with AsyncClient(base_url=address, timeout=10) as client:
            await ask(client)
    finally:
        server.should_exit = True
        await serving_task


async def test_a_caller_that_sends_too_much_over_http_sees_the_answer() -> None:
    async def ask(client: AsyncClient) -> None:
        for content in (b"x" * 20 * 1024 * 1024, Sent(1000)):
            answer = await client.post("/raw", content=content)
            assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
            assert answer.headers["Connection"] == "close"

    await over_http(ask)


async def test_a_caller_that_never_stops_is_cut_off() -> None:
    sent = Sent(10**9)

    async def ask(client: AsyncClient) -> None:
        with suppress(TransportError):  # the answer went out, and may be lost in the cut
            assert (await client.post("/raw", content=sent)).status_code == 413

    await over_http(ask)
    assert sent.read * sent.size < 50 * 1024 * 1024
