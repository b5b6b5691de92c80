"""Destinations: where everything that came of a batch is now, by district and by enterprise.

A reach gives each thing with its last event; this counts them as they come, so what is kept grows
with the holders and not with the things. Source: the city's plan, 药品去向可视化监控.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from suyuan.domain.codes import Code
from suyuan.domain.naming import Known
from suyuan.domain.reach import Reached, State
from suyuan.domain.register import product_key

# Who holds things of one batch; a national brand has some ten thousand shops in a city.
MOST_HOLDERS = 50_000
_NATIONAL = "urn:suyuan:cn:"


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has things and where, by their keys; ``None`` where no event says so."""

    party: str | None
    place: str | None


@dataclass(frozen=True, slots=True)
class Located:
    """A holder's district (six digits of GB/T 2260) and what says so.

    ``by``: ``place`` or ``party`` for what the register says of either; ``code`` for the digits of
    a market's code, or of a 统一社会信用代码, which are where its holder was registered.
    """

    district: str | None = None
    by: str | None = None


@dataclass(slots=True)
class Tally:
    """Things counted by holder, state and product. ``over``: so many holders that some are left."""

    holders: dict[Holder, Counter[State]] = field(default_factory=dict)
    products: Counter[str] = field(default_factory=Counter)
    lots: int = 0
    units: int = 0
    unknown: int = 0
    over: bool = False

    def add(self, things: Iterable[Reached]) -> None:
        for thing in things:
            if thing.is_lot:
                self.lots += 1
            else:
                self.units += 1
                self.products[product_of(thing.code)] += 1
                self._place(thing)

    def _place(self, thing: Reached) -> None:
        if thing.last is None:
            self.unknown += 1
            return
        holder = Holder(thing.last.holder, thing.last.where)
        states = self.holders.get(holder)
        if states is None:
            if len(self.holders) >= MOST_HOLDERS:
                self.over = True
                return
            states = self.holders[holder] = Counter()
        states[thing.last.state(is_lot=False)] += 1


def product_of(code: str) -> str:
    """What tells one packaging level from another: the GTIN, or a drug code's first seven digits.

    NMPAB/T 1002-2019: each level of packaging has an identification code (药品标识码) of its own.
    """
    digits = code.removeprefix(_NATIONAL)
    if len(digits) == 20 and digits.isdecimal():
        return digits[:7]
    return product_key(Code(code)).removeprefix(_NATIONAL)


def locate(holder: Holder, known: Known) -> Located:
    """The district of a holder, by what is surest of what is known."""
    place = known.places.get(holder.place or "")
    if place is not None and place.district is not None:
        return Located(place.district, "place")
    node = _digits(holder.place)
    if len(node) in (9, 13):
        return Located(node[:6], "code")
    party = known.parties.get(holder.party or "")
    if party is not None and party.district is not None:
        return Located(party.district, "party")
    uscc = (holder.party or "").removeprefix(_NATIONAL)
    if len(uscc) == 18 and uscc[2:8].isdecimal():
        return Located(uscc[2:8], "code")
    return Located()


def by_district(
    tally: Tally, located: Mapping[Holder, Located]
) -> dict[str | None, Counter[State]]:
    """The states of things by district; ``None`` for those that nobody can place."""
    found: dict[str | None, Counter[State]] = {}
    for holder, states in tally.holders.items():
        found.setdefault(located[holder].district, Counter()).update(states)
    return found


def _digits(key: str | None) -> str:
    text = (key or "").removeprefix(_NATIONAL)
    return text if text.isdecimal() else ""
