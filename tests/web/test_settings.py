from pathlib import Path
from typing import Any

import pytest

from suyuan.web.app import create_app
from suyuan.web.settings import ServiceSettings, SettingsRefused

ROOT = Path(__file__).parents[2]
SUBSYSTEM = {"service": "query", "subsystem": "food", "database_url": "postgresql://db/food"}
GATEWAY = {
    "service": "gateway",
    "database_url": "postgresql://db/gateway",
    "registry": "registry.toml",
    "claims_private_key": "gateway.jwk",
}
PRODUCTION = {"environment": "production", "public_url": "https://trace.example.cn"}


@pytest.fixture(autouse=True)
def nothing_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ServiceSettings.model_fields:
        monkeypatch.delenv(f"SUYUAN_{name.upper()}", raising=False)


@pytest.mark.parametrize("given", [SUBSYSTEM, GATEWAY, SUBSYSTEM | PRODUCTION])
def test_settings_that_agree_are_loaded(given: dict[str, Any]) -> None:
    assert ServiceSettings.load(**given).service.value == given["service"]


@pytest.mark.parametrize(
    ("given", "setting"),
    [
        ({}, "SUYUAN_DATABASE_URL"),
        (SUBSYSTEM | {"service": "cook"}, "SUYUAN_SERVICE"),
        (SUBSYSTEM | {"subsystem": None}, "SUYUAN_SUBSYSTEM"),
        (SUBSYSTEM | {"subsystem": "gateway"}, "SUYUAN_SUBSYSTEM"),
        (SUBSYSTEM | {"subsystem": "../etc"}, "SUYUAN_SUBSYSTEM"),
        (SUBSYSTEM | {"database_url": "mysql://db/food"}, "SUYUAN_DATABASE_URL"),
        (SUBSYSTEM | {"database_url": "::"}, "SUYUAN_DATABASE_URL"),
        (SUBSYSTEM | {"read_database_url": "http://db"}, "SUYUAN_READ_DATABASE_URL"),
        (SUBSYSTEM | {"registry": "r.toml"}, "SUYUAN_REGISTRY"),
        (SUBSYSTEM | {"claims_private_key": "k"}, "SUYUAN_CLAIMS_PRIVATE_KEY"),
        (SUBSYSTEM | {"max_events": 0}, "SUYUAN_MAX_EVENTS"),
        (SUBSYSTEM | {"key_rate": "inf"}, "SUYUAN_KEY_RATE"),
        (SUBSYSTEM | {"trusted_proxies": "10.0.0.5, proxy"}, "SUYUAN_TRUSTED_PROXIES"),
        (SUBSYSTEM | {"public_url": "suyuan"}, "SUYUAN_PUBLIC_URL"),
        (SUBSYSTEM | {"public_url": "http://h:x/"}, "SUYUAN_PUBLIC_URL"),
        (SUBSYSTEM | {"public_url": "http://h/?q"}, "SUYUAN_PUBLIC_URL"),
        (SUBSYSTEM | {"colour": "red"}, "colour"),
        (SUBSYSTEM | PRODUCTION | {"public_url": "http://h"}, "SUYUAN_PUBLIC_URL"),
        (SUBSYSTEM | PRODUCTION | {"public_url": "https://127.0.0.1"}, "SUYUAN_PUBLIC_URL"),
        (SUBSYSTEM | PRODUCTION | {"public_url": "https://localhost"}, "SUYUAN_PUBLIC_URL"),
        (SUBSYSTEM | PRODUCTION | {"database_roles": False}, "SUYUAN_DATABASE_ROLES"),
        (GATEWAY | {"subsystem": "food"}, "SUYUAN_SUBSYSTEM"),
        (GATEWAY | {"registry": None}, "SUYUAN_REGISTRY"),
        (GATEWAY | {"claims_private_key": None}, "SUYUAN_CLAIMS_PRIVATE_KEY"),
        (GATEWAY | {"claims_public_key": "k"}, "SUYUAN_CLAIMS_PUBLIC_KEY"),
    ],
)
def test_settings_that_disagree_are_refused_by_name(given: dict[str, Any], setting: str) -> None:
    with pytest.raises(SettingsRefused) as refused:
        ServiceSettings.load(**given)
    assert setting in str(refused.value)


def test_every_fault_is_told_at_once() -> None:
    with pytest.raises(SettingsRefused) as refused:
        ServiceSettings.load(service="gateway", database_url="mysql://h", subsystem="food")
    assert len(refused.value.sentences) == 4


def test_a_refusal_does_not_tell_a_password() -> None:
    with pytest.raises(SettingsRefused) as refused:
        ServiceSettings.load(**SUBSYSTEM | {"database_url": "mysql://u:hunter2@h", "max_events": 0})
    assert "hunter2" not in str(refused.value)


def test_settings_do_not_show_a_password() -> None:
    url = "postgresql://u:hunter2@db/food"
    shown = repr(
        ServiceSettings.load(**SUBSYSTEM | {"database_url": url, "read_database_url": url})
    )
    assert "hunter2" not in shown


def test_the_environment_fills_what_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUYUAN_MAX_EVENTS", "7")
    assert ServiceSettings.load(**SUBSYSTEM).max_events == 7
    assert ServiceSettings.load(**SUBSYSTEM, max_events=8).max_events == 8


@pytest.mark.parametrize(
    ("url", "own"),
    [
        ("postgresql://u:p@db/given", "postgresql://u:p@db/given"),
        ("postgresql://u:p@db:5433/", "postgresql+asyncpg://u:p@db:5433/suyuan_food"),
        ("postgresql://u:p@db", "postgresql+asyncpg://u:p@db/suyuan_food"),
    ],
)
def test_a_server_without_a_database_means_the_services_own(url: str, own: str) -> None:
    loaded = ServiceSettings.load(**SUBSYSTEM | {"database_url": url, "read_database_url": url})
    assert loaded.own_database_url == loaded.own_read_database_url == own


def test_without_a_replica_there_is_no_address_to_read_from() -> None:
    assert ServiceSettings.load(**SUBSYSTEM).own_read_database_url is None


def test_the_gateway_is_called_gateway() -> None:
    assert ServiceSettings.load(**GATEWAY).name == "gateway"


@pytest.mark.parametrize("content", [None, "not json", "[]", '{"kty": "OKP"}'])
def test_a_key_file_that_holds_no_key_is_refused(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "key.jwk"
    if content is not None:
        path.write_text(content)
    given = ServiceSettings.load(**SUBSYSTEM, claims_public_key=path)
    with pytest.raises(SettingsRefused, match="SUYUAN_CLAIMS_PUBLIC_KEY"):
        create_app(given, title="Test", routers=[])


@pytest.mark.parametrize("name", ServiceSettings.model_fields)
def test_every_setting_is_described(name: str) -> None:
    described = (ROOT / "docs" / "settings.md").read_text()
    assert f"| `SUYUAN_{name.upper()}` |" in described


def test_no_setting_is_described_that_is_not_there() -> None:
    rows = (ROOT / "docs" / "settings.md").read_text().split("## One service")[1].splitlines()
    described = {row.split("`")[1] for row in rows if row.startswith("| `SUYUAN_")}
    assert described == {f"SUYUAN_{name.upper()}" for name in ServiceSettings.model_fields}
