"""The query interface of EPCIS 2.0 on the wire: ``GET /events`` (clause 12.4; its OpenAPI file).

Parameters out, pages of events in. An answer is hostile input, as any other member's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import msgspec

from suyuan.domain.codes import Code
from suyuan.domain.events import Event, StoredEvent
from suyuan.wire.epcis_document import read_document

# Most servers and the proxies before them take addresses of 8 KiB.
MAX_QUERY_CHARACTERS = 6_000

HEADERS = {
    "Accept": "application/json, application/ld+json",
    "GS1-EPCIS-Min": "2.0.0",
    "GS1-EPCIS-Max": "2.0.0",
    "GS1-CBV-Min": "2.0.0",
    "GS1-CBV-Max": "2.0.0",
}

_BAR = quote("|")

# RFC 8288: <address>; rel="next"
_LINK = re.compile(r'<([^<>]*)>((?:\s*;\s*[^,;=\s]+\s*=\s*(?:"[^"]*"|[^\s";,]+))*)')
_NEXT = re.compile(
    r';\s*rel\s*=\s*(?:"(?:[^"]*\s)?next(?:\s[^"]*)?"|next(?=\s*;|\s*$))', re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Page:
    """The events of one page that could be read, and how many could not."""

    events: tuple[StoredEvent, ...]
    unread: int


def queries(
    name: str, values: Iterable[str], more: Mapping[str, str]
) -> Iterator[tuple[str, list[str]]]:
    """Query strings for all values of a list parameter, each bearably long, with its values.

    Values of a list stand between bars (EPCIS 2.0, 8.2.7.1).
    """
    fixed = "".join(f"&{n}={quote(v, safe='')}" for n, v in more.items())
    room = MAX_QUERY_CHARACTERS - len(name) - len(fixed)
    part: list[str] = []
    length = 0
    for value in values:
        needed = len(quote(value, safe="")) + len(_BAR)
        if part and length + needed > room:
            yield f"{name}={_BAR.join(quote(v, safe='') for v in part)}{fixed}", part
            part, length = [], 0
        part.append(value)
        length += needed
    if part:
        yield f"{name}={_BAR.join(quote(v, safe='') for v in part)}{fixed}", part


def before(moment: datetime) -> str:
    """The bound of an ``LT_`` parameter that lets ``moment`` itself in, to the millisecond."""
    return (moment + timedelta(milliseconds=1)).isoformat()


def next_page(links: Iterable[str], address: str) -> str | None:
    """The address of the next page. Raises ValueError for one on another server."""
    for header in links:
        for link, parameters in _LINK.findall(header):
            if not _NEXT.search(parameters):
                continue
            following = str(urljoin(address, link))
            if urlsplit(following)[:2] != urlsplit(address)[:2]:
                raise ValueError("the next page is on another server")
            return following
    return None


def read_page(body: bytes, reporter: Code, subsystem: str) -> Page:
    """The events of a query document. Raises ValueError where there is no such document.

    An event is its reporter's unless it names another party, as ``suyuan:party`` does.
    """
    try:
        raw = msgspec.json.decode(body)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(f"not JSON: {error}") from error
    reading = read_document(raw, reporter=reporter, now=None)
    listed = _listed(raw)
    if len(listed) != len(reading.events):
        raise ValueError("not an EPCIS query document")
    events = tuple(
        _stored(one.event, one.content, told, subsystem)
        for one, told in zip(reading.events, listed, strict=True)
        if one is not None
    )
    return Page(events, sum(one is None for one in reading.events))


def _listed(raw: Any) -> list[Any]:
    """The list of events of a query document, wherever a wrong document ends."""
    for member in ("epcisBody", "queryResults", "resultsBody", "eventList"):
        raw = raw.get(member) if isinstance(raw, dict) else None
    return raw if isinstance(raw, list) else []


def _stored(event: Event, content: bytes, raw: Mapping[str, Any], subsystem: str) -> StoredEvent:
    return StoredEvent(
        event, _recorded(event, raw.get("recordTime")), content, "", False, frozenset({subsystem})
    )


def _recorded(event: Event, told: Any) -> datetime:
    """When the server learnt it, which it need not tell; then no later than it is about."""
    try:
        recorded = datetime.fromisoformat(told) if isinstance(told, str) else None
    except ValueError:
        recorded = None
    if recorded is not None and recorded.tzinfo is not None and 1900 <= recorded.year <= 2200:
        return recorded
    return event.correction.declared_at if event.correction else event.time
