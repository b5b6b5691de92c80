"""Every access of an official is written down where it is answered, before it is answered.

It is done around the routes, so that none can forget to: whatever tells an official something is an
access, but for the few routes named here that tell nobody's data. A route says which codes it told
of, and how many events, with ``tell``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import cast
from uuid import UUID, uuid4

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from suyuan.domain.accesses import (
    MOST_ASKED,
    OFFICIALS,
    Access,
    Purpose,
    may_be_a_person,
    read_purpose,
)
from suyuan.domain.codes import Code
from suyuan.domain.errors import Refused, Unavailable
from suyuan.domain.events import Event
from suyuan.web.access_writer import AccessWriter
from suyuan.web.auth import CLAIMS_HEADER
from suyuan.web.claims import ISSUER
from suyuan.web.logs import caller_of, request_id, route_template
from suyuan.web.problems import problem_of

PURPOSE_HEADER = "Suyuan-Purpose"

# What is told by POST; any other POST reports something, and is in what it stored.
_TELLING_POSTS = frozenset({"/v1/lookups", "/v1/versions"})
# What tells nothing that was reported, or tells everybody the same: what a code is, how the service
# fares, names, the directory, recalls in force; and the feed of the gateway's index: hashes.
_TELLING_NOTHING = frozenset(
    [
        "/metrics",
        "/v1/catalogue",
        "/v1/catalogue/{sector}",
        "/v1/changes",
        "/v1/codes/{text:text}",
        "/v1/directory",
        "/v1/files/template.csv",
        "/v1/files/template.xlsx",
        "/v1/names",
        "/v1/qr/{code:text}.png",
        "/v1/qr/{code:text}.svg",
        "/v1/recalls/in-force",
        "/.well-known/gs1resolver",
    ]
)
# A trace's id is 32 digits of the gateway's.
_TRACE_CHARACTERS = 64

_TOLD = "suyuan.told"
_purpose: ContextVar[Purpose | None] = ContextVar("purpose", default=None)


@dataclass(slots=True)
class Told:
    """What a route has told an official so far."""

    asked: dict[str, None] = field(default_factory=dict)
    asked_count: int = 0
    events: int | None = None
    edges: int = 0
    trace: str | None = None


def told_of(scope: Scope) -> Told | None:
    """Where to note what an official is told; ``None`` where nobody writes it down."""
    asking = caller_of(scope)
    if asking is None or asking.role not in OFFICIALS or scope["app"].state.accesses is None:
        return None
    told: Told = scope.setdefault(_TOLD, Told())
    return told


def tell(
    scope: Scope,
    *,
    codes: Iterable[Code] = (),
    parties: Iterable[Code] = (),
    events: int = 0,
    held: bool = True,
) -> None:
    """Note what a route tells: of which codes and parties, and how many events.

    ``held``: whether anything is told of the codes. Of what nothing is held no key is kept, since
    it may be anything that somebody typed.
    """
    told = told_of(scope)
    if told is None:
        return
    things, holders = list(codes), list(parties)
    named = [*(c.key for c in things), *(p.key for p in holders if not may_be_a_person(p))]
    told.asked_count += len(things) + len(holders)
    told.events = (told.events or 0) + events
    add_asked(told, named if held else ())


def tell_events(scope: Scope, events: Iterable[Event]) -> None:
    """Note events that were asked for by their ids."""
    told = told_of(scope)
    if told is None:
        return
    given = list(events)
    told.asked_count += 1
    told.events = (told.events or 0) + len(given)
    add_asked(told, uris_of(given))


def uris_of(events: Iterable[Event]) -> Iterable[str]:
    """The URIs of events that name no natural person."""
    return (event.uri for event in events if not may_be_a_person(event.party))


def add_asked(told: Told, keys: Iterable[str]) -> None:
    """Note keys that something was told of, as far as there is room."""
    for key in keys:
        if len(told.asked) >= MOST_ASKED:
            return
        told.asked[key] = None


def purpose_headers() -> Mapping[str, str]:
    """The purpose of the request on whose behalf a call is made, to go along with the call."""
    purpose = _purpose.get()
    return {PURPOSE_HEADER: str(purpose)} if purpose is not None else {}


class AccessRecord:
    """Hold an answer to an official back until it is written down that he asked.

    ``app.state.accesses`` is who writes; a service that has none (the gateway, which holds no
    reports) only reads the purpose and hands it on.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get(PURPOSE_HEADER)
        try:
            purpose = read_purpose(given) if given is not None else None
        except Refused as error:
            await problem_of(scope, error)(scope, receive, send)
            return
        token = _purpose.set(purpose)
        try:
            await self._recorded(scope, receive, send)
        finally:
            _purpose.reset(token)

    async def _recorded(self, scope: Scope, receive: Receive, send: Send) -> None:
        writer = cast(AccessWriter | None, scope["app"].state.accesses)
        refused = False

        async def recorded_send(message: Message) -> None:
            nonlocal refused
            if refused:
                return
            if message["type"] == "http.response.start" and _tells(scope, message["status"]):
                assert writer is not None
                try:
                    await writer.record(_access(scope))
                except Unavailable as error:
                    refused = True
                    await problem_of(scope, error)(scope, receive, send)
                    return
            await send(message)

        await self.app(scope, receive, send if writer is None else recorded_send)


def _tells(scope: Scope, status: int) -> bool:
    """Whether an answer tells an official something."""
    asking = caller_of(scope)
    if asking is None or asking.role not in OFFICIALS or status >= 400:
        return False
    route = route_template(scope)
    reads = scope["method"] in ("GET", "HEAD") or route in _TELLING_POSTS
    return reads and route not in _TELLING_NOTHING


def _access(scope: Scope) -> Access:
    asking = caller_of(scope)
    assert asking is not None, "somebody was told something"
    told: Told = scope.get(_TOLD) or Told()
    through = ISSUER if CLAIMS_HEADER in Headers(scope=scope) else None
    return Access(
        uuid4(),
        datetime.now(UTC),
        UUID(request_id(scope)),
        told.trace[:_TRACE_CHARACTERS] if told.trace else None,
        asking.role,
        asking.owner,
        asking.key,
        through,
        route_template(scope),
        tuple(told.asked),
        told.asked_count,
        told.events,
        told.edges,
        purpose=_purpose.get(),
    )
