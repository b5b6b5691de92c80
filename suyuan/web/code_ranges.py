"""What the routes of the code service take, at a subsystem and at the gateway alike."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from suyuan.domain.coding.ranges import CodeState
from suyuan.domain.coding.schemes import SCHEMES
from suyuan.web.body_schemas import TEXT, json_body, object_of
from suyuan.wire.coding import MOST_CODES, MOST_LABELS, MOST_NAMED
from suyuan.wire.labels.layouts import LAYOUTS, LabelFormat

PATH = "/v1/code-ranges"
_MOST_LISTED = 1_000
_FIRST = {"type": "integer", "minimum": 0}


class RangeListQuery(BaseModel):
    """Where in the list: ``before`` is the last range of the page before."""

    model_config = ConfigDict(extra="forbid")

    before: UUID | None = None
    limit: Annotated[int, Field(ge=1, le=_MOST_LISTED)] = 100


def _count(most: int) -> dict[str, Any]:
    return {"type": "integer", "minimum": 1, "maximum": most}


ORDER_BODY = json_body(
    object_of(
        ["scheme", "stem", "count"],
        scheme={"enum": list(SCHEMES)},
        stem={**TEXT, "description": "What the codes begin with: of a product its GTIN."},
        count=_count(MOST_CODES),
        lot=TEXT,
        party={**TEXT, "description": "For whom a department asks."},
    )
)
NOTICE_BODY = json_body(
    object_of(
        ["state"],
        state={"enum": [state.value for state in CodeState if state is not CodeState.ISSUED]},
        reason=TEXT,
        lot=TEXT,
        first=_FIRST,
        count=_count(MOST_CODES),
        codes={"type": "array", "items": TEXT, "minItems": 1, "maxItems": MOST_NAMED},
    )
)
LABELS_BODY = json_body(
    object_of(
        ["format"],
        format={"enum": [form.value for form in LabelFormat]},
        layout={"enum": list(LAYOUTS)},
        title=TEXT,
        first=_FIRST,
        count=_count(MOST_LABELS),
    )
)
