"""The demonstration city, loaded and asked over HTTP: each fault is found, no other."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any

import asyncpg
import httpx
import pytest

from services import demonstration
from services.city import SUBSYSTEMS
from services.demonstration.fault_table import Fault, faults
from services.home import Home
from suyuan.storage.provision import database_name
from tests.e2e.running import RunningCity

# Of each sector; the whole of them is walked in tests/services/test_demonstration_chains.py.
SAMPLE = 8
TRIES = 5
BROWSER = {"Accept": "text/html", "Accept-Language": "zh"}


@pytest.fixture(scope="module")
def asking(running: RunningCity) -> Iterator[httpx.Client]:
    """The city itself, which sees everything."""
    headers = {"Authorization": f"Bearer {running.suyuan('key', 'demo', 'city')}"}
    with httpx.Client(base_url=running.url, headers=headers, timeout=60) as client:
        yield client


def asked(client: httpx.Client, code: str, **parameters: str) -> dict[str, Any]:
    """The whole chain; on a busy machine a shopper's second may pass, and he asks again."""
    for _ in range(TRIES):
        answer = client.get(f"/v1/chains/{code}", params=parameters)
        assert answer.status_code == 200
        chain: dict[str, Any] = answer.json()
        if chain["complete"]:
            break
    assert chain["complete"], (chain["sources"], chain["holes"], chain["limits_hit"])
    assert chain["events"]
    return chain


def types(chain: dict[str, Any]) -> set[str]:
    return {finding["type"] for finding in chain["findings"]}


def test_what_was_cut_off_is_gone_on_with_and_nothing_is_there_twice(running: RunningCity) -> None:
    expected = sum(map(len, demonstration.reports().values()))
    reported = {
        (f"urn:suyuan:cn:{uscc}", report["id"], "correction" in report)
        for uscc, reports in demonstration.reports().items()
        for report in reports
    }
    assert len(reported) == expected
    assert reported <= asyncio.run(stored(Home(running.home).city().server_url))
    assert f"of {expected} events" in running.said


async def stored(server_url: str) -> set[tuple[str, str, bool]]:
    """Every event once, though several departments may hold a copy."""
    found: set[tuple[str, str, bool]] = set()
    for name in SUBSYSTEMS:
        connection = await asyncpg.connect(f"{server_url}/{database_name(name)}")
        rows = await connection.fetch("SELECT party, id, declaration FROM events")
        found |= {tuple(row) for row in rows}
        await connection.close()
    return found


@pytest.mark.parametrize("fault", faults().values(), ids=lambda fault: fault.id)
def test_a_planted_fault_is_found_by_its_findings_and_no_others(
    asking: httpx.Client, fault: Fault
) -> None:
    assert types(asked(asking, fault.code, direction="both")) == set(fault.findings)


def test_no_clean_chain_has_a_finding(asking: httpx.Client, running: RunningCity) -> None:
    chance = Random("clean")
    ends = demonstration.everyday().ends
    assert set(ends) == set(SUBSYSTEMS)
    sample = [code for codes in ends.values() for code in chance.sample(codes, SAMPLE)]
    with httpx.Client(base_url=running.url, timeout=60) as shopper, ThreadPoolExecutor(2) as pool:
        whole = pool.map(lambda code: asked(asking, code, direction="both"), sample)
        found = {code: types(chain) for code, chain in zip(sample, whole, strict=True)}
        seen = pool.map(lambda code: asked(shopper, code), sample[::4])
        found |= {f"{c} (shopper)": types(n) for c, n in zip(sample[::4], seen, strict=True)}
    assert {code: told for code, told in found.items() if told} == {}


def test_every_page_shows_whose_hands_it_went_through(running: RunningCity) -> None:
    for page in demonstration.pages():
        shown = httpx.get(running.url + page.path, headers=BROWSER)
        assert shown.status_code == 200
        assert "虚构" in shown.text
        own = re.findall(r"MADEMA\w+", page.code)  # a restaurant's own code has its name in it
        assert set(re.findall(r"MADEMA\w+", shown.text)) <= set(own)


def test_the_expired_licence_is_named_to_everybody(running: RunningCity) -> None:
    fault = faults()["expired_licence"]
    with httpx.Client(base_url=running.url, timeout=60) as shopper:
        (finding, *_) = asked(shopper, fault.code)["findings"]
    assert "SC12435020600916" in finding["detail"]
    assert "2025-12-31" in finding["detail"]
