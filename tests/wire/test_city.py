"""The city form: what is read from it, which faults it has, and that writing gives it back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suyuan.domain.activities import KINDS, Shape
from suyuan.domain.codes import Code, recognise
from suyuan.domain.errors import Fault, NotSayable
from suyuan.domain.events import Action, Event, EventType
from suyuan.domain.sentences import SENTENCES, sentence
from suyuan.wire.city import read_event, write_event
from suyuan.wire.city_writing import write_members
from tests.wire.city_examples import (
    BEYOND_SCHEMA,
    GTIN,
    GTIN_KEY,
    INVALID,
    OTHER_PARTY,
    REPORTER,
    SSCC,
    VALID,
    Report,
    cutting,
    packing,
    sale,
    whole,
)

NOW = datetime(2026, 6, 1, tzinfo=UTC)
FAULTY = INVALID | BEYOND_SCHEMA


def read(report: Any, reporter: Code | None = REPORTER) -> Event:
    event, faults = read_event(report, reporter=reporter, now=NOW)
    assert faults == []
    assert event is not None
    return event


def faults_of(report: Any, reporter: Code | None = REPORTER) -> list[Fault]:
    event, faults = read_event(report, index=3, reporter=reporter, now=NOW)
    assert event is None
    return faults


def codes_of(report: Any, reporter: Code | None = REPORTER) -> list[str]:
    return [fault.code for fault in faults_of(report, reporter)]


# --- Faults -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FAULTY)
def test_a_fault_has_its_code_its_place_and_a_sentence(name: str) -> None:
    report, code, pointer = FAULTY[name]
    (fault,) = faults_of(report)
    assert (fault.code, fault.pointer, fault.index) == (code, pointer, 3)
    assert fault.code in SENTENCES
    assert "…" not in sentence(fault.code, fault.params, "en")


def test_every_fault_of_an_event_is_listed() -> None:
    report = whole() | {"kind": "x", "time": "x", "sector": "x", "items": [{"code": ""}, 5]}
    pointers = ["/kind", "/time", "/items/0/code", "/items/1", "/sector"]
    assert [fault.pointer for fault in faults_of(report)] == pointers


def test_the_closest_name_is_offered_for_an_unknown_one() -> None:
    (fault,) = faults_of(sale(itmes=[]))
    assert "items" in sentence(fault.code, fault.params, "en")


def test_a_department_must_name_the_party() -> None:
    assert codes_of(sale(), None) == ["party_missing"]
    assert codes_of(sale(party="farmer 3"), None) == ["party_unowned"]
    assert read(sale(party=OTHER_PARTY), None).party.short == OTHER_PARTY
    owned = f"urn:suyuan:{OTHER_PARTY}:farmer%203"
    assert read(sale(party=owned), None).party.key == owned


# --- What is read -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", VALID)
def test_a_valid_report_is_read(name: str) -> None:
    assert read(VALID[name]).time.tzinfo is not None


def test_everything_that_is_said_is_in_the_event() -> None:
    event = read(whole())
    assert (event.kind, event.activity, event.sector) == ("wholesale", "sale", "meat")
    assert (event.step, event.disposition, event.action) == (
        "shipping",
        "in_transit",
        Action.OBSERVE,
    )
    assert event.time.isoformat() == "2026-03-01T08:00:00+08:00"
    assert [item.code.key for item in event.items] == [
        GTIN_KEY + "/10/L1",
        "urn:suyuan:91350200M0001300AH:%E7%99%BD%E6%9D%A1-4711",
    ]
    assert (event.items[0].quantity, event.items[0].unit) == (Decimal("12.5"), "KGM")
    assert event.source.party == REPORTER
    assert event.destination.place is not None
    assert event.destination.place.key == "urn:suyuan:91350200M0001300AH:stall%207"
    assert event.product is not None
    assert event.product.name == "鲜猪肉"
    assert event.documents[0].number == "3501234567"
    assert event.correction is not None
    assert event.correction.replaced_by == ("S-2026/002",)
    assert event.extra["temperatures"] == [4, 3, None, True]


def test_the_reporter_is_the_party_unless_another_is_named() -> None:
    assert read(sale()).party == REPORTER
    assert read(sale(party=OTHER_PARTY)).party.key == f"urn:suyuan:cn:{OTHER_PARTY}"
    assert read(sale(party="6901234567892")).party.key == "https://id.gs1.org/417/6901234567892"
    assert read(sale(party="farmer 3")).party.key == f"urn:suyuan:{REPORTER.short}:farmer%203"


def test_private_codes_belong_to_the_party_that_the_event_is_about() -> None:
    event = read(sale(party=OTHER_PARTY, items=[{"code": "A"}], place="yard"))
    assert event.items[0].code.key == f"urn:suyuan:{OTHER_PARTY}:A"
    assert event.place is not None
    assert event.place.key == f"urn:suyuan:{OTHER_PARTY}:yard"


def shaped(shape: Shape, kind: str, activity: str) -> Report:
    words = {"kind": kind, "activity": activity}
    if shape is Shape.ITEMS:
        return sale(**words, items=[{"code": "A"}])
    return cutting(**words) if shape is Shape.TRANSFORMATION else packing(**words)


@pytest.mark.parametrize("shape", Shape)
@pytest.mark.parametrize(
    ("kind", "activity"), [(kind, word) for kind, words in KINDS.items() for word in words]
)
def test_each_activity_takes_its_shapes_and_gives_its_cbv_words(
    kind: str, activity: str, shape: Shape
) -> None:
    report, known = shaped(shape, kind, activity), KINDS[kind][activity]
    if shape not in known.shapes:
        assert codes_of(report) == ["shape_not_allowed"]
        return
    event = read(report)
    assert (event.step, event.disposition) == (known.step, known.disposition)
    assert (
        event.type
        is {
            Shape.ITEMS: EventType.OBJECT,
            Shape.TRANSFORMATION: EventType.TRANSFORMATION,
            Shape.PACKING: EventType.AGGREGATION,
        }[shape]
    )
    assert (event.action is None) == (shape is Shape.TRANSFORMATION)
    assert write_event(event)["activity"] == activity


@pytest.mark.parametrize(
    ("item", "action"),
    [
        ({"code": "A"}, Action.DELETE),
        ({"code": f"(01){GTIN}(21)7"}, Action.DELETE),
        ({"code": "A", "quantity": "1"}, Action.OBSERVE),
        ({"code": f"(01){GTIN}(10)L1"}, Action.OBSERVE),
        ({"code": GTIN}, Action.OBSERVE),
    ],
)
def test_a_retail_sale_ends_whole_things_and_no_part_of_a_lot(item: Report, action: Action) -> None:
    assert read(sale(kind="retail", items=[item])).action is action


def test_packing_adds_and_unpacking_deletes() -> None:
    assert read(packing()).action is Action.ADD
    everything = read(packing(activity="unpack", children=[]))
    assert (everything.action, everything.children) == (Action.DELETE, ())


def test_an_id_for_a_transformation_is_made_global() -> None:
    mine = read(cutting(transformation="T 1")).transformation
    assert mine == "urn:suyuan:transformation:91350200M0001300AH:T%201"
    uri = "urn:example:t:1"
    assert read(cutting(transformation=uri)).transformation == uri


# --- Lots ---------------------------------------------------------------------------------------


def keys(report: Report, name: str = "items") -> list[str]:
    return [item.code.key for item in getattr(read(report), name)]


def test_a_lone_gtin_with_a_lot_means_the_lot() -> None:
    for code in (GTIN, f"(01){GTIN}", GTIN_KEY, "urn:epc:idpat:sgtin:6901234.056789.*"):
        assert keys(sale(items=[{"code": code}], product={"lot": "L/1"})) == [
            GTIN_KEY + "/10/L%2F1"
        ]


def test_a_code_with_its_own_lot_or_serial_keeps_it() -> None:
    codes = [{"code": f"(01){GTIN}(10)L1"}, {"code": f"(01){GTIN}(21)7"}, {"code": "A"}]
    assert keys(sale(items=codes, product={"lot": "L1"})) == [
        GTIN_KEY + "/10/L1",
        GTIN_KEY + "/21/7",
        f"urn:suyuan:{REPORTER.short}:A",
    ]


def test_a_lot_is_that_of_outputs_and_never_of_inputs_or_children() -> None:
    made = cutting(inputs=[{"code": GTIN}], outputs=[{"code": "06901234567809"}])
    made["product"] = {"lot": "L9"}
    assert keys(made, "inputs") == [GTIN_KEY]
    assert keys(made, "outputs") == ["https://id.gs1.org/01/06901234567809/10/L9"]
    packed = packing(children=[{"code": GTIN}], product={"lot": "L9"})
    assert keys(packed, "children") == [GTIN_KEY]


def test_two_spellings_that_the_lot_makes_one_thing_are_a_repetition() -> None:
    codes = [{"code": GTIN}, {"code": f"(01){GTIN}(10)L1"}]
    assert codes_of(sale(items=codes, product={"lot": "L1"})) == ["code_repeated"]


# --- Identity -----------------------------------------------------------------------------------


def test_an_event_without_an_id_is_known_by_its_hash() -> None:
    event = read(sale())
    assert event.id.startswith("ni:///sha-256;")
    assert event.id.endswith("?ver=CBV2.0")
    assert read(sale(time="2026-03-01T08:00:00.000+08:00")).id == event.id
    assert read(sale(time="2026-03-01T00:00:01Z")).id != event.id


def test_a_correction_without_an_id_is_that_of_the_event_it_repeats() -> None:
    corrected = read(sale(correction={"declared_at": "2026-03-02T08:00:00+08:00"}))
    assert corrected.key == read(sale()).key


# --- Writing ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", VALID)
def test_what_was_read_is_written_so_that_it_is_read_again(name: str) -> None:
    event = read(VALID[name])
    assert read(write_event(event)) == event


def test_a_report_in_canonical_form_comes_back_as_it_was() -> None:
    for report in (whole(), cutting(id="1", transformation="T"), packing(id="2")):
        assert write_event(read(report)) == {"party": REPORTER.short, **report}


def test_a_gtin_whose_lot_stood_beside_it_is_written_with_its_lot() -> None:
    (item,) = write_event(read(sale(product={"lot": "L1"})))["items"]
    assert item["code"] == GTIN_KEY + "/10/L1"


def test_a_private_code_is_written_whole_where_its_party_may_not_be_seen() -> None:
    event = read(sale(items=[{"code": "A"}]))
    hidden = write_members(replace(event, party=Code("")))
    assert hidden["items"] == [{"code": f"urn:suyuan:{REPORTER.short}:A"}]


@pytest.mark.parametrize(
    "change",
    [
        {"kind": None},
        {"activity": None},
        {"activity": "entry"},
        {"step": "storing"},
        {"disposition": None},
        {"action": Action.ADD},
        {"type": EventType.TRANSACTION},
        {"items": ()},
        {"parent": recognise(SSCC)},
    ],
)
def test_an_event_that_the_city_form_cannot_say_is_not_written(change: dict[str, Any]) -> None:
    with pytest.raises(NotSayable):
        write_event(replace(read(sale()), **change))


def test_the_mark_of_a_quantity_list_matters_only_where_nothing_else_tells_a_lot() -> None:
    event = read(sale(items=[{"code": f"(01){GTIN}(10)L1"}]))
    marked = replace(event, items=(replace(event.items[0], classed=True),))
    assert write_event(marked) == write_event(event)
    event = read(sale(items=[{"code": "A"}]))
    with pytest.raises(NotSayable):
        write_event(replace(event, items=(replace(event.items[0], classed=True),)))


# --- Any report ---------------------------------------------------------------------------------

TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1, max_size=12
).filter(str.strip)
PRINTABLE = TEXTS.filter(str.isprintable)
THINGS = st.one_of(
    st.sampled_from([GTIN, f"(01){GTIN}(10)L1", f"(01){GTIN}(21)7", SSCC, "12345678901234567890"]),
    st.text("ABC-019 批/%:é", min_size=1, max_size=8).filter(str.strip),
)
QUANTITIES = st.decimals(0, 10**6, places=3).map("{:f}".format)
ITEMS = st.lists(
    st.one_of(
        st.fixed_dictionaries({"code": THINGS}, optional={"quantity": QUANTITIES}),
        st.fixed_dictionaries({"code": THINGS, "quantity": QUANTITIES, "unit": st.just("KGM")}),
    ),
    min_size=1,
    max_size=3,
)
PARTIES = st.sampled_from([REPORTER.short, OTHER_PARTY, "6901234567892", "SC10135020300016", "f/1"])
PLACES = st.sampled_from(
    ["350203001", "6901234567892", "仓库 1", "https://id.gs1.org/414/6901234567892"]
)
ENDS = st.fixed_dictionaries({}, optional={"party": PARTIES, "place": PLACES})
TIMES = st.sampled_from(["2026-03-01T08:00:00+08:00", "2026-02-28T23:59:59.123-03:30"])
DATES = st.dates().map(str)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
REST: dict[str, st.SearchStrategy[Any]] = {
    "id": PRINTABLE,
    "party": PARTIES,
    "place": PLACES,
    "from": ENDS,
    "to": ENDS,
    "product": st.fixed_dictionaries(
        {},
        optional={
            "name": TEXTS,
            "lot": st.sampled_from(["L1", "L-2"]),
            "produced_on": DATES,
            "expires_on": DATES,
            "origin": TEXTS,
            "spec": TEXTS,
        },
    ),
    "documents": st.lists(
        st.fixed_dictionaries(
            {"type": TEXTS}, optional={"number": TEXTS, "issuer": TEXTS, "issued_on": DATES}
        ),
        max_size=2,
    ),
    "correction": st.fixed_dictionaries(
        {"declared_at": TIMES},
        optional={"reason": TEXTS, "replaced_by": st.lists(PRINTABLE, max_size=2)},
    ),
    "sector": st.sampled_from(["food", "meat", None]),
    "extra": st.dictionaries(TEXTS, PLAIN, max_size=3),
}
NAMED: dict[Shape, dict[str, st.SearchStrategy[Any]]] = {
    Shape.ITEMS: {"items": ITEMS},
    Shape.TRANSFORMATION: {"inputs": ITEMS, "outputs": ITEMS, "transformation": PRINTABLE},
    Shape.PACKING: {"parent": THINGS, "children": ITEMS},
}


@st.composite
def reports(draw: st.DrawFn) -> Report:
    """Reports of every kind, activity and shape; most of them without a fault."""
    kind = draw(st.sampled_from(list(KINDS)))
    activity = draw(st.sampled_from(list(KINDS[kind])))
    shape = draw(st.sampled_from(sorted(KINDS[kind][activity].shapes, key=str)))
    words: dict[str, st.SearchStrategy[Any]] = {
        "kind": st.just(kind),
        "activity": st.just(activity),
        "time": TIMES,
    }
    return draw(st.fixed_dictionaries(words | NAMED[shape], optional=REST))


@given(reports())
def test_every_event_that_can_be_read_can_be_written_and_read_again(report: Report) -> None:
    event, faults = read_event(report, reporter=REPORTER, now=NOW)
    assert (event is None) == bool(faults)
    if event is not None:
        written = write_event(event)
        assert read(written) == event
        assert write_event(read(written)) == written


@given(st.dictionaries(st.sampled_from(sorted(whole())), PLAIN))
def test_any_values_in_the_members_give_an_event_or_faults(members: Report) -> None:
    event, faults = read_event(whole() | members, reporter=REPORTER, now=NOW)
    assert (event is None) == bool(faults)
