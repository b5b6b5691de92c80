"""``suyuan demo``: a walk for a newcomer, in the terminal, through the city that runs here.

It does what it shows, over HTTP at the gateway: what happened to a meal is posted, traced, scanned
and recalled, the recall is lifted, and one of the planted faults is found.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.demonstration import pages
from services.demonstration.fault_table import Fault, faults
from services.home import Home
from services.terminal import Terminal
from services.tour_guide import Guide
from services.tour_meal import COOK, Meal
from services.tour_recall import TourRecall
from suyuan.domain.errors import Unavailable
from suyuan.domain.register import CITY_TIME
from suyuan.web.pages.words import ACTIVITIES

_SHOWN_FAULT = "broken_mass_balance"
_TIME_FORM = "%Y-%m-%d %H:%M"


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop of the walk: ``name`` of its heading, and what happens there."""

    name: str
    show: Callable[[], None]


def walk(home: Home, terminal: Terminal, *, wait: bool) -> None:
    """Go through every stop; with ``wait`` each is gone on from by Enter.

    Raises ``Unavailable`` where no city runs, it does not answer, or it has no demonstration.
    """
    with Guide(home, terminal) as guide:
        meal = Meal.cooked(datetime.now(CITY_TIME))
        with TourRecall(guide, meal) as recall:
            tour = Tour(guide, meal, recall)
            stops = tour.stops()
            guide.say("welcome")
            for number, stop in enumerate(stops, 1):
                terminal.line()
                guide.say(stop.name, step=number)
                stop.show()
                if wait and stop is not stops[-1]:
                    _wait(guide.word("next"))
            tour.links()


def _wait(prompt: str) -> None:
    """Until Enter is pressed; a terminal that is closed ends the walk's waiting."""
    try:
        input(f"\n{prompt} ")
    except EOFError:
        sys.stdout.write("\n")


class Tour:
    """The stops, about the meal of this walk."""

    def __init__(self, guide: Guide, meal: Meal, recall: TourRecall) -> None:
        self._guide = guide
        self._terminal = guide.terminal
        self._meal = meal
        self._recall = recall

    def stops(self) -> list[Stop]:
        """The walk. Raises ``Unavailable`` where there is nothing to walk through."""
        if not self._guide.chain(pages()[0].code)["events"]:
            raise Unavailable("no_demonstration")
        return [
            Stop("post", self.post),
            Stop("trace", self.trace),
            Stop("scan", self.scan),
            Stop("recall", self._recall.publish),
            Stop("lift", self._recall.lift),
            Stop("fault", self.fault),
        ]

    def post(self) -> None:
        """Report what the kitchen did, and show the command that would have done so."""
        meal, guide = self._meal, self._guide
        guide.ask("POST", "/v1/events", meal.farm.uscc, json=meal.farms)
        guide.say("post_why")
        guide.command("/v1/events", COOK, body=meal.kitchens)
        answer = guide.ask("POST", "/v1/events", COOK, json=meal.kitchens)
        guide.say("posted", ids=", ".join(answer["ids"]))

    def trace(self) -> None:
        """Ask for its chain as anybody may, and show it as a time line."""
        guide = self._guide
        guide.say("trace_why")
        guide.command(f"/v1/chains/{self._meal.code}")
        chain = guide.chain(self._meal.code)
        self._terminal.table(
            [guide.word(name) for name in ("when", "what", "who", "where")], self._steps(chain)
        )
        kept = sorted({name for event in chain["events"] for name in event["subsystem"]})
        silent = [s["subsystem"] for s in chain["sources"] if s["status"] != "answered"]
        guide.say(
            "traced_partly" if silent else "traced",
            count=len(chain["events"]),
            departments=", ".join(kept),
            sources=len(chain["sources"]),
            silent=", ".join(silent),
        )

    def scan(self) -> None:
        """Show the symbol that stands on the product, and where it leads."""
        self._guide.say("scan_why")
        address = self._guide.page(self._meal.code)
        self._terminal.qr(address)
        self._terminal.line(f"  {address}")
        public_url = self._guide.public_url
        if "//127.0.0.1" in public_url or "//localhost" in public_url:
            self._guide.say("scan_local")

    def fault(self) -> None:
        """Ask for a chain in which something is wrong, and show what the platform says of it."""
        planted = faults()
        shown = planted[_SHOWN_FAULT]
        guide = self._guide
        chain = guide.chain(shown.code, "city", direction="both")
        if not chain["events"]:
            guide.say("no_faults")
            return
        guide.say("fault_why", count=len(planted), what=self._named(shown))
        guide.command(f"/v1/chains/{shown.code}?direction=both", "city")
        for finding in chain["findings"]:
            self._terminal.line(f"  ⚠ {finding['type']}: {finding['detail']}")
        guide.say("fault_others")
        for one in planted.values():
            if one is not shown:
                found = ", ".join(one.findings)
                self._terminal.line(f"  {one.code}  {self._named(one)} ({found})")

    def links(self) -> None:
        """Where to go on from here."""
        guide = self._guide
        self._terminal.line()
        guide.say("links")
        for url, name in (
            (guide.page(self._meal.code), "link_page"),
            (f"{guide.url}/v1/chains/{self._meal.code}", "link_chain"),
            (f"{guide.url}/v1/subsystems", "link_subsystems"),
            (f"{guide.url}/docs", "link_docs"),
        ):
            self._terminal.line(f"  {url}  {guide.word(name)}")
        for page in pages()[1:]:
            self._terminal.line(
                f"  {guide.public_url}{page.path}  {guide.either(page.zh, page.en)}"
            )

    def _steps(self, chain: Mapping[str, Any]) -> Sequence[tuple[str, ...]]:
        names = {party["id"]: party["name"] for party in chain["parties"]}
        return [
            (
                datetime.fromisoformat(event["time"]).strftime(_TIME_FORM),
                self._activity(event),
                names.get(event["party"]) or event["party"] or "",
                ", ".join(event["subsystem"]),
            )
            for event in chain["events"]
        ]

    def _activity(self, event: Mapping[str, Any]) -> str:
        label = ACTIVITIES.get((event["kind"], event["activity"]))
        return str(event["step"]) if label is None else self._guide.either(label.zh, label.en)

    def _named(self, fault: Fault) -> str:
        return self._guide.either(fault.zh, fault.en)
