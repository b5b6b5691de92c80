"""A small trade that is recalled, and the steps of a recall, for the tests of recalls."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any, TypeVar

import httpx

from tests.city import BUYER, SELLER, City
from tests.services.reports import item

T = TypeVar("T")

SOURCE, MADE, OTHER = "06901234567892", "09521234000020", "09521234000044"
SOURCE_LOT, MADE_LOT, OTHER_LOT = (f"(01){SOURCE}(10)L1", f"(01){MADE}(10)M1", f"(01){OTHER}(10)N1")
SERIAL = f"https://id.gs1.org/01/{MADE}/21/S7"
BOX = "(00)106141412345678908"
PLANT, SHOP = "350203001", "350205002"


def event(day: int, kind: str, activity: str, **members: Any) -> dict[str, Any]:
    return {
        "kind": kind,
        "activity": activity,
        "time": f"2026-03-{day:02}T08:00:00+08:00",
        "place": PLANT,
        **members,
    }


def report(city: City, key: str, *events: dict[str, Any], at: str = "meat") -> None:
    answer = city.client(key, at=at).post("/v1/events", json=list(events))
    assert answer.status_code == 200, answer.text


def trade(city: City, at: str = "meat") -> None:
    """The seller makes M1 of 40 of 100 kg of L1, boxes a piece of it, and ships 30 kg of L1."""
    report(
        city,
        "seller",
        event(1, "production", "harvest", items=[item(SOURCE_LOT, "100")]),
        event(
            2,
            "production",
            "process",
            inputs=[item(SOURCE_LOT, "40"), item(OTHER_LOT, "60")],
            outputs=[item(MADE_LOT, "90")],
        ),
        event(3, "production", "commission", items=[{"code": SERIAL}], product={"lot": "M1"}),
        event(4, "production", "pack", parent=BOX, children=[{"code": SERIAL}]),
        event(
            5,
            "logistics",
            "ship",
            items=[item(SOURCE_LOT, "30")],
            to={"party": BUYER, "place": SHOP},
        ),
        at=at,
    )
    received = event(6, "logistics", "receive", items=[item(SOURCE_LOT, "30")], place=SHOP)
    report(city, "buyer", {**received, "from": {"party": SELLER, "place": PLANT}}, at=at)


PROPOSAL: dict[str, Any] = {
    "codes": [SOURCE_LOT],
    "level": 1,
    "reason": {"zh": "检出沙门氏菌", "en": "Salmonella was found"},
}


def wait(look: Callable[[], T | None], seconds: float = 20) -> T:
    until = time.monotonic() + seconds
    while (found := look()) is None:
        assert time.monotonic() < until
        time.sleep(0.05)
    return found


class Recall:
    """A recall as its proposer follows it."""

    def __init__(self, client: httpx.Client, **more: Any) -> None:
        self._client = client
        told = {k: v for k, v in {**PROPOSAL, **more}.items() if v is not None}
        answer = client.post("/v1/recalls", json=told)
        assert answer.status_code == 202, answer.text
        self.path: str = answer.headers["location"]

    def shown(self) -> dict[str, Any]:
        answer = self._client.get(self.path)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def scoped(self) -> dict[str, Any]:
        def look() -> dict[str, Any] | None:
            shown = self.shown()
            return shown if shown["state"] != "scoping" else None

        return wait(look)

    def things(self) -> dict[str, dict[str, Any]]:
        lines = self._client.get(f"{self.path}/things").text.splitlines()
        return {told["code"]: told for told in map(json.loads, lines)}

    def step(self, name: str, by: httpx.Client, note: str | None = None) -> httpx.Response:
        body = None if note is None else {"note": note}
        return by.post(f"{self.path}/{name}", json=body)

    def publish(self, approver: httpx.Client) -> None:
        self.scoped()
        for name, by in (("approve", approver), ("publish", self._client)):
            answer = self.step(name, by)
            assert answer.status_code == 200, answer.text
