"""What a federation costs, and whether it tells the truth: ``python -m bench.federation``.

overhead_p95_ms  of a chain over three departments, beyond what was waited for the slowest
six_p95_ms       twelve steps over six departments that take 20 ms each
                 both of a city that has been asked before: no chain twice, but connections are
                 open, statements are prepared and tables are analysed
holes_declared   one department dead: answers in time, and everything it was asked is a hole
splits_equal     every tracing scenario over random splits, against the same in one store
"""

from __future__ import annotations

import asyncio
import random
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.asking import median_ms, percentile
from bench.departments import Departments, departments
from bench.figures import Figure, machine, report, say
from bench.servers import vacuum
from suyuan.domain.assemble import assemble
from suyuan.domain.events import StoredEvent
from suyuan.domain.trail import Direction, Question
from suyuan.sources.base import Source, trace
from suyuan.sources.federation import FederatedSource
from suyuan.sources.memory import MemorySource
from suyuan.storage.server import EmbeddedServer
from tests import scenarios
from tests.sources.ahead import ReadingAhead

PARTY = "91350200MA0000000R"
SIX = ("food", "drugs", "liquor", "produce", "inputs", "meat")
STEPS = 12
AWAY_SECONDS = 0.02
OFFICIAL_SECONDS = 3.0
# Chains that are asked before any is measured, of their own; and those that follow one's death.
WARMING = 20
DYING = 20
DIRECTIONS = {"history": Direction.OWN, "back": Direction.UP, "forward": Direction.DOWN}


def main() -> None:
    quick = "--quick" in sys.argv
    chains = 60 if quick else 100
    splits = 20 if quick else 1_000
    with TemporaryDirectory() as home, EmbeddedServer(Path(home)) as server:
        near = _near(server.url, chains)
        six, holes = _six(server.url, chains)
    equal, compared = asyncio.run(_splits(splits))
    setup = {
        **machine(),
        "chains": chains,
        "asked_before": WARMING,
        "steps": STEPS,
        "away_ms": AWAY_SECONDS * 1000,
        "answers_compared": compared,
    }
    report(
        "federation",
        setup,
        [
            Figure("overhead_p95_ms", round(near, 1), "ms", 20, "lower"),
            Figure("six_p95_ms", round(six, 1), "ms", 450, "lower"),
            Figure("holes_declared", round(holes, 4), "", 1.0),
            Figure("splits_equal", round(equal, 6), "", 1.0),
        ],
    )


# --- Over real processes --------------------------------------------------------------------------


def _near(server_url: str, chains: int) -> float:
    """The gateway's own part of a chain over three departments on this machine, p95 in ms."""
    with departments(server_url, SIX[:3]) as made:
        _fill(made, server_url, SIX[:3], chains, steps=6)
        own = []
        for n in _warmed(made, chains, steps=6):
            took, found = _asked(made, f"C{n}-6")
            own.append(took - max(s["ms"] for s in found["sources"]) / 1000)
    say(f"gateway's own part: median {median_ms(own):.1f} ms")
    return percentile(own, 0.95)


def _six(server_url: str, chains: int) -> tuple[float, float]:
    """p95 of twelve steps over six departments, and the share of holes told when one is dead."""
    with departments(server_url, SIX, seconds=AWAY_SECONDS) as made:
        _fill(made, server_url, SIX, chains, steps=STEPS)
        spans = []
        for n in _warmed(made, chains, steps=STEPS):
            took, found = _asked(made, f"C{n}-{STEPS}")
            if len(found["events"]) != STEPS or not found["complete"]:
                raise SystemExit(f"not whole: {len(found['events'])} events, {found['holes']}")
            spans.append(took)
        say(f"twelve steps over six: median {median_ms(spans):.0f} ms")
        return percentile(spans, 0.95), _declared(made)


def _declared(made: Departments) -> float:
    """One department dies; of every thing in the chains that were answered it is a named hole."""
    dead = SIX[-1]
    made.subsystems[dead].signal(signal.SIGKILL)
    expected = told = 0
    for n in range(DYING):
        took, found = _asked(made, f"C{n}-{STEPS}")
        status = {s["subsystem"]: s["status"] for s in found["sources"]}
        holes = {k for h in found["holes"] if h["subsystem"] == dead for k in h["keys"]}
        things = {t["code"] for t in found["things"]}
        honest = took <= OFFICIAL_SECONDS and status[dead] == "down"
        expected += len(things)
        told += len(things & holes) if honest and not found["complete"] else 0
    return told / expected


def _asked(made: Departments, name: str) -> tuple[float, dict[str, Any]]:
    began = time.perf_counter()
    found = made.ask(f"urn:suyuan:{PARTY}:{name}", key=made.key, direction="up")
    return time.perf_counter() - began, found


def _warmed(made: Departments, chains: int, *, steps: int) -> Iterator[int]:
    """The numbers of the chains to be measured, once the others have been asked."""
    for n in range(WARMING):
        _asked(made, f"C{n}-{steps}")
    yield from range(WARMING, WARMING + chains)


def _fill(
    made: Departments, server_url: str, names: Sequence[str], chains: int, *, steps: int
) -> None:
    """Chains that change hands at every step: each makes the next thing from the last one."""
    for place, name in enumerate(names):
        events = [
            _step(f"C{n}", step)
            for n in range(WARMING + chains)
            for step in range(1, steps + 1)
            if step % len(names) == place
        ]
        made.post(name, events)
        vacuum(server_url, name)


def _step(chain: str, step: int) -> dict[str, Any]:
    def lot(number: int) -> list[dict[str, str]]:
        return [{"code": f"urn:suyuan:{PARTY}:{chain}-{number}", "quantity": "10", "unit": "KGM"}]

    return {
        "id": f"{chain}-{step}",
        "party": PARTY,
        "kind": "production",
        "activity": "process",
        "time": f"2026-03-{step:02}T08:00:00+08:00",
        "inputs": lot(step - 1),
        "outputs": lot(step),
    }


# --- Over any split -------------------------------------------------------------------------------


async def _splits(splits: int) -> tuple[float, int]:
    """The share of answers over random splits that equal those of one store, and their number."""
    chance = random.Random(6)
    equal = compared = 0
    for scenario in scenarios.load():
        wanted = [await _answer(MemorySource(scenario.stored), c) for c in scenario.checks]
        for n in range(splits):
            members = _split(scenario.stored, chance, ahead=n % 2 == 1)
            for check, whole in zip(scenario.checks, wanted, strict=True):
                source = FederatedSource(members, deadline=60)
                equal += await _answer(source, check) == whole
                compared += 1
    return equal / compared, compared


def _split(
    events: Sequence[StoredEvent], chance: random.Random, *, ahead: bool
) -> dict[str, Source]:
    """Each event with one member of three to six, or with two: reports may reach several."""
    count = chance.randint(3, 6)
    held: list[list[StoredEvent]] = [[] for _ in range(count)]
    for event in events:
        for place in chance.sample(range(count), chance.choice((1, 1, 1, 2))):
            held[place].append(event)
    make = ReadingAhead if ahead else MemorySource
    return {f"m{n}": make(part) for n, part in enumerate(held)}


async def _answer(source: Source, check: dict[str, Any]) -> Any:
    """What a reader sees of an answer; subsystems aside, which a split may change."""
    args = check["args"]
    question = Question(
        scenarios.thing(check["of"]),
        DIRECTIONS[check["query"]],
        as_of=scenarios.day(args.get("b")),
        since=scenarios.day(args.get("a")),
        known_at=scenarios.day(args.get("known_at")),
    )
    chain = assemble(question, await trace(source, question))
    events = [(e.stored.event.id, e.via, e.hop, e.window, e.certainty) for e in chain.events]
    findings = sorted((f.type, f.event or "", f.code or "") for f in chain.findings)
    return events, findings, chain.complete


if __name__ == "__main__":
    main()
