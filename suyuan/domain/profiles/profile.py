"""A sector profile: who may do what, what must be stated, in which codes and units, until when.

    Profile
    ├── stages        the steps of the sector's chain, each with its activities
    ├── parties       kinds of party, as the register tells them apart
    ├── activities    of each: who does it, which facts and which documents it must state, and what
    │                 the register must know of it
    ├── clocks        how long after one moment another may come
    ├── points        critical control points: a value and its limits (HACCP)
    └── gate          what is looked at where a load arrives, and its colour (进场准入)

An activity is written ``kind.activity`` in the words of the city form (``wholesale.entry``).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from suyuan.domain.activities import SECTORS

# The profile of enterprises' own systems, which belongs to no one sector: it is applied, beside
# that of the sector, to events that state one of its control points.
ENTERPRISE = "enterprise"
PROFILE_IDS = (*SECTORS, ENTERPRISE)

Value = str | bool | int | Decimal


class Mode(StrEnum):
    """What a breach does: the event is stored and its reporter told, or it is refused."""

    ADVISE = "advise"
    ENFORCE = "enforce"


@dataclass(frozen=True, slots=True)
class Words:
    """A name or a sentence in the two languages of the city."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of the sector's chain, and the activities that belong to it."""

    id: str
    name: Words
    activities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PartyKind:
    """A kind of party: ``id`` is a word of the register's categories, ``name`` the sector's.

    An ``id`` beside those that every register has (``CATEGORIES``) is the sector's own word.
    """

    id: str
    name: Words


@dataclass(frozen=True, slots=True)
class When:
    """A rule's condition: the field has one of the values."""

    field: str
    is_: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Terms:
    """What every rule may say of itself: its name, its sentence, its mode, and where it is from.

    ``rule`` and ``says`` replace the name and the sentence that it would have by itself; ``mode``
    that of the profile.
    """

    rule: str | None = None
    says: Words | None = None
    mode: Mode | None = None
    when: When | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class FieldRule:
    """One of ``fields`` must be stated; where there is ``one_of``, with one of these values.

    ``required`` false asks nothing where none is stated.
    """

    fields: tuple[str, ...]
    name: Words
    one_of: tuple[Value, ...] = ()
    required: bool = True
    terms: Terms = Terms()


@dataclass(frozen=True, slots=True)
class DocumentRule:
    """A document of one of ``types`` must be named with its number.

    ``scheme`` is the scheme of codes that the number must be of.
    """

    types: tuple[str, ...]
    name: Words
    scheme: str | None = None
    terms: Terms = Terms()


@dataclass(frozen=True, slots=True)
class RegisterRule:
    """What a department's register must know, whatever the event says of itself.

    ``filed``: on the event's day the department's word on its reporter has one of these categories.
    ``purchaser``: who bought is registered under a real name (suyuan/domain/purchasers.py). One of
    the two is asked.
    """

    name: Words
    filed: tuple[str, ...] = ()
    purchaser: bool = False
    terms: Terms = Terms()


@dataclass(frozen=True, slots=True)
class ActivityRules:
    """What some activities must state. ``by`` are kinds of party; empty is anybody."""

    on: tuple[str, ...]
    name: Words
    by: tuple[str, ...] = ()
    fields: tuple[FieldRule, ...] = ()
    documents: tuple[DocumentRule, ...] = ()
    registers: tuple[RegisterRule, ...] = ()
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Clock:
    """``to`` comes at most ``hours`` after ``from_``; both are fields that hold a moment.

    A clock to ``record_time`` is not looked at when an event comes in: a late report is better than
    none. Figures of timeliness count by it.
    """

    id: str
    name: Words
    on: tuple[str, ...]
    from_: str
    to: str
    hours: Decimal
    terms: Terms = Terms()


@dataclass(frozen=True, slots=True)
class ControlPoint:
    """A critical control point: ``extra.<id>`` is a number of ``unit`` between the limits.

    ``required`` asks that the activities in ``on`` state it.
    """

    id: str
    name: Words
    on: tuple[str, ...]
    unit: str
    least: Decimal | None = None
    most: Decimal | None = None
    required: bool = False
    terms: Terms = Terms()


class Colour(StrEnum):
    """What becomes of a load at a gate (suyuan/domain/admission.py)."""

    GREEN = "green"  # may enter
    YELLOW = "yellow"  # waits for somebody who looks
    RED = "red"  # is refused


# What a gate can look at: see docs/admission.md.
LOOKS = (
    *("entry", "code", "known", "document", "result", "expiry", "supplier", "licence", "recall"),
    "finding",
)
# Findings of a chain that a shopper sees too, which a gate may look for.
FINDINGS = (
    *("asserted", "chronology_conflict", "conflict", "containment_cycle", "event_after_end"),
    *("filing_revoked", "gap", "implicit_move", "inferred_unpack", "licence_expired"),
    *("licence_revoked", "mass_gain", "over_issue", "sold_twice", "unaccounted"),
    *("unpack_without_pack", "voided_code"),
)


@dataclass(frozen=True, slots=True)
class GateCheck:
    """One thing that a gate looks at (``of``), and the colour of a load that has it not right.

    ``any_of``  of ``entry``: names of the profile's rules; of ``document``: types of documents; of
                ``finding``: types of findings
    ``days``    of ``document``: so many days after its issue it is still good
    ``after``   of ``document``: asked of goods alone whose chain has one of these activities
    """

    of: str
    colour: Colour
    name: Words | None = None
    any_of: tuple[str, ...] = ()
    days: int | None = None
    after: tuple[str, ...] = ()
    terms: Terms = Terms()


@dataclass(frozen=True, slots=True)
class Gate:
    """Market access: ``on`` are the activities by which a load arrives, ``by`` who keeps a gate."""

    name: Words
    on: tuple[str, ...]
    by: tuple[str, ...]
    checks: tuple[GateCheck, ...]
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """One sector's profile. ``digest`` is over its content: another content, another digest.

    ``codes`` are schemes in the order in which a text of several readings is taken; ``units`` are
    of UN/CEFACT Recommendation 20. ``consumer`` are the fields that a shopper is shown.
    """

    id: str
    version: str
    name: Words
    department: Words
    source: str
    stages: tuple[Stage, ...]
    activities: tuple[ActivityRules, ...]
    mode: Mode = Mode.ADVISE
    parties: tuple[PartyKind, ...] = ()
    codes: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    clocks: tuple[Clock, ...] = ()
    points: tuple[ControlPoint, ...] = ()
    consumer: tuple[str, ...] = ()
    gate: Gate | None = None
    digest: str = ""

    @property
    def label(self) -> str:
        """What is stored with each event that was checked: id, version, and digest of the content.

        It has no space in it: two labels are parted by one.
        """
        return f"{self.id}/{self.version}/{self.digest}"
