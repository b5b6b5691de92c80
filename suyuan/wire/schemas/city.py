"""The JSON Schema of the city form: as it is, and as OpenAPI names its parts."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files
from typing import Any

_REFERENCE = re.compile(r'"#/\$defs/(\w+)"')


@cache
def text() -> str:
    """The schema, JSON Schema 2020-12."""
    return files("suyuan.wire.schemas").joinpath("city.schema.json").read_text("utf-8")


def components() -> dict[str, Any]:
    """Its parts as components of OpenAPI 3.1: ``CityEvent``, ``CityItem``, ``CityProduct`` …"""
    schema = json.loads(
        _REFERENCE.sub(lambda found: f'"#/components/schemas/{_named(found[1])}"', text())
    )
    parts = {_named(name): part for name, part in schema.pop("$defs").items()}
    told = {name: value for name, value in schema.items() if name not in ("$schema", "$id")}
    return {"CityEvent": told, **parts}


def _named(part: str) -> str:
    return f"City{part.capitalize()}"
