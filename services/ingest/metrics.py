"""What ingest counts: events by what became of them, files that are open."""

from __future__ import annotations

from fastapi import FastAPI
from prometheus_client import Counter, Gauge

from services.ingest.capture import Captured
from suyuan.storage import jobs
from suyuan.storage.engine import Database
from suyuan.web.health import Metrics


class IngestMetrics:
    """The counters of one process; open files are the whole subsystem's."""

    def __init__(self, metrics: Metrics) -> None:
        self._events = Counter(
            "suyuan_events",
            "Events that were reported, by what became of them.",
            ["outcome"],
            registry=metrics.registry,
        )
        self._jobs = Gauge(
            "suyuan_jobs", "Files that are not done.", ["state"], registry=metrics.registry
        )
        metrics.readers.append(self._read)

    def count(self, captured: Captured) -> None:
        """Count a body of reports; one that was refused whole is in the requests' statuses."""
        self._events.labels("accepted").inc(captured.accepted)
        self._events.labels("repeated").inc(captured.repeated)
        self._events.labels("rejected").inc(len({f.index for f in captured.rejected}))

    async def _read(self, database: Database) -> None:
        async with database.writing() as connection:
            found = await jobs.count_open(connection)
        for state in jobs.OPEN_STATES:
            self._jobs.labels(state.value).set(found.get(state, 0))


def measure(app: FastAPI) -> FastAPI:
    """Give an app that takes reports its counters."""
    app.state.ingest_metrics = IngestMetrics(app.state.metrics)
    return app
