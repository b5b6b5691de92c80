"""How the API's description tells the bodies of recalls."""

from __future__ import annotations

from suyuan.domain.recall import CLOCKS
from suyuan.web.body_schemas import TEXT, json_body, object_of
from suyuan.wire.recalls import MOST_CODES, MOST_STATIONS, WORDS_LIMIT

_TIME = {"type": "string", "format": "date-time"}
_WORD = {**TEXT, "maxLength": WORDS_LIMIT}
_WORDS = {**object_of(zh=_WORD, en=_WORD), "minProperties": 1}


_PROPOSAL = object_of(
    ["level", "reason"],
    codes={"type": "array", "items": TEXT, "minItems": 1, "maxItems": MOST_CODES},
    level={"enum": sorted(CLOCKS)},
    reason=_WORDS,
    advice=_WORDS,
    phone=TEXT,
    stop_sale={"type": "boolean"},
    drill={"type": "boolean"},
    to=_TIME,
    party={**TEXT, "description": "With lot, in the place of codes: whose lot it is."},
    lot=TEXT,
    stations={
        "type": "array",
        "maxItems": MOST_STATIONS,
        "items": object_of(
            ["place"],
            place=TEXT,
            spreads={"type": "boolean"},
            kills={"type": "boolean"},
            cleaned_at=_TIME,
        ),
    },
)
_PROPOSAL["properties"]["from"] = _TIME  # a word that Python keeps for itself

PROPOSAL_BODY = json_body(_PROPOSAL)
_STEP = {"type": "integer", "minimum": 1, "description": "The last step that you have seen."}
NOTE_BODY = json_body(object_of(note=TEXT, step=_STEP), required=False)
WEBHOOK_BODY = json_body(object_of(["url"], url=TEXT))
