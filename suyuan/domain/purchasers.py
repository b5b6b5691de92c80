"""Real-name purchases (实名购买): who bought a restricted farm input, kept apart from every event.

An event says ``extra.real_name`` and no more; who the buyer is, is sealed beside it, and opened for
the department alone, with a reason that is logged before anything is told.
Source: 农药管理条例 on restricted pesticides; the city's plan, 农资实名购销制度.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

# GB 11643-1999: ISO 7064 MOD 11-2 over the first 17 digits.
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


@dataclass(frozen=True, slots=True)
class Purchaser:
    """A natural person. Never in an event, an export, a chain or a log."""

    name: str
    id_number: str
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """Who of the department looked at a purchaser, when and why; ``seller`` is a party's key."""

    number: int
    opened_at: datetime
    event: str
    seller: str
    owner: str
    key: str | None
    reason: str


def is_citizen_number(text: str) -> bool:
    """Whether a text is an 18-character 公民身份号码 with the right check character (GB 11643)."""
    body, check = text[:17], text[17:].upper()
    if len(text) != 18 or not (body.isascii() and body.isdecimal()):
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, body, strict=True))
    return _CHECKS[total % 11] == check
