"""What a sector's profile makes of an event for the public: fields left out, limits to be held.

What the public may see at all is decided by ``suyuan.domain.policy``; a profile takes away from
that and adds nothing. An event is only marked here: chains are judged whole, and cut afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from suyuan.domain.events import Event, StoredEvent
from suyuan.domain.profiles.profile import ENTERPRISE, ControlPoint, Profile
from suyuan.domain.temperature import Limit, is_celsius

# The fields of ``consumer`` that leaving out takes away. Without time, kind and activity there is
# no event left to show, and the code of a thing is what was scanned.
NARROWING = (
    *("party", "place", "from.party", "documents"),
    *("product.name", "product.lot", "product.produced_on", "product.expires_on"),
    *("product.origin", "product.spec"),
)
_CELSIUS = "CEL"


@dataclass(frozen=True, slots=True)
class _Shown:
    """What one profile says: the fields that it leaves out, and its limits of temperature."""

    hidden: tuple[str, ...]
    points: tuple[ControlPoint, ...]


class Showing:
    """The profiles in force, as the public meets them.

    ``own`` is the sector of events that name none, ``None`` where such events have no profile.
    """

    def __init__(self, profiles: Iterable[Profile], own: str | None = None) -> None:
        self._by_id: Mapping[str, _Shown] = {one.id: _shown(one) for one in profiles}
        self._own = own
        enterprise = self._by_id.get(ENTERPRISE)
        # Applied beside the sector's to whatever states its points; of no sector, it hides nothing.
        self._enterprise = enterprise.points if enterprise is not None else ()

    def marked(self, stored: StoredEvent) -> StoredEvent:
        """The event with what its profile leaves out, and the limit that its temperature has.

        What another subsystem has marked stays: of two profiles both are kept.
        """
        shown = self._by_id.get(stored.event.sector or self._own or "")
        hidden = shown.hidden if shown is not None else ()
        if not hidden and stored.event.temperature is None:
            return stored  # as shipped, most events of a long chain
        unshown = tuple(dict.fromkeys((*stored.unshown, *hidden)))
        limit = stored.limit or self._limit(stored.event, shown)
        if unshown == stored.unshown and limit == stored.limit:
            return stored
        return replace(stored, unshown=unshown, limit=limit)

    def _limit(self, event: Event, shown: _Shown | None) -> Limit | None:
        """The limit of the control point that an event's temperature was read from."""
        told = event.temperature
        if told is None or not event.extra:
            return None
        points = (*(shown.points if shown is not None else ()), *self._enterprise)
        activity = f"{event.kind}.{event.activity}"
        for point in points:
            value = _number(event.extra.get(point.id))
            if activity in point.on and value is not None and told.low == told.high == value:
                return Limit(point.least, point.most)
        return None


def _shown(profile: Profile) -> _Shown:
    listed = profile.consumer
    hidden = tuple(name for name in NARROWING if listed and name not in listed)
    return _Shown(hidden, tuple(_temperatures(profile.points)))


def _temperatures(points: Iterable[ControlPoint]) -> Iterator[ControlPoint]:
    for point in points:
        bounds = [bound for bound in (point.least, point.most) if bound is not None]
        if point.unit == _CELSIUS and bounds and all(map(is_celsius, bounds)):
            yield point


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        return None
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
