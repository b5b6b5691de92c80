"""What the layout of ``events`` and ``edges`` costs: the experiment behind docs/decisions/0010.

``python -m bench.layout [--quick]`` loads the same made-up events into variants of the two tables,
batch by batch with a commit each, and prints for each the last tenth of the load (microseconds an
event, those of the server's processor too, bytes of WAL), its size on disk, and how long a frontier
of a hundred codes takes.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from io import BytesIO
from typing import Any

import asyncpg

from bench.figures import Figure, machine, report, say
from bench.servers import SUBSYSTEM, cpu_seconds, postgres
from suyuan.storage.provision import service_url

BATCH = 1_000
FRONTIER = 100
PROBES = 200
PARTIES = [f"urn:suyuan:cn:9135{n:014}" for n in range(500)]
FILLING = "鲜猪肉 白条半片 Fresh pork, half carcass; 漳州市动物卫生监督所 " * 7


@dataclass(frozen=True, slots=True)
class Variant:
    """One layout: the types of its columns, its indexes, and how a code is spelled as a key."""

    key: str = "uuid"
    document: str = "text"
    code: str = 'text COLLATE "C"'
    spell: Callable[[str], str] = str
    events_indexes: tuple[str, ...] = ("(id)",)
    edges_indexes: tuple[str, ...] = ("(code, time)", "(other, time) WHERE other IS NOT NULL")


def _hashed(code: str) -> str:
    return blake2b(code.encode(), digest_size=16).hexdigest()


_LISTS = ("(id)", "(party, time, record_time)", "(time, record_time)")
VARIANTS = {
    "plain": Variant(),
    "hashed_codes": Variant(code="uuid", spell=_hashed),
    "one_index": Variant(edges_indexes=("(code, time)",)),
    "covering": Variant(
        edges_indexes=(
            "(code, time) INCLUDE (record_time, event, role, rank, ends, is_lot, id, party, other)",
            "(other, time) WHERE other IS NOT NULL",
        )
    ),
    "jsonb": Variant(document="jsonb"),
    "bytea_key": Variant(key="bytea"),
    "with_lists": Variant(events_indexes=_LISTS),
}


def tables(variant: Variant) -> str:
    """The two tables, with the columns of ``suyuan.storage.tables.events``."""
    text = 'text COLLATE "C"'
    statements = [
        "DROP TABLE IF EXISTS layout_events, layout_edges",
        f"""CREATE TABLE layout_events (
            key {variant.key} NOT NULL, party {text} NOT NULL, declaration boolean NOT NULL,
            authority boolean NOT NULL, content {variant.key} NOT NULL, time timestamptz NOT NULL,
            record_time timestamptz NOT NULL DEFAULT now(), form smallint NOT NULL, kind {text},
            sector {text}, id {text} NOT NULL, reporter {text} NOT NULL,
            document {variant.document} NOT NULL, PRIMARY KEY (key, party, declaration))""",
        f"""CREATE TABLE layout_edges (
            code {variant.code} NOT NULL, time timestamptz NOT NULL,
            record_time timestamptz NOT NULL DEFAULT now(), event {variant.key} NOT NULL,
            role smallint NOT NULL, rank smallint NOT NULL, ends boolean NOT NULL,
            is_lot boolean NOT NULL, id {text} NOT NULL, party {text} NOT NULL,
            other {variant.code})""",
        *(f"CREATE INDEX ON layout_events {index}" for index in variant.events_indexes),
        *(f"CREATE INDEX ON layout_edges {index}" for index in variant.edges_indexes),
    ]
    return "; ".join(statements)


def lot_of(number: int) -> str:
    return f"https://id.gs1.org/01/06901234567892/10/B{number:09}"


def rows(variant: Variant, first: int) -> tuple[bytes, bytes]:
    """A batch in COPY's text format: events by key, edges by code."""
    events, edges = [], []
    for number in range(first, first + BATCH):
        lot, step = divmod(number, 5)
        key = blake2b(str(number).encode(), digest_size=16).hexdigest()
        if variant.key == "bytea":
            key = f"\\\\x{key}"
        party, name = PARTIES[number % len(PARTIES)], f"ERP-2026-{number:09}"
        moment = f"2026-{1 + number // 2_500_000:02}-{1 + number // 90_000 % 28:02}T"
        moment += f"{number // 3_600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}+08:00"
        document = f'{{"id":"{name}","code":"{lot_of(lot)}","text":"{FILLING}"}}'
        facts = ("f", "f", key, moment, "0", "wholesale", "", name, party, document)
        events.append("\t".join((key, party, *facts)))
        ends = [(variant.spell(lot_of(lot)), "")]
        if step == 0:
            made = variant.spell(f"event:{key}")
            ends = [(ends[0][0], made), (variant.spell(f"{party}:PIG-{lot:09}"), made)]
        elif step == 3:
            box = variant.spell(f"{party}:BOX-{lot:09}")
            ends = [(ends[0][0], box), (box, "")]
        edges += [
            f"{code}\t{moment}\t{key}\t0\t1\tf\tt\t{name}\t{party}\t{other}" for code, other in ends
        ]
    return ("\n".join(sorted(events)) + "\n").encode(), ("\n".join(sorted(edges)) + "\n").encode()


EVENTS = (
    *("key", "party", "declaration", "authority", "content", "time", "form"),
    *("kind", "sector", "id", "reporter", "document"),
)
EDGES = ("code", "time", "event", "role", "rank", "ends", "is_lot", "id", "party", "other")


async def load(connection: Any, variant: Variant, events: int) -> dict[str, float]:
    """Load so many events; what the last tenth of them cost."""
    await connection.execute(tables(variant))
    await connection.execute("CHECKPOINT")
    process = await connection.fetchval("SELECT pg_backend_pid()")
    spans: list[float] = []
    measured_from, wal, cpu = events - events // 10, 0, 0.0
    for first in range(0, events, BATCH):
        if first == measured_from:
            wal = await connection.fetchval("SELECT pg_current_wal_lsn() - '0/0'")
            cpu = cpu_seconds(process)
        batch = rows(variant, first)
        began = time.perf_counter()
        async with connection.transaction():
            for table, columns, source in (
                ("events", EVENTS, batch[0]),
                ("edges", EDGES, batch[1]),
            ):
                await connection.copy_to_table(
                    f"layout_{table}", source=BytesIO(source), columns=columns, null=""
                )
        if first >= measured_from:
            spans.append(time.perf_counter() - began)
    grown = await connection.fetchval("SELECT pg_current_wal_lsn() - '0/0'") - wal
    return {
        "cpu_us_per_event": (cpu_seconds(process) - cpu) / (events - measured_from) * 1e6,
        "us_per_event": statistics.median(spans) / BATCH * 1e6,
        "wal_bytes_per_event": float(grown) / (events - measured_from),
    }


async def sizes(connection: Any, events: int) -> dict[str, float]:
    """Bytes an event on disk, of each table and of its indexes."""
    found = {}
    for table in ("events", "edges"):
        for what in ("table", "indexes"):
            query = f"SELECT pg_{what}_size('layout_{table}')"
            found[f"{table}_{what}_bytes"] = await connection.fetchval(query) / events
    return found


async def probe(connection: Any, variant: Variant, events: int) -> dict[str, float]:
    """How long a frontier takes: each code's edges, one index probe each, rows fetched."""
    await connection.execute("VACUUM ANALYZE layout_events, layout_edges")
    kind = variant.code.partition(" ")[0]
    query = await connection.prepare(
        f"""SELECT e.* FROM unnest(CAST($1 AS {kind}[])) AS asked (code) CROSS JOIN LATERAL
            (SELECT * FROM layout_edges e WHERE e.code = asked.code ORDER BY e.time LIMIT 1000) e"""  # noqa: S608 - a type of ours
    )
    chance = random.Random(1)
    spans = []
    for _ in range(PROBES):
        asked = [variant.spell(lot_of(chance.randrange(events // 5))) for _ in range(FRONTIER)]
        began = time.perf_counter()
        await query.fetch(asked)
        spans.append(time.perf_counter() - began)
    return {"frontier_ms": statistics.median(spans) * 1e3}


async def measure(server_url: str, events: int) -> list[Figure]:
    """Every variant, one after the other on one server."""
    url = service_url(server_url, SUBSYSTEM).replace("+asyncpg", "")
    figures = []
    for name, variant in VARIANTS.items():
        connection = await asyncpg.connect(url)
        found = await load(connection, variant, events)
        found |= await sizes(connection, events)
        found |= await probe(connection, variant, events)
        await connection.execute("DROP TABLE layout_events, layout_edges")
        await connection.close()
        say(f"{name}: " + ", ".join(f"{what} {value:.1f}" for what, value in found.items()))
        figures += [Figure(f"{name}_{what}", round(value, 2)) for what, value in found.items()]
    return figures


def main() -> None:
    """Measure, and print the one JSON line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a hundred thousand events")
    events = 100_000 if parser.parse_args().quick else 2_000_000
    with postgres() as url:
        figures = asyncio.run(measure(url, events))
        report("layout", {**machine(), "events": events, "batch": BATCH}, figures)


if __name__ == "__main__":
    main()
