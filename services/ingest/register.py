"""``PUT /v1/parties|places|products/{id}``: a version is added, and nothing is overwritten."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response

from services.ingest.checking import Checking
from suyuan.domain.caller import Caller, CallerRole
from suyuan.domain.directory import sought_by
from suyuan.domain.errors import Conflict, ReportRefused
from suyuan.domain.register import Entry, Kind, may_replace, must_write, today
from suyuan.storage.engine import Database, WriteConnection
from suyuan.storage.register import NewVersion, Outcome, append
from suyuan.web.auth import Asking, require_reporting
from suyuan.web.register import add_puts
from suyuan.web.responses import json_response
from suyuan.web.state import OwnDatabase, Settings
from suyuan.wire.reading import Reading
from suyuan.wire.register import Frame, read_body, read_id
from suyuan.wire.register_cards import write_entry
from suyuan.wire.reports import decode

router = APIRouter()


async def register(
    database: Database, entries: Sequence[Entry], caller: Caller, *, subsystem: str
) -> list[Outcome]:
    """Add a version of each entry, in one transaction; what became of each, in their order.

    Raises NotAllowed for the first that is not the caller's to register; an id that somebody else
    has is the outcome ``taken``.
    """
    for entry in entries:
        must_write(entry, caller, subsystem)
    async with database.writing() as connection:
        return await store(connection, entries, caller)


async def store(
    connection: WriteConnection, entries: Sequence[Entry], caller: Caller
) -> list[Outcome]:
    """Add a version of each entry, which the caller may register; what became of each."""
    department = caller.role is CallerRole.DEPARTMENT
    versions = [new_version(e, caller.owner, authority=department) for e in entries]
    return await append(
        connection, versions, may_replace=lambda _, holder: may_replace(holder, caller)
    )


def new_version(
    entry: Entry, reporter: str, *, authority: bool, decided_at: datetime | None = None
) -> NewVersion:
    """An entry ready to be stored; what a department says of an organisation may be sought."""
    document, content = write_entry(entry)
    return NewVersion(
        int(entry.kind),
        entry.code.key,
        entry.valid_from,
        content,
        entry.holder,
        reporter,
        authority,
        document,
        sought_by(entry) if authority else None,
        decided_at,
    )


async def _put(
    request: Request, kind: Kind, text: str, caller: Caller, database: Database, subsystem: str
) -> Response:
    require_reporting(caller, "may_not_register")  # before a byte is read
    holder = caller.party if caller.role is CallerRole.ENTERPRISE else None
    code = read_id(kind, text, holder)
    reading = Reading()
    checking: Checking = request.app.state.checking
    frame = Frame(holder, today(datetime.now(UTC)), checking.categories().words)
    entry = read_body(reading, kind, code, decode(await request.body()), frame)
    if entry is None:
        raise ReportRefused(faults=reading.faults)
    (outcome,) = await register(database, [entry], caller, subsystem=subsystem)
    if outcome is Outcome.TAKEN:
        raise Conflict("register_taken", id=code.short)
    return json_response(
        {
            "accepted": int(outcome is Outcome.ACCEPTED),
            "repeated": int(outcome is Outcome.REPEATED),
            "id": code.short,
            "code": code.key,
            "valid_from": entry.valid_from,
            "subsystem": subsystem,
        }
    )


def _route(kind: Kind) -> Callable[..., Awaitable[Response]]:
    async def put_entry(
        request: Request, entry_id: str, caller: Asking, database: OwnDatabase, settings: Settings
    ) -> Response:
        return await _put(request, kind, entry_id, caller, database, settings.name)

    return put_entry


add_puts(router, _route)
