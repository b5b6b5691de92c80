"""What a code is once it has been recognised."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Use(StrEnum):
    """In which place of a report a code stands; it settles what bare digits mean.

    Thirteen digits are a GTIN where a thing is named, and a GLN where a party or a place is.
    """

    THING = "thing"
    PARTY = "party"
    PLACE = "place"


class Level(StrEnum):
    """How fine a code is, as far as its form tells."""

    CLASS = "class"  # a product, not any piece of it: a lone GTIN
    LOT = "lot"
    SERIAL = "serial"
    OTHER = "other"  # a party, a place, a document: not a thing
    OPEN = "open"  # the form does not tell: the data decide (private and national codes)


@dataclass(frozen=True, slots=True)
class Code:
    """A recognised code. Two codes are equal when their canonical keys are.

    ``key``     the one canonical form: a GS1 Digital Link on id.gs1.org, ``urn:suyuan:cn:<text>``,
                ``urn:suyuan:<owner>:<percent-encoded code>``, or any other absolute URI as it is
    ``scheme``  a scheme id (``gtin_lot``, ``sscc``, ``uscc``, ``private``, ``uri`` ...)
    ``text``    the form that was reported, given back as it came
    ``lot``     of a serial whose form names its lot too (AI 10 beside 21): that lot's number
    """

    key: str
    scheme: str = field(default="uri", compare=False)
    level: Level = field(default=Level.OPEN, compare=False)
    text: str = field(default="", compare=False)
    lot: str | None = field(default=None, compare=False)

    @property
    def short(self) -> str:
        """The form people type: national codes without their prefix, anything else the key."""
        return self.key.removeprefix("urn:suyuan:cn:")


@dataclass(frozen=True, slots=True)
class Candidate:
    """One reading of a text: which scheme, its parts, and what is wrong with it if anything.

    ``problem`` is ``None``, or at least ``{"code": "check_digit", "expected": "2"}``.
    """

    scheme: str
    code: Code
    parts: dict[str, str]
    problem: dict[str, str] | None = None

    @property
    def valid(self) -> bool:
        return self.problem is None
