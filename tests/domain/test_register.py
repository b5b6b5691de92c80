"""The register's own rules: what holds when, who writes, who sees; and names on chains."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from suyuan.domain.caller import CONSUMER, Caller, CallerRole
from suyuan.domain.chain import Chain, Finding, Thing, product_of
from suyuan.domain.codes import Code, Use, recognise
from suyuan.domain.errors import NotAllowed
from suyuan.domain.events import Product as Facts
from suyuan.domain.naming import Known, first_of, wanted_by, with_names
from suyuan.domain.register import (
    Contact,
    Kind,
    Licence,
    Naming,
    Party,
    Place,
    Product,
    Version,
    as_of_today,
    history,
    in_force,
    may_replace,
    must_write,
    owner_of,
    product_key,
    today,
    visible,
)
from tests.web.chains import IMPORTER, chain_event, chain_of

USCC, OTHER = "91350206MADEMA0101", "91350212MADEMA040R"
ME, YOU = (recognise(text, use=Use.PARTY) for text in (USCC, OTHER))
FARM = recognise("FARM-7", owner=USCC, use=Use.PARTY)
GTIN = recognise("06901234567892")
SINCE = date(2026, 1, 1)
NOW = datetime(2026, 3, 1, tzinfo=UTC)
ENTERPRISE = Caller(CallerRole.ENTERPRISE, ME, "food")
DEPARTMENT = Caller(CallerRole.DEPARTMENT, home="food")


def version(number: int, since: date, name: str = "名", **more: object) -> Version:
    party = replace(Party(ME, Naming(name), since), **more)
    return Version(party, number, NOW, USCC, authority=False)


def test_a_name_in_a_language_without_one_is_the_other_ones() -> None:
    assert Naming("厂", "Plant").of("en") == "Plant"
    assert Naming("厂").of("en") == "厂"
    assert Naming(None, "Plant").of("zh") == "Plant"


def test_the_citys_day_begins_eight_hours_before_greenwichs() -> None:
    assert today(datetime(2026, 3, 1, 15, 59, tzinfo=UTC)) == date(2026, 3, 1)
    assert today(datetime(2026, 3, 1, 16, 0, tzinfo=UTC)) == date(2026, 3, 2)


# --- Versions -----------------------------------------------------------------------------------


def test_the_version_that_holds_is_the_latest_that_has_begun() -> None:
    versions = [version(1, date(2026, 1, 1)), version(2, date(2026, 3, 1))]
    assert in_force(versions, date(2025, 12, 31)) is None
    assert in_force(versions, date(2026, 2, 28)) == versions[0]
    assert in_force(versions, date(2026, 3, 1)) == versions[1]


def test_a_version_that_came_late_holds_between_those_of_its_neighbours() -> None:
    versions = [version(1, date(2026, 1, 1)), version(2, date(2026, 3, 1))]
    late = version(3, date(2026, 2, 1))
    assert in_force([*versions, late], date(2026, 2, 15)) == late
    assert in_force([*versions, late], date(2026, 3, 15)) == versions[1]
    assert [(v.number, v.valid_to) for v in history([*versions, late])] == [
        (2, None),
        (3, date(2026, 3, 1)),
        (1, date(2026, 2, 1)),
    ]


def test_of_one_day_the_version_that_was_recorded_last_holds() -> None:
    versions = [version(2, SINCE, "二"), version(1, SINCE, "一")]
    assert in_force(versions, SINCE) == versions[0]
    assert history(versions)[1].valid_to == SINCE


def test_no_version_has_no_history() -> None:
    assert history([]) == []
    assert as_of_today([]) == []


# --- Who writes ---------------------------------------------------------------------------------


GLN = "https://id.gs1.org/417/9521234900016"


@pytest.mark.parametrize(
    ("code", "owner"),
    [(FARM, ME.key), (recognise("x", owner=GLN), GLN), (ME, None), (GTIN, None)],
)
def test_a_private_code_is_its_owners(code: Code, owner: str | None) -> None:
    assert owner_of(code) == owner


@pytest.mark.parametrize(
    "entry",
    [
        Party(ME, Naming("我"), SINCE),
        Party(FARM, Naming("合作社"), SINCE),
        Place(recognise("350203001", use=Use.PLACE), Naming("摊"), SINCE, ME),
        Product(GTIN, Naming("青菜"), SINCE, ME),
    ],
)
def test_an_enterprise_registers_what_is_its_own_and_a_department_anything(
    entry: Party | Place | Product,
) -> None:
    must_write(entry, ENTERPRISE, "food")
    must_write(entry, DEPARTMENT, "food")
    refused = (
        CONSUMER,
        replace(ENTERPRISE, party=YOU),
        replace(DEPARTMENT, home="meat"),
        Caller(CallerRole.INSPECTOR, home="food"),
        Caller(CallerRole.CITY),
    )
    for caller in refused:
        with pytest.raises(NotAllowed):
            must_write(entry, caller, "food")


def test_nobody_takes_a_code_out_of_anothers_list() -> None:
    product = Product(recognise("PORK", owner=OTHER), Naming("肉"), SINCE, ME)
    with pytest.raises(NotAllowed, match="register_not_yours"):
        must_write(product, ENTERPRISE, "food")


def test_an_id_stays_with_whoever_was_first_but_for_a_department() -> None:
    assert may_replace(ME.key, ENTERPRISE)
    assert not may_replace(YOU.key, ENTERPRISE)
    assert not may_replace(None, ENTERPRISE)
    assert may_replace(YOU.key, DEPARTMENT)


# --- Who sees -----------------------------------------------------------------------------------

WHOLE = Party(
    ME,
    Naming("厂", "Plant"),
    SINCE,
    district="350212",
    address="工业路 4 号",
    licences=(Licence("X-1"),),
    contact=Contact("张三", "139", "李四"),
)
RECORDED = Version(WHOLE, 1, NOW, USCC, authority=False)


@pytest.mark.parametrize("caller", [ENTERPRISE, DEPARTMENT])
def test_the_party_itself_and_its_department_see_everything(caller: Caller) -> None:
    assert visible(RECORDED, caller, "food") == (RECORDED, ())


@pytest.mark.parametrize(
    ("caller", "address"),
    [
        (CONSUMER, None),
        (replace(ENTERPRISE, party=YOU), None),
        (Caller(CallerRole.INSPECTOR, home="food"), WHOLE.address),
        (Caller(CallerRole.DEPARTMENT, home="meat"), WHOLE.address),
        (Caller(CallerRole.CITY), WHOLE.address),
    ],
)
def test_people_are_for_nobody_else_and_the_address_is_for_officials(
    caller: Caller, address: str | None
) -> None:
    seen, redacted = visible(RECORDED, caller, "food")
    assert seen.entry == replace(WHOLE, contact=None, address=address)
    assert redacted == (("contact",) if address else ("address", "contact"))


def test_of_a_person_only_the_code_is_left() -> None:
    person = replace(RECORDED, entry=replace(WHOLE, organisation=False))
    seen, redacted = visible(person, Caller(CallerRole.CITY), "food")
    assert seen.entry == Party(ME, Naming(), SINCE, organisation=False)
    assert "names" in redacted


def test_a_person_is_one_in_all_versions() -> None:
    versions = [version(1, SINCE), version(2, SINCE, organisation=False)]
    seen = as_of_today(versions)
    assert [v.entry.organisation for v in seen if isinstance(v.entry, Party)] == [False, False]
    back = [*versions, version(3, SINCE)]
    assert as_of_today(back) == back


# --- Names on chains ----------------------------------------------------------------------------

NAMED = Known(
    {IMPORTER.key: Party(IMPORTER, Naming("进口商"), SINCE)},
    {},
    {product_key(GTIN): Product(GTIN, Naming("牛腱", "Beef"), SINCE, spec="10 kg")},
)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("(01)06901234567892(10)L1", "https://id.gs1.org/01/06901234567892"),
        ("(01)06901234567892(21)S1", "https://id.gs1.org/01/06901234567892"),
        ("(00)106141412345678908", "https://id.gs1.org/00/106141412345678908"),
    ],
)
def test_a_things_product_is_its_gtin_else_itself(text: str, key: str) -> None:
    assert product_key(recognise(text)) == key


def test_a_chain_wants_each_code_once_and_no_more_than_may_be_asked() -> None:
    chain = chain_of(*(chain_event(place=f"35020300{n}") for n in (1, 2, 3, 1)))
    wanted = wanted_by(chain, most=2)
    assert wanted.parties == (IMPORTER.key,)
    assert len(wanted.places) == 2
    assert wanted.products == ("https://id.gs1.org/01/06901234567892",)


def test_things_without_a_reported_name_get_the_products() -> None:
    code = recognise("(01)06901234567892(10)L20260301")
    chain = chain_of(chain_event(), things=(Thing(code, "lot"), Thing(code, "lot", "上报的名字")))
    named = with_names(chain, NAMED, "en")
    assert [t.name for t in named.things] == ["Beef", "上报的名字"]


def test_a_reported_fact_goes_before_the_registered_one() -> None:
    stated = chain_of(chain_event(product=Facts(name="冻牛腱")))
    assert product_of(with_names(stated, NAMED, "zh")) == Facts(name="冻牛腱", spec="10 kg")


def test_a_code_that_nobody_reported_gets_no_name() -> None:
    unknown = chain_of(findings=(Finding("unknown_code"),))
    assert with_names(unknown, NAMED, "zh") == unknown
    lone = Chain(GTIN, "up", findings=(Finding("class_level"),), things=(Thing(GTIN, "class"),))
    assert product_of(with_names(lone, NAMED, "zh")).name == "牛腱"


def test_of_several_registers_the_first_that_knows_a_key_is_believed() -> None:
    other = Known({k: replace(p, names=Naming("别名")) for k, p in NAMED.parties.items()}, {}, {})
    assert first_of([Known(), NAMED, other]) == NAMED
    assert first_of([other, NAMED]).parties == other.parties
    assert first_of([]) == Known({}, {}, {})


def test_kinds_are_numbered_as_they_are_stored() -> None:
    assert [(int(kind), kind.plural) for kind in Kind] == [
        (0, "parties"),
        (1, "places"),
        (2, "products"),
    ]
