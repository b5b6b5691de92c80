"""What ``GET /v1/accesses`` takes, at a subsystem and at the gateway alike."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from suyuan.domain.accesses import AccessFilter, Reason
from suyuan.domain.caller import Caller, CallerRole
from suyuan.domain.codes import Use, recognise
from suyuan.domain.errors import CodeError, Fault, QuestionRefused
from suyuan.web.auth import require
from suyuan.web.times import QueryTime

MOST_ENTRIES = 1_000
DEFAULT_ENTRIES = 100

_Short = Annotated[str, Field(min_length=1, max_length=128)]
_Code = Annotated[str, Field(min_length=1, max_length=2_048)]


# The department whose data were looked at, and the city; not those who are written down.
Reader = Annotated[Caller, Depends(require(CallerRole.DEPARTMENT, CallerRole.CITY))]


class AccessesQuery(BaseModel):
    """Which accesses, and where in their list. Bounds of time are inclusive."""

    model_config = ConfigDict(extra="forbid")

    role: CallerRole | None = None
    owner: _Short | None = None
    key: _Short | None = None
    code: _Code | None = None
    party: _Code | None = None
    route: _Short | None = None
    reason: Reason | None = None
    reference: _Short | None = None
    request: UUID | None = None
    since: QueryTime | None = Field(default=None, alias="from")
    until: QueryTime | None = Field(default=None, alias="to")
    after: str | None = None
    limit: Annotated[int, Field(ge=1, le=MOST_ENTRIES)] = DEFAULT_ENTRIES


def filter_of(query: AccessesQuery) -> AccessFilter:
    """What the query asks for. Raises QuestionRefused with the parameter that is wrong."""
    if query.since and query.until and query.since > query.until:
        window = {"since": query.since, "until": query.until}
        fault = Fault("list_window_empty", "/query/from", window)
        raise QuestionRefused("parameters_refused", faults=[fault])
    return AccessFilter(
        query.role,
        query.owner,
        query.key,
        _key("code", query.code, Use.THING),
        _key("party", query.party, Use.PARTY),
        query.route,
        query.reason,
        query.reference,
        query.request,
        query.since,
        query.until,
    )


def link_to(request: Request, following: str) -> dict[str, str]:
    """The header ``Link`` (RFC 8288) to the page behind ``following``."""
    asked = [(k, v) for k, v in request.query_params.multi_items() if k != "after"]
    return {"Link": f'<?{urlencode([*asked, ("after", following)])}>; rel="next"'}


def _key(name: str, text: str | None, use: Use) -> str | None:
    if text is None:
        return None
    try:
        return recognise(text, use=use).key
    except CodeError as error:
        fault = Fault(error.code, f"/query/{name}", {"text": text, **error.params})
        raise QuestionRefused("parameters_refused", faults=[fault]) from error
