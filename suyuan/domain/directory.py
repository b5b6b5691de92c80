"""The public directory (公示): of whom a department stands for, what everybody may read.

An entry is built member by member from what is public; nothing is passed through. Addresses and
people are not in it, and no natural person is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from unicodedata import normalize

from suyuan.domain.codes import Code
from suyuan.domain.licensing import Licensing
from suyuan.domain.register import Brand, Entry, Licence, Naming, Party


@dataclass(frozen=True, slots=True)
class ListedLicence:
    """A licence in the directory; ``revoked_on`` is the day from which it holds no more."""

    licence: Licence
    revoked_on: date | None


@dataclass(frozen=True, slots=True)
class Listed:
    """An enterprise in the directory. ``revoked_on``: its filing holds no more from that day on."""

    code: Code
    names: Naming
    categories: tuple[str, ...]
    district: str | None
    licences: tuple[ListedLicence, ...]
    brands: tuple[Brand, ...]
    valid_from: date
    revoked_on: date | None


def listed(party: Party, licensing: Licensing, on: date) -> Listed | None:
    """What the directory says of a party on a day; nothing of a person."""
    if not party.organisation:
        return None
    revoked = {one.number: one.since for one in licensing.revoked if one.since <= on}
    lapsed = [lapse.since for lapse in licensing.lapses if lapse.holds(on)]
    return Listed(
        party.code,
        party.names,
        party.categories,
        party.district,
        tuple(ListedLicence(one, revoked.get(one.number)) for one in party.licences),
        party.brands,
        party.valid_from,
        min(lapsed, default=None),
    )


def sought_by(entry: Entry) -> str | None:
    """The text that a search by name looks through; ``None`` for what is in no directory."""
    if not isinstance(entry, Party) or not entry.organisation:
        return None
    return plain("\n".join(name for name in (entry.names.zh, entry.names.en) if name))


def plain(text: str) -> str:
    """A text as it is compared: width and case are forgotten."""
    return normalize("NFKC", text).casefold()


def is_code(text: str) -> bool:
    """Whether a search is for the beginning of a 统一社会信用代码, and not for a name."""
    return len(text) >= _LEAST_OF_A_CODE and text.isascii() and text.isalnum() and text[0].isdigit()


# Shorter ones are in names: 7-Eleven, 1919酒类直供.
_LEAST_OF_A_CODE = 6
