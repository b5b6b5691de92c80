"""How the API's description tells the bodies of recalls."""

from __future__ import annotations

from typing import Any

from suyuan.domain.recall import CLOCKS
from suyuan.wire.recalls import MOST_CODES, MOST_STATIONS, WORDS_LIMIT

_TEXT = {"type": "string", "minLength": 1}
_TIME = {"type": "string", "format": "date-time"}
_WORDS = {
    "type": "object",
    "additionalProperties": False,
    "properties": {name: {**_TEXT, "maxLength": WORDS_LIMIT} for name in ("zh", "en")},
    "minProperties": 1,
}


def _object(required: list[str], **members: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": members,
        "required": required,
    }


def _body(schema: dict[str, Any], *, required: bool = True) -> dict[str, Any]:
    content = {"application/json": {"schema": schema}}
    return {"requestBody": {"required": required, "content": content}}


_PROPOSAL = _object(
    ["level", "reason"],
    codes={"type": "array", "items": _TEXT, "minItems": 1, "maxItems": MOST_CODES},
    level={"enum": sorted(CLOCKS)},
    reason=_WORDS,
    advice=_WORDS,
    phone=_TEXT,
    stop_sale={"type": "boolean"},
    drill={"type": "boolean"},
    to=_TIME,
    party={**_TEXT, "description": "With lot, in the place of codes: whose lot it is."},
    lot=_TEXT,
    stations={
        "type": "array",
        "maxItems": MOST_STATIONS,
        "items": _object(
            ["place"],
            place=_TEXT,
            spreads={"type": "boolean"},
            kills={"type": "boolean"},
            cleaned_at=_TIME,
        ),
    },
)
_PROPOSAL["properties"]["from"] = _TIME  # a word that Python keeps for itself

PROPOSAL_BODY = _body(_PROPOSAL)
NOTE_BODY = _body(_object([], note=_TEXT), required=False)
WEBHOOK_BODY = _body(_object(["url"], url=_TEXT))
