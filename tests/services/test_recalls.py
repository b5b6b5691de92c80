"""``/v1/recalls``: from a department's request to the shopper's phone."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.city import BUYER, SELLER, City
from tests.services.recalls import (
    BOX,
    MADE,
    MADE_LOT,
    OTHER_LOT,
    PLANT,
    PROPOSAL,
    SERIAL,
    SHOP,
    SOURCE,
    SOURCE_LOT,
    Recall,
    event,
    report,
    trade,
    wait,
)
from tests.services.reports import item

HTML = {"Accept": "text/html"}
BANNER = "此产品已被召回"
FROM_SOURCE = "此产品的原料或上游批次已被召回"


def key(element_string: str) -> str:
    ai, gtin, lot = element_string[1:].replace("(10)", ")").split(")")
    return f"https://id.gs1.org/{ai}/{gtin}/10/{lot}"


@pytest.fixture
def approver(city: City) -> httpx.Client:
    return city.client("city", at="meat")


def page(city: City, code: str, at: str = "meat") -> str:
    path = code.removeprefix("https://id.gs1.org") if "id.gs1.org" in code else f"/t/{code}"
    return city.client(at=at).get(path, headers=HTML, follow_redirects=True).text


def test_a_recall_reaches_what_was_made_and_who_holds_it(
    city: City, department: httpx.Client
) -> None:
    trade(city)
    recall = Recall(department)
    shown = recall.scoped()
    assert (shown["state"], shown["holes"], shown["things"]) == ("previewed", [], 3)
    things = recall.things()
    assert set(things) == {key(SOURCE_LOT), key(MADE_LOT), SERIAL}
    made = things[key(MADE_LOT)]
    assert (made["holder"], made["place"], made["level"]) == (SELLER, PLANT, "lot")
    assert (made["worst_case"], made["pro_rata"], made["unit"]) == ("90", "36.0", "KGM")
    balances = {(b["place"], b["quantity"]) for b in shown["balances"]}
    assert {(p.rpartition(":")[2], q) for p, q in balances} == {(PLANT, "30"), (SHOP, "30")}
    assert [step["action"] for step in shown["steps"]] == ["propose", "scoped"]


def test_the_page_of_everything_it_reaches_shows_it_within_two_seconds(
    city: City, department: httpx.Client, approver: httpx.Client
) -> None:
    trade(city)
    recall = Recall(department, advice={"zh": "请停止食用"}, phone="0592-0000000")
    recall.scoped()
    assert BANNER not in page(city, key(SOURCE_LOT))
    recall.publish(approver)
    published = time.monotonic()
    wait(lambda: BANNER in page(city, key(SOURCE_LOT)) or None, 2)
    assert time.monotonic() - published < 2
    assert "检出沙门氏菌" in page(city, key(SOURCE_LOT))
    assert "请停止食用" in page(city, key(SOURCE_LOT))
    for code in (key(MADE_LOT), SERIAL):
        assert FROM_SOURCE in page(city, code)
    assert "召回" not in page(city, key(OTHER_LOT)).partition("12315")[0]


def test_a_serial_of_a_recalled_lot_and_the_contents_of_a_recalled_box_are_recalled(
    city: City, department: httpx.Client, approver: httpx.Client
) -> None:
    trade(city)
    Recall(department, codes=[MADE_LOT]).publish(approver)
    wait(lambda: BANNER in page(city, SERIAL) or None, 3)
    city.empty()
    trade(city)
    box = Recall(department, codes=[BOX])
    box.scoped()
    assert SERIAL in box.things()
    box.publish(approver)
    wait(lambda: BANNER in page(city, SERIAL) or None, 3)


def test_nobody_approves_what_was_found_anew_since_he_looked(
    city: City, department: httpx.Client, approver: httpx.Client
) -> None:
    trade(city)
    recall = Recall(department)
    looked_at = recall.scoped()["steps"][-1]["number"]
    assert recall.step("rescope", department).status_code == 200
    assert recall.scoped()["steps"][-1]["number"] == 4
    path = f"{recall.path}/approve"
    moved = approver.post(path, json={"step": looked_at})
    assert (moved.status_code, moved.json()["code"]) == (409, "recall_moved")
    assert (moved.json()["step"], moved.json()["action"]) == (4, "scoped")
    for wrong in (0, -1, True, "4", 1.5, 2**70):
        refused = approver.post(path, json={"step": wrong})
        assert refused.status_code == 422, wrong
        assert [e["pointer"] for e in refused.json()["errors"]] == ["/step"]
    assert approver.post(path, json={"step": 4}).status_code == 200


def test_what_is_made_of_it_tomorrow_is_recalled_too(
    city: City, department: httpx.Client, approver: httpx.Client
) -> None:
    trade(city)
    Recall(department).publish(approver)
    later = f"(01){MADE}(10)M2"
    report(
        city,
        "seller",
        event(9, "production", "process", inputs=[item(SOURCE_LOT)], outputs=[item(later)]),
    )
    wait(lambda: FROM_SOURCE in page(city, key(later)) or None, 3)


def test_a_recall_with_a_window_covers_what_its_scope_found_and_nothing_else(
    city: City, department: httpx.Client, approver: httpx.Client
) -> None:
    trade(city)
    later = f"(01){MADE}(10)M2"
    report(
        city,
        "seller",
        event(9, "production", "process", inputs=[item(SOURCE_LOT)], outputs=[item(later)]),
    )
    recall = Recall(department, to="2026-03-05T00:00:00+08:00", reason={"zh": "三月四日前的产品"})
    recall.publish(approver)
    assert key(later) not in recall.things()
    wait(lambda: "三月四日前的产品" in page(city, key(MADE_LOT)) or None, 3)
    assert "三月四日前的产品" not in page(city, key(later))


def test_a_makers_lot_number_is_enough(city: City, department: httpx.Client) -> None:
    trade(city)
    recall = Recall(department, codes=None, party=SELLER, lot="M1")
    shown = recall.scoped()
    assert shown["codes"] == [key(MADE_LOT)]
    assert (shown["party"], shown["lot"]) == (SELLER, "M1")
    assert SERIAL in recall.things()


def test_a_lot_that_the_maker_never_reported_is_told(city: City, department: httpx.Client) -> None:
    trade(city)
    for party, lot in ((BUYER, "M1"), (SELLER, "M")):
        body = {**PROPOSAL, "party": party, "lot": lot}
        del body["codes"]
        answer = department.post("/v1/recalls", json=body)
        assert answer.status_code == 422
        assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [
            ("/lot", "lot_unknown")
        ]


def test_a_second_person_approves(city: City, department: httpx.Client) -> None:
    trade(city)
    recall = Recall(department)
    recall.scoped()
    refused = recall.step("approve", department)
    assert (refused.status_code, refused.json()["code"]) == (403, "recall_same_person")
    assert recall.step("approve", city.client("city", at="meat")).status_code == 200


def test_of_two_who_approve_at_once_one_is_told_that_it_is_done(
    city: City, department: httpx.Client, approver: httpx.Client
) -> None:
    trade(city)
    recall = Recall(department)
    recall.scoped()
    with ThreadPoolExecutor(4) as pool:
        clients = [city.client("city", at="meat") for _ in range(4)]
        answers = list(pool.map(lambda client: recall.step("approve", client), clients))
    assert sorted(a.status_code for a in answers) == [200, 409, 409, 409]
    assert [s["action"] for s in recall.shown()["steps"]] == ["propose", "scoped", "approve"]


def test_steps_follow_each_other(
    city: City, department: httpx.Client, approver: httpx.Client
) -> None:
    trade(city)
    recall = Recall(department)
    recall.scoped()
    too_soon = recall.step("publish", department)
    assert (too_soon.status_code, too_soon.json()["code"]) == (409, "recall_state")
    assert recall.step("approve", approver).status_code == 200
    assert recall.step("publish", department).status_code == 200
    waiting = recall.step("close", department, "done")
    assert (waiting.status_code, waiting.json()["code"]) == (409, "recall_not_acknowledged")
    for name in ("seller", "buyer"):
        client = city.client(name, at="meat")
        for notice in client.get("/v1/notices", params={"open": "true"}).json()["notices"]:
            assert client.post(f"/v1/notices/{notice['recall']}/acknowledge").status_code == 200
    assert recall.step("close", department, "everything is back").status_code == 200
    wait(lambda: BANNER in page(city, key(SOURCE_LOT)) or None, 3)
    assert recall.step("lift", department, "the sample was mixed up").status_code == 200
    wait(lambda: BANNER not in page(city, key(SOURCE_LOT)) or None, 3)


def test_holders_are_told_and_nobody_else(
    city: City, department: httpx.Client, approver: httpx.Client
) -> None:
    trade(city)
    Recall(department).publish(approver)
    told = {
        name: city.client(name, at="meat").get("/v1/notices").json()["notices"]
        for name in ("seller", "buyer")
    }
    assert [(n["party"], n["things"]) for n in told["buyer"]] == [(BUYER, 1)]
    assert [(n["party"], n["things"]) for n in told["seller"]] == [(SELLER, 2)]
    assert told["buyer"][0]["about"]["reason"]["en"] == "Salmonella was found"
    assert told["buyer"][0]["about"]["codes"] == [key(SOURCE_LOT)]


def test_a_drill_is_shown_to_nobody(
    city: City, department: httpx.Client, approver: httpx.Client
) -> None:
    trade(city)
    recall = Recall(department, drill=True)
    recall.publish(approver)
    assert recall.shown()["state"] == "published"
    assert city.client("buyer", at="meat").get("/v1/notices").json() == {"notices": []}
    in_force = city.client(at="meat").get("/v1/recalls/in-force").json()
    assert in_force == {"recalls": []}
    time.sleep(1.2)
    assert BANNER not in page(city, key(SOURCE_LOT))


def test_the_clocks_run_from_the_publication(
    city: City, department: httpx.Client, approver: httpx.Client
) -> None:
    trade(city)
    recall = Recall(department, level=2)
    assert recall.scoped()["must_start_by"] is None
    recall.publish(approver)
    shown = recall.shown()
    published = next(s["at"] for s in shown["steps"] if s["action"] == "publish")
    assert shown["must_start_by"] > published
    assert shown["must_end_by"] > shown["must_start_by"]


def test_a_station_that_spreads_takes_with_it_whatever_was_made_there_until_it_was_cleaned(
    city: City, department: httpx.Client
) -> None:
    trade(city)
    before, same, clean = (f"(01){MADE}(10)B{n}" for n in range(3))
    for day, lot in ((1, before), (3, same), (8, clean)):
        made = event(day, "production", "process", inputs=[item(OTHER_LOT)], outputs=[item(lot)])
        made["time"] = made["time"].replace("08:00:00+08", "07:00:00+08")
        report(city, "seller", made)
    station = {"place": PLANT, "spreads": True, "cleaned_at": "2026-03-07T00:00:00+08:00"}
    recall = Recall(department, stations=[station])
    recall.scoped()
    things = set(recall.things())
    assert {key(same), key(MADE_LOT)} <= things
    assert not {key(before), key(clean)} & things


def test_nothing_is_followed_through_a_station_that_kills(
    city: City, department: httpx.Client
) -> None:
    trade(city)
    recall = Recall(department, stations=[{"place": PLANT, "kills": True}])
    recall.scoped()
    assert set(recall.things()) == {key(SOURCE_LOT)}


def test_everybody_may_read_what_is_in_force_and_nothing_of_who_holds_it(
    city: City, department: httpx.Client, approver: httpx.Client
) -> None:
    trade(city)
    Recall(department).publish(approver)
    shown = wait(
        lambda: city.client(at="meat").get("/v1/recalls/in-force").json()["recalls"] or None
    )
    assert set(shown[0]) == {
        *("id", "home", "state", "drill", "codes", "level", "stop_sale", "reason", "advice"),
        *("party", "lot"),
        *("phone", "bounded", "closed", "published_at"),
    }


RIGHTS = pytest.mark.parametrize(
    ("who", "status"),
    [(None, 401), ("seller", 403), ("inspector meat", 403), ("department food", 403)],
)


@RIGHTS
def test_who_may_not_recall_is_refused_before_a_byte_is_read(
    city: City, who: str | None, status: int
) -> None:
    answer = city.client(who, at="meat").post("/v1/recalls", content=b"{")
    assert answer.status_code == status


@RIGHTS
def test_who_may_not_recall_sees_no_recall(
    city: City, department: httpx.Client, who: str | None, status: int
) -> None:
    trade(city)
    recall = Recall(department)
    recall.scoped()
    client = city.client(who, at="meat")
    for path in ("", "/things", "/notices"):
        assert client.get(recall.path + path).status_code == status
    for name in ("approve", "publish", "withdraw"):
        assert recall.step(name, client, "x").status_code == status


BAD: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    ({"codes": []}, [("/codes", "recall_codes")]),
    ({"codes": "L1"}, [("/codes", "recall_codes")]),
    ({"codes": [SOURCE_LOT] * 101}, [("/codes", "recall_codes")]),
    ({"codes": [f"(01){SOURCE}"]}, [("/codes/0", "reach_of_class")]),
    ({"codes": ["(01)06901234567893(10)L1"]}, [("/codes/0/code", "check_digit")]),
    ({"level": 4}, [("/level", "recall_level")]),
    ({"level": True}, [("/level", "recall_level")]),
    ({"reason": {}}, [("/reason", "names_missing")]),
    ({"reason": None}, [("/reason", "missing")]),
    ({"drill": "yes"}, [("/drill", "not_truth")]),
    ({"colour": "red"}, [("/colour", "unknown_field")]),
    (
        {"from": "2026-03-02T00:00:00+08:00", "to": "2026-03-01T00:00:00+08:00"},
        [("/to", "window_reversed")],
    ),
    ({"to": "2026-03-01"}, [("/to", "time_malformed")]),
    ({"stations": [{"place": PLANT}]}, [("/stations/0", "recall_station")]),
    ({"stations": [{"spreads": True}]}, [("/stations/0/place", "missing")]),
    ({"stations": {}}, [("/stations", "recall_stations")]),
    ({"party": SELLER}, [("/lot", "missing"), ("/codes", "codes_or_lot")]),
    ({"party": SELLER, "lot": "M1"}, [("/codes", "codes_or_lot")]),
]


@pytest.mark.parametrize(("more", "wrong"), BAD, ids=lambda x: str(x)[:30])
def test_every_fault_of_a_proposal_is_told(
    department: httpx.Client, more: dict[str, Any], wrong: list[tuple[str, str]]
) -> None:
    answer = department.post("/v1/recalls", json={**PROPOSAL, **more})
    assert answer.status_code == 422, answer.text
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == wrong


def test_a_recall_that_is_not_there_is_404(department: httpx.Client) -> None:
    for path in ("00000000-0000-4000-8000-000000000000", "nonsense"):
        assert department.get(f"/v1/recalls/{path}").status_code == 404


def test_a_withdrawn_recall_is_gone_for_good(city: City, department: httpx.Client) -> None:
    trade(city)
    recall = Recall(department)
    recall.scoped()
    assert recall.step("withdraw", department, "false alarm").status_code == 200
    assert recall.step("approve", city.client("city", at="meat")).status_code == 409
    no_reason = recall.step("withdraw", department)
    assert no_reason.status_code == 422
