"""The containers around a thing: every stay in one, and where the thing was carried meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from suyuan.domain import containment
from suyuan.domain.containment import Stay
from suyuan.domain.facts import Facts, Window, contains, overlap, within
from suyuan.domain.lives import life_at
from suyuan.domain.lookup import Edge, Rank, Role


@dataclass(frozen=True, slots=True)
class Carried:
    """A stay around a thing, its part within the window, and what its container did meanwhile."""

    stay: Stay
    inner: Window
    edges: tuple[Edge, ...]


def around(facts: Facts, code: str, window: Window, life: int | None) -> Iterator[Carried]:
    """Every stay of a thing, and of its containers while it was inside; oldest first.

    Of ``life``, a number of ``suyuan.domain.lives``; of any where that is ``None``.
    """
    pending: list[tuple[str, Window, int | None]] = [(code, window, life)]
    seen: dict[tuple[str, int], list[Window]] = {}
    while pending:
        inside, within_window, its_life = pending.pop()
        known, _ = containment.stays(facts, inside, within_window[1])
        for stay in known:
            inner = overlap(stay.window, within_window)
            entry = stay.opened.order
            if inner is None or its_life not in (None, life_at(facts, inside, entry)):
                continue
            life_there = life_at(facts, stay.container, entry)
            done = seen.setdefault((stay.container, life_there), [])
            if any(contains(outer, inner) for outer in done):
                # All but the end of this very stay was told with the wider one.
                yield Carried(stay, inner, tuple(_emptyings(facts, stay, inner)))
                continue
            done.append(inner)
            yield Carried(stay, inner, tuple(_moves(facts, stay, inner, life_there)))
            pending.append((stay.container, inner, life_there))


def _emptyings(facts: Facts, stay: Stay, inner: Window) -> Iterator[Edge]:
    for edge in facts.edges(stay.container):
        if edge.role is Role.EMPTIED and within(edge.time, inner) and _is_move(edge, stay):
            yield edge


def _moves(facts: Facts, stay: Stay, inner: Window, life: int) -> Iterator[Edge]:
    """A container's packing of other things is not the thing's history; its moves are."""
    for edge in facts.edges(stay.container):
        if not within(edge.time, inner) or not _is_move(edge, stay):
            continue
        if life_at(facts, stay.container, edge.order) == life:
            yield edge


def _is_move(edge: Edge, stay: Stay) -> bool:
    if edge.role is Role.EMPTIED:
        closed = stay.closed  # also as a second reporter told it
        return closed is not None and (edge.event, edge.time) == (closed.event, closed.time)
    return edge.role is not Role.PARENT or edge.rank is Rank.OBSERVE
