"""Events that are corrected, repeated or contested: over HTTP, in one subsystem and over three."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests.city import BUYER, SELLER, City
from tests.services.telling import MORNING, Telling, day, event, items, spread

APPLE, BOX = f"urn:suyuan:{SELLER}:APPLE", f"urn:suyuan:{SELLER}:BOX"
LOT = "(01)06901234567892(10)L1"
GLOBAL = "urn:uuid:0d6b0a5e-8f4b-4ffb-9fd7-4f9b5e7c1a11"
WRONG = {"declared_at": MORNING, "reason": "did_not_occur"}


def pack(event_id: str, at: float, activity: str = "pack") -> dict[str, Any]:
    children = [{"code": APPLE}]
    return event(event_id, at, activity=activity, parent=BOX, children=children)


@pytest.fixture
def tell(city: City, subsystems: list[str]) -> Telling:
    return Telling(city, subsystems)


@spread
def test_a_correction_voids_from_its_record_time_on(tell: Telling) -> None:
    tell(pack("pack", 0), event("trip", 1, BOX))
    assert tell.ids(APPLE) == ["pack", "trip"]
    before = tell.chain(APPLE)["generated_at"]
    tell(pack("pack", 0) | {"correction": WRONG})
    assert tell.ids(APPLE) == []
    assert tell.ids(BOX) == ["trip"]
    assert tell.ids(APPLE, known_at=before) == ["pack", "trip"]


@spread
def test_a_correction_may_come_before_its_original(tell: Telling) -> None:
    tell(event("e", 0, APPLE) | {"correction": WRONG}, event("other", 1, APPLE))
    tell(event("e", 0, APPLE))
    assert tell.ids(APPLE) == ["other"]


@spread
def test_a_voided_unpacking_leaves_the_thing_inside(tell: Telling) -> None:
    out = pack("out", 1, "unpack")
    tell(pack("in", 0), out, event("trip", 2, BOX))
    assert tell.ids(APPLE) == ["in", "out"]
    tell(out | {"correction": WRONG})
    assert tell.ids(APPLE) == ["in", "trip"]


@spread
def test_what_was_voided_and_reported_anew_is_the_original(tell: Telling) -> None:
    tell(pack("in", 0), event("trip", 1, BOX), pack("out", 2, "unpack"), event("on", 3, BOX))
    before = tell.ids(APPLE)
    tell(pack("in", 0) | {"correction": WRONG | {"replaced_by": ["in-2"]}}, pack("in-2", 0))
    assert tell.ids(APPLE) == [i.replace("in", "in-2") for i in before]


@spread
def test_a_stranger_voids_nothing_and_is_a_conflict(tell: Telling) -> None:
    tell(event(GLOBAL, 0, LOT))
    told = event(GLOBAL, 0, LOT, party=BUYER)
    tell(told | {"correction": WRONG}, by="buyer")
    assert tell.ids(LOT) == [GLOBAL]
    assert "conflict" in {kind for kind, _ in tell.findings(LOT)}


@spread
def test_a_department_voids_what_an_enterprise_reported(
    city: City, tell: Telling, subsystems: list[str]
) -> None:
    tell(event("e", 0, APPLE), event("other", 1, APPLE))
    at = subsystems[0]
    answer = city.client(f"department {at}", at=at).post(
        "/v1/events", json=event("e", 0, APPLE) | {"correction": WRONG}
    )
    assert answer.status_code == 200, answer.text
    assert tell.ids(APPLE) == ["other"]
    assert "conflict" not in {kind for kind, _ in tell.findings(APPLE)}


@spread
def test_repeating_a_report_changes_nothing(tell: Telling) -> None:
    first = event("e", 0, APPLE)
    tell(first, first, first, first)
    assert tell.ids(APPLE) == ["e"]


@spread
def test_two_who_tell_the_same_event_are_two_sources_of_one(tell: Telling) -> None:
    told = event(GLOBAL, 0, LOT)
    tell(told)
    tell(told | {"party": BUYER}, by="buyer")
    (one,) = tell.chain(LOT)["events"]
    assert (one["said_by"], one["standing"]) == ("both", "evidenced")


@spread
def test_one_id_with_two_contents_is_a_conflict_and_none_wins(tell: Telling) -> None:
    told = event(GLOBAL, 0, LOT)
    tell(told)
    tell(told | {"party": BUYER, "time": day(1)}, by="buyer")
    assert len(tell.ids(LOT)) == 2
    assert "conflict" in {kind for kind, _ in tell.findings(LOT)}


@spread
def test_a_movement_is_asserted_until_the_other_side_or_a_document_tells_it(tell: Telling) -> None:
    trade = {"kind": "wholesale", "from": {"party": SELLER}, "to": {"party": BUYER}}
    sale = event("sale", 1, LOT, activity="sale", **trade)
    entry = event("entry", 2, LOT, activity="entry", **trade) | {"party": BUYER}
    tell(sale)
    assert ("asserted", "sale") in tell.findings(LOT)
    assert tell.chain(LOT)["events"][0]["standing"] == "asserted"
    tell(entry, by="buyer")
    assert "asserted" not in {kind for kind, _ in tell.findings(LOT)}
    assert {e["standing"] for e in tell.chain(LOT)["events"]} == {"evidenced"}


@spread
def test_an_entry_that_nobody_sent_bears_the_signs_of_an_invented_one(tell: Telling) -> None:
    entry = {
        **event("entry", 1, kind="wholesale", activity="entry"),
        "items": [{"code": LOT, "quantity": "100", "unit": "KGM"}],
        "place": "350203001",
        "product": {"origin": "350203"},
        "extra": {"price": "0"},
    }
    tell(entry)
    (found,) = (f for f in tell.chain(LOT)["findings"] if f["type"] == "asserted")
    assert "价格为零" in found["detail"]
    assert "产地" in found["detail"]
    papers = [{"type": "quarantine_certificate", "number": "Q1"}]
    tell({**entry, "id": "entry-2", "time": day(2), "documents": papers})
    assert {e for kind, e in tell.findings(LOT) if kind == "asserted"} == {"entry"}


@spread
def test_one_instant_has_the_order_add_observe_delete_transformation_then_id(
    tell: Telling,
) -> None:
    made = event("d", 0, kind="production", activity="process", inputs=items(APPLE))
    tell(
        {**made, "outputs": items(f"urn:suyuan:{SELLER}:JAM")},
        event("c", 0, APPLE, kind="inspection", activity="destroy"),
        event("b2", 0, APPLE),
        event("b1", 0, APPLE),
        event("z", 0, APPLE, kind="production", activity="commission"),
    )
    assert tell.ids(APPLE) == ["z", "b1", "b2", "c", "d"]


@spread
def test_times_are_instants_whose_offset_is_given_back(tell: Telling) -> None:
    tell(event("late", 0, APPLE), event("early", 0, APPLE, time="2026-02-28T23:30:00Z"))
    tell(event("west", 0, APPLE, time="2026-02-28T19:45:00-05:00"))
    told = {e["id"]: e["time"] for e in tell.chain(APPLE)["events"]}
    assert list(told) == ["early", "late", "west"]
    assert told == {
        "early": "2026-02-28T23:30:00Z",
        "late": MORNING,
        "west": "2026-02-28T19:45:00-05:00",
    }
    assert tell.ids(APPLE, since="2026-03-01T00:00:00Z") == ["late", "west"]
    assert tell.ids(APPLE, as_of=MORNING) == ["early", "late"]


@spread
def test_an_event_says_why_it_is_in_the_chain(tell: Telling) -> None:
    jam = f"urn:suyuan:{SELLER}:JAM"
    made = event("cook", 4, kind="production", activity="process", inputs=items(APPLE))
    tell(pack("in", 0), event("trip", 1, BOX), pack("out", 2, "unpack"))
    tell({**made, "outputs": items(jam)}, event("jar", 5, jam))
    chain = tell.chain(jam, direction="up")
    assert [(e["id"], e["via"], e["hop"]) for e in chain["events"]] == [
        *(("in", "up", 1), ("trip", "up", 1), ("out", "up", 1)),
        *(("cook", "direct", 0), ("jar", "direct", 0)),
    ]
    trip = next(e for e in tell.chain(APPLE)["events"] if e["id"] == "trip")
    window = {end: datetime.fromisoformat(time) for end, time in trip["window"].items()}
    assert trip["via"] == "container"
    assert window == {end: datetime.fromisoformat(day(d)) for end, d in (("from", 0), ("to", 2))}
