"""Answering the gateway's lookups: so many questions at a time, within the time that was given."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from datetime import UTC, datetime

from suyuan.domain import policy
from suyuan.domain.answers import together
from suyuan.domain.caller import Caller, CallerRole
from suyuan.domain.errors import Unavailable
from suyuan.domain.lookup import Answer, Direction, Hole, HoleReason, Lookup
from suyuan.domain.naming import Wanted
from suyuan.domain.profiles.showing import Showing
from suyuan.sources.names import OwnNames
from suyuan.sources.postgres import PostgresSource
from suyuan.storage.engine import Database
from suyuan.web.accesses import Told, add_asked, uris_of
from suyuan.wire.lookups import AskedLookup, write_response

# Questions of one statement. Each may have as many edges as one answer may hold, so that what is
# in memory at once is bounded by how much is read before the next statement.
STRETCH = 1_000
# Whole events are up to a thousand times as long as edges.
STRETCH_OF_BODIES = 200
# Enough for one answer: what is asked beyond it goes on behind the cursor. An event weighs more.
ENOUGH_EDGES = 20_000
EDGES_PER_BODY = 20
# Of the time given, what is left for sending the answer.
SENDING_SHARE = 0.1


class Answering:
    """Answers from one subsystem's database as the caller may see it."""

    def __init__(
        self,
        database: Database,
        caller: Caller,
        *,
        source: PostgresSource,
        subsystem: str,
        showing: Showing,
        told: Told | None = None,
    ) -> None:
        """``showing`` marks what the public is not shown; ``told`` is where to note what an
        official is told.
        """
        self._showing = showing
        self._told = told
        self._database = database
        self._caller = caller
        self._subsystem = subsystem
        self._enough = min(source.max_edges, ENOUGH_EDGES)
        self._source = source

    async def answer(self, asked: AskedLookup) -> bytes:
        """The body of the answer. Raises Unavailable where no question was answered in time."""
        wanted = replace(asked.lookup, keys=asked.lookup.keys[asked.skip :])
        if _is_withheld(wanted, self._caller):
            return self._withheld(wanted)
        ends = time.monotonic() + asked.seconds * (1 - SENDING_SHARE)
        try:
            answer, done = await self._in_time(wanted, ends)
        except TimeoutError as error:
            given = round(asked.seconds * 1000)
            raise Unavailable("lookup_too_slow", milliseconds=given) from error
        cursor = asked.skip + done if done < len(wanted.keys) else None
        about = replace(wanted, keys=wanted.keys[:done])
        if self._told is not None:
            _note(self._told, asked.trace_id, about, answer)
        return write_response(answer, about, cursor=cursor, watermark=datetime.now(UTC))

    async def _in_time(self, wanted: Lookup, ends: float) -> tuple[Answer, int]:
        """What was answered until then, and how many questions that are."""
        size = STRETCH_OF_BODIES if wanted.bodies else STRETCH
        told: list[Answer] = []
        done = 0
        while done < len(wanted.keys) and sum(map(_weight, told)) < self._enough:
            stretch = replace(wanted, keys=wanted.keys[done : done + size])
            try:
                async with asyncio.timeout(ends - time.monotonic()):
                    told.append(await self._seen(stretch))
            except TimeoutError:
                if not told:
                    raise
                break
            done += len(stretch.keys) - len(told[-1].later)
        return together(told), done

    async def _seen(self, lookup: Lookup) -> Answer:
        """Rights are decided here, where the data are: what may not be seen never leaves."""
        answer = await self._source.ask(lookup)
        organisations = await self._registered_sources(answer)
        marked = map(self._showing.marked, answer.events)
        events = tuple(policy.stored_view(s, self._caller, organisations) for s in marked)
        return replace(answer, events=events)

    async def _registered_sources(self, answer: Answer) -> frozenset[str]:
        """Of the sources with an enterprise's own code those registered as organisations."""
        sources = (stored.event.source.party for stored in answer.events)
        own = dict.fromkeys(p.key for p in sources if p is not None and p.scheme == "private")
        if not own:
            return frozenset()
        known = await OwnNames(self._database).ask(Wanted(parties=tuple(own)))
        return known.organisations

    def _withheld(self, wanted: Lookup) -> bytes:
        holes = (Hole(self._subsystem, k, HoleReason.WITHHELD) for k in wanted.keys)
        nothing = Answer(holes=tuple(holes))
        needs = CallerRole.ENTERPRISE.value
        return write_response(
            nothing, wanted, cursor=None, watermark=datetime.now(UTC), needs=needs
        )


def _is_withheld(wanted: Lookup, caller: Caller) -> bool:
    """Where a product went is not public, whatever the gateway lets through."""
    downwards = wanted.direction in (Direction.DOWN, Direction.BOTH)
    return downwards and caller.role is CallerRole.CONSUMER


def _note(told: Told, trace_id: str, asked: Lookup, answer: Answer) -> None:
    """What an official is told: the codes of which something is held, and whole events."""
    told.trace = trace_id or None
    told.asked_count = len(asked.keys)
    told.events = len(answer.events)
    told.edges = len(answer.edges)
    held = {edge.code for edge in answer.edges} | {edge.other for edge in answer.edges}
    add_asked(told, (key.key for key in asked.keys if key.key in held))
    add_asked(told, uris_of(stored.event for stored in answer.events))


def _weight(answer: Answer) -> int:
    return len(answer.edges) + EDGES_PER_BODY * len(answer.events)
