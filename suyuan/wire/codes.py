"""What ``GET /v1/codes/{text}`` answers: every scheme that a text may be a code of."""

from __future__ import annotations

from typing import Any

from suyuan.domain.codes import NAMES, Candidate, candidates, recognise
from suyuan.domain.codes.private import NOBODYS
from suyuan.domain.errors import CodeError


def explain(text: str) -> dict[str, Any]:
    """The readings of any ``text``, best first, as JSON; it never raises.

    ``{"text", "canonical": key | None, "candidates": [{"scheme", "code", "name": {"zh", "en"},
    "parts", "valid", "problem": None | {"code": "check_digit", "expected"} |
    {"code": "code_malformed", "part", "form"}}]}``. ``canonical`` is ``None`` for a text that is
    refused, and for one that only an enterprise could own; then there may be no candidates either.
    """
    return {
        "text": text.encode("utf-8", "replace").decode(),
        "canonical": _canonical(text),
        "candidates": _candidates(text),
    }


def _canonical(text: str) -> str | None:
    try:
        code = recognise(text)
    except CodeError:
        return None
    return None if code.key.startswith(NOBODYS) else code.key


def _candidates(text: str) -> list[dict[str, Any]]:
    try:
        return [_candidate(candidate) for candidate in candidates(text)]
    except CodeError:
        return []


def _candidate(candidate: Candidate) -> dict[str, Any]:
    zh, en = NAMES[candidate.scheme]
    return {
        "scheme": candidate.scheme,
        "code": candidate.code.key,
        "name": {"zh": zh, "en": en},
        "parts": candidate.parts,
        "valid": candidate.valid,
        "problem": candidate.problem,
    }
