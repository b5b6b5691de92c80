from datetime import UTC, datetime, timedelta, timezone

import pytest
from fastapi import APIRouter
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError
from starlette.responses import Response

from suyuan.web.responses import json_response
from suyuan.web.times import QueryTime, parse_time
from tests.web.service import serving

EIGHT = timezone(timedelta(hours=8))
MORNING = datetime(2026, 3, 1, 8, tzinfo=EIGHT)

router = APIRouter()


@router.get("/when")
async def when(as_of: QueryTime | None = None) -> Response:
    return json_response({"as_of": as_of})


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01T08:00:00+08:00",
        "2026-03-01T08:00:00 08:00",
        "2026-03-01 08:00:00 08:00",
        "2026-03-01t08:00+0800",
        "2026-03-01T08:00:00.000+08:00",
        "2026-03-01T00:00:00Z",
        "2026-02-28T18:00:00-06:00",
    ],
)
def test_a_time_is_read_however_its_plus_was_sent(text: str) -> None:
    assert parse_time(text) == MORNING


def test_fractions_of_a_second_are_kept() -> None:
    assert parse_time("2026-03-01T08:00:00,123456789 08:00").microsecond == 123456


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2026-03-01T08:00:00", "time_no_offset"),
        ("2026-03-01", "time_malformed"),
        ("yesterday", "time_malformed"),
        ("", "time_malformed"),
        ("1772323200", "time_malformed"),
        ("2026-02-30T08:00:00Z", "time_malformed"),
        ("2026-03-01T25:00:00Z", "time_malformed"),
        ("2026-03-01T08:00:00+99:00", "time_malformed"),
        ("２０２６-03-01T08:00:00Z", "time_malformed"),
        ("0001-01-01T00:00:00+08:00", "time_out_of_range"),
        ("9999-12-31T23:59:59-08:00", "time_out_of_range"),
    ],
)
def test_what_is_no_moment_is_refused_by_name(text: str, code: str) -> None:
    with pytest.raises(PydanticCustomError) as refused:
        parse_time(text)
    assert refused.value.context is not None
    assert refused.value.context["code"] == code


@given(
    st.datetimes(
        datetime(1901, 1, 1),  # noqa: DTZ001 - hypothesis puts the zone on
        datetime(9997, 1, 1),  # noqa: DTZ001
        timezones=st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m))),
    )
)
def test_every_time_that_we_write_is_read_back(time: datetime) -> None:
    assert parse_time(time.isoformat().replace("+", " ")) == time.astimezone(UTC)


async def test_a_query_may_leave_the_plus_unencoded() -> None:
    async with serving(router) as client:
        answer = await client.get("/when?as_of=2026-03-01T08:00:00+08:00")
        assert answer.json() == {"as_of": "2026-03-01T08:00:00+08:00"}
        assert (await client.get("/when")).json() == {"as_of": None}


async def test_a_query_time_without_offset_is_a_problem_that_says_where_and_why() -> None:
    async with serving(router) as client:
        answer = await client.get("/when?as_of=2026-03-01T08:00:00")
    assert answer.status_code == 422
    (fault,) = answer.json()["errors"]
    assert (fault["pointer"], fault["code"]) == ("/query/as_of", "time_no_offset")
    assert "+08:00" in fault["detail"]
