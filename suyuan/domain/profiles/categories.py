"""The categories that a register takes: those that every register has, and its sector's own words.

A sector's own are the kinds of party that its profile names beside them (``[[party]]``), such as
a designated outlet: a department changes them with its profile, without a release.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from suyuan.domain.profiles.profile import PartyKind, Profile
from suyuan.domain.register import CATEGORIES


@dataclass(frozen=True, slots=True)
class Categories:
    """``words`` are what an entry may say, ``named`` gives the word for a sector's own name."""

    words: tuple[str, ...] = CATEGORIES
    named: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, profiles: Iterable[Profile]) -> Categories:
        """Those of every register, and those that some profiles name beside them."""
        own = [kind for profile in profiles for kind in profile.parties if is_own(kind)]
        named = {name: kind.id for kind in own for name in (kind.name.zh, kind.name.en)}
        return cls((*CATEGORIES, *dict.fromkeys(kind.id for kind in own)), named)


def is_own(kind: PartyKind) -> bool:
    """Whether a kind of party is a word of the sector's alone."""
    return kind.id not in CATEGORIES
