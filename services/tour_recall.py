"""The recall of ``suyuan demo``: of the greens in its meal, from the request to the shopper's page.

The greens are of a lot that nobody else uses, so no other page changes; and the recall is lifted,
also where the walk is left before its end.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any, Self

from services.tour_guide import Guide
from services.tour_meal import COOK, Meal
from suyuan.domain.errors import Unavailable
from suyuan.web.pages.texts import texts

_DEPARTMENT, _CITY = "departments.food", "city"
_PATH = "/v1/recalls"
_NOTE = {"note": "样品标识有误，复检合格 The samples were mixed up; tested again, and good"}
_LOOK_SECONDS = 0.1
# What a subsystem that hangs costs is waited for.
_SCOPE_SECONDS = 60.0
# A page shows a recall, or that it was lifted, within two seconds.
_PAGE_SECONDS = 5.0


class TourRecall:
    """One recall. Left before it is lifted, it is lifted; before it is published, withdrawn."""

    def __init__(self, guide: Guide, meal: Meal) -> None:
        self._guide = guide
        self._meal = meal
        self._path: str | None = None  # while there is something to take back
        self._published = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._path is not None:
            self._step("lift" if self._published else "withdraw", _DEPARTMENT, json=_NOTE)

    def publish(self) -> None:
        """Propose it, show what it reaches, have it approved, publish it, and look at the page."""
        guide = self._guide
        proposal = {
            "codes": [self._meal.greens],
            "level": 2,
            "reason": {"zh": "农药残留超标", "en": "Too much of a pesticide was found"},
            "advice": {
                "zh": "请勿食用，凭包装到购买处退货",
                "en": "Do not eat it; return it where you bought it",
            },
        }
        guide.say("recall_why")
        guide.command(_PATH, _DEPARTMENT, body=proposal)
        proposed = guide.ask("POST", _PATH, _DEPARTMENT, json=proposal)
        self._path = f"{_PATH}/{proposed['id']}"
        guide.say("recall_reaches")
        self._holes(self._scoped())
        for name, whose in (("approve", _CITY), ("publish", _DEPARTMENT)):
            guide.say(f"recall_{name}")
            guide.command(f"{self._path}/{name}", whose, "-X POST")
            self._step(name, whose)
        self._published = True
        self._look(shown=True)
        self._told()
        self._inbox()

    def lift(self) -> None:
        """Lift it, and see that the banner is gone."""
        assert self._path is not None, "it was published at the stop before"
        self._guide.say("lift_why")
        self._guide.command(f"{self._path}/lift", _DEPARTMENT, body=_NOTE)
        self._step("lift", _DEPARTMENT, json=_NOTE)
        self._path = None
        self._look(shown=False)

    def _scoped(self) -> dict[str, Any]:
        """The recall when its scope is known; things are shown as they are found."""
        assert self._path is not None, "it is proposed"
        seen: set[str] = set()
        for _ in _looks(_SCOPE_SECONDS):
            recall = self._guide.ask("GET", self._path, _DEPARTMENT)
            for thing in self._guide.lines(f"{self._path}/things", _DEPARTMENT):
                if thing["code"] not in seen:
                    seen.add(thing["code"])
                    self._guide.say("recall_thing", **thing)
            if recall["state"] == "previewed":
                self._guide.say("recall_found", things=recall["things"])
                return recall
            if recall["state"] == "failed":
                break
        raise Unavailable("recall_not_scoped", path=self._path)

    def _told(self) -> None:
        """Who was told: whoever has any of it, or had to do with it."""
        parties = self._guide.chain(self._meal.code)["parties"]
        names = {party["id"]: party["name"] for party in parties}
        notices = self._guide.ask("GET", f"{self._path}/notices", _DEPARTMENT)["notices"]
        told = [names.get(notice["party"]) or notice["party"] for notice in notices]
        self._guide.say("recall_told", parties=", ".join(told))

    def _holes(self, recall: dict[str, Any]) -> None:
        """Somebody has to answer for what a silent department may know."""
        for hole in recall["holes"]:
            note = self._guide.word("recall_hole", subsystem=hole["subsystem"])
            self._guide.terminal.line(f"  ⚠ {note}")
            self._step(f"holes/{hole['number']}/sign-off", _DEPARTMENT, json={"note": note})

    def _look(self, *, shown: bool) -> None:
        """Wait for the page to have the banner, or to have it no more, and say how long it took."""
        guide = self._guide
        banner = guide.either(texts("zh")["recalled_up"], texts("en")["recalled_up"])
        began = time.monotonic()
        in_time = _until(lambda: (banner in guide.html(self._meal.code)) is shown)
        told = {"seconds": f"{time.monotonic() - began:.1f}", "banner": banner}
        state = "banner" if shown else "no_banner"
        guide.say(state if in_time else f"late_{state}", **told)
        guide.terminal.line(f"  {guide.page(self._meal.code)}")

    def _inbox(self) -> None:
        """What the supermarket, who holds the meal, finds in its inbox."""
        assert self._path is not None, "it is published"
        guide = self._guide
        guide.say("inbox_why")
        guide.command("/v1/notices?open=true", COOK)
        told = guide.ask("GET", "/v1/notices", COOK, params={"open": "true"})["notices"]
        for notice in told:
            if self._path.endswith(notice["recall"]):
                reason = notice["about"]["reason"]
                guide.say("notice", things=notice["things"], reason=guide.either(**reason))

    def _step(self, name: str, whose: str, **how: Any) -> None:
        self._guide.ask("POST", f"{self._path}/{name}", whose, **how)


def _looks(seconds: float) -> Iterator[None]:
    """Look at once, and again until the time is up."""
    ends = time.monotonic() + seconds
    yield
    while time.monotonic() < ends:
        time.sleep(_LOOK_SECONDS)
        yield


def _until(holds: Callable[[], bool]) -> bool:
    return any(holds() for _ in _looks(_PAGE_SECONDS))
