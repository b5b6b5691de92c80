"""``suyuan demo``: a walk for a newcomer, in the terminal, through the city that runs here.

It does what it shows, over HTTP at the gateway: what happened to a meal is posted, traced and
scanned, and one of the planted faults is found.
"""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import Any, Self

import httpx

from services import operate
from services.demo import first_fault
from services.demonstration import pages
from services.demonstration.faults import Fault, faults
from services.home import Home
from services.processes import GATEWAY, service_named
from services.terminal import Terminal
from services.tour_meal import COOK, Meal
from services.tour_words import WORDS
from suyuan.domain.codes import recognise
from suyuan.domain.errors import Unavailable
from suyuan.domain.register import CITY_TIME
from suyuan.web import qr
from suyuan.web.pages.words import ACTIVITIES

_SECONDS = 30
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
    with Tour(home, terminal) as tour:
        stops = tour.stops()
        tour.say("welcome")
        for number, stop in enumerate(stops, 1):
            terminal.line()
            tour.say(stop.name, step=number)
            stop.show()
            if wait and stop is not stops[-1]:
                _wait(tour.word("next"))
        tour.links()


def _program() -> str:
    """This command as it was typed, so that what is shown can be typed in the same place."""
    typed = sys.argv[0]
    return shlex.quote(typed) if PurePath(typed).name == "suyuan" else "suyuan"


def _wait(prompt: str) -> None:
    """Until Enter is pressed; a terminal that is closed ends the walk's waiting."""
    try:
        input(f"\n{prompt} ")
    except EOFError:
        sys.stdout.write("\n")


class Tour:
    """What the stops share: the city's address, the keys, the event of this walk."""

    def __init__(self, home: Home, terminal: Terminal) -> None:
        city = home.city()
        self._terminal = terminal
        self._keys = operate.demonstration_keys(home)
        self._public_url = city.public_url
        self._url = service_named(home, city, GATEWAY).url
        self._departments = city.subsystems
        self._client = httpx.Client(
            base_url=self._url,
            timeout=_SECONDS,
            trust_env=False,
            headers={"Accept-Language": terminal.language},
        )
        self._meal = Meal.cooked(datetime.now(CITY_TIME))
        self._code = self._meal.code

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def word(self, name: str, /, **params: object) -> str:
        return WORDS[name][0 if self._terminal.language == "zh" else 1].format(**params)

    def say(self, name: str, /, **params: object) -> None:
        self._terminal.line(self.word(name, **params))

    def stops(self) -> list[Stop]:
        """The walk. Raises ``Unavailable`` where there is nothing to walk through."""
        if not self._chain(pages()[0].code)["events"]:
            raise Unavailable("no_demonstration")
        return [
            Stop("post", self.post),
            Stop("trace", self.trace),
            Stop("scan", self.scan),
            Stop("fault", self.fault),
        ]

    def post(self) -> None:
        """Report what the kitchen did, and show the command that would have done so."""
        meal = self._meal
        self._ask("POST", "/v1/events", meal.farm.uscc, json=meal.farms)
        self.say("post_why")
        body = json.dumps(meal.kitchens, ensure_ascii=False, indent=1)
        key = f'"Authorization: Bearer $({_program()} key demo {COOK})"'
        self._command(
            f"curl -s {self._url}/v1/events -H {key}"
            f" -H 'Content-Type: application/json' -d {shlex.quote(body)}"
        )
        answer = self._ask("POST", "/v1/events", COOK, json=meal.kitchens)
        self.say("posted", ids=", ".join(answer["ids"]))

    def trace(self) -> None:
        """Ask for its chain as anybody may, and show it as a time line."""
        self.say("trace_why")
        self._command(f"curl -s {shlex.quote(self._chain_url(self._code))}")
        chain = self._chain(self._code)
        self._terminal.table(
            [self.word(name) for name in ("when", "what", "who", "where")], self._steps(chain)
        )
        kept = sorted({name for event in chain["events"] for name in event["subsystem"]})
        silent = [s["subsystem"] for s in chain["sources"] if s["status"] != "answered"]
        self.say(
            "traced_partly" if silent else "traced",
            count=len(chain["events"]),
            departments=", ".join(kept),
            sources=len(chain["sources"]),
            silent=", ".join(silent),
        )

    def scan(self) -> None:
        """Show the symbol that stands on the product, and where it leads."""
        self.say("scan_why")
        address = self._page(self._code)
        self._terminal.qr(address)
        self._terminal.line(f"  {address}")
        if "//127.0.0.1" in self._public_url or "//localhost" in self._public_url:
            self.say("scan_local")

    def fault(self) -> None:
        """Ask for a chain in which something is wrong, and show what the platform says of it."""
        planted = faults()
        shown = planted[_SHOWN_FAULT]
        chain = self._chain(shown.code, "city", direction="both")
        if not chain["events"]:
            self.say("no_faults")
            return
        self.say("fault_why", count=len(planted), what=self._named(shown))
        url = f"{self._chain_url(shown.code)}?direction=both"
        key = f'"Authorization: Bearer $({_program()} key demo city)"'
        self._command(f"curl -s -H {key} {shlex.quote(url)}")
        for finding in chain["findings"]:
            self._terminal.line(f"  ⚠ {finding['type']}: {finding['detail']}")
        self.say("fault_others")
        for one in planted.values():
            if one is not shown:
                found = ", ".join(one.findings)
                self._terminal.line(f"  {one.code}  {self._named(one)} ({found})")

    def links(self) -> None:
        """Where to go on from here."""
        self._terminal.line()
        self.say("links")
        for url, name in (
            (self._page(self._code), "link_page"),
            (self._chain_url(self._code), "link_chain"),
            (f"{self._url}/v1/subsystems", "link_subsystems"),
            (f"{self._url}/docs", "link_docs"),
        ):
            self._terminal.line(f"  {url}  {self.word(name)}")
        chinese = self._terminal.language == "zh"
        for page in pages()[1:]:
            self._terminal.line(
                f"  {self._public_url}{page.path}  {page.zh if chinese else page.en}"
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
        if label is None:
            return str(event["step"])
        return label.zh if self._terminal.language == "zh" else label.en

    def _named(self, fault: Fault) -> str:
        return fault.zh if self._terminal.language == "zh" else fault.en

    def _command(self, text: str) -> None:
        self._terminal.line(f"\n{text}\n")

    def _page(self, code: str) -> str:
        return qr.page_address(self._public_url, recognise(code))

    def _chain_url(self, code: str) -> str:
        return f"{self._url}/v1/chains/{code}"

    def _chain(self, code: str, name: str | None = None, **parameters: str) -> dict[str, Any]:
        return self._ask("GET", f"/v1/chains/{code}", name, params=parameters)

    def _ask(self, method: str, path: str, name: str | None, **how: Any) -> dict[str, Any]:
        """The gateway's answer, asked with a demonstration key by its name."""
        headers = {"Authorization": f"Bearer {self._keys[name]}"} if name is not None else {}
        try:
            answer = self._client.request(method, path, headers=headers, **how)
        except httpx.HTTPError as error:
            reason = str(error) or type(error).__name__
            raise Unavailable("gateway_silent", url=self._url, reason=reason) from error
        if not answer.is_success:
            raise Unavailable(
                "demonstration_refused", status=answer.status_code, reason=first_fault(answer)
            )
        told: dict[str, Any] = answer.json()
        return told
