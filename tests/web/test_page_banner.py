"""The banner stands above everything else, on every page, and says what to do and whom to call."""

from __future__ import annotations

from datetime import date

import pytest

from suyuan.domain.chain import Finding, Via
from suyuan.web.pages import Label, Notice
from tests.web.chains import chain_event, chain_of, journey, page, text

RECALL = Notice(
    own=True,
    published_on=date(2026, 3, 1),
    publisher="厦门市市场监督管理局",
    level=1,
    reason=Label("检出沙门氏菌。", "Salmonella was found."),
)
BATCH = chain_of(chain_event())


def banner(html: str) -> str:
    """What the banner reads; empty where there is none."""
    return text(html.partition('<section class="recall">')[2].partition("</section>")[0])


def test_a_product_that_is_not_recalled_has_no_banner() -> None:
    assert banner(page(BATCH)) == ""


def test_a_recall_that_was_reported_as_an_event_is_told() -> None:
    recall = chain_event("inspection", "recall", hours=9, said_by="department")
    assert banner(page(chain_of(chain_event(), recall))) == (
        "此产品已被召回 请停止食用或使用，保留包装和凭证，联系购买处处理；有疑问请拨打 12315。"
        " 2026-02-11 · 统一社会信用代码 91350200M000100Y48 · 部门核验 拨打 12315"
    )


def test_a_recall_told_by_its_disposition_alone_counts() -> None:
    recall = chain_event(None, None, step="holding", disposition="recalled")
    assert "此产品已被召回" in banner(page(chain_of(recall)))


def test_a_recall_of_an_ingredient_is_told_apart() -> None:
    recall = chain_event("inspection", "recall", via=Via.UP)
    html = page(chain_of(chain_event(), recall))
    assert "此产品的原料或上游批次已被召回" in banner(html)


def test_a_notice_says_why_by_whom_and_how_grave() -> None:
    assert banner(page(BATCH, notices=[RECALL])) == (
        "此产品已被召回 检出沙门氏菌。"
        " 请停止食用或使用，保留包装和凭证，联系购买处处理；有疑问请拨打 12315。"
        " 2026-03-01 · 厦门市市场监督管理局 · 1 级召回（1 级最严重） 拨打 12315"
    )
    assert "Salmonella was found." in banner(page(BATCH, "en", notices=[RECALL]))


def test_whom_to_call_and_what_to_do_are_the_publishers_where_it_says_so() -> None:
    notice = Notice(
        own=True, published_on=date(2026, 3, 1), publisher="x", phone="0592-1234567",
        advice=Label("请退货。", "Take it back."),
    )  # fmt: skip
    html = page(BATCH, notices=[notice])
    assert '<a class="call" href="tel:0592-1234567">' in html
    assert "请退货。" in banner(html)


def test_the_gravest_notice_about_the_thing_itself_is_the_one_shown() -> None:
    upstream = Notice(own=False, published_on=date(2026, 3, 9), publisher="x", level=1)
    slight = Notice(own=True, published_on=date(2026, 3, 9), publisher="x", level=3)
    stopped = Notice(own=True, published_on=date(2026, 3, 9), publisher="x", stop_sale=True)
    html = page(BATCH, notices=[upstream, stopped, slight, RECALL])
    assert "1 级召回" in banner(html)
    assert "责令停止销售" in banner(page(BATCH, notices=[stopped]))


@pytest.mark.parametrize("code_known", [True, False])
def test_the_banner_is_the_first_thing_in_the_page_of_any_state(code_known: bool) -> None:
    unknown = chain_of(findings=(Finding("unknown_code"),))
    html = page(journey() if code_known else unknown, notices=[RECALL])
    main = html.partition("<main>")[2].lstrip()
    assert main.startswith('<section class="recall">')


def test_a_hostile_notice_breaks_nothing() -> None:
    evil = '"><script>alert(1)</script>' + "x" * 10_000
    notice = Notice(
        own=True, published_on=date(2026, 3, 1), publisher=evil, phone=evil,
        reason=Label(evil, evil), advice=Label(evil, evil),
    )  # fmt: skip
    html = page(BATCH, notices=[notice])
    assert "<script" not in html
    assert len(html) < 12_000
