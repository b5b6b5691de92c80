"""The use cases of recalls: each one transaction that holds the recall it changes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID, uuid4

from suyuan.domain.caller import Caller, CallerRole
from suyuan.domain.codes import recognise
from suyuan.domain.errors import Fault, NotAllowed, NotAuthenticated, NotKnown, ReportRefused
from suyuan.domain.naming import Known, Wanted
from suyuan.domain.recall import (
    Action,
    Actor,
    Proposal,
    Recall,
    RecallState,
    Step,
    after,
    may_recall,
    seen,
)
from suyuan.domain.recall_scope import (
    Quantities,
    RecallNotice,
    ScopeHolder,
    ScopeHole,
    ScopeThing,
)
from suyuan.storage import recall_notices, recalls
from suyuan.storage.engine import Database, WriteConnection
from suyuan.web.recalls.webhooks import new_secret
from suyuan.wire.recalls import (
    MOST_CODES,
    StepTold,
    keep,
    kept,
    kept_quantities,
    write_recall,
)

# Holders that stand in the answer; all of them are in the things.
_HOLDERS = 1_000
# More than the table can number.
_MOST_HOLES = 2**31 - 1
# And in a file.
_MOST_HOLDERS = 100_000

Json = dict[str, object]


class Lots(Protocol):
    """Knows which codes (canonical keys) a party's lot number stands for."""

    async def find(self, party: str, lot: str) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Scoped:
    """A recall and what is known of its scope, but for the things themselves."""

    recall: Recall
    holders: Sequence[ScopeHolder]
    holes: Sequence[ScopeHole]
    quantities: Quantities | None


@dataclass(frozen=True, slots=True)
class Recalls:
    """The recalls that one service keeps. ``home`` is its subsystem's, empty at the gateway.

    ``wake`` is called when there is a scope to be found; ``lots`` knows which codes a maker's lot
    number stands for; ``names`` tells what registers know.
    """

    database: Database
    home: str
    wake: Callable[[], None]
    lots: Lots
    names: Callable[[Wanted, Caller], Awaitable[Known]]

    async def propose(self, proposal: Proposal, caller: Caller) -> UUID:
        """A new recall, whose scope is found next.

        Raises ReportRefused where it names a lot that nobody reported.
        """
        actor, now = self.require_official(caller), datetime.now(UTC)
        proposal = await self._with_codes(proposal)
        home = caller.home or self.home
        first = Step(1, Action.PROPOSE, now, actor)
        recall = Recall(uuid4(), home, proposal, RecallState.SCOPING, (first,))
        async with self.database.writing() as connection:
            await recalls.propose(connection, recall, keep(proposal))
        self.wake()
        return recall.id

    async def _with_codes(self, proposal: Proposal) -> Proposal:
        if proposal.party is None or proposal.lot is None:
            return proposal
        codes = await self.lots.find(proposal.party, proposal.lot)
        if not codes:
            told = {"party": recognise(proposal.party).short, "lot": proposal.lot}
            raise ReportRefused(faults=[Fault("lot_unknown", "/lot", told)])
        if len(codes) > MOST_CODES:
            many = {"lot": proposal.lot, "count": len(codes), "limit": MOST_CODES}
            raise ReportRefused(faults=[Fault("lot_of_many", "/lot", many)])
        return replace(proposal, codes=tuple(codes))

    async def do(self, recall_id: UUID, action: Action, caller: Caller, told: StepTold) -> None:
        """One step of a recall. Raises as ``suyuan.domain.recall.after`` and ``seen``; NotKnown."""
        actor = self.require_official(caller)
        async with self.database.writing() as connection:
            recall = await self._hold(connection, recall_id, caller)
            seen(recall, told.answers)
            done = after(recall, action, actor, datetime.now(UTC), told.note)
            await recalls.add_step(connection, done)
            if action is Action.PUBLISH and not recall.proposal.drill:
                found = kept_quantities(await recalls.quantities(connection, recall.id))
                handlers = found.handlers if found is not None else ()
                await recall_notices.tell(connection, recall.id, handlers)
        if action is Action.RESCOPE:
            self.wake()

    async def sign_off(self, recall_id: UUID, number: int, caller: Caller, told: StepTold) -> None:
        """Answer for a hole. Raises NotKnown where there is no such recall or hole."""
        actor = self.require_official(caller)
        async with self.database.writing() as connection:
            recall = await self._hold(connection, recall_id, caller)
            seen(recall, told.answers)
            why = f"{number}: {told.note}"
            done = after(recall, Action.SIGN_OFF, actor, datetime.now(UTC), why)
            known = number <= _MOST_HOLES and await recalls.sign_off(
                connection, recall.id, number, actor.owner
            )
            if not known:
                raise NotKnown("hole_unknown", id=str(number))
            await recalls.add_step(connection, done)

    async def show(self, recall_id: UUID, caller: Caller) -> Json:
        """A recall with all that is known of it, for officials."""
        async with self.database.writing() as connection:
            recall = await self._find(connection, recall_id, caller)
            return await self._shown(connection, recall)

    async def scope(self, recall_id: UUID, caller: Caller) -> Scoped:
        """A recall as it goes into a file, with up to ``_MOST_HOLDERS`` holders."""
        async with self.database.writing() as connection:
            recall = await self._find(connection, recall_id, caller)
            return await self._scoped(connection, recall, _MOST_HOLDERS)

    async def list_own(
        self, caller: Caller, states: Sequence[RecallState] | None, limit: int
    ) -> list[Recall]:
        """The recalls that an official may see, the newest first."""
        self.require_official(caller)
        home = None if caller.role is CallerRole.CITY else caller.home
        async with self.database.writing() as connection:
            return await recalls.list_recalls(
                connection, kept, home=home, states=states, limit=limit
            )

    async def things(
        self, recall_id: UUID, caller: Caller, after_code: str, limit: int
    ) -> list[ScopeThing]:
        """What a recall reaches by now, behind a code."""
        async with self.database.writing() as connection:
            recall = await self._find(connection, recall_id, caller)
            return await recalls.things(connection, recall.id, after_code, limit)

    async def notices(
        self, recall_id: UUID, caller: Caller, after_party: str, limit: int
    ) -> list[RecallNotice]:
        """Who was told, behind a party."""
        async with self.database.writing() as connection:
            recall = await self._find(connection, recall_id, caller)
            return await recall_notices.of_recall(connection, recall.id, after_party, limit)

    # --- For the enterprises that are told ----------------------------------------------------

    async def inbox(
        self, caller: Caller, *, only_open: bool, limit: int
    ) -> list[tuple[RecallNotice, Recall | None]]:
        """What an enterprise was told, each notice with its recall."""
        party = _party(caller)
        async with self.database.writing() as connection:
            found = await recall_notices.inbox(connection, party, only_open=only_open, limit=limit)
            about = await recalls.find_all(connection, [one.recall for one in found], kept)
        return [(one, about.get(one.recall)) for one in found]

    async def acknowledge(self, recall_id: UUID, caller: Caller) -> datetime:
        """Note that an enterprise knows. Raises NotKnown where it was never told."""
        async with self.database.writing() as connection:
            found = await recall_notices.acknowledge(connection, _party(caller), recall_id)
        if found is None:
            raise NotKnown("notice_unknown", id=str(recall_id))
        return found

    async def set_webhook(self, caller: Caller, url: str) -> str:
        """Send an enterprise's notices there from now on; the secret, told this once."""
        secret = new_secret()
        async with self.database.writing() as connection:
            await recall_notices.set_webhook(connection, _party(caller), url, secret)
        return secret

    async def webhook(self, caller: Caller) -> str | None:
        """Where an enterprise's notices are sent."""
        async with self.database.writing() as connection:
            return await recall_notices.find_webhook(connection, _party(caller))

    async def unset_webhook(self, caller: Caller) -> None:
        """Send an enterprise nothing any more."""
        async with self.database.writing() as connection:
            await recall_notices.unset_webhook(connection, _party(caller))

    # --- What the methods share ---------------------------------------------------------------

    def require_official(self, caller: Caller) -> Actor:
        """Who acts. Raises NotAuthenticated for nobody, NotAllowed for who may not recall here."""
        if may_recall(caller, self.home):
            return Actor.of(caller)
        if caller.role is CallerRole.CONSUMER:
            raise NotAuthenticated("key_required", roles=["department", "city"])
        raise NotAllowed("may_not_recall", role=caller.role.value)

    async def _hold(self, connection: WriteConnection, recall_id: UUID, caller: Caller) -> Recall:
        return _visible(await recalls.hold(connection, recall_id, kept), recall_id, caller)

    async def _find(self, connection: WriteConnection, recall_id: UUID, caller: Caller) -> Recall:
        self.require_official(caller)
        return _visible(await recalls.find(connection, recall_id, kept), recall_id, caller)

    async def _shown(self, connection: WriteConnection, recall: Recall) -> Json:
        scoped = await self._scoped(connection, recall, _HOLDERS)
        return write_recall(
            recall,
            things=await recalls.count_things(connection, recall.id),
            holes=scoped.holes,
            holders=scoped.holders,
            quantities=scoped.quantities,
        )

    async def _scoped(self, connection: WriteConnection, recall: Recall, holders: int) -> Scoped:
        return Scoped(
            recall,
            await recalls.holders(connection, recall.id, holders),
            await recalls.holes(connection, recall.id),
            kept_quantities(await recalls.quantities(connection, recall.id)),
        )


def _visible(recall: Recall | None, recall_id: UUID, caller: Caller) -> Recall:
    """The recall, for the city and the department whose it is; for others there is none."""
    if recall is None or not (caller.role is CallerRole.CITY or recall.home == caller.home):
        raise NotKnown("recall_unknown", id=str(recall_id))
    return recall


def _party(caller: Caller) -> str:
    """The enterprise that asks. Raises NotAuthenticated and NotAllowed."""
    if caller.party is not None and caller.role is CallerRole.ENTERPRISE:
        return caller.party.key
    if caller.role is CallerRole.CONSUMER:
        raise NotAuthenticated("key_required", roles=["enterprise"])
    raise NotAllowed("role_not_allowed", role=caller.role.value, roles=["enterprise"])
