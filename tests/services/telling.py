"""A story told event by event to one subsystem, or to several in turn, and asked for as a chain."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import cycle
from typing import Any

import pytest

from tests.city import SELLER, City

MORNING = "2026-03-01T08:00:00+08:00"

spread = pytest.mark.parametrize(
    "subsystems", [["meat"], ["food", "meat", "imports"]], ids=["one", "three"]
)


def day(number: float) -> str:
    return (datetime.fromisoformat(MORNING) + timedelta(days=number)).isoformat()


def items(*codes: str, quantity: str | None = None, unit: str = "KGM") -> list[dict[str, str]]:
    """Things in the city form, parts of lots if a quantity is given."""
    amount = {} if quantity is None else {"quantity": quantity, "unit": unit}
    return [{"code": code, **amount} for code in codes]


def event(event_id: str, at: float, *codes: str, **more: Any) -> dict[str, Any]:
    """A report of the seller in the city form; ``more`` are its other members."""
    said = {"id": event_id, "kind": "logistics", "activity": "store", "time": day(at)}
    if not {"items", "parent", "inputs", "outputs"} & set(more):
        more["items"] = items(*codes)
    return {**said, "party": SELLER, **more}


class Telling:
    """Posts each report to the next of the subsystems, and asks the gateway as the city does."""

    def __init__(self, city: City, subsystems: list[str]) -> None:
        self._city = city
        self._next = cycle(subsystems)

    def __call__(self, *events: dict[str, Any], by: str = "seller") -> None:
        for one in events:
            at = next(self._next)
            answer = self._city.client(by, at=at).post("/v1/events", json=one)
            assert answer.status_code == 200, answer.text

    def chain(self, code: str, **query: str) -> dict[str, Any]:
        client = self._city.client("city")
        return dict(client.get(f"/v1/chains/{code}", params={"direction": "own", **query}).json())

    def ids(self, code: str, **query: str) -> list[str]:
        chain = self.chain(code, **query)
        assert chain["complete"]
        return [e["id"] for e in chain["events"]]

    def findings(self, code: str, **query: str) -> set[tuple[str, str]]:
        return {(f["type"], f["event"]) for f in self.chain(code, **query)["findings"]}
