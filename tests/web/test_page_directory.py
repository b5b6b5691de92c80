"""The public directory as a page: what it lists, in which language, and what it never runs."""

from __future__ import annotations

import re
from dataclasses import replace

import msgspec

from suyuan.domain.chain import SourceReport, SourceStatus
from suyuan.domain.register import CATEGORIES
from suyuan.web.directory import kinds
from suyuan.web.pages import Label, Language, Names, PageLinks
from suyuan.web.pages.directory import ListedPage, Search, render_directory, render_home
from suyuan.web.pages.words import CATEGORIES as WORDS
from suyuan.wire.directory import DirectoryRow
from suyuan.wire.profiles import shipped
from suyuan.wire.register_cards import BrandCard, NamingCard
from tests.web.chains import text
from tests.web.gallery import LISTED

SILENT = SourceReport("meat", SourceStatus.DOWN, 3)
NAMES = Names(
    subsystems={"food": Label("食品", "Food Bureau"), "meat": Label("肉菜", "Meat Bureau")}
)


def page(
    *rows: DirectoryRow,
    language: Language = "zh",
    search: Search | None = None,
    names: Names = NAMES,
    sources: tuple[SourceReport, ...] = (),
) -> str:
    return render_directory(
        ListedPage(rows, None, sources),
        search or Search(""),
        names=names,
        language=language,
        links=PageLinks.of("/directory", language=language),
        elder=False,
    )


def test_an_enterprise_is_told_in_words() -> None:
    read = text(page(*LISTED[:1]))
    assert (
        "闽味食品（虚构） 91350212MADEMA040R 经营类别 生产加工、仓储 所在区划 福建省厦门市同安区"
        " 许可证 食品生产许可证 SC10435021299994（登记有效期至 2028-02-29）"
        " 许可证 食品生产许可证 SC11435021299991（已于 2026-02-01 吊销）"
        " 品牌 闽味 12345678"
        " 追溯认证 GB/T 38155-2019、GB/T 22005-2009 · TRC-2026-0001 · 有效期至 2028-12-31"
        " · 由食品采信 备案于 食品"
    ) in read


def test_in_english_where_the_enterprise_has_a_name_in_english() -> None:
    read = text(page(*LISTED[:1], language="en"))
    assert "Minwei Foods (fictitious)" in read
    assert "Does Production, Storage" in read
    assert "(revoked on 1 Feb 2026)" in read
    assert "adopted by Food Bureau Filed with Food Bureau" in read


def test_a_revoked_filing_is_said_beside_the_name() -> None:
    assert "备案已于 2026-03-01 撤销" in text(page(*LISTED[1:]))


def test_who_did_not_answer_is_named() -> None:
    read = text(page(*LISTED[:1], sources=(SILENT,)))
    assert "肉菜暂时没有应答，在那里备案的企业可能没有列出。" in read
    assert "应答" not in text(page(*LISTED[:1]))


def test_an_empty_answer_says_so_and_keeps_what_was_sought() -> None:
    html = page(search=Search("某某"))
    assert "没有找到企业。" in text(html)
    assert 'value="某某"' in html
    assert "查看全部企业" in text(html)


def test_every_category_has_its_word() -> None:
    assert set(WORDS) == set(CATEGORIES)


def test_a_sectors_own_kind_of_party_is_called_as_the_sector_does() -> None:
    shop = msgspec.structs.replace(LISTED[0], categories=("retail", "designated_outlet", "other"))
    called = kinds(shipped().values())
    read = text(page(shop, names=replace(NAMES, kinds=called)))
    assert "经营类别 零售、限制使用农药定点经营店、other" in read


def test_a_hostile_entry_breaks_nothing() -> None:
    bad = msgspec.structs.replace(
        LISTED[0],
        names=NamingCard("<script>1</script>\u202e" + "长" * 300, None),
        categories=("<b>", "unknown"),
        brands=tuple(BrandCard(NamingCard(f"B{n}", None), None) for n in range(40)),
    )
    html = page(bad, search=Search('"><script>2</script>'))
    assert "<script>" not in html
    assert "\u202e" not in html
    assert html.count("<b>") == page(*LISTED[:1]).count("<b>")
    assert len(re.findall(r"<dd>B\d+</dd>", html)) == 6


def test_neither_page_runs_or_loads_anything() -> None:
    home = render_home(language="zh", links=PageLinks.of(), elder=False, docs=False)
    for html in (page(*LISTED), home):
        assert re.findall(r"<(?:script|img|iframe|object|embed|video|audio)\b", html) == []
        assert re.findall(r"\s(?:style|on\w+|src)=", html) == []
        assert re.findall(r"https?://", html) == []
    assert "/docs" not in home
