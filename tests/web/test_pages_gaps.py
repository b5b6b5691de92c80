"""The consumer page says what is missing, and who is silent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from suyuan.domain.chain import Certainty, Finding, SourceReport, SourceStatus
from suyuan.domain.lookup import Ask, Hole, HoleReason, Key
from suyuan.web.pages import (
    Label,
    Names,
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
    assert "Medicines gave no answer just now; steps kept there may be missing." in read


def test_of_whom_the_same_is_to_be_said_it_is_said_once() -> None:
    late, down = SourceStatus.TIMED_OUT, SourceStatus.DOWN
    sources = [SourceReport(name, late, 800) for name in ("food", "meat", "drugs")]
    read = text(page(chain_of(sources=(*sources, SourceReport("liquor", down, 1)))))
    assert (
        "食品追溯系统、肉菜流通追溯系统、药品追溯系统 超时未应答，可能缺少那里保存的环节。"
        " 酒类追溯系统 暂时没有应答，可能缺少那里保存的环节。"
    ) in read


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
    assert html.count("<time") == 50
    assert "中间 950 个环节未在此列出" in timeline(html)
    assert len(html.encode()) < 24_000


def test_the_elder_page_differs_in_size_and_leads_back() -> None:
    plain, elder = page(journey()), page(journey(), elder=True)
    assert '<a href="?lang=zh&amp;size=large">大字版</a>' in plain
    assert 'class="calm large"' in elder
    assert '<a href="?lang=zh">标准字号</a>' in elder
