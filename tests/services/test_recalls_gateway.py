"""Recalls at the gateway: over all departments, with one of them silent, on every page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from suyuan.wire.notices import read_inbox
from tests.city import BUYER, SELLER, City
from tests.services.recalls import (
    MADE,
    MADE_LOT,
    OTHER_LOT,
    PLANT,
    SERIAL,
    SOURCE_LOT,
    Recall,
    event,
    report,
    trade,
    wait,
)
from tests.services.reports import item
from tests.services.test_recalls import BANNER, FROM_SOURCE, key, page

SOLD_ON = f"(01){MADE}(10)F1"


def trade_over_two(city: City) -> None:
    """The sausages of meat's L1 are made into a dish in food."""
    trade(city)
    report(
        city,
        "buyer",
        event(
            7, "production", "process", inputs=[item(MADE_LOT, "9")], outputs=[item(SOLD_ON, "9")]
        ),
        at="food",
    )


@contextmanager
def stopped(city: City, name: str) -> Iterator[None]:
    city.served[name].stop()
    try:
        yield
    finally:
        city.served[name].start()


def test_the_citys_recall_reaches_over_departments(city: City) -> None:
    trade_over_two(city)
    recall = Recall(city.client("city"))
    shown = recall.scoped()
    assert (shown["state"], shown["holes"], shown["counted"]) == ("previewed", [], True)
    things = recall.things()
    assert {key(SOURCE_LOT), key(MADE_LOT), key(SOLD_ON), SERIAL} == set(things)
    lasts = {code: (told["state"], told["holder"], told["place"]) for code, told in things.items()}
    assert lasts[key(SOLD_ON)] == ("at", BUYER, PLANT)
    assert lasts[SERIAL] == ("at", SELLER, PLANT)
    assert {h["party"] for h in shown["holders"]} == {SELLER, BUYER}


def test_what_a_silent_department_may_know_is_a_hole_until_it_answers(city: City) -> None:
    trade_over_two(city)
    with stopped(city, "food"):
        recall = Recall(city.client("city"))
        shown = recall.scoped()
        assert [h["subsystem"] for h in shown["holes"]] == ["food"]
        assert key(SOLD_ON) not in recall.things()
        refused = recall.step("approve", city.client("department meat"))
        assert refused.status_code == 404  # the city's recall is no department's
    again = recall.step("rescope", city.client("city"))
    assert again.status_code == 200
    healed = recall.scoped()
    assert (healed["holes"], healed["holes_open"]) == ([], 0)
    assert key(SOLD_ON) in recall.things()


def test_a_hole_is_answered_for_by_somebody_with_a_reason(city: City) -> None:
    trade_over_two(city)
    department = city.client("department meat")
    with stopped(city, "food"):
        recall = Recall(department)
        recall.scoped()
        refused = recall.step("approve", city.client("city"))
        assert (refused.status_code, refused.json()["code"]) == (409, "recall_holes_open")
        path = f"{recall.path}/holes/1/sign-off"
        assert department.post(path).status_code == 422
        assert department.post(path, json={"note": "called them"}).status_code == 200
        assert recall.step("approve", city.client("city")).status_code == 200
        assert recall.shown()["holes"][0]["signed_off_by"] == "department:meat"
        for number in (-1, 0, 9, 2**31, 10**20):
            unknown = department.post(f"{recall.path}/holes/{number}/sign-off", json={"note": "x"})
            assert (unknown.status_code, unknown.json()["code"]) == (404, "hole_unknown")


def test_a_departments_own_recall_shows_on_the_citys_pages(city: City) -> None:
    trade_over_two(city)
    department = city.client("department meat", at="meat")
    Recall(department).publish(city.client("city", at="meat"))
    wait(lambda: BANNER in page(city, key(SOURCE_LOT), "gateway") or None, 3)
    assert FROM_SOURCE in page(city, key(SOLD_ON), "gateway")
    assert BANNER not in page(city, key(OTHER_LOT), "gateway")
    with stopped(city, "meat"):
        wait(lambda: "meat" in page(city, key(SOLD_ON), "gateway") or None, 3)
        assert "已被召回" in page(city, key(SOURCE_LOT), "gateway")


def test_a_bounded_recall_of_a_department_is_asked_of_it(city: City) -> None:
    trade(city)
    department = city.client("department meat", at="meat")
    told = {"zh": "限期召回"}
    recall = Recall(department, to="2026-03-02T12:00:00+08:00", reason=told)
    recall.publish(city.client("city", at="meat"))
    wait(lambda: "限期召回" in page(city, key(MADE_LOT), "gateway") or None, 3)
    assert "限期召回" not in page(city, key(OTHER_LOT), "gateway")


def test_a_makers_lot_number_is_found_in_whichever_department_knows_it(city: City) -> None:
    trade_over_two(city)
    recall = Recall(city.client("city"), codes=None, party=BUYER, lot="F1")
    assert recall.scoped()["codes"] == [key(SOLD_ON)]
    with stopped(city, "food"):
        told = {"party": BUYER, "lot": "F1", "level": 1, "reason": {"en": "x"}}
        silent = city.client("city").post("/v1/recalls", json=told)
        assert (silent.status_code, silent.json()["code"]) == (503, "register_holder_silent")


def test_a_silent_departments_recall_outlives_a_restart_of_the_gateway(city: City) -> None:
    trade(city)
    recall = Recall(city.client("department meat", at="meat"))
    recall.publish(city.client("city", at="meat"))
    wait(lambda: BANNER in page(city, key(SOURCE_LOT), "gateway") or None, 3)
    with stopped(city, "meat"):
        with stopped(city, "gateway"):
            pass
        told = city.client().get("/v1/recalls/in-force").json()["recalls"]
        assert [one["home"] for one in told] == ["meat"]
        assert "已被召回" in page(city, key(SOURCE_LOT), "gateway")
    assert recall.step("lift", city.client("city", at="meat"), note="ended").status_code == 200
    wait(lambda: BANNER not in page(city, key(SOURCE_LOT), "gateway") or None, 5)


def test_when_a_department_last_answered_outlives_a_restart_of_the_gateway(city: City) -> None:
    def meat() -> dict[str, Any]:
        found: list[dict[str, Any]] = city.client().get("/v1/subsystems").json()["subsystems"]
        return next(told for told in found if told["id"] == "meat")

    wait(lambda: meat()["watermark"], 5)
    with stopped(city, "meat"):
        with stopped(city, "gateway"):
            pass
        told = meat()
    assert (told["state"], told["ms"]) == ("down", None)
    assert told["last_answer"] is not None


def test_an_enterprise_has_one_inbox_over_all_departments(city: City) -> None:
    trade(city)
    holder, official = city.client("seller"), city.client("city")
    own = Recall(city.client("department meat", at="meat"))
    own.publish(city.client("city", at="meat"))
    over_all = Recall(city.client("department meat"))
    over_all.publish(official)
    told = holder.get("/v1/notices").json()
    assert told["complete"] is True
    ids = [one["recall"] for one in told["notices"]]
    assert ids == [over_all.path.rpartition("/")[2], own.path.rpartition("/")[2]]
    assert [one["subsystem"] for one in told["notices"]] == [None, "meat"]
    there = city.client("seller", at="meat").get("/v1/notices").json()["notices"][0]
    assert told["notices"][1] == {**there, "subsystem": "meat"}
    for one in ids:
        assert holder.post(f"/v1/notices/{one}/acknowledge").status_code == 200
    assert holder.get("/v1/notices", params={"open": "true"}).json()["notices"] == []
    assert own.shown()["waiting"] == 1
    with stopped(city, "meat"):
        told = holder.get("/v1/notices").json()
        assert (told["complete"], len(told["notices"])) == (False, 1)
        silent = holder.post(f"/v1/notices/{ids[1]}/acknowledge")
        assert (silent.status_code, silent.json()["code"]) == (503, "notice_holder_silent")
    nobodys = holder.post("/v1/notices/00000000-0000-4000-8000-000000000000/acknowledge")
    assert (nobodys.status_code, nobodys.json()["code"]) == (404, "notice_unknown")


def test_a_department_that_makes_up_an_inbox_tells_of_its_own_recalls_alone() -> None:
    about = {
        **dict.fromkeys(("party", "lot", "advice", "phone")),
        "id": "00000000-0000-4000-8000-000000000000",
        "home": "meat",
        "state": "published",
        "drill": False,
        "codes": ["L1"],
        "level": 1,
        "stop_sale": False,
        "reason": {"zh": "x"},
    }
    notice = {
        "recall": about["id"],
        "party": SELLER,
        "things": 1,
        "attempts": 0,
        "problem": None,
        "told_at": "2026-03-01T00:00:00Z",
        "acknowledged_at": None,
        "delivered_at": None,
        "about": about,
    }
    body = json.dumps({"notices": [notice, {**notice, "about": {**about, "home": "food"}}]})
    assert [one.about.home for one in read_inbox(body.encode(), "meat")] == ["meat"]
    for wrong in (b"", b"[]", b'{"notices": [{}]}', b"[" * 100_000, b'{"notices": "x"}'):
        with pytest.raises(ValueError, match="no inbox"):
            read_inbox(wrong, "meat")
