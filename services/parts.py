"""The parts of the city on this machine: its services, and the watchers of its folders."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence

from services.city import DROPPING, demo_keys, drop_key_variable
from services.drop.state import Watch, read_state
from services.home import Home, RunningCity
from services.processes import GATEWAY, CityProcess, ServiceProcess
from suyuan.domain.errors import NotKnown

_WATCHER = "-drop"


class DropProcess(CityProcess):
    """What watches the folder of a department that has files only: ``suyuan drop``."""

    def __init__(self, home: Home, name: str) -> None:
        super().__init__(home, name)
        self._subsystem = name.removesuffix(_WATCHER)
        self._folder = home.drop_folder(self._subsystem)

    @property
    def url(self) -> str:
        """The folder."""
        return str(self._folder)

    def start(self, city: RunningCity) -> subprocess.Popen[bytes]:
        """Start it, in a folder that is made if need be."""
        del city  # the registry says where its subsystem is
        self._folder.mkdir(parents=True, exist_ok=True)
        environment = {
            "SUYUAN_REGISTRY": str(self._home.registry),
            drop_key_variable(self._subsystem): demo_keys(self._home).departments[self._subsystem],
        }
        return self._start(["drop", "--subsystem", self._subsystem], environment)

    def _is_ready(self) -> bool:
        return read_state(self._folder)[0] is Watch.WATCHED


def part(home: Home, name: str) -> CityProcess:
    """One part by its name, whether it runs or not."""
    return (DropProcess if name.endswith(_WATCHER) else ServiceProcess)(home, name)


def watchers(subsystems: Sequence[str]) -> tuple[str, ...]:
    """The names of those that watch a folder of these subsystems."""
    return tuple(f"{name}{_WATCHER}" for name in subsystems if name in DROPPING)


def parts_of(home: Home, city: RunningCity) -> list[CityProcess]:
    """All parts of a city in the order in which they stop: the gateway first."""
    names = (GATEWAY, *watchers(city.subsystems), *city.subsystems)
    return [part(home, name) for name in names]


def part_named(home: Home, city: RunningCity, name: str) -> CityProcess:
    """One part by its name. Raises ``NotKnown`` with the names there are."""
    found = {each.name: each for each in parts_of(home, city)}
    if name not in found:
        raise NotKnown("service_unknown", name=name, known=list(found))
    return found[name]
