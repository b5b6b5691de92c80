"""One service in this process (and its workers), from settings in the environment.

``app`` is the factory that a server's workers call: ``uvicorn --factory services.serve:app``.
"""

from __future__ import annotations

import gc
import os
from importlib import import_module

import uvicorn
from fastapi import FastAPI

from services.processes import GRACE_SECONDS
from suyuan.web.logs import configure_logging
from suyuan.web.settings import ENV_PREFIX, Service, ServiceSettings

# Only the module of the service that runs is imported: a gateway needs no ingest.
_MODULES = {
    Service.INGEST: "services.ingest.app",
    Service.QUERY: "services.query.app",
    Service.SUBSYSTEM: "services.subsystem",
    Service.GATEWAY: "services.gateway.app",
}

# Objects that may wait for the collector: more than a batch of a thousand reports makes.
_GARBAGE = 50_000


def app() -> FastAPI:
    """The app of the service that ``SUYUAN_SERVICE`` names. Raises ``SettingsRefused``."""
    configure_logging()
    settings = ServiceSettings.load()
    made = import_module(_MODULES[settings.service]).create_app(settings)
    assert isinstance(made, FastAPI)
    made.openapi()  # else whoever sends the first parameter waits until routes are described
    _collect_seldom()
    return made


def _collect_seldom() -> None:
    """Let the garbage collector look past what stays, and not come in the middle of a batch.

    A thousand reports are tens of thousands of objects, all freed by their counts alone: with
    Python's own threshold they are looked through a hundred times, a fifth of the time of a batch.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_GARBAGE)


def serve(
    service: Service, *, subsystem: str | None, host: str, port: int, workers: int = 1
) -> None:
    """Serve until a signal ends it. Raises ``SettingsRefused`` before anything is opened."""
    os.environ[f"{ENV_PREFIX}SERVICE"] = service.value
    if subsystem is not None:
        os.environ[f"{ENV_PREFIX}SUBSYSTEM"] = subsystem
    ServiceSettings.load()
    uvicorn.run(
        "services.serve:app",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        log_config=None,  # ours is ``configure_logging``
        access_log=False,
        server_header=False,
        proxy_headers=False,  # who is believed is a setting of ours: suyuan/web/quotas.py
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
