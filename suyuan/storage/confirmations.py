"""Sales to named buyers, out of the edge table, and what buyers disputed.

Two partial indexes hold the sales of a seller and those to a buyer in the order of the list, so a
page costs what it shows, and what it passes over for its state; the edges of the codes in it are
read once, by one statement for the page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
           d.reason, d.disputed_at
    FROM edges x
    JOIN events e ON e.key = x.event AND e.party = x.party AND NOT e.declaration
    LEFT JOIN disputes d ON d.event = x.event AND d.seller = x.party
    WHERE {where} AND x.moves = 1 AND x.far_party IS NOT NULL AND x.far_party <> x.party
      AND e.kind = 'wholesale' AND NOT {voided}
    GROUP BY x.time, x.event, x.party, x.far_party, d.reason, d.disputed_at
    HAVING {having}
    ORDER BY x.time DESC, x.event DESC, x.party DESC LIMIT :most
"""
_VOIDED = """EXISTS (SELECT FROM events v WHERE v.key = {0}.event AND v.declaration
    AND (v.authority OR v.party = {0}.party))"""
# Of the sales on a page, those that the buyer received. A confirmation's receipt is of one sale,
# which its id names; any other receipt of a lot is of the earliest sale of it that none was found
# for: so a sale is received if its buyer told of as many receipts as there are sales up to it, and
# of one since. The edges of a code are read once, however many sales of it are on the page. NOT IN
# is looked up in a hash; NOT EXISTS compared each sale with each receipt, whose number it guessed.
_RECEIVED = text(f"""
    WITH listed AS MATERIALIZED (
        SELECT event, code, seller, buyer, time FROM unnest(
            CAST(:events AS uuid[]), CAST(:codes AS text[]), CAST(:sellers AS text[]),
            CAST(:buyers AS text[]), CAST(:times AS timestamptz[])
        ) AS l (event, code, seller, buyer, time)
    ), pairs AS MATERIALIZED (
        SELECT DISTINCT code, seller, buyer FROM listed
    ), moved AS MATERIALIZED (
        SELECT code, party, far_party, moves, event, time, id FROM edges
        WHERE code = ANY(CAST(:distinct_codes AS text[])) AND moves IN (1, 2)
          AND party = ANY(CAST(:parties AS text[]))
    ), receipts AS MATERIALIZED (
        SELECT p.code, p.seller, p.buyer, r.event, r.time, r.id
        FROM pairs p JOIN moved r ON r.code = p.code AND r.party = p.buyer AND r.moves = 2
          AND (r.far_party IS NULL OR r.far_party = p.seller)
        WHERE NOT {_VOIDED.format("r")}
    ), unnamed AS MATERIALIZED (
        SELECT code, seller, buyer, count(DISTINCT event) AS receipts, max(time) AS latest
        FROM receipts WHERE id NOT LIKE 'confirmation:%' GROUP BY code, seller, buyer
    ), unconfirmed AS MATERIALIZED (
        SELECT DISTINCT s.code, s.party AS seller, s.far_party AS buyer, s.event, s.time
        FROM pairs p JOIN moved s ON s.code = p.code AND s.party = p.seller
          AND s.far_party = p.buyer AND s.moves = 1
        JOIN events o ON o.key = s.event AND o.party = s.party AND NOT o.declaration
        WHERE o.kind = 'wholesale' AND NOT {_VOIDED.format("s")} AND (
            s.code, s.party, s.far_party,
            'confirmation:' || replace(CAST(s.event AS text), '-', '')
        ) NOT IN (
            SELECT code, seller, buyer, id FROM receipts WHERE id LIKE 'confirmation:%'
        )
    ), counted AS MATERIALIZED (
        SELECT code, seller, buyer, event,
               count(*) OVER (PARTITION BY code, seller, buyer ORDER BY time) AS sales
        FROM unconfirmed
    )
    SELECT l.event, l.seller
    FROM listed l LEFT JOIN counted c USING (code, seller, buyer, event)
    LEFT JOIN unnamed u USING (code, seller, buyer)
    GROUP BY l.event, l.seller
    HAVING bool_and(c.sales IS NULL OR (coalesce(u.receipts, 0) >= c.sales AND u.latest >= l.time))
""")
_ANY = "true"
# Sales that are looked at at once at most, where those before were in other states.
_MOST_LOOKED_AT = 2_000
# What can be said of a state without looking for receipts.
_HAVING: Mapping[State | None, str] = {
    State.CONFIRMED: _ANY,
    State.DISPUTED: "d.reason IS NOT NULL",
    State.OPEN: "d.reason IS NULL AND min(x.record_time) >= :due",
    State.OVERDUE: "d.reason IS NULL AND min(x.record_time) < :due",
    None: "d.reason IS NULL",
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
    found: list[PushedSale] = []
    looked_at = most
    while True:
        page = await _page(connection, asked, after, looked_at)
        found += [sale for sale in page if _is_in(asked.state, sale)]
        if len(page) < looked_at or len(found) >= most:
            return found[:most]
        looked_at, last = min(2 * looked_at, _MOST_LOOKED_AT), page[-1]
        after = Place(last.time, last.pushed_at, last.key, last.seller)


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


async def _page(
    connection: ReadConnection, asked: SalesAsked, after: Place | None, most: int
) -> list[PushedSale]:
    """The next sales of a side, in whichever state as far as that depends on receipts."""
    conditions = [_SIDES[asked.side] if asked.party is not None else _DISPUTED, "x.time >= :since"]
    params: dict[str, Any] = {"party": asked.party, "since": asked.since, "due": asked.due}
    if after is not None:
        conditions.append(_AFTER)
        params |= {
            "after_time": after.time,
            "after_event": UUID(bytes=after.key),
            "after_party": after.party,
        }
    having = _HAVING[asked.state]
    used = {k: v for k, v in params.items() if f":{k}" in " ".join((*conditions, having))}
    return await _sales(connection, conditions, having, {**used, "most": most})


def _is_in(state: State | None, sale: PushedSale) -> bool:
    """Whether a sale that is what ``_HAVING`` says of a state is in it."""
    return sale.received is (state is State.CONFIRMED)


async def _sales(
    connection: ReadConnection, conditions: list[str], having: str, params: dict[str, Any]
) -> list[PushedSale]:
    where, voided = " AND ".join(conditions), _VOIDED.format("x")
    statement = _SALES.format(where=where, voided=voided, having=having)
    rows = (await connection.execute(text(statement), params)).all()
    received = await _received(connection, rows)
    return [
        PushedSale(
            row.event.bytes,
            row.id,
            row.party,
            row.far_party,
            tuple(row.codes),
            row.time,
            row.pushed_at,
            (row.event, row.party) in received,
            Dispute(row.reason, row.disputed_at) if row.reason is not None else None,
        )
        for row in rows
    ]


async def _received(connection: ReadConnection, rows: Sequence[Any]) -> set[tuple[UUID, str]]:
    """Those of the sales, by event and seller, of which every code was received."""
    if not rows:
        return set()
    named = [(row, code) for row in rows for code in row.codes]
    params = {
        "events": [row.event for row, _ in named],
        "codes": [code for _, code in named],
        "sellers": [row.party for row, _ in named],
        "buyers": [row.far_party for row, _ in named],
        "times": [row.time for row, _ in named],
        "distinct_codes": list({code for _, code in named}),
        "parties": list({party for row in rows for party in (row.party, row.far_party)}),
    }
    found = await connection.execute(_RECEIVED, params)
    return {(row.event, row.seller) for row in found}
