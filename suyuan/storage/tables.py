"""The tables of a subsystem's database and of the gateway's.

No table has a sequence or a foreign key, and every unique key holds the column a table would be
distributed by (``events`` by key, ``edges`` by code), so that Citus can spread them as they are.
"""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import INT8RANGE

from suyuan.storage.coverage_tables import coverage_tables

metadata = MetaData()
coverage_tables(metadata)

# Codes and ids are compared byte by byte: the database's own collation would cost time and could
# change with the operating system under an index.
_CODE = Text(collation="C")


def _moment(name: str, *, given_here: bool = False) -> Column[object]:
    default = func.now() if given_here else None
    return Column(name, DateTime(timezone=True), nullable=False, server_default=default)


# One row for each (event, reporter): two reporters may report one event, and an event and its
# error declaration share an id. ``document`` is what was reported, once, as text.
events = Table(
    "events",
    metadata,
    Column("key", Uuid, nullable=False),
    Column("party", _CODE, nullable=False),
    Column("declaration", Boolean, nullable=False),
    Column("authority", Boolean, nullable=False),
    Column("content", Uuid, nullable=False),
    _moment("time"),
    _moment("record_time", given_here=True),
    Column("form", SmallInteger, nullable=False),
    Column("kind", _CODE),
    Column("sector", _CODE),
    Column("id", _CODE, nullable=False),
    Column("reporter", _CODE, nullable=False),
    # The sector profiles that it was checked by, and what it does not keep of them as JSON text.
    Column("profile", _CODE),
    Column("breaches", Text),
    Column("document", Text, nullable=False),
    # The transaction that stored it: the order of the change feed (suyuan/storage/changes.py).
    Column(
        "xact",
        BigInteger,
        nullable=False,
        server_default=text("pg_current_xact_id()::text::bigint"),
    ),
    PrimaryKeyConstraint("key", "party", "declaration", name="events_pkey"),
)
Index("events_declarations", events.c.key, postgresql_where=events.c.declaration)
Index("events_by_id", events.c.id)
# The key's bytes: with the key itself in its second place PostgreSQL 18 may take this index, while
# the table is new, to find keys by, as quickly as by the primary key.
Index("events_changes", events.c.xact, text("uuid_send(key)"))
# Lists (suyuan/storage/lists.py). Spreadsheets put a million events under one instant: record time
# keeps a page from sorting them all, and costs ingest a third of what the key would, since the rows
# of a batch share it.
Index("events_by_party", events.c.party, events.c.time, events.c.record_time)
Index("events_by_time", events.c.time, events.c.record_time)

# The hot table: one row for each code's part in an event, with all that the walk decides by, so
# that a hop is one index probe for each code and no event body is read before the end.
edges = Table(
    "edges",
    metadata,
    Column("code", _CODE, nullable=False),
    _moment("time"),
    _moment("record_time", given_here=True),
    Column("event", Uuid, nullable=False),
    Column("role", SmallInteger, nullable=False),
    Column("rank", SmallInteger, nullable=False),
    Column("ends", Boolean, nullable=False),
    Column("is_lot", Boolean, nullable=False),
    Column("id", _CODE, nullable=False),
    Column("party", _CODE, nullable=False),
    Column("other", _CODE),
    Column("place", _CODE),
    Column("moves", SmallInteger, nullable=False, server_default="0"),
    Column("far_place", _CODE),
    Column("far_party", _CODE),
    Column("quantity", Numeric),
    Column("unit", _CODE),
)
Index("edges_by_code", edges.c.code, edges.c.time)
Index("edges_by_other", edges.c.other, edges.c.time, postgresql_where=text("other IS NOT NULL"))
# Sales that wait for their buyers (suyuan/storage/confirmations.py), by either side.
_SALES = text("moves = 1 AND far_party IS NOT NULL")
Index("edges_sales_by", edges.c.party, edges.c.time, edges.c.event, postgresql_where=_SALES)
Index("edges_sales_to", edges.c.far_party, edges.c.time, edges.c.event, postgresql_where=_SALES)

# Who bought under a real name, sealed (suyuan/wire/sealing.py), and who had it opened and why.
purchasers = Table(
    "purchasers",
    metadata,
    Column("event", Uuid, nullable=False),
    Column("seller", _CODE, nullable=False),
    Column("sealed", Text, nullable=False),
    _moment("registered_at", given_here=True),
    PrimaryKeyConstraint("event", "seller", name="purchasers_pkey"),
)
purchaser_openings = Table(
    "purchaser_openings",
    metadata,
    Column("number", BigInteger, nullable=False, autoincrement=False),
    _moment("opened_at", given_here=True),
    Column("event", _CODE, nullable=False),
    Column("seller", _CODE, nullable=False),
    Column("owner", _CODE, nullable=False),
    Column("key", _CODE),
    Column("reason", Text, nullable=False),
    PrimaryKeyConstraint("number", name="purchaser_openings_pkey"),
)

# What buyers dispute of sales to them: added once, never changed.
disputes = Table(
    "disputes",
    metadata,
    Column("event", Uuid, nullable=False),
    Column("seller", _CODE, nullable=False),
    Column("buyer", _CODE, nullable=False),
    Column("reason", Text, nullable=False),
    _moment("disputed_at", given_here=True),
    PrimaryKeyConstraint("event", "seller", name="disputes_pkey"),
)

# API keys: 32 random bytes each, of which only the SHA-256 is kept.
keys = Table(
    "keys",
    metadata,
    Column("key_hash", LargeBinary, primary_key=True),
    Column("role", _CODE, nullable=False),
    Column("party", _CODE),
    Column("home", _CODE),
    Column("label", Text, nullable=False, server_default=""),
    _moment("issued_at", given_here=True),
    Column("revoked_at", DateTime(timezone=True)),
)

# The register's versions (suyuan/storage/register.py): appended, never changed. ``number`` counts
# those of an id, and its place in the key makes two writers of one id meet.
register = Table(
    "register",
    metadata,
    Column("code", _CODE, nullable=False),
    Column("kind", SmallInteger, nullable=False),
    Column("number", Integer, nullable=False),
    Column("valid_from", Date, nullable=False),
    _moment("recorded_at", given_here=True),
    Column("content", Uuid, nullable=False),
    Column("holder", _CODE),
    Column("reporter", _CODE, nullable=False),
    Column("authority", Boolean, nullable=False),
    Column("document", Text, nullable=False),
    Column("sought", Text),  # what the directory is searched by: organisations, by departments
    # As of ``events``: the order in which versions were stored.
    Column(
        "xact",
        BigInteger,
        nullable=False,
        server_default=text("pg_current_xact_id()::text::bigint"),
    ),
    PrimaryKeyConstraint("code", "kind", "number", name="register_pkey"),
)
Index(
    "register_directory",
    register.c.code,
    register.c.valid_from.desc(),
    register.c.number.desc(),
    postgresql_where=register.c.sought.isnot(None),
)
Index("register_changes", register.c.xact)

# Filings (suyuan/storage/filings.py). Steps are appended; the other two follow from them.
filings = Table(
    "filings",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("party", _CODE, nullable=False),
    Column("state", _CODE, nullable=False),
    _moment("at"),
)
# One under way for each party: on a cluster these tables stay on one node.
Index(
    "filings_open",
    filings.c.party,
    unique=True,
    postgresql_where=text("state IN ('filed', 'returned')"),
)
Index("filings_by_state", filings.c.state, filings.c.at, filings.c.id)
Index("filings_by_party", filings.c.party, filings.c.at, filings.c.id)
filing_steps = Table(
    "filing_steps",
    metadata,
    Column("filing", Uuid, nullable=False),
    Column("number", Integer, nullable=False),
    Column("action", _CODE, nullable=False),
    _moment("at"),
    Column("owner", _CODE, nullable=False),
    Column("key", _CODE, nullable=False),
    Column("note", Text, nullable=False),
    Column("reasons", Text, nullable=False),
    Column("licence", _CODE),
    Column("since", Date),
    Column("dossier", Text),
    Column("people", Text),  # sealed: suyuan/wire/sealing.py
    PrimaryKeyConstraint("filing", "number", name="filing_steps_pkey"),
)
revocations = Table(
    "revocations",
    metadata,
    Column("party", _CODE, nullable=False),
    Column("licence", _CODE, nullable=False),  # empty: the filing itself
    Column("filing", Uuid, nullable=False),
    Column("since", Date, nullable=False),
    _moment("at"),
    PrimaryKeyConstraint("party", "licence", "filing", name="revocations_pkey"),
)

# Files that are being taken in (suyuan/storage/jobs.py). Few rows, and claimed by looking over all
# of them: on a cluster these three stay on one node.
jobs = Table(
    "jobs",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("owner", _CODE, nullable=False),
    Column("party", _CODE),
    Column("name", Text, nullable=False),
    Column("format", _CODE, nullable=False),
    Column("dry_run", Boolean, nullable=False),
    Column("kind", _CODE, nullable=False, server_default="events"),
    Column("state", _CODE, nullable=False, server_default="receiving"),
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
    _moment("created_at", given_here=True),
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

# The gateway's own: who probably holds what, by the hashes in the subsystems' change feeds, and how
# far each feed has been followed (suyuan/storage/holders.py).
holders = Table(
    "holders",
    metadata,
    Column("code", BigInteger, nullable=False),
    Column("subsystem", _CODE, nullable=False),
    PrimaryKeyConstraint("code", "subsystem", name="holders_pkey"),
)

feeds = Table(
    "feeds",
    metadata,
    Column("subsystem", _CODE, primary_key=True),
    Column("cursor", Text),
    Column("changes", BigInteger, nullable=False, server_default="0"),
    Column("last_change", DateTime(timezone=True)),
    Column("watermark", DateTime(timezone=True)),
    Column("follower", Uuid),
    Column("followed_at", DateTime(timezone=True)),
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

# Codes that were given out (suyuan/storage/coding.py). A stem belongs to whoever was given codes
# under it first; ``next`` is the first number that nobody has, ``notices`` how many there are.
code_stems = Table(
    "code_stems",
    metadata,
    Column("scheme", _CODE, nullable=False),
    Column("stem", _CODE, nullable=False),
    Column("owner", _CODE, nullable=False),
    Column("next", BigInteger, nullable=False),
    Column("notices", BigInteger, nullable=False, server_default="0"),
    PrimaryKeyConstraint("stem", "scheme", name="code_stems_pkey"),
)
code_ranges = Table(
    "code_ranges",
    metadata,
    Column("id", Uuid, nullable=False),
    Column("scheme", _CODE, nullable=False),
    Column("stem", _CODE, nullable=False),
    Column("first", BigInteger, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("owner", _CODE, nullable=False),
    Column("lot", _CODE),
    Column("reporter", _CODE, nullable=False),
    _moment("issued_at", given_here=True),
    PrimaryKeyConstraint("stem", "scheme", "first", name="code_ranges_pkey"),
)
Index("code_ranges_by_owner", code_ranges.c.owner, code_ranges.c.issued_at, code_ranges.c.id)
Index("code_ranges_by_id", code_ranges.c.id)

# What became of codes since, told of runs of numbers; appended, never changed. ``number`` counts a
# stem's notices, in the order in which they hold.
code_notices = Table(
    "code_notices",
    metadata,
    Column("stem", _CODE, nullable=False),
    Column("scheme", _CODE, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("run", INT8RANGE, nullable=False),
    Column("state", _CODE, nullable=False),
    Column("reason", Text, nullable=False),
    Column("lot", _CODE),
    Column("reporter", _CODE, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("stem", "scheme", "number", name="code_notices_pkey"),
)
Index("code_notices_by_run", code_notices.c.run, postgresql_using="gist")

# The gateway's own: copies of reports on their way to other subsystems
# (suyuan/storage/deliveries.py).
deliveries = Table(
    "deliveries",
    metadata,
    Column("identity", Uuid, nullable=False),
    Column("subsystem", _CODE, nullable=False),
    Column("origin", _CODE, nullable=False),
    Column("event", Uuid, nullable=False),
    Column("uri", _CODE, nullable=False),
    Column("declaration", Boolean, nullable=False),
    Column("content", Uuid, nullable=False),
    Column("subject", _CODE, nullable=False),
    Column("owner", _CODE, nullable=False),
    Column("role", _CODE, nullable=False),
    Column("party", _CODE),
    Column("home", _CODE),
    Column("language", _CODE, nullable=False),
    Column("document", Text, nullable=False),
    Column("report", Uuid, nullable=False),
    Column("state", _CODE, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("problem", Text),
    _moment("created_at", given_here=True),
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

# How often the page of a code was opened, by day (suyuan/storage/scans.py): consumers' scans and
# those of the trade apart. Whose they were is not in it.
scans = Table(
    "scans",
    metadata,
    Column("code", _CODE, nullable=False),
    Column("day", Date, nullable=False),
    Column("trade", Boolean, nullable=False),
    Column("count", BigInteger, nullable=False),
    PrimaryKeyConstraint("code", "day", "trade", name="scans_pkey"),
)

# What shoppers complain of, and what departments answer (suyuan/storage/complaints.py).
complaints = Table(
    "complaints",
    metadata,
    Column("number", _CODE, primary_key=True),
    _moment("made_at", given_here=True),
    Column("code", _CODE, nullable=False),
    Column("subsystems", ARRAY(Text), nullable=False),
    Column("topic", _CODE, nullable=False),
    Column("message", Text, nullable=False),
    Column("contact", Text),
)
Index("complaints_by_time", complaints.c.made_at, complaints.c.number)

complaint_answers = Table(
    "complaint_answers",
    metadata,
    Column("complaint", _CODE, nullable=False),
    Column("number", Integer, nullable=False),
    _moment("answered_at", given_here=True),
    Column("author", _CODE, nullable=False),
    Column("state", _CODE, nullable=False),
    Column("message", Text, nullable=False),
    PrimaryKeyConstraint("complaint", "number", name="complaint_answers_pkey"),
)

# The gateway's own: the exchange log (suyuan/storage/exchanges.py).
exchanges = Table(
    "exchanges",
    metadata,
    _moment("hour"),
    Column("subsystem", _CODE, nullable=False),
    Column("call", _CODE, nullable=False),
    Column("outcome", _CODE, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("seconds", Double, nullable=False),
    Column("slowest", Double, nullable=False),
    PrimaryKeyConstraint("hour", "subsystem", "call", "outcome", name="exchanges_pkey"),
)

# Who of the authorities looked at what (suyuan/storage/accesses.py): added to, never changed.
accesses = Table(
    "accesses",
    metadata,
    _moment("at"),
    Column("id", Uuid, nullable=False),
    Column("request", Uuid, nullable=False),
    Column("trace", _CODE),
    Column("role", _CODE, nullable=False),
    Column("owner", _CODE, nullable=False),
    Column("key", _CODE),
    Column("through", _CODE),
    Column("route", _CODE, nullable=False),
    Column("asked", ARRAY(Text), nullable=False),
    Column("asked_count", Integer, nullable=False),
    Column("events", BigInteger),
    Column("edges", BigInteger, nullable=False),
    Column("calls", Integer, nullable=False),
    Column("reason", _CODE),
    Column("reference", _CODE),
    PrimaryKeyConstraint("at", "id", name="accesses_pkey"),
)
Index("accesses_by_request", accesses.c.request)
Index("accesses_by_asked", accesses.c.asked, postgresql_using="gin")

# The gateway's own: what each subsystem said last of its recalls in force, as it came
# (suyuan/storage/member_recalls.py).
member_recalls = Table(
    "member_recalls",
    metadata,
    Column("subsystem", _CODE, primary_key=True),
    Column("document", LargeBinary, nullable=False),
    _moment("told_at", given_here=True),
)

# Recalls (suyuan/storage/recalls.py): what was proposed, as JSON, and every step since. ``claim``
# is of the process that finds out what a recall reaches.
recalls = Table(
    "recalls",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("home", _CODE, nullable=False),
    Column("proposal", Text, nullable=False),
    Column("state", _CODE, nullable=False),
    Column("drill", Boolean, nullable=False),
    Column("quantities", Text),
    Column("claim", Uuid),
    Column("heartbeat_at", DateTime(timezone=True)),
    Column("attempts", SmallInteger, nullable=False, server_default="0"),
    _moment("created_at", given_here=True),
)
Index("recalls_by_state", recalls.c.state, recalls.c.created_at)

recall_steps = Table(
    "recall_steps",
    metadata,
    Column("recall", Uuid, nullable=False),
    Column("number", Integer, nullable=False),
    Column("action", _CODE, nullable=False),
    _moment("at"),
    Column("owner", _CODE, nullable=False),
    Column("key", _CODE, nullable=False),
    Column("note", Text, nullable=False, server_default=""),
    PrimaryKeyConstraint("recall", "number", name="recall_steps_pkey"),
)

# What a recall reaches: each thing once, with where it was last known to be.
recall_things = Table(
    "recall_things",
    metadata,
    Column("recall", Uuid, nullable=False),
    Column("code", _CODE, nullable=False),
    Column("is_lot", Boolean, nullable=False),
    Column("state", _CODE),
    Column("holder", _CODE),
    Column("place", _CODE),
    Column("last_time", DateTime(timezone=True)),
    Column("worst_case", Numeric),
    Column("pro_rata", Numeric),
    Column("unit", _CODE),
    PrimaryKeyConstraint("recall", "code", name="recall_things_pkey"),
)
Index("recall_things_by_holder", recall_things.c.recall, recall_things.c.holder)

# What was asked for a recall and not answered.
recall_holes = Table(
    "recall_holes",
    metadata,
    Column("recall", Uuid, nullable=False),
    Column("number", Integer, nullable=False),
    Column("subsystem", _CODE, nullable=False),
    Column("reason", _CODE, nullable=False),
    Column("questions", Integer, nullable=False),
    Column("signed_off_by", _CODE),
    PrimaryKeyConstraint("recall", "number", name="recall_holes_pkey"),
)

# Whom a published recall concerns, and how far telling them is.
recall_notices = Table(
    "recall_notices",
    metadata,
    Column("party", _CODE, nullable=False),
    Column("recall", Uuid, nullable=False),
    Column("things", BigInteger, nullable=False),
    _moment("told_at", given_here=True),
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
    Column("party", _CODE, primary_key=True),
    Column("url", Text, nullable=False),
    Column("secret", Text, nullable=False),
    _moment("set_at", given_here=True),
)

# Certificates (suyuan/storage/certificates.py): entered once, each with steps that are appended.
certificates = Table(
    "certificates",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("issuer", _CODE, nullable=False),
    Column("number", _CODE, nullable=False),
    Column("subject", _CODE, nullable=False),
    Column("document", Text, nullable=False),
)
Index("certificates_known", certificates.c.issuer, certificates.c.number, unique=True)
Index("certificates_by_subject", certificates.c.subject, certificates.c.id)

certificate_steps = Table(
    "certificate_steps",
    metadata,
    Column("certificate", Uuid, nullable=False),
    Column("number", Integer, nullable=False),
    Column("action", _CODE, nullable=False),
    _moment("at"),
    Column("owner", _CODE, nullable=False),
    Column("key", _CODE, nullable=False),
    Column("note", Text, nullable=False),
    PrimaryKeyConstraint("certificate", "number", name="certificate_steps_pkey"),
)
