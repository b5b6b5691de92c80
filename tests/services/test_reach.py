"""``GET /v1/reach/{code}`` over HTTP: what it says, to whom, and how it is cut."""

from __future__ import annotations

import json
from typing import Any

import pytest

from suyuan.domain.events import Action
from tests.build import lot, made, moved, packed, unpacked
from tests.city import City
from tests.services.test_chain_limits import post

OWN = "urn:suyuan:91350100M000100Y43:"


def reach(city: City, name: str, **query: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The things by name, and the end."""
    answer = city.client("city").get(f"/meat/v1/reach/{OWN}{name}", params=query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    *things, end = [json.loads(line) for line in answer.text.splitlines()]
    return {t["code"].removeprefix(OWN): t for t in things}, end["end"]


def test_everything_downstream_with_where_it_was_last(city: City) -> None:
    post(
        city,
        made("m", 1, [lot("A")], [lot("B"), "S"]),
        packed("p", 2, "BOX", "S"),
        moved("s", 3, "BOX"),
        made("n", 4, [lot("B")], [lot("C")]),
        made("other", 4, [lot("X")], [lot("Y")]),
    )
    things, end = reach(city, "A")
    assert end == {"things": 4, "by_walk": 0, "complete": True, "cut": []}
    assert {n: t["level"] for n, t in things.items()} == {
        "A": "lot", "B": "lot", "C": "lot", "S": "serial",
    }  # fmt: skip
    last = things["S"]["last"]
    assert (last["state"], last["event"].rpartition(":")[2]) == ("in_transit", "s")
    assert things["C"]["last"]["event"].rpartition(":")[2] == "n"


def test_an_offset_that_only_the_database_would_not_read_is_answered(city: City) -> None:
    post(city, made("m", 1, [lot("A")], [lot("B")]))
    things, end = reach(city, "A", as_of="2030-01-01T00:00:00-17:33")
    assert (set(things), end["complete"]) == ({"A", "B"}, True)


def test_what_is_rare_is_followed_by_the_walk(city: City) -> None:
    """A crate that was commissioned twice: only what was inside when it was consumed is reached."""
    again: Any = {"action": Action.ADD, "step": "commissioning"}
    post(
        city,
        moved("c1", 0, "CRATE", **again),
        packed("p1", 1, "CRATE", "S1"),
        moved("c2", 2, "CRATE", **again),
        packed("p2", 3, "CRATE", "S2"),
        made("m", 4, ["CRATE"], [lot("D")]),
    )
    assert "D" not in reach(city, "S1")[0]
    things, end = reach(city, "S2")
    assert "D" in things
    assert end["by_walk"] > 0


def test_unpacked_things_are_where_they_were_unpacked(city: City) -> None:
    post(
        city,
        packed("p", 1, "BOX", "S"),
        moved("s", 2, "BOX"),
        unpacked("u", 3, "BOX"),
        moved("away", 4, "BOX"),
    )
    assert reach(city, "S")[0]["S"]["last"]["event"].rpartition(":")[2] == "u"
    assert set(reach(city, "BOX")[0]) == {"BOX", "S"}


def test_a_reach_goes_no_further_than_asked_and_says_so(city: City) -> None:
    post(city, made("m", 1, [lot("A")], [lot(f"B{n}") for n in range(9)]))
    things, end = reach(city, "A", max_things=4)
    assert (len(things), end["complete"], end["cut"]) == (4, False, ["max_things"])


def test_an_unknown_code_reaches_nothing(city: City) -> None:
    assert reach(city, "NOBODY") == ({}, {"things": 0, "by_walk": 0, "complete": True, "cut": []})


@pytest.mark.parametrize(
    ("key", "status"),
    [
        ("city", 200), ("department meat", 200), ("inspector meat", 200),
        ("department food", 403), ("inspector food", 403), ("seller", 403), (None, 401),
    ],
)  # fmt: skip
def test_who_may_ask(city: City, key: str | None, status: int) -> None:
    assert city.client(key, at="meat").get(f"/v1/reach/{OWN}A").status_code == status


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("06901234567892", "reach_of_class"),
        ("(01)06901234567893", "check_digit"),
        ("X?since=2026-03-02T00:00:00Z&as_of=2026-03-01T00:00:00Z", "window_empty"),
        ("X?max_things=0", "parameter_out_of_range"),
        ("X?since=yesterday", "time_malformed"),
        ("X?depth=3", "parameter_unknown"),
    ],
)
def test_what_makes_no_sense_is_refused_where_it_is(city: City, path: str, code: str) -> None:
    answer = city.client("city", at="meat").get(f"/v1/reach/{path}")
    assert answer.status_code == 422
    problem = answer.json()
    assert code in [problem["code"], *(e["code"] for e in problem.get("errors", ()))]


def test_who_hangs_up_ends_it(city: City) -> None:
    """Two may go on at a time: more than that were broken off, and the next is answered."""
    post(city, made("m", 1, [lot("A")], [lot(f"B{n}") for n in range(200)]))
    for _ in range(6):
        with city.client("city").stream("GET", f"/meat/v1/reach/{OWN}A") as answer:
            assert answer.status_code == 200
    assert reach(city, "A")[1]["things"] == 201
