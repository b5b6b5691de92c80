"""The minimal register: who parties are, where places are, what products are, and since when.

An entry is never changed: what is registered later is a version of its own, valid from its date.
Which version holds on a day is the one with the latest ``valid_from`` up to that day, and among
those of one date the one that was recorded last.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from enum import IntEnum
from itertools import zip_longest
from urllib.parse import unquote

from suyuan.domain.caller import Caller, CallerRole
from suyuan.domain.codes import Code
from suyuan.domain.errors import NotAllowed

# A register's day is the city's, wherever its server stands.
CITY_TIME = timezone(timedelta(hours=8))


class Kind(IntEnum):
    """What an entry is about. The numbers are stored; never give one a new meaning."""

    PARTY = 0
    PLACE = 1
    PRODUCT = 2

    @property
    def plural(self) -> str:
        """The kind's name in paths and in the parameter ``kind`` of a file."""
        return ("parties", "places", "products")[self]


@dataclass(frozen=True, slots=True)
class Naming:
    """A name in the two languages of the city; one of them is always there."""

    zh: str | None = None
    en: str | None = None

    def of(self, language: str) -> str:
        """The name in ``zh`` or ``en``, else in the other one."""
        first, second = (self.zh, self.en) if language == "zh" else (self.en, self.zh)
        return first or second or ""


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence of a party. ``number`` is checked where its scheme has a check digit."""

    number: str
    type: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """People and telephones: for the department and the party itself, and for nobody else."""

    person: str | None = None
    phone: str | None = None
    legal_representative: str | None = None


# What a party does (主体类别); a market is who runs one, not who trades there.
CATEGORIES = (
    *("growing", "husbandry", "production", "slaughter", "storage", "transport", "import"),
    *("wholesale", "retail", "catering", "market", "service"),
)


@dataclass(frozen=True, slots=True)
class Brand:
    """A brand of a party; ``trademark`` is the number it is registered under, if it is."""

    names: Naming
    trademark: str | None = None


@dataclass(frozen=True, slots=True)
class Party:
    """An enterprise, or with ``organisation`` false a person, of whom nothing is public.

    ``district`` is six digits of GB/T 2260; ``categories`` are words of ``CATEGORIES``.
    """

    code: Code
    names: Naming
    valid_from: date
    organisation: bool = True
    district: str | None = None
    address: str | None = None
    licences: tuple[Licence, ...] = ()
    contact: Contact | None = None
    categories: tuple[str, ...] = ()
    brands: tuple[Brand, ...] = ()

    @property
    def kind(self) -> Kind:
        return Kind.PARTY

    @property
    def holder(self) -> str | None:
        """The key of the enterprise whose entry this is: of a private code its owner's."""
        return owner_of(self.code) or self.code.key


@dataclass(frozen=True, slots=True)
class Place:
    """Where things happen; ``party`` is whose place it is, ``None`` the department's own."""

    code: Code
    names: Naming
    valid_from: date
    party: Code | None = None
    district: str | None = None
    address: str | None = None

    @property
    def kind(self) -> Kind:
        return Kind.PLACE

    @property
    def holder(self) -> str | None:
        return self.party.key if self.party is not None else None


@dataclass(frozen=True, slots=True)
class ProductLink:
    """An address that an enterprise gives for its product (GS1 Digital Link).

    ``type`` is a bare word of the GS1 Web Vocabulary, ``languages`` are tags like ``zh-CN``.
    """

    type: str
    url: str
    title: Naming = Naming()
    languages: tuple[str, ...] = ()
    media_type: str | None = None


@dataclass(frozen=True, slots=True)
class Product:
    """A product by its GTIN or its maker's own code; ``party`` is whose entry this is.

    ``shelf_life`` is in words, as on the label; ``standard`` the product standard's number.
    """

    code: Code
    names: Naming
    valid_from: date
    party: Code | None = None
    producer: Code | None = None
    spec: str | None = None
    shelf_life: str | None = None
    sector: str | None = None
    standard: str | None = None
    links: tuple[ProductLink, ...] = ()

    @property
    def kind(self) -> Kind:
        return Kind.PRODUCT

    @property
    def holder(self) -> str | None:
        return self.party.key if self.party is not None else None


Entry = Party | Place | Product


@dataclass(frozen=True, slots=True)
class Version:
    """An entry as it was recorded. ``number`` counts an id's versions in their order of arrival.

    ``valid_to`` is the day from which another version holds; that day is not in it.
    """

    entry: Entry
    number: int
    recorded_at: datetime
    reporter: str
    authority: bool
    valid_to: date | None = None


def today(now: datetime) -> date:
    """The city's date at an instant."""
    return now.astimezone(CITY_TIME).date()


def owner_of(code: Code) -> str | None:
    """The key of the enterprise whose own list a private code stands in, ``None`` for any other.

    >>> owner_of(Code("urn:suyuan:91350200M000100Y48:FARM-7", "private"))
    'urn:suyuan:cn:91350200M000100Y48'
    """
    if code.scheme != "private":
        return None
    owner = unquote(code.key.removeprefix("urn:suyuan:").partition(":")[0])
    return owner if ":" in owner else f"urn:suyuan:cn:{owner}"


def product_key(code: Code) -> str:
    """The key that a thing's product is registered under: its GTIN, or a code of its own."""
    gtin = "https://id.gs1.org/01/"
    if code.key.startswith(gtin):
        return gtin + code.key.removeprefix(gtin).partition("/")[0]
    return code.key


def must_write(entry: Entry, caller: Caller, subsystem: str) -> None:
    """Raise ``NotAllowed`` unless the caller may register an entry that nobody has yet.

    A department registers anything in its own subsystem; an enterprise itself, and what is its own.
    """
    if caller.role is CallerRole.DEPARTMENT and caller.home == subsystem:
        return
    if caller.role is not CallerRole.ENTERPRISE or caller.party is None:
        raise NotAllowed("may_not_register", role=caller.role.value)
    if entry.holder != caller.party.key or owner_of(entry.code) not in (None, caller.party.key):
        raise NotAllowed("register_not_yours", id=entry.code.short)


def may_replace(holder: str | None, caller: Caller) -> bool:
    """Whether the caller may add to an id whose newest version is ``holder``'s.

    Whoever registered an id first keeps it; only a department may override that.
    """
    if caller.role is CallerRole.DEPARTMENT:
        return True
    return caller.party is not None and holder == caller.party.key


def visible(version: Version, caller: Caller, subsystem: str) -> tuple[Version, tuple[str, ...]]:
    """The version as this caller may see it, and the names of the members that were emptied.

    Of an organisation, its address is for officials, and people are for the department and the
    party itself; the rest is public. All of a party that is a person is for the department and
    itself. Places and products are public.
    """
    entry = version.entry
    if not isinstance(entry, Party) or _sees_people(entry, caller, subsystem):
        return version, ()
    if not entry.organisation:
        bare = Party(entry.code, Naming(), entry.valid_from, organisation=False)
        more = (name for name in ("categories", "brands") if getattr(entry, name))
        return replace(version, entry=bare), (*_OF_A_PERSON, *more)
    address = entry.address if caller.role in _OFFICIALS else None
    seen = replace(entry, address=address, contact=None)
    emptied = (n for n in ("address", "contact") if getattr(entry, n) != getattr(seen, n))
    return replace(version, entry=seen), tuple(emptied)


def public_view(party: Party) -> Party | None:
    """What everybody may know of a party: nothing of a person."""
    return replace(party, address=None, contact=None) if party.organisation else None


_OF_A_PERSON = ("names", "district", "address", "licences", "contact")
_OFFICIALS = (CallerRole.DEPARTMENT, CallerRole.INSPECTOR, CallerRole.CITY)


def _sees_people(party: Party, caller: Caller, subsystem: str) -> bool:
    if caller.role is CallerRole.DEPARTMENT:
        return caller.home == subsystem
    if caller.role is not CallerRole.ENTERPRISE or caller.party is None:
        return False
    return party.holder == caller.party.key


def as_of_today(versions: Iterable[Version]) -> list[Version]:
    """The versions, all of a person if the newest says so: nobody is public again in the past."""
    known = sorted(versions, key=lambda v: v.number)
    if not known or not isinstance(known[-1].entry, Party) or known[-1].entry.organisation:
        return known
    return [
        replace(v, entry=replace(v.entry, organisation=False)) if isinstance(v.entry, Party) else v
        for v in known
    ]


def in_force(versions: Iterable[Version], on: date) -> Version | None:
    """The version that holds on a day, ``None`` before the first."""
    begun = [v for v in versions if v.entry.valid_from <= on]
    return max(begun, key=_order, default=None)


def history(versions: Iterable[Version]) -> list[Version]:
    """All versions, the newest first, each with the day on which it ceased to hold.

    One that was overtaken on its own day never held: its ``valid_to`` is its ``valid_from``.
    """
    ordered = sorted(versions, key=_order)
    following = (later.entry.valid_from for later in ordered[1:])
    dated = [replace(v, valid_to=end) for v, end in zip_longest(ordered, following)]
    return dated[::-1]


def _order(version: Version) -> tuple[date, int]:
    return version.entry.valid_from, version.number
