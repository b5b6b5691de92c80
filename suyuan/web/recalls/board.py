"""What pages ask: which recalls in force cover a code. Known for a second, so shown within two."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from time import monotonic
from uuid import UUID

from suyuan.domain.chain import Chain
from suyuan.domain.recall import Action, Recall, Wording
from suyuan.domain.register import CITY_TIME
from suyuan.storage import recalls
from suyuan.storage.engine import Database
from suyuan.web.pages.banner import Notice
from suyuan.web.pages.words import Label
from suyuan.wire.recalls import kept

KNOWN_SECONDS = 1.0
# A city has a handful in force; beyond this somebody is testing.
MOST_IN_FORCE = 10_000

# A thing is in so many containers and lots at most that a page asks about.
MOST_COVERED = 100


class RecallBoard:
    """The recalls in force of one database."""

    def __init__(self, database: Database, publishers: Mapping[str, str]) -> None:
        """``publishers`` are the departments' names by the home of a recall."""
        self._database = database
        self._publishers = publishers
        self._known: list[Recall] = []
        self._until = 0.0
        self._asking = asyncio.Lock()

    async def notices(self, chain: Chain) -> tuple[Notice, ...]:
        """The notices that cover a consumer's chain: the thing itself, or what it came from.

        A recall without window or station covers whatever comes from its codes, also what is made
        tomorrow; any other covers the things that its scope found.
        """
        known = await self.in_force()
        if not known:
            return ()
        own = _own(chain)
        sources = {thing.code.key for thing in chain.things} | own
        bounded = [r for r in known if r.proposal.bounded]
        reached = await self._reached([r.id for r in bounded], sorted(own)) if bounded else set()
        return tuple(
            self._notice(recall, own=not own.isdisjoint(recall.proposal.codes))
            for recall in known
            if (
                recall.id in reached
                if recall.proposal.bounded
                else sources & {*recall.proposal.codes}
            )
        )

    async def covering(self, codes: Sequence[str]) -> list[Recall]:
        """The recalls in force whose scopes reach any of some codes."""
        known = await self.in_force()
        reached = await self._reached([recall.id for recall in known], codes) if known else set()
        return [recall for recall in known if recall.id in reached]

    async def in_force(self) -> list[Recall]:
        """The recalls in force, as of a second ago at most."""
        if monotonic() >= self._until:
            async with self._asking:
                if monotonic() >= self._until:
                    self._known = await self._ask()
                    self._until = monotonic() + KNOWN_SECONDS
        return self._known

    async def _ask(self) -> list[Recall]:
        async with self._database.reading() as connection:
            return await recalls.in_force(connection, kept, MOST_IN_FORCE)

    async def _reached(self, ids: Sequence[UUID], codes: Sequence[str]) -> set[UUID]:
        async with self._database.reading() as connection:
            return await recalls.reached(connection, ids, codes)

    def _notice(self, recall: Recall, *, own: bool) -> Notice:
        proposal = recall.proposal
        published = recall.done_at(Action.PUBLISH)
        assert published is not None, "what is in force was published"
        return Notice(
            own,
            published.astimezone(CITY_TIME).date(),
            self._publishers.get(recall.home, recall.home),
            proposal.stop_sale,
            proposal.level,
            _label(proposal.reason),
            _label(proposal.advice),
            proposal.phone,
        )


def _own(chain: Chain) -> set[str]:
    """The thing itself, the containers it was in, the lots that it is of."""
    own: set[str] = set()
    more = {chain.code.key}
    while more:
        own |= more
        contained = {
            link.to for link in chain.links if link.kind == "contained" and link.from_ in own
        }
        of_lot = {link.from_ for link in chain.links if link.kind == "of_lot" and link.to in own}
        more = (contained | of_lot) - own
    return own


def _label(wording: Wording | None) -> Label | None:
    if wording is None:
        return None
    return Label(wording.zh or wording.en or "", wording.en or wording.zh or "")
