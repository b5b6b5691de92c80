"""The consumer page says what the chain says of a product, in the order of the design."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

import pytest

from suyuan.domain.activities import KINDS
from suyuan.domain.chain import Certainty, Chain, ChainEvent, Finding, SourceStatus
from suyuan.domain.codes import Code, recognise
from suyuan.domain.events import Document, EventType, Item, Product
from suyuan.domain.lookup import Effect, HoleReason
from suyuan.domain.policy import PUBLIC_DOCUMENTS
from suyuan.domain.scans import ScanCount
from suyuan.domain.temperature import Temperature
from suyuan.web.pages import (
    Label,
    Language,
    Names,
)
from suyuan.web.pages.words import (
    ACTIVITIES,
    CERTAINTIES,
    DOCUMENTS,
    EFFECTS,
    REASONS,
    SAID_BY,
)
from tests.web.chains import (
    ANSWERED,
    CODE,
    IMPORTER,
    NAMES,
    PAPERS,
    chain_event,
    chain_of,
    journey,
    page,
    text,
    timeline,
)

# --- Order and words ---


def test_the_sections_stand_in_the_order_of_the_design() -> None:
    gap = Finding("gap", "retail-receive-131", params={"missing": "shipment"})
    recall = chain_event("inspection", "recall", hours=170)
    scans = ScanCount(date(2026, 2, 17), 23)
    html = page(chain_of(*journey().events, recall, findings=(gap,)), names=NAMES, scans=scans)
    read = text(html)
    words = (
        "此产品已被召回", "平台签发", "冷冻牛腱子肉", "消费者已扫 23 次", "产品信息",
        "流转记录", "记录完整吗", "证明文件", "途经地点", "12315 是全国", "记录指纹", "本页不收集",
    )  # fmt: skip
    places = [read.index(word) for word in words]
    assert places == sorted(places)


def test_the_newest_step_comes_first() -> None:
    read = timeline(page(journey()))
    assert read.index("零售售出") < read.index("批发销售") < read.index("进口申报")


def test_a_step_names_what_when_where_who_and_who_says_so() -> None:
    event = chain_event("import", "clear", place="350206002", said_by="department")
    assert timeline(page(chain_of(event), names=NAMES)) == (
        "湖里区东渡口岸冷库 统一社会信用代码 91350200M000100Y48 通关 部门核验 2026-02-11 09:30"
    )
    assert timeline(page(chain_of(event), "en", names=NAMES)) == (
        "Dongdu Port Cold Store, Huli Unified social credit code 91350200M000100Y48"
        " Cleared by customs Verified by department 11 Feb 2026, 09:30"
    )


def test_a_step_carries_its_instant_for_machines_unless_they_can_read_what_it_says() -> None:
    """HTML, 2.3.5.5: a date, a blank and a time are a valid date and time by themselves."""
    assert "<time>2026-02-11 09:30</time>" in page(chain_of(chain_event()))
    assert '<time datetime="2026-02-11T09:30+08:00">' in page(chain_of(chain_event()), "en")
    abroad = datetime(2026, 1, 17, 10, 0, tzinfo=timezone(timedelta(hours=13)))
    assert 'datetime="2026-01-17T10:00+13:00"' in page(chain_of(chain_event(time=abroad)))


def test_an_offset_that_is_not_the_readers_is_said() -> None:
    abroad = datetime(2026, 1, 17, 10, 0, tzinfo=timezone(timedelta(hours=13)))
    assert "2026-01-17 10:00 (UTC+13:00)" in timeline(page(chain_of(chain_event(time=abroad))))


@pytest.mark.parametrize("said_by", SAID_BY)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_who_says_so_stands_beside_each_step(said_by: str, language: Language) -> None:
    read = timeline(page(chain_of(chain_event(said_by=said_by)), language))
    assert SAID_BY[said_by].of(language) in read


def test_every_activity_of_the_city_form_has_words_of_its_own() -> None:
    named = {(kind, activity) for kind, activities in KINDS.items() for activity in activities}
    assert set(ACTIVITIES) == named
    assert len({label.zh for label in ACTIVITIES.values()}) == len(named)
    assert len({label.en for label in ACTIVITIES.values()}) == len(named)


def test_everything_that_may_be_uncertain_or_silent_has_words() -> None:
    assert set(EFFECTS) == {effect.value for effect in Effect}
    silent = {s.value for s in SourceStatus} - {"answered"}
    assert set(REASONS) == {reason.value for reason in HoleReason} | silent
    assert set(CERTAINTIES) == {c.value for c in Certainty} - {"certain"}
    assert set(DOCUMENTS) == PUBLIC_DOCUMENTS


@pytest.mark.parametrize(
    ("step", "kind", "said"),
    [
        ("commissioning", EventType.OBJECT, "赋码"),
        ("https://example.com/bizstep/smoking", EventType.OBJECT, "其他环节"),
        (None, EventType.TRANSFORMATION, "加工"),
    ],
)
def test_an_event_without_kind_is_told_by_its_business_step(
    step: str | None, kind: EventType, said: str
) -> None:
    event = chain_event(None, None, step=step, type=kind)
    assert said in timeline(page(chain_of(event)))


def test_the_language_is_declared_and_the_other_one_offered() -> None:
    assert '<html lang="zh-CN"' in page(journey())
    assert '<a href="?lang=en" lang="en" hreflang="en">English</a>' in page(journey())
    assert '<html lang="en"' in page(journey(), "en")
    assert '<a href="?lang=zh" lang="zh-CN" hreflang="zh">中文</a>' in page(journey(), "en")


def test_no_chinese_of_the_platform_is_left_in_the_english_page() -> None:
    chain = journey(findings=(Finding("gap", "retail-sale-150", params={"missing": "entry"}),))
    plain = Chain(CODE, "up", tuple(_without_words(chain)), sources=ANSWERED)
    read = text(page(plain, "en")).replace("中文", "")
    assert re.findall(r"[\u3000-\u9fff\uff00-\uffef]", read) == []


def _without_words(chain: Chain) -> list[Any]:
    """The events without anything that a reporter wrote."""
    return [chain_event(e.stored.event.kind, e.stored.event.activity) for e in chain.events]


# --- Product ---


def test_product_facts_come_from_the_earliest_event_that_is_about_the_thing() -> None:
    made = chain_event("production", "process", product=Product(name="腊肉", origin="龙岩"))
    sold = chain_event(hours=5, product=Product(name="土猪腊肉", spec="500 g"))
    html = page(chain_of(made, sold))
    assert "<h1>腊肉</h1>" in html
    assert "产地 龙岩 规格 500 g" in text(html)


def test_what_a_thing_was_made_into_does_not_name_it() -> None:
    made_into = Product(name="牛肉酱")
    other = recognise("(01)06901234567892(10)SAUCE")
    used = chain_event(
        "production",
        "process",
        type=EventType.TRANSFORMATION,
        items=(),
        inputs=(Item(CODE),),
        outputs=(Item(other),),
        product=made_into,
    )
    assert "<h1>名称未公开的产品</h1>" in page(chain_of(used))


def test_the_producer_is_the_party_that_reported_making_it() -> None:
    html = page(chain_of(chain_event("production", "process")))
    assert "生产者 统一社会信用代码 91350200M000100Y48" in text(html)
    assert "生产者" not in text(page(chain_of(chain_event())))


def test_sections_without_data_are_absent() -> None:
    read = text(page(chain_of(chain_event())))
    for absent in ("产品信息", "证明文件", "途经地点", "召回", "单据"):
        assert absent not in read


def test_names_of_a_register_are_shown_in_place_of_codes() -> None:
    names = Names(parties={IMPORTER.key: Label("夏商冻品公司", "Xiashang Frozen Food")})
    assert "夏商冻品公司" in timeline(page(chain_of(chain_event()), names=names))
    assert "Xiashang Frozen Food" in timeline(page(chain_of(chain_event()), "en", names=names))


def test_a_place_that_is_called_as_its_organisation_is_read_once() -> None:
    event = chain_event(place="350203001")
    called = Label("东渡卫生院", "Dongdu Clinic")
    names = Names(parties={IMPORTER.key: called}, places={"urn:suyuan:cn:350203001": called})
    assert timeline(page(chain_of(event), names=names)).count("东渡卫生院") == 1


@pytest.mark.parametrize(
    ("place", "shown"),
    [
        ("350203001", "流通节点编号 350203001"),
        ("urn:suyuan:91350200M000100Y48:%E5%86%B7%E5%BA%93%202", "冷库 2"),
        ("(414)6901234567892(254)A", "GLN 6901234567892 A"),
        ("geo:24.4798,118.0894", "坐标 24.4798,118.0894"),
    ],
)
def test_places_are_shown_as_they_were_reported(place: str, shown: str) -> None:
    assert timeline(page(chain_of(chain_event(place=place)))).startswith(shown)


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        (recognise("(01)06901234567892(10)A/B"), "(01)06901234567892 (10)A/B"),
        (recognise("37068100000000000998"), "37068100000000000998"),
        (recognise("批次/7", owner="91350200M000100Y48"), "批次/7"),
    ],
)
def test_the_code_is_shown_as_on_the_label(code: Code, shown: str) -> None:
    event = chain_event(items=(Item(code),))
    assert f"<p>{shown}</p>" in page(chain_of(event, code=code)).replace("&#x2F;", "/")


# --- Documents, route ---


def test_public_documents_are_listed_as_certificates() -> None:
    event = chain_event(documents=(PAPERS[1], PAPERS[1]))
    read = text(page(chain_of(event)))
    assert "入境货物检验检疫证明 编号 126000226000117 出具单位 厦门海关 日期 2026-02-13" in read
    assert read.count("126000226000117") == 1


def test_an_original_opens_on_tap_only_at_a_web_address() -> None:
    def with_url(url: str) -> str:
        return page(chain_of(chain_event(documents=(Document("test_report", "7", url=url),))))

    assert (
        '<a href="https://lab.example/7.jpg" rel="noopener noreferrer nofollow">'
        "查看原件（lab.example）</a>"
    ) in with_url("https://lab.example/7.jpg")
    for url in ("javascript:alert(1)", "data:text/html,x", "//lab.example/7", "http://[", "x"):
        assert "查看原件" not in with_url(url)


def test_neighbouring_steps_that_read_alike_are_one_with_their_number() -> None:
    parts = [chain_event("wholesale", "sale", hours=1, id=f"part-{n}") for n in range(3)]
    told = chain_event("wholesale", "sale", hours=1, id="told", said_by="both")
    read = text(page(chain_of(chain_event("wholesale", "entry"), *parts, told)))
    assert read.count("批发销售") == 2
    assert "批发销售 × 3 企业申报" in read
    assert "批发销售 双方确认" in read
    apart = [chain_event("wholesale", "sale", hours=n) for n in range(3)]
    assert "×" not in text(page(chain_of(*apart)))


def test_the_route_joins_neighbours_and_counts_days() -> None:
    html = page(journey(), names=NAMES)
    route = text(html.partition('<ol class="route">')[2].partition("</ol>")[0])
    assert route == (
        "湖里区东渡口岸冷库 2026-02-11 海沧区冻品批发市场 2026-02-13 · 2 天后"
        " 思明区第八市场 2026-02-16 · 2 天后"
    )


def test_a_long_route_shows_both_ends() -> None:
    places = ("350203001", "350205003")
    events = [chain_event(hours=24 * n, place=places[n % 2]) for n in range(20)]
    html = page(chain_of(*events))
    assert html.partition('<ol class="route">')[2].count("<li>") == 7
    assert "<span>…</span>" in html


def shown_route(*events: ChainEvent, language: Language = "zh") -> str:
    html = page(chain_of(*events), language, names=NAMES)
    return text(html.partition('<ol class="route">')[2].partition("</ol>")[0]).replace(
        "\u00a0", " "
    )


def measured(*told: str | None, hours: float = 0, place: str | None = "350203001") -> ChainEvent:
    values: list[Any] = [None if one is None else Decimal(one) for one in told]
    return chain_event(hours=hours, place=place, temperature=Temperature(*values))


def test_the_route_tells_the_lowest_and_the_highest_temperature_of_each_leg() -> None:
    first = measured("2.10", "4", "2", "8")
    on_the_way = measured("3", "7.5", hours=1, place=None)
    second = measured("-18", "-18", hours=30, place="350205003")
    shown = shown_route(first, on_the_way, second)
    assert shown == (
        "思明区第八市场 2026-02-11 2.1 至 7.5 °C（要求 2 至 8 °C）"
        " 海沧区冻品批发市场 2026-02-12 · 1 天后 \u221218 °C"
    )


def test_a_temperature_out_of_its_limit_is_said_in_words_and_marked() -> None:
    warm = measured("-18", "-11", None, "-18")
    assert shown_route(warm).endswith("\u221218 至 \u221211 °C（要求 ≤ \u221218 °C），超出要求")
    assert shown_route(warm, language="en").endswith("(limit ≤ \u221218 °C), out of limit")
    assert '<span class="note"><svg' in page(chain_of(warm))


def test_what_was_measured_at_stops_that_are_left_out_is_still_told() -> None:
    places = ("350203001", "350205003")
    warm = measured("20", "20", None, "8", hours=24 * 9, place=places[1])
    events = [warm if n == 9 else chain_event(hours=24 * n, place=places[n % 2]) for n in range(20)]
    assert "… 20 °C（要求 ≤ 8 °C），超出要求" in shown_route(*events)


def test_an_inspection_says_what_it_came_to_where_it_or_its_paper_does() -> None:
    def titled(**more: Any) -> str:
        return text(page(chain_of(chain_event("inspection", "test", **more))))

    assert "检测 · 合格" in titled(documents=(Document("test_report", result="passed"),))
    assert "检测 · 合格" not in titled(documents=(Document("test_report"),))
    both = (Document("test_report", result="passed"), Document("test_report", result="failed"))
    assert "不合格" in titled(documents=both)
    assert "检测 · 合格" not in titled(documents=both)
    stated = chain_event(None, None, step="inspecting", disposition="conformant")
    assert "检验 · 合格" in text(page(chain_of(stated)))


# --- Markup ---


class Balance(HTMLParser):
    """Fails where an element is closed that is not open; the end of an item goes without saying."""

    VOID = frozenset({"meta", "link"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, _attrs: object) -> None:
        self.seen.append(tag)
        if tag == "li":
            self._end_item()
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("ol", "ul"):
            self._end_item()
        assert self.open.pop() == tag

    def _end_item(self) -> None:
        if self.open[-1] == "li":
            self.open.pop()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_markup_is_balanced_and_has_one_main_and_one_first_heading(language: Language) -> None:
    gap = Finding("gap", "retail-receive-131", params={"missing": "entry"})
    recall = chain_event("inspection", "recall", hours=170)
    chain = chain_of(*journey().events, recall, findings=(gap, Finding("gap")), sources=())
    balance = Balance()
    balance.feed(page(chain, language))
    assert balance.open == []
    assert balance.seen.count("main") == 1
    assert balance.seen.count("h1") == 1
    assert "script" not in balance.seen
