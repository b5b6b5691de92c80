from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

import pytest
from fastapi import APIRouter, Body, Query
from sqlalchemy import text
from starlette.exceptions import HTTPException
from starlette.responses import Response, StreamingResponse
from structlog.testing import capture_logs

from suyuan.domain import errors
from suyuan.domain.errors import Fault, SuyuanError
from suyuan.domain.sentences import SENTENCES
from suyuan.web import problems
from suyuan.web.problems import STATUS
from suyuan.web.state import OwnDatabase
from tests.web.service import serving

ERRORS = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, SuyuanError)
]


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


def raising(error: Exception) -> APIRouter:
    router = APIRouter()

    @router.get("/raise")
    async def _raise() -> Response:
        raise error

    return router


async def problem(error: Exception, **headers: str) -> tuple[int, dict[str, Any]]:
    async with serving(raising(error)) as client:
        answer = await client.get("/raise", headers=headers)
    assert answer.headers["Content-Type"] == "application/problem+json"
    return answer.status_code, answer.json()


parameters = APIRouter()


@parameters.post("/parameters/{number}")
async def _parameters(
    number: int,
    colour: Colour,
    few: Annotated[int, Query(ge=1, le=9)] = 1,
    body: Annotated[dict[str, list[int]] | None, Body()] = None,
) -> None:
    return None


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__name__)
async def test_every_error_of_the_tree_is_a_whole_problem(kind: type[SuyuanError]) -> None:
    status, told = await problem(kind())
    assert status == told["status"] == STATUS[kind]
    assert told["type"] == f"urn:suyuan:problem:{kind.code}"
    assert told["code"] == kind.code
    assert all(told[name] for name in ("title", "detail", "instance"))


EDGE_CODES = {*problems._HTTP_CODES.values(), *problems._PARAMETER_CODES.values(), "internal"}


@pytest.mark.parametrize("code", sorted(EDGE_CODES | {"parameter_malformed", "parameters_refused"}))
def test_every_code_of_the_edge_has_a_sentence(code: str) -> None:
    assert code in SENTENCES


async def test_a_new_kind_of_refusal_is_answered_like_its_parent() -> None:
    class Odd(errors.QuestionRefused):
        code = "odd"

    assert (await problem(Odd()))[0] == 422


@pytest.mark.parametrize(("asked", "tag"), [("", "zh-CN"), ("en", "en"), ("fr", "zh-CN")])
async def test_a_problem_is_told_in_the_callers_language(asked: str, tag: str) -> None:
    async with serving(raising(errors.NotAllowed())) as client:
        answer = await client.get("/raise", headers={"Accept-Language": asked})
    assert answer.headers["Content-Language"] == tag
    assert "Accept-Language" in answer.headers["Vary"]
    assert answer.json()["detail"].isascii() is (tag == "en")
    assert answer.json()["title"].isascii() is (tag == "en")


async def test_faults_are_listed_with_their_places_and_sentences() -> None:
    fault = Fault("missing", "/items/0/code", {"field": "code"}, index=3)
    _, told = await problem(errors.ReportRefused(faults=[fault]), **{"Accept-Language": "en"})
    detail = "The field code is required and missing."
    entry = {"index": 3, "pointer": "/items/0/code", "code": "missing", "detail": detail}
    assert told["errors"] == [entry]


async def test_what_an_error_knows_is_given_as_members() -> None:
    time = datetime(2026, 3, 1, tzinfo=UTC)
    error = errors.TooLarge(limit=Decimal("1.50"), time=time, many={"a"}, status="mine")
    _, told = await problem(error)
    assert (told["limit"], told["time"], told["many"]) == ("1.50", "2026-03-01T00:00:00Z", ["a"])
    assert told["status"] == 413


@pytest.mark.parametrize(
    "value", ["\ud800", {"\udfff": ["\ud800"]}, 10**400, object(), "x" * 10**6, float("nan")]
)
async def test_no_value_is_too_hostile_to_tell(value: object) -> None:
    error = errors.NotKnown(text=value, faults=[Fault("missing", "/\ud800", {"field": value})])
    status, told = await problem(error)
    assert status == 404
    assert len(repr(told)) < 5000


async def test_the_instance_is_the_requests_id() -> None:
    given = "6e3c1b0e-8d5f-4a55-9a3e-0d6b5b4a7c11"
    async with serving(raising(errors.NotAllowed())) as client:
        answer = await client.get("/raise", headers={"X-Request-Id": given})
    assert answer.headers["X-Request-Id"] == given
    assert answer.json()["instance"] == f"urn:uuid:{given}"


@pytest.mark.parametrize("given", ["", "me", "x" * 5000, "a b"])
async def test_a_request_id_that_is_no_uuid_is_replaced(given: str) -> None:
    async with serving() as client:
        answer = await client.get("/healthz", headers={"X-Request-Id": given})
    assert UUID(answer.headers["X-Request-Id"]).version == 4


@pytest.mark.parametrize("status", [429, 503])
async def test_who_shall_come_back_is_told_when(status: int) -> None:
    async with serving(raising(HTTPException(status))) as client:
        answer = await client.get("/raise")
    assert answer.status_code == status
    assert int(answer.headers["Retry-After"]) > 0


async def test_an_unknown_address_and_a_wrong_method_are_problems() -> None:
    async with serving() as client:
        nothing, wrong = await client.get("/nothing"), await client.post("/healthz")
    assert (nothing.status_code, nothing.json()["code"]) == (404, "page_unknown")
    assert (wrong.status_code, wrong.json()["code"]) == (405, "method_not_allowed")
    assert wrong.headers["Allow"] == "GET"


@pytest.mark.parametrize(
    ("path", "body", "pointer", "code"),
    [
        ("/parameters/x?colour=red", None, "/path/number", "parameter_malformed"),
        ("/parameters/1", None, "/query/colour", "parameter_missing"),
        ("/parameters/1?colour=pink", None, "/query/colour", "parameter_not_one_of"),
        ("/parameters/1?colour=red&few=10", None, "/query/few", "parameter_out_of_range"),
        ("/parameters/1?colour=red", b"{", "", "request_malformed"),
        ("/parameters/1?colour=red", b'{"a/b~": [1, "x"]}', "/a~1b~0/1", "parameter_malformed"),
    ],
)
async def test_a_wrong_parameter_is_422_with_its_place(
    path: str, body: bytes | None, pointer: str, code: str
) -> None:
    headers = {"Content-Type": "application/json", "Accept-Language": "en"}
    async with serving(parameters) as client:
        answer = await client.post(path, content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "parameters_refused")
    (fault,) = answer.json()["errors"]
    assert (fault["pointer"], fault["code"]) == (pointer, code)
    assert "…" not in fault["detail"]


async def test_a_wrong_choice_is_told_the_right_ones() -> None:
    async with serving(parameters) as client:
        answer = await client.post(
            "/parameters/1?colour=pink&few=0", headers={"Accept-Language": "en"}
        )
    choice, bound = (fault["detail"] for fault in answer.json()["errors"])
    assert "'red' or 'blue'" in choice
    assert "≥ 1" in bound


async def test_what_nobody_foresaw_is_a_500_that_tells_nothing() -> None:
    with capture_logs() as logs:
        status, told = await problem(ZeroDivisionError("the secret is 42"))
    assert (status, told["code"]) == (500, "internal")
    assert "secret" not in repr(told)
    assert "ZeroDivision" not in repr(told)
    failure = next(line for line in logs if line["event"] == "failure")
    assert (failure["log_level"], failure["error"]) == ("error", "ZeroDivisionError")
    assert "test_problems.py" in failure["at"][-1]


async def test_an_error_is_logged_without_its_message() -> None:
    with capture_logs() as logs:
        await problem(ValueError("13800138000"))
    assert "13800138000" not in repr(logs)


async def test_an_answer_that_broke_off_does_not_look_whole() -> None:
    router = APIRouter()

    @router.get("/half")
    async def _half() -> Response:
        async def parts() -> Any:
            yield b"one"
            raise ZeroDivisionError("the secret is 42")

        return StreamingResponse(parts())

    async with serving(router) as client:
        with pytest.raises(ConnectionError) as broken:
            await client.get("/half")
    assert "secret" not in str(broken.value)


async def test_a_mistake_in_a_statement_is_ours_and_a_500(database_url: str) -> None:
    router = APIRouter()

    @router.get("/mistake")
    async def _mistake(database: OwnDatabase) -> None:
        async with database.reading() as connection:
            await connection.execute(text("SELECT 42 FROM nowhere"))

    async with serving(router, database_url=database_url) as client:
        answer = await client.get("/mistake")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "nowhere" not in answer.text


async def test_a_statement_that_takes_too_long_is_503(database_url: str) -> None:
    router = APIRouter()

    @router.get("/slow")
    async def _slow(database: OwnDatabase) -> None:
        async with database.writing() as connection:
            await connection.execute(text("SET LOCAL statement_timeout = 20"))
            await connection.execute(text("SELECT pg_sleep(5)"))

    async with serving(router, database_url=database_url) as client:
        answer = await client.get("/slow")
    assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")
