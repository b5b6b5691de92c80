"""A lot at several places: what of it came to a site (docs/tracing.md, "A lot at two places")."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from suyuan.domain.lookup import Edge, Movement, Rank, Role
from suyuan.domain.sites import Site, Sites


def site_of(edge: Edge) -> Site:
    return Site(edge.place, edge.party)


class _Move(NamedTuple):
    """The lot left ``source`` for ``target`` at ``time``, as ``edge`` tells."""

    source: Site
    target: Site
    time: datetime
    edge: Edge


@dataclass(frozen=True, slots=True)
class Inflow:
    """The edges of a flow; ``gap`` if how the lot got to its site was never reported."""

    edges: frozenset[Edge]
    gap: bool = False


class Flow:
    """The movements of one lot.

    ``edges`` are those of the lot itself and of the containers around it while it was inside.
    Building it is linear in them but for a lot that was moved between sites of no known place.
    """

    def __init__(self, code: str, edges: Iterable[Edge]) -> None:
        self._edges = sorted(edges, key=lambda e: e.order)
        self._sites = Sites()
        self._at: dict[Site, list[Edge]] = defaultdict(list)
        for edge in self._edges:
            self._at[site_of(edge)].append(edge)
        self._makings = [e for e in self._edges if e.code == code and _makes(e)]
        self._explained: dict[Site, datetime | None] = {}
        self._into: dict[Site, list[_Move]] = defaultdict(list)
        self._out_of: dict[Site, list[_Move]] = defaultdict(list)
        for site in self._at:
            self._sites.add(site)
        for move in _moves(self._edges):
            self._sites.add(move.source)
            self._sites.add(move.target)
            self._into[move.target].append(move)
            self._out_of[move.source].append(move)

    def into(self, site: Site, until: datetime) -> Inflow:
        """What flowed into ``site`` until then, back to where it came from."""
        reached: dict[Site, datetime] = {}
        used: set[Edge] = set()
        pending = [(site, until)]
        while pending:
            here, by = pending.pop()
            if here in reached and reached[here] >= by:
                continue
            reached[here] = by
            moves = [m for m in self._moves_into(here) if m.time <= by]
            used.update(m.edge for m in moves)
            pending += [(m.source, m.time) for m in moves]
            if self._is_explained(here, by):
                continue
            if here == site:
                return self._everything(site, until)
            pending += [(site_of(e), by) for e in self._makings if e.time <= by]
        return Inflow(frozenset(self._at_sites(reached, used)))

    def out_of(self, site: Site, since: datetime) -> frozenset[Edge]:
        """The edges into whose flow a making of the lot at ``site`` at ``since`` goes."""
        reached: dict[Site, datetime] = {}
        pending = [(site, since)]
        pending += [
            (m.target, m.time)
            for moves in self._out_of.values()
            for m in moves
            if m.time >= since and not self._is_explained(m.source, m.time)
        ]
        while pending:
            here, by = pending.pop()
            if here in reached and reached[here] <= by:
                continue
            reached[here] = by
            for near in self._sites.near(here):
                pending += [(m.target, m.time) for m in self._out_of.get(near, ()) if m.time >= by]
        return frozenset(
            edge
            for there, edges in self._at.items()
            for edge in self._reached_edges(there, edges, since, reached)
        )

    def _reached_edges(
        self, there: Site, edges: Sequence[Edge], since: datetime, reached: dict[Site, datetime]
    ) -> Iterator[Edge]:
        times = [by for near in self._sites.near(there) if (by := reached.get(near)) is not None]
        first = min(times, default=None)
        for edge in edges:
            came = first is not None and edge.time >= first
            if came or (edge.time >= since and not self._is_explained(there, edge.time)):
                yield edge

    def _moves_into(self, site: Site) -> Iterator[_Move]:
        for near in self._sites.near(site):
            yield from self._into.get(near, ())

    def _is_explained(self, site: Site, until: datetime) -> bool:
        """Whether it was reported how the lot got to a site by then: moved there, or made."""
        if site not in self._explained:
            times = [m.time for m in self._moves_into(site)]
            times += [e.time for e in self._makings if site_of(e).is_surely(site)]
            self._explained[site] = min(times, default=None)
        first = self._explained[site]
        return first is not None and first <= until

    def _everything(self, site: Site, until: datetime) -> Inflow:
        edges = frozenset(e for e in self._edges if e.time <= until)
        elsewhere = (e for e in edges if not site_of(e).may_be(site) and e.party != site.party)
        return Inflow(edges, gap=any(elsewhere))

    def _at_sites(self, reached: dict[Site, datetime], used: set[Edge]) -> Iterator[Edge]:
        """What was reported at the sites until then, without shipments to anywhere else."""
        yield from used
        for site, by in reached.items():
            for near in self._sites.near(site):
                for edge in self._at.get(near, ()):
                    if edge.time <= by and (edge.moves is not Movement.OUT or _makes(edge)):
                        yield edge


def _makes(edge: Edge) -> bool:
    """Whether a lot began, or more of it was made."""
    return edge.role is Role.OUTPUT or (edge.role is Role.ITEM and edge.rank is Rank.ADD)


def _moves(edges: Sequence[Edge]) -> list[_Move]:
    """Every movement; a receipt whose shipment is known adds none to it."""
    shipped = [_Move(site_of(e), _far(e), e.time, e) for e in edges if e.moves is Movement.OUT]
    sites = Sites()
    first: dict[Site, dict[Site, datetime]] = defaultdict(dict)  # by target and source
    for move in shipped:
        sites.add(move.target)
        known = first[move.target].setdefault(move.source, move.time)
        first[move.target][move.source] = min(known, move.time)
    received = [
        _Move(_far(e), site_of(e), e.time, e)
        for e in edges
        if e.moves in (Movement.IN, Movement.BACK) and _far(e) != _UNKNOWN
    ]
    return shipped + [m for m in received if not _was_shipped(m, sites, first)]


def _was_shipped(receipt: _Move, sites: Sites, first: dict[Site, dict[Site, datetime]]) -> bool:
    return any(
        time <= receipt.time and source.may_be(receipt.source)
        for target in sites.near(receipt.target)
        for source, time in first[target].items()
    )


_UNKNOWN = Site(None, None)


def _far(edge: Edge) -> Site:
    return Site(edge.far_place, edge.far_party)
