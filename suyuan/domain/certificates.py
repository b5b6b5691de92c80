"""Certificates (追溯认证): that a system or an enterprise keeps to standards of traceability.

Whoever certifies issues a document; the department or the city that adopts it enters it here. A
certificate is never changed: it is suspended, resumed or withdrawn by steps that are kept, and a
wider or narrower scope is a new one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from suyuan.domain.caller import Caller, CallerRole
from suyuan.domain.codes import Code
from suyuan.domain.errors import Conflict, NotAllowed, NotAuthenticated
from suyuan.domain.register import Naming

# One that is suspended and resumed more often than this needs a telephone.
MOST_STEPS = 100
# Who has adopted what the gateway keeps, where a subsystem's id stands for the others.
CITY = "city"


class Status(StrEnum):
    """How a certificate stands on a day."""

    UPCOMING = "upcoming"  # its validity has not begun
    VALID = "valid"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Action(StrEnum):
    """What may be done to a certificate."""

    ISSUE = "issue"
    SUSPEND = "suspend"
    RESUME = "resume"
    WITHDRAW = "withdraw"


# The last step that each may follow. What is withdrawn stays so.
_FOLLOWS = {
    Action.SUSPEND: (Action.ISSUE, Action.RESUME),
    Action.RESUME: (Action.SUSPEND,),
    Action.WITHDRAW: (Action.ISSUE, Action.RESUME, Action.SUSPEND),
}


@dataclass(frozen=True, slots=True)
class Issuer:
    """The body that certifies; ``code`` is its 统一社会信用代码, where it has one."""

    names: Naming
    code: Code | None = None


@dataclass(frozen=True, slots=True)
class Certificate:
    """What was certified. ``party`` or ``system`` (a subsystem's id) is whom it is about.

    ``standards`` are their numbers (``GB/T 38155-2019``); ``valid_to`` is the last day.
    """

    number: str
    issuer: Issuer
    valid_from: date
    valid_to: date
    standards: tuple[str, ...]
    party: Code | None = None
    system: str | None = None
    sectors: tuple[str, ...] = ()
    url: str | None = None

    @property
    def subject(self) -> str:
        """The key of whom it is about: a party's, or a subsystem's id."""
        return self.party.key if self.party is not None else self.system or ""

    @property
    def issuer_key(self) -> str:
        """What tells issuers apart: within one, a number stands for one certificate."""
        return self.issuer.code.key if self.issuer.code is not None else self.issuer.names.of("zh")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was done: by whom, when, and why."""

    number: int
    action: Action
    at: datetime
    owner: str
    key: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """A certificate with every step since it was entered, the first one first."""

    id: UUID
    certificate: Certificate
    steps: tuple[Step, ...]

    def status(self, on: date) -> Status:
        """How it stands on a day. What was withdrawn or suspended is so whatever its dates say."""
        last = self.steps[-1].action
        if last is Action.WITHDRAW:
            return Status.WITHDRAWN
        if on > self.certificate.valid_to:
            return Status.EXPIRED
        if last is Action.SUSPEND:
            return Status.SUSPENDED
        return Status.UPCOMING if on < self.certificate.valid_from else Status.VALID


@dataclass(frozen=True, slots=True)
class Adopted:
    """A certificate that is in force; ``source`` is who adopted it: a subsystem's id, or ``city``.

    What a subsystem says of itself has no source.
    """

    certificate: Certificate
    source: str = ""

    def covers(self, sector: str | None) -> bool:
        """Whether it is about what an enterprise does in a sector; ``None`` is an unknown one."""
        return not self.certificate.sectors or sector in self.certificate.sectors


def after(kept: Kept, action: Action, caller: Caller, now: datetime, note: str) -> Kept:
    """The certificate with one more step. Raises Conflict for a step that cannot follow."""
    last = kept.steps[-1]
    if last.action not in _FOLLOWS[action]:
        raise Conflict("certificate_step", action=action.value, last=last.action.value)
    if len(kept.steps) >= MOST_STEPS:
        raise Conflict("certificate_steps", limit=MOST_STEPS)
    return replace(kept, steps=(*kept.steps, step_of(action, caller, now, note, last.number + 1)))


def step_of(action: Action, caller: Caller, now: datetime, note: str = "", number: int = 1) -> Step:
    """A step as a caller takes it."""
    return Step(number, action, now, caller.owner, caller.key or "", note)


def must_certify(caller: Caller, subsystem: str | None) -> None:
    """Raise unless the caller enters and changes certificates here.

    ``subsystem`` is the department's own, ``None`` at the gateway, where the city alone does.
    """
    if caller.role is CallerRole.CONSUMER:
        raise NotAuthenticated("key_required")
    is_own = caller.role is CallerRole.DEPARTMENT and caller.home == subsystem
    if caller.role is not CallerRole.CITY and not is_own:
        raise NotAllowed("may_not_certify", role=caller.role.value)
