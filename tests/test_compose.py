"""The container files, as far as they can be tried without containers."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from services.cli import app
from services.gateway.registry import read_registry
from suyuan.storage import tuning
from suyuan.storage.engine import Database
from suyuan.web.settings import Service, ServiceSettings
from tests.city import City

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "suyuan"}
SERVERS = {name: service for name, service in SERVICES.items() if name not in OURS}
SERVING = {
    name: service for name, service in OURS.items() if service["command"].startswith("serve")
}
DOCUMENTED = (ROOT / "docs" / "settings.md").read_text()
DOCKERFILE = (ROOT / "Dockerfile").read_text()
REGISTRY = ROOT / "deploy" / "registry.toml"


def parsed(command: str) -> dict[str, Any]:
    """The values that the ``suyuan`` command would run with; it fails as the command would."""
    context = None
    found: Any = typer.main.get_command(app)
    words = shlex.split(command)
    while hasattr(found, "commands"):
        context = found.make_context(words[0], words, parent=context)
        words = [*context._protected_args, *context.args]
        found = found.commands[words.pop(0)]
    values: dict[str, Any] = found.make_context(command, words, parent=context).params
    return values


@pytest.mark.parametrize("name", OURS)
def test_every_command_is_one_of_ours(name: str) -> None:
    parsed(OURS[name]["command"])


def test_a_wrong_command_would_be_found() -> None:
    for wrong in ("serve ingest --subsytem food", "serve everything", "serve ingest --port x"):
        with pytest.raises(Exception, match=r"(?i)option|valid|one of"):
            parsed(wrong)


@pytest.mark.parametrize("name", SERVING)
def test_every_service_has_the_settings_that_it_needs(name: str) -> None:
    values = parsed(SERVING[name]["command"])
    given = {
        variable.removeprefix("SUYUAN_").lower(): with_defaults(value)
        for variable, value in SERVING[name]["environment"].items()
    }
    settings = ServiceSettings.load(
        service=values["service"], subsystem=values["subsystem"], **given
    )
    own = settings.subsystem or "gateway"
    host = f"city-{own}-postgres" if name.startswith("city-") else "postgres"
    assert host in SERVICES
    assert settings.own_database_url.endswith(f"@{host}:5432/suyuan_{own}")


@pytest.mark.parametrize("name", SERVING)
def test_every_service_listens_beyond_its_container(name: str) -> None:
    values = parsed(SERVING[name]["command"])
    assert (values["host"], values["port"]) == ("0.0.0.0", 8000)


def with_defaults(text: str) -> str:
    return re.sub(r"\$\{\w+:[-?]([^}]*)\}", r"\1", text)


def variables() -> Iterator[tuple[str, str]]:
    yield from re.findall(r"\$\{(\w+)([^}]*)\}", TEXT)


def test_every_variable_is_described_and_has_a_default_or_is_demanded() -> None:
    assert dict(variables()).keys() >= {"SUYUAN_POSTGRES_PASSWORD", "SUYUAN_PUBLIC_URL"}
    for variable, rest in variables():
        assert f"`{variable}`" in DOCUMENTED
        assert rest.startswith((":-", ":?")), variable
    assert "$" not in re.sub(r"\$\{[^}]*\}", "", TEXT)


def test_the_profile_city_has_four_departments_with_a_server_each() -> None:
    city = {name: s for name, s in SERVICES.items() if s.get("profiles") == ["city"]}
    assert city == {name: s for name, s in SERVICES.items() if name.startswith("city-")}
    members = list(read_registry(ROOT / "deploy" / "registry.city.toml"))
    assert len(members) == 4
    for member in members:
        assert member.ingest_url == member.query_url == f"http://city-{member.id}:8000"
        values = parsed(city[f"city-{member.id}"]["command"])
        assert (values["service"], values["subsystem"]) == (Service.SUBSYSTEM, member.id)
        assert f"city-{member.id}" in city["city-gateway"]["depends_on"]
    servers = [name for name in city if name.endswith("-postgres")]
    assert len(servers) == len({city[name]["volumes"][0] for name in servers}) == 5
    for name in servers:
        migrate = city[name.replace("-postgres", "-migrate")]
        assert f"@{name}:5432" in migrate["environment"]["SUYUAN_DATABASE_URL"]
        parsed(migrate["command"])


def test_the_registry_names_the_containers() -> None:
    registry = read_registry(REGISTRY)
    for member in registry:
        for url, service in (
            (member.ingest_url, Service.INGEST),
            (member.query_url, Service.QUERY),
        ):
            container = url.removeprefix("http://").removesuffix(":8000")
            values = parsed(SERVICES[container]["command"])
            assert (values["service"], values["subsystem"]) == (service, member.id)
    migrated = parsed(SERVICES["migrate"]["command"])["subsystem"]
    assert migrated == [member.id for member in registry]


def mounts(service: dict[str, Any]) -> dict[str, str]:
    """What lies at each folder of a container: a volume, or a folder beside the compose file."""
    volumes = [mount.split(":") for mount in service.get("volumes", [])]
    return {target: source for source, target, *_ in volumes}


def test_every_volume_and_folder_that_is_mounted_is_there() -> None:
    used = {source for service in SERVICES.values() for source in mounts(service).values()}
    named = {source for source in used if not source.startswith(".")}
    assert named == set(COMPOSE["volumes"])
    # Never a single file: what an editor writes in its place would not be seen in the container.
    assert all((ROOT / source).is_dir() for source in used - named)


@pytest.mark.parametrize("name", OURS)
def test_every_path_in_a_setting_is_mounted(name: str) -> None:
    given = OURS[name].get("environment", {}).values()
    told = [*given, *shlex.split(OURS[name]["command"])]
    for path in (Path(one) for one in told if one.startswith("/")):
        assert str(path.parent) in mounts(OURS[name])
        source = mounts(OURS[name])[str(path.parent)]
        assert source in COMPOSE["volumes"] or (ROOT / source / path.name).is_file()


def test_every_volume_of_ours_is_made_for_the_account_that_writes_it() -> None:
    """A new volume takes the owner of the folder in the image; without one it is root's."""
    prepared = re.search(r"install -d -o suyuan (.+)", DOCKERFILE)
    assert prepared is not None
    for service in OURS.values():
        written = {t for t, source in mounts(service).items() if source in COMPOSE["volumes"]}
        assert written <= set(prepared[1].split())


def test_what_writes_a_key_is_waited_for_by_whoever_reads_it() -> None:
    for name, service in SERVING.items():
        for target, source in mounts(service).items():
            if source not in COMPOSE["volumes"] or target == "/srv/inputs":
                continue
            writers = {n for n, s in OURS.items() if source in mounts(s).values()} - set(SERVING)
            waited = service["depends_on"]
            assert [w for w in writers if w in waited], name
            assert all(
                waited[w] == {"condition": "service_completed_successfully"}
                for w in writers
                if w in waited
            )


def test_the_image_is_built_once_and_never_looked_for_elsewhere() -> None:
    """Builds of one name at the same time fail, and a registry might have another such image."""
    (builder,) = [name for name, service in OURS.items() if "build" in service]
    assert all(service["pull_policy"] == "never" for service in OURS.values())
    assert all(builder in service["depends_on"] for service in SERVING.values())


@pytest.mark.parametrize("name", SERVING)
def test_a_service_that_starts_slowly_is_waited_for(name: str) -> None:
    assert SERVING[name]["healthcheck"]["start_period"] == "2m"
    assert SERVING[name]["restart"] == "unless-stopped"


def test_the_health_check_asks_whether_the_service_is_ready(city: City) -> None:
    command, *test = SERVING["gateway"]["healthcheck"]["test"]
    assert (command, test[0]) == ("CMD", "python")

    def healthy(port: int) -> bool:
        here = [sys.executable, *(word.replace("8000", str(port)) for word in test[1:])]
        proxies = {"http_proxy": "http://127.0.0.1:1", "HTTP_PROXY": "http://127.0.0.1:1"}
        run = subprocess.run(here, env=proxies, stderr=subprocess.DEVNULL, check=False)
        return run.returncode == 0

    assert healthy(city.served["gateway"].port)
    assert not healthy(1)


@pytest.mark.parametrize("name", SERVERS)
def test_a_server_is_healthy_when_it_is_reached_and_has_room_for_all(name: str) -> None:
    server = SERVERS[name]
    # On its socket the server answers that only makes the database, and is gone a moment later.
    assert {"pg_isready", "--host", "127.0.0.1"} < set(server["healthcheck"]["test"])
    assert "/var/lib/postgresql" in mounts(server)  # of 18 and later; before, .../data
    words = shlex.split(server["command"])
    given = dict(word.split("=") for word in words if "=" in word)
    assert given.items() <= tuning.settings(5432, durable=True).items()
    # What it holds is nobody's to read in a log.
    assert {"log_min_error_statement", "log_error_verbosity"} <= given.keys()
    pools = Database("postgresql://unused").pools().values()
    users = [s for s in SERVING.values() if f"@{name}:" in s["environment"]["SUYUAN_DATABASE_URL"]]
    assert users
    assert len(users) * sum(pool.limit for pool in pools) < int(given["max_connections"])


def test_the_profile_drop_watches_the_folder_that_the_registry_names() -> None:
    (dropping,) = [member for member in read_registry(REGISTRY) if member.drop is not None]
    assert dropping.drop is not None
    watcher = SERVICES[f"{dropping.id}-drop"]
    assert parsed(watcher["command"])["subsystem"] == dropping.id
    assert dropping.drop.key in watcher["environment"]
    assert mounts(watcher)[str(dropping.drop.folder)] == "inputs-dropped"
    assert f"inputs-dropped:{dropping.drop.folder}:ro" in SERVICES["gateway"]["volumes"]
    assert str(dropping.drop.folder) in DOCKERFILE


def test_services_that_are_waited_for_are_there() -> None:
    for service in SERVICES.values():
        for waited in service.get("depends_on", {}):
            assert waited in SERVICES


def test_only_the_gateway_is_reached_from_outside_and_only_it_may_sign() -> None:
    reached = [name for name, service in SERVICES.items() if "ports" in service]
    assert sorted(reached) == ["city-gateway", "gateway"]
    for name, service in SERVING.items():
        mounts = " ".join(service["volumes"])
        assert ("claims-private" in mounts) is (name in reached)


def test_the_image_holds_what_is_copied_and_runs_without_rights() -> None:
    allowed = {
        line[1:]
        for line in (ROOT / ".dockerignore").read_text().splitlines()
        if line.startswith("!")
    }
    assert all((ROOT / path).exists() for path in allowed)
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    assert {path for paths in copied for path in paths.split()} - {"."} <= allowed
    assert re.search(r"^USER (?!root)", DOCKERFILE, re.MULTILINE)
    built_from = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert {built_from["readme"], *built_from["license-files"]} <= allowed
