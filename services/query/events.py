"""One event, by its id, in either form."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from suyuan.domain import policy
from suyuan.domain.caller import Caller
from suyuan.domain.codes import Code
from suyuan.domain.errors import Ambiguous, NotKnown, NotSayable
from suyuan.domain.events import StoredEvent, event_key, is_uri
from suyuan.sources.postgres import stored_event
from suyuan.storage import reads
from suyuan.storage.engine import Database, ReadConnection
from suyuan.storage.reads import StoredRow
from suyuan.web.accept import JSON, JSON_LD, best
from suyuan.wire import city, epcis_json
from suyuan.wire.reports import EPCIS, decode

# A bare id is unique per reporter only; more reporters than this need the URI anyway.
MOST_NAMESAKES = 50

_NO_PARTY = Code("")


@dataclass(frozen=True, slots=True)
class Shown:
    """An event in the form that was asked for, and the members that this caller may not see."""

    body: dict[str, Any]
    media_type: str
    redacted: tuple[str, ...]


async def show_event(
    database: Database, event_id: str, caller: Caller, *, subsystem: str, accept: str | None
) -> Shown:
    """The event ``event_id`` (a URI, or the id as it was reported) as ``caller`` may see it.

    Raises NotKnown; Ambiguous, with the URIs, where several reporters use the bare id or report
    one URI with different content; NotSayable (406) for a form that cannot say it.
    """
    async with database.reading() as connection:
        rows = await _find(connection, event_id, caller)
    if not rows:
        raise NotKnown("event_unknown", id=event_id)
    stored, document = _one_of(rows, event_id, subsystem)
    seen = policy.lone_view(stored, caller)
    if best(accept, (JSON, JSON_LD)) == JSON:
        try:
            return Shown(city.write_event(seen.event), JSON, seen.redacted)
        except NotSayable:
            if best(accept, (JSON_LD,)) is None:
                raise
    elif best(accept, (JSON_LD,)) is None:
        raise NotSayable("form_not_offered", offered=[JSON, JSON_LD])
    return Shown(_epcis(seen, document), JSON_LD, seen.redacted)


async def _find(connection: ReadConnection, event_id: str, caller: Caller) -> Sequence[StoredRow]:
    """A URI names its event; a bare id first the caller's own, then anybody's."""
    if is_uri(event_id):
        return await reads.find_bodies(connection, [event_key(event_id, _NO_PARTY)], known_at=None)
    if caller.party is not None:
        own = await reads.find_bodies(
            connection, [event_key(event_id, caller.party)], known_at=None
        )
        if own:
            return own
    return await reads.find_by_id(connection, event_id, most=MOST_NAMESAKES)


def _one_of(
    rows: Sequence[StoredRow], event_id: str, subsystem: str
) -> tuple[StoredEvent, StoredRow]:
    """The event that the rows tell of, with the correction that voids it if there is one."""
    versions: dict[tuple[bytes, bytes], list[StoredRow]] = defaultdict(list)
    for row in rows:
        if not row.declaration:
            versions[row.key, row.content].append(row)
    if len(versions) > 1:
        uris = [stored_event(v[0], subsystem).event.uri for v in versions.values()]
        raise Ambiguous("event_ambiguous", id=event_id, uris=uris)
    declarations = [r for r in rows if r.declaration]
    first = next(iter(versions.values()), declarations)[0]
    stored = stored_event(first, subsystem)
    for row in declarations:
        if row.authority or row.party == first.party:
            correction = stored_event(row, subsystem).event.correction
            return replace(stored, event=replace(stored.event, correction=correction)), first
    return stored, first


def _epcis(stored: StoredEvent, row: StoredRow) -> dict[str, Any]:
    """The EPCIS JSON of an event: as it was reported, where it was and may be seen whole."""
    if row.form != EPCIS or stored.redacted:
        return epcis_json.write_event(stored.event)
    document: dict[str, Any] = decode(row.document)
    written = epcis_json.write_event(stored.event) if stored.event.correction else {}
    declared = {k: v for k, v in written.items() if k == "errorDeclaration"}
    return {**document, "eventID": stored.event.uri, **declared}
