"""A gate: which loads are green, which wait, which are refused, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suyuan.domain.admission import Admission, Goods, Load, Recalled, admit, worst
from suyuan.domain.chain import (
    Chain,
    ChainEvent,
    Finding,
    SourceReport,
    SourceStatus,
    Via,
)
from suyuan.domain.codes import Use, recognise
from suyuan.domain.coding.ranges import Verdict
from suyuan.domain.events import Document, Endpoint, Event, EventType, Item, Product, StoredEvent
from suyuan.domain.licensing import Lapse, Licensing, Period, RevokedLicence
from suyuan.domain.naming import Known
from suyuan.domain.profiles.checking import Checker
from suyuan.domain.profiles.profile import Colour, Gate, GateCheck, Terms, When
from suyuan.domain.register import Licence
from suyuan.domain.sentences import SENTENCES, sentence
from suyuan.wire.profiles import shipped
from tests.domain.profiles.events import PARTY, TIME

SUPPLIER = recognise("91350203MA00000005", use=Use.PARTY)
BATCH = recognise("3502121020000001")
CERTIFICATE = Document("quarantine_certificate", "Q1", issued_on=date(2026, 2, 28))
ANSWERED = SourceReport("meat", SourceStatus.ANSWERED, 1)
SILENT = SourceReport("produce", SourceStatus.TIMED_OUT, 900)
LICENCE = Licence("JY13502030000019", valid_to=date(2028, 1, 1))
MEAT = shipped()["meat"]
GATES = [profile.gate for profile in shipped().values() if profile.gate is not None]


def entry(**members: Any) -> Event:
    """Eighty kilograms from the supplier, with a certificate of the day before."""
    told: dict[str, Any] = {
        "kind": "wholesale",
        "activity": "entry",
        "items": (Item(BATCH, Decimal(80), "KGM"),),
        "source": Endpoint(SUPPLIER),
        "documents": (CERTIFICATE,),
        **members,
    }
    return Event("e1", PARTY, EventType.OBJECT, TIME, **told)


def made(activity: str = "slaughter", **members: Any) -> ChainEvent:
    told = {"kind": "production", "activity": activity, "items": (Item(BATCH),), **members}
    event = Event("m1", SUPPLIER, EventType.OBJECT, TIME, **told)
    return ChainEvent(StoredEvent(event, TIME, b""), Via.DIRECT)


def chain(*events: ChainEvent, **members: Any) -> Chain:
    return Chain(BATCH, "up", events or (made(),), **{"sources": (ANSWERED,), **members})


def known(**members: Any) -> Known:
    """A register in which the supplier is on file, with a licence that holds."""
    told = {"periods": (Period(date(2025, 1, 1), (LICENCE,)),), "reviewed": True, **members}
    return Known(licensing={SUPPLIER.key: Licensing(**told)})


def load(told: Event | None = None, *goods: Goods, **members: Any) -> Load:
    event = told or entry()
    found = goods or (Goods(BATCH, chain()),)
    breaches = Checker(MEAT).check(event)
    return Load(event, found, **{"known": known(), "breaches": breaches, **members})


def asked(what: Load) -> Admission:
    assert MEAT.gate is not None
    return admit(MEAT.gate, what)


def rules(told: Admission) -> list[tuple[str, str]]:
    return [(reason.rule, reason.colour.value) for reason in told.reasons]


def test_a_load_with_everything_right_is_green() -> None:
    told = asked(load())
    assert (told.colour, told.reasons, told.of_item(0)) == (Colour.GREEN, (), Colour.GREEN)


def test_without_a_certificate_there_is_no_entry() -> None:
    told = asked(load(entry(documents=())))
    assert rules(told) == [("no_certificate_no_entry", "red"), ("quarantine", "red")]
    assert told.colour is Colour.RED
    assert told.reasons[0].pointer == "/documents"


def test_what_was_never_slaughtered_needs_no_certificate_of_quarantine() -> None:
    greens = entry(documents=(Document("commitment_certificate", "C1"),))
    assert rules(asked(load(greens, Goods(BATCH, chain(made("harvest")))))) == []
    assert rules(asked(load(greens))) == [("quarantine", "red")]


@pytest.mark.parametrize(
    ("issued_on", "found"),
    [
        (date(2026, 2, 22), []),
        (date(2026, 2, 21), [("quarantine", "red")]),
        (None, [("quarantine", "yellow")]),
    ],
)
def test_a_certificate_is_good_for_so_many_days(
    issued_on: date | None, found: list[tuple[str, str]]
) -> None:
    paper = replace(CERTIFICATE, issued_on=issued_on)
    assert rules(asked(load(entry(documents=(paper,))))) == found


def test_a_certificate_that_the_slaughterhouse_reported_is_as_good_as_one_that_is_brought() -> None:
    ticket = entry(documents=(Document("transaction_ticket", "T1"),))
    assert rules(asked(load(ticket))) == [("quarantine", "red")]
    reported = Goods(BATCH, chain(made(documents=(CERTIFICATE,))))
    assert rules(asked(load(ticket, reported))) == []


@pytest.mark.parametrize("verdict", Verdict)
def test_a_code_that_is_void_lost_or_never_given_out_is_refused(verdict: Verdict) -> None:
    told = asked(load(None, Goods(BATCH, chain(), verdict)))
    refused = verdict in (Verdict.VOID, Verdict.LOST, Verdict.NOT_ISSUED)
    assert rules(told) == ([("code", "red")] if refused else [])
    assert [r.pointer for r in told.reasons] == (["/items/0/code"] if refused else [])


def test_a_code_that_nobody_reported_waits() -> None:
    unknown = replace(chain(), events=())
    assert rules(asked(load(None, Goods(BATCH, unknown)))) == [("known", "yellow")]


def test_a_recall_is_refused_whether_it_is_on_the_board_or_on_the_chain() -> None:
    recalled = Recalled("商务局", date(2026, 2, 1))
    assert rules(asked(load(None, Goods(BATCH, chain(), recalls=(recalled,))))) == [
        ("recall", "red")
    ]
    assert rules(asked(load(None, Goods(BATCH, chain(made(), made("recall")))))) == [
        ("recall", "red")
    ]


def test_a_failed_test_is_refused_whoever_tells_of_it() -> None:
    failed = Document("test_report", "T9", result="failed")
    brought = load(entry(documents=(CERTIFICATE, failed)))
    assert rules(asked(brought)) == [("result", "red")]
    reported = load(None, Goods(BATCH, chain(made(documents=(failed, CERTIFICATE)))))
    (reason,) = asked(reported).reasons
    assert reason.params["numbers"] == ["T9"]


def test_goods_past_their_expiry_are_refused() -> None:
    assert rules(asked(load(entry(product=Product(expires_on=date(2026, 2, 28)))))) == [
        ("expiry", "red")
    ]
    assert rules(asked(load(entry(product=Product(expires_on=date(2026, 3, 1)))))) == []


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"periods": (Period(date(2020, 1, 1), (replace(LICENCE, valid_to=date(2026, 2, 28)),)),)},
         "admission_licence_expired"),
        ({"revoked": (RevokedLicence(LICENCE.number, date(2026, 3, 1)),)},
         "admission_licence_revoked"),
        ({"lapses": (Lapse(date(2026, 2, 1)),)}, "admission_filing_revoked"),
        ({"revoked": (RevokedLicence(LICENCE.number, date(2026, 3, 2)),)}, None),
    ],
)  # fmt: skip
def test_the_suppliers_licence_is_judged_by_the_day_of_the_entry(
    said: dict[str, Any], code: str | None
) -> None:
    told = asked(load(known=known(**said)))
    assert [reason.code for reason in told.reasons] == ([code] if code else [])
    assert told.colour is (Colour.RED if code else Colour.GREEN)


def test_a_supplier_whom_no_department_has_on_file_waits() -> None:
    assert rules(asked(load(known=Known()))) == [("supplier", "yellow")]
    assert rules(asked(load(known=known(reviewed=False)))) == [("supplier", "yellow")]
    nobody = load(entry(source=Endpoint()), known=Known())
    assert [r.code for r in asked(nobody).reasons] == ["admission_supplier_missing"]


def test_a_department_that_is_silent_makes_no_load_green_and_none_red() -> None:
    """What it would have said is not known: neither that all is well, nor that nothing is known."""
    broken = chain(sources=(ANSWERED, SILENT))
    for goods in (Goods(BATCH, broken), Goods(BATCH, replace(broken, events=()))):
        told = asked(load(None, goods, known=Known(), silent=("produce",)))
        assert rules(told) == [("department_silent", "yellow")]
        assert told.reasons[0].params == {"subsystems": ["produce"]}
    worse = asked(load(entry(documents=()), Goods(BATCH, broken), silent=("produce",)))
    assert worse.colour is Colour.RED


def test_a_chain_that_was_cut_waits() -> None:
    cut = Goods(BATCH, chain(limits_hit=("max_events",)))
    assert rules(asked(load(None, cut))) == [("chain_cut", "yellow")]


def test_a_finding_on_the_chain_has_the_colour_that_the_profile_gives_it() -> None:
    told = asked(load(None, Goods(BATCH, chain(findings=(Finding("licence_expired", "m1"),)))))
    assert rules(told) == [("chain", "yellow")]
    told = asked(load(None, Goods(BATCH, chain(findings=(Finding("asserted", "m1"),)))))
    assert rules(told) == []


def test_what_is_wrong_with_one_thing_is_not_wrong_with_another() -> None:
    event = entry(items=(Item(BATCH, Decimal(80), "KGM"), Item(recognise("3502121020000002"))))
    void = Goods(event.items[1].code, chain(), Verdict.VOID)
    told = asked(load(event, Goods(BATCH, chain()), void, breaches=()))
    assert [told.of_item(0), told.of_item(1)] == [Colour.GREEN, Colour.RED]
    assert told.colour is Colour.RED
    event = replace(event, documents=())
    told = asked(load(event, Goods(BATCH, chain()), void))
    assert told.of_item(0) is Colour.RED  # a load without papers is without them for each


def test_the_gravest_reason_comes_first() -> None:
    told = asked(load(entry(documents=()), known=Known()))
    assert [reason.colour for reason in told.reasons][-1] is Colour.YELLOW
    assert told.reasons[0].colour is Colour.RED


def test_a_check_may_be_for_some_loads_alone() -> None:
    only = When("extra.goods", ("21113011",))
    check = GateCheck("known", Colour.RED, terms=Terms(when=only))
    gate = Gate(MEAT.name, ("wholesale.entry",), (), (check,))
    unknown = Goods(BATCH, replace(chain(), events=()))
    assert admit(gate, load(None, unknown)).colour is Colour.GREEN
    pork = entry(extra={"goods": "21113011"})
    assert admit(gate, load(pork, unknown)).colour is Colour.RED


def test_every_reason_has_a_sentence_and_a_remedy() -> None:
    reasons = [code for code in SENTENCES if code.startswith("admission_")]
    asked_ = {code for code in reasons if f"{code}_remedy" in SENTENCES}
    assert len(asked_) >= 18
    remedies = {code.removesuffix("_remedy") for code in reasons if code.endswith("_remedy")}
    assert remedies == asked_


COLOURS = st.lists(st.sampled_from(Colour))


@given(COLOURS, COLOURS)
def test_more_reasons_never_make_a_load_better(some: list[Colour], more: list[Colour]) -> None:
    order = [Colour.GREEN, Colour.YELLOW, Colour.RED]
    assert order.index(worst(some + more)) >= order.index(worst(some))
    assert worst(some + more) == worst(more + some)


CHAINS = st.builds(
    lambda events, sources, findings, limits: Chain(
        BATCH, "up", events, findings=findings, sources=sources, limits_hit=limits
    ),
    st.sampled_from([(), (made(),), (made(), made("recall")), (made(documents=(CERTIFICATE,)),)]),
    st.sampled_from([(ANSWERED,), (ANSWERED, SILENT), (SILENT,)]),
    st.sampled_from([(), (Finding("voided_code"),), (Finding("unknown_code"),)]),
    st.sampled_from([(), ("max_events",)]),
)


@settings(deadline=None)  # the first sentence of all loads every sentence there is
@given(
    st.sampled_from(GATES),
    CHAINS,
    st.sampled_from(Verdict),
    st.sampled_from([Known(), known(), known(reviewed=False)]),
    st.booleans(),
)
def test_nothing_unanswered_is_ever_green(
    gate: Gate, told: Chain, verdict: Verdict, registers: Known, papers: bool
) -> None:
    event = entry() if papers else entry(documents=())
    silent = tuple(s.subsystem for s in told.sources if s.status is not SourceStatus.ANSWERED)
    what = load(event, Goods(BATCH, told, verdict), known=registers, silent=silent)
    admission = admit(gate, what)
    if silent or not told.complete:
        assert admission.colour is not Colour.GREEN
    for reason in admission.reasons:
        for language in ("zh", "en"):
            assert "…" not in sentence(reason.code, reason.params, language)
            assert sentence(f"{reason.code}_remedy", reason.params, language)
