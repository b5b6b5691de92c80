"""What the routes of filings take, at a subsystem and at the gateway alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from suyuan.domain.filing import PERSON_ROLES, FilingAction, FilingState
from suyuan.domain.register import Kind
from suyuan.web.body_schemas import DATE, TEXT, json_body, object_of
from suyuan.web.register import ENTRY_MEMBERS, Endpoint
from suyuan.wire.filing_steps import MOST_REASONS, NOTE_LIMIT
from suyuan.wire.filings import MOST_PEOPLE, MOST_PLACES, MOST_PRODUCTS

PATH = "/v1/filings"
ONE = PATH + "/{filing_id:uuid}"

MOST_LISTED = 500
_LONGEST_ID = 2_048


class FilingsQuery(BaseModel):
    """Which filings: ``after`` is the last one of the page before."""

    model_config = ConfigDict(extra="forbid")

    state: Annotated[list[FilingState], Field(max_length=5)] | None = None
    party: Annotated[str, Field(max_length=_LONGEST_ID)] | None = None
    after: UUID | None = None
    limit: Annotated[int, Field(ge=1, le=MOST_LISTED)] = 100


class FilingQuery(BaseModel):
    """``step`` asks for the dossier that held at that step."""

    model_config = ConfigDict(extra="forbid")

    step: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None


class AnswerQuery(BaseModel):
    """``step`` is the number of the last step that was seen."""

    model_config = ConfigDict(extra="forbid")

    step: Annotated[int, Field(ge=1, le=2**31 - 1)]


FILE_TEXT = """提交备案 · File a dossier of yourself: who you are, your places, products and people.

For enterprises, with a USCC. The department of the subsystem reviews it; once it approves, the
register says what was filed, from `valid_from` on (today, if it says none). One filing at a time is
under way: 409 `filing_open` names it. `people` are sealed at rest, and shown to nobody but you and
the department. Faults are 422, each with its JSON pointer.
"""
AGAIN_TEXT = """补正备案 · File a corrected dossier in the place of the one before.

`step` is the last step that you have seen: 409 `filing_moved` if the department acted meanwhile.
What was approved is not edited: file the change as a new filing.
"""
LIST_TEXT = """备案列表 · Filings, the oldest first; an enterprise's own, for officials all of them.

`after` is the last one of the page before.
"""
SHOW_TEXT = """备案 · A filing with every step, and its dossier, or the one that held at `step`.

`people` are null for everybody but the department and the enterprise itself.
"""
STEP_TEXTS: dict[str, tuple[FilingAction, str]] = {
    "withdraw": (FilingAction.WITHDRAW, "撤回备案 · Give a filing up before it is approved."),
    "approve": (
        FilingAction.APPROVE,
        """批准备案 · Approve it, for the department: the register says it in the same transaction.

`step` is the step that was reviewed: 409 `filing_moved` if the dossier changed since, or somebody
else decided.
""",
    ),
    "return": (
        FilingAction.RETURN,
        """退回备案 · Return it with reasons, each a JSON pointer into the dossier and a sentence.
""",
    ),
    "revoke-licence": (
        FilingAction.REVOKE_LICENCE,
        """吊销许可证 · A licence holds no more from a day on; `note` says why.

What its holder makes or sells from that day on carries the finding `licence_revoked`.
""",
    ),
    "reinstate-licence": (
        FilingAction.REINSTATE_LICENCE,
        "恢复许可证 · A licence that was revoked by mistake holds again, as if it never was.",
    ),
    "revoke": (
        FilingAction.REVOKE,
        """撤销备案 · An approved filing holds no more from a day on; `note` says why.

Until another is approved, the directory says so and later events carry `filing_revoked`.
""",
    ),
}


def _entries(kind: Kind, most: int) -> dict[str, Any]:
    members = {"id": TEXT, **ENTRY_MEMBERS[kind]}
    return {"type": "array", "maxItems": most, "items": object_of(["id", "names"], **members)}


_PARTY = {name: schema for name, schema in ENTRY_MEMBERS[Kind.PARTY].items() if name != "contact"}
_PERSON = object_of(["role", "name"], role={"enum": list(PERSON_ROLES)}, name=TEXT, phone=TEXT)
DOSSIER_BODY = json_body(
    object_of(
        ["party", "people"],
        party=object_of(["names", "categories", "district"], **_PARTY),
        places=_entries(Kind.PLACE, MOST_PLACES),
        products=_entries(Kind.PRODUCT, MOST_PRODUCTS),
        people={"type": "array", "minItems": 1, "maxItems": MOST_PEOPLE, "items": _PERSON},
        valid_from=DATE,
    )
)
_STEP = {"type": "integer", "minimum": 1, "description": "the last step that was seen"}
_NOTE = {**TEXT, "maxLength": NOTE_LIMIT}
_REASON = object_of(["pointer", "text"], pointer={"type": "string"}, text=_NOTE)
_SINCE = {"from": DATE}
STEP_BODIES: dict[FilingAction, dict[str, Any]] = {
    FilingAction.WITHDRAW: json_body(object_of(["step"], step=_STEP, note=_NOTE)),
    FilingAction.APPROVE: json_body(object_of(["step"], step=_STEP, note=_NOTE)),
    FilingAction.RETURN: json_body(
        object_of(
            ["step", "reasons"],
            step=_STEP,
            note=_NOTE,
            reasons={
                "type": "array",
                "minItems": 1,
                "maxItems": MOST_REASONS,
                "items": _REASON,
            },
        )
    ),
    FilingAction.REVOKE: json_body(object_of(["step", "note"], step=_STEP, note=_NOTE, **_SINCE)),
    FilingAction.REVOKE_LICENCE: json_body(
        object_of(["step", "note", "licence"], step=_STEP, note=_NOTE, licence=TEXT, **_SINCE)
    ),
    FilingAction.REINSTATE_LICENCE: json_body(
        object_of(["step", "note", "licence"], step=_STEP, note=_NOTE, licence=TEXT)
    ),
}


def add_steps(router: APIRouter, stepping: Callable[[FilingAction], Endpoint]) -> None:
    """Declare the routes of a filing's steps; ``stepping`` gives what answers one of them."""
    for name, (action, told) in STEP_TEXTS.items():
        router.add_api_route(
            f"{ONE}/{name}",
            stepping(action),
            methods=["POST"],
            name=f"post_{action.value}",
            description=told,
            openapi_extra=STEP_BODIES[action],
        )
