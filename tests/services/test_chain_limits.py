"""Chains that are cut: what cut them is named, and the rest can be had."""

from __future__ import annotations

from typing import Any

import pytest

from suyuan.wire import epcis_json
from tests.build import lot, made, moved, stored
from tests.city import City

MANY = [moved(f"e{n}", n / 10, "X") for n in range(25)]


def post(city: City, *events: Any) -> None:
    for event in events:
        body = epcis_json.write_event(stored(event).event)
        assert city.client("department meat", at="meat").post("/v1/events", json=body).is_success


def ask(city: City, name: str, **query: Any) -> dict[str, Any]:
    path = f"/v1/chains/urn:suyuan:91350100M000100Y43:{name}"
    answer = city.client("city").get(path, params=query)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def ids(chain: dict[str, Any]) -> list[str]:
    return [e["id"].rsplit(":", 1)[-1] for e in chain["events"]]


def test_pages_of_a_cut_chain_are_the_whole(city: City) -> None:
    post(city, *MANY)
    first = ask(city, "X", max_events=10)
    assert (first["limits_hit"], first["complete"]) == (["max_events"], False)
    found, cursor = ids(first), first["next"]
    while cursor:
        page = ask(city, "X", max_events=10, after=cursor)
        found, cursor = [*found, *ids(page)], page["next"]
    assert sorted(found) == sorted(e.id for e in MANY)
    assert ask(city, "X")["next"] is None


def test_what_is_reported_meanwhile_moves_no_page(city: City) -> None:
    post(city, *MANY)
    first = ask(city, "X", max_events=10)
    post(city, *[moved(f"late{n}", n / 10 - 1, "X") for n in range(5)])
    second = ask(city, "X", max_events=100, after=first["next"])
    assert sorted([*ids(first), *ids(second)]) == sorted(e.id for e in MANY)


def test_a_chain_goes_no_further_than_asked(city: City) -> None:
    lots = [lot(name) for name in "ABCD"]
    post(city, *[made(f"m{n}", n, [lots[n]], [lots[n + 1]]) for n in range(3)])
    near = ask(city, "D", direction="up", max_hops=1)
    assert (ids(near), near["limits_hit"]) == (["m1", "m2"], ["max_hops"])
    assert ids(ask(city, "D", direction="up", max_hops=3)) == ["m0", "m1", "m2"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"max_events": -1}, "parameter_out_of_range"),
        ({"max_events": 10**9}, "parameter_out_of_range"),
        ({"max_hops": -1}, "parameter_out_of_range"),
        ({"after": "nonsense"}, "cursor_malformed"),
        ({"after": "x" * 65}, "parameter_out_of_range"),
        ({"since": "2026-02-01T00:00:00Z", "as_of": "2026-01-01T00:00:00Z"}, "window_empty"),
        ({"as_of": "99999-01-01T00:00:00Z"}, None),
        ({"since": "yesterday"}, None),
        ({"direction": "sideways"}, None),
        ({"maximum": 5}, None),
    ],
)
def test_an_absurd_question_is_refused_in_words(
    city: City, query: dict[str, Any], code: str | None
) -> None:
    answer = city.client("city").get("/v1/chains/X", params=query)
    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert code is None or code in answer.text
