"""Files that are being taken in, and what jobs made."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)

from suyuan.storage.tables.columns import CODE, metadata, moment

# Files that are being taken in (suyuan/storage/jobs.py). Few rows, and claimed by looking over all
# of them: on a cluster these three stay on one node.
jobs = Table(
    "jobs",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("owner", CODE, nullable=False),
    Column("party", CODE),
    Column("name", Text, nullable=False),
    Column("format", CODE, nullable=False),
    Column("dry_run", Boolean, nullable=False),
    Column("kind", CODE, nullable=False, server_default="events"),
    Column("state", CODE, nullable=False, server_default="receiving"),
    Column("size", BigInteger, nullable=False, server_default="0"),
    Column("line", Integer, nullable=False, server_default="0"),
    Column("rows_total", Integer),
    Column("rows_read", Integer, nullable=False, server_default="0"),
    Column("accepted", Integer, nullable=False, server_default="0"),
    Column("repeated", Integer, nullable=False, server_default="0"),
    Column("rejected", Integer, nullable=False, server_default="0"),
    Column("advised", Integer, nullable=False, server_default="0"),
    Column("advice", Text),
    Column("header", Text),
    Column("problem", Text),
    Column("claim", Uuid),
    Column("attempts", SmallInteger, nullable=False, server_default="0"),
    moment("created_at", given_here=True),
    Column("started_at", DateTime(timezone=True)),
    Column("heartbeat_at", DateTime(timezone=True)),
    Column("finished_at", DateTime(timezone=True)),
)
Index(
    "jobs_open",
    jobs.c.created_at,
    postgresql_where=text("state IN ('receiving', 'waiting', 'running')"),
)

# A file in parts of a megabyte, until its job has ended.
job_parts = Table(
    "job_parts",
    metadata,
    Column("job", Uuid, nullable=False),
    Column("part", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
    PrimaryKeyConstraint("job", "part", name="job_parts_pkey"),
)

# The rows of a file that were refused, as they were, for the report.
job_rejections = Table(
    "job_rejections",
    metadata,
    Column("job", Uuid, nullable=False),
    Column("line", Integer, nullable=False),
    Column("cells", Text, nullable=False),
    Column("faults", Text, nullable=False),
    PrimaryKeyConstraint("job", "line", name="job_rejections_pkey"),
)

# What a job made, in parts of a megabyte, for as long as the job is known.
job_results = Table(
    "job_results",
    metadata,
    Column("job", Uuid, nullable=False),
    Column("part", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
    PrimaryKeyConstraint("job", "part", name="job_results_pkey"),
)
