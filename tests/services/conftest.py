"""What several tests of services need of a city."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import httpx
import pytest

from suyuan.web import profiles as web_profiles
from tests.city import SUBSYSTEMS, City


@pytest.fixture
def seller(city: City) -> httpx.Client:
    """The enterprise that reports, at the department of meat."""
    return city.client("seller", at="meat")


@pytest.fixture
def department(city: City) -> httpx.Client:
    """The department of meat, at its own subsystem."""
    return city.client("department meat", at="meat")


@pytest.fixture
def in_force(city: City, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[bytes], None]]:
    """Put the department's own profile of meat into its folder, and wait until it is taken up."""
    monkeypatch.setattr(web_profiles, "LOOK_SECONDS", 0.02)
    path = city.profiles / "meat.toml"
    apps = [city.served[name]._app for name in (*SUBSYSTEMS, "gateway")]

    def wait(version: str) -> None:
        ends = time.monotonic() + 20
        while any(a.state.profiles.profiles["meat"].version != version for a in apps):
            assert time.monotonic() < ends
            time.sleep(0.02)

    def put(text: bytes) -> None:
        path.write_bytes(text)
        wait("2026.2-xm")

    yield put
    path.unlink(missing_ok=True)
    wait("2026.1")
