"""One reading of a text, before it becomes a ``Code`` or a ``Candidate``."""

from __future__ import annotations

from typing import NamedTuple

from suyuan.domain.codes.code import Candidate, Code, Level


class Reading(NamedTuple):
    """A text read by one scheme. ``problem`` says why it may not be taken, if anything does."""

    scheme: str
    key: str
    level: Level
    parts: dict[str, str]
    problem: dict[str, str] | None = None

    @classmethod
    def unreadable(cls, text: str, part: str, form: str) -> Reading:
        """A text that says it is GS1's, and of which not even the key can be read."""
        return cls("gs1", text, Level.OPEN, {}, malformed(part, form))

    def code(self, text: str) -> Code:
        lot = self.parts.get("lot") if self.level is Level.SERIAL else None
        return Code(self.key, self.scheme, self.level, text, lot)

    def candidate(self, text: str) -> Candidate:
        return Candidate(self.scheme, self.code(text), self.parts, self.problem)


def wrong_check_digit(expected: str) -> dict[str, str]:
    """The problem of a code whose check digit or character should have been ``expected``."""
    return {"code": "check_digit", "expected": expected}


def malformed(part: str, form: str) -> dict[str, str]:
    """The problem of a code whose ``part`` does not have the ``form`` that its scheme gives it.

    Forms are in the notation of the GS1 General Specifications, 3.2: ``N14`` is 14 digits,
    ``X..20`` is 1 to 20 characters of set 82.
    """
    return {"code": "code_malformed", "part": part, "form": form}
