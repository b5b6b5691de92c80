"""The links of a product's entry: checked on their way in, and as they are shown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from suyuan.domain.links import REGISTRABLE_TYPES, bare_type
from suyuan.domain.register import Naming, ProductLink
from suyuan.wire.reading import Reading, quoted
from suyuan.wire.register_cards import LANGUAGES_LIMIT, LINKS_LIMIT, NAME_LIMIT, URL_LIMIT

_MEMBERS = frozenset({"type", "url", "title", "languages", "media_type"})
_TITLE = frozenset({"zh", "en"})
# What the schema of GS1's linksets takes, and no more of RFC 5646.
_LANGUAGE = re.compile(r"[a-z]{2}(-[A-Z]{2})?")
_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9][a-z0-9!#$&^_.+-]*")
_LANGUAGE_CHARACTERS, _MEDIA_TYPE_CHARACTERS = 20, 100
_HOST = re.compile(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]([a-z0-9-]*[a-z0-9])?")
_ADDRESS = re.compile(r"https://[!-~]+")


def read_links(reading: Reading, raw: dict[str, Any]) -> tuple[ProductLink, ...]:
    """The member ``links``: at most ``LINKS_LIMIT``, no two of which a resolver could not tell."""
    found: list[ProductLink] = []
    places: dict[object, str] = {}
    for place, value in enumerate(reading.array(raw, "links", "", LINKS_LIMIT)):
        at = f"/links/{place}"
        link = _read_link(reading, value, at)
        if link is None:
            continue
        claims = (link.type, link.languages, link.media_type)
        other = places.setdefault(claims, at)
        if other != at:
            reading.fault("link_repeated", at, other=other)
        found.append(link)
    return tuple(found)


def _read_link(reading: Reading, value: Any, at: str) -> ProductLink | None:
    raw = reading.members(value, at, _MEMBERS)
    if raw is None:
        return None
    if isinstance(raw.get("type"), str):
        raw = {**raw, "type": bare_type(raw["type"])}
    link_type = reading.one_of(raw, "type", at, REGISTRABLE_TYPES, required=True)
    url = reading.text(raw, "url", at, limit=URL_LIMIT, required=True)
    if url is not None and not _is_public(url):
        reading.fault("link_url", f"{at}/url", value=quoted(url))
    media_type = reading.text(raw, "media_type", at, limit=_MEDIA_TYPE_CHARACTERS)
    if media_type is not None and not _MEDIA_TYPE.fullmatch(media_type):
        reading.fault("link_media_type", f"{at}/media_type", value=quoted(media_type))
    title = reading.object(raw, "title", at, _TITLE) or {}
    naming = Naming(
        *(reading.text(title, n, f"{at}/title", limit=NAME_LIMIT) for n in ("zh", "en"))
    )
    languages = _read_languages(reading, raw, at)
    return ProductLink(link_type or "", url or "", naming, languages, media_type)


def _read_languages(reading: Reading, raw: dict[str, Any], at: str) -> tuple[str, ...]:
    tags = reading.texts(raw, "languages", at, limit=_LANGUAGE_CHARACTERS, count=LANGUAGES_LIMIT)
    for place, tag in enumerate(tags):
        if not _LANGUAGE.fullmatch(tag):
            reading.fault("link_language", f"{at}/languages/{place}", value=tag)
    return tuple(dict.fromkeys(tags))


def _is_public(url: str) -> bool:
    """Whether an address is one that a shopper's phone may be sent to.

    A name, not a number: an address inside somebody's network is nobody's product page.
    """
    if not _ADDRESS.fullmatch(url):
        return False
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises where it is no number
    except ValueError:
        return False
    return parts.username is None and _HOST.fullmatch(parts.hostname or "") is not None


def write_links(links: Sequence[ProductLink]) -> list[dict[str, Any]]:
    """The links as the register shows them; what is not known is null or empty."""
    return [
        {
            "type": link.type,
            "url": link.url,
            "title": {"zh": link.title.zh, "en": link.title.en},
            "languages": list(link.languages),
            "media_type": link.media_type,
        }
        for link in links
    ]
