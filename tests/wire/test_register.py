"""Entries of the register on the wire: read with every fault, kept exactly, and never trusted."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suyuan.domain.codes import Code, Use, recognise
from suyuan.domain.errors import CodeError, ReportRefused
from suyuan.domain.naming import Known, Wanted
from suyuan.domain.register import Contact, Entry, Kind, Licence, Naming, Party, Place, Product
from suyuan.wire.divisions import division_name
from suyuan.wire.names import (
    read_names_request,
    read_names_response,
    write_names_request,
    write_names_response,
)
from suyuan.wire.reading import Reading
from suyuan.wire.register import MEMBERS, Frame, read_body, read_id
from suyuan.wire.register_cards import read_entry, write_entry

USCC = "91350206MADEMA0101"
ME = recognise(USCC, use=Use.PARTY)
TODAY = date(2026, 3, 1)
IDS = {
    Kind.PARTY: ME,
    Kind.PLACE: recognise("350203001", use=Use.PLACE),
    Kind.PRODUCT: recognise("06901234567892"),
}


def read(kind: Kind, raw: Any, holder: Code | None = ME) -> tuple[Entry | None, list[Any]]:
    reading = Reading()
    entry = read_body(reading, kind, IDS[kind], raw, Frame(holder, TODAY))
    return entry, [(fault.pointer, fault.code) for fault in reading.faults]


def party(**members: Any) -> tuple[Entry | None, list[Any]]:
    return read(Kind.PARTY, {"names": {"zh": "厂"}, **members})


# --- Reading ------------------------------------------------------------------------------------


def test_a_party_with_all_its_members() -> None:
    entry, faults = party(
        names={"zh": "厂", "en": "Plant"},
        district="350212",
        address="工业路 4 号",
        licences=[
            {
                "number": "sc10744030704994",
                "type": "食品生产许可证",
                "valid_from": "2024-05-01",
                "valid_to": "2029-04-30",
            }
        ],
        contact={"person": "张三", "phone": "139", "legal_representative": "李四"},
        valid_from="2026-01-01",
    )
    assert faults == []
    assert entry == Party(
        ME,
        Naming("厂", "Plant"),
        date(2026, 1, 1),
        organisation=True,
        district="350212",
        address="工业路 4 号",
        licences=(
            Licence("SC10744030704994", "食品生产许可证", date(2024, 5, 1), date(2029, 4, 30)),
        ),
        contact=Contact("张三", "139", "李四"),
    )


def test_what_says_no_date_holds_from_today_and_is_its_writers() -> None:
    place, _ = read(Kind.PLACE, {"names": {"en": "Market"}})
    assert place == Place(IDS[Kind.PLACE], Naming(None, "Market"), TODAY, ME)
    product, _ = read(Kind.PRODUCT, {"names": {"zh": "菜"}, "sector": "produce"}, None)
    assert product == Product(IDS[Kind.PRODUCT], Naming("菜"), TODAY, sector="produce")


def test_a_party_with_an_own_code_is_a_person_unless_it_says_otherwise() -> None:
    code = recognise("FARM-7", owner=USCC, use=Use.PARTY)
    for stated, organisation in ((None, False), ("person", False), ("organisation", True)):
        reading = Reading()
        raw = {"names": {"zh": "x"}, "type": stated}
        entry = read_body(reading, Kind.PARTY, code, raw, Frame(ME, TODAY))
        assert isinstance(entry, Party)
        assert entry.organisation is organisation


@pytest.mark.parametrize(
    ("member", "fault"),
    [
        ({"names": None}, ("/names", "names_missing")),
        ({"names": {}}, ("/names", "names_missing")),
        ({"names": {"zh": None}}, ("/names", "names_missing")),
        ({"names": "厂"}, ("/names", "not_object")),
        ({"names": {"zh": " "}}, ("/names/zh", "text_empty")),
        ({"names": {"zh": "x" * 201}}, ("/names/zh", "text_too_long")),
        ({"names": {"zh": "x\u0000"}}, ("/names/zh", "text_control")),
        ({"names": {"zh": "x", "fr": "y"}}, ("/names/fr", "unknown_field")),
        ({"type": "robot"}, ("/type", "unknown_word")),
        ({"district": 350212}, ("/district", "division_malformed")),
        ({"district": "3502"}, ("/district", "division_malformed")),
        ({"district": "350299"}, ("/district", "division_unknown")),
        ({"district": "350221"}, ("/district", "division_abolished")),
        ({"licences": {}}, ("/licences", "not_array")),
        ({"licences": [{}]}, ("/licences/0/number", "missing")),
        ({"licences": [{"number": "JY1350"}]}, ("/licences/0/number", "licence_malformed")),
        (
            {"licences": [{"number": "SC10744030704993"}]},
            ("/licences/0/number", "licence_check_digit"),
        ),
        (
            {"licences": [{"number": "x", "valid_from": "2026-02-01", "valid_to": "2026-01-01"}]},
            ("/licences/0/valid_to", "dates_reversed"),
        ),
        ({"valid_from": "2026-2-1"}, ("/valid_from", "date_malformed")),
        ({"contact": {"phone": 139}}, ("/contact/phone", "not_text")),
        ({"phone": "139"}, ("/phone", "unknown_field")),
    ],
)
def test_a_fault_names_its_place(member: dict[str, Any], fault: tuple[str, str]) -> None:
    entry, faults = party(**member)
    assert (entry, faults) == (None, [fault])


@pytest.mark.parametrize(
    "number",
    ["SC10744030704994", "sc 1074 4030 7049 94", "ＳＣ10744030704994", "SC12336098200173"],
)
def test_a_production_licence_closes_with_its_check_digit(number: str) -> None:
    entry, faults = party(licences=[{"number": number}])
    assert faults == []
    assert isinstance(entry, Party)
    assert entry.licences[0].number.startswith("SC1")
    assert len(entry.licences[0].number) == 16


def test_a_licence_of_another_kind_is_kept_as_it_is() -> None:
    entry, _ = party(licences=[{"number": "闽动防合字第 20260001 号"}])
    assert isinstance(entry, Party)
    assert entry.licences[0].number == "闽动防合字第 20260001 号"


def test_an_abolished_division_is_right_for_the_days_it_was_in_force() -> None:
    assert party(district="350221", valid_from="1994-01-01")[1] == []
    assert party(district="350221", valid_from="1998-01-01")[1] == [
        ("/district", "division_abolished")
    ]


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("350000", "福建省"),
        ("350200", "福建省厦门市"),
        ("350212", "福建省厦门市同安区"),
        ("350221", "福建省厦门市同安县"),
        ("110105", "北京市朝阳区"),
        ("500229", "重庆市城口县"),
        ("429004", "湖北省仙桃市"),
        ("330113", "浙江省杭州市临平区"),
        ("350299", None),
    ],
)
def test_a_division_is_named_with_what_it_lies_in(code: str, name: str | None) -> None:
    assert division_name(code) == name


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Kind.PARTY, "350203001"),
        (Kind.PARTY, "https://id.gs1.org/414/9521234900016"),
        (Kind.PARTY, "https://example.org/x"),
        (Kind.PLACE, "https://id.gs1.org/417/9521234900016"),
        (Kind.PLACE, USCC),
        (Kind.PRODUCT, "(01)06901234567892(10)L1"),
        (Kind.PRODUCT, "(00)106141412345678908"),
        (Kind.PRODUCT, "21113011"),
    ],
)
def test_an_id_of_another_kind_of_thing_is_refused(kind: Kind, text: str) -> None:
    with pytest.raises(CodeError):
        read_id(kind, text, None)


@pytest.mark.parametrize(
    ("kind", "text", "key"),
    [
        (Kind.PARTY, USCC, f"urn:suyuan:cn:{USCC}"),
        (Kind.PARTY, "9521234900016", "https://id.gs1.org/417/9521234900016"),
        (Kind.PARTY, "FARM 7", f"urn:suyuan:{USCC}:FARM%207"),
        (Kind.PLACE, "350203001", "urn:suyuan:cn:350203001"),
        (Kind.PLACE, "9521234900016", "https://id.gs1.org/414/9521234900016"),
        (Kind.PRODUCT, "6901234567892", "https://id.gs1.org/01/06901234567892"),
        (Kind.PRODUCT, "PORK", f"urn:suyuan:{USCC}:PORK"),
    ],
)
def test_an_id_is_taken_in_any_spelling(kind: Kind, text: str, key: str) -> None:
    assert read_id(kind, text, ME).key == key


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(sorted({*MEMBERS[Kind.PARTY], *MEMBERS[Kind.PRODUCT], "zh", "number"}))
            | st.text(),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)


@given(st.sampled_from(list(Kind)), VALUES)
def test_any_json_is_an_entry_or_has_faults_and_never_raises(kind: Kind, raw: Any) -> None:
    entry, faults = read(kind, raw)
    assert (entry is None) == bool(faults)


# --- Kept ---------------------------------------------------------------------------------------

NAMES = st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=20).filter(str.strip)
TEXTS = st.none() | NAMES
DATES = st.dates()
NAMINGS = st.builds(Naming, NAMES, TEXTS)
ENTRIES = st.one_of(
    st.builds(
        Party,
        st.just(ME),
        NAMINGS,
        DATES,
        st.booleans(),
        st.none() | st.just("350212"),
        TEXTS,
        st.lists(st.builds(Licence, NAMES, TEXTS, st.none() | DATES), max_size=3).map(tuple),
        st.none() | st.builds(Contact, NAMES, TEXTS, TEXTS),
    ),
    st.builds(Place, st.just(IDS[Kind.PLACE]), NAMINGS, DATES, st.none() | st.just(ME)),
    st.builds(
        Product,
        st.just(IDS[Kind.PRODUCT]),
        NAMINGS,
        DATES,
        st.just(ME),
        st.none(),
        TEXTS,
        TEXTS,
        st.just("food"),
        TEXTS,
    ),
)


@given(ENTRIES)
def test_an_entry_is_kept_exactly(entry: Entry) -> None:
    document, content = write_entry(entry)
    assert read_entry(int(entry.kind), document) == entry
    assert len(content) == 16


def test_the_content_is_all_but_the_date() -> None:
    def content(name: str, since: date) -> bytes:
        return write_entry(Party(ME, Naming(name), since))[1]

    assert content("厂", date(2025, 1, 1)) == content("厂", date(2026, 1, 1))
    assert content("厂", TODAY) != content("店", TODAY)


# --- Between services ---------------------------------------------------------------------------

WHOLE = Party(ME, Naming("厂"), TODAY, address="工业路", contact=Contact(phone="139"))


def test_a_question_and_its_answer_come_through_as_they_were() -> None:
    wanted = Wanted((ME.key,), ("p",), ("q",))
    assert read_names_request(write_names_request(wanted), most=5) == wanted
    place = Place(IDS[Kind.PLACE], Naming("市场"), TODAY)
    known = Known({ME.key: Party(ME, Naming("厂"), TODAY)}, {place.code.key: place}, {})
    asked = Wanted((ME.key,), (place.code.key,))
    assert read_names_response(write_names_response(known, asked), asked) == known


def test_no_address_person_or_telephone_is_ever_answered() -> None:
    person = Party(IDS[Kind.PARTY], Naming("张三"), TODAY, organisation=False)
    body = write_names_response(Known({"a": WHOLE, "b": person}), Wanted())
    assert "工业路".encode() not in body
    assert b"139" not in body
    assert "张三".encode() not in body


def test_what_another_subsystem_says_is_cut_to_what_was_asked_and_public() -> None:
    card = {"names": {"zh": "厂"}, "valid_from": "2026-01-01"}
    answer = {
        "parties": [
            {**card, "code": ME.key, "contact": {"phone": "139"}, "address": "x"},
            {**card, "code": "urn:suyuan:cn:nobody-asked"},
            {**card, "code": "urn:x:person", "organisation": False},
            {**card, "code": "urn:x:nameless", "names": {}},
        ]
    }
    wanted = Wanted((ME.key, "urn:x:person", "urn:x:nameless"))
    known = read_names_response(json.dumps(answer).encode(), wanted)
    assert known.parties == {ME.key: Party(ME, Naming("厂"), date(2026, 1, 1))}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"[" * 100_000,
        b'{"parties": [{"code": "x"}]}',
        b'{"parties": [{"code": "x", "names": {"zh": 1}, "valid_from": "2026-01-01"}]}',
        json.dumps(
            {"parties": [{"code": "x", "names": {"zh": "x" * 201}, "valid_from": "2026-01-01"}]}
        ).encode(),
    ],
)
def test_an_answer_that_is_none_is_a_value_error(body: bytes) -> None:
    with pytest.raises(ValueError, match="not an answer"):
        read_names_response(body, Wanted(("x",)))


@given(st.binary(max_size=200) | VALUES.map(lambda v: json.dumps(v).encode("utf-8", "replace")))
def test_any_bytes_are_a_question_or_refused_and_never_raise(body: bytes) -> None:
    with suppress(ReportRefused):
        read_names_request(body, most=2)
    with suppress(ValueError):
        read_names_response(body, Wanted(("x",)))
