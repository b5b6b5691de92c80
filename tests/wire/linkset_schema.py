"""A JSON Schema of what our linksets must be, written from RFC 9264 and GS1's own narrowing of it.

RFC 9264, 4.2: an object with ``linkset`` alone (JSON-LD: a context beside it), an array of link
context objects; each has an ``anchor`` and, under each relation type, a non-empty array of link
target objects with ``href``. GS1-Conformant Resolver 1.2, 2.5 and 2.10: relation types are URIs of
the vocabulary, ``title`` is required, ``hreflang`` is an array of ``ll`` or ``ll-CC``, exactly one
default link with nothing but address and title.
"""

from __future__ import annotations

from typing import Any

_URI = {"type": "string", "pattern": "^https?://[!-~]+$"}
_TARGET = {
    "type": "object",
    "required": ["href", "title"],
    "additionalProperties": False,
    "properties": {
        "href": _URI,
        "title": {"type": "string", "minLength": 1},
        "type": {"type": "string", "pattern": "^[a-z]+/[a-z0-9!#$&^_.+-]+$"},
        "hreflang": {
            "type": "array",
            "minItems": 1,
            "uniqueItems": True,
            "items": {"type": "string", "pattern": "^[a-z]{2}(-[A-Z]{2})?$"},
        },
    },
}
_DEFAULT = {
    "type": "object",
    "required": ["href", "title"],
    "additionalProperties": False,
    "properties": {"href": _URI, "title": {"type": "string", "minLength": 1}},
}
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["linkset"],
    "additionalProperties": False,
    "properties": {
        "@context": _URI,
        "linkset": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["anchor"],
                "additionalProperties": False,
                "properties": {
                    "anchor": _URI,
                    "itemDescription": {"type": "string", "minLength": 1},
                },
                "patternProperties": {
                    "^https://ref\\.gs1\\.org/voc/defaultLink$": {
                        "type": "array",
                        "minItems": 1,
                        "maxItems": 1,
                        "items": _DEFAULT,
                    },
                    "^https://ref\\.gs1\\.org/voc/(?!default)[A-Za-z]+$": {
                        "type": "array",
                        "minItems": 1,
                        "items": _TARGET,
                    },
                },
            },
        },
    },
}
# Clause 3, and the JSON schema that it names.
DESCRIPTION: dict[str, Any] = {
    "type": "object",
    "required": ["resolverRoot", "supportedPrimaryKeys"],
    "properties": {
        "resolverRoot": _URI,
        "name": {"type": "string", "minLength": 1},
        "supportedPrimaryKeys": {
            "type": "array",
            "minItems": 1,
            "uniqueItems": True,
            "items": {
                "enum": [
                    *("all", "01", "8006", "8013", "8010", "410", "411", "412", "413", "414"),
                    *("415", "417", "8017", "8018", "255", "00", "253", "401", "402", "8003"),
                    "8004",
                ]
            },
        },
        "supportedLinkType": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["namespace", "prefix"],
                "properties": {
                    "namespace": _URI,
                    "prefix": {"type": "string", "pattern": "^[a-zA-Z_][A-Za-z0-9_-]*:$"},
                },
            },
        },
        "linkTypeDefaultCanBeLinkset": {"type": "boolean"},
        "jsonLdContextLocation": _URI,
    },
}
