"""The ``suyuan`` command: what is said, and with which exit status."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from services import cli
from services.city import demo_keys
from services.home import Home, RunningCity
from suyuan import __version__
from suyuan.storage.pidfile import write_pid
from suyuan.storage.provision import is_empty, provision, service_url
from suyuan.web.claims import read_key

COMMANDS = ["run", "stop", "start", "status", "serve", "migrate", "openapi", "version"]
KEY_COMMANDS = ["issue", "revoke", "list", "demo", "claims"]
OPENAPI = Path(__file__).parents[2] / "openapi"

Run = Callable[..., Result]


@pytest.fixture
def suyuan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command with a home of its own, in English."""
    for name in [name for name in os.environ if name.startswith("SUYUAN_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SUYUAN_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")

    def run(*arguments: str, **environment: str) -> Result:
        return CliRunner().invoke(cli.app, arguments, env=environment)

    return run


@pytest.fixture
def on_server(suyuan: Run, postgres_url: str, tmp_path: Path) -> Run:
    """Runs the command on a server with one subsystem, as on a machine where no city runs."""
    asyncio.run(provision(postgres_url, ["gateway", "food"]))
    registry = tmp_path / "registry.toml"
    registry.write_text(
        """
        [[subsystem]]
        id = "food"
        sectors = ["food"]
        ingest_url = "http://food"
        query_url = "http://food"
        name = { zh = "食品", en = "Food" }
        department = { zh = "市场", en = "Market" }
        """
    )

    def run(*arguments: str) -> Result:
        named = {"SUYUAN_DATABASE_URL": postgres_url, "SUYUAN_REGISTRY": str(registry)}
        return suyuan(*arguments, **named)

    return run


@pytest.mark.parametrize(
    "words", [[name] for name in COMMANDS] + [["key", name] for name in KEY_COMMANDS]
)
def test_every_command_explains_itself(suyuan: Run, words: list[str]) -> None:
    said = suyuan(*words, "--help")
    assert said.exit_code == 0
    assert len(said.stdout.split()) > 10


def test_the_version_is_the_packages(suyuan: Run) -> None:
    assert suyuan("version").stdout == f"suyuan {__version__}\n"


@pytest.mark.parametrize("words", [["stop"], ["stop", "food"], ["start", "food"], ["status"]])
def test_without_a_city_there_is_nothing_to_do(suyuan: Run, words: list[str]) -> None:
    said = suyuan(*words)
    assert said.exit_code == 1
    assert said.stderr.startswith("No city is running in ")
    assert len(said.stderr.splitlines()) == 1


def test_a_sentence_is_chinese_in_a_chinese_terminal(suyuan: Run) -> None:
    assert suyuan("status", LC_ALL="zh_CN.UTF-8").stderr.endswith("请先运行 suyuan run。\n")


def test_a_mistake_in_a_setting_is_status_2(suyuan: Run) -> None:
    said = suyuan("run", SUYUAN_PORT="http")
    assert (said.exit_code, said.stdout) == (2, "")
    assert said.stderr.startswith('SUYUAN_PORT is "http"')


def test_a_service_says_every_setting_that_it_lacks(suyuan: Run) -> None:
    said = suyuan("serve", "gateway", SUYUAN_DATABASE_URL="postgresql://h")
    assert said.exit_code == 2
    assert "SUYUAN_REGISTRY" in said.stderr
    assert "SUYUAN_CLAIMS_PRIVATE_KEY" in said.stderr
    assert "Traceback" not in said.stderr


def test_a_key_is_issued_listed_and_revoked(on_server: Run) -> None:
    uscc = "91350206MADEMA0101"
    words = ["--role", "enterprise", "--party", uscc, "--home", "food", "--label", "a note"]
    issued = on_server("key", "issue", *words)
    assert issued.exit_code == 0
    key = issued.stdout.strip().splitlines()[-1]
    line = next(line for line in on_server("key", "list").stdout.splitlines() if "a note" in line)
    assert uscc in line
    assert "revoked" not in line
    assert key not in line
    hashed = line.split()[0]
    # A city of other tests may be logging meanwhile, in this process.
    assert f"{hashed}  {uscc}\n" in on_server("key", "revoke", hashed).stdout
    again = next(line for line in on_server("key", "list").stdout.splitlines() if hashed in line)
    assert "revoked" in again


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["issue", "--role", "department", "--home", "nowhere"], 'no subsystem "nowhere"'),
        (["issue", "--role", "enterprise", "--party", "91350206MADEMA0102"], "91350206MADEMA010"),
        (["issue", "--role", "enterprise", "--party", "banana"], '"banana" is neither a USCC'),
        (["issue", "--role", "enterprise", "--party", "(414)4012345000054"], "neither a USCC"),
        (["issue", "--role", "enterprise", "--party", "SC10744030704994"], "neither a USCC"),
        (["issue", "--role", "department"], "need a subsystem"),
        (["issue", "--role", "consumer"], "key"),
        (["issue", "--role", "king"], "king"),
        (["issue"], "role"),
    ],
)
def test_a_key_that_makes_no_sense_is_refused(on_server: Run, words: list[str], told: str) -> None:
    said = on_server("key", *words)
    assert (said.exit_code, said.stdout) == (2, "")
    assert told in said.stderr
    assert "Traceback" not in said.stderr


@pytest.mark.parametrize("party", ["(417)4012345000054", "urn:suyuan:91350206MADEMA0101:farm 7"])
def test_a_key_may_be_for_a_gln_or_on_purpose_for_a_private_code(
    on_server: Run, party: str
) -> None:
    issued = on_server("key", "issue", "--role", "enterprise", "--party", party, "--home", "food")
    assert (issued.exit_code, issued.stdout[:3]) == (0, "sk_"), issued.stderr


def test_revoking_an_unknown_key_says_so(on_server: Run) -> None:
    said = on_server("key", "revoke", "0123456789ab")
    assert said.exit_code == 1
    assert said.stderr.startswith("There is no such key")


def test_a_registry_that_cannot_be_read_is_told(suyuan: Run, tmp_path: Path) -> None:
    missing = str(tmp_path / "none.toml")
    said = suyuan("key", "list", SUYUAN_DATABASE_URL="postgresql://h", SUYUAN_REGISTRY=missing)
    assert said.exit_code == 2
    assert missing in said.stderr


def test_databases_are_made_where_they_are_missing(suyuan: Run, postgres_url: str) -> None:
    said = suyuan("migrate", "--subsystem", "spirits", SUYUAN_DATABASE_URL=postgres_url)
    assert (said.exit_code, said.stdout) == (0, "gateway, spirits\n")
    assert asyncio.run(is_empty(service_url(postgres_url, "spirits")))


def test_the_city_here_is_used_where_no_server_is_named(
    suyuan: Run, postgres_url: str, tmp_path: Path
) -> None:
    asyncio.run(provision(postgres_url, ["gateway", "food"]))
    home = Home(tmp_path / "home")
    home.prepare()
    home.write_city(RunningCity(postgres_url, "127.0.0.1", 1, "http://h", ("food",)))
    assert suyuan("key", "list").exit_code == 1  # it ran, and does not now
    with home.runner.taken() as lock:
        assert lock is not None
        write_pid(lock, os.getpid())
        assert suyuan("migrate").stdout == "gateway, food\n"
        unknown = suyuan("stop", "drugs")
        assert unknown.stderr == 'There is no service "drugs"; there are gateway, food.\n'


def test_demonstration_keys_are_told_by_name(suyuan: Run, tmp_path: Path) -> None:
    assert suyuan("key", "demo").exit_code == 1
    home = Home(tmp_path / "home")
    home.prepare()
    keys = demo_keys(home)
    listed = suyuan("key", "demo").stdout
    assert "inspectors.food" in listed.split()
    assert "Minwei Sausages" in next(line for line in listed.splitlines() if "MADEMA040R" in line)
    assert suyuan("key", "demo", "city").stdout.strip() == keys.city
    assert suyuan("key", "demo", "nobody").exit_code == 2


def test_a_claims_pair_is_made_once(suyuan: Run, tmp_path: Path) -> None:
    private, public = tmp_path / "private.json", tmp_path / "public.json"
    words = ["key", "claims", "--private", str(private), "--public", str(public)]
    assert suyuan(*words).stdout.split() == [str(private), str(public)]
    read_key(private, private=True)
    before = private.read_text()
    assert suyuan(*words).stdout == ""
    assert private.read_text() == before


def test_a_pair_that_cannot_be_written_is_told(suyuan: Run, tmp_path: Path) -> None:
    file = str(tmp_path / "nowhere" / "key.json")
    said = suyuan("key", "claims", "--private", file, "--public", file)
    assert said.exit_code == 1
    assert "cannot be written (No such file or directory)" in said.stderr


def test_descriptions_are_written_and_compared(suyuan: Run, tmp_path: Path) -> None:
    folder = tmp_path / "openapi"
    assert suyuan("openapi", "--check", str(folder)).exit_code == 1
    assert suyuan("openapi", str(folder)).exit_code == 0
    assert suyuan("openapi", "--check", str(folder)).exit_code == 0
    assert sorted(path.name for path in folder.iterdir()) == [
        "gateway.json",
        "ingest.json",
        "query.json",
    ]
    assert "/v1/events" in json.loads((folder / "ingest.json").read_text())["paths"]
    (folder / "query.json").write_text("{}\n")
    said = suyuan("openapi", "--check", str(folder))
    assert (
        said.stderr == f"{folder / 'query.json'} is not up to date; write it with: make openapi\n"
    )


def test_a_walk_through_a_city_that_does_not_run_is_told(suyuan: Run, tmp_path: Path) -> None:
    said = suyuan("demo", "--yes")
    assert said.exit_code == 1
    assert said.stderr.startswith("No city is running in ")
    home = Home(tmp_path / "home")
    home.prepare()
    home.write_city(RunningCity("postgresql://h", "127.0.0.1", 1, "http://h", ("food",)))
    demo_keys(home)
    home.daemon("gateway").keep({"host": "127.0.0.1", "port": 1})
    with home.runner.taken() as lock:
        assert lock is not None
        write_pid(lock, os.getpid())
        said = suyuan("demo", "--yes")
    assert said.exit_code == 1
    assert said.stderr.startswith("The gateway at http://127.0.0.1:1 does not answer")
