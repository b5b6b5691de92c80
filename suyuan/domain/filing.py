"""A filing (主体备案): an enterprise's dossier on its way through its department.

Filed, reviewed, approved or returned with reasons, filed again. Every step is kept in order and
never changed: what a filing is now, and what the register takes from it, follows from its steps.
A step names the step it answers, so nobody decides on a dossier that they have not seen.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from suyuan.domain.caller import Caller, CallerRole
from suyuan.domain.codes import Code
from suyuan.domain.errors import Conflict, NotAllowed, NotAuthenticated
from suyuan.domain.recall import Actor
from suyuan.domain.register import Entry, Party, Place, Product

# A filing that goes to and fro more often than this needs a telephone.
MOST_STEPS = 200


class FilingState(StrEnum):
    FILED = "filed"  # waits for its department
    RETURNED = "returned"  # waits for its enterprise
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"
    REVOKED = "revoked"


OPEN = (FilingState.FILED, FilingState.RETURNED)


class FilingAction(StrEnum):
    """What may be done to a filing."""

    FILE = "file"
    FILE_AGAIN = "file_again"
    WITHDRAW = "withdraw"
    APPROVE = "approve"
    RETURN = "return"
    REVOKE_LICENCE = "revoke_licence"
    REINSTATE_LICENCE = "reinstate_licence"  # it was revoked by mistake
    REVOKE = "revoke"


_BY_THE_ENTERPRISE = (FilingAction.FILE, FilingAction.FILE_AGAIN, FilingAction.WITHDRAW)
_AFTER: dict[FilingAction, tuple[tuple[FilingState, ...], FilingState]] = {
    FilingAction.FILE_AGAIN: (OPEN, FilingState.FILED),
    FilingAction.WITHDRAW: (OPEN, FilingState.WITHDRAWN),
    FilingAction.APPROVE: ((FilingState.FILED,), FilingState.APPROVED),
    FilingAction.RETURN: ((FilingState.FILED,), FilingState.RETURNED),
    FilingAction.REVOKE_LICENCE: ((FilingState.APPROVED,), FilingState.APPROVED),
    FilingAction.REINSTATE_LICENCE: ((FilingState.APPROVED,), FilingState.APPROVED),
    FilingAction.REVOKE: ((FilingState.APPROVED,), FilingState.REVOKED),
}

# Who answers for what (责任人). Words, so that a department can ask for one of each.
PERSON_ROLES = (
    *("legal_representative", "person_in_charge", "quality", "food_safety", "traceability"),
    "contact",
)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who answers for an enterprise: for it and its department, and for nobody else."""

    role: str
    name: str
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class Dossier:
    """What an enterprise files: itself, its places and products, and who answers for it.

    ``people`` is ``None`` where they are not to be seen.
    """

    party: Party
    places: tuple[Place, ...] = ()
    products: tuple[Product, ...] = ()
    people: tuple[Person, ...] | None = None

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What the register takes once it is approved, each valid from its own date."""
        return (self.party, *self.places, *self.products)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a dossier is returned: ``pointer`` is a JSON pointer (RFC 6901) into it."""

    pointer: str
    text: str


@dataclass(frozen=True, slots=True)
class FilingStep:
    """One thing that was done. ``licence`` and ``since`` say what is revoked, and from which day.

    ``files`` is true of a step that brought a dossier.
    """

    number: int
    action: FilingAction
    at: datetime
    actor: Actor
    note: str = ""
    reasons: tuple[Reason, ...] = ()
    licence: str | None = None
    since: date | None = None

    @property
    def files(self) -> bool:
        return self.action in (FilingAction.FILE, FilingAction.FILE_AGAIN)


@dataclass(frozen=True, slots=True)
class Filing:
    """A filing as it stands after its steps. ``party`` is the enterprise's key."""

    id: UUID
    party: str
    state: FilingState
    steps: tuple[FilingStep, ...]

    @property
    def filed_step(self) -> int:
        """The step that brought the dossier which holds."""
        return max(step.number for step in self.steps if step.files)


def must_file(caller: Caller) -> None:
    """Raise NotAuthenticated or NotAllowed unless the caller is an enterprise with a USCC."""
    if caller.role is CallerRole.CONSUMER:
        raise NotAuthenticated("key_required", roles=[CallerRole.ENTERPRISE.value])
    if caller.role is not CallerRole.ENTERPRISE or caller.party is None:
        raise NotAllowed("filing_by_enterprises", role=caller.role.value)
    if caller.party.scheme != "uscc":
        raise NotAllowed("filing_without_uscc", party=caller.party.short)


def must_file_for(party: Code, caller: Caller, subsystem: str) -> None:
    """Raise NotAuthenticated or NotAllowed unless the caller may file ``party`` by file.

    An enterprise files itself. A department puts on file whom it has reviewed already, in its own
    subsystem.
    """
    if caller.role is CallerRole.DEPARTMENT:
        must_review(caller, subsystem)
        return
    must_file(caller)
    if party != caller.party:
        raise NotAllowed("filing_of_another", party=party.short)


def must_review(caller: Caller, subsystem: str) -> None:
    """Raise NotAuthenticated or NotAllowed unless the caller is this subsystem's department."""
    if caller.role is CallerRole.CONSUMER:
        raise NotAuthenticated("key_required", roles=[CallerRole.DEPARTMENT.value])
    if caller.role is not CallerRole.DEPARTMENT or caller.home != subsystem:
        raise NotAllowed("filing_reviewed_at_home", role=caller.role.value, subsystem=subsystem)


def must_look(caller: Caller, subsystem: str) -> None:
    """Raise NotAuthenticated or NotAllowed for who has no filings to see here.

    An enterprise sees its own; the department, its inspectors and the city all of the subsystem.
    """
    if caller.role is CallerRole.CONSUMER:
        raise NotAuthenticated("key_required", roles=[role.value for role in CallerRole][1:])
    at_home = caller.home == subsystem or caller.role in (CallerRole.CITY, CallerRole.ENTERPRISE)
    if not at_home:
        raise NotAllowed("filing_reviewed_at_home", role=caller.role.value, subsystem=subsystem)


def may_see(party: str, caller: Caller) -> bool:
    """Whether one that ``must_look`` let in may see the filings of a party."""
    if caller.role is not CallerRole.ENTERPRISE:
        return True
    return caller.party is not None and caller.party.key == party


def sees_people(party: str, caller: Caller) -> bool:
    """People are for the department that reviews, and for the enterprise whose they are."""
    return caller.role is CallerRole.DEPARTMENT or (
        caller.role is CallerRole.ENTERPRISE and may_see(party, caller)
    )


def first(filing: UUID, party: str, step: FilingStep) -> Filing:
    """A filing that begins."""
    return Filing(filing, party, FilingState.FILED, (step,))


def after(filing: Filing, step: FilingStep, answers: int) -> Filing:
    """The filing after one more step, which answers step ``answers``.

    Raises Conflict: ``filing_moved`` where another step came in between, ``filing_state`` where
    this one does not follow, ``filing_too_long``.
    """
    allowed, then = _AFTER[step.action]
    last = filing.steps[-1]
    if filing.state not in allowed:
        raise Conflict(
            "filing_state",
            action=step.action.value,
            state=filing.state.value,
            allowed=[state.value for state in allowed],
        )
    if answers != last.number:
        raise Conflict("filing_moved", answers=answers, step=last.number, action=last.action.value)
    if len(filing.steps) >= MOST_STEPS:
        raise Conflict("filing_too_long", limit=MOST_STEPS)
    placed = replace(step, number=last.number + 1)
    return replace(filing, state=then, steps=(*filing.steps, placed))


def is_by_enterprise(action: FilingAction) -> bool:
    """Whether the enterprise takes such a step; the department takes the others."""
    return action in _BY_THE_ENTERPRISE
