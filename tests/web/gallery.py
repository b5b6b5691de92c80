"""Every page that a shopper can meet, in both languages and both sizes, for tests to look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from suyuan.domain.certificates import Adopted, Certificate, Issuer
from suyuan.domain.chain import Chain, Finding, SourceReport, SourceStatus, Thing
from suyuan.domain.codes import recognise
from suyuan.domain.complaints import Answer, Case, Complaint, State, Topic
from suyuan.domain.errors import Fault
from suyuan.domain.events import Document, Item
from suyuan.domain.events import Product as Facts
from suyuan.domain.lookup import Ask, Hole, HoleReason, Key
from suyuan.domain.register import Licence, Naming, Product, product_key
from suyuan.domain.scans import ScanCount
from suyuan.domain.sentences import sentence
from suyuan.domain.temperature import Temperature
from suyuan.web.pages import (
    Beside,
    Label,
    Language,
    Notice,
    PageLinks,
    PageState,
    render_chain,
    render_problem,
)
from suyuan.web.pages.complaints import render_case, render_follow_up, render_form
from suyuan.web.pages.directory import ListedPage, Search, render_directory, render_home
from suyuan.web.pages.texts import texts
from suyuan.wire.certificates import CertificateCard
from suyuan.wire.directory import DirectoryRow, LicenceRow
from suyuan.wire.register_cards import BrandCard, NamingCard
from tests.web.chains import ANSWERED, BORDER, CODE, IMPORTER, NAMES, chain_event, chain_of, journey

Render = Callable[[Language, bool], str]

SERIAL = recognise("(01)06901234567892(21)7")
SILENT: dict[str, Any] = {
    "sources": (*ANSWERED[:2], SourceReport("meat", SourceStatus.TIMED_OUT, 2000)),
    "holes": (Hole("meat", Key(Ask.CONTAINER, "x"), HoleReason.TIMEOUT),),
}
CITY = replace(
    NAMES,
    parties={IMPORTER.key: Label("厦门夏商冻品贸易有限公司", "Xiamen Xiashang Frozen Foods")},
    licences={IMPORTER.key: (Licence("SC10744030704994", valid_to=date(2027, 1, 4)),)},
    products={product_key(CODE): Product(CODE, Naming("牛腱子"), BORDER.date(), producer=IMPORTER)},
    certificates={
        IMPORTER.key: (
            Adopted(
                Certificate(
                    "TRC-2026-0001",
                    Issuer(Naming("鹭岛认证（虚构）", "Ludao Certification (fictitious)")),
                    date(2026, 1, 1),
                    date(2028, 12, 31),
                    ("GB/T 38155-2019", "GB/T 22005-2009"),
                    url="https://cert.example/TRC-2026-0001",
                ),
                "imports",
            ),
        )
    },
)
RECALL = Notice(
    own=True,
    published_on=date(2026, 2, 18),
    publisher="厦门市市场监督管理局",
    level=1,
    reason=Label("检出沙门氏菌。", "Salmonella was found."),
)
SCANS = ScanCount(date(2026, 2, 17), 23, 4)


def _incomplete() -> Chain:
    gap = Finding("gap", "logistics-receive-60", params={"missing": "shipment"})
    return journey(findings=(gap, Finding("conflict", "retail-sale-150")), **SILENT)


def _hostile() -> Chain:
    """Long words without a place to break, and every mark that could widen the page."""
    long = Facts(name="W" * 10_000, origin="M" * 10_000, spec="\u202e" + "0" * 10_000)
    event = chain_event(hours=-1, place=f"urn:suyuan:x:{'A' * 400}", product=long)
    return chain_of(event, *journey().events)


def _cold() -> Chain:
    """A cold chain with a limit, that was broken once, and tests that say what they came to."""
    measured = {
        ("import", "release"): ("-19.5", "-18"),
        ("logistics", "transport"): ("-17.2", "-11"),
        ("logistics", "store"): ("-18.4", "-18.1"),
    }
    events = []
    for one in journey().events:
        event = one.stored.event
        found = measured.get((event.kind or "", event.activity or ""))
        if found is not None:
            told = Temperature(Decimal(found[0]), Decimal(found[1]), at_most=Decimal(-18))
            event = replace(event, temperature=told)
        if event.activity == "test":
            papers = (Document("test_report", "XM-2026-01002", "厦门海关", result="passed"),)
            event = replace(event, documents=papers)
        events.append(replace(one, stored=replace(one.stored, event=event)))
    return chain_of(*events)


def _destroyed() -> Chain:
    event = chain_event("inspection", "destroy", items=(Item(SERIAL),))
    return chain_of(event, code=SERIAL, things=(Thing(SERIAL, "serial"),))


def _nothing(**more: Any) -> Chain:
    return chain_of(findings=(Finding("unknown_code"),), **more)


def _links(language: Language, elder: bool) -> PageLinks:
    return PageLinks.of(
        language=language,
        elder=elder,
        record="/v1/chains/x",
        complain="/complaints/new?code=x",
        follow_up="/complaints?lang=zh",
    )


def _chain(chain: Chain, *notices: Notice) -> Render:
    def render(language: Language, elder: bool) -> str:
        links = _links(language, elder)
        beside = Beside(notices, SCANS)
        return render_chain(
            chain, language=language, names=CITY, links=links, elder=elder, beside=beside
        )

    return render


def _problem(state: PageState, code: str, detail: str | None = None) -> Render:
    def render(language: Language, elder: bool) -> str:
        links = _links(language, elder)
        return render_problem(
            state, code=code, language=language, links=links, elder=elder, detail=detail
        )

    return render


FORM = {
    "number": "7K3M9XQ2T4V8WZ1A",
    "code": "(01)06901234567892(10)L20260301",
    "topic": "quality",
    "message": "解冻后有异味。",
}


def _form(*faults: Fault) -> Render:
    def render(language: Language, elder: bool) -> str:
        links = _links(language, elder)
        return render_form(
            FORM, action="/complaints", language=language, links=links, elder=elder, faults=faults
        )

    return render


def _case(language: Language, elder: bool) -> str:
    said = Complaint(FORM["number"], FORM["code"], Topic.QUALITY, FORM["message"], "13900001111")
    answers = (
        Answer("department:food", State.IN_PROGRESS, "已派员检查。", BORDER),
        Answer("city", State.CLOSED, "已责令整改，可凭小票退货。", BORDER),
    )
    links = _links(language, elder)
    case = Case(said, BORDER, answers)
    return render_case(case, names=CITY, language=language, links=links, elder=elder)


def _follow_up(number: str, fault: str | None) -> Render:
    def render(language: Language, elder: bool) -> str:
        said = sentence(fault, {}, language) if fault else None
        links = _links(language, elder)
        return render_follow_up(number, language=language, links=links, elder=elder, fault=said)

    return render


def _licence(number: str, revoked_on: date | None = None) -> LicenceRow:
    return LicenceRow(number, "食品生产许可证", None, date(2028, 2, 29), revoked_on)


LISTED = (
    DirectoryRow(
        "91350212MADEMA040R",
        "urn:suyuan:cn:91350212MADEMA040R",
        NamingCard("闽味食品（虚构）", "Minwei Foods (fictitious)"),
        ("production", "storage"),
        "350212",
        "福建省厦门市同安区",
        (_licence("SC10435021299994"), _licence("SC11435021299991", date(2026, 2, 1))),
        (BrandCard(NamingCard("闽味", None), "12345678"),),
        "approved",
        None,
        date(2026, 1, 1),
        "food",
        (
            CertificateCard(
                "TRC-2026-0001",
                NamingCard("鹭岛认证（虚构）", "Ludao Certification (fictitious)"),
                ("GB/T 38155-2019", "GB/T 22005-2009"),
                (),
                date(2026, 1, 1),
                date(2028, 12, 31),
                None,
                "food",
            ),
        ),
    ),
    DirectoryRow(
        "91350206MADEMA0101",
        "urn:suyuan:cn:91350206MADEMA0101",
        NamingCard("W" * 200, None),
        ("wholesale",),
        None,
        None,
        (),
        (),
        "revoked",
        date(2026, 3, 1),
        date(2026, 1, 1),
        "meat",
    ),
)


def _directory(rows: Sequence[DirectoryRow], search: Search, *silent: SourceReport) -> Render:
    def render(language: Language, elder: bool) -> str:
        fault = texts(language)["directory_short"] if search.fault else None
        said = replace(search, fault=fault)
        return render_directory(
            ListedPage(rows, None, (*ANSWERED[:2], *silent)),
            said,
            names=CITY,
            language=language,
            links=_links(language, elder),
            elder=elder,
        )

    return render


def _home(language: Language, elder: bool) -> str:
    return render_home(language=language, links=_links(language, elder), elder=elder, docs=True)


STATES: dict[str, Render] = {
    "home": _home,
    "directory": _directory(
        LISTED,
        Search("闽味", following="/directory?after=x"),
        SourceReport("meat", SourceStatus.DOWN, 2),
    ),
    "directory-none": _directory((), Search("味", "short")),
    "complaint-follow-up": _follow_up("", None),
    "complaint-follow-up-wrong": _follow_up("7K3M-9XQ2", "complaint_number_mistyped"),
    "complaint-form": _form(),
    "complaint-faults": _form(Fault("complaint_field_missing", "/message", {"name": "message"})),
    "complaint-case": _case,
    "issued": _chain(journey()),
    "recalled": _chain(journey(), RECALL),
    "stopped": _chain(journey(), replace(RECALL, stop_sale=True, own=False)),
    "recalled-by-event": _chain(
        chain_of(*journey().events, chain_event("inspection", "recall", hours=170))
    ),
    "cold-chain": _chain(_cold()),
    "incomplete": _chain(_incomplete()),
    "hostile": _chain(_hostile()),
    "class-level": _chain(
        chain_of(code=recognise("06901234567892"), findings=(Finding("class_level"),))
    ),
    "unissued": _chain(_nothing()),
    "unissued-recalled": _chain(_nothing(), RECALL),
    "void": _chain(_destroyed()),
    "unconfirmed": _chain(_nothing(**SILENT)),
    "malformed": _problem(PageState.MALFORMED, "0690123456789X", "校验位应为 2。"),
    "unavailable": _problem(PageState.UNAVAILABLE, "(01)06901234567892(10)L1"),
}


def _pages() -> Iterator[tuple[str, str]]:
    for name, render in STATES.items():
        yield name, render("zh", False)
        yield f"{name}-en", render("en", False)
        yield f"{name}-large", render("zh", True)
        yield f"{name}-en-large", render("en", True)


PAGES: dict[str, str] = dict(_pages())
