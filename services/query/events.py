"""What this subsystem holds under an event's id."""

from __future__ import annotations

from suyuan.domain import policy
from suyuan.domain.caller import Caller
from suyuan.domain.codes import Code
from suyuan.domain.events import event_key, is_uri
from suyuan.domain.profiles.showing import Showing
from suyuan.domain.versions import Version
from suyuan.sources.postgres import stored_event
from suyuan.storage import reads
from suyuan.storage.engine import Database
from suyuan.storage.reads import StoredRow
from suyuan.wire.reports import EPCIS

# A bare id is unique per reporter only; more reporters than this need the URI anyway.
MOST_NAMESAKES = 50

_NO_PARTY = Code("")


async def find_versions(
    database: Database, event_id: str, caller: Caller, *, subsystem: str, showing: Showing
) -> list[Version]:
    """Every report under an id, a URI or as it was reported, as ``caller`` may see it.

    Of a bare id the caller's own if there are any, else anybody's.
    """
    keys = []
    if is_uri(event_id):
        keys = [event_key(event_id, _NO_PARTY)]
    elif caller.party is not None:
        keys = [event_key(event_id, caller.party)]
    async with database.reading() as connection:
        rows = await reads.find_bodies(connection, keys, known_at=None) if keys else []
        if not rows and not is_uri(event_id):
            rows = await reads.find_by_id(connection, event_id, most=MOST_NAMESAKES)
    return [_version(row, caller, subsystem, showing) for row in rows]


def _version(row: StoredRow, caller: Caller, subsystem: str, showing: Showing) -> Version:
    stored = showing.marked(stored_event(row, subsystem))
    seen = policy.lone_view(stored, caller)
    whole = row.form == EPCIS and not seen.redacted
    return Version(
        row.key,
        row.party,
        stored.event.uri,
        row.declaration,
        seen,
        row.document if whole else None,
    )
