"""A profile narrows what the public sees, field by field, and widens nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suyuan.domain import policy
from suyuan.domain.caller import CONSUMER, Caller, CallerRole
from suyuan.domain.chain import Chain, ChainEvent, Thing, Via
from suyuan.domain.events import Document, Endpoint, Event, Product, StoredEvent
from suyuan.domain.naming import Known, with_names
from suyuan.domain.profiles.fields import PUBLIC
from suyuan.domain.profiles.profile import Profile
from suyuan.domain.profiles.showing import NARROWING, Showing
from suyuan.domain.register import Naming
from suyuan.domain.register import Product as Registered
from suyuan.domain.temperature import Limit, Temperature
from suyuan.web.pages import Names, PageLinks, render_chain
from suyuan.web.responses import json_response
from suyuan.wire.chains import write_chain
from suyuan.wire.profiles import shipped
from tests.build import moved, party, stored, thing

SELLER, BUYER = party("91350200M000100Y5X"), party("91350203M000100Y43")
SUPPLIER = party("91350200M000100Y48")
NOW = datetime(2026, 3, 9, tzinfo=UTC)
PRODUCT = Product("鲜猪肉", "LOT-7", date(2025, 11, 3), date(2025, 11, 23), "福建南平", "散装")
# What stands in the public JSON of the event below if and only if the field is shown.
MARKS = {
    "party": SELLER.short,
    "place": "market",
    "from.party": SUPPLIER.short,
    "documents": "QC-1",
    "product.name": "鲜猪肉",
    "product.lot": "LOT-7",
    "product.produced_on": "2025-11-03",
    "product.expires_on": "2025-11-23",
    "product.origin": "福建南平",
    "product.spec": "散装",
}
# What no profile can show: the policy hides it from the public.
HIDDEN = {"buyer": BUYER.short, "price": "12.50", "invoice": "INV-1"}
# What a page has no line for.
NOT_ON_PAGES = {"from.party"}


def event(**more: Any) -> Event:
    told = moved("sale", 1, "X", party=SELLER, kind="wholesale", activity="sale")
    return replace(
        told,
        place=thing("market"),
        source=Endpoint(SUPPLIER, None),
        destination=Endpoint(BUYER, None),
        product=PRODUCT,
        documents=(Document("quarantine_certificate", "QC-1"), Document("invoice", "INV-1")),
        sector="meat",
        extra={"price": "12.50"},
        **more,
    )


def profile(consumer: tuple[str, ...], sector: str = "meat") -> Profile:
    return replace(shipped()[sector], consumer=consumer)


def chain_of(one: StoredEvent) -> Chain:
    things = (Thing(thing("X"), "lot", PRODUCT.name),)
    return Chain(thing("X"), "up", (ChainEvent(one, Via.DIRECT),), things=things)


def seen(
    consumer: tuple[str, ...], caller: Caller = CONSUMER, *, registered: bool = False
) -> Chain:
    """The chain of the sale as a caller sees it under a profile that lists these fields."""
    one = Showing([profile(consumer)]).marked(stored(event()))
    cut = policy.view(chain_of(replace(one, subsystems=frozenset({"meat"}))), caller)
    entry = Registered(thing("X"), Naming("鲜猪肉"), date(2025, 1, 1), spec="散装")
    known = Known(products={entry.code.key: entry} if registered else {})
    return with_names(cut, known, "zh", policy.unshown_of(cut, caller))


def public_json(chain: Chain) -> str:
    told = write_chain(chain, asked="X", language="zh", now=NOW)
    return bytes(json_response(told).body).decode()


def public_page(chain: Chain) -> str:
    return render_chain(chain, language="zh", names=Names(), links=PageLinks.of())


fields = st.sets(st.sampled_from(sorted(PUBLIC)), min_size=1).map(sorted).map(tuple)


@given(fields, st.booleans())
def test_a_field_is_shown_if_and_only_if_the_profile_lists_it(
    consumer: tuple[str, ...], registered: bool
) -> None:
    chain = seen(consumer, registered=registered)
    json, page = public_json(chain), public_page(chain)
    shown = {field for field, mark in MARKS.items() if mark in json}
    assert shown == set(NARROWING) & set(consumer)
    on_page = {field for field, mark in MARKS.items() if mark in page}
    assert on_page == shown - NOT_ON_PAGES
    assert [name for name, mark in HIDDEN.items() if mark in json + page] == []


@given(fields)
def test_a_profile_never_widens_what_the_policy_shows(consumer: tuple[str, ...]) -> None:
    (whole,) = policy.view(chain_of(stored(event())), CONSUMER).events
    (cut,) = seen(consumer).events
    for name in Event.__dataclass_fields__:
        narrow, wide = getattr(cut.stored.event, name), getattr(whole.stored.event, name)
        if name == "product":
            narrow, wide = ({**_facts(one)} for one in (narrow, wide))
            assert narrow.items() <= wide.items()
        else:
            assert narrow in (wide, None, (), Endpoint(), policy.WITHHELD), name
    assert {"to", "documents", "extra"} <= set(cut.stored.redacted)


def _facts(product: Product | None) -> dict[str, Any]:
    names = Product.__dataclass_fields__
    return {n: v for n in names if (v := getattr(product, n, None)) is not None}


@given(fields)
def test_whoever_sees_the_event_whole_sees_it_under_any_profile(consumer: tuple[str, ...]) -> None:
    own = Caller(CallerRole.ENTERPRISE, party=SELLER)
    department = Caller(CallerRole.DEPARTMENT, home="meat")
    for caller in (own, department, Caller(CallerRole.CITY)):
        (one,) = seen(consumer, caller).events
        assert one.stored.event == event()


def test_of_others_an_enterprise_sees_what_the_public_sees() -> None:
    other = Caller(CallerRole.ENTERPRISE, party=BUYER)
    (one,) = seen(("time", "documents"), other).events
    assert one.stored.event.party == policy.WITHHELD
    assert {"party", "place", "from", "product.name"} <= set(one.stored.redacted)


def test_what_is_shown_is_what_was_shown_before_there_was_a_list() -> None:
    for sector, one in shipped().items():
        assert set(one.consumer) >= set(NARROWING), sector
    none = Showing([profile(())]).marked(stored(event()))
    assert none.unshown == ()
    assert public_json(seen(())) == public_json(seen(tuple(PUBLIC)))


def test_an_event_without_a_sector_is_shown_by_the_departments_own() -> None:
    narrow = profile(("time",))
    unnamed = stored(replace(event(), sector=None))
    assert Showing([narrow]).marked(unnamed).unshown == ()
    assert set(Showing([narrow], "meat").marked(unnamed).unshown) == set(NARROWING)
    assert Showing([narrow], "food").marked(unnamed).unshown == ()


def test_of_two_profiles_both_take_away() -> None:
    first = Showing([profile(tuple(PUBLIC - {"place"}))]).marked(stored(event()))
    both = Showing([profile(tuple(PUBLIC - {"party"}))]).marked(first)
    assert set(both.unshown) == {"place", "party"}


def test_what_a_lying_subsystem_calls_a_field_takes_nothing_away() -> None:
    one = replace(stored(event()), unshown=("time", "id", "product.__class__", "items", "x"))
    (shown,) = policy.view(chain_of(one), CONSUMER).events
    (plain,) = policy.view(chain_of(stored(event())), CONSUMER).events
    assert shown.stored.event == plain.stored.event


@pytest.mark.parametrize(
    ("sector", "extra", "told", "limit"),
    [
        ("drugs", {"cold_chain_temperature": 9}, 9, Limit(Decimal(2), Decimal(8))),
        ("food", {"chilled_temperature": "4"}, 4, Limit(Decimal(0), Decimal(8))),
        ("food", {"chilled_temperature": 4}, 5, None),  # it was read from something else
        ("food", {"temperature": 5}, 5, None),
        ("food", {"chilled_temperature": True}, 1, None),
    ],
)
def test_a_control_point_is_the_limit_of_the_temperature_that_was_read_from_it(
    sector: str, extra: dict[str, Any], told: int, limit: Limit | None
) -> None:
    celsius = Temperature(Decimal(told), Decimal(told))
    one = moved("s", 1, "X", party=SELLER, kind="logistics", activity="store")
    one = replace(one, sector=sector, extra=extra, temperature=celsius)
    assert Showing(shipped().values()).marked(stored(one)).limit == limit


def test_a_stated_limit_goes_before_the_profiles() -> None:
    told = Temperature(Decimal(9), Decimal(9), at_most=Decimal(10))
    assert told.within(Limit(Decimal(2), Decimal(8))) == told
    assert not told.within(None).is_out_of_limit
    bare = Temperature(Decimal(9), Decimal(9)).within(Limit(Decimal(2), Decimal(8)))
    assert (bare.at_least, bare.at_most, bare.is_out_of_limit) == (Decimal(2), Decimal(8), True)


def test_a_point_that_no_goods_can_have_is_no_limit() -> None:
    point = replace(shipped()["drugs"].points[0], least=None, most=Decimal(5000))
    hot = replace(shipped()["drugs"], points=(point,))
    one = moved("s", 1, "X", party=SELLER, kind="logistics", activity="store")
    one = replace(
        one,
        sector="drugs",
        extra={point.id: 9},
        temperature=Temperature(Decimal(9), Decimal(9)),
    )
    assert Showing([hot]).marked(stored(one)).limit is None
