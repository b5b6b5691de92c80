"""Any EPCIS 2.0 server as a source, by the standard's own query interface alone.

Nothing is asked of the server but ``GET /events`` with ``MATCH_anyEPC``, ``MATCH_anyEPCClass``,
``EQ_transformationID``, ``EQ_eventID`` and ``EQ_ILMD_cbvmda:lotNumber``; its pages are followed.
It may spell things as Digital Links or as URNs: it is asked by both.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

import httpx

from suyuan.domain.answers import answers
from suyuan.domain.codes import Code
from suyuan.domain.codes.epc_spellings import urns
from suyuan.domain.codes.gs1 import is_lot_key
from suyuan.domain.events import StoredEvent
from suyuan.domain.inquiry import ids_in, seconds_for
from suyuan.domain.lookup import Answer, Ask, Edge, Hole, HoleReason, Key, Lookup, Void, edges_of
from suyuan.sources.asking import Silent, fetch
from suyuan.sources.line import Line
from suyuan.wire.epcis_query import HEADERS, Page, before, next_page, queries, read_page

# What one answer of a foreign server may be: beyond it the question is truncated.
MAX_PAGES = 100
MAX_EVENTS = 20_000

# Queries of one lookup that are under way at once: a frontier of many codes takes several.
AT_ONCE = 8

_BY_ID = "EQ_eventID"
_EVENT_NODE = "event:"
_CLASS_MARKS = ("/10/",)
_SERIAL_MARKS = ("/21/", "/00/", "/8003/", "/8004/")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a server is spoken to: see ``services.gateway.registry.Epcis``."""

    party: Code
    company_prefixes: Sequence[str] = ()
    links: bool = True
    urns: bool = True
    events_path: str = "/events"


class EpcisSource:
    """Asks one server, for the length of one trace: what it told is remembered that long.

    ``headers`` carry the city's credential there; the caller's own rights are applied at the edge.
    Raises Silent when no query was answered; a query that was not is a hole for its questions.
    """

    whole = True

    def __init__(
        self,
        subsystem: str,
        client: httpx.AsyncClient,
        line: Line,
        dialect: Dialect,
        headers: Mapping[str, str],
    ) -> None:
        self.subsystem = subsystem
        self._client = client
        self._line = line
        self._dialect = dialect
        self._headers = {**HEADERS, **headers}
        self._told: dict[bytes, dict[_Version, _Told]] = defaultdict(dict)

    async def ask(self, lookup: Lookup) -> Answer:
        ends = time.monotonic() + seconds_for(lookup, self._line.timeout)
        holes = await self._learn(_Questions(lookup, self._dialect, self._told), ends)
        known = [t for told in self._told.values() for t in told.values() if t.is_known(lookup)]
        return self._answer(known, lookup, holes)

    # --- What was told ----------------------------------------------------------------------------

    def _answer(self, known: Sequence[_Told], lookup: Lookup, holes: tuple[Hole, ...]) -> Answer:
        index = _Index(e for t in known for e in t.edges)
        edges = dict.fromkeys(e for k in lookup.keys for e in index.answering(k))
        asked = {bytes.fromhex(k.key) for k in lookup.keys if k.ask is Ask.EVENT}
        told = asked | {e.event for e in edges}
        voids = (t.void for t in known if t.void is not None and t.void.event in told)
        bodies = (t.stored for t in known if lookup.bodies and t.void is None)
        return Answer(
            tuple(edges),
            tuple(dict.fromkeys(voids)),
            tuple(s for s in bodies if s.event.key in asked),
            holes,
        )

    def _remember(self, page: Page) -> None:
        for stored in page.events:
            version = (stored.event.party.key, stored.content, stored.event.correction is None)
            self._told[stored.event.key].setdefault(version, _Told.of(stored))

    # --- Asking -----------------------------------------------------------------------------------

    async def _learn(self, questions: _Questions, ends: float) -> tuple[Hole, ...]:
        """Ask all queries, a few at a time; what they leave open, as holes."""
        room = asyncio.Semaphore(AT_ONCE)

        async def one(query: str) -> HoleReason | Silent | None:
            async with room:
                try:
                    return await self._follow(query, ends)
                except Silent as silence:
                    return silence

        asked = list(questions.queries())
        told = await asyncio.gather(*(one(query) for query, _ in asked))
        silent = [t for t in told if isinstance(t, Silent)]
        if silent and len(silent) == len(told):
            raise silent[0]
        open_ = {
            key: t.reason if isinstance(t, Silent) else t
            for (_, keys), t in zip(asked, told, strict=True)
            if t is not None
            for key in keys
        }
        return tuple(Hole(self.subsystem, k, r, questions.bodies) for k, r in open_.items())

    async def _follow(self, query: str, ends: float) -> HoleReason | None:
        """Read a query page after page; why it is not whole, if it is not."""
        address: str | None = f"{self._line.url}{self._dialect.events_path}?{query}"
        seen: set[str] = set()
        count, unread = 0, 0
        while address is not None:
            if address in seen or len(seen) >= MAX_PAGES or count > MAX_EVENTS:
                return HoleReason.TRUNCATED
            seen.add(address)
            try:
                page, address = await self._page(address, ends)
            except Silent as silence:
                if len(seen) == 1:
                    raise
                return silence.reason
            self._remember(page)
            count, unread = count + len(page.events), unread + page.unread
        # Something is there that we cannot read, and that may be what was asked for.
        return HoleReason.TRUNCATED if unread else None

    async def _page(self, address: str, ends: float) -> tuple[Page, str | None]:
        async def once(most: float | None) -> tuple[Page, str | None]:
            remaining = max(ends - time.monotonic(), 0)
            return await fetch(
                self._client,
                self._client.build_request("GET", address, headers=self._headers),
                self._read(address),
                seconds=remaining if most is None else min(most, remaining),
            )

        return await self._line.breaker.guard(once)

    def _read(self, address: str) -> Callable[[httpx.Headers, bytes], tuple[Page, str | None]]:
        def read(headers: httpx.Headers, body: bytes) -> tuple[Page, str | None]:
            page = read_page(body, self._dialect.party, self.subsystem)
            return page, next_page(headers.get_list("link"), address)

        return read


_Version = tuple[str, bytes, bool]


@dataclass(frozen=True, slots=True)
class _Told:
    """An event that the server told, or an error declaration; with its edges, or its void."""

    stored: StoredEvent
    edges: tuple[Edge, ...]
    void: Void | None

    @classmethod
    def of(cls, stored: StoredEvent) -> _Told:
        event = stored.event
        void = Void(event.key, event.party.key, stored.authority, stored.record_time)
        return cls(stored, tuple(edges_of(event)), void if event.correction else None)

    def is_known(self, lookup: Lookup) -> bool:
        return lookup.known_at is None or self.stored.record_time <= lookup.known_at


class _Index:
    """Edges by what they are asked by."""

    def __init__(self, edges: Iterable[Edge]) -> None:
        self._of_code: dict[str, list[Edge]] = defaultdict(list)
        self._of_other: dict[str, list[Edge]] = defaultdict(list)
        for edge in edges:
            self._of_code[edge.code].append(edge)
            if edge.other is not None:
                self._of_other[edge.other].append(edge)

    def answering(self, key: Key) -> Iterator[Edge]:
        by_code = key.ask in (Ask.CODE, Ask.CONTAINER)
        found = (self._of_code if by_code else self._of_other).get(key.key, ())
        return (e for e in found if answers(e, key))


class _Questions:
    """A lookup as queries of the standard, each with the questions that it answers."""

    def __init__(self, lookup: Lookup, dialect: Dialect, told: Container[bytes]) -> None:
        self.bodies = lookup.bodies
        self._lookup = lookup
        self._dialect = dialect
        self._told = told

    def queries(self) -> Iterator[tuple[str, list[Key]]]:
        """Each query string, with the questions that it answers."""
        wanted: dict[str, dict[str, list[Key]]] = defaultdict(lambda: defaultdict(list))
        for key in self._lookup.keys:
            for parameter, value in self._asking(key):
                wanted[parameter][value].append(key)
        for parameter, values in wanted.items():
            bounds = {} if parameter == _BY_ID else self._bounds()
            for query, part in queries(parameter, values, bounds):
                yield query, list(dict.fromkeys(k for value in part for k in values[value]))

    def _bounds(self) -> dict[str, str]:
        """No later event than any question is about."""
        bounds = [k.until for k in self._lookup.keys if k.ask is not Ask.EVENT]
        known = [b for b in bounds if b is not None]
        if not known or len(known) < len(bounds):
            return {}
        return {"LT_eventTime": before(max(known))}

    def _asking(self, key: Key) -> Iterator[tuple[str, str]]:
        if key.ask is Ask.EVENT or key.key.startswith(_EVENT_NODE):
            yield from self._asking_event(key.key.removeprefix(_EVENT_NODE))
        elif key.ask is Ask.TRANSFORMATION:
            yield "EQ_transformationID", key.key
        else:
            yield from self._asking_code(key)

    def _asking_event(self, key: str) -> Iterator[tuple[str, str]]:
        """What this server told came with its declarations; of others' events the id is known."""
        uri = ids_in(self._lookup).get(key)
        if bytes.fromhex(key) not in self._told and uri is not None:
            yield _BY_ID, uri

    def _asking_code(self, key: Key) -> Iterator[tuple[str, str]]:
        for spelled in self._spellings(key.key):
            if not any(mark in spelled for mark in _SERIAL_MARKS):
                yield "MATCH_anyEPCClass", spelled
            if not _is_class(spelled):
                yield "MATCH_anyEPC", spelled
        if key.ask is Ask.CONTENTS and is_lot_key(key.key):
            yield "EQ_ILMD_cbvmda:lotNumber", unquote(key.key.rpartition("/")[2])

    def _spellings(self, key: str) -> list[str]:
        others = urns(key, self._dialect.company_prefixes) if self._dialect.urns else []
        return [*((key,) if self._dialect.links or not others else ()), *others]


def _is_class(spelled: str) -> bool:
    return spelled.startswith("urn:epc:class:") or any(m in spelled for m in _CLASS_MARKS)
