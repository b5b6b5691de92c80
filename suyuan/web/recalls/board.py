"""What pages ask: which recalls in force cover a code.

What is known is asked anew a few times a second, and a page says how old it was when it was made,
so that one which is kept shows a recall within two seconds of its publication all the same.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping, Sequence
from time import monotonic
from uuid import UUID

from suyuan.domain.chain import Chain
from suyuan.domain.recall import Action, Recall, RecallState, Wording
from suyuan.domain.register import CITY_TIME
from suyuan.storage import recalls
from suyuan.storage.engine import Database
from suyuan.web.pages.banner import Notice
from suyuan.web.pages.words import Label
from suyuan.wire.recalls import kept

# A few ids, where nothing has changed.
KNOWN_SECONDS = 0.25
# A city has a handful in force; beyond this somebody is testing.
MOST_IN_FORCE = 10_000

# A thing is in so many containers and lots at most that a page asks about.
MOST_COVERED = 100


# A recall and its state: as long as both are the same, so is all that shoppers are told of it.
Standing = tuple[UUID, RecallState]


class RecallBoard:
    """The recalls in force of one database.

    ``known_since`` is ``monotonic()`` of when they were asked last.
    """

    known_seconds = KNOWN_SECONDS

    def __init__(self, database: Database, publishers: Mapping[str, str]) -> None:
        """``publishers`` are the departments' names by the home of a recall."""
        self._database = database
        self._publishers = publishers
        self._own: dict[Standing, Recall] = {}
        self._known: list[Recall] = []
        self.known_since = -math.inf
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

    async def look(self) -> None:
        """Ask anew, if what is known is too old."""
        await self.in_force()

    async def covering(self, codes: Sequence[str]) -> list[Recall]:
        """The recalls in force whose scopes reach any of some codes."""
        known = await self.in_force()
        reached = await self._reached([recall.id for recall in known], codes) if known else set()
        return [recall for recall in known if recall.id in reached]

    async def in_force(self) -> list[Recall]:
        """The recalls in force, as of ``known_seconds`` ago at most."""
        if self._is_old():
            async with self._asking:
                if self._is_old():
                    began = monotonic()
                    self._known = await self._ask()
                    self.known_since = began
        return self._known

    def _is_old(self) -> bool:
        return monotonic() >= self.known_since + self.known_seconds

    async def _ask(self) -> list[Recall]:
        """What stands in the database; of it only what is new is read whole."""
        async with self._database.reading() as connection:
            standing = await recalls.in_force(connection, MOST_IN_FORCE)
            unread = [recall for recall, state in standing if (recall, state) not in self._own]
            found = await recalls.find_all(connection, unread, kept) if unread else {}
        read = {one: self._own.get(one) or found.get(one[0]) for one in standing}
        # One that was lifted between the two statements is in force no more.
        self._own = {one: recall for one, recall in read.items() if recall and recall.in_force}
        return list(self._own.values())

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
