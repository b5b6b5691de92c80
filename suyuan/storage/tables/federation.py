"""The gateway's own: who holds what, what is on its way, how calls went."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Double,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
    text,
)

from suyuan.storage.tables.columns import CODE, metadata, moment

# The gateway's own: who probably holds what, by the hashes in the subsystems' change feeds, and how
# far each feed has been followed (suyuan/storage/holders.py).
holders = Table(
    "holders",
    metadata,
    Column("code", BigInteger, nullable=False),
    Column("subsystem", CODE, nullable=False),
    PrimaryKeyConstraint("code", "subsystem", name="holders_pkey"),
)

feeds = Table(
    "feeds",
    metadata,
    Column("subsystem", CODE, primary_key=True),
    Column("cursor", Text),
    Column("changes", BigInteger, nullable=False, server_default="0"),
    Column("last_change", DateTime(timezone=True)),
    Column("watermark", DateTime(timezone=True)),
    Column("follower", Uuid),
    Column("followed_at", DateTime(timezone=True)),
)

# The gateway's own: copies of reports on their way to other subsystems
# (suyuan/storage/deliveries.py).
deliveries = Table(
    "deliveries",
    metadata,
    Column("identity", Uuid, nullable=False),
    Column("subsystem", CODE, nullable=False),
    Column("origin", CODE, nullable=False),
    Column("event", Uuid, nullable=False),
    Column("uri", CODE, nullable=False),
    Column("declaration", Boolean, nullable=False),
    Column("content", Uuid, nullable=False),
    Column("subject", CODE, nullable=False),
    Column("owner", CODE, nullable=False),
    Column("role", CODE, nullable=False),
    Column("party", CODE),
    Column("home", CODE),
    Column("language", CODE, nullable=False),
    Column("document", Text, nullable=False),
    Column("report", Uuid, nullable=False),
    Column("state", CODE, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("problem", Text),
    moment("created_at", given_here=True),
    Column("tried_at", DateTime(timezone=True)),
    Column("settled_at", DateTime(timezone=True)),
    Column(
        "claimed_until",
        DateTime(timezone=True),
        nullable=False,
        server_default=text("'-infinity'"),
    ),
    PrimaryKeyConstraint("identity", "subsystem", name="deliveries_pkey"),
)
Index("deliveries_of_event", deliveries.c.event)
Index("deliveries_of_owner", deliveries.c.owner, deliveries.c.created_at)
Index("deliveries_by_time", deliveries.c.created_at)
Index(
    "deliveries_open",
    deliveries.c.subsystem,
    deliveries.c.created_at,
    postgresql_where=text("state IN ('pending', 'waiting')"),
)
Index("deliveries_pending", deliveries.c.report, postgresql_where=text("state = 'pending'"))

# The gateway's own: the exchange log (suyuan/storage/exchanges.py).
exchanges = Table(
    "exchanges",
    metadata,
    moment("hour"),
    Column("subsystem", CODE, nullable=False),
    Column("call", CODE, nullable=False),
    Column("outcome", CODE, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("seconds", Double, nullable=False),
    Column("slowest", Double, nullable=False),
    PrimaryKeyConstraint("hour", "subsystem", "call", "outcome", name="exchanges_pkey"),
)

# The gateway's own: what each subsystem said last of its recalls in force, as it came
# (suyuan/storage/member_recalls.py).
member_recalls = Table(
    "member_recalls",
    metadata,
    Column("subsystem", CODE, primary_key=True),
    Column("document", LargeBinary, nullable=False),
    moment("told_at", given_here=True),
)
