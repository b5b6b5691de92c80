"""What a request for a consumer page is answered by: read in one look at its headers.

Most requests for a page that is kept take nothing else, so each look more is a tenth of what such
an answer costs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import NamedTuple

from starlette.types import Scope

from suyuan.web.accept import HTML, JSON, JSON_LD, named
from suyuan.web.accesses import PURPOSE_HEADER
from suyuan.web.language import negotiate
from suyuan.web.logs import ID_NAME
from suyuan.web.scans import PURPOSES, is_person, says_ahead
from suyuan.wire.linkset import LINKSET_JSON

# A longer header is nobody's browser, and would only fill the memory of what it means.
_HEADER_LIMIT = 300
# The addresses that a page's own links have, and the bare one; any other query is the code's own.
_QUERIES: dict[bytes, tuple[str | None, bool]] = {
    b"": (None, False),
    **{f"lang={lang}".encode(): (lang, False) for lang in ("zh", "en")},
    **{f"lang={lang}&size=large".encode(): (lang, True) for lang in ("zh", "en")},
}


class Key(NamedTuple):
    """What pages differ by, for readers without a key."""

    path: bytes
    language: str
    elder: bool


class Asked(NamedTuple):
    """A plain question for a page. ``request_id`` is what the caller calls it, as it came."""

    key: Key
    is_scan: bool
    request_id: bytes


_ACCEPT, _LANGUAGE, _AGENT, _ID, _PURPOSE, _NOT_PLAIN = range(6)
_HEADERS = {
    b"accept": _ACCEPT,
    b"accept-language": _LANGUAGE,
    b"user-agent": _AGENT,
    ID_NAME: _ID,
    **dict.fromkeys(PURPOSES, _PURPOSE),
    # Who says who he is, or sends a body.
    **dict.fromkeys(
        [
            b"authorization",
            b"suyuan-claims",
            PURPOSE_HEADER.lower().encode(),
            b"content-length",
            b"transfer-encoding",
            b"expect",
        ],
        _NOT_PLAIN,
    ),
}


def read(scope: Scope, paths: Collection[bytes]) -> Asked | None:
    """What is asked for; ``None`` for every request that is not plainly for a page.

    ``paths`` are the first segments of the addresses of pages.
    """
    if scope["type"] != "http" or scope["method"] != "GET":
        return None
    query: bytes = scope["query_string"]
    chosen = _QUERIES.get(query)
    path: bytes = scope["raw_path"].partition(b"?")[0]
    if chosen is None or path[1:].partition(b"/")[0] not in paths:
        return None
    headers = _headers(scope["headers"])
    if headers is None:
        return None
    accept, accept_language, agent, request_id, is_ahead = headers
    if len(accept) > _HEADER_LIMIT or not _names_page(accept):
        return None
    language, elder = chosen
    if language is None:
        if len(accept_language) > _HEADER_LIMIT:
            return None
        language = _negotiated(accept_language)
    # Choosing language or size leads to the same page anew, and is no scan.
    is_scan = not query and not is_ahead and is_person(agent)
    return Asked(Key(path, language, elder), is_scan, request_id)


def _headers(
    headers: Iterable[tuple[bytes, bytes]],
) -> tuple[bytes, bytes, bytes, bytes, bool] | None:
    """Accept, language, agent, id, and whether it is fetched ahead; ``None`` of no plain question.

    Of two of a kind the choice is not ours to make: such a request goes the long way.
    """
    found, is_ahead = [b"", b"", b"", b""], False
    for name, value in headers:
        meaning = _HEADERS.get(name)
        if meaning is None:
            continue
        if meaning == _NOT_PLAIN:
            return None
        if meaning == _PURPOSE:
            is_ahead = is_ahead or says_ahead(value)
        elif not found[meaning]:
            found[meaning] = value
        elif meaning <= _LANGUAGE:
            return None
    return found[_ACCEPT], found[_LANGUAGE], found[_AGENT], found[_ID], is_ahead


@lru_cache(512)
def _names_page(accept: bytes) -> bool:
    """Whether a page is what the header asks for by name; ``*/*`` may get something else."""
    return named(accept.decode("latin-1"), (HTML, JSON, LINKSET_JSON, JSON_LD)) == HTML


@lru_cache(512)
def _negotiated(accept_language: bytes) -> str:
    return negotiate(accept_language.decode("latin-1")).value
