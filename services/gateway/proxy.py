"""``/{subsystem}/…``: a subsystem's own API through the gateway, path and query as they came.

The caller's key stays here; signed claims go on in its place. What only the gateway may ask is not
there for anybody else.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from urllib.parse import unquote

import httpx
from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import StreamingResponse
from starlette.background import BackgroundTask
from starlette.routing import Match

from services.gateway.members import Members
from services.gateway.registry import Subsystem
from suyuan.domain.caller import Caller
from suyuan.domain.errors import NotKnown, Refused, Unavailable
from suyuan.domain.register import Kind
from suyuan.web import paths
from suyuan.web.auth import CHANGES_KEY_HEADER, CLAIMS_HEADER, Asking

# RFC 9110, 7.6.1: meant for one connection. The rest would betray the caller's key or ours.
_NOT_PASSED_ON = frozenset(
    [
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "host",
        "authorization",
        "cookie",
        "forwarded",
        "x-forwarded-for",
        "x-forwarded-proto",
        "x-forwarded-host",
    ]
) | {CLAIMS_HEADER.lower(), CHANGES_KEY_HEADER.lower()}

_OF_A_BODY = frozenset({"content-length", "content-type", "content-encoding", "expect"})

# A subsystem's answer may stream for long; silence in it may not.
READ_SECONDS = 30.0

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
_WRITING = (
    *("/v1/events", "/v1/files", "/v1/jobs", "/v1/code-ranges", "/epcis/v2/capture"),
    *("/v1/recalls", "/v1/notices", "/v1/webhook", "/v1/filings", "/v1/confirmations"),
    "/v1/certificates",
    "/v1/purchasers",
    *(f"/v1/{kind.plural}/" for kind in Kind),
)
# Read where it is written: a reading service may only select.
_KEPT_BY_INGEST = (
    "/v1/files",
    "/v1/jobs",
    "/v1/code-ranges",
    "/v1/recalls",
    "/v1/notices",
    "/v1/webhook",
    "/v1/filings",
    "/v1/purchasers",
)
_PUBLIC_RECALLS = "/v1/recalls/in-force"
# What one service asks another on a caller's behalf, and nobody from outside.
_NOT_SERVED = tuple(["v1", name] for name in ("lookups", "names", "versions", "changes", "made-at"))

paths.install()
router = APIRouter()


@router.api_route("/{subsystem}/{path:text}", methods=_METHODS, include_in_schema=False)
async def pass_on(request: Request, subsystem: str, caller: Asking) -> Response:
    members: Members = request.app.state.members
    member = members.registry.get(subsystem)
    if member is None:
        raise _not_here(request)
    return await relay(request, member, caller, _raw_path(request, subsystem))


async def relay(
    request: Request,
    member: Subsystem,
    caller: Caller,
    path: str,
    *,
    query: bytes | None = None,
    with_body: bool = True,
) -> Response:
    """The answer of one subsystem to a request, both streamed. ``path`` is as on the wire.

    ``query`` stands in the place of the request's own; a body can be passed on only once. Raises
    Unavailable where the subsystem cannot be reached.
    """
    members: Members = request.app.state.members
    headers = _passed(request.headers.items())
    if not with_body:
        headers = [(k, v) for k, v in headers if k.lower() not in _OF_A_BODY]
    query = request.scope["query_string"] if query is None else query
    outgoing = members.client.build_request(
        request.method,
        _address(member, request.method, path, query),
        content=request.stream() if with_body and _has_body(request) else None,
        headers=[*headers, *members.headers(caller, member.id).items()],
        timeout=httpx.Timeout(READ_SECONDS, connect=1.0),
    )
    try:
        answer = await members.client.send(outgoing, stream=True)
    except httpx.HTTPError as error:
        raise Unavailable("subsystem_unavailable", subsystem=member.id) from error
    response = StreamingResponse(
        _chunks(answer), answer.status_code, background=BackgroundTask(answer.aclose)
    )
    response.raw_headers = [
        (k.lower().encode("latin-1"), v.encode("latin-1"))
        for k, v in _passed(answer.headers.multi_items())
    ]
    return response


async def _chunks(answer: httpx.Response) -> AsyncIterator[bytes]:
    """The body as it is on the wire, compressed or not."""
    async for chunk in answer.aiter_raw():
        yield chunk


def _raw_path(request: Request, subsystem: str) -> str:
    """The path behind the subsystem's id, undecoded: ``%2F`` in a code must stay ``%2F``.

    Raises Refused for dot segments, which a client would resolve out of the prefix, and NotKnown
    for what is not served through here.
    """
    raw: str = request.scope["raw_path"].decode("latin-1").partition("?")[0]
    path = raw.removeprefix(f"/{subsystem}")
    if not path.startswith("/"):
        raise NotKnown("page_unknown")
    # Decoded before it is split, as the subsystem will: %2F must not hide a segment.
    segments = unquote(path).split("/")
    if any(segment in (".", "..") for segment in segments):
        raise Refused("dot_segments")
    if [s for s in segments if s][:2] in _NOT_SERVED:
        raise NotKnown("page_unknown")
    return path


def _not_here(request: Request) -> Exception:
    """405 where a route of the gateway's own has the path and not the method, else 404."""
    own = request.app.routes[:-1]  # this one is the last, and takes any path
    scopes = {method: {**request.scope, "method": method} for method in _METHODS}
    allowed = [m for m, s in scopes.items() if any(r.matches(s)[0] is Match.FULL for r in own)]
    if allowed:
        return HTTPException(405, headers={"Allow": ", ".join(allowed)})
    return NotKnown("page_unknown")


def _address(member: Subsystem, method: str, path: str, query: bytes) -> httpx.URL:
    """The subsystem's address for this call; httpx must not touch the path's encoding."""
    reads = method in ("GET", "HEAD", "OPTIONS")
    kept_there = path.startswith(_KEPT_BY_INGEST) and path != _PUBLIC_RECALLS
    writes = not reads or kept_there
    base = httpx.URL(
        member.ingest_url if writes and path.startswith(_WRITING) else member.query_url
    )
    target = path.encode("latin-1") + (b"?" + query if query else b"")
    return base.copy_with(raw_path=target)


def _has_body(request: Request) -> bool:
    return "content-length" in request.headers or "transfer-encoding" in request.headers


def _passed(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The headers that go on; those beyond ASCII do not, which RFC 9110, 5.5, calls obsolete."""
    return [(k, v) for k, v in headers if k.lower() not in _NOT_PASSED_ON and v.isascii()]
