"""``POST /v1/confirmations``: a buyer's word on a sale that was reported to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from services.ingest.capture import Submission, capture
from suyuan.domain.caller import Caller, CallerRole
from suyuan.domain.codes import Code, Use, recognise
from suyuan.domain.confirmations import Dispute, PushedSale, receipt_of
from suyuan.domain.errors import Conflict, Fault, NotKnown, ReportRefused
from suyuan.domain.events import Event, event_key
from suyuan.storage import confirmations, reads
from suyuan.storage.engine import Database
from suyuan.web.auth import require
from suyuan.web.confirmations import ConfirmationBody, hours_here, write_sale
from suyuan.web.responses import json_response
from suyuan.web.state import OwnDatabase, Settings
from suyuan.wire.bodies import encode
from suyuan.wire.reports import read_stored

router = APIRouter()

_Buyer = Annotated[Caller, Depends(require(CallerRole.ENTERPRISE))]
_NO_PARTY = Code("")


@router.post("/v1/confirmations", tags=["confirmations"])
async def post_confirmation(
    request: Request,
    caller: _Buyer,
    database: OwnDatabase,
    settings: Settings,
    body: ConfirmationBody,
) -> Response:
    """确认收货或提出异议 · Confirm a sale to you, or dispute it with a reason.

    `confirmed` reports, in your name, an entry of what the sale moved: an event like any other, so
    every chain shows it. Who reports entries anyway need not confirm. `disputed` keeps the reason
    for the seller and the department, and is no event. The same word twice changes nothing; what
    was received is not disputed (409), what was disputed can still be confirmed.
    """
    assert caller.party is not None
    sale, event = await _find(database, body.event, caller.party)
    if body.answer == "disputed":
        sale = await _dispute(database, sale, body.reason)
    elif not sale.received:
        receipt = receipt_of(event, f"confirmation:{sale.key.hex()}", datetime.now(UTC))
        await capture(
            database,
            Submission(encode(receipt).encode(), "application/json", caller, datetime.now(UTC)),
            subsystem=settings.name,
            max_events=settings.max_events,
            checking=request.app.state.checking,
        )
        sale = replace(sale, received=True)
    hours = hours_here(request.app.state.profiles, settings.sector)
    return json_response(write_sale(sale, hours, datetime.now(UTC)))


async def _find(database: Database, event_id: str, buyer: Code) -> tuple[PushedSale, Event]:
    """A sale to ``buyer``, and its event. Raises NotKnown also for what is others' business."""
    key = event_key(event_id, _NO_PARTY)
    async with database.reading() as connection:
        for row in await reads.find_bodies(connection, [key], known_at=None):
            if row.declaration:
                continue
            event = read_stored(row.form, row.document, recognise(row.party, use=Use.PARTY), row.id)
            sale = await confirmations.find_sale(connection, key, event.time, buyer.key)
            if sale is not None and sale.seller == row.party:
                return sale, event
    raise NotKnown("sale_unknown", event=event_id)


async def _dispute(database: Database, sale: PushedSale, reason: str | None) -> PushedSale:
    if reason is None:
        raise ReportRefused(faults=[Fault("confirmation_reason_missing", "/reason")])
    if sale.received:
        raise Conflict("confirmation_received")
    async with database.writing() as connection:
        if not await confirmations.add_dispute(connection, sale, reason):
            raise Conflict("dispute_known")
    return replace(sale, dispute=sale.dispute or Dispute(reason, datetime.now(UTC)))
