"""Whom a published recall concerns: an inbox for everybody, and webhooks for those who set one.

A notice is kept in the transaction that publishes, so nobody is forgotten; it is sent by whichever
process takes it, and taken again later if that one is gone before it says how it went.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from suyuan.domain.recall_scope import Handler, RecallNotice
from suyuan.storage.engine import WriteConnection

# A webhook that takes longer than this to answer is tried again; so is one whose sender was killed.
LEASE_SECONDS = 60
# With the pauses between them these last some two days.
ATTEMPTS_LIMIT = 12


@dataclass(frozen=True, slots=True)
class Due:
    """A notice that is to be sent now."""

    recall: UUID
    party: str
    things: int
    told_at: datetime
    attempts: int
    url: str
    secret: str


_TELL = text("""
    INSERT INTO recall_notices (party, recall, things, next_at)
    SELECT t.holder, t.recall, count(*), CASE WHEN w.party IS NULL THEN NULL ELSE now() END
    FROM recall_things t LEFT JOIN webhooks w ON w.party = t.holder
    WHERE t.recall = :recall AND t.holder IS NOT NULL
    GROUP BY t.holder, t.recall, w.party
    ON CONFLICT DO NOTHING
""")
_TELL_HANDLERS = text("""
    INSERT INTO recall_notices (party, recall, things, next_at)
    SELECT h.party, CAST(:recall AS uuid), h.things,
           CASE WHEN w.party IS NULL THEN NULL ELSE now() END
    FROM unnest(CAST(:parties AS text[]), CAST(:things AS bigint[])) AS h (party, things)
    LEFT JOIN webhooks w ON w.party = h.party
    ON CONFLICT DO NOTHING
""")
_COLUMNS = "recall, party, things, told_at, acknowledged_at, delivered_at, attempts, problem"
_INBOX = text(f"""
    SELECT {_COLUMNS} FROM recall_notices n
    WHERE party = :party AND (NOT :open OR acknowledged_at IS NULL)
    ORDER BY told_at DESC, recall LIMIT :limit
""")
_OF_RECALL = text(f"""
    SELECT {_COLUMNS} FROM recall_notices WHERE recall = :recall AND party > :after
    ORDER BY party LIMIT :limit
""")
_ACKNOWLEDGE = text("""
    UPDATE recall_notices SET acknowledged_at = coalesce(acknowledged_at, now())
    WHERE party = :party AND recall = :recall RETURNING acknowledged_at
""")
_TAKE = text("""
    UPDATE recall_notices n
    SET attempts = n.attempts + 1, next_at = now() + make_interval(secs => :lease)
    FROM webhooks w
    WHERE w.party = n.party AND (n.party, n.recall) IN (
        SELECT d.party, d.recall FROM recall_notices d
        WHERE d.delivered_at IS NULL AND d.next_at <= now() AND d.attempts < :most
        ORDER BY d.next_at LIMIT :limit FOR UPDATE SKIP LOCKED)
    RETURNING n.recall, n.party, n.things, n.told_at, n.attempts, w.url, w.secret
""")
_DELIVERED = text("""
    UPDATE recall_notices SET delivered_at = now(), next_at = NULL, problem = NULL
    WHERE party = :party AND recall = :recall
""")
_FAILED = text("""
    UPDATE recall_notices
    SET problem = :problem, next_at = now() + make_interval(secs => :pause)
    WHERE party = :party AND recall = :recall AND delivered_at IS NULL
""")
_SET = text("""
    INSERT INTO webhooks (party, url, secret) VALUES (:party, :url, :secret)
    ON CONFLICT (party) DO UPDATE SET url = excluded.url, secret = excluded.secret, set_at = now()
""")
_SEND_OPEN = text("""
    UPDATE recall_notices SET next_at = now(), attempts = 0
    WHERE party = :party AND delivered_at IS NULL AND acknowledged_at IS NULL
""")
_UNSET = text("DELETE FROM webhooks WHERE party = :party")
_STOP = text("UPDATE recall_notices SET next_at = NULL WHERE party = :party")
_WEBHOOK = text("SELECT url FROM webhooks WHERE party = :party")


async def tell(connection: WriteConnection, recall: UUID, handlers: Sequence[Handler] = ()) -> None:
    """Put a notice into the inbox of every holder, and of all who had to do with it.

    For whoever publishes the recall.
    """
    await connection.execute(_TELL, {"recall": recall})
    parties, things = [h.party for h in handlers], [h.things for h in handlers]
    bound = {"recall": recall, "parties": parties, "things": things}
    await connection.execute(_TELL_HANDLERS, bound)


async def inbox(
    connection: WriteConnection, party: str, *, only_open: bool, limit: int
) -> list[RecallNotice]:
    """What a party was told, the newest first."""
    bound = {"party": party, "open": only_open, "limit": limit}
    return [RecallNotice(*row) for row in await connection.execute(_INBOX, bound)]


async def of_recall(
    connection: WriteConnection, recall: UUID, after: str, limit: int
) -> list[RecallNotice]:
    """Who was told of a recall, behind a party."""
    bound = {"recall": recall, "after": after, "limit": limit}
    return [RecallNotice(*row) for row in await connection.execute(_OF_RECALL, bound)]


async def acknowledge(connection: WriteConnection, party: str, recall: UUID) -> datetime | None:
    """Note that a party knows; when it first said so, ``None`` if it was never told."""
    bound = {"party": party, "recall": recall}
    acknowledged: datetime | None = await connection.scalar(_ACKNOWLEDGE, bound)
    return acknowledged


async def take_due(connection: WriteConnection, limit: int) -> Sequence[Due]:
    """Notices to be sent now; whoever takes them has ``LEASE_SECONDS`` to say how it went."""
    bound = {"lease": LEASE_SECONDS, "most": ATTEMPTS_LIMIT, "limit": limit}
    return [Due(*row) for row in await connection.execute(_TAKE, bound)]


async def delivered(connection: WriteConnection, due: Due) -> None:
    """The webhook took it."""
    await connection.execute(_DELIVERED, {"party": due.party, "recall": due.recall})


async def failed(connection: WriteConnection, due: Due, problem: str, pause: float) -> None:
    """The webhook did not take it; it is tried again after ``pause`` seconds."""
    bound = {"party": due.party, "recall": due.recall, "problem": problem, "pause": pause}
    await connection.execute(_FAILED, bound)


async def set_webhook(connection: WriteConnection, party: str, url: str, secret: str) -> None:
    """Send a party's notices there from now on, those it has not acknowledged too."""
    await connection.execute(_SET, {"party": party, "url": url, "secret": secret})
    await connection.execute(_SEND_OPEN, {"party": party})


async def unset_webhook(connection: WriteConnection, party: str) -> None:
    """Send a party nothing any more; its inbox stays."""
    await connection.execute(_UNSET, {"party": party})
    await connection.execute(_STOP, {"party": party})


async def find_webhook(connection: WriteConnection, party: str) -> str | None:
    """Where a party's notices are sent."""
    url: str | None = await connection.scalar(_WEBHOOK, {"party": party})
    return url
