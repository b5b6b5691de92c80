"""A lookup as a federation asks it of one member: the walk knows neither time nor spelling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from suyuan.domain.lookup import Lookup


@dataclass(frozen=True, slots=True)
class Inquiry(Lookup):
    """``seconds`` is how long whoever asks will wait, ``None`` as long as the member may take.

    ``ids`` are the ids of events that were told of, as URIs by their key in hex: for a member that
    does not know events by our keys.
    """

    seconds: float | None = None
    ids: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, lookup: Lookup, seconds: float, ids: Mapping[str, str]) -> Inquiry:
        """The same lookup with what a member needs beside it."""
        return cls(
            lookup.keys,
            lookup.hop,
            lookup.known_at,
            lookup.bodies,
            lookup.direction,
            seconds,
            ids,
        )


def seconds_for(lookup: Lookup, most: float) -> float:
    """How long a member may take that is given ``most`` seconds for any question."""
    given = lookup.seconds if isinstance(lookup, Inquiry) else None
    return most if given is None else min(most, given)


def ids_in(lookup: Lookup) -> Mapping[str, str]:
    """The ids that came with a lookup."""
    return lookup.ids if isinstance(lookup, Inquiry) else {}
