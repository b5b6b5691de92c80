"""``GET /v1/events``: whose events, in which order, page by page while others arrive."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.city import BUYER, SELLER, City
from tests.services.reports import LOT, item, report
from tests.services.test_gateway import stopped

DAY = "2026-03-{:02}T08:00:00+08:00".format
OTHER = f"urn:suyuan:{SELLER}:OTHER"


def post(client: httpx.Client, *events: dict[str, Any]) -> None:
    answer = client.post("/v1/events", json=list(events))
    assert answer.status_code == 200, answer.text


def page(client: httpx.Client, query: str = "", **params: Any) -> dict[str, Any]:
    answer = client.get(f"/v1/events{query}", params=params or None)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def pages(client: httpx.Client, **params: Any) -> Iterator[list[str]]:
    """The ids of each page, following ``Link`` as a client that knows nothing else would."""
    answer = client.get("/v1/events", params=params)
    while True:
        assert answer.status_code == 200, answer.text
        yield ids(answer.json())
        if "next" not in answer.links:
            assert answer.json()["next"] is None
            return
        answer = client.get(answer.links["next"]["url"])


def ids(told: dict[str, Any]) -> list[str]:
    return [event["id"] for event in told["events"]]


def faults(answer: httpx.Response) -> list[tuple[str, str]]:
    return [(e["pointer"], e["code"]) for e in answer.json()["errors"]]


@pytest.fixture(params=["meat", "gateway"])
def seller(city: City, request: pytest.FixtureRequest) -> httpx.Client:
    return city.client("seller", at=request.param)


def test_an_entry_is_an_event_as_a_chain_shows_it_and_says_who_holds_it(
    city: City, seller: httpx.Client
) -> None:
    post(seller, report("e1", extra={"price": 12.50}))
    (entry,) = page(seller)["events"]
    (shown,) = city.client("city").get(f"/v1/chains/{LOT}").json()["events"]
    same = set(entry) & set(shown)
    assert {name: entry[name] for name in same} == {name: shown[name] for name in same}
    assert {"id", "uri", "items", "record_time", "subsystem", "redacted"} <= same
    assert (entry["subsystem"], entry["redacted"]) == (["meat"], [])
    assert (entry["correction"], entry["voided"]) == (None, False)


def test_events_come_newest_first_each_once_whatever_the_size_of_a_page(
    seller: httpx.Client,
) -> None:
    days = [3, 1, 2, 2, 2, 5, 4]
    post(seller, *(report(f"e{n}", time=DAY(day)) for n, day in enumerate(days)))
    whole = ids(page(seller))
    assert [days[int(name[1:])] for name in whole] == sorted(days, reverse=True)
    for limit in (1, 2, 3, 6, 7):
        found = list(pages(seller, limit=limit))
        assert [name for part in found for name in part] == whole
        assert [len(part) for part in found[:-1]] == [limit] * (len(found) - 1)


def test_what_arrives_between_two_pages_moves_repeats_and_hides_nothing(
    seller: httpx.Client,
) -> None:
    before = [f"e{n:02}" for n in range(12)]
    post(seller, *(report(name, time=DAY(n + 5)) for n, name in enumerate(before)))
    found = []
    for n, part in enumerate(pages(seller, limit=3)):
        found += part
        later, sooner = report(f"later{n}", time=DAY(28)), report(f"sooner{n}", time=DAY(1))
        post(seller, later, sooner)
        if n == 10:
            break
    assert len(found) == len(set(found))
    assert [name for name in found if name in before] == sorted(before, reverse=True)
    assert not any(name.startswith("later") for name in found)


def test_a_transaction_that_commits_late_hides_nothing_and_repeats_nothing(
    city: City,
) -> None:
    """The trap of paging by record time: here writers commit all the while."""
    client = city.client("seller", at="meat")
    post(client, *(report(f"e{n:03}", time=DAY(1 + n % 9)) for n in range(90)))
    stop = threading.Event()

    def write() -> None:
        with httpx.Client(base_url=client.base_url, headers=client.headers, timeout=20) as own:
            for n in range(10_000):
                if stop.is_set():
                    return
                post(own, *(report(f"w{n}.{k}", time=DAY(1 + k % 9)) for k in range(9)))

    writer = threading.Thread(target=write)
    writer.start()
    found = []
    for part in pages(client, limit=10):
        found += part
        if sum(name.startswith("e") for name in found) == 90:
            break
    stop.set()
    writer.join()
    assert len(found) == len(set(found))
    assert {name for name in found if name.startswith("e")} == {f"e{n:03}" for n in range(90)}


def test_filters_hold_together(seller: httpx.Client) -> None:
    post(
        seller,
        report("made", time=DAY(1)),
        report("sold", kind="wholesale", activity="sale", time=DAY(2), to={"party": BUYER}),
        report("shown", kind="retail", activity="sale", time=DAY(3), items=[item(OTHER)]),
        report("kept", kind="logistics", activity="store", time=DAY(4), sector="meat"),
    )
    assert ids(page(seller, kind="wholesale")) == ["sold"]
    assert ids(page(seller, activity="sale")) == ["shown", "sold"]
    assert ids(page(seller, kind="retail", activity="sale")) == ["shown"]
    assert ids(page(seller, sector="meat")) == ["kept"]
    assert ids(page(seller, code="OTHER")) == ["shown"]
    assert ids(page(seller, code=LOT, kind="wholesale")) == ["sold"]
    assert ids(page(seller, code="(01)06901234567892(10)L1")) == ["kept", "sold", "made"]
    assert ids(page(seller, code=LOT, to=DAY(2))) == ["sold", "made"]
    assert ids(page(seller, **{"from": DAY(2), "to": DAY(3)})) == ["shown", "sold"]
    assert ids(page(seller, f"?from={DAY(4)}")) == ["kept"]  # the "+" came as a space
    assert ids(page(seller, code="NOTHING")) == []


def test_pages_by_code_follow_the_same_order(seller: httpx.Client) -> None:
    post(seller, *(report(f"e{n}", time=DAY(1 + n // 3)) for n in range(9)))
    whole = ids(page(seller))
    assert [n for part in pages(seller, limit=2, code=LOT) for n in part] == whole


def test_an_event_that_names_a_code_in_two_roles_is_one_entry(seller: httpx.Client) -> None:
    post(seller, report("rework", activity="process", inputs=[item(LOT)], outputs=[item(LOT)]))
    assert ids(page(seller, code=LOT)) == ["rework"]


def test_an_event_in_error_is_marked_and_keeps_its_place(seller: httpx.Client) -> None:
    post(seller, report("good", time=DAY(1)), report("wrong", time=DAY(2)))
    correction = {"declared_at": DAY(3), "reason": "did_not_occur"}
    post(seller, report("wrong", time=DAY(2), correction=correction))
    told = page(seller)
    assert ids(told) == ["wrong", "good"]
    assert [event["voided"] for event in told["events"]] == [True, False]
    assert told["events"][0]["correction"] == {**correction, "replaced_by": []}


def test_a_correction_that_came_first_stands_for_its_event(seller: httpx.Client) -> None:
    early = report("early", correction={"declared_at": DAY(3)})
    post(seller, early)
    assert [(e["id"], e["voided"]) for e in page(seller)["events"]] == [("early", True)]
    post(seller, report("early"))
    assert [(e["id"], e["voided"]) for e in page(seller)["events"]] == [("early", True)]


def test_a_strangers_correction_voids_nothing(city: City) -> None:
    post(city.client("seller", at="meat"), report("urn:uuid:9dd9c9d2-3fb5-4c39-8f5f-8ec3a8c2b0a4"))
    stranger = report(
        "urn:uuid:9dd9c9d2-3fb5-4c39-8f5f-8ec3a8c2b0a4", correction={"declared_at": DAY(3)}
    )
    post(city.client("buyer", at="meat"), stranger)
    (entry,) = page(city.client("inspector meat", at="meat"))["events"]
    assert (entry["party"], entry["voided"]) == (SELLER, False)


@pytest.mark.parametrize("at", ["meat", "gateway"])
def test_an_enterprise_lists_its_own_events_alone(city: City, at: str) -> None:
    post(
        city.client("department meat", at="meat"), *(report("e", party=p) for p in (SELLER, BUYER))
    )
    seller = city.client("seller", at=at)
    assert [e["party"] for e in page(seller)["events"]] == [SELLER]
    assert [e["party"] for e in page(seller, party=SELLER)["events"]] == [SELLER]
    answer = seller.get("/v1/events", params={"party": BUYER})
    assert (answer.status_code, answer.json()["code"]) == (403, "list_not_yours")


@pytest.mark.parametrize("at", ["meat", "gateway"])
def test_without_a_key_nothing_is_listed(city: City, at: str) -> None:
    answer = city.client(at=at).get("/v1/events")
    assert (answer.status_code, answer.json()["code"]) == (401, "key_required")


def test_an_inspector_sees_the_own_subsystem_whole_and_the_outline_of_others(city: City) -> None:
    sale = report("sale", kind="wholesale", activity="sale", to={"party": BUYER}, extra={"p": "9"})
    post(city.client("seller", at="meat"), sale)
    (own,) = page(city.client("inspector meat"))["events"]
    assert (own["to"]["party"], own["extra"], own["redacted"]) == (BUYER, {"p": "9"}, [])
    (others,) = page(city.client("inspector food"), party=SELLER)["events"]
    assert (others["party"], others["time"], others["activity"]) == (SELLER, DAY(1), "sale")
    assert (others["to"], others["extra"], others["items"][0]["quantity"]) == (None, {}, None)
    assert {"to", "extra"} <= set(others["redacted"])
    assert page(city.client("city"))["events"][0]["extra"] == {"p": "9"}


def test_the_gateways_pages_join_every_subsystem_in_one_order(city: City) -> None:
    gate = city.client("department food"), city.client("department meat")
    for n in range(10):
        post(gate[n % 2], report(f"e{n}", party=SELLER, time=DAY(1 + n * 7 % 10)))
    whole = [f"e{n}" for n in sorted(range(10), key=lambda n: -(n * 7 % 10))]
    reader = city.client("city")
    for limit in (1, 3, 10):
        assert [n for part in pages(reader, limit=limit) for n in part] == whole
    assert {s["subsystem"]: s["status"] for s in page(reader)["sources"]} == dict.fromkeys(
        ("food", "meat", "imports"), "answered"
    )


def test_one_event_in_two_subsystems_is_one_entry_with_both(city: City) -> None:
    for department in ("food", "meat"):
        post(city.client(f"department {department}"), report("same", party=SELLER))
    (entry,) = page(city.client("city"))["events"]
    assert (entry["id"], entry["subsystem"]) == ("same", ["food", "meat"])


def test_a_silent_subsystem_is_named_and_its_events_come_when_it_answers(city: City) -> None:
    for department in ("food", "meat"):
        client = city.client(f"department {department}")
        post(client, *(report(f"{department}{n}", party=SELLER, time=DAY(1 + n)) for n in range(4)))
    reader = city.client("city")
    with stopped(city, "meat"):
        first = page(reader, limit=2)
    assert ids(first) == ["food3", "food2"]
    assert not first["complete"]
    assert {s["subsystem"]: s["status"] for s in first["sources"]}["meat"] == "down"
    rest = page(reader, after=first["next"])
    assert rest["complete"]
    assert sorted(ids(rest)) == ["food0", "food1", "meat0", "meat1", "meat2", "meat3"]


def test_through_the_gateway_a_subsystems_link_leads_back_through_the_gateway(city: City) -> None:
    client = city.client("seller")
    post(client, *(report(f"e{n}", time=DAY(1 + n)) for n in range(3)))
    first = client.get("/meat/v1/events", params={"limit": 2})
    second = client.get(first.links["next"]["url"])
    assert (ids(first.json()), ids(second.json())) == (["e2", "e1"], ["e0"])
    assert "cursor" in second.json()["events"][0]


@pytest.mark.parametrize(
    ("params", "pointer", "code"),
    [
        ({"after": "nonsense"}, "/query/after", "cursor_malformed"),
        ({"after": "A" * 200}, "/query/after", "cursor_malformed"),
        ({"after": "é"}, "/query/after", "cursor_malformed"),
        ({"limit": "0"}, "/query/limit", "parameter_out_of_range"),
        ({"limit": "1001"}, "/query/limit", "parameter_out_of_range"),
        ({"kind": "magic"}, "/query/kind", "unknown_word"),
        ({"activity": "levitate"}, "/query/activity", "unknown_word"),
        ({"sector": "space"}, "/query/sector", "unknown_word"),
        ({"from": "2026-03-01T08:00:00"}, "/query/from", "time_no_offset"),
        ({"from": DAY(2), "to": DAY(1)}, "/query/from", "list_window_empty"),
        ({"code": "(01)06901234567891"}, "/query/code", "check_digit"),
        ({"code": "06901234567892"}, "/query/code", "list_of_class"),
        ({"code": "A\x00B"}, "/query/code", "code_text"),
        ({"colour": "red"}, "/query/colour", "parameter_unknown"),
    ],
)
def test_a_wrong_question_is_422_and_names_the_parameter(
    seller: httpx.Client, params: dict[str, str], pointer: str, code: str
) -> None:
    answer = seller.get("/v1/events", params=params)
    assert answer.status_code == 422, answer.text
    assert [place for place, _ in faults(answer)] == [pointer]
    if code not in ("check_digit", "code_text"):  # the codes' own words
        assert faults(answer) == [(pointer, code)]
