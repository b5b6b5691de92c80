"""Accesses: which authority looked at what, as the subsystem that answered writes it down.

Officials see what nobody else does, so what they look at is written down where the data are. An
access names the key that was shown and never a person, and of a party only a code that is certainly
an organisation's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from suyuan.domain.caller import CallerRole
from suyuan.domain.codes import Code
from suyuan.domain.errors import Refused

OFFICIALS = frozenset({CallerRole.INSPECTOR, CallerRole.DEPARTMENT, CallerRole.CITY})

# Of a question about ten thousand codes so many are written down, and how many there were.
MOST_ASKED = 100


class Reason(StrEnum):
    """What an official looks for."""

    ROUTINE = "routine"
    COMPLAINT = "complaint"
    RECALL = "recall"
    CASE = "case"
    STATISTICS = "statistics"
    DRILL = "drill"


# The number of a case, complaint or recall: it has a digit, and no room for a name or a sentence.
_REFERENCE = re.compile(r"(?=[^0-9]*[0-9])[0-9A-Za-z][0-9A-Za-z._/-]{0,63}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Purpose:
    """Why an official asks, in words of ours, and the number of the case if there is one."""

    reason: Reason
    reference: str | None = None

    def __str__(self) -> str:
        return f"{self.reason}; {self.reference}" if self.reference else self.reason.value


def read_purpose(text: str) -> Purpose:
    """A purpose as ``reason`` or ``reason; reference``. Raises Refused for anything else."""
    word, _, reference = (part.strip() for part in text.partition(";"))
    known = [reason.value for reason in Reason]
    if word not in known or (";" in text and _REFERENCE.fullmatch(reference) is None):
        raise Refused("purpose_malformed", allowed=known)
    return Purpose(Reason(word), reference or None)


@dataclass(frozen=True, slots=True)
class Access:
    """One question of an official that was answered.

    ``request``  the request's id, which the gateway hands on to every subsystem it asks
    ``trace``    the walk of the gateway that asked, where one did
    ``through``  who vouched for the caller: the gateway, or nobody where a key was shown here
    ``route``    the template of the address, such as ``/v1/chains/{code:text}``
    ``asked``    what was asked about and something was told of: canonical keys of codes and
                 organisations, and events' URIs, at most ``MOST_ASKED``. Of what nothing is held
                 only the number is kept: it may be anything that somebody typed
    ``asked_count``  how many keys were asked about
    ``events``   events that were given; ``None`` where the answer is a stream, or not of events
    ``edges``    single facts that were given for following a chain, without their events
    ``calls``    how many calls this counts: those of one walk after the first are counted together
    """

    id: UUID
    at: datetime
    request: UUID
    trace: str | None
    role: CallerRole
    owner: str
    key: str | None
    through: str | None
    route: str
    asked: tuple[str, ...] = ()
    asked_count: int = 0
    events: int | None = None
    edges: int = 0
    calls: int = 1
    purpose: Purpose | None = None

    def with_more(self, other: Access) -> Access:
        """This access and a later one of the same walk, as one."""
        asked = tuple(dict.fromkeys((*self.asked, *other.asked)))[:MOST_ASKED]
        return replace(
            self,
            asked=asked,
            asked_count=self.asked_count + other.asked_count,
            events=(self.events or 0) + (other.events or 0),
            edges=self.edges + other.edges,
            calls=self.calls + other.calls,
        )


@dataclass(frozen=True, slots=True)
class AccessFilter:
    """Which accesses: every one that is not ``None`` must hold. Bounds are inclusive instants.

    ``code`` is the canonical key of a thing or the URI of an event, ``party`` the key of a party.
    """

    role: CallerRole | None = None
    owner: str | None = None
    key: str | None = None
    code: str | None = None
    party: str | None = None
    route: str | None = None
    reason: Reason | None = None
    reference: str | None = None
    request: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


def may_be_a_person(party: Code) -> bool:
    """Whether a party's code may stand for a natural person: a reporter's own code for one."""
    return party.scheme not in ("uscc", "gln", "pgln")
