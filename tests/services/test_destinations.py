"""``GET /v1/destinations/{code}``: every unit of a batch counted where it is now."""

from __future__ import annotations

from typing import Any

from suyuan.domain.codes import Code
from suyuan.domain.destinations import Holder, Tally, locate, product_of
from suyuan.domain.naming import Known
from suyuan.domain.reach import Last, Reached
from tests.build import at
from tests.city import BUYER, SELLER, City
from tests.services.reports import item, report

GTIN = "06901234567892"
BATCH = f"https://id.gs1.org/01/{GTIN}/10/B1"


def unit(number: int) -> str:
    return f"(01){GTIN}(10)B1(21){number}"


def tell(city: City, *events: dict[str, Any], who: str = "seller") -> None:
    answer = city.client(who, at="meat").post("/v1/events", json=list(events))
    assert answer.status_code == 200, answer.text


def destinations(city: City, **query: Any) -> dict[str, Any]:
    answer = city.client("city").get(f"/meat/v1/destinations/{BATCH}", params=query)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def made_and_moved(city: City) -> None:
    units = [item(unit(n)) for n in range(6)]
    made = report("made", activity="commission", items=units, place="350203001")
    sent = report(
        "sent",
        kind="wholesale",
        activity="sale",
        time="2026-03-02T08:00:00+08:00",
        items=units[:4],
        place="350203001",
        to={"party": BUYER, "place": "350206002"},
    )
    tell(city, made, sent)
    came = report(
        "came",
        kind="wholesale",
        activity="entry",
        time="2026-03-03T08:00:00+08:00",
        items=units[:3],
        place="350206002",
        **{"from": {"party": SELLER}},
    )
    sold = report(
        "sold",
        kind="retail",
        activity="dispense",
        time="2026-03-04T08:00:00+08:00",
        items=units[:1],
        place="350206002",
    )
    tell(city, came, sold, who="buyer")


def test_every_unit_is_counted_once_where_it_is_now(city: City) -> None:
    made_and_moved(city)
    told = destinations(city)
    assert (told["units"], told["lots"], told["complete"]) == (6, 0, True)
    states = ("district", "units", "at", "in_transit", "ended")
    assert [tuple(d[s] for s in states) for d in told["districts"]] == [
        ("350206", 4, 2, 1, 1),
        ("350203", 2, 2, 0, 0),
    ]
    assert told["districts"][0]["name"] == "福建省厦门市湖里区"
    assert [(e["party"], e["place"], e["units"]) for e in told["enterprises"]] == [
        (BUYER, "350206002", 4),
        (SELLER, "350203001", 2),
    ]
    assert told["products"] == [{"product": f"https://id.gs1.org/01/{GTIN}", "units": 6}]


def test_as_of_an_earlier_day_they_were_elsewhere(city: City) -> None:
    made_and_moved(city)
    told = destinations(city, as_of="2026-03-01T12:00:00+08:00")
    assert [(d["district"], d["units"]) for d in told["districts"]] == [("350203", 6)]


def test_what_is_too_much_is_cut_and_says_so(city: City) -> None:
    made_and_moved(city)
    told = destinations(city, max_things=3)
    assert (told["complete"], told["cut"]) == (False, ["max_things"])
    assert told["units"] + told["lots"] == 3


def test_a_class_of_products_has_no_destination(city: City) -> None:
    answer = city.client("city").get(f"/meat/v1/destinations/{GTIN}")
    assert answer.status_code == 422


def test_each_packaging_level_of_a_drug_is_a_product_of_its_own() -> None:
    assert product_of("urn:suyuan:cn:83857930000879766660") == "8385793"
    assert product_of(f"https://id.gs1.org/01/{GTIN}/10/B1/21/7").endswith(GTIN)


def test_a_holder_without_a_register_is_placed_by_its_code() -> None:
    nothing = Known()
    assert locate(Holder("urn:suyuan:cn:91350203MA00000005", None), nothing).district == "350203"
    assert locate(Holder(None, "urn:suyuan:cn:350206002"), nothing).district == "350206"
    assert locate(Holder("urn:suyuan:a:b", None), nothing).district is None


def test_what_nothing_is_known_of_is_counted_as_unknown() -> None:
    tally = Tally()
    tally.add([Reached(Code("a").key, False, None)])
    known = Last(at(1), 0, "e", "p", 0, False, None, 0, None, None)
    tally.add([Reached("b", False, known)])
    assert (tally.units, tally.unknown, len(tally.holders)) == (2, 1, 1)
