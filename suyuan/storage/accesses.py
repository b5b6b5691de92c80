"""The table of accesses: rows are added and read, and by no role of ours changed or deleted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from suyuan.domain.accesses import Access, AccessFilter, Purpose, Reason
from suyuan.domain.caller import CallerRole
from suyuan.domain.listing import Place
from suyuan.storage.engine import ReadConnection, WriteConnection

_COLUMNS = """
    id, at, request, trace, role, owner, key, through, route, asked, asked_count, events, edges,
    calls, reason, reference
"""
# Without a target for the conflict, since naming one takes the right to read the table.
_ADD = text(f"""
    INSERT INTO accesses ({_COLUMNS})
    VALUES (:id, :at, :request, :trace, :role, :owner, :key, :through, :route, :asked, :asked_count,
            :events, :edges, :calls, :reason, :reference)
    ON CONFLICT DO NOTHING
""")
_FILTERS = {
    "role": "role = :role",
    "owner": "owner = :owner",
    "key": "key = :key",
    **{name: f"asked @> ARRAY[CAST(:{name} AS text)]" for name in ("code", "party")},
    "route": "route = :route",
    "reason": "reason = :reason",
    "reference": "reference = :reference",
    "request": "request = :request",
    "since": "at >= :since",
    "until": "at <= :until",
}
_AFTER = "(at, id) < (:after_at, :after_id)"


async def add(connection: WriteConnection, accesses: Sequence[Access]) -> None:
    """Add accesses. One that is there already, because a commit's answer got lost, stays."""
    await connection.execute(_ADD, [_row(access) for access in accesses])


async def find(
    connection: ReadConnection, wanted: AccessFilter, *, after: Place | None, most: int
) -> list[Access]:
    """At most ``most`` accesses behind ``after``, the newest first."""
    names = [name for name in _FILTERS if getattr(wanted, name) is not None]
    params = {name: getattr(wanted, name) for name in names}
    conditions = [_FILTERS[name] for name in names]
    if after is not None:
        params |= {"after_at": after.time, "after_id": UUID(bytes=after.key)}
        conditions.append(_AFTER)
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    statement = f"SELECT {_COLUMNS} FROM accesses {where} ORDER BY at DESC, id DESC LIMIT :most"
    found = await connection.execute(text(statement), {**params, "most": most})
    return [_access(row) for row in found]


def _row(access: Access) -> dict[str, Any]:
    purpose = access.purpose
    return {
        "id": access.id,
        "at": access.at,
        "request": access.request,
        "trace": access.trace,
        "role": access.role.value,
        "owner": access.owner,
        "key": access.key,
        "through": access.through,
        "route": access.route,
        "asked": list(access.asked),
        "asked_count": access.asked_count,
        "events": access.events,
        "edges": access.edges,
        "calls": access.calls,
        "reason": purpose.reason.value if purpose else None,
        "reference": purpose.reference if purpose else None,
    }


def _access(row: Row[Any]) -> Access:
    purpose = Purpose(Reason(row.reason), row.reference) if row.reason else None
    return Access(
        row.id,
        row.at,
        row.request,
        row.trace,
        CallerRole(row.role),
        row.owner,
        row.key,
        row.through,
        row.route,
        tuple(row.asked),
        row.asked_count,
        row.events,
        row.edges,
        row.calls,
        purpose,
    )
