"""Links as the world sees them: a linkset in JSON, and the ``Link`` header that leads to it.

RFC 9264, 4.2, as GS1-Conformant Resolver 1.2 narrows it (2.10 and its JSON schema): every link has
a title, ``hreflang`` is an array of ``ll`` or ``ll-CC``, a default link has nothing but address and
title, and a thing is described in ``itemDescription``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from suyuan.domain.links import DEFAULT, GS1_VOCABULARY, Link, LinkLevel

LINKSET_JSON = "application/linkset+json"
# Turns a linkset into JSON-LD; it is named and never fetched.
CONTEXT = "https://ref.gs1.org/standards/resolver/linkset-context"
CONTEXT_LINK = (
    f'<{CONTEXT}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'
)

Json = dict[str, Any]


def write_linkset(levels: Sequence[LinkLevel], *, with_context: bool = False) -> Json:
    """``{"linkset": [...]}``, one object for each level; ``with_context`` makes it JSON-LD."""
    body: Json = {"@context": CONTEXT} if with_context else {}
    return body | {"linkset": [_level(level) for level in levels]}


def linkset_link(address: str) -> str:
    """The ``Link`` header that leads from any answer about a thing to its linkset."""
    return f'<{address}?linkType=linkset>; rel="linkset"; type="{LINKSET_JSON}"'


def _level(level: LinkLevel) -> Json:
    body: Json = {"anchor": level.anchor}
    if level.description is not None:
        body["itemDescription"] = level.description
    for link in level.links:
        body.setdefault(GS1_VOCABULARY + link.type, []).append(_target(link))
    return body


def _target(link: Link) -> Json:
    target: Json = {"href": link.href, "title": link.title}
    if link.type == DEFAULT:
        return target
    if link.media_type is not None:
        target["type"] = link.media_type
    if link.languages:
        target["hreflang"] = list(link.languages)
    return target
