"""Whatever is posted gives reports, faults, or a refusal that says where and why."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from suyuan.domain.errors import Fault, MediaTypeUnknown, ReportRefused, TooLarge
from suyuan.domain.sentences import SENTENCES, sentence
from suyuan.wire import epcis_hash, epcis_json
from suyuan.wire.city import read_event
from suyuan.wire.reports import (
    CITY,
    EPCIS,
    FAULTS_LIMIT,
    Report,
    Reports,
    decode,
    encode,
    read_reports,
    read_stored,
)
from tests.wire.city_examples import OTHER_PARTY, REPORTER, VALID, cutting, sale, whole

NOW = datetime(2026, 6, 1, tzinfo=UTC)
JSON, NDJSON = "application/json", "application/x-ndjson"


def read(body: bytes | str, media_type: str = JSON, max_events: int = 100, **by: Any) -> Reports:
    raw = body.encode() if isinstance(body, str) else body
    by = {"reporter": REPORTER, "now": NOW, **by}
    return read_reports(raw, media_type=media_type, max_events=max_events, **by)


def only(body: bytes | str, media_type: str = JSON) -> Report:
    (report,) = read(body, media_type).reports
    assert report is not None
    return report


def refusal(body: bytes | str, media_type: str = JSON) -> Fault:
    with pytest.raises(ReportRefused) as refused:
        read(body, media_type)
    (fault,) = refused.value.faults
    assert "…" not in sentence(fault.code, fault.params, "zh")
    return fault


def epcis_document(*things: str) -> dict[str, Any]:
    """An EPCIS document with an ObjectEvent for each thing."""
    events = [
        {
            "type": "ObjectEvent",
            "eventTime": "2026-03-01T08:00:00+08:00",
            "eventTimeZoneOffset": "+08:00",
            "epcList": [thing],
            "action": "OBSERVE",
            "bizStep": "shipping",
        }
        for thing in things
    ]
    return {
        "@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-03-01T08:00:00+08:00",
        "epcisBody": {"eventList": events},
    }


SERIAL = "https://id.gs1.org/01/06901234567892/21/"


# --- The forms of a body ------------------------------------------------------------------------


def test_one_object_is_one_report() -> None:
    report = only(json.dumps(whole()))
    assert (report.form, report.event.id) == (CITY, "S-2026/001")
    assert decode(report.document) == decode(json.dumps(whole()))


def test_an_array_is_a_report_for_each_element_in_order() -> None:
    reports = read(json.dumps([sale(id="a"), sale(id="b")])).reports
    assert [report and report.event.id for report in reports] == ["a", "b"]


def test_lines_are_a_report_each_and_blank_ones_are_none() -> None:
    lines = "\n\r\n".join(json.dumps(sale(id=name)) for name in "abc") + "\n  \n"
    reports = read(lines, NDJSON).reports
    assert [report and report.event.id for report in reports] == ["a", "b", "c"]


def test_an_object_with_a_context_is_a_document_of_many_events() -> None:
    document = json.dumps(epcis_document(SERIAL + "1", SERIAL + "2"))
    reports = read(document).reports
    assert [report and report.form for report in reports] == [EPCIS, EPCIS]
    assert read(document, "application/ld+json").reports == reports
    bare = json.loads(reports[1].document if reports[1] else "")
    assert bare["@context"]
    assert bare["epcList"] == [SERIAL + "2"]


def test_an_array_may_mix_the_forms_and_indexes_count_events() -> None:
    batch = [sale(id="a"), epcis_document(SERIAL + "1", SERIAL + "2"), sale(id=""), sale(id="b")]
    found = read(json.dumps(batch))
    forms = [report and report.form for report in found.reports]
    assert forms == [CITY, EPCIS, EPCIS, None, CITY]
    assert [(f.index, f.pointer) for f in found.faults] == [(3, "/id")]


def test_a_fault_in_a_document_counts_from_the_batch() -> None:
    broken = epcis_document(SERIAL + "1", SERIAL + "2")
    broken["epcisBody"]["eventList"][1]["eventTime"] = "yesterday"
    found = read(json.dumps([sale(id="a"), broken]))
    assert [report is None for report in found.reports] == [False, False, True]
    assert {fault.index for fault in found.faults} == {2}


@pytest.mark.parametrize(
    "media_type",
    ["Application/JSON", "application/json; charset=utf-8", 'application/json;charset="UTF-8"'],
)
def test_a_media_type_may_have_parameters(media_type: str) -> None:
    assert only(json.dumps(whole()), media_type).event.id == "S-2026/001"


@pytest.mark.parametrize(
    "media_type", ["", "text/plain", "application/xml", "application/json; charset=gbk"]
)
def test_any_other_media_type_is_unknown(media_type: str) -> None:
    with pytest.raises(MediaTypeUnknown) as unknown:
        read(b"{}", media_type)
    assert "application/json" in sentence(unknown.value.code, unknown.value.params, "en")


def test_a_byte_order_mark_is_passed_over() -> None:
    assert only(b"\xef\xbb\xbf" + json.dumps(whole()).encode()).event.id == "S-2026/001"


# --- What is no JSON ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "line", "byte"),
    [
        (b'{"a":1,}', 1, 7),
        (b'{"a":\n NaN}', 2, 7),
        (b"Infinity", 1, 0),
        (b'{"a": "\xff"}', 1, 7),
        ('{"a":1}'.encode("utf-16"), 1, 0),
        (b'{"a":"\0"}', 1, 6),
        (b'{"a":"\\ud800"}', 1, 14),
        (b'[{"a":1}', 1, 8),
        (b"{}x", 1, 3),
        (b"[1e999999999999999999999]", 1, 2),
        (b"[" + b"9" * 5_000 + b"]", 1, 1),
    ],
)
def test_what_is_no_json_is_refused_with_its_place(body: bytes, line: int, byte: int) -> None:
    fault = refusal(body)
    assert (fault.code, fault.params) == ("json_malformed", {"line": line, "byte": byte})


@pytest.mark.parametrize("bracket", [b"[", b'{"a":', b'[{"a":'])
def test_what_is_nested_without_end_is_refused(bracket: bytes) -> None:
    assert refusal(bracket * 100_000).code == "json_malformed"


@pytest.mark.parametrize("body", [b"", b" \r\n\t ", b"\xef\xbb\xbf", b"[]"])
@pytest.mark.parametrize("media_type", [JSON, "application/ld+json"])
def test_a_body_without_events_is_refused(body: bytes, media_type: str) -> None:
    assert refusal(body, media_type).code == "batch_empty"


@pytest.mark.parametrize("body", [b"", b"\n\n"])
def test_lines_without_events_are_refused(body: bytes) -> None:
    assert refusal(body, NDJSON).code == "batch_empty"


@pytest.mark.parametrize("body", [b"7", b'"x"', b"null", b"true", b"[1]", b"[[]]"])
def test_what_is_no_object_is_a_fault(body: bytes) -> None:
    found = read(body)
    assert found.reports == (None,)
    assert [fault.code for fault in found.faults] == ["not_object"]


def test_a_line_that_is_no_json_is_a_fault_of_its_own() -> None:
    found = read(f"{json.dumps(sale(id='a'))}\n\n{{,\n{json.dumps(sale(id='b'))}", NDJSON)
    assert [report is None for report in found.reports] == [False, True, False]
    (fault,) = found.faults
    assert (fault.code, fault.index, fault.params) == (
        "json_malformed",
        1,
        {"line": 3, "byte": 1},
    )


# --- Limits -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (json.dumps([sale()] * 4), JSON),
        ("\n".join([json.dumps(sale())] * 4), NDJSON),
        ("x\n" * 4, NDJSON),
        (json.dumps(epcis_document(*[SERIAL + "1"] * 4)), JSON),
        (json.dumps([sale(), epcis_document(*[SERIAL + "1"] * 3)]), JSON),
    ],
)
def test_more_events_than_the_limit_are_too_many(body: str, media_type: str) -> None:
    with pytest.raises(TooLarge) as refused:
        read(body, media_type, max_events=3)
    assert refused.value.code == "batch_too_large"
    assert refused.value.params == {"limit": 3, "count": 4}


def test_the_list_of_faults_is_bounded_and_every_faulty_event_stays_so() -> None:
    found = read(json.dumps([{"a": 1, "b": 2}] * 600 + [sale(id="a")]), max_events=601)
    assert len(found.faults) == FAULTS_LIMIT + 1
    assert [fault.code for fault in found.faults].index("more_faults") == FAULTS_LIMIT
    assert found.reports[:600] == (None,) * 600
    assert found.reports[600] is not None


def test_every_fault_of_every_event_is_listed_with_its_index() -> None:
    found = read(json.dumps([sale(id="a"), {}, sale(sector="x", id="")]))
    assert [(fault.index, fault.code) for fault in found.faults] == [
        (1, "missing"),
        (1, "missing"),
        (1, "no_code"),
        (1, "missing"),
        (2, "unknown_word"),
        (2, "text_empty"),
    ]


# --- Identity -----------------------------------------------------------------------------------


def test_content_is_that_of_the_epcis_form() -> None:
    report = only(json.dumps(whole()))
    assert report.content == epcis_hash.content(epcis_json.write_event(report.event))
    assert len(report.content) == 16


def test_an_event_without_an_id_gets_its_hash_and_its_document_stays_as_it_was() -> None:
    report = only(json.dumps(sale()))
    event, _ = read_event(sale(), reporter=REPORTER, now=NOW)
    assert event is not None
    assert report.event.id == event.id
    assert report.content.hex() in report.event.id
    assert "id" not in json.loads(report.document)


@pytest.mark.parametrize("name", VALID)
def test_both_forms_of_an_event_have_one_content_and_one_key(name: str) -> None:
    city = only(json.dumps(VALID[name]))
    epcis = only(json.dumps(epcis_json.write_event(city.event), default=str))
    assert (city.form, epcis.form) == (CITY, EPCIS)
    assert epcis.content == city.content
    assert epcis.event.key == city.event.key


def test_content_does_not_depend_on_spelling() -> None:
    spelled = [
        sale(items=[{"code": "06901234567892", "quantity": "12.50", "unit": "KGM"}]),
        sale(items=[{"code": "6901234567892", "quantity": 12.5, "unit": "KGM"}]),
        sale(time="2026-03-01T00:00:00Z", place=None),
    ]
    contents = {only(json.dumps(each)).content for each in spelled}
    # The offset is part of what was said, so the last one is another event.
    assert len(contents) == 2


# --- Numbers ------------------------------------------------------------------------------------


NUMBERS = '{"a":1.10,"b":12345678901234567890123,"c":1E+400,"d":-0.0,"e":0.1000000000000000000001}'


def test_numbers_keep_the_digits_that_were_sent() -> None:
    body = json.dumps(sale(extra=0)).replace('"extra": 0', f'"extra": {NUMBERS}')
    report = only(body)
    assert NUMBERS in report.document
    assert report.event.extra["a"] == Decimal("1.10")
    assert str(report.event.extra["a"]) == "1.10"
    assert report.event.extra["b"] == 12345678901234567890123
    again = read_stored(CITY, report.document, REPORTER, report.event.id)
    assert again.extra == report.event.extra


def test_text_that_a_number_would_spoil_is_kept() -> None:
    text = '{"a":[1.0,1,"1.0"]}'
    assert encode(decode(text)) == text


# --- What was stored ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", VALID)
def test_a_stored_report_is_read_back_as_it_was(name: str) -> None:
    report = only(json.dumps(VALID[name]))
    stored = read_stored(CITY, report.document, report.event.party, report.event.id)
    assert stored == report.event
    assert stored.time.isoformat() == report.event.time.isoformat()
    assert read_stored(CITY, report.document, report.event.party) == report.event


def test_a_stored_document_is_read_back_as_it_was() -> None:
    report = only(json.dumps(epcis_document(SERIAL + "1")))
    stored = read_stored(EPCIS, report.document, report.event.party, report.event.id)
    assert stored == report.event


def test_the_settled_party_stands_for_the_one_in_the_document() -> None:
    report = only(json.dumps(sale(party="farmer 3", items=[{"code": "A"}])))
    stored = read_stored(CITY, report.document, report.event.party, report.event.id)
    assert stored.party == report.event.party
    assert stored.items == report.event.items


def test_what_was_stored_is_not_judged_by_the_time_of_today() -> None:
    document = encode(sale(id="a", time="2199-01-01T00:00:00Z"))
    assert read_stored(CITY, document, REPORTER).time.year == 2199


def test_a_department_must_name_the_party_of_each_event() -> None:
    found = read(json.dumps([sale(), sale(party=OTHER_PARTY)]), reporter=None)
    assert [report is None for report in found.reports] == [True, False]
    assert [fault.code for fault in found.faults] == ["party_missing"]


# --- Any bytes ----------------------------------------------------------------------------------

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
SKELETONS = st.sampled_from([whole(), cutting(), epcis_document(SERIAL + "1"), [sale()], {}])


def bodies() -> st.SearchStrategy[bytes]:
    """Bytes that are nothing, bytes that are JSON, and events with a wound."""
    spoiled = st.tuples(SKELETONS, st.integers(0, 2_000), st.binary(max_size=3)).map(_spoil)
    return st.binary() | VALUES.map(lambda value: json.dumps(value).encode()) | spoiled


def _spoil(parts: tuple[Any, int, bytes]) -> bytes:
    body, place = json.dumps(parts[0]).encode(), parts[1]
    return body[:place] + parts[2] + body[place + len(parts[2]) :]


@given(bodies(), st.sampled_from([JSON, NDJSON]), st.sampled_from([REPORTER, None]))
@example(b'{"@context":null}', JSON, None)
@example(b'{"@context":[],"epcisBody":{"eventList":[{}]}}', JSON, None)
def test_any_bytes_give_reports_faults_or_a_refusal(
    body: bytes, media_type: str, reporter: Any
) -> None:
    try:
        found = read(body, media_type, reporter=reporter)
    except (ReportRefused, TooLarge):
        return
    assert found.reports
    assert {fault.code for fault in found.faults} <= SENTENCES.keys()
    faulty = {index for index, report in enumerate(found.reports) if report is None}
    assert {fault.index for fault in found.faults} == faulty
