"""What a compiled profile says of an event."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suyuan.domain.codes import recognise
from suyuan.domain.events import Correction, Document, Item
from suyuan.domain.profiles.checking import Checker, Checkers, activities
from suyuan.domain.profiles.profile import Mode, Terms
from suyuan.wire.profiles import shipped
from tests.domain.profiles.events import CODES, PARTY, TIME, event, stating

FOOD, MEAT, INPUTS = (Checker(shipped()[name]) for name in ("food", "meat", "inputs"))
ALL = Checkers(shipped().values())


def names(checker: Checker, *args: object) -> list[str]:
    return [breach.rule for breach in checker.check(*args)]  # type: ignore[arg-type]


def test_a_breach_is_said_in_the_words_of_the_sector() -> None:
    (breach,) = [b for b in MEAT.check(event("wholesale.entry")) if b.rule.startswith("no_")]
    assert breach.zh.startswith("进场须附进场凭证（检疫、检验、产地、检测证明或交易凭证）")
    assert breach.en.startswith("An admission to the market must name the voucher of admission")
    assert breach.pointer == "/documents"
    assert breach.profile == MEAT.profile.label


def test_a_document_without_a_number_is_none() -> None:
    told = event("inspection.test", documents=(Document("test_report"),))
    assert names(FOOD, told) == ["document.test_report"]


def test_an_activity_that_the_sector_does_not_know() -> None:
    (breach,) = FOOD.check(event("import.declare"))
    assert (breach.rule, breach.pointer) == ("activity", "/activity")
    assert "import.declare" in breach.en


def test_packing_is_known_to_every_sector() -> None:
    assert names(MEAT, event("import.pack", CODES[1])) == []


def test_an_event_that_does_not_say_its_activity_is_held_to_codes_and_units() -> None:
    told = replace(event("x.y"), kind=None, activity=None)
    assert names(FOOD, told) == []
    drug = recognise("83857930000879766660")
    told = replace(told, items=(Item(drug, Decimal(1), "MTR"),))
    assert names(Checker(shipped()["drugs"]), told) == ["unit"]
    assert names(INPUTS, told) == ["code", "unit"]


def test_a_declaration_of_error_is_not_checked() -> None:
    told = replace(event("import.declare"), correction=Correction(TIME))
    assert FOOD.check(told) == ()


def test_a_code_of_several_readings_is_taken_by_the_sectors_own() -> None:
    code = recognise("86904879000126")  # a GTIN-14 and a national drug code
    assert names(Checker(shipped()["drugs"]), event("logistics.ship", code)) == []


def test_a_hostile_code_is_quoted_short_and_printable() -> None:
    told = event("logistics.ship", recognise("x\u202e" + "y" * 80, owner="somebody"))
    told = replace(told, items=(Item(recognise("(8004)6901234" + "Z" * 20)),))
    (breach,) = FOOD.check(told)
    assert breach.rule == "code"
    assert len(breach.en) < 600
    assert breach.en.isprintable()


@pytest.mark.parametrize("value", [True, "true"])
def test_a_spreadsheet_says_true_in_letters(value: object) -> None:
    told = event("retail.sale", CODES[3], extra={"restricted": value})
    asked = INPUTS.asks(told)
    assert [(a.breach.rule, a.filed) for a in asked] == [
        ("designated_outlet", ("designated_outlet",)),
        ("real_name", ()),
    ]
    # Whatever the shop says of itself, the register is asked.
    own_word = {**told.extra, "designated_outlet": value, "real_name": value}
    assert INPUTS.asks(replace(told, extra=own_word)) == asked
    assert names(INPUTS, told) == []


def test_a_register_is_asked_of_what_a_rule_is_about_alone() -> None:
    sold = event("retail.sale", CODES[3], extra={"restricted": True}, sector="inputs")
    label = "inputs/2026.1/0123456789ab"
    assert len(ALL.asks(sold, label)) == 2
    assert len(ALL.asks(sold, f"{label} enterprise/1/x")) == 2
    # What was checked by no profile, or by another sector's, was not held to these rules.
    assert ALL.asks(sold, None) == ()
    assert ALL.asks(sold, "food/2026.1/x") == ()
    assert ALL.asks(sold, "inputs_of_old/1/x") == ()
    assert ALL.asks(replace(sold, activity="receive"), label) == ()
    assert ALL.asks(replace(sold, extra={"restricted": False}), label) == ()
    assert ALL.asks(replace(sold, correction=Correction(TIME)), label) == ()


def test_a_rule_of_a_register_says_who_was_not_on_file() -> None:
    profile = shipped()["inputs"]
    asked = next(a for a in profile.activities if a.registers)
    plain = replace(asked.registers[0], terms=Terms())
    checker = Checker(replace(profile, activities=(replace(asked, registers=(plain,)),)))
    ((one,),) = [checker.asks(event("retail.sale", CODES[3]))]
    assert one.breach.rule == "register.designated_outlet"
    assert PARTY.short in one.breach.zh
    assert one.breach.en.startswith("A sale to a grower is for those whom the department has")


def test_a_condition_that_does_not_hold_asks_nothing() -> None:
    assert names(INPUTS, event("retail.sale", CODES[3], extra={"restricted": False})) == []


def test_a_clock_runs_to_the_minute_and_over_zones() -> None:
    told = stating(event("logistics.receive", CODES[1]), "from.party")
    told = replace(told, items=(Item(CODES[1], Decimal(1), "KGM"),))
    pushed = (TIME - timedelta(hours=24)).isoformat()
    assert names(FOOD, stating(told, "extra.pushed_at", pushed)) == []
    late = stating(replace(told, time=TIME + timedelta(minutes=6)), "extra.pushed_at", pushed)
    (breach,) = FOOD.check(late)
    assert breach.rule == "clock.confirm"
    assert "24 hours" in breach.en
    assert "24.1" in breach.en
    utc = datetime.fromisoformat("2026-02-28T00:00:00+00:00").isoformat()
    assert names(FOOD, stating(told, "extra.pushed_at", utc)) == []


@pytest.mark.parametrize("pushed", ["yesterday", "2026-03-01", "2026-03-01T08:00:00", 7, [1], {}])
def test_a_moment_that_is_none_is_told(pushed: object) -> None:
    told = stating(event("logistics.receive", CODES[0]), "from.party")
    (breach,) = FOOD.check(stating(told, "extra.pushed_at", pushed))
    assert (breach.rule, breach.pointer) == ("clock.confirm", "/extra/pushed_at")


def test_what_expires_on_a_day_may_be_sold_until_its_end_in_the_city() -> None:
    told = stating(event("retail.sale"), "product.expires_on")  # 28 February
    last = datetime.fromisoformat("2026-02-28T23:59:59+08:00")
    assert names(FOOD, replace(told, time=last)) == []
    assert names(FOOD, replace(told, time=last + timedelta(seconds=1))) == ["clock.shelf_life"]


@pytest.mark.parametrize("value", ["NaN", "Infinity", True, [5], {}, "5 °C"])
def test_a_reading_that_is_no_number_is_told(value: object) -> None:
    told = event("logistics.store", CODES[2], extra={"cold_chain_temperature": value})
    (breach,) = Checker(shipped()["drugs"]).check(told)
    assert breach.pointer == "/extra/cold_chain_temperature"


def test_a_party_registered_as_another_kind_is_told_and_one_unknown_is_not() -> None:
    told = event("production.release", CODES[1], documents=(Document("test_report", "T1"),))
    assert names(FOOD, told) == []
    assert names(FOOD, told, {"production"}) == []
    assert names(FOOD, told, {"transport", "production"}) == []
    assert names(FOOD, told, {"of another department"}) == []
    (breach,) = FOOD.check(told, {"transport"})
    assert (breach.rule, breach.pointer) == ("party", "/party")
    assert "物流企业" in breach.zh


def test_a_rule_may_be_enforced_alone_and_a_profile_as_a_whole() -> None:
    profile = shipped()["meat"]
    told = event("wholesale.entry", extra={"admission": "red"})
    assert not any(b.enforced for b in MEAT.check(told))
    strict = Checker(replace(profile, mode=Mode.ENFORCE))
    assert all(b.enforced for b in strict.check(told))
    entry = next(a for a in profile.activities if a.documents and "wholesale.entry" in a.on)
    (rule,) = entry.documents
    rule = replace(rule, terms=replace(rule.terms, mode=Mode.ENFORCE))
    others = [a for a in profile.activities if a is not entry]
    one = Checker(replace(profile, activities=(replace(entry, documents=(rule,)), *others)))
    assert [b.rule for b in one.check(told) if b.enforced] == ["no_certificate_no_entry"]


def test_an_event_is_checked_by_its_sector_and_by_none_if_it_names_none() -> None:
    told = event("wholesale.entry")
    assert ALL.check(told) == (None, ())
    label, found = ALL.check(replace(told, sector="meat"))
    assert label == MEAT.profile.label
    assert found
    assert Checkers(shipped().values(), "meat").check(told) == (label, found)


def test_an_event_without_a_sector_is_of_the_only_one_that_its_subsystem_is_for() -> None:
    told = event("wholesale.entry")
    assert ALL.sector_of(told) is None
    assert ALL.check(told, frozenset(), ("meat",))[0] == MEAT.profile.label
    assert ALL.sector_of(replace(told, sector="food"), registered=("meat",)) == "food"
    # What the department has set goes before what others registered it for.
    assert Checkers(shipped().values(), "food").sector_of(told, registered=("meat",)) == "food"
    assert ALL.concern(told, ("meat",))
    assert not ALL.concern(told)


@pytest.mark.parametrize(
    ("activity", "kinds", "sector"),
    [
        ("retail.dispense", {"retail"}, "drugs"),  # nobody dispenses food
        ("retail.receive", {"catering"}, "food"),  # no restaurant is on file with drugs
        ("logistics.pack", {"growing"}, "food"),
        ("retail.sale", {"retail"}, None),  # a shop sells either
        ("retail.dispense", set(), None),  # who is not on file is of none
        ("production.harvest", {"growing"}, None),  # neither knows a harvest
    ],
)
def test_of_several_sectors_it_is_of_the_one_that_activity_and_reporter_fit(
    activity: str, kinds: set[str], sector: str | None
) -> None:
    told = event(activity)
    assert ALL.sector_of(told, frozenset(kinds), ("food", "drugs")) == sector
    label, _ = ALL.check(told, frozenset(kinds), ("food", "drugs"))
    assert label == (shipped()[sector].label if sector else None)


def test_a_purchase_is_in_the_buyers_ledger_within_36_hours_if_it_says_when() -> None:
    told = event("retail.receive")
    for hours, late in ((36, False), (37, True)):
        entered = (TIME + timedelta(hours=hours)).isoformat()
        found = names(FOOD, replace(told, extra={"entered_at": entered}))
        assert ("clock.ledger" in found) is late
    assert "clock.ledger" not in names(FOOD, told)
    assert "clock.ledger" in names(FOOD, replace(told, extra={"entered_at": "昨天"}))


def test_a_reading_of_an_enterprises_control_point_is_checked_beside_the_sector() -> None:
    told = event("production.process", CODES[1], extra={"core_temperature": "61.5"})
    label, found = ALL.check(told)
    assert label == shipped()["enterprise"].label
    (breach,) = found
    assert breach.rule == "control_point.core_temperature"
    assert "61.5 CEL" in breach.en
    assert "≥ 70 CEL" in breach.en
    label, found = ALL.check(replace(told, sector="food"))
    assert label == f"{FOOD.profile.label} {shipped()['enterprise'].label}"
    assert breach in found


VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**63), 2**63),
        st.text(),
        st.decimals(allow_nan=False, allow_infinity=False),
        st.sampled_from([Decimal("1E+999999999"), Decimal("-1E-999999999"), Decimal("1E+999999")]),
        st.datetimes().map(lambda moment: f"{moment.isoformat()}+08:00"),
        st.sampled_from(["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "NaN", "1e9"]),
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
STATED = (
    *("pushed_at", "restricted", "designated_outlet", "admission", "split"),
    *("core_temperature", "cold_chain_temperature", "frozen_temperature"),
)


@given(st.dictionaries(st.sampled_from(STATED), VALUES), st.sampled_from(sorted(shipped())))
def test_whatever_a_stranger_states_is_told_in_a_short_sentence(
    extra: dict[str, object], sector: str
) -> None:
    checker = Checker(shipped()[sector])
    for activity in activities(checker.profile):
        for breach in checker.check(event(activity, extra=extra)):
            assert len(breach.zh) < 500
            assert len(breach.en) < 800
            assert breach.en.isprintable()


def test_the_register_of_a_party_is_no_reading() -> None:
    assert PARTY.short not in str(ALL.check(event("retail.sale", extra={"temperature": "-18 °C"})))
