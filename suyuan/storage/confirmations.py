"""Sales to named buyers, out of the edge table, and what buyers disputed.

Two partial indexes hold the sales of a seller and those to a buyer in the order of the list, so a
page costs what it shows, and what it passes over for its state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from suyuan.domain.confirmations import Dispute, PushedSale, State
from suyuan.domain.listing import Place
from suyuan.storage.engine import ReadConnection, WriteConnection

# suyuan.domain.lookup.Movement: 1 left for the far end, 2 came to the place.
_SALES = """
    SELECT x.time, x.event, x.party, x.far_party, min(x.id) AS id,
           min(x.record_time) AS pushed_at, array_agg(DISTINCT x.code) AS codes,
           bool_and({received}) AS received, d.reason, d.disputed_at
    FROM edges x
    JOIN events e ON e.key = x.event AND e.party = x.party AND NOT e.declaration
    LEFT JOIN disputes d ON d.event = x.event AND d.seller = x.party
    WHERE {where} AND x.moves = 1 AND x.far_party IS NOT NULL AND x.far_party <> x.party
      AND e.kind = 'wholesale' AND NOT {voided}
    GROUP BY x.time, x.event, x.party, x.far_party, d.reason, d.disputed_at
    HAVING {state}
    ORDER BY x.time DESC, x.event DESC, x.party DESC LIMIT :most
"""
_VOIDED = """EXISTS (SELECT FROM events v WHERE v.key = {0}.event AND v.declaration
    AND (v.authority OR v.party = {0}.party))"""
# A confirmation's receipt is of one sale, which its id names; any other receipt of a lot is of the
# earliest sale of it that none was found for. ``{0}`` is a sale, ``r`` a receipt.
_CONFIRMS = "r.id = 'confirmation:' || replace(CAST({0}.event AS text), '-', '')"
_RECEIPTS = f"""FROM edges r WHERE r.code = x.code AND r.moves = 2 AND r.party = x.far_party
    AND (r.far_party IS NULL OR r.far_party = x.party) AND NOT {_VOIDED.format("r")}"""
_RECEIVED = f"""(EXISTS (SELECT {_RECEIPTS} AND {_CONFIRMS.format("x")}) OR (
    SELECT count(DISTINCT r.event) FILTER (WHERE r.id NOT LIKE 'confirmation:%')
           * CAST(count(*) FILTER (WHERE r.time >= x.time
                                   AND r.id NOT LIKE 'confirmation:%') > 0 AS integer)
    {_RECEIPTS}) >= (
    SELECT count(DISTINCT s.event) FROM edges s
    JOIN events o ON o.key = s.event AND o.party = s.party AND NOT o.declaration
    WHERE s.code = x.code AND s.time <= x.time AND s.moves = 1 AND s.party = x.party
      AND s.far_party = x.far_party AND o.kind = 'wholesale' AND NOT {_VOIDED.format("s")}
      AND NOT EXISTS (SELECT {_RECEIPTS} AND {_CONFIRMS.format("s")})))"""
_ANY = "true"
_HAVING: Mapping[State | None, str] = {
    State.CONFIRMED: f"bool_and({_RECEIVED})",
    State.DISPUTED: f"NOT bool_and({_RECEIVED}) AND d.reason IS NOT NULL",
    State.OPEN: f"""NOT bool_and({_RECEIVED}) AND d.reason IS NULL
        AND min(x.record_time) >= :due""",
    State.OVERDUE: f"""NOT bool_and({_RECEIVED}) AND d.reason IS NULL
        AND min(x.record_time) < :due""",
    None: f"NOT bool_and({_RECEIVED}) AND d.reason IS NULL",
}
_SIDES = {"buyer": "x.far_party = :party", "seller": "x.party = :party"}
_AFTER = "(x.time, x.event, x.party) < (:after_time, :after_event, :after_party)"
_DISPUTED = "EXISTS (SELECT FROM disputes o WHERE o.event = x.event AND o.seller = x.party)"

_DISPUTE = text("""
    INSERT INTO disputes (event, seller, buyer, reason) VALUES (:event, :seller, :buyer, :reason)
    ON CONFLICT DO NOTHING
""")
_REASON = text("SELECT reason FROM disputes WHERE event = :event AND seller = :seller")


@dataclass(frozen=True, slots=True)
class SalesAsked:
    """Which sales: those of ``party`` (a key) on its ``side``; without one all that are disputed.

    ``state`` None is every one without an answer. ``due``: what was reported before is overdue.
    """

    party: str | None
    side: str
    state: State | None
    since: datetime
    due: datetime


async def list_sales(
    connection: ReadConnection, asked: SalesAsked, *, after: Place | None, most: int
) -> list[PushedSale]:
    """At most ``most`` sales behind ``after``, newest first."""
    conditions = [_SIDES[asked.side] if asked.party is not None else _DISPUTED, "x.time >= :since"]
    params: dict[str, Any] = {"party": asked.party, "since": asked.since, "due": asked.due}
    if after is not None:
        conditions.append(_AFTER)
        params |= {
            "after_time": after.time,
            "after_event": UUID(bytes=after.key),
            "after_party": after.party,
        }
    state = _HAVING[asked.state]
    used = {k: v for k, v in params.items() if f":{k}" in " ".join((*conditions, state))}
    return await _sales(connection, conditions, state, {**used, "most": most})


async def find_sale(
    connection: ReadConnection, key: bytes, time: datetime, buyer: str
) -> PushedSale | None:
    """The sale to ``buyer`` that is the event of a 16-byte key and of this time, if it is one."""
    conditions = ["x.far_party = :party", "x.time = :time", "x.event = :event"]
    named = {"party": buyer, "time": time, "event": UUID(bytes=key)}
    found = await _sales(connection, conditions, _ANY, {**named, "most": 1})
    return found[0] if found else None


async def add_dispute(connection: WriteConnection, sale: PushedSale, reason: str) -> bool:
    """Keep what a buyer disputes; False where it was disputed before for another reason."""
    named = {"event": UUID(bytes=sale.key), "seller": sale.seller}
    await connection.execute(_DISPUTE, {**named, "buyer": sale.buyer, "reason": reason})
    return bool(await connection.scalar(_REASON, named) == reason)


async def _sales(
    connection: ReadConnection, conditions: list[str], state: str, params: dict[str, Any]
) -> list[PushedSale]:
    statement = _SALES.format(
        received=_RECEIVED,
        where=" AND ".join(conditions),
        voided=_VOIDED.format("x"),
        state=state,
    )
    return [
        PushedSale(
            row.event.bytes,
            row.id,
            row.party,
            row.far_party,
            tuple(row.codes),
            row.time,
            row.pushed_at,
            row.received,
            Dispute(row.reason, row.disputed_at) if row.reason is not None else None,
        )
        for row in await connection.execute(text(statement), params)
    ]
