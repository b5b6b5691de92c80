"""``POST /v1/events``."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import UTC, datetime
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Header, Query, Request, Response

from services.ingest.capture import READ_ASIDE_BYTES, Captured, OnError, Submission, capture
from suyuan.domain.caller import Caller
from suyuan.domain.errors import Conflict, Fault, ReportRefused, SuyuanError
from suyuan.web.admission import Slots
from suyuan.web.auth import caller as authenticated
from suyuan.web.auth import require_reporting
from suyuan.web.language import Language, negotiate
from suyuan.web.problems import fault_entry, problem_of
from suyuan.web.reports import REPORTS_BODY, CaptureQuery
from suyuan.web.responses import json_response
from suyuan.wire.breaches import write_all_advice

router = APIRouter()


@router.post("/v1/events", tags=["events"], openapi_extra=REPORTS_BODY)
async def post_events(
    request: Request,
    caller: Annotated[Caller, Depends(authenticated)],
    query: Annotated[CaptureQuery, Query()],
    gs1_capture_error_behaviour: Annotated[OnError, Header()] = OnError.ROLLBACK,
) -> Response:
    """上报事件 · Report events: one, an array, NDJSON, or an EPCIS 2.0 document.

    An object with `@context` is EPCIS, anything else the city form. Answered only after commit,
    with `{accepted, repeated, ids, rejected}`. With `rollback` (the default) any fault is 422 and
    nothing is stored; if the only faults are ids that are known with other content it is 409. With
    `proceed` what is right is stored, 200, and the faults are listed. `dry_run=true` checks, and
    stores nothing. What reports that were taken lack by their sector's profile is in `advice`,
    which is there where there is any (docs/profiles.md).
    """
    require_reporting(caller)  # before a byte is read
    settings = request.app.state.settings
    captures: Slots = request.app.state.captures
    language = negotiate(request.headers.get("accept-language"))
    submission = Submission(
        await request.body(),
        request.headers.get("content-type", "application/json"),
        caller,
        datetime.now(UTC),
        gs1_capture_error_behaviour,
        query.dry_run,
    )
    # What is small is soon done, and is counted by its bytes alone.
    small = len(submission.body) < READ_ASIDE_BYTES
    try:
        async with nullcontext() if small else captures.taken(caller.owner):
            captured = await capture(
                request.app.state.database,
                submission,
                subsystem=settings.name,
                max_events=settings.max_events,
                checking=request.app.state.checking,
                grouping=request.app.state.grouping,
            )
    except (ReportRefused, Conflict) as error:
        return _refusal(request, error, language)
    if not query.dry_run:
        request.app.state.ingest_metrics.count(captured)
    return json_response(_answer(captured, language))


def _refusal(request: Request, error: SuyuanError, language: Language) -> Response:
    """The problem, with the members of an answer beside it: nothing was accepted."""
    told = Captured(rejected=list(error.faults))
    error.params = {**error.params, **_answer(told, language)}
    error.faults = ()
    return problem_of(request.scope, error)


def _answer(captured: Captured, language: Language) -> dict[str, object]:
    answer: dict[str, object] = {
        "accepted": captured.accepted,
        "repeated": captured.repeated,
        "ids": captured.ids,
        "rejected": [_rejected(fault, language) for fault in captured.rejected],
    }
    if captured.advice:
        answer["advice"] = write_all_advice(captured.advice, language)
    return answer


def _rejected(fault: Fault, language: Language) -> dict[str, object]:
    """A fault; of a clash over an id both contents, as they were reported."""
    entry: dict[str, object] = fault_entry(fault, language)
    for name in ("reported", "known"):
        if name in fault.params:
            entry[name] = msgspec.Raw(str(fault.params[name]).encode())
    return entry
