"""The settings of one service: one frozen object, read once, passed to ``create_app``.

Every field is also an environment variable ``SUYUAN_<FIELD>``; ``docs/settings.md`` has the table.
"""

from __future__ import annotations

from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from suyuan.storage.engine import database_url
from suyuan.web.quotas import networks

ENV_PREFIX = "SUYUAN_"

# A database's name is ``suyuan_<subsystem>``, and a path's first segment is the subsystem's id.
_SUBSYSTEM = r"^[a-z][a-z0-9_]{0,30}$"


class Service(StrEnum):
    """Which of the services this process is; ``subsystem`` is ingest and query together."""

    INGEST = "ingest"
    QUERY = "query"
    SUBSYSTEM = "subsystem"
    GATEWAY = "gateway"


class Environment(StrEnum):
    """``embedded`` is all on one machine, made by ``make run``; ``production`` assumes nothing."""

    EMBEDDED = "embedded"
    PRODUCTION = "production"


class SettingsRefused(ValueError):
    """The settings contradict each other or lack something; each sentence names the variable."""

    def __init__(self, sentences: list[str]) -> None:
        self.sentences = sentences
        super().__init__("\n".join(sentences))


class ServiceSettings(BaseSettings):
    """What one service needs to know before it starts; ``load`` says in sentences what is wrong."""

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX, frozen=True, extra="forbid", hide_input_in_errors=True
    )

    service: Service
    subsystem: Annotated[str, Field(pattern=_SUBSYSTEM)] | None = None
    environment: Environment = Environment.EMBEDDED
    database_url: str = Field(repr=False)
    read_database_url: str | None = Field(default=None, repr=False)
    database_roles: bool = True
    claims_public_key: Path | None = None
    claims_private_key: Path | None = None
    registry: Path | None = None
    coding_keys: Path | None = None
    profiles: Path | None = None
    sector: (
        Literal["food", "drugs", "liquor", "produce", "inputs", "imports", "meat", "enterprise"]
        | None
    ) = None
    webhook_private: bool = False
    public_url: str = "http://127.0.0.1:8000"
    max_body_bytes: int = Field(default=16 * 1024 * 1024, ge=1024)
    max_file_bytes: int = Field(default=512 * 1024 * 1024, ge=1024)
    max_bodies_bytes: int = Field(default=32 * 1024 * 1024, ge=1024)
    max_captures: int = Field(default=8, ge=1)
    key_rate: float = Field(default=2_000, ge=0, allow_inf_nan=False)
    key_burst: int = Field(default=4_000, ge=1)
    anonymous_rate: float = Field(default=100, ge=0, allow_inf_nan=False)
    anonymous_burst: int = Field(default=1_000, ge=1)
    trusted_proxies: str = ""
    max_events: int = Field(default=10_000, ge=1)
    max_lookup_keys: int = Field(default=10_000, ge=1)
    max_lookup_edges: int = Field(default=100_000, ge=1)
    consumer_seconds: float = Field(default=0.8, gt=0, le=60)
    official_seconds: float = Field(default=3, gt=0, le=60)
    member_connections: int = Field(default=64, ge=1)
    docs: bool = True

    @classmethod
    def load(cls, **given: Any) -> Self:
        """Settings from ``given`` and, for what is not given, the environment.

        Raises ``SettingsRefused`` with one sentence for each setting that is wrong.
        """
        try:
            return cls(**given)
        except ValidationError as error:
            raise SettingsRefused([s for f in error.errors() for s in _sentences(f)]) from None

    @property
    def name(self) -> str:
        """What this service is called by the others: the subsystem's id, or ``gateway``."""
        return self.subsystem or Service.GATEWAY.value

    @property
    def own_sector(self) -> str:
        """The sector that figures count events in which name none: by default the subsystem's."""
        return self.sector or self.name

    @property
    def own_database_url(self) -> str:
        """The service's own database: as given, or ``suyuan_<name>`` if only a server is named."""
        return self._own(self.database_url)

    @property
    def own_read_database_url(self) -> str | None:
        """The replica to read from, with the same rule; ``None`` where there is none."""
        return self._own(self.read_database_url) if self.read_database_url else None

    def _own(self, url: str) -> str:
        return url if make_url(url).database else database_url(url, f"suyuan_{self.name}")

    @model_validator(mode="after")
    def _agree(self) -> Self:
        sentences = [
            *self._database_faults(),
            *self._service_faults(),
            *self._public_faults(),
            *self._proxy_faults(),
        ]
        if sentences:
            raise ValueError("\n".join(sentences))
        return self

    def _database_faults(self) -> list[str]:
        faults = []
        for name, url in (
            ("DATABASE_URL", self.database_url),
            ("READ_DATABASE_URL", self.read_database_url),
        ):
            if url is not None and not _is_postgresql(url):
                faults.append(
                    f"{ENV_PREFIX}{name} must be the address of a PostgreSQL server,"
                    " such as postgresql://user:password@host:5432/database."
                )
        return faults

    def _service_faults(self) -> list[str]:
        if self.service is Service.GATEWAY:
            wrong = {
                "SUBSYSTEM must not be set for the gateway": self.subsystem is not None,
                "REGISTRY must name the file of subsystems for the gateway": self.registry is None,
                "CLAIMS_PRIVATE_KEY must name the gateway's signing key file": (
                    self.claims_private_key is None
                ),
                "CLAIMS_PUBLIC_KEY must not be set for the gateway, which signs claims and"
                " accepts none": self.claims_public_key is not None,
            }
        else:
            wrong = {
                f"SUBSYSTEM must name the subsystem that this {self.service} belongs to": (
                    self.subsystem is None
                ),
                "SUBSYSTEM must not be gateway, the gateway's own name": (
                    self.subsystem == Service.GATEWAY
                ),
                "REGISTRY belongs to the gateway alone": self.registry is not None,
                "CLAIMS_PRIVATE_KEY belongs to the gateway alone": (
                    self.claims_private_key is not None
                ),
            }
        return [f"{ENV_PREFIX}{sentence}." for sentence, is_wrong in wrong.items() if is_wrong]

    def _proxy_faults(self) -> list[str]:
        try:
            networks(self.trusted_proxies)
        except ValueError:
            return [f"{ENV_PREFIX}TRUSTED_PROXIES must be like 10.0.0.5, 192.168.7.0/24."]
        return []

    def _public_faults(self) -> list[str]:
        parts = _split(self.public_url)
        if parts is None:
            return [f"{ENV_PREFIX}PUBLIC_URL must be a web address without query or fragment."]
        if self.environment is Environment.EMBEDDED:
            return []
        faults = []
        if parts[0] != "https" or _is_local(parts[1]):
            faults.append(
                f"{ENV_PREFIX}PUBLIC_URL is printed on products: in production it must be an"
                " https address that a phone can reach."
            )
        if not self.database_roles:
            faults.append(f"{ENV_PREFIX}DATABASE_ROLES must be on in production.")
        return faults


def _sentences(fault: Any) -> list[str]:
    """What one of pydantic's faults says; our own are sentences already, one a line."""
    if not fault["loc"]:
        return str(fault["ctx"]["error"]).splitlines()
    name = str(fault["loc"][0])
    if fault["type"] == "extra_forbidden":
        return [f"There is no setting {name}."]
    if fault["type"] == "missing":
        return [f"{ENV_PREFIX}{name.upper()} must be set."]
    return [f"{ENV_PREFIX}{name.upper()} is wrong: {fault['msg']}."]


def _is_postgresql(url: str) -> bool:
    try:
        return make_url(url).get_backend_name() in ("postgresql", "postgres")
    except (ArgumentError, ValueError):
        return False


def _split(url: str) -> tuple[str, str] | None:
    """``(scheme, host)`` of a web address, ``None`` if it is not one that a path can follow."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
        _ = parts.port  # raises where the port is not a number
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment:
        return None
    return parts.scheme, host


def _is_local(host: str) -> bool:
    try:
        return ip_address(host).is_loopback or ip_address(host).is_unspecified
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
