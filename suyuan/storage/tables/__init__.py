"""The tables of a subsystem's database and of the gateway's.

No table has a sequence or a foreign key, and every unique key holds the column a table would be
distributed by (``events`` by key, ``edges`` by code), so that Citus can spread them as they are.
"""

from suyuan.storage.tables import (
    coding,
    consumers,
    coverage,
    events,
    federation,
    jobs,
    keys,
    purchasers,
    recalls,
    register,
)
from suyuan.storage.tables.columns import metadata

__all__ = [
    "coding",
    "consumers",
    "coverage",
    "events",
    "federation",
    "jobs",
    "keys",
    "metadata",
    "purchasers",
    "recalls",
    "register",
]
