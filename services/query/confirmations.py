"""``GET /v1/confirmations``: sales that wait for their buyers' word, for either side."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from suyuan.domain import policy
from suyuan.domain.caller import Caller, CallerRole
from suyuan.domain.codes import Code, Use, recognise
from suyuan.domain.confirmations import PushedSale, State
from suyuan.domain.errors import CodeError, Fault, NotAllowed, QuestionRefused
from suyuan.domain.listing import Place
from suyuan.storage import confirmations
from suyuan.storage.confirmations import SalesAsked
from suyuan.web.accesses import tell
from suyuan.web.auth import require
from suyuan.web.confirmations import ConfirmationsQuery, hours_here, since_when, write_sale
from suyuan.web.lists import cursor_refused
from suyuan.web.responses import json_response
from suyuan.web.state import OwnDatabase, Settings
from suyuan.wire.cursors import read_place, write_place

router = APIRouter()

_Asking = Annotated[
    Caller,
    Depends(
        require(CallerRole.ENTERPRISE, CallerRole.DEPARTMENT, CallerRole.INSPECTOR, CallerRole.CITY)
    ),
]


@router.get("/v1/confirmations", tags=["confirmations"])
async def get_confirmations(
    request: Request,
    caller: _Asking,
    database: OwnDatabase,
    settings: Settings,
    query: Annotated[ConfirmationsQuery, Query()],
) -> Response:
    """待确认收货 · Sales to a named buyer and what the buyer said of them, newest first.

    `side=buyer` (the default) are the sales to you, `side=seller` your own. Without `state` those
    without an answer; else `open` (in time), `overdue`, `confirmed` or `disputed`. A sale is
    confirmed by the buyer's own report of receiving the same things, or by
    `POST /v1/confirmations`. `due_at` is 24 hours after the sale was reported, or as many as the
    sector's profile says. Of the last 92 days, or from `since` on. The department names `party`, or
    asks for every dispute (`state=disputed`). A dispute is seen by its two parties and the
    department of this subsystem.
    """
    party = _party(caller, query, settings.name)
    try:
        after = read_place(query.after) if query.after is not None else None
    except ValueError:
        raise cursor_refused() from None
    now = datetime.now(UTC)
    hours = hours_here(request.app.state.profiles, settings.sector)
    asked = SalesAsked(
        None if party is None else party.key,
        query.side,
        query.state,
        since_when(query.since),
        now - timedelta(hours=hours),
    )
    async with database.reading() as connection:
        found = await confirmations.list_sales(connection, asked, after=after, most=query.limit + 1)
    shown = found[: query.limit]
    tell(request.scope, parties=[party] if party else [], events=len(shown), held=bool(shown))
    return json_response(
        {
            "confirmations": [write_sale(sale, hours, now) for sale in shown],
            "next": _next(shown[-1]) if len(found) > len(shown) else None,
        }
    )


def _party(caller: Caller, query: ConfirmationsQuery, subsystem: str) -> Code | None:
    """Whose sales are listed; ``None`` is everybody's disputes. Raises for anybody else's."""
    asked = _recognised(query.party)
    if caller.role is CallerRole.ENTERPRISE:
        if caller.party is None or asked not in (None, caller.party):
            raise NotAllowed("list_not_yours", party=asked.short if asked else "")
        return caller.party
    policy.require_home(caller, subsystem)
    if asked is None and query.state is not State.DISPUTED:
        fault = Fault("confirmation_side_missing", "/query/party")
        raise QuestionRefused("parameters_refused", faults=[fault])
    return asked


def _recognised(text: str | None) -> Code | None:
    try:
        return None if text is None else recognise(text, use=Use.PARTY)
    except CodeError as error:
        fault = Fault(error.code, "/query/party", error.params)
        raise QuestionRefused("parameters_refused", faults=[fault]) from error


def _next(sale: PushedSale) -> str:
    return write_place(Place(sale.time, sale.pushed_at, sale.key, sale.seller))
