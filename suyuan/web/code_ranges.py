"""How the API's description tells the bodies of the code service."""

from __future__ import annotations

from typing import Any

from suyuan.domain.coding.ranges import CodeState
from suyuan.domain.coding.schemes import SCHEMES
from suyuan.wire.coding import MOST_CODES, MOST_LABELS, MOST_NAMED
from suyuan.wire.labels.layouts import LAYOUTS, LabelFormat

_TEXT = {"type": "string", "minLength": 1}
_FIRST = {"type": "integer", "minimum": 0}


def _body(required: list[str], **members: Any) -> dict[str, Any]:
    schema = {
        "type": "object",
        "additionalProperties": False,
        "properties": members,
        "required": required,
    }
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def _count(most: int) -> dict[str, Any]:
    return {"type": "integer", "minimum": 1, "maximum": most}


ORDER_BODY = _body(
    ["scheme", "stem", "count"],
    scheme={"enum": list(SCHEMES)},
    stem={**_TEXT, "description": "What the codes begin with: of a product its GTIN."},
    count=_count(MOST_CODES),
    lot=_TEXT,
    party={**_TEXT, "description": "For whom a department asks."},
)
NOTICE_BODY = _body(
    ["state"],
    state={"enum": [state.value for state in CodeState if state is not CodeState.ISSUED]},
    reason=_TEXT,
    lot=_TEXT,
    first=_FIRST,
    count=_count(MOST_CODES),
    codes={"type": "array", "items": _TEXT, "minItems": 1, "maxItems": MOST_NAMED},
)
LABELS_BODY = _body(
    ["format"],
    format={"enum": [form.value for form in LabelFormat]},
    layout={"enum": list(LAYOUTS)},
    title=_TEXT,
    first=_FIRST,
    count=_count(MOST_LABELS),
)
