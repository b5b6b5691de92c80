"""What ``GET /v1/codes/{text}`` answers: every scheme that a text may be a code of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from suyuan.domain.codes import NAMES, Candidate, candidates, recognise
from suyuan.domain.codes.preference import preferred
from suyuan.domain.codes.private import NOBODYS
from suyuan.domain.errors import CodeError
from suyuan.domain.sentences import sentence


def explain(text: str, schemes: Sequence[str] = ()) -> dict[str, Any]:
    """The readings of any ``text``, best first, as JSON; it never raises.

    ``schemes`` are those of a sector, whose valid readings come first, in its order; the key does
    not depend on them.

    ``{"text", "canonical": key | None, "candidates": [{"scheme", "code", "name": {"zh", "en"},
    "parts", "valid", "problem": None | {"code": "check_digit", "expected"} |
    {"code": "code_malformed", "part", "form"}}], "problem": None | {"code", "detail": {"zh",
    "en"}}}``. ``canonical`` is ``None`` for a text that is refused, of which ``problem`` says why,
    and for one that only an enterprise could own; then there may be no candidates either.
    """
    canonical, problem = _recognised(text)
    return {
        "text": text.encode("utf-8", "replace").decode(),
        "canonical": canonical,
        "candidates": _candidates(text, schemes),
        "problem": problem,
    }


def _recognised(text: str) -> tuple[str | None, dict[str, Any] | None]:
    """The key of a text as a thing's, or why it is refused."""
    try:
        code = recognise(text)
    except CodeError as error:
        said = {language: sentence(error.code, error.params, language) for language in ("zh", "en")}
        return None, {"code": error.code, "detail": said}
    return None if code.key.startswith(NOBODYS) else code.key, None


def _candidates(text: str, schemes: Sequence[str]) -> list[dict[str, Any]]:
    try:
        return [_candidate(candidate) for candidate in preferred(candidates(text), schemes)]
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
