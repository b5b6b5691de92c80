"""Wrong bodies of every kind: each is a 4xx problem that names the place, and nothing is stored."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from tests.city import City
from tests.services.reports import report

MIB = 1024 * 1024
JSON, LD, NDJSON = "application/json", "application/ld+json", "application/x-ndjson"
CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"


@dataclass(frozen=True)
class Bad:
    """A body, and what is said of it: the status, the code, and where in the report."""

    body: bytes
    status: int = 422
    code: str = "json_malformed"
    pointer: str = ""
    index: int = 0
    headers: dict[str, str] = field(default_factory=dict)


def spelled(**members: str) -> bytes:
    """A report whose members are spelled as given, JSON or not."""
    text = json.dumps(report("bad"))
    for name, value in members.items():
        parsed = json.loads(text)
        parsed.pop(name, None)
        text = json.dumps(parsed)[:-1] + f', "{name}": {value}}}'
    return text.encode()


def quantity(value: str) -> bytes:
    return spelled(items=f'[{{"code": "L1", "quantity": {value}, "unit": "KGM"}}]')


def unit(value: str) -> bytes:
    return spelled(items=f'[{{"code": "L1", "quantity": "1", "unit": {value}}}]')


def epcis(**members: Any) -> dict[str, Any]:
    event = {
        "@context": CONTEXT,
        "type": "ObjectEvent",
        "action": "OBSERVE",
        "eventTime": "2026-03-01T08:00:00+08:00",
        "eventTimeZoneOffset": "+08:00",
        "epcList": ["https://id.gs1.org/00/106141412345678908"],
    }
    return {**event, **members}


def nested(depth: int, inner: Any = None) -> str:
    return "[" * depth + json.dumps(inner) + "]" * depth


GOOD = json.dumps(report("good")).encode()
ITEM, QUANTITY, UNIT = "/items/0/code", "/items/0/quantity", "/items/0/unit"

BODIES: dict[str, Bad] = {
    # --- No JSON at all
    "nothing": Bad(b"", code="batch_empty"),
    "blanks": Bad(b" \r\n\t", code="batch_empty"),
    "an array of nothing": Bad(b"[]", code="batch_empty"),
    "cut off": Bad(GOOD[:-20]),
    "a comma too many": Bad(GOOD[:-1] + b",}"),
    "two values": Bad(GOOD + GOOD),
    "a comment": Bad(b"/* harvest */" + GOOD),
    "single quotes": Bad(GOOD.replace(b'"', b"'")),
    "NaN": Bad(quantity("NaN")),
    "Infinity": Bad(quantity("-Infinity")),
    "a leading zero": Bad(quantity("007")),
    "hexadecimal": Bad(quantity("0x10")),
    "100,000 nested arrays": Bad(b"[" * 100_000 + b"]" * 100_000),
    "100,000 nested objects": Bad(b'{"a":' * 100_000 + b"1" + b"}" * 100_000),
    "nesting without an end": Bad(b"[" * 100_000),
    "UTF-16": Bad(json.dumps(report("bad")).encode("utf-16")),
    "UTF-16 that says so": Bad(
        json.dumps(report("bad")).encode("utf-16-le"),
        415,
        "media_type_unknown",
        headers={"Content-Type": "application/json; charset=utf-16le"},
    ),
    "UTF-32": Bad(json.dumps(report("bad")).encode("utf-32-be")),
    "GB 18030": Bad(
        json.dumps(report("bad", product={"name": "五花肉"}), ensure_ascii=False).encode("gb18030")
    ),
    "a byte that is no UTF-8": Bad(
        spelled(id='"a\udcffb"'.encode("utf-8", "surrogateescape").decode("latin-1")).replace(
            "ÿ".encode(), b"\xff"
        )
    ),
    "a byte that is no UTF-8 in a member that comes again": Bad(
        b'{"product": "\xff", ' + json.dumps(report("bad", product={"name": "猪肉"})).encode()[1:]
    ),
    "random bytes": Bad(bytes(range(256)) * 100),
    "a lone surrogate": Bad(spelled(id=r'"\ud800"')),
    "a surrogate pair the wrong way round": Bad(spelled(id=r'"\udc00\ud800"')),
    "an exponent without an end": Bad(quantity("1e" + "9" * 30)),
    "a number of 10,000 digits": Bad(quantity("9" * 10_000)),
    # --- JSON, but no report
    "a number": Bad(b"42", code="not_object"),
    "a text": Bad(b'"harvest"', code="not_object"),
    "null": Bad(b"null", code="not_object"),
    "an array in an array": Bad(b"[[" + GOOD + b"]]", code="not_object"),
    "an empty object": Bad(b"{}", code="missing", pointer="/kind"),
    "an unknown member": Bad(spelled(weight='"3"'), code="unknown_field", pointer="/weight"),
    "a hostile member's name": Bad(
        spelled(**{"a/b~c": "1"}), code="unknown_field", pointer="/a~1b~0c"
    ),
    "a NUL byte": Bad(spelled(id='"a\x00b"')),
    "an escaped NUL": Bad(spelled(id=r'"a\u0000b"'), code="text_control", pointer="/id"),
    "an escaped NUL in extra": Bad(
        spelled(extra=r'{"note": "a\u0000b"}'), code="text_control", pointer="/extra/note"
    ),
    "a NUL in a code": Bad(spelled(items=r'[{"code": "a\u0000"}]'), pointer=ITEM, code=""),
    "a code of 1 MB": Bad(spelled(items=json.dumps([{"code": "9" * MIB}])), pointer=ITEM, code=""),
    "an id of 1 MB": Bad(spelled(id=json.dumps("x" * MIB)), code="text_too_long", pointer="/id"),
    "a member's name of 1 MB": Bad(spelled(**{"x" * MIB: "1"}), code="unknown_field"),
    "extra too deep": Bad(spelled(extra=f'{{"a": {nested(50)}}}'), pointer="", code=""),
    "a time without a zone": Bad(
        spelled(time='"2026-03-01T08:00:00"'), code="time_no_offset", pointer="/time"
    ),
    "the year 99999": Bad(
        spelled(time='"99999-03-01T08:00:00+08:00"'), code="time_malformed", pointer="/time"
    ),
    "the year 9999": Bad(
        spelled(time='"9999-03-01T08:00:00+08:00"'), code="time_out_of_range", pointer="/time"
    ),
    "tomorrow's time": Bad(
        spelled(time='"2199-03-01T08:00:00+08:00"'), code="time_in_future", pointer="/time"
    ),
    "the 30th of February": Bad(
        spelled(time='"2026-02-30T08:00:00+08:00"'), code="time_malformed", pointer="/time"
    ),
    "a time in seconds": Bad(spelled(time="1772323200"), code="time_malformed", pointer="/time"),
    "a negative quantity": Bad(quantity('"-1"'), code="quantity_malformed", pointer=QUANTITY),
    "an infinite quantity": Bad(
        quantity('"Infinity"'), code="quantity_malformed", pointer=QUANTITY
    ),
    "a huge exponent": Bad(quantity("1e999999"), code="quantity_malformed", pointer=QUANTITY),
    "a tiny exponent": Bad(quantity("1e-999999"), code="quantity_malformed", pointer=QUANTITY),
    "a quantity of ten thousand digits": Bad(
        quantity(json.dumps("9" * 10_000)), code="quantity_malformed", pointer=QUANTITY
    ),
    "a quantity in words": Bad(quantity('"twelve"'), code="quantity_malformed", pointer=QUANTITY),
    "an unknown unit": Bad(unit('"KMG"'), code="unit_unknown", pointer=UNIT),
    "a unit in Chinese": Bad(unit('"公斤"'), code="unit_unknown", pointer=UNIT),
    "a unit that is an object": Bad(unit("{}"), code="unit_malformed", pointer=UNIT),
    "a wrong check digit": Bad(
        spelled(items='[{"code": "(01)06901234567891(10)L1"}]'), code="check_digit", pointer=ITEM
    ),
    "items that are no array": Bad(
        spelled(items='{"code": "L1"}'), code="not_array", pointer="/items"
    ),
    "two shapes in one report": Bad(spelled(parent='"P1"'), code="", pointer=""),
    "a party of somebody else": Bad(
        spelled(party='"91350203MA00000005"'), code="party_not_yours", pointer="/party"
    ),
    # --- Both forms, and EPCIS
    "a wrong city report behind a right EPCIS one": Bad(
        json.dumps([epcis(), report("bad", time="never")]).encode(),
        code="time_malformed",
        pointer="/time",
        index=1,
    ),
    "both forms in one object": Bad(
        json.dumps(report("bad") | {"@context": CONTEXT}).encode(), code="", pointer=""
    ),
    "a deep @context": Bad(
        b'{"@context": ' + nested(200, CONTEXT).encode() + b', "type": "EPCISDocument"}',
        code="",
        pointer="",
    ),
    "an @context without an end": Bad(b'{"@context": ' + b"[" * 100_000),
    "an EPCIS document without events": Bad(
        json.dumps({"@context": CONTEXT, "type": "EPCISDocument"}).encode(), code="", pointer=""
    ),
    "an EPCIS event of no type": Bad(
        json.dumps(epcis(type="MagicEvent")).encode(), code="", pointer="/type"
    ),
    "an EPCIS time without a zone": Bad(
        json.dumps(epcis(eventTime="2026-03-01T08:00:00")).encode(), code="", pointer="/eventTime"
    ),
    "a lone surrogate in EPCIS": Bad(json.dumps(epcis(eventID="urn:x:\ud800")).encode()),
    # --- NDJSON
    "a broken line among good ones": Bad(
        GOOD + b"\n{broken\n", index=1, headers={"Content-Type": NDJSON}
    ),
    "an array where lines are": Bad(
        b"[" + GOOD + b"]\n", code="not_object", headers={"Content-Type": NDJSON}
    ),
    # --- Not read at all
    "a form": Bad(
        b"kind=x", 415, "media_type_unknown", headers={"Content-Type": "multipart/form-data"}
    ),
    "XML": Bad(b"<x/>", 415, "media_type_unknown", headers={"Content-Type": "application/xml"}),
    "no media type": Bad(GOOD, 415, "media_type_unknown", headers={"Content-Type": "no type"}),
    "gzip": Bad(
        gzip.compress(GOOD), 415, "content_encoding_refused", headers={"Content-Encoding": "gzip"}
    ),
    "gzip that does not say so": Bad(gzip.compress(GOOD)),
    "40 MB": Bad(b"[" + b" " * 40 * MIB + b"]", 413, "body_too_large"),
    "10,001 reports": Bad(b"[" + b"{}," * 10_000 + b"{}]", 413, "batch_too_large"),
}


def places(told: dict[str, Any]) -> list[tuple[int, str, str]]:
    """Every place that a problem names, wherever it lists its faults."""
    listed = told.get("rejected") or told.get("errors") or []
    return [(fault["index"], fault["pointer"], fault["code"]) for fault in listed]


@pytest.mark.parametrize("at", ["meat", "gateway"])
@pytest.mark.parametrize("name", BODIES)
def test_a_wrong_body_is_a_4xx_problem_that_names_the_place(city: City, name: str, at: str) -> None:
    bad = BODIES[name]
    headers = {"Content-Type": JSON, "Accept-Language": "en", **bad.headers}
    answer = city.client("seller", at=at).post("/v1/events", content=bad.body, headers=headers)
    assert answer.status_code == bad.status, answer.text[:2000]
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["detail"]
    assert len(answer.content) < 64 * 1024
    if bad.status != 422:
        assert told["code"] == bad.code
    elif bad.code:
        assert (bad.index, bad.pointer, bad.code) in places(told), places(told)
    else:
        assert any(p.startswith(bad.pointer) for _, p, _ in places(told)), places(told)
    assert city.client("city", at=at).get("/v1/events").json()["events"] == []


@pytest.mark.parametrize("at", ["meat", "gateway"])
def test_a_chunked_body_that_does_not_end_is_413(city: City, at: str) -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        yield b"["
        while sent < 400:
            sent += 1
            yield b" " * MIB

    client = city.client("seller", at=at)
    try:
        answer = client.post("/v1/events", content=endless(), headers={"Content-Type": JSON})
    except httpx.TransportError:
        pass  # cut off while it was still sending: the answer went out, and may be lost so
    else:
        assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert sent < 400


@pytest.mark.parametrize("at", ["meat", "gateway"])
def test_what_is_merely_unusual_is_taken(city: City, at: str) -> None:
    client = city.client("seller", at=at)
    unusual = {
        "a byte order mark": b"\xef\xbb\xbf" + GOOD,
        "a unit that is not in the table, in EPCIS": json.dumps(
            epcis(
                epcList=[],
                quantityList=[
                    {
                        "epcClass": "https://id.gs1.org/01/06901234567892/10/L1",
                        "quantity": 1,
                        "uom": "QQ9",
                    }
                ],
            )
        ).encode(),
        "every unit of the table's forms": unit('"XBX"').replace(b'"bad"', b'"box"'),
        "a number for a quantity": quantity("1.50e1").replace(b'"bad"', b'"number"'),
    }
    for name, body in unusual.items():
        answer = client.post("/v1/events", content=body, headers={"Content-Type": JSON})
        assert answer.status_code == 200, (name, answer.text)
