"""The registry: every subsystem that is expected to answer, well or not, in one TOML file.

docs/federation.md says what each field means and how a department joins.

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

import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from suyuan.domain.activities import SECTORS
from suyuan.domain.codes import Use, candidates, recognise
from suyuan.domain.codes.link_paths import PRIMARY_KEYS
from suyuan.domain.codes.schemes import NAMES as KINDS
from suyuan.domain.errors import CodeError
from suyuan.sources.epcis import Dialect

# First path segments that the gateway serves itself: no subsystem may be called so.
RESERVED = frozenset(
    {*PRIMARY_KEYS, "v1", "t", "epcis", "docs", "openapi.json", "healthz", "readyz", "metrics"}
    | {"gateway", "complaints", "directory", ".well-known"}
)


class RegistryRefused(ValueError):
    """The registry file cannot be used; the sentence says what in it is wrong."""


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Bilingual(_Model):
    zh: str
    en: str


class Adapter(StrEnum):
    """How a member is spoken to.

    ``suyuan``  a subsystem of this software, over its own lookups
    ``file``    the same, of a department without a system, whose files are loaded into it
    ``epcis``   any EPCIS 2.0 server, by the standard's query interface alone
    """

    SUYUAN = "suyuan"
    FILE = "file"
    EPCIS = "epcis"


class Epcis(_Model):
    """What is known of a foreign EPCIS server.

    ``party`` is who reports there, where an event does not say otherwise. ``company_prefixes`` are
    the GS1 company prefixes in use there: with them a code is asked for by one URN, else by one for
    each length a prefix may have. ``spellings`` are those by which the server finds what it stored.
    """

    party: str
    company_prefixes: tuple[Annotated[str, Field(pattern=r"^[0-9]{6,12}$")], ...] = ()
    spellings: Annotated[tuple[Literal["digital_link", "urn"], ...], Field(min_length=1)] = (
        "digital_link",
        "urn",
    )
    events_path: Annotated[str, Field(pattern=r"^/")] = "/events"

    @field_validator("party")
    @classmethod
    def _is_party(cls, value: str) -> str:
        try:
            recognise(value, use=Use.PARTY)
        except CodeError as error:
            raise ValueError(
                f"party is the code of an organisation, which {value} is not"
            ) from error
        return value

    @property
    def dialect(self) -> Dialect:
        """The same, for the adapter."""
        return Dialect(
            recognise(self.party, use=Use.PARTY),
            self.company_prefixes,
            links="digital_link" in self.spellings,
            urns="urn" in self.spellings,
            events_path=self.events_path,
        )


class Drop(_Model):
    """The folder that a department drops its files into, for ``suyuan drop --subsystem ID``.

    ``key`` is the name of the environment variable with the department's key; only the watcher
    reads it. A file is whole when it has not changed for ``settle`` seconds.
    """

    folder: Path
    key: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")] = "SUYUAN_KEY"
    settle: Annotated[float, Field(ge=0.1, le=3600)] = 5.0

    @field_validator("folder")
    @classmethod
    def _is_absolute(cls, value: Path) -> Path:
        if not value.is_absolute():
            raise ValueError(f"folder is a path from the root, which {value} is not")
        return value


class Subsystem(_Model):
    """One expected member. ``timeout`` is in seconds, for one question.

    ``kinds`` are the schemes of codes that it can know; without them any. ``credential`` names the
    environment variable with the token that it is to be shown. ``copies`` is whether it takes
    copies of what is reported to others and concerns its enterprises. ``drop`` is the folder of a
    department that has files only.
    """

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,30}$")]
    name: Bilingual
    department: Bilingual
    sectors: tuple[str, ...]
    kinds: tuple[str, ...] = ()
    adapter: Adapter = Adapter.SUYUAN
    ingest_url: Annotated[str, Field(pattern=r"^https?://[^/]+")] = ""
    query_url: Annotated[str, Field(pattern=r"^https?://[^/]+")]
    timeout: Annotated[float, Field(gt=0, le=60)] = 3.0
    copies: bool = True
    credential: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")] | None = None
    epcis: Epcis | None = None
    drop: Drop | None = None

    @property
    def is_ours(self) -> bool:
        """Whether it has the interfaces of this software."""
        return self.adapter is not Adapter.EPCIS

    @property
    def token(self) -> str | None:
        """What the environment variable of its credential holds."""
        return None if self.credential is None else os.environ[self.credential]

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.is_ours and not self.ingest_url:
            raise ValueError("ingest_url must say where its reports go")
        if not self.is_ours and (self.ingest_url or self.sectors):
            raise ValueError("an epcis server takes no reports: leave out ingest_url, sectors = []")
        if self.is_ours is not (self.epcis is None):
            raise ValueError("the table epcis belongs to the adapter epcis, and to it alone")
        if self.drop is not None and self.adapter is not Adapter.FILE:
            raise ValueError("the table drop belongs to the adapter file, and to it alone")
        if self.credential is not None and not os.environ.get(self.credential):
            raise ValueError(f"the environment variable {self.credential} is not set")
        return self

    @field_validator("kinds")
    @classmethod
    def _known_kinds(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        unknown = set(value) - set(KINDS)
        if unknown:
            raise ValueError(f"no such kind of code: {', '.join(sorted(unknown))}")
        return value

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

    @property
    def ours(self) -> list[Subsystem]:
        """The members that have the interfaces of this software."""
        return [s for s in self if s.is_ours]

    def may_know(self, subsystem: str, code: str) -> bool:
        """Whether a member can know a code at all, by the kinds of codes that it says it knows."""
        kinds = self.members[subsystem].kinds
        return not kinds or not _schemes(code).isdisjoint(kinds)

    def get(self, subsystem: str) -> Subsystem | None:
        """The member of an id, if it has the interfaces of this software."""
        member = self.members.get(subsystem)
        return member if member is not None and member.is_ours else None

    def for_sector(self, sector: str) -> Subsystem | None:
        """The subsystem that takes a sector's reports."""
        return next((s for s in self if sector in s.sectors), None)


@lru_cache(10_000)
def _schemes(code: str) -> frozenset[str]:
    """Every scheme that a canonical code may be of: twenty digits may be a drug or a piece of meat.

    A text that nobody recognises is an enterprise's own code.
    """
    return frozenset(c.scheme for c in candidates(code)) or frozenset({"private"})


def read_registry(path: Path) -> Registry:
    """The registry in a file. Raises RegistryRefused with a sentence that names the place."""
    try:
        with path.open("rb") as file:
            raw = tomllib.load(file)
        members = _File.model_validate(raw).subsystem
    except OSError as error:
        raise RegistryRefused(f"{path} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
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
