"""Sites: where a lot was, as finely as events tell, and which of them may be the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple


class Site(NamedTuple):
    """Where an event was: its place, else its party. What is not known is ``None``."""

    place: str | None
    party: str | None

    def may_be(self, other: Site) -> bool:
        """Whether nothing that is known of them says that these are two places."""
        if self.place is not None and other.place is not None:
            return self.place == other.place
        if self.party is not None and other.party is not None:
            return self.party == other.party
        return True

    def is_surely(self, other: Site) -> bool:
        """Whether both are known to be the same, as fine as either says."""
        if self.place is None and other.place is None:
            return self.party is not None and self.party == other.party
        return self.place == other.place


class Sites:
    """Finds the known sites that may be the same as one, without comparing it with each."""

    def __init__(self) -> None:
        self._known: dict[Site, None] = {}
        self._by_place: dict[str, list[Site]] = defaultdict(list)
        self._by_party: dict[str | None, list[Site]] = defaultdict(list)
        self._placeless: dict[str | None, list[Site]] = defaultdict(list)
        self._near: dict[Site, tuple[Site, ...]] = {}

    def add(self, site: Site) -> None:
        if site in self._known:
            return
        self._known[site] = None
        self._near.clear()
        self._by_party[site.party].append(site)
        if site.place is None:
            self._placeless[site.party].append(site)
        else:
            self._by_place[site.place].append(site)

    def near(self, site: Site) -> tuple[Site, ...]:
        found = self._near.get(site)
        if found is None:
            found = tuple(s for s in self._candidates(site) if s.may_be(site))
            self._near[site] = found
        return found

    def _candidates(self, site: Site) -> Iterable[Site]:
        if site.party is None and site.place is None:
            return self._known
        if site.place is None:
            return (*self._by_party[site.party], *self._by_party[None])
        if site.party is None:
            unplaced = (s for sites in self._placeless.values() for s in sites)
            return (*self._by_place[site.place], *unplaced)
        alike = (*self._placeless[site.party], *self._placeless[None])
        return (*self._by_place[site.place], *alike)
