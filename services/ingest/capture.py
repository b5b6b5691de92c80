"""Capture: a body of reports, checked whole, stored in one transaction, answered after commit."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from services.ingest.checking import Checking, Held
from services.ingest.grouping import Grouping
from suyuan.domain.breaches import Breach
from suyuan.domain.caller import Caller, CallerRole
from suyuan.domain.errors import Conflict, Fault, NotAllowed, ReportRefused
from suyuan.domain.events import local_event_id
from suyuan.domain.profiles.checking import breach_fault
from suyuan.storage.engine import Database
from suyuan.storage.load import Loaded, Outcome, Row, load
from suyuan.storage.rows import make_row
from suyuan.web.auth import require_reporting
from suyuan.wire.breaches import write_breaches
from suyuan.wire.reports import Reports, read_reports

# Reading a larger body holds the event loop for longer than a health check should wait.
READ_ASIDE_BYTES = 64 * 1024


class OnError(StrEnum):
    """EPCIS 2.0, GS1-Capture-Error-Behaviour: all or nothing, or whatever is right."""

    ROLLBACK = "rollback"
    PROCEED = "proceed"


@dataclass(frozen=True, slots=True)
class Submission:
    """What was posted, by whom, and what to do with it. ``now`` is aware."""

    body: bytes
    media_type: str
    caller: Caller
    now: datetime
    on_error: OnError = OnError.ROLLBACK
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Captured:
    """What became of a body. ``ids`` are URIs, in the order of the reports, ``None`` if refused.

    ``advice`` is what reports that were not refused lack by their sector's profile, with the index
    of each.
    """

    accepted: int = 0
    repeated: int = 0
    ids: list[str | None] = field(default_factory=list)
    rejected: list[Fault] = field(default_factory=list)
    advice: list[tuple[int, Breach]] = field(default_factory=list)


async def capture(
    database: Database,
    submission: Submission,
    *,
    subsystem: str,
    max_events: int,
    checking: Checking,
    grouping: Grouping | None = None,
) -> Captured:
    """Check and store a body of reports in ``subsystem``; a lone one with others by ``grouping``.

    ``checking`` holds reports against their sector's profile; a copy was held against it where it
    was reported.
    Raises NotAllowed if the caller may not report here; with ``rollback``, ReportRefused for any
    fault and Conflict if only conflicts were found, nothing stored in either case.
    """
    caller, on_error = submission.caller, submission.on_error
    require_reporter(caller, subsystem)
    reports = await _read(submission, max_events)
    checked: _Checked = {}
    if not caller.delivered:
        checked = await checking.hold(reports.reports, caller)
    advice, enforced = _told_apart(checked)
    faults = [*reports.faults, *_rights(reports, caller), *enforced]
    refused = {f.index for f in faults}
    if faults and on_error is OnError.ROLLBACK:
        raise ReportRefused(faults=sorted(faults, key=lambda f: f.index))
    rows = _rows(reports, refused, caller, checked)
    if grouping is not None and len(rows) == 1 and not submission.dry_run:
        loaded = {index: await grouping.store(row) for index, row in rows.items()}
    else:
        loaded = await _store(database, rows, submission)
    clashes = [_clash(i, rows[i], one) for i, one in loaded.items() if one.clashes]
    if clashes and on_error is OnError.ROLLBACK:
        raise Conflict("id_known_with_other_content", faults=clashes)
    taken = {i: rows[i].event.uri for i, one in loaded.items() if not one.clashes}
    accepted = sum([one.outcome is Outcome.ACCEPTED for one in loaded.values()])
    return Captured(
        accepted,
        len(taken) - accepted,
        [taken.get(index) for index in range(len(reports.reports))],
        sorted([*faults, *clashes], key=lambda f: f.index),
        [(index, breach) for index, breach in advice if index in taken],
    )


def require_reporter(caller: Caller, subsystem: str) -> None:
    """Raise for a caller who may not report in ``subsystem``, whatever it is.

    A department reports in its own; what the gateway delivers it has reported there.
    """
    require_reporting(caller)
    elsewhere = caller.home != subsystem and not caller.delivered
    if caller.role is CallerRole.DEPARTMENT and elsewhere:
        raise NotAllowed("department_elsewhere", home=caller.home, subsystem=subsystem)


async def _read(submission: Submission, max_events: int) -> Reports:
    def read() -> Reports:
        return read_reports(
            submission.body,
            media_type=submission.media_type,
            reporter=submission.caller.party,
            now=submission.now,
            max_events=max_events,
        )

    large = len(submission.body) >= READ_ASIDE_BYTES
    return await asyncio.to_thread(read) if large else read()


def _rights(reports: Reports, caller: Caller) -> list[Fault]:
    """An enterprise reports only as itself; a department on anyone's behalf."""
    if caller.role is CallerRole.DEPARTMENT:
        return []
    read = [(n, r.event) for n, r in enumerate(reports.reports) if r is not None]
    own_party = caller.party
    return [
        *(
            Fault("party_not_yours", "/party", {"party": e.party.short}, n)
            for n, e in read
            if e.party is not own_party and e.party != own_party
        ),
        *(
            Fault("id_not_yours", "/id", {"id": e.id}, n)
            for n, e in read
            if (own := local_event_id(e.id)) is not None and own[0] != e.party.short
        ),
    ]


_Checked = dict[int, Held]
_UNCHECKED = Held()


def _told_apart(checked: _Checked) -> tuple[list[tuple[int, Breach]], list[Fault]]:
    """What reporters are told, and what is refused."""
    broken = [(i, breach) for i, held in checked.items() for breach in held.found]
    advice = [(index, breach) for index, breach in broken if not breach.enforced]
    return advice, [breach_fault(breach, index) for index, breach in broken if breach.enforced]


def _rows(reports: Reports, refused: set[int], caller: Caller, checked: _Checked) -> dict[int, Row]:
    """The reports that may be stored, by their places."""
    owner, authority = caller.owner, caller.role is CallerRole.DEPARTMENT
    rows = {}
    for index, r in enumerate(reports.reports):
        if r is not None and index not in refused:
            held = checked.get(index, _UNCHECKED)
            kept = write_breaches(held.breaches)
            rows[index] = make_row(
                *(r.event, r.content, r.form, r.document, owner, authority, held.label, kept)
            )
    return rows


async def _store(
    database: Database, rows: dict[int, Row], submission: Submission
) -> dict[int, Loaded]:
    """Store the rows; a conflict undoes everything unless the rest shall proceed."""
    async with database.writing() as connection:
        loaded = await load(connection, list(rows.values()))
        clash = any(one.clashes for one in loaded)
        if submission.dry_run or (clash and submission.on_error is OnError.ROLLBACK):
            await connection.rollback()
    return dict(zip(rows, loaded, strict=True))


def _clash(index: int, row: Row, loaded: Loaded) -> Fault:
    """The fault shows both: what was sent and what stands under the id already."""
    params = {"id": row.event.id, "reported": row.document, "known": loaded.known}
    return Fault(loaded.outcome.value, "/id", params, index)
