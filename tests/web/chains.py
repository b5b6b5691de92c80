"""Small chains for tests of the pages, made by no walk and no database, and how to read a page."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from hashlib import sha256
from typing import Any

from suyuan.domain.activities import KINDS
from suyuan.domain.chain import Chain, ChainEvent, SourceReport, SourceStatus, Via
from suyuan.domain.codes import Code, Use, recognise
from suyuan.domain.coding.ranges import Verdict
from suyuan.domain.events import Document, Event, EventType, Item, Product, StoredEvent
from suyuan.web.pages import Beside, Label, Language, Names, PageLinks, render_chain

CHINA = timezone(timedelta(hours=8))
CODE = recognise("(01)06901234567892(10)L20260301")
IMPORTER = recognise("91350200M000100Y48", use=Use.PARTY)
BORDER = datetime(2026, 2, 11, 9, 30, tzinfo=CHINA)
ANSWERED = (
    SourceReport("imports", SourceStatus.ANSWERED, 14),
    SourceReport("food", SourceStatus.ANSWERED, 11),
    SourceReport("meat", SourceStatus.ANSWERED, 9),
)
BEEF = Product(
    name="冷冻牛腱子肉", lot="L20260301", produced_on=date(2026, 1, 5), expires_on=date(2027, 1, 4),
    origin="新西兰 坎特伯雷", spec="10 kg/箱",
)  # fmt: skip
PAPERS = (
    Document("health_certificate", "NZ2026/0117-442", "新西兰初级产业部", date(2026, 1, 17)),
    Document("entry_inspection_certificate", "126000226000117", "厦门海关", date(2026, 2, 13)),
    Document("test_report", "XM-2026-00871", "厦门市食品药品质量检验研究院", date(2026, 2, 14)),
)
NAMES = Names(
    places={
        "urn:suyuan:cn:350203001": Label("思明区第八市场", "Siming 8th Market"),
        "urn:suyuan:cn:350206002": Label("湖里区东渡口岸冷库", "Dongdu Port Cold Store, Huli"),
        "urn:suyuan:cn:350205003": Label("海沧区冻品批发市场", "Haicang Frozen Food Market"),
    }
)

# One imported lot on its way through three departments: (kind, activity, hours, place, said by).
JOURNEY = (
    ("import", "declare", 0, "350206002", "enterprise"),
    ("import", "inspect", 27, "350206002", "department"),
    ("import", "clear", 52, "350206002", "department"),
    ("import", "release", 55, "350206002", "department"),
    ("logistics", "ship", 58, "350206002", "enterprise"),
    ("logistics", "receive", 60, "350205003", "both"),
    ("logistics", "store", 61, "350205003", "enterprise"),
    ("inspection", "test", 75, "350205003", "department"),
    ("wholesale", "entry", 80, "350205003", "both"),
    ("wholesale", "sale", 126, "350205003", "both"),
    ("logistics", "transport", 129, None, "enterprise"),
    ("retail", "receive", 131, "350203001", "both"),
    ("retail", "sale", 150, "350203001", "enterprise"),
)


def chain_event(
    kind: str | None = "retail",
    activity: str | None = "sale",
    *,
    hours: float = 0,
    place: str | Code | None = None,
    via: Via = Via.DIRECT,
    said_by: str = "enterprise",
    **more: Any,
) -> ChainEvent:
    """An event of the beef, ``hours`` after it reached the border; ``more`` are its members."""
    meaning = KINDS[kind][activity] if kind and activity else None
    event = Event(
        id=f"{kind}-{activity}-{hours}",
        party=IMPORTER,
        type=EventType.OBJECT,
        time=BORDER + timedelta(hours=hours),
        kind=kind,
        activity=activity,
        step=meaning.step if meaning else None,
        disposition=meaning.disposition if meaning else None,
        place=recognise(place, use=Use.PLACE) if isinstance(place, str) else place,
        items=(Item(CODE),),
    )
    event = replace(event, **more)
    content = sha256(repr(event).encode()).digest()[:16]
    stored = StoredEvent(event, event.time, content, event.party.short)
    return ChainEvent(stored, via, said_by=said_by)


def chain_of(*events: ChainEvent, code: Code = CODE, **more: Any) -> Chain:
    """A chain of these events, asked upwards by a consumer, with every source answering."""
    return Chain(code, "up", events, **{"sources": ANSWERED, **more})


def journey(**more: Any) -> Chain:
    """The whole way of the beef, with papers at the border and its product facts."""
    events = [
        chain_event(
            kind,
            activity,
            hours=hours,
            place=place,
            said_by=said_by,
            product=BEEF if number == 0 else None,
            documents=PAPERS if activity == "clear" else (),
        )
        for number, (kind, activity, hours, place, said_by) in enumerate(JOURNEY)
    ]
    return chain_of(*events, **more)


def page(chain: Chain, language: Language = "zh", **more: Any) -> str:
    """The page of a chain, its links relative and without a register unless given.

    ``notices`` and ``scans`` are what is known beside the chain.
    """
    verdict = more.pop("verdict", Verdict.FOREIGN)
    beside = Beside(tuple(more.pop("notices", ())), more.pop("scans", None), verdict)
    more["beside"] = beside
    given = {"names": Names(), "links": PageLinks.of(language=language), **more}
    return render_chain(chain, language=language, **given)


def text(html: str) -> str:
    """What a reader reads: the body without its tags, every white space one blank."""
    body = re.sub(r"<(style|title).*?</\1>", "", html, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def timeline(html: str) -> str:
    """What a reader reads in the timeline alone."""
    return text(html.partition('<ol class="line">')[2].partition("</section>")[0])
