"""Events that the city form can produce, for tests of EPCIS writing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, cast

from hypothesis import strategies as st

from suyuan.domain.activities import KINDS, SECTORS, Activity, Shape
from suyuan.domain.codes import Code, Use, recognise
from suyuan.domain.errors import CodeError
from suyuan.domain.events import (
    Action,
    Correction,
    Document,
    Endpoint,
    Event,
    EventType,
    Item,
    Product,
    transformation_urn,
)

PARTY = recognise("91350200M000100Y48", use=Use.PARTY)

_TEXT = st.text(st.characters(exclude_categories=("C", "Zl", "Zp")), min_size=1, max_size=20)
TEXTS = _TEXT.filter(str.strip) | st.sampled_from(["007", "12.50", "81234567890123456789", "true"])
IDS = TEXTS | st.sampled_from(
    [
        "urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8",
        "PO:2026 001/溯",
        "urn:suyuan:event:91350200M000100Y48:7",
        "urn:suyuan:event:911100001000000001:7",
        "https://example.org/e?a=1#b",
        "ab:100%",
        "ab:[#]#",
        "urn:suyuan:whole:7",
    ]
)
THINGS = st.sampled_from(
    [
        "06901234567892",
        "(01)06901234567892(10)L1",
        "https://id.gs1.org/01/06901234567892/21/A%2FB%28%29'%22",
        "urn:epc:id:sgtin:4012345.011111.9876",
        "(00)369012345000000012",
        "81234567890123456789",
        "白条-4711",
        "LOT:12",
        "https://例子.cn/溯源?码=1",
        "https://example.org/things/[1]#a#b",
        "urn:example:thing 100%",
    ]
) | st.text("AB01/:%# 猪", min_size=1, max_size=6).filter(str.strip)
PLACES = st.sampled_from(
    ["350203001", "6901234567892", "stall 7", "urn:epc:id:sgln:4012345.00005.1"]
)
PARTIES = st.sampled_from(["91350200M0001300AH", "6901234567892", "farmer 3", "外商 甲"])
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
_FIRST = datetime(1950, 1, 1, tzinfo=UTC)
TIMES = st.timedeltas(timedelta(0), timedelta(days=27_000)).map(lambda since: _FIRST + since)
QUANTITIES = st.decimals(0, 10**15 - 1, places=9) | st.integers(0, 10**6).map(Decimal)
DAYS = st.dates(date(1950, 1, 1), date(2150, 1, 1))
PLAIN = (
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False, allow_infinity=False)
)
EXTRAS = st.dictionaries(
    TEXTS,
    st.recursive(PLAIN | TEXTS, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner)),
    max_size=3,
)


def _code(text: str, use: Use) -> Code:
    return recognise(text, owner=PARTY.short, use=use)


def _thing(text: str) -> Code | None:
    try:
        return _code(text, Use.THING)
    except CodeError:
        return None


CODES = THINGS.map(_thing).filter(bool).map(lambda code: cast(Code, code))
PLACE_CODES = PLACES.map(lambda text: _code(text, Use.PLACE))
PARTY_CODES = PARTIES.map(lambda text: _code(text, Use.PARTY))
_AMOUNTS = st.tuples(QUANTITIES, st.none() | st.just("KGM")) | st.just((None, None))
ITEMS = st.builds(lambda code, amount: Item(code, *amount), CODES, _AMOUNTS)
ENDPOINTS = st.builds(Endpoint, st.none() | PARTY_CODES, st.none() | PLACE_CODES)
PRODUCTS = st.builds(
    Product,
    *[st.none() | kind for kind in (TEXTS, TEXTS, DAYS, DAYS, TEXTS, TEXTS)],
).filter(lambda product: product != Product())
URLS = st.none() | st.sampled_from(["https://example.org/c/1", "http://例子.cn/证"])
TYPES = TEXTS | st.sampled_from(["certification", "po", "transaction", "quarantine_certificate"])
NUMBERS = TEXTS | st.just("urn:epc:id:gdti:0614141.00001.1618034")
DOCUMENTS = st.builds(
    Document, TYPES, st.none() | NUMBERS, st.none() | TEXTS, st.none() | DAYS, URLS
)
CORRECTIONS = st.builds(
    Correction,
    TIMES,
    st.none() | TEXTS | st.sampled_from(["did_not_occur", "urn:epcglobal:cbv:er:incorrect_data"]),
    st.lists(IDS, max_size=3).map(tuple),
)


def _items(least: int = 0) -> st.SearchStrategy[tuple[Item, ...]]:
    listed = st.lists(ITEMS, min_size=least, max_size=5, unique_by=lambda item: item.code.key)
    return listed.map(tuple)


@st.composite
def events(draw: Any) -> Event:
    """Any event of any activity in any of its shapes."""
    kind = draw(st.sampled_from(sorted(KINDS)))
    word = draw(st.sampled_from(sorted(KINDS[kind])))
    activity = KINDS[kind][word]
    shape = draw(st.sampled_from(sorted(activity.shapes, key=lambda shape: shape.value)))
    return Event(
        id=draw(IDS),
        party=PARTY,
        time=draw(TIMES).astimezone(draw(OFFSETS)),
        kind=kind,
        activity=word,
        step=activity.step,
        disposition=activity.disposition,
        place=draw(st.none() | PLACE_CODES),
        source=draw(ENDPOINTS),
        destination=draw(ENDPOINTS),
        product=draw(st.none() | PRODUCTS),
        documents=tuple(draw(st.lists(DOCUMENTS, max_size=3))),
        correction=draw(st.none() | CORRECTIONS),
        sector=draw(st.none() | st.sampled_from(SECTORS)),
        extra=draw(EXTRAS),
        **draw(_things(shape, activity)),
    )


@st.composite
def _things(draw: Any, shape: Shape, activity: Activity) -> dict[str, Any]:
    if shape is Shape.ITEMS:
        items = draw(_items(1))
        action = draw(st.sampled_from([activity.action, Action.DELETE]))
        return {"type": EventType.OBJECT, "action": action, "items": items}
    if shape is Shape.PACKING:
        children = draw(_items(0 if activity.action is Action.DELETE else 1))
        things = {"parent": draw(CODES), "children": children}
        return {"type": EventType.AGGREGATION, "action": activity.action, **things}
    inputs = draw(_items())
    outputs = draw(_items(0 if inputs else 1))
    joined = draw(st.none() | IDS)
    transformation = None if joined is None else transformation_urn(joined, PARTY)
    things = {"inputs": inputs, "outputs": outputs, "transformation": transformation}
    return {"type": EventType.TRANSFORMATION, **things}
