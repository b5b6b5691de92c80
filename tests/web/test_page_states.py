"""Every code has a page that says in words what it is; the pages of the states are alike."""

from __future__ import annotations

from typing import Any

import pytest

from suyuan.domain.chain import Chain, Finding, SourceReport, SourceStatus, Thing
from suyuan.domain.codes import Code, recognise
from suyuan.domain.coding.ranges import Verdict
from suyuan.domain.events import Item
from suyuan.web.pages import Language, PageLinks, PageState, page_state, render_problem
from tests.web.chains import ANSWERED, CODE, chain_event, chain_of, page, text

SERIAL = recognise("(01)06901234567892(21)7")
SILENT = (*ANSWERED[:2], SourceReport("meat", SourceStatus.DOWN, 0))
NO_CHAIN = [state for state in PageState if not state.has_chain]


def nothing(code: Code = CODE, **more: Any) -> Chain:
    """What a walk gives of a code that nobody reported."""
    return chain_of(code=code, findings=(Finding("unknown_code", code=code.key),), **more)


def of_serial(*events: tuple[str, str]) -> Chain:
    told = [
        chain_event(kind, activity, hours=hour, items=(Item(SERIAL),))
        for hour, (kind, activity) in enumerate(events)
    ]
    return chain_of(*told, code=SERIAL, things=(Thing(SERIAL, "serial"),))


def test_a_code_that_an_event_names_is_issued_here() -> None:
    assert page_state(chain_of(chain_event())) is PageState.ISSUED
    assert "平台签发" in text(page(chain_of(chain_event())))


def test_a_code_is_unissued_only_if_everybody_answered() -> None:
    assert page_state(nothing()) is PageState.UNISSUED
    assert page_state(nothing(sources=SILENT)) is PageState.UNCONFIRMED
    assert page_state(nothing(limits_hit=("max_events",))) is PageState.UNCONFIRMED
    assert page_state(chain_of(chain_event(), sources=SILENT)) is PageState.ISSUED
    assert "未签发" in text(page(nothing()))


def test_the_page_of_an_unconfirmed_code_names_who_is_silent() -> None:
    silent = (ANSWERED[0], SourceReport("meat", SourceStatus.REFUSED, 3))
    read = text(page(nothing(sources=silent)))
    assert "还不能确认此码" in read
    assert "肉菜流通追溯系统 拒绝了查询" in read
    assert "未签发" not in read


def test_a_piece_that_was_destroyed_is_void_and_says_since_when() -> None:
    chain = of_serial(("production", "process"), ("inspection", "destroy"))
    assert page_state(chain) is PageState.VOID
    read = text(page(chain))
    assert "已停用" in read
    assert "停用记录：2026-02-11 · 统一社会信用代码 91350200M000100Y48" in read


@pytest.mark.parametrize("step", ["decommissioning", "destroying", "killing"])
def test_a_piece_taken_out_of_use_by_an_epcis_step_is_void(step: str) -> None:
    event = chain_event(None, None, step=step, items=(Item(SERIAL),))
    chain = chain_of(event, code=SERIAL, things=(Thing(SERIAL, "serial"),))
    assert page_state(chain) is PageState.VOID


def test_a_piece_that_was_used_again_afterwards_is_not_void() -> None:
    chain = of_serial(("inspection", "destroy"), ("production", "commission"))
    assert page_state(chain) is PageState.ISSUED


def test_a_piece_that_was_sold_is_not_void() -> None:
    assert page_state(of_serial(("retail", "sale"))) is PageState.ISSUED


def test_a_lot_of_which_a_part_was_destroyed_is_not_void() -> None:
    assert page_state(chain_of(chain_event("inspection", "destroy"))) is PageState.ISSUED


@pytest.mark.parametrize("verdict", [Verdict.VOID, Verdict.LOST])
def test_a_code_that_the_code_service_has_as_void_is_void_whatever_was_reported(
    verdict: Verdict,
) -> None:
    assert page_state(chain_of(chain_event()), verdict) is PageState.VOID
    assert page_state(nothing(), verdict) is PageState.VOID
    assert "已停用" in text(page(chain_of(chain_event()), verdict=verdict))


@pytest.mark.parametrize("verdict", [Verdict.ISSUED, Verdict.ACTIVE])
def test_a_code_that_was_given_out_is_issued_before_anything_is_reported(verdict: Verdict) -> None:
    assert page_state(nothing(), verdict) is PageState.ISSUED
    read = text(page(nothing(), verdict=verdict))
    assert "平台签发" in read
    assert "此码已经签发，还没有任何环节上报。" in read
    assert page_state(nothing(), Verdict.NOT_ISSUED) is PageState.UNISSUED


def test_a_code_whose_every_report_was_declared_an_error_is_void() -> None:
    voided = (Finding("voided_code", code=CODE.key),)
    assert page_state(chain_of(findings=voided)) is PageState.VOID
    assert page_state(chain_of(findings=voided, sources=SILENT)) is PageState.UNCONFIRMED


def test_a_lone_gtin_has_a_product_page_without_a_chain() -> None:
    gtin = recognise("06901234567892")
    chain = chain_of(code=gtin, findings=(Finding("class_level", code=gtin.key),))
    read = text(page(chain))
    assert page_state(chain).status == 200
    assert "条码不区分批次 (01)06901234567892" in read


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("state", NO_CHAIN)
def test_every_state_has_a_page_with_the_code_and_the_hotline(
    state: PageState, language: Language
) -> None:
    links = PageLinks.of(language=language)
    html = render_problem(state, code="6901234", language=language, links=links)
    assert html.count("6901234</") == 2
    assert "tel:12315" in html
    assert state.status in (200, 400, 404, 410, 503)


def test_every_state_has_words_of_its_own() -> None:
    pages = {
        text(render_problem(s, code="6901234", language="zh", links=PageLinks.of()))
        for s in NO_CHAIN
    }
    assert len(pages) == len(NO_CHAIN)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_pages_of_the_states_are_of_one_size_to_the_byte(language: Language) -> None:
    """Also with the longest text, sentence and product name that a stranger can have shown."""
    links = PageLinks.of(language=language, record="/v1/chains/" + "%E4" * 40)
    long = "电" * 10_000
    sizes = {
        len(render_problem(s, code=c, language=language, links=links, detail=d).encode())
        for s in NO_CHAIN
        for c in ("6901234", long)
        for d in (None, "x" * 80)
    }
    assert len(sizes) == 1
    unissued = page(nothing(), language, links=links)
    void = page(of_serial(("inspection", "destroy")), language, links=links)
    assert {len(unissued.encode()), len(void.encode())} == sizes


def test_the_detail_of_a_malformed_code_is_shown() -> None:
    html = render_problem(
        PageState.MALFORMED,
        code="6901234567890",
        language="zh",
        links=PageLinks.of(),
        detail="校验位应为 2。",
    )
    assert "校验位应为 2。" in text(html)
