"""The OpenAPI descriptions of the three services, as files that are kept with the code."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from services.gateway.app import create_app as create_gateway
from services.ingest.app import create_app as create_ingest
from services.query.app import create_app as create_query
from suyuan.web.claims import generate_key_pair
from suyuan.web.settings import Service, ServiceSettings

# Nothing is connected to: an app knows its routes before it has met its database.
_NO_DATABASE = "postgresql://nowhere.invalid/suyuan"


def write(folder: Path) -> None:
    """Write ``ingest.json``, ``query.json`` and ``gateway.json`` into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in _texts():
        (folder / name).write_text(text, encoding="utf-8")


def differing(folder: Path) -> list[Path]:
    """The files of a folder that are missing, or not what ``write`` would write."""
    return [
        folder / name
        for name, text in _texts()
        if not (folder / name).exists() or (folder / name).read_text(encoding="utf-8") != text
    ]


def _texts() -> Iterator[tuple[str, str]]:
    for service, app in _apps():
        yield f"{service}.json", json.dumps(app.openapi(), ensure_ascii=False, indent=2) + "\n"


def _apps() -> Iterator[tuple[Service, FastAPI]]:
    yield Service.INGEST, create_ingest(_settings(Service.INGEST, subsystem="food"))
    yield Service.QUERY, create_query(_settings(Service.QUERY, subsystem="food"))
    with tempfile.TemporaryDirectory() as folder:
        key = Path(folder, "key.json")
        key.write_text(json.dumps(generate_key_pair()[0]))
        registry = Path(folder, "registry.toml")
        settings = _settings(Service.GATEWAY, claims_private_key=key, registry=registry)
        yield Service.GATEWAY, create_gateway(settings)


def _settings(service: Service, **given: Any) -> ServiceSettings:
    return ServiceSettings.load(service=service, database_url=_NO_DATABASE, **given)
