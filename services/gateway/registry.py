"""The registry: every subsystem that is expected to answer, well or not, in one TOML file.

[[subsystem]]
id = "meat"
sectors = ["meat"]
adapter = "suyuan"
ingest_url = "http://127.0.0.1:8103"
query_url = "http://127.0.0.1:8103"
timeout = 3.0
name = { zh = "肉菜禽流通追溯", en = "Meat, vegetables and poultry" }
department = { zh = "市商务局", en = "Commerce Bureau" }
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from suyuan.domain.activities import SECTORS
from suyuan.domain.codes.link_paths import PRIMARY_KEYS

# First path segments that the gateway serves itself: no subsystem may be called so.
RESERVED = frozenset(
    {*PRIMARY_KEYS, "v1", "t", "epcis", "docs", "openapi.json", "healthz", "readyz", "metrics"}
    | {"gateway", "complaints", ".well-known"}
)


class RegistryRefused(ValueError):
    """The registry file cannot be used; the sentence says what in it is wrong."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Bilingual(_Model):
    zh: str
    en: str


class Subsystem(_Model):
    """One expected member. ``timeout`` is in seconds, for one call.

    ``copies``: it takes copies of what is reported to others and concerns its enterprises.
    """

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,30}$")]
    name: Bilingual
    department: Bilingual
    sectors: tuple[str, ...]
    adapter: Literal["suyuan"] = "suyuan"
    ingest_url: Annotated[str, Field(pattern=r"^https?://[^/]+")]
    query_url: Annotated[str, Field(pattern=r"^https?://[^/]+")]
    timeout: Annotated[float, Field(gt=0, le=60)] = 3.0
    copies: bool = True

    @field_validator("id")
    @classmethod
    def _not_reserved(cls, value: str) -> str:
        if value in RESERVED:
            raise ValueError(f"{value} is a path of the gateway's own")
        return value

    @field_validator("sectors")
    @classmethod
    def _known_sectors(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        unknown = set(value) - set(SECTORS)
        if unknown:
            raise ValueError(f"no such sector: {', '.join(sorted(unknown))}")
        return value


class _File(_Model):
    subsystem: tuple[Subsystem, ...]


@dataclass(frozen=True, slots=True)
class Registry:
    """The subsystems by id, in the order of the file."""

    members: Mapping[str, Subsystem]

    def __iter__(self) -> Iterator[Subsystem]:
        return iter(self.members.values())

    def get(self, subsystem: str) -> Subsystem | None:
        return self.members.get(subsystem)

    def for_sector(self, sector: str) -> Subsystem | None:
        """The subsystem that takes a sector's reports."""
        return next((s for s in self if sector in s.sectors), None)


def read_registry(path: Path) -> Registry:
    """The registry in a file. Raises RegistryRefused with a sentence that names the place."""
    try:
        with path.open("rb") as file:
            raw = tomllib.load(file)
        members = _File.model_validate(raw).subsystem
    except OSError as error:
        raise RegistryRefused(f"{path} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RegistryRefused(f"{path} is not TOML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"])
        raise RegistryRefused(f"{path}: {where}: {first['msg']}") from error
    _each_once(path, [s.id for s in members], "subsystem")
    _each_once(path, [sector for s in members for sector in s.sectors], "sector")
    return Registry({s.id: s for s in members})


def _each_once(path: Path, names: list[str], what: str) -> None:
    repeated = {n for n in names if names.count(n) > 1}
    if repeated:
        raise RegistryRefused(f"{path}: {what} {', '.join(sorted(repeated))} is there twice")
