"""The demonstration city by the rules of others: codes, names, times; and always the same."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from biip.checksums import gs1_standard_check_digit
from stdnum.cn import uscc
from stdnum.iso7064 import mod_11_10

from services import demonstration
from services.city import SUBSYSTEMS
from services.demonstration import Part, Participant, codes
from services.demonstration.book import FIRST_DAY
from services.demonstration.enterprises import everybody
from services.demonstration.fault_table import faults
from services.tour_meal import COOK, Meal
from suyuan.domain.codes import recognise
from suyuan.domain.events import Event
from suyuan.domain.profiles.categories import Categories
from suyuan.domain.profiles.checking import Checkers
from suyuan.web.qr import page_address
from suyuan.wire.bodies import encode
from suyuan.wire.city import read_event
from suyuan.wire.divisions import division_name
from suyuan.wire.filings import read_dossier
from suyuan.wire.profiles import shipped

WHO = demonstration.participants()
BOOK = demonstration.everyday()
OF_XIAMEN = {"350203", "350205", "350206", "350211", "350212", "350213"}


@pytest.fixture(scope="module")
def events() -> list[Event]:
    """Every report, read as the platform reads it; a fault in one fails the test."""
    return list(read())


def read() -> Iterator[Event]:
    parties = {one.uscc: one.caller.party for one in WHO}
    for reporter, reports in demonstration.reports().items():
        for index, report in enumerate(reports):
            now = datetime.now(UTC)
            event, found = read_event(report, index=index, reporter=parties[reporter], now=now)
            assert found == []
            assert event is not None
            yield event


def test_it_is_large_and_touches_every_department(events: list[Event]) -> None:
    assert len(events) >= 20_000
    home = {one.uscc: one.home for one in WHO}
    by_department = Counter(home[event.party.short] for event in events)
    assert set(by_department) == set(SUBSYSTEMS)
    assert min(by_department.values()) >= 700
    assert set(BOOK.ends) == set(SUBSYSTEMS)


def test_it_is_the_same_every_time() -> None:
    again = demonstration.everyday()
    assert again.reports == BOOK.reports
    assert again.ends == BOOK.ends


def test_no_id_is_used_for_two_events(events: list[Event]) -> None:
    ids = Counter(event.key for event in events if event.correction is None)
    assert max(ids.values()) == 1


def test_all_of_it_happened_in_one_winter_and_spring(events: list[Event]) -> None:
    days = [event.time.date() for event in events]
    assert min(days) >= FIRST_DAY
    assert max(days) < date(2026, 4, 1)


@pytest.mark.parametrize("who", WHO, ids=lambda one: one.name)
def test_an_enterprise_is_fictitious_and_has_a_valid_code(who: Participant) -> None:
    assert uscc.is_valid(who.uscc)
    assert who.uscc[8:].startswith("MADEMA")  # no organisation has this code
    assert "虚构" in who.name
    assert "fictitious" in who.name
    assert who.home in SUBSYSTEMS
    for entry in (who.dossier["party"], *listed(who)):
        assert set(entry["names"]) == {"zh", "en"}
        assert division_name(entry["district"]) if "district" in entry else entry
    assert set(who.caller.home or "") <= set(who.home)


def listed(who: Participant) -> list[dict[str, Any]]:
    """The places and products that somebody files."""
    return [*who.dossier.get("places", ()), *who.dossier.get("products", ())]


@pytest.mark.parametrize("who", WHO, ids=lambda one: one.name)
def test_a_dossier_is_whole_and_of_its_departments_sector(who: Participant) -> None:
    party = who.caller.party
    assert party is not None
    profile = shipped()[who.home]
    words = Categories.of([profile]).words
    dossier = read_dossier(encode(who.dossier).encode(), party, date(2026, 4, 1), words)
    assert set(dossier.party.categories) <= {kind.id for kind in profile.parties}
    for product in dossier.products:
        assert product.sector == who.home
        assert {"gtin_lot", "sgtin"} & set(profile.codes)
    assert all(person.phone == "000" for person in dossier.people or ())


def test_nobody_and_nothing_has_the_code_or_the_name_of_another() -> None:
    assert len({one.uscc for one in WHO}) == len({one.name for one in WHO}) == len(WHO)
    ids = Counter(each["id"] for one in WHO for each in listed(one))
    assert max(ids.values()) == 1
    districts = {one.entry["district"] for one in everybody().values()}
    assert districts >= OF_XIAMEN


def test_every_gs1_code_is_an_example_with_a_right_check_digit(events: list[Event]) -> None:
    keys = {item.code.key for event in events for item in event.things()}
    keys |= {event.place.key for event in events if event.place is not None}
    found = {key.split("/")[4] for key in keys if key.startswith("https://id.gs1.org/")}
    assert len(found) > 300
    for digits in found:
        assert digits.lstrip("0").startswith("952")  # GS1's prefix for examples
        assert str(gs1_standard_check_digit(digits[:-1])) == digits[-1]


def test_every_licence_of_the_food_law_has_a_right_check_digit() -> None:
    numbers = [
        licence["number"]
        for one in everybody().values()
        for licence in one.entry.get("licences", ())
    ]
    checked = [number for number in numbers if re.match("SC|JY", number)]
    assert len(checked) > 15
    assert all(mod_11_10.is_valid(number[2:]) for number in checked)


def test_codes_are_read_as_what_they_are(events: list[Event]) -> None:
    schemes = Counter(item.code.scheme for event in events for item in event.things())
    assert {"meat_batch", "meat_trace", "pesticide", "sscc", "sgtin", "gtin_lot", "private"} <= set(
        schemes
    )
    assert recognise(BOOK.ends["drugs"][0]).scheme == "drug_code"
    nodes = {event.place.scheme for event in events if event.place is not None}
    assert nodes == {"meat_node", "gln"}
    declared = [d.number or "" for e in events for d in e.documents if "customs" in d.type]
    assert all(re.fullmatch(r"3701202[56]1\d{9}", number) for number in declared)
    assert codes.drug_standard(4879, 12)[:2] == "86"
    assert (
        str(gs1_standard_check_digit(codes.drug_standard(4879, 12)[:-1]))
        == "0123456789"[int(codes.drug_standard(4879, 12)[-1])]
    )


def test_pages_are_of_codes_in_the_city_one_of_each_sector() -> None:
    ends = {code: sector for sector, codes in BOOK.ends.items() for code in codes}
    pages = demonstration.pages()
    assert {ends[page.code] for page in pages[1:]} == set(SUBSYSTEMS)
    for page in (*pages, *demonstration.pages(Part.STORY)):
        assert page_address("", recognise(page.code)) == page.path
        assert page.zh != page.en
    assert demonstration.pages(Part.NONE) == []


def test_every_event_keeps_its_departments_profile_but_those_that_are_planted(
    events: list[Event],
) -> None:
    checkers = Checkers(shipped().values())
    who = {one.uscc: one for one in WHO}
    told: dict[str, set[str]] = defaultdict(set)
    for event in events:
        one = who[event.party.short]
        # The README's story names no sector: what follows from its department holds for it.
        assert event.sector in (one.home, None)
        kinds = frozenset(one.dossier["party"]["categories"])
        label, breaches = checkers.check(event, kinds, (one.home,))
        assert (label or "").startswith(f"{one.home}/"), event.id
        for item in event.things():
            told[item.code.key] |= {breach.rule for breach in breaches}
    broken = {key: rules for key, rules in told.items() if rules}
    planted = {recognise(faults()[name].code).key: rules for name, rules in RULES_BROKEN.items()}
    assert {key: broken.pop(key, set()) for key in planted} == planted
    # The invented entries are three batches, which the ticket is cut from.
    assert broken == {key: {"from.party", "no_certificate_no_entry"} for key in INVENTED}
    found = {name for name, fault in faults().items() if "profile_breach" in fault.findings}
    assert found == {*RULES_BROKEN, *REGISTERS_LACK, "invented_entry"}


def test_the_meal_of_the_tour_keeps_the_profiles_too() -> None:
    checkers, now = Checkers(shipped().values()), datetime.now(UTC)
    meal = Meal.cooked(now)
    who = {one.uscc: one for one in WHO}
    for code, reports in ((meal.farm.uscc, meal.farms), (COOK, meal.kitchens)):
        one = who[code]
        for report in reports:
            event, _ = read_event(report, index=0, reporter=one.caller.party, now=now)
            assert event is not None
            kinds = frozenset(one.dossier["party"]["categories"])
            assert checkers.check(event, kinds, (one.home,))[1] == ()


INVENTED = {recognise(codes.meat_batch("350213101", number)).key for number in (1, 2, 3)}
# The rules of a profile that each of these faults breaks, and no other event of the city does.
RULES_BROKEN = {
    "sold_twice": {"from.party"},
    "late_correction": {"document.release_certificate"},
    "no_certificate": {"no_certificate_no_entry"},
    "late_confirmation": {"clock.confirm"},
    "late_entry": {"clock.ledger"},
    "undercooked": {"control_point.core_temperature"},
}
# The same of the rules that a department's register decides.
REGISTERS_LACK = {"undesignated_outlet": {"designated_outlet"}, "unnamed_purchaser": {"real_name"}}


def test_registers_know_what_they_must_but_what_is_planted(events: list[Event]) -> None:
    checkers, who = Checkers(shipped().values()), {one.uscc: one for one in WHO}
    purchases = demonstration.purchases()
    lacking: dict[str, set[str]] = defaultdict(set)
    asked = 0
    for event in events:
        one = who[event.party.short]
        for question in checkers.asks(event, f"{one.home}/1/x"):
            asked += 1
            on_file = not set(question.filed).isdisjoint(one.dossier["party"]["categories"])
            known = on_file if question.filed else event.id in purchases.get(one.uscc, ())
            if not known:
                lacking[event.items[0].code.key].add(question.breach.rule)
    assert asked > 1_000
    planted = {recognise(faults()[name].code).key: told for name, told in REGISTERS_LACK.items()}
    assert lacking == planted


def test_every_fault_says_who_and_how_it_is_found() -> None:
    assert len(faults()) == 16
    ends = {code for codes in BOOK.ends.values() for code in codes}
    for fault in faults().values():
        assert fault.where in everybody()
        assert fault.findings
        assert fault.code not in ends
        assert fault.zh != fault.en
