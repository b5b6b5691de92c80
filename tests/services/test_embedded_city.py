"""What the embedded city writes for its parts, and each part reads."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from services.city import (
    DEPARTMENTS,
    SUBSYSTEMS,
    demo_keys,
    ensure_claims_keys,
    write_registry,
)
from services.demonstration import participants
from services.gateway.registry import read_registry
from services.home import Home
from suyuan.domain.activities import SECTORS
from suyuan.domain.caller import CallerRole
from suyuan.storage.keys import is_key, new_key
from suyuan.web.claims import read_key, sign, verify


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path)
    made.prepare()
    return made


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_gateway_reads_the_registry_that_is_written(home: Home) -> None:
    urls = {name: f"http://127.0.0.1:{port}" for port, name in enumerate(SUBSYSTEMS, 9000)}
    write_registry(home, urls)
    registry = read_registry(home.registry)
    assert {member.id: member.query_url for member in registry} == urls
    assert {member.id: member.ingest_url for member in registry} == urls
    (dropping,) = [member for member in registry if member.drop is not None]
    assert (dropping.id, dropping.adapter) == ("inputs", "file")
    for department in DEPARTMENTS:
        member = registry.get(department.id)
        assert member is not None
        assert (member.name.zh, member.name.en) == department.name
        assert (member.department.zh, member.department.en) == department.department
        assert registry.for_sector(department.id) is member
        assert department.id in SECTORS


def test_claims_of_the_gateway_are_believed_and_the_pair_is_kept(home: Home) -> None:
    private, public = home.claims_private_key, home.claims_public_key
    assert ensure_claims_keys(private, public)
    before = private.read_text(), public.read_text()
    assert not ensure_claims_keys(private, public)
    assert (private.read_text(), public.read_text()) == before
    assert mode(private) == 0o600
    caller = participants()[0].caller
    token = sign(caller, audience="food", key=read_key(private, private=True))
    assert verify(token, audience="food", key=read_key(public, private=False)).caller == caller


def test_a_pair_that_lost_a_half_is_made_anew(home: Home) -> None:
    private, public = home.claims_private_key, home.claims_public_key
    ensure_claims_keys(private, public)
    public.unlink()
    assert ensure_claims_keys(private, public)
    read_key(public, private=False)


def test_demonstration_keys_have_the_promised_form_and_are_their_owners_alone(home: Home) -> None:
    keys = demo_keys(home)
    written = json.loads(home.api_keys.read_text())
    assert mode(home.api_keys) == 0o600
    assert set(written) == {"enterprises", "departments", "inspectors", "city"}
    assert set(written["enterprises"]) == {each.uscc for each in participants()}
    assert set(written["departments"]) == set(written["inspectors"]) == set(SUBSYSTEMS)
    assert is_key(written["city"])
    issued = list(keys.issued())
    assert (
        len({each.key for each in issued})
        == len(issued)
        == len(participants()) + 2 * len(SUBSYSTEMS) + 1
    )
    assert {each.caller.role for each in issued} == set(CallerRole) - {CallerRole.CONSUMER}


def test_demonstration_keys_are_kept_and_completed(home: Home) -> None:
    first = demo_keys(home)
    assert demo_keys(home) == first
    written = json.loads(home.api_keys.read_text())
    written["departments"].pop("food")
    written["enterprises"]["another"] = new_key()
    home.api_keys.write_text(json.dumps(written))
    completed = demo_keys(home)
    assert completed.city == first.city
    assert completed.departments["food"] != first.departments["food"]
    assert completed.departments["meat"] == first.departments["meat"]
    assert completed.enterprises["another"] == written["enterprises"]["another"]
