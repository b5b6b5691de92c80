"""The tasks of a walk: what is still to be followed."""

from __future__ import annotations

from dataclasses import dataclass

from suyuan.domain.chain import Via
from suyuan.domain.facts import Window
from suyuan.domain.lookup import Direction, Order
from suyuan.domain.making import maker_of
from suyuan.domain.sites import Site


@dataclass(frozen=True, slots=True)
class History:
    """A task: the history of one thing in one direction, within a window.

    ``entry`` is where in its order the walk came to the thing, and ``site`` the place of that: a
    container has the life of that point, a lot the flow of that site. Without them it has all.
    """

    code: str
    direction: Direction
    window: Window
    hop: int
    via: Via
    entry: Order | None = None
    site: Site | None = None


@dataclass(frozen=True, slots=True)
class Making:
    """A task: a transformation met from ``code``, upwards from an output or down from an input."""

    node: str
    direction: Direction
    code: str
    hop: int


@dataclass(frozen=True, slots=True)
class Contents:
    """A task: whatever was inside a container at an instant of the window."""

    container: str
    direction: Direction
    window: Window
    hop: int
    entry: Order | None = None


WalkTask = History | Making | Contents

# A walk makes several for every event.
make_history, make_making, make_contents = maker_of(History), maker_of(Making), maker_of(Contents)
