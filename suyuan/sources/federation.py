"""Several sources as one: everybody is asked, and every silence is a named hole.

A partial answer is not a subset of the whole one: the unpack that a silent member holds would have
ended a stay, its error declaration would have voided an event. So a member that does not answer is
never left out quietly; each question it was asked becomes a hole.

Rounds are what a walk over a network costs. A member reads ahead within its own data, and what one
member followed the others are asked about in the same round as the walk's own questions: a chain
that changes hands at every step takes one round a step
(docs/decisions/0018-rounds-over-departments.md).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice, zip_longest

from suyuan.domain.answers import together
from suyuan.domain.chain import SourceReport, SourceStatus
from suyuan.domain.codes import Code
from suyuan.domain.events import event_urn, is_uri
from suyuan.domain.inquiry import Inquiry
from suyuan.domain.lookup import Answer, Ask, Edge, Hole, HoleReason, Key, Lookup
from suyuan.domain.walk import MAX_KEYS
from suyuan.sources.asking import TIMED_OUT, Silent
from suyuan.sources.base import Source
from suyuan.sources.told import ToldAhead

# What is left of the deadline for fetching the events when a walk has used up its own part, and the
# most of what remains that one silent member may cost the others.
BODIES_SHARE = 0.25
ROUND_SHARE = 0.5

# A source bounds its own answer by ``Inquiry.seconds``; one that does not is given up this much
# later.
SLACK_SECONDS = 0.05

# Codes that are asked for in one round because another member followed them. With more codes than
# a hundred in a lookup no source reads ahead; see ``suyuan.sources.postgres``.
MOST_LEADS = 100

# Who holds the answer to a question that none of the members can know.
NOBODY = ""


class FederatedSource:
    """The members of one federation for the length of one trace.

    ``members`` are all subsystems that are expected, also those known to be unwell: one that
    dropped out of the list would make an answer look complete. ``deadline`` in seconds bounds the
    whole trace; a member that was silent once is not asked again in the same trace.
    ``may_know`` says of a member's name and a code whether the member may know it at all.
    """

    whole = False

    def __init__(
        self,
        members: Mapping[str, Source],
        *,
        deadline: float,
        may_know: Callable[[str, str], bool] = lambda _name, _code: True,
    ) -> None:
        self._members = {name: _Member(name, source) for name, source in members.items()}
        self._ends = time.monotonic() + deadline
        self._walk_ends = self._ends - deadline * BODIES_SHARE
        self._may_know = may_know
        self._ids: dict[str, str] = {}

    @property
    def is_whole(self) -> bool:
        """Whether nobody has been silent so far."""
        return not self.silent

    @property
    def silent(self) -> frozenset[str]:
        """Who has been silent so far."""
        return frozenset(m.name for m in self._members.values() if m.silence)

    async def ask(self, lookup: Lookup) -> Answer:
        """The members' answers as one: what they told before, and what they are asked now."""
        shares = {m: self._share(m, lookup) for m in self._members.values()}
        parts = await asyncio.gather(*(self._answer(m, s, lookup) for m, s in shares.items()))
        nobody = () if lookup.bodies else self._unknown_holders(lookup.keys)
        return Answer(
            tuple(e for p in parts for e in p.edges),
            tuple(v for p in parts for v in p.voids),
            tuple(s for p in parts for s in p.events),
            (*(h for p in parts for h in p.holes), *nobody),
        )

    def reports(self) -> list[SourceReport]:
        """How each member fared, and the milliseconds that were waited for it in all."""
        return [
            SourceReport(
                m.name,
                m.silence.status if m.silence else SourceStatus.ANSWERED,
                round(m.spent * 1000),
            )
            for m in self._members.values()
        ]

    # --- Who is asked what ------------------------------------------------------------------------

    def _share(self, member: _Member, lookup: Lookup) -> list[Key]:
        """The walk's questions to one member.

        A body is fetched from who holds it. What a member said of an event includes whether it is
        void, so it is not asked again; anything else is asked of everybody who may know.
        """
        if lookup.bodies:
            return [k for k in lookup.keys if bytes.fromhex(k.key) in member.events]
        return [k for k in lookup.keys if self._concerns(member, k)]

    def _concerns(self, member: _Member, key: Key) -> bool:
        if key.ask is Ask.EVENT:
            return not (member.source.whole and bytes.fromhex(key.key) in member.events)
        if key.ask is Ask.TRANSFORMATION:
            return True
        return self._may_know(member.name, key.key)

    def _unknown_holders(self, keys: Iterable[Key]) -> list[Hole]:
        """Questions about codes that nobody here can know: that is not "nothing is known"."""
        return [
            Hole(NOBODY, k, HoleReason.UNKNOWN_HOLDER)
            for k in keys
            if k.ask not in (Ask.EVENT, Ask.TRANSFORMATION)
            and not any(self._may_know(name, k.key) for name in self._members)
        ]

    def _leads(self, member: _Member, asked: list[Key]) -> list[Key]:
        """What others have followed, and whether its events are void: asked before the walk does.

        From each of the others in turn, so that one that tells too much crowds nobody out.
        """
        codes = sum(k.ask is Ask.CODE for k in asked)
        others = [m for m in self._members.values() if m is not member]
        mine = set(asked)

        def open_among(told: Iterable[Iterable[Key]], most: int) -> Iterator[Key]:
            fair = (k for turn in zip_longest(*told) for k in turn if k is not None)
            wanted = (k for k in fair if k not in mine and not member.ahead.covers(k))
            return islice((k for k in wanted if self._concerns(member, k)), max(most, 0))

        room = MAX_KEYS - len(asked)
        leads = dict.fromkeys(
            open_among((m.followed for m in others), min(MOST_LEADS - codes, room))
        )
        events = open_among((m.noticed for m in others), room - len(leads))
        return list(leads | dict.fromkeys(events))

    # --- Asking -----------------------------------------------------------------------------------

    async def _answer(self, member: _Member, share: list[Key], lookup: Lookup) -> Answer:
        if lookup.bodies:
            return await self._fetch(member, replace(lookup, keys=tuple(share)))
        known = [k for k in share if member.ahead.covers(k)]
        edges = [e for k in known for e in member.ahead.answer(k)]
        asked = [k for k in share if not member.ahead.covers(k)]
        if not asked:
            return Answer(tuple(edges))
        leads = [] if member.silence else self._leads(member, asked)
        answer = await self._asked(member, replace(lookup, keys=(*asked, *leads)))
        direct = member.take(answer, asked, leads)
        own = set(asked)
        holes = tuple(h for h in answer.holes if h.key in own)
        return Answer((*edges, *direct), answer.voids, holes=holes)

    async def _fetch(self, member: _Member, lookup: Lookup) -> Answer:
        if not lookup.keys:
            return Answer()
        answers = [await self._asked(member, lookup)]
        while answers[-1].later:
            answers.append(await self._asked(member, replace(lookup, keys=answers[-1].later)))
        answer = together(answers)
        stamped = (replace(s, subsystems=frozenset({member.name})) for s in answer.events)
        holes = (*answer.holes, *_not_given(member, lookup, answer))
        return Answer((), answer.voids, tuple(stamped), holes)

    async def _asked(self, member: _Member, lookup: Lookup) -> Answer:
        began = time.monotonic()
        try:
            return await self._in_time(member, lookup)
        except Silent as silence:
            member.silence = member.silence or silence
            holes = (Hole(member.name, k, silence.reason, lookup.bodies) for k in lookup.keys)
            return Answer(holes=tuple(holes))
        finally:
            member.spent += time.monotonic() - began

    async def _in_time(self, member: _Member, lookup: Lookup) -> Answer:
        remaining = (self._ends if lookup.bodies else self._walk_ends) - time.monotonic()
        if member.silence and not (lookup.bodies and member.out_of_time):
            raise member.silence
        if remaining <= 0:
            member.out_of_time = True
            raise Silent(*TIMED_OUT)
        seconds = remaining if lookup.bodies else remaining * ROUND_SHARE
        try:
            async with asyncio.timeout(seconds + SLACK_SECONDS):
                answer = await member.source.ask(Inquiry.of(lookup, seconds, self._ids))
        except TimeoutError as error:
            raise Silent(*TIMED_OUT) from error
        self._ids.update((e.event.hex(), _uri(e)) for e in answer.edges)
        return answer


def _not_given(member: _Member, lookup: Lookup, answer: Answer) -> Iterator[Hole]:
    """Events that a member told of and then does not give: nobody may take them for none."""
    given = {s.event.key.hex() for s in answer.events} | {h.key.key for h in answer.holes}
    return (
        Hole(member.name, key, HoleReason.REFUSED, True)
        for key in lookup.keys
        if key.key not in given
    )


def _uri(edge: Edge) -> str:
    """The id of an edge's event as a URI, as ``Event.uri`` is."""
    return edge.id if is_uri(edge.id) else event_urn(edge.id, Code(edge.party))


@dataclass(slots=True, eq=False)
class _Member:
    """One member during one trace.

    ``followed`` are questions that it answered without being asked, and ``noticed`` whether the
    events it told of in doing so are void; ``events`` are all that it told of.
    ``out_of_time`` is not silence: the walk was too long for the deadline.
    """

    name: str
    source: Source
    silence: Silent | None = None
    out_of_time: bool = False
    spent: float = 0.0
    ahead: ToldAhead = field(default_factory=ToldAhead)
    followed: dict[Key, None] = field(default_factory=dict)
    noticed: dict[Key, None] = field(default_factory=dict)
    events: set[bytes] = field(default_factory=set)

    def take(self, answer: Answer, asked: list[Key], leads: list[Key]) -> list[Edge]:
        """Remember what was told; give back the edges that answer what the walk asked."""
        self.events.update(e.event for e in answer.edges)
        open_ = {hole.key for hole in answer.holes}
        self.ahead.cover(k for k in (*asked, *leads, *answer.answered) if k not in open_)
        self.followed.update(dict.fromkeys(answer.answered))
        if not leads and not answer.answered:
            return list(answer.edges)
        self.ahead.keep(answer.edges)
        told = dict.fromkeys(e.event for e in answer.edges)
        self.noticed.update(dict.fromkeys(Key(Ask.EVENT, e.hex()) for e in told))
        return list(dict.fromkeys(e for k in asked for e in self.ahead.answer(k)))
