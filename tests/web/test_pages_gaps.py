"""The consumer page says what is missing, who is silent, and what a code is without a chain."""

from __future__ import annotations

from dataclasses import replace

import pytest

from suyuan.domain.chain import Certainty, Finding, SourceReport, SourceStatus
from suyuan.domain.codes import recognise
from suyuan.domain.lookup import Ask, Hole, HoleReason, Key
from suyuan.web.pages import (
    Label,
    Language,
    Names,
    PageLinks,
    PageState,
    page_state,
    render_problem,
)
from suyuan.web.pages.words import (
    CERTAINTIES,
)
from tests.web.chains import (
    ANSWERED,
    chain_event,
    chain_of,
    journey,
    page,
    text,
    timeline,
)

# --- Missing steps and completeness ---


def test_a_missing_step_is_shown_below_the_step_that_needs_it() -> None:
    gap = Finding("gap", "retail-receive-131", params={"missing": "shipment"})
    read = timeline(page(journey(findings=(gap,))))
    missing = read.index("此环节无记录：没有发货的记录")
    assert read.index("零售进货") < missing < read.index("运输")
    assert "记录中有 1 处环节无记录" in text(page(journey(findings=(gap,))))


def test_a_gap_without_a_step_of_the_page_stands_at_the_origin() -> None:
    read = timeline(page(chain_of(chain_event(), findings=(Finding("gap", "elsewhere"),))))
    assert read.endswith("此环节无记录")


def test_other_findings_are_noted_at_their_step_and_accuse_nobody() -> None:
    findings = tuple(
        Finding(kind, "retail-sale-0") for kind in ("conflict", "sold_twice", "event_after_end")
    )
    read = timeline(page(chain_of(chain_event(), findings=findings)))
    assert "此步有不一致的上报" in read
    assert "退货未登记时也会如此" in read
    assert "假" not in read


def test_a_full_chain_says_that_everybody_answered() -> None:
    read = text(page(journey()))
    assert "被查询的系统全部给出了完整答复。" in read
    assert "已应答：进口食品追溯系统、食品追溯系统、肉菜流通追溯系统" in read
    assert "记录可能不全" not in read


def test_a_silent_department_is_named_with_what_may_be_wrong() -> None:
    chain = journey(
        sources=(ANSWERED[0], SourceReport("meat", SourceStatus.TIMED_OUT, 2000)),
        holes=(
            Hole("meat", Key(Ask.CONTAINER, "x"), HoleReason.TIMEOUT),
            Hole("meat", Key(Ask.EVENT, "00"), HoleReason.TIMEOUT),
        ),
    )
    read = text(page(chain))
    assert (
        "肉菜流通追溯系统 超时未应答，可能多出已经拆箱之后的环节，可能还显示着已被更正的环节。"
    ) in read
    assert "已应答：进口食品追溯系统 " in read
    assert "记录可能不全" in read
    assert "被查询的系统全部给出了完整答复" not in read


def test_a_source_that_is_down_means_that_steps_may_be_missing() -> None:
    down = (SourceReport("drugs", SourceStatus.DOWN, 0),)
    read = text(page(chain_of(chain_event(), sources=down), "en"))
    assert "Medicines does not answer at the moment; steps that it keeps may be missing." in read


def test_a_registry_name_of_a_subsystem_wins() -> None:
    names = Names(subsystems={"meat": Label("市商务局肉菜系统", "Meat system")})
    assert "市商务局肉菜系统" in text(page(journey(), names=names))


def test_a_limit_that_was_hit_is_said() -> None:
    assert "平台只查询了一部分" in text(page(journey(limits_hit=("max_events",))))


@pytest.mark.parametrize("certainty", [Certainty.UNCERTAIN_END, Certainty.MAY_BE_SUPERSEDED])
def test_an_uncertain_step_says_why(certainty: Certainty) -> None:
    event = replace(chain_event(), certainty=certainty)
    assert CERTAINTIES[certainty.value].zh in timeline(page(chain_of(event)))


def test_a_very_long_chain_shows_both_ends_and_says_what_is_left_out() -> None:
    events = [chain_event("logistics", "store", hours=hour) for hour in range(1000)]
    html = page(chain_of(*events))
    assert html.count("<time ") == 50
    assert "中间 950 个环节未在此列出" in timeline(html)
    assert len(html.encode()) < 24_000


# --- States ---


def test_an_unknown_code_is_unknown_only_if_everybody_answered() -> None:
    silent = (*ANSWERED[:2], SourceReport("meat", SourceStatus.DOWN, 0))
    assert page_state(chain_of()) is PageState.UNKNOWN
    assert page_state(chain_of(sources=silent)) is PageState.UNCONFIRMED
    assert page_state(chain_of(limits_hit=("max_events",))) is PageState.UNCONFIRMED
    assert page_state(chain_of(chain_event(), sources=silent)) is PageState.KNOWN


def test_the_page_of_an_unconfirmed_code_names_who_is_silent() -> None:
    silent = (ANSWERED[0], SourceReport("meat", SourceStatus.REFUSED, 3))
    read = text(page(chain_of(sources=silent)))
    assert "还不能确认此码" in read
    assert "肉菜流通追溯系统 拒绝了查询" in read
    assert "未签发" not in read


def test_a_lone_gtin_has_a_product_page_without_a_chain() -> None:
    gtin = recognise("06901234567892")
    chain = chain_of(code=gtin, findings=(Finding("class_level", code=gtin.key),))
    read = text(page(chain))
    assert page_state(chain).status == 200
    assert "条码不区分批次 (01)06901234567892" in read


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("state", [s for s in PageState if s is not PageState.KNOWN])
def test_every_state_has_a_page_with_the_code_and_the_hotline(
    state: PageState, language: Language
) -> None:
    links = PageLinks.of(language=language)
    html = render_problem(state, code="6901234", language=language, links=links)
    assert html.count("6901234</") == 2
    assert "tel:12315" in html
    assert state.status in (200, 400, 404, 503)


def test_the_pages_of_the_states_are_alike_in_size() -> None:
    sizes = [
        len(render_problem(s, code="6901234", language="zh", links=PageLinks.of()).encode())
        for s in PageState
        if s is not PageState.KNOWN
    ]
    assert max(sizes) < 1.1 * min(sizes)


def test_the_detail_of_a_malformed_code_is_shown() -> None:
    html = render_problem(
        PageState.MALFORMED,
        code="6901234567890",
        language="zh",
        links=PageLinks.of(),
        detail="校验位应为 2。",
    )
    assert "校验位应为 2。" in text(html)


def test_the_elder_page_differs_in_size_and_leads_back() -> None:
    plain, elder = page(journey()), page(journey(), elder=True)
    assert '<a href="?lang=zh&amp;size=large">大字版</a>' in plain
    assert 'class="calm large"' in elder
    assert '<a href="?lang=zh">标准字号</a>' in elder
