"""Names on a finished chain: which codes registers are asked for, and where their answer goes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TypeVar

from suyuan.domain.certificates import Adopted
from suyuan.domain.chain import Chain, Thing
from suyuan.domain.codes import Code
from suyuan.domain.events import Product as Facts
from suyuan.domain.licensing import Licensing, merged
from suyuan.domain.lookup import Edge, Role
from suyuan.domain.register import Party, Place, Product, product_key

# A chain that names more than these shows codes for the rest: names cost one question a chain.
MOST_NAMES = 2_000
_NONE: AbstractSet[str] = frozenset()

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Wanted:
    """The canonical keys of a chain that a register may know more of."""

    parties: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    products: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.parties or self.places or self.products)

    def without(self, other: Wanted) -> Wanted:
        """What is wanted here and not there."""
        return Wanted(
            _missing(self.parties, other.parties),
            _missing(self.places, other.places),
            _missing(self.products, other.products),
        )


@dataclass(frozen=True, slots=True)
class Known:
    """What registers say publicly of the keys of a chain; a person is never in it.

    ``licensing`` is of parties of which more is to be said than what their entry lists today;
    ``certificates`` are those of parties that are in force today.
    """

    parties: Mapping[str, Party] = field(default_factory=dict)
    places: Mapping[str, Place] = field(default_factory=dict)
    products: Mapping[str, Product] = field(default_factory=dict)
    licensing: Mapping[str, Licensing] = field(default_factory=dict)
    certificates: Mapping[str, tuple[Adopted, ...]] = field(default_factory=dict)

    @property
    def organisations(self) -> frozenset[str]:
        """The keys of parties that are registered as organisations, whatever their codes."""
        return frozenset(self.parties)

    def told_by(self, source: str) -> Known:
        """The same, with who says so where that matters: of certificates who adopted them."""
        told = {
            key: tuple(replace(one, source=source) for one in found)
            for key, found in self.certificates.items()
        }
        return replace(self, certificates=told)

    def about(self, wanted: Wanted) -> Known:
        """What is said of some keys alone."""
        return Known(
            _only(self.parties, wanted.parties),
            _only(self.places, wanted.places),
            _only(self.products, wanted.products),
            _only(self.licensing, wanted.parties),
            _only(self.certificates, wanted.parties),
        )


def wanted_by(chain: Chain, most: int = MOST_NAMES) -> Wanted:
    """Every party, place and product of a finished chain, at most ``most`` of each."""
    events = [one.stored.event for one in chain.events]
    ends = [end for e in events for end in (e.source, e.destination)]
    parties = [*(e.party for e in events), *(end.party for end in ends)]
    places = [*(e.place for e in events), *(end.place for end in ends)]
    products = (product_key(code) for code in (chain.code, *(t.code for t in chain.things)))
    return Wanted(_keys(parties, most), _keys(places, most), _first(products, most))


def foreseen(code: Code, edges: Iterable[Edge], most: int = MOST_NAMES) -> Wanted:
    """What the chain of a code will want, as far as the edges of its events tell.

    It may be too much or too little: an event names more than its edges do.
    """
    told = list(edges)
    parties = (key for e in told for key in (e.party, e.far_party) if key)
    places = (key for e in told for key in (e.place, e.far_place) if key)
    around = (e.other for e in told if e.role in (Role.CHILD, Role.MEMBER) and e.other)
    codes = dict.fromkeys((code.key, *(e.code for e in told), *around))
    products = (product_key(Code(key)) for key in codes)
    return Wanted(_first(parties, most), _first(places, most), _first(products, most))


def first_of(answers: Iterable[Known]) -> Known:
    """Several registers as one: of each key the first that knows it is believed.

    Of licences the first that a department stands for, and whatever any department revoked; of
    certificates all.
    """
    known = Known({}, {}, {})
    licensing: dict[str, list[Licensing]] = {}
    certificates: dict[str, tuple[Adopted, ...]] = {}
    for answer in answers:
        known = Known(
            {**answer.parties, **known.parties},
            {**answer.places, **known.places},
            {**answer.products, **known.products},
        )
        for key, said in answer.licensing.items():
            licensing.setdefault(key, []).append(said)
        for key, adopted in answer.certificates.items():
            certificates[key] = (*certificates.get(key, ()), *adopted)
    told = {key: merged(said) for key, said in licensing.items()}
    return replace(known, licensing=told, certificates=certificates)


def with_names(
    chain: Chain,
    known: Known,
    language: str,
    unshown: Mapping[str, AbstractSet[str]] = MappingProxyType({}),
) -> Chain:
    """The chain with the registered names of things, and the product's facts, that none reported.

    What an event states goes before what a register says: it is about this very lot. A code that
    nobody reported stays nameless: the name of its product would vouch for it. ``unshown`` are the
    fields, by thing, that its reader is not shown.
    """
    if not chain.events and not any(f.type == "class_level" for f in chain.findings):
        return chain
    product = known.products.get(product_key(chain.code))
    facts = None
    if product is not None:
        told = {"product.name": product.names.of(language), "product.spec": product.spec}
        for name in told.keys() & unshown.get(chain.code.key, _NONE):
            told[name] = None
        facts = Facts(name=told["product.name"], spec=told["product.spec"])
    things = tuple(
        thing
        if "product.name" in unshown.get(thing.code.key, _NONE)
        else _named(thing, known, language)
        for thing in chain.things
    )
    return replace(chain, things=things, registered=facts)


def _named(thing: Thing, known: Known, language: str) -> Thing:
    product = known.products.get(product_key(thing.code))
    if thing.name is not None or product is None:
        return thing
    return replace(thing, name=product.names.of(language))


def _missing(keys: Iterable[str], known: Iterable[str]) -> tuple[str, ...]:
    others = frozenset(known)
    return tuple(key for key in keys if key not in others)


def _only(said: Mapping[str, _T], keys: Iterable[str]) -> dict[str, _T]:
    return {key: said[key] for key in keys if key in said}


def _keys(codes: Iterable[Code | None], most: int) -> tuple[str, ...]:
    return _first((c.key for c in codes if c is not None and c.key), most)


def _first(keys: Iterable[str], most: int) -> tuple[str, ...]:
    return tuple(dict.fromkeys(keys))[:most]
