"""Who and what is registered, how it was filed, and what was certified."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)

from suyuan.storage.tables.columns import CODE, metadata, moment

# The register's versions (suyuan/storage/register.py): appended, never changed. ``number`` counts
# those of an id, and its place in the key makes two writers of one id meet.
register = Table(
    "register",
    metadata,
    Column("code", CODE, nullable=False),
    Column("kind", SmallInteger, nullable=False),
    Column("number", Integer, nullable=False),
    Column("valid_from", Date, nullable=False),
    moment("recorded_at", given_here=True),
    Column("content", Uuid, nullable=False),
    Column("holder", CODE),
    Column("reporter", CODE, nullable=False),
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
# The characters of a name: of thousands that Chinese names are written in, two are enough. It is
# searched more than written, so what is new waits in no list of its own.
Index(
    "register_sought",
    text("string_to_array(sought, NULL)"),
    postgresql_using="gin",
    postgresql_with={"fastupdate": "off"},
    postgresql_where=register.c.sought.isnot(None),
    _table=register,
)
Index("register_changes", register.c.xact)

# Filings (suyuan/storage/filings.py). Steps are appended; the other two follow from them.
filings = Table(
    "filings",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("party", CODE, nullable=False),
    Column("state", CODE, nullable=False),
    moment("at"),
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
    Column("action", CODE, nullable=False),
    moment("at"),
    Column("owner", CODE, nullable=False),
    Column("key", CODE, nullable=False),
    Column("note", Text, nullable=False),
    Column("reasons", Text, nullable=False),
    Column("licence", CODE),
    Column("since", Date),
    Column("dossier", Text),
    Column("people", Text),  # sealed: suyuan/wire/sealing.py
    PrimaryKeyConstraint("filing", "number", name="filing_steps_pkey"),
)

revocations = Table(
    "revocations",
    metadata,
    Column("party", CODE, nullable=False),
    Column("licence", CODE, nullable=False),  # empty: the filing itself
    Column("filing", Uuid, nullable=False),
    Column("since", Date, nullable=False),
    moment("at"),
    # As of ``register``: the order in which they were revoked.
    Column(
        "xact",
        BigInteger,
        nullable=False,
        server_default=text("pg_current_xact_id()::text::bigint"),
    ),
    PrimaryKeyConstraint("party", "licence", "filing", name="revocations_pkey"),
)
Index("revocations_changes", revocations.c.xact)

# Certificates (suyuan/storage/certificates.py): entered once, each with steps that are appended.
certificates = Table(
    "certificates",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("issuer", CODE, nullable=False),
    Column("number", CODE, nullable=False),
    Column("subject", CODE, nullable=False),
    Column("document", Text, nullable=False),
)
Index("certificates_known", certificates.c.issuer, certificates.c.number, unique=True)
Index("certificates_by_subject", certificates.c.subject, certificates.c.id)

certificate_steps = Table(
    "certificate_steps",
    metadata,
    Column("certificate", Uuid, nullable=False),
    Column("number", Integer, nullable=False),
    Column("action", CODE, nullable=False),
    moment("at"),
    Column("owner", CODE, nullable=False),
    Column("key", CODE, nullable=False),
    Column("note", Text, nullable=False),
    PrimaryKeyConstraint("certificate", "number", name="certificate_steps_pkey"),
)
