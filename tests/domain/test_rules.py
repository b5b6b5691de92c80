"""The rules of docs/tracing.md over a list in memory."""

from __future__ import annotations

import pytest

from suyuan.domain.assemble import assemble
from suyuan.domain.trail import Direction, Question
from suyuan.sources.base import trace
from suyuan.sources.memory import MemorySource
from tests.build import stored
from tests.hostile import HOSTILE
from tests.rules import RULES, Rule


@pytest.mark.parametrize("rule", [*RULES, *HOSTILE], ids=lambda r: r.name)
async def test_a_rule(rule: Rule) -> None:
    source = MemorySource(map(stored, rule.events))
    question = Question(rule.code, Direction(rule.direction), **rule.question)
    chain = assemble(question, await trace(source, question))
    assert sorted(e.stored.event.id for e in chain.events) == sorted(rule.expected)
    told = {(f.type, f.event) for f in chain.findings}
    assert rule.findings <= told
    assert not rule.without & {kind for kind, _ in told}
    if not rule.findings:
        assert not any(f.params.get("missing") == "movement" for f in chain.findings)
