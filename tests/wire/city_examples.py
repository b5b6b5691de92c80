"""Reports in the city form that tests of the reader, the writer and the schema share."""

from __future__ import annotations

from typing import Any

from suyuan.domain.codes import Use, recognise

REPORTER = recognise("91350200M0001300AH", use=Use.PARTY)
OTHER_PARTY = "91350200M000270007"
GTIN = "06901234567892"
GTIN_KEY = "https://id.gs1.org/01/06901234567892"
SSCC = "(00)369012345000000012"

Report = dict[str, Any]


def sale(**members: Any) -> Report:
    """A wholesale sale of one lot; a member given as ``...`` is left out."""
    report = {
        "kind": "wholesale",
        "activity": "sale",
        "time": "2026-03-01T08:00:00+08:00",
        "items": [{"code": GTIN, "quantity": "12.5", "unit": "KGM"}],
        **members,
    }
    return {name: value for name, value in report.items() if value is not ...}


def cutting(**members: Any) -> Report:
    """A production event that makes two things of one."""
    made = {"inputs": [{"code": "PIG-1"}], "outputs": [{"code": "CUT-1"}, {"code": "CUT-2"}]}
    return sale(**{"kind": "production", "activity": "process", "items": ..., **made, **members})


def packing(**members: Any) -> Report:
    """A packing of two things into a container."""
    packed = {"parent": SSCC, "children": [{"code": "CUT-1"}, {"code": "CUT-2"}]}
    return sale(**{"kind": "logistics", "activity": "pack", "items": ..., **packed, **members})


def whole() -> Report:
    """An event with every member of the city form that can stand beside items."""
    return sale(
        id="S-2026/001",
        party=REPORTER.short,
        place="350203001",
        items=[
            {
                "code": "https://id.gs1.org/01/06901234567892/10/L1",
                "quantity": "12.5",
                "unit": "KGM",
            },
            {"code": "白条-4711"},
        ],
        **{"from": {"party": REPORTER.short, "place": "350203001"}},
        to={"party": OTHER_PARTY, "place": "stall 7"},
        product={
            "name": "鲜猪肉",
            "lot": "L1",
            "produced_on": "2026-02-28",
            "expires_on": "2026-03-07",
            "origin": "福建漳州",
            "spec": "半片",
        },
        documents=[
            {
                "type": "quarantine_certificate",
                "number": "3501234567",
                "issuer": "漳州市动物卫生监督所",
                "issued_on": "2026-02-28",
                "url": "https://example.org/certificates/3501234567",
            },
            {"type": "test_report", "number": "T-7", "result": "passed"},
        ],
        correction={
            "declared_at": "2026-03-02T08:00:00+08:00",
            "reason": "did_not_occur",
            "replaced_by": ["S-2026/002"],
        },
        sector="meat",
        extra={"车牌": "闽D12345", "temperatures": [4, 3, None, True], "deep": {"er": {}}},
    )


VALID: dict[str, Report] = {
    "a sale": sale(),
    "everything": whole(),
    "what is absent may be null": sale(
        inputs=[], outputs=[], parent=None, children=[], product=None, sector=None, extra=None
    ),
    "a quantity as a number": sale(items=[{"code": "A", "quantity": 12}]),
    "no quantity": sale(items=[{"code": "A"}]),
    "pieces": sale(items=[{"code": "A", "quantity": "3"}]),
    "a time without seconds": sale(time="2026-03-01T08:00+08:00"),
    "a time in UTC": sale(time="2026-03-01T00:00:00.25Z"),
    "a transformation": cutting(),
    "one half of a transformation": cutting(outputs=[], transformation="T-1"),
    "the other half": cutting(inputs=..., transformation="T-1"),
    "a sale under new codes": cutting(kind="wholesale", activity="sale"),
    "a split": cutting(kind="wholesale", activity="split"),
    "a merge": cutting(kind="wholesale", activity="merge"),
    "a packing": packing(),
    "a packing in production": packing(kind="production"),
    "an unpacking": packing(activity="unpack"),
    "an unpacking of everything": packing(activity="unpack", children=[]),
    "an unpacking without children": packing(activity="unpack", children=...),
    "empty ends": sale(**{"from": {}}, to={}),
    "a place alone": sale(to={"place": "350203001"}),
    "an empty product": sale(product={}),
    "a bare document": sale(documents=[{"type": "ticket"}]),
    "a bare correction": sale(id="1", correction={"declared_at": "2026-03-01T00:00:00Z"}),
}

# name: the report, its fault, and where it is
INVALID: dict[str, tuple[Any, str, str]] = {
    "null": (None, "not_object", ""),
    "a number": (7, "not_object", ""),
    "text": ("x", "not_object", ""),
    "an array": ([], "not_object", ""),
    "an unknown member": (sale(colour="red"), "unknown_field", "/colour"),
    "no kind": (sale(kind=...), "missing", "/kind"),
    "a null kind": (sale(kind=None), "missing", "/kind"),
    "an unknown kind": (sale(kind="barter"), "unknown_word", "/kind"),
    "a kind that is no text": (sale(kind=1), "not_text", "/kind"),
    "no activity": (sale(activity=...), "missing", "/activity"),
    "an activity of another kind": (sale(activity="slaughter"), "activity_unknown", "/activity"),
    "no time": (sale(time=...), "missing", "/time"),
    "a time without offset": (sale(time="2026-03-01T08:00:00"), "time_no_offset", "/time"),
    "a time that is a date": (sale(time="2026-03-01"), "time_malformed", "/time"),
    "a time long ago": (sale(time="1840-03-01T08:00:00Z"), "time_out_of_range", "/time"),
    "a time that is a number": (sale(time=1772323200), "time_malformed", "/time"),
    "no things": (sale(items=...), "no_code", ""),
    "no items": (sale(items=[]), "no_code", ""),
    "items that are one": (sale(items={"code": "A"}), "not_array", "/items"),
    "an item that is text": (sale(items=["A"]), "not_object", "/items/0"),
    "an item without code": (sale(items=[{"quantity": "1"}]), "missing", "/items/0/code"),
    "a code that is a number": (sale(items=[{"code": 1}]), "not_text", "/items/0/code"),
    "an empty code": (sale(items=[{"code": ""}]), "code_empty", "/items/0/code"),
    "a code too long": (sale(items=[{"code": "x" * 600}]), "code_too_long", "/items/0/code"),
    "an unknown member of an item": (
        sale(items=[{"code": "A", "price": "1"}]),
        "unknown_field",
        "/items/0/price",
    ),
    "a negative quantity": (
        sale(items=[{"code": "A", "quantity": "-1"}]),
        "quantity_malformed",
        "/items/0/quantity",
    ),
    "a quantity with an exponent": (
        sale(items=[{"code": "A", "quantity": "1e5"}]),
        "quantity_malformed",
        "/items/0/quantity",
    ),
    "a quantity below nothing": (
        sale(items=[{"code": "A", "quantity": -1}]),
        "quantity_malformed",
        "/items/0/quantity",
    ),
    "a quantity that is true": (
        sale(items=[{"code": "A", "quantity": True}]),
        "quantity_malformed",
        "/items/0/quantity",
    ),
    "a unit in words": (
        sale(items=[{"code": "A", "quantity": "1", "unit": "kg"}]),
        "unit_unknown",
        "/items/0/unit",
    ),
    "a unit of nothing": (
        sale(items=[{"code": "A", "unit": "KGM"}]),
        "unit_without_quantity",
        "/items/0/unit",
    ),
    "items and inputs": (sale(inputs=[{"code": "B"}]), "shape_conflict", ""),
    "items and a parent": (sale(parent="B"), "shape_conflict", ""),
    "outputs and children": (
        cutting(inputs=[], children=[{"code": "B"}]),
        "shape_conflict",
        "",
    ),
    "a split of items": (sale(activity="split"), "shape_not_allowed", "/items"),
    "a slaughter of containers": (
        packing(kind="production", activity="slaughter"),
        "shape_not_allowed",
        "/parent",
    ),
    "an entry that changes things": (
        cutting(kind="wholesale", activity="entry"),
        "shape_not_allowed",
        "/inputs",
    ),
    "a packing of items": (sale(activity="pack"), "shape_not_allowed", "/items"),
    "a packing without container": (packing(parent=None), "parent_missing", "/parent"),
    "a packing of nothing": (packing(children=[]), "pack_without_children", "/children"),
    "a transformation of items": (
        sale(transformation="T-1"),
        "transformation_without_change",
        "/transformation",
    ),
    "an empty id": (sale(id=""), "text_empty", "/id"),
    "an id of spaces": (sale(id="  "), "text_empty", "/id"),
    "an id too long": (sale(id="x" * 257), "text_too_long", "/id"),
    "an id with a tab": (sale(id="a\tb"), "text_control", "/id"),
    "an id that is a number": (sale(id=7), "not_text", "/id"),
    "a party that is an object": (sale(party={}), "not_text", "/party"),
    "an end that is text": (sale(to="A"), "not_object", "/to"),
    "an unknown member of an end": (sale(to={"name": "A"}), "unknown_field", "/to/name"),
    "a product that is text": (sale(product="pork"), "not_object", "/product"),
    "a product with a price": (sale(product={"price": "1"}), "unknown_field", "/product/price"),
    "a date that is none": (
        sale(product={"produced_on": "2026-02-30"}),
        "date_malformed",
        "/product/produced_on",
    ),
    "a date with a time": (
        sale(product={"expires_on": "2026-03-01T00:00:00Z"}),
        "date_malformed",
        "/product/expires_on",
    ),
    "a name with a NUL": (sale(product={"name": "a\0"}), "text_control", "/product/name"),
    "documents that are one": (sale(documents={"type": "x"}), "not_array", "/documents"),
    "a document without type": (sale(documents=[{}]), "missing", "/documents/0/type"),
    "a script for an address": (
        sale(documents=[{"type": "x", "url": "javascript:alert(1)"}]),
        "url_malformed",
        "/documents/0/url",
    ),
    "a document with a result of its own": (
        sale(documents=[{"type": "test_report", "result": "good"}]),
        "unknown_word",
        "/documents/0/result",
    ),
    "a correction without time": (sale(correction={}), "missing", "/correction/declared_at"),
    "a replacement that is a number": (
        sale(correction={"declared_at": "2026-03-01T00:00:00Z", "replaced_by": [1]}),
        "not_text",
        "/correction/replaced_by/0",
    ),
    "an unknown sector": (sale(sector="toys"), "unknown_word", "/sector"),
    "extra that is an array": (sale(extra=[]), "not_object", "/extra"),
}

# Faults that a JSON Schema cannot see: they need codes, other members or other events.
BEYOND_SCHEMA: dict[str, tuple[Report, str, str]] = {
    "a wrong check digit": (
        sale(items=[{"code": "(01)06901234567891"}]),
        "check_digit",
        "/items/0/code",
    ),
    "a thing twice": (
        sale(items=[{"code": GTIN}, {"code": "A"}, {"code": f"(01){GTIN}"}]),
        "code_repeated",
        "/items/2/code",
    ),
    "a container in itself": (
        packing(children=[{"code": SSCC}]),
        "parent_within_itself",
        "/children",
    ),
    "two lots for one": (
        sale(items=[{"code": f"(01){GTIN}(10)L1"}], product={"lot": "L2"}),
        "lot_contradicts",
        "/items/0/code",
    ),
    "a lot that no GTIN can have": (
        sale(product={"lot": "三月一批"}),
        "lot_malformed",
        "/product/lot",
    ),
    "a time tomorrow": (sale(time="2026-06-02T00:00:00Z"), "time_in_future", "/time"),
    "an id that cannot be printed": (sale(id="a\u202eb"), "id_not_printable", "/id"),
    "extra with a NUL": (sale(extra={"a": ["\0"]}), "text_control", "/extra/a/0"),
}
