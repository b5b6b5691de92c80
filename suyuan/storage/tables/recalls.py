"""Recalls, what they reach, and who was told."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Index,
    Integer,
    Numeric,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)

from suyuan.storage.tables.columns import CODE, metadata, moment

# Recalls (suyuan/storage/recalls.py): what was proposed, as JSON, and every step since. ``claim``
# is of the process that finds out what a recall reaches.
recalls = Table(
    "recalls",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("home", CODE, nullable=False),
    Column("proposal", Text, nullable=False),
    Column("state", CODE, nullable=False),
    Column("drill", Boolean, nullable=False),
    Column("quantities", Text),
    Column("claim", Uuid),
    Column("heartbeat_at", DateTime(timezone=True)),
    Column("attempts", SmallInteger, nullable=False, server_default="0"),
    moment("created_at", given_here=True),
)
Index("recalls_by_state", recalls.c.state, recalls.c.created_at)

recall_steps = Table(
    "recall_steps",
    metadata,
    Column("recall", Uuid, nullable=False),
    Column("number", Integer, nullable=False),
    Column("action", CODE, nullable=False),
    moment("at"),
    Column("owner", CODE, nullable=False),
    Column("key", CODE, nullable=False),
    Column("note", Text, nullable=False, server_default=""),
    PrimaryKeyConstraint("recall", "number", name="recall_steps_pkey"),
)

# What a recall reaches: each thing once, with where it was last known to be.
recall_things = Table(
    "recall_things",
    metadata,
    Column("recall", Uuid, nullable=False),
    Column("code", CODE, nullable=False),
    Column("is_lot", Boolean, nullable=False),
    Column("state", CODE),
    Column("holder", CODE),
    Column("place", CODE),
    Column("last_time", DateTime(timezone=True)),
    Column("worst_case", Numeric),
    Column("pro_rata", Numeric),
    Column("unit", CODE),
    PrimaryKeyConstraint("recall", "code", name="recall_things_pkey"),
)
Index("recall_things_by_holder", recall_things.c.recall, recall_things.c.holder)

# What was asked for a recall and not answered.
recall_holes = Table(
    "recall_holes",
    metadata,
    Column("recall", Uuid, nullable=False),
    Column("number", Integer, nullable=False),
    Column("subsystem", CODE, nullable=False),
    Column("reason", CODE, nullable=False),
    Column("questions", Integer, nullable=False),
    Column("signed_off_by", CODE),
    PrimaryKeyConstraint("recall", "number", name="recall_holes_pkey"),
)

# Whom a published recall concerns, and how far telling them is.
recall_notices = Table(
    "recall_notices",
    metadata,
    Column("party", CODE, nullable=False),
    Column("recall", Uuid, nullable=False),
    Column("things", BigInteger, nullable=False),
    moment("told_at", given_here=True),
    Column("acknowledged_at", DateTime(timezone=True)),
    Column("attempts", SmallInteger, nullable=False, server_default="0"),
    Column("next_at", DateTime(timezone=True)),
    Column("delivered_at", DateTime(timezone=True)),
    Column("problem", Text),
    PrimaryKeyConstraint("party", "recall", name="recall_notices_pkey"),
)
Index(
    "recall_notices_due",
    recall_notices.c.next_at,
    postgresql_where=text("delivered_at IS NULL"),
)

# Where an enterprise wants its notices sent, and the secret that they are signed with.
webhooks = Table(
    "webhooks",
    metadata,
    Column("party", CODE, primary_key=True),
    Column("url", Text, nullable=False),
    Column("secret", Text, nullable=False),
    moment("set_at", given_here=True),
)
