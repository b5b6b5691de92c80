"""What ``GET /v1/events`` takes and gives, at a subsystem and at the gateway alike."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field

from suyuan.domain.activities import KINDS, SECTORS
from suyuan.domain.caller import Caller
from suyuan.domain.codes import Code, Level, Use, recognise
from suyuan.domain.errors import CodeError, Fault, QuestionRefused
from suyuan.domain.listing import Listing, party_to_list
from suyuan.web.parameters import word_of
from suyuan.web.times import QueryTime

# A page is written in one go: at the limit it holds the event loop for a tenth of a second.
MOST_ENTRIES = 1000
DEFAULT_ENTRIES = 100

# Levels of codes that can be followed: a class of products or a party is in no event's edges.
_THINGS = (Level.LOT, Level.SERIAL, Level.OPEN)
_ACTIVITIES = tuple(dict.fromkeys(name for kind in KINDS.values() for name in kind))


class ListQuery(BaseModel):
    """Which events, and where in their list. Bounds of time are inclusive."""

    model_config = ConfigDict(extra="forbid")

    party: str | None = None
    kind: Annotated[str, *word_of(KINDS)] | None = None
    activity: Annotated[str, *word_of(_ACTIVITIES)] | None = None
    sector: Annotated[str, *word_of(SECTORS)] | None = None
    since: QueryTime | None = Field(default=None, alias="from")
    until: QueryTime | None = Field(default=None, alias="to")
    code: str | None = None
    after: str | None = None
    limit: Annotated[int, Field(ge=1, le=MOST_ENTRIES)] = DEFAULT_ENTRIES


def listing_of(query: ListQuery, caller: Caller) -> Listing:
    """What the query asks for, as far as this caller may.

    Raises NotAuthenticated or NotAllowed, and QuestionRefused with the parameter that is wrong.
    """
    party = party_to_list(caller, _code(query, "party", caller, Use.PARTY))
    code = _code(query, "code", caller, Use.THING)
    if code is not None and code.level not in _THINGS:
        fault = Fault("list_of_class", "/query/code", {"text": code.text})
        raise QuestionRefused("parameters_refused", faults=[fault])
    if query.since and query.until and query.since > query.until:
        window = {"since": query.since, "until": query.until}
        fault = Fault("list_window_empty", "/query/from", window)
        raise QuestionRefused("parameters_refused", faults=[fault])
    return Listing(
        party=party.key if party else None,
        code=code.key if code else None,
        kind=query.kind,
        activity=query.activity,
        sector=query.sector,
        since=query.since,
        until=query.until,
    )


def cursor_refused() -> QuestionRefused:
    """The refusal of an ``after`` that no page gave."""
    return QuestionRefused("parameters_refused", faults=[Fault("cursor_malformed", "/query/after")])


def link_to(request: Request, following: str, *, prefix: str = "") -> str:
    """The header ``Link`` (RFC 8288) to the page behind ``following``: the same question again.

    ``prefix`` stands before the path where a proxy has cut it off.
    """
    asked = [(k, v) for k, v in request.query_params.multi_items() if k != "after"]
    return f'<{prefix}/v1/events?{urlencode([*asked, ("after", following)])}>; rel="next"'


def _code(query: ListQuery, name: str, caller: Caller, use: Use) -> Code | None:
    text: str | None = getattr(query, name)
    if text is None:
        return None
    try:
        return recognise(text, owner=caller.party.short if caller.party else None, use=use)
    except CodeError as error:
        fault = Fault(error.code, f"/query/{name}", {"text": text, **error.params})
        raise QuestionRefused("parameters_refused", faults=[fault]) from error
