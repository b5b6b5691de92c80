"""The registry: what it refuses, and how a changed file comes into force without a restart."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from services.gateway.members import Members
from services.gateway.registry import Adapter, RegistryRefused, read_registry
from services.gateway.reloading import follow
from tests.city import City

MEMBER = """
[[subsystem]]
id = "{id}"
sectors = [{sectors}]
query_url = "http://127.0.0.1:1"
name = {{ zh = "名", en = "Name" }}
department = {{ zh = "局", en = "Bureau" }}
{more}
"""
SENDS = 'ingest_url = "http://127.0.0.1:1"'
FILES = f'adapter = "file"\n{SENDS}\n'


def member(name: str = "food", sectors: str = "", more: str = SENDS) -> str:
    return MEMBER.format(id=name, sectors=sectors, more=more)


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        path = tmp_path / "registry.toml"
        path.write_text(text)
        return path

    return write


def test_each_adapter_and_what_it_needs(
    file: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUSTOMS_TOKEN", "s3cret")
    table = 'epcis = { party = "91350200MA0000000R", company_prefixes = ["614141"] }'
    foreign = 'adapter = "epcis"\nkinds = ["sgtin", "sscc"]\ncredential = "CUSTOMS_TOKEN"\n'
    registry = read_registry(
        file(
            member()
            + member("farm", '"produce"', f'adapter = "file"\n{SENDS}')
            + member(
                "customs",
                "",
                foreign + table,
            )
        )
    )
    assert [s.adapter for s in registry] == [Adapter.SUYUAN, Adapter.FILE, Adapter.EPCIS]
    assert [s.id for s in registry.ours] == ["food", "farm"]
    assert registry.members["customs"].token == "s3cret"
    assert registry.get("customs") is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[subsystem]]\nid = 1", "id"),
        ("[[", "not TOML"),
        (member(more=""), "ingest_url"),
        (member("gateway"), "path of the gateway"),
        (member() + member(), "there twice"),
        (member(sectors='"steel"'), "no such sector"),
        (member(more=SENDS + '\nkinds = ["postcode"]'), "no such kind of code: postcode"),
        (member(more=SENDS + '\nadapter = "ftp"'), "suyuan"),
        (member(more=SENDS + '\ncredential = "NOT_SET_ANYWHERE"'), "NOT_SET_ANYWHERE is not set"),
        (member(more='adapter = "epcis"\n' + SENDS), "takes no reports"),
        (member(more='adapter = "epcis"'), "table epcis belongs"),
        (member(more=SENDS + '\nepcis = { party = "91350200MA0000000R" }'), "to it alone"),
        (member(more=SENDS + "\nsecret = 1"), "secret"),
        (member(more=SENDS + '\ndrop = { folder = "/srv" }'), "table drop belongs"),
        (member(more=FILES + 'drop = { folder = "srv" }'), "path from the root"),
        (member(more=FILES + 'drop = { folder = "/srv", key = "sk_1" }'), "drop.key"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_the_place(
    file: Callable[[str], Path], text: str, said: str
) -> None:
    with pytest.raises(RegistryRefused, match=said):
        read_registry(file(text))


def test_a_member_is_asked_about_the_kinds_of_codes_it_may_know(
    file: Callable[[str], Path],
) -> None:
    registry = read_registry(
        file(member() + member("drugs", more=f'kinds = ["drug_code", "sgtin"]\n{SENDS}'))
    )
    twenty = "urn:suyuan:cn:83190490000012345678"  # a drug or a piece of meat
    assert registry.may_know("drugs", twenty)
    assert not registry.may_know("drugs", "urn:suyuan:91350200MA0000000R:PORK")
    assert registry.may_know("food", "urn:suyuan:91350200MA0000000R:PORK")


# --- A changed file -------------------------------------------------------------------------------


@pytest.fixture
def registry_file(city: City) -> Iterator[Path]:
    path = city.folder / "registry.toml"
    before = path.read_text()
    yield path
    path.write_text(before)
    wait_for(city, lambda told: len(told["subsystems"]) == 3 and not told["registry_problem"])


def wait_for(city: City, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    ends = time.monotonic() + 10
    while True:
        told: dict[str, Any] = city.client().get("/v1/subsystems").json()
        if holds(told):
            return told
        assert time.monotonic() < ends, told
        time.sleep(0.1)


def test_a_department_joins_and_leaves_without_a_restart(city: City, registry_file: Path) -> None:
    before = registry_file.read_text()
    registry_file.write_text(before + member("drugs", '"drugs"'))
    told = wait_for(city, lambda told: len(told["subsystems"]) == 4)
    assert {s["id"]: s["state"] for s in told["subsystems"]}["drugs"] == "down"
    chain = city.client("city").get("/v1/chains/urn:suyuan:91350200MA0000000R:PORK").json()
    assert {s["subsystem"] for s in chain["sources"]} == {"food", "meat", "imports", "drugs"}
    assert not chain["complete"]
    registry_file.write_text(before)
    wait_for(city, lambda told: len(told["subsystems"]) == 3)


def test_a_bad_file_changes_nothing_and_says_so(city: City, registry_file: Path) -> None:
    registry_file.write_text("[[subsystem]]\nid = 'half a fi")
    told = wait_for(city, lambda told: told["registry_problem"] is not None)
    assert "not TOML" in told["registry_problem"]
    assert {s["state"] for s in told["subsystems"]} == {"ready"}
    assert len(told["subsystems"]) == 3


def test_a_file_that_is_still_being_written_is_not_read(tmp_path: Path) -> None:
    """Half of it is whole TOML of half the departments, over whom a chain would be complete."""
    path = tmp_path / "registry.toml"
    path.write_text(member("food") + member("drugs"))
    members = SimpleNamespace(registry=read_registry(path), registry_problem=None)
    adopted: list[list[str]] = []

    async def write_slowly() -> None:
        following = follow(
            path, cast(Members, members), lambda r: adopted.append(list(r.members)), look=0.1
        )
        task = asyncio.create_task(following)
        await asyncio.sleep(0.02)
        with path.open("w") as file:
            for name in ("food", "drugs", "meat", "liquor"):
                file.write(member(name))
                file.flush()
                await asyncio.sleep(0.06)
        await asyncio.sleep(0.4)
        task.cancel()

    asyncio.run(write_slowly())
    assert adopted == [["food", "drugs", "meat", "liquor"]]


@pytest.mark.parametrize("text", [f"x = {'[' * 5_000}", member("food") * 2, "\0", "[[subsystem]]"])
def test_a_file_that_is_none_is_refused_with_a_sentence(
    text: str, file: Callable[[str], Path]
) -> None:
    with pytest.raises(RegistryRefused, match=r"registry\.toml"):
        read_registry(file(text))
