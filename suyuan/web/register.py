"""What the register's routes take and give, at a subsystem and at the gateway alike."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict

from suyuan.domain.activities import SECTORS
from suyuan.domain.links import REGISTRABLE_TYPES
from suyuan.domain.profiles.members import OWN_WORD
from suyuan.domain.register import CATEGORIES, Kind
from suyuan.web.body_schemas import DATE, TEXT, json_body, object_of
from suyuan.web.times import QueryDay
from suyuan.wire.register_cards import BRANDS_LIMIT, LINKS_LIMIT, URL_LIMIT


class RegisterQuery(BaseModel):
    """Which versions of an entry: the one that holds on a day, or all up to it."""

    model_config = ConfigDict(extra="forbid")

    as_of: QueryDay | None = None
    history: bool = False


PUT_TEXT = {
    Kind.PARTY: """登记主体 · Register a party, by its USCC, its GLN or an enterprise's own code.

An enterprise registers itself, and parties of its own list that have no code of their own; a
department anybody in its subsystem. `type` is `organisation`, or `person` (the default for an own
code): of a person nothing is public.
""",
    Kind.PLACE: """登记地点 · Register a place, by its GLN, its market node or an own code.

An enterprise registers its own places; whoever is first with an id keeps it, and a department may
override that.
""",
    Kind.PRODUCT: """登记产品 · Register a product, by its GTIN or its maker's own code.

An enterprise registers its own products; whoever is first with a GTIN keeps it, and a department
may override that.
""",
}
PUT_MORE = """
Nothing is overwritten: the body is a version of its own, valid from `valid_from` (today, if it says
none). The same content again is `repeated`. Faults are 422, each with its JSON pointer.
"""
GET_TEXT = {
    Kind.PARTY: """主体 · A party: the version that holds today.

Names, district and licences of an organisation are public, its address is for officials; `contact`
is for its department and itself. `redacted` names what was emptied.
""",
    Kind.PLACE: "地点 · A place: the version that holds today.\n",
    Kind.PRODUCT: "产品 · A product: the version that holds today.\n",
}
GET_MORE = """
`as_of=DATE` gives the version that holds on that day (404 before the first), `history=true` all
versions, the newest first, each with the day on which it ceased to hold.
"""

_DISTRICT = {"type": "string", "pattern": "^[0-9]{6}$", "description": "GB/T 2260"}


_NAMES = {**object_of(zh=TEXT, en=TEXT), "minProperties": 1}
_LINKS = {
    "type": "array",
    "description": "addresses that a GS1 resolver leads to; types of the GS1 Web Vocabulary",
    "maxItems": LINKS_LIMIT,
    "items": {
        **object_of(
            type={"enum": list(REGISTRABLE_TYPES)},
            url={"type": "string", "pattern": "^https://", "maxLength": URL_LIMIT},
            title=object_of(zh=TEXT, en=TEXT),
            languages={
                "type": "array",
                "items": {"type": "string", "pattern": "^[a-z]{2}(-[A-Z]{2})?$"},
            },
            media_type=TEXT,
        ),
        "required": ["type", "url"],
    },
}
# The members of an entry, each with its schema.
ENTRY_MEMBERS: dict[Kind, dict[str, Any]] = {
    Kind.PARTY: {
        "names": _NAMES,
        "type": {"enum": ["organisation", "person"]},
        "district": _DISTRICT,
        "address": TEXT,
        "licences": {
            "type": "array",
            "items": {
                **object_of(number=TEXT, type=TEXT, valid_from=DATE, valid_to=DATE),
                "required": ["number"],
            },
        },
        "contact": object_of(person=TEXT, phone=TEXT, legal_representative=TEXT),
        "categories": {
            "type": "array",
            "description": "one of these, or a party of the sector's profile (GET /v1/catalogue)",
            "items": {
                "anyOf": [
                    {"enum": list(CATEGORIES)},
                    {"type": "string", "pattern": f"^{OWN_WORD}$"},
                ]
            },
        },
        "brands": {
            "type": "array",
            "maxItems": BRANDS_LIMIT,
            "items": object_of(["names"], names=_NAMES, trademark=TEXT),
        },
        "valid_from": DATE,
    },
    Kind.PLACE: {
        "names": _NAMES,
        "party": TEXT,
        "district": _DISTRICT,
        "address": TEXT,
        "valid_from": DATE,
    },
    Kind.PRODUCT: {
        "names": _NAMES,
        "party": TEXT,
        "producer": TEXT,
        "spec": TEXT,
        "shelf_life": TEXT,
        "sector": {"enum": list(SECTORS)},
        "standard": TEXT,
        "links": _LINKS,
        "valid_from": DATE,
    },
}


def body_of(kind: Kind) -> dict[str, Any]:
    """How the API's description tells the body of a PUT."""
    return json_body(object_of(["names"], **ENTRY_MEMBERS[kind]))


Endpoint = Callable[..., Awaitable[Response]]


def add_puts(router: APIRouter, putting: Callable[[Kind], Endpoint], *, more: str = "") -> None:
    """Declare the routes by which entries are registered; ``putting`` answers for one kind."""
    for kind in Kind:
        text = PUT_TEXT[kind] + PUT_MORE + more
        _add(router, "PUT", kind, putting(kind), text, openapi_extra=body_of(kind))


def add_gets(router: APIRouter, getting: Callable[[Kind], Endpoint], *, more: str = "") -> None:
    """Declare the routes by which entries are read; ``getting`` answers for one kind."""
    for kind in Kind:
        _add(router, "GET", kind, getting(kind), GET_TEXT[kind] + GET_MORE + more)


def _add(
    router: APIRouter, method: str, kind: Kind, endpoint: Endpoint, description: str, **more: Any
) -> None:
    router.add_api_route(
        f"/v1/{kind.plural}/{{entry_id:path}}",
        endpoint,
        methods=[method],
        tags=["register"],
        name=f"{method.lower()}_{kind.name.lower()}",
        description=description,
        **more,
    )
