"""Answers and their questions: which edge answers what, and several answers as one."""

from __future__ import annotations

from collections.abc import Sequence

from suyuan.domain.lookup import Answer, Ask, Edge, Key, Role, is_plain


def answers(edge: Edge, key: Key) -> bool:
    """Whether an edge belongs to the answer to a question: what ``Ask`` says, as code."""
    if key.until is not None and edge.time > key.until:
        return False
    match key.ask:
        case Ask.CODE:
            return edge.code == key.key
        case Ask.CONTAINER:
            early = key.since is not None and edge.time < key.since
            return edge.code == key.key and not (early and is_plain(edge))
        case Ask.CONTENTS:
            return edge.other == key.key and edge.role in (Role.CHILD, Role.MEMBER)
        case Ask.TRANSFORMATION:
            return edge.other == key.key and edge.role in (Role.INPUT, Role.OUTPUT)
        case Ask.EVENT:
            return False


def together(answers: Sequence[Answer]) -> Answer:
    """Several answers to parts of one lookup as one; a fact that was told twice is one."""
    if len(answers) == 1:
        return answers[0]
    return Answer(
        tuple(dict.fromkeys(e for a in answers for e in a.edges)),
        tuple(dict.fromkeys(v for a in answers for v in a.voids)),
        tuple(s for a in answers for s in a.events),
        tuple(h for a in answers for h in a.holes),
        tuple(dict.fromkeys(k for a in answers for k in a.answered)),
    )
