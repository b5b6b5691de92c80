import asyncio
import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import current_thread, main_thread
from typing import Any, TextIO

import pytest
import structlog
from fastapi import APIRouter, Request
from starlette.responses import Response

from suyuan.domain.caller import CallerRole
from suyuan.storage import keys
from suyuan.storage.engine import Database
from suyuan.web import background
from suyuan.web.auth import Asking
from suyuan.web.background import Rounds, beside
from suyuan.web.logs import LossyStream, configure_logging, describe
from suyuan.web.responses import json_response
from tests.web.service import serving

REQUEST_ID = "6e3c1b0e-8d5f-4a55-9a3e-0d6b5b4a7c11"

router = APIRouter()


@router.post("/v1/things/{code:path}")
async def things(code: str, caller: Asking, request: Request, token: str = "") -> Response:
    await request.body()
    structlog.get_logger("suyuan").info("inside")
    return json_response({"role": caller.role})


@router.get("/broken")
async def broken() -> Response:
    raise ZeroDivisionError("13800138000")


class Lines(io.StringIO):
    """What this thread logs: the city of other tests goes on beside in a thread of its own."""

    def write(self, text: str) -> int:
        return super().write(text) if current_thread() is main_thread() else len(text)


class Terminal(Lines):
    def isatty(self) -> bool:
        return True


@contextmanager
def logging_to(stream: TextIO) -> Iterator[None]:
    """Send this process's log lines to ``stream`` until the end of the block."""
    configured, root = structlog.get_config(), logging.getLogger()
    handlers, level = root.handlers[:], root.level
    configure_logging(stream)
    try:
        yield
    finally:
        structlog.configure(**configured)
        root.handlers[:] = handlers
        root.setLevel(level)


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Where all of this process's log lines go for the length of a test."""
    opened = Lines()
    with logging_to(opened):
        yield opened


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


async def test_a_request_is_one_line_with_what_an_operator_needs(
    stream: io.StringIO, database: Database, database_url: str
) -> None:
    async with database.writing() as connection:
        key = await keys.issue(connection, role=CallerRole.DEPARTMENT, home="food")
    headers = {"Authorization": f"Bearer {key}", "X-Request-Id": REQUEST_ID}
    async with serving(router, database_url=database_url) as client:
        await client.post("/v1/things/SECRET-CODE?token=hush", content=b"body", headers=headers)
    line = next(line for line in lines(stream) if line["event"] == "request")
    assert line.pop("ms") >= 0
    assert line.pop("time").endswith("Z")
    assert line == {
        "event": "request",
        "level": "info",
        "request_id": REQUEST_ID,
        "method": "POST",
        "route": "/v1/things/{code:path}",
        "status": 200,
        "role": "department",
        "owner": "department:food",
    }


async def test_nothing_a_caller_sent_is_logged(stream: io.StringIO, database_url: str) -> None:
    headers = {"Authorization": "Bearer sk_" + "H" * 43, "User-Agent": "agent-7", "Cookie": "c=1"}
    async with serving(router, database_url=database_url) as client:
        await client.post("/v1/things/CODE-1?name=ZHANG", content=b"LI SI", headers=headers)
        await client.get("/nowhere/CODE-2")
        await client.get("/broken?phone=1")
    assert len(lines(stream)) == 4
    sent = ("CODE-1", "CODE-2", "ZHANG", "LI SI", "HHH", "agent-7", "c=1", "phone", "13800138000")
    assert [word for word in sent if word in stream.getvalue()] == []


async def test_the_lines_of_one_request_share_its_id(stream: io.StringIO) -> None:
    async with serving(router) as client:
        await client.post("/v1/things/1", headers={"X-Request-Id": REQUEST_ID})
    assert [line["request_id"] for line in lines(stream)] == [REQUEST_ID] * 2


async def test_an_expected_refusal_is_no_error(stream: io.StringIO) -> None:
    async with serving(router) as client:
        await client.get("/nowhere")
        await client.post("/v1/things/1", headers={"Authorization": "x"})
        await client.get("/broken")
    levels = [line["level"] for line in lines(stream) if line["event"] == "request"]
    assert levels == ["info", "info", "error"]


async def test_a_caller_that_hangs_up_is_no_error(stream: io.StringIO) -> None:
    async def gone() -> dict[str, str]:
        return {"type": "http.disconnect"}

    async def nowhere(message: object) -> None:
        raise AssertionError("nobody listens")

    async with serving(router) as client:
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/v1/things/1",
            "query_string": b"",
            "headers": [],
        }
        await client._transport.app(scope, gone, nowhere)  # type: ignore[attr-defined]
    assert [(line["status"], line["level"]) for line in lines(stream)] == [(499, "info")]


def test_the_libraries_log_in_the_same_form(stream: io.StringIO) -> None:
    logging.getLogger("uvicorn.error").info("Started")
    (line,) = lines(stream)
    assert (line["event"], line["level"]) == ("Started", "info")


def test_a_librarys_exception_is_logged_without_its_message(stream: io.StringIO) -> None:
    try:
        int("13800138000x")
    except ValueError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
    (line,) = lines(stream)
    assert line["error"] == "ValueError"
    assert "13800138000" not in stream.getvalue()


def test_addresses_that_libraries_would_log_are_not(stream: io.StringIO) -> None:
    logging.getLogger("httpx").info("HTTP Request: GET http://h/?name=ZHANG")
    logging.getLogger("uvicorn.access").info("GET /?name=ZHANG")
    assert stream.getvalue() == ""


def test_a_terminal_gets_words_instead_of_json() -> None:
    terminal = Terminal()
    with logging_to(terminal):
        structlog.get_logger("suyuan").info("ready", port=8000)
    assert "ready" in terminal.getvalue()
    assert not terminal.getvalue().startswith("{")


def test_an_error_is_described_by_its_causes_and_the_place_of_the_first() -> None:
    def fail() -> None:
        raise KeyError("secret")

    try:
        try:
            fail()
        except KeyError as error:
            raise ValueError("secret") from error
    except ValueError as error:
        told = describe(error)
    assert told["error"] == "ValueError < KeyError"
    assert told["at"][-1].endswith(" fail")
    assert "secret" not in repr(told)


async def test_a_full_disk_costs_log_lines_and_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "PAUSE_SECONDS", 0.0)
    lost = LossyStream.lost
    failed = asyncio.Event()
    tries = list[None]()

    async def take() -> bool:
        tries.append(None)
        if len(tries) > 2:
            failed.set()
        raise ZeroDivisionError

    with _full_disk() as full, logging_to(full):
        async with serving(router) as client, beside(Rounds(take, broke="broke").run):
            told = await client.post("/v1/things/1")
            logging.getLogger("anything").warning("said by a library")
            async with asyncio.timeout(5):
                await failed.wait()
        _forget_what_waits(full)
    assert (told.status_code, told.json()) == (200, {"role": "consumer"})
    assert LossyStream.lost >= lost + 4


def _full_disk() -> TextIO:
    return Path("/dev/full").open("w", buffering=1)


def _forget_what_waits(full: TextIO) -> None:
    """What a stream could not write it tries again when it is closed, and raises."""
    with suppress(OSError):
        full.close()
