"""The demonstration's enterprises put on file: each files, and its department decides.

What comes next follows from how the filing stands, so whoever was cut off, or had an answer get
lost on the way, goes on where it was: nothing is filed or decided twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from services.city import DemoKeys
from services.demonstration import Participant
from suyuan.domain.errors import Unavailable

_PATH = "/v1/filings"
# Each look finds one step more than the last; who needs more of them than that goes in circles.
_LOOKS = 10

Filing = Mapping[str, Any]


class Send(Protocol):
    """Sends one request with a key, and gives what it is answered. Raises Moved, Unavailable."""

    def __call__(self, method: str, path: str, key: str, body: object = None) -> dict[str, Any]: ...


class Moved(Unavailable):
    """The answer was 409: what was to be changed stands otherwise than was thought."""

    def __init__(self, refused: Unavailable) -> None:
        super().__init__(refused.code, **refused.params)


def put_on_file(who: Participant, send: Send, keys: DemoKeys) -> None:
    """File what ``who`` files, and have it decided, as far as that has not been done.

    Raises Unavailable with the first fault where a step is refused.
    """
    desk = _Desk(who, send, keys)
    for look in range(_LOOKS):
        try:
            desk.go_on()
        except Moved:
            if look == _LOOKS - 1:
                raise
        else:
            return


class _Desk:
    """One enterprise's way to be on file."""

    def __init__(self, who: Participant, send: Send, keys: DemoKeys) -> None:
        self._who = who
        self._send = send
        self._own = keys.enterprises[who.uscc]
        self._department = keys.departments[who.home]

    def go_on(self) -> None:
        """Every step that is left. Raises Moved where somebody took one meanwhile."""
        filing = self._newest()
        if filing is None or filing["state"] == "withdrawn":
            filing = self._send("POST", _PATH, self._own, self._who.dossier)
        if filing["state"] == "filed":
            filing = self._decide(filing, "approve", {})
        for decision in self._who.decisions:
            taken = {step["action"] for step in filing["steps"]}
            if decision.step.replace("-", "_") not in taken:
                filing = self._decide(filing, decision.step, decision.body)

    def _newest(self) -> Filing | None:
        query = f"{_PATH}?party={self._who.uscc}"
        heads = self._send("GET", query, self._department)["filings"]
        return self._send("GET", f"{_PATH}/{heads[-1]['id']}", self._department) if heads else None

    def _decide(self, filing: Filing, step: str, body: Mapping[str, str]) -> Filing:
        path = f"{_PATH}/{filing['id']}/{step}"
        return self._send("POST", path, self._department, {"step": filing["step"], **body})
