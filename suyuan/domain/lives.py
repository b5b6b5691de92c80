"""The lives of a container whose code is used again (docs/tracing.md, "Lives")."""

from __future__ import annotations

from bisect import bisect_right
from datetime import timedelta

from suyuan.domain.facts import Facts
from suyuan.domain.lookup import Edge, Order, Rank, Role

# How long a code of a scheme rests at least before it is given to something else. GS1 General
# Specifications, 2.2.1: an SSCC not within one year of its shipment.
_REUSED_AFTER = {"https://id.gs1.org/00/": timedelta(days=365)}

_HOLDS = frozenset({Role.PARENT, Role.EMPTIED})


def rest_of(code: str) -> timedelta | None:
    """The reuse period of a code's scheme: after a longer gap it is another thing's."""
    return next((p for prefix, p in _REUSED_AFTER.items() if code.startswith(prefix)), None)


def births(facts: Facts, code: str) -> list[Edge]:
    """The edges that begin a new life of a container, in order; its first life has none."""
    known = facts.births.get(code)
    if known is None:
        holds = not facts.roles(code).isdisjoint(_HOLDS)
        known = facts.births[code] = _find_births(facts.edges(code)) if holds else []
    return known


def life_at(facts: Facts, code: str, order: Order) -> int:
    """The number of the life that ``code`` is in at a point of the order; the first is 0."""
    begun = births(facts, code)
    return bisect_right(begun, order, key=lambda e: e.order) if begun else 0


def _find_births(edges: list[Edge]) -> list[Edge]:
    rest = rest_of(edges[0].code)
    found: list[Edge] = []
    last: Edge | None = None
    commissioned: bytes | None = None
    for edge in edges:
        commissions = edge.role is Role.ITEM and edge.rank is Rank.ADD
        if rest is not None and last is not None and edge.time - last.time > rest:
            found.append(edge)
            commissioned = None
        elif commissions and commissioned not in (None, edge.event):
            found.append(edge)
        if commissions:
            commissioned = edge.event
        last = edge
    return found
