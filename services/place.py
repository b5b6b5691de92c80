"""Which server and which subsystems a command about databases is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from services.gateway.registry import RegistryRefused, read_registry
from services.home import Home, LocalSettings
from services.key_ring import KeyRing
from services.processes import GATEWAY
from suyuan.domain.errors import Refused


@dataclass(frozen=True, slots=True)
class Place:
    """A server, and the subsystems that have their databases there."""

    server_url: str
    subsystems: tuple[str, ...]

    def key_ring(self) -> KeyRing:
        return KeyRing(self.server_url, self.subsystems)

    @property
    def services(self) -> tuple[str, ...]:
        """All that have a database: the gateway too."""
        return (GATEWAY, *self.subsystems)

    def require(self, subsystem: str) -> None:
        """Raise ``Refused`` for a subsystem that is not one of these."""
        if subsystem not in self.subsystems:
            raise Refused("subsystem_unknown", text=subsystem, known=self.subsystems)


def find_place(environment: Mapping[str, str], subsystems: list[str] | None = None) -> Place:
    """Where a command about databases works.

    The server is ``SUYUAN_DATABASE_URL``, else that of the city here; the subsystems are those
    given, else those in the file ``SUYUAN_REGISTRY``, else those of the city here. Raises
    ``Unavailable`` where there is neither, ``Refused`` for a registry that cannot be read.
    """
    settings = LocalSettings.from_environment(environment)
    home = Home(settings.home)
    named = tuple(subsystems or _registered(environment))
    if settings.database_url is not None and named:
        return Place(settings.database_url, named)
    city = home.city()
    return Place(settings.database_url or city.server_url, named or city.subsystems)


def _registered(environment: Mapping[str, str]) -> list[str]:
    file = environment.get("SUYUAN_REGISTRY")
    if not file:
        return []
    try:
        return [subsystem.id for subsystem in read_registry(Path(file)).ours]
    except RegistryRefused as error:
        raise Refused("registry_refused", reason=str(error)) from error
