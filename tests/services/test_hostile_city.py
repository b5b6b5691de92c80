"""A gateway with a department that answers everything with nonsense: no question breaks on it."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from typing import Any, Self

import pytest

from tests.city import SELLER, City
from tests.services.reports import report
from tests.sources.hostile import Asked, listening, say

CODE = f"urn:suyuan:{SELLER}:PORK"
NONSENSE: dict[str, Any] = {
    "an empty object": {},
    "a list of numbers": [1, 2, 3],
    "nested without end": b"[" * 100_000,
    "lists of nothing": {
        **{key: [None] for key in ("events", "edges", "voids", "changes", "recalls", "entries")},
        **{key: [{}] for key in ("certificates", "accesses", "parties", "versions", "days")},
        "next": 1,
    },
    "half of something": b'{"events": [{"id": "x"',
}
ASKED = (
    f"/v1/chains/{CODE}?direction=both",
    f"/v1/chains/{CODE}?direction=up",
    f"/t/{CODE}",
    "/v1/events",
    "/v1/events/urn:x:unknown",
    "/v1/subsystems",
    "/v1/directory",
    "/v1/accesses",
    "/v1/certificates",
    "/v1/coverage",
    "/v1/exchanges",
    "/v1/recalls/in-force",
    f"/v1/code-status/{CODE}",
    f"/v1/holders/{CODE}",
    f"/v1/parties/{SELLER}",
    "/v1/products/06901234567892",
    f"/v1/exports/chains/{CODE}.csv",
    f"/v1/traceability/{CODE}",
    "/v1/coverage.csv",
    "/v1/notices",
    "/directory",
)


class Liar:
    """Answers whatever is asked with ``says``, from a thread of its own."""

    def __init__(self) -> None:
        self.says: Any = {}
        self.url = ""
        self._ready, self._over = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    async def _behave(self, _asked: Asked, writer: asyncio.StreamWriter) -> None:
        await say(writer, self.says)

    async def _serve(self) -> None:
        async with listening(self._behave) as hostile:
            self.url = hostile.url
            self._ready.set()
            await asyncio.to_thread(self._over.wait)

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait(5)
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(5)


@pytest.fixture
def liar(city: City) -> Iterator[Liar]:
    """A fourth department of the city, which lies."""
    path = city.folder / "registry.toml"
    before = path.read_text()
    with Liar() as found:
        path.write_text(
            f'{before}\n[[subsystem]]\nid = "liar"\nsectors = ["drugs"]\n'
            f'ingest_url = "{found.url}"\nquery_url = "{found.url}"\n'
            'name = { zh = "谎", en = "Liar" }\ndepartment = { zh = "局", en = "Bureau" }\n'
        )
        _wait_for(city, 4)
        yield found
        path.write_text(before)
        _wait_for(city, 3)


def _wait_for(city: City, members: int) -> None:
    ends = time.monotonic() + 10
    while len(city.client().get("/v1/subsystems").json()["subsystems"]) != members:
        assert time.monotonic() < ends
        time.sleep(0.1)


def test_nonsense_costs_its_own_gap_whatever_is_asked(city: City, liar: Liar) -> None:
    pork = report("pork", items=[{"code": CODE}])
    assert city.client("seller").post("/v1/events", json=pork).status_code == 200
    client, broken = city.client("city"), []
    for name, nonsense in NONSENSE.items():
        liar.says = nonsense
        for path in ASKED:
            answer = client.get(path, headers={"Accept": "text/html" if "/t/" in path else "*/*"})
            if answer.status_code >= 500 and answer.status_code != 503:
                broken.append((name, path))
        chain = client.get(ASKED[0]).json()
        assert [e["id"].rpartition(":")[2] for e in chain["events"]] == ["pork"], name
        assert not chain["complete"] or nonsense == {}, name
        drug = report("drug", sector="drugs", items=pork["items"])
        told = city.client("seller").post("/v1/events", json=drug)
        assert (told.status_code, told.json()["code"]) == (503, "subsystem_unavailable"), name
    assert broken == []
