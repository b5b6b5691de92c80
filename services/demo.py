"""The demonstration city, posted as its enterprises would: over HTTP, each with its own key.

``demonstration.json`` holds who they are, what they register and what they report: a pork that
crosses three departments, a pork under the codes of the meat system, a tea on a pallet.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import httpx

from suyuan.domain.caller import Caller, CallerRole
from suyuan.domain.codes import Code, Use, recognise
from suyuan.domain.errors import Unavailable

_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Enterprise:
    """A fictitious enterprise: what it registers, and its reports in the order they happened.

    ``register`` has for each entry the ``path`` behind ``/v1/`` and the ``entry`` itself.
    """

    uscc: str
    name: str
    home: str
    register: Sequence[Mapping[str, Any]]
    reports: Sequence[Mapping[str, Any]]

    @property
    def caller(self) -> Caller:
        """The enterprise as the owner of a key."""
        return Caller(CallerRole.ENTERPRISE, _party(self.uscc), self.home)


@dataclass(frozen=True, slots=True)
class Page:
    """A code that a shopper would scan, the path of its page, and what it is on."""

    code: str
    path: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class DemoReport:
    """How many events are new, and how many were there from an earlier try."""

    accepted: int
    repeated: int


def enterprises() -> list[Enterprise]:
    """Everybody in the demonstration."""
    return [Enterprise(**entry) for entry in _read()["enterprises"]]


def pages() -> list[Page]:
    """What to look at; the first is the one that crosses three departments."""
    return [Page(**entry) for entry in _read()["pages"]]


def load(
    gateway_url: str, keys: Mapping[str, str], pause: Callable[[float], None] | None = None
) -> DemoReport:
    """Register every enterprise and post what it reports; ``keys`` has each one's key by its USCC.

    Events have ids, and an entry that says the same again is no new version, so doing it again
    changes nothing. ``pause`` is called between two posts and
    may raise to give up. Raises ``Unavailable`` with the first fault if a report is refused.
    """
    answers = []
    with httpx.Client(base_url=gateway_url, timeout=_SECONDS, trust_env=False) as client:
        for enterprise in enterprises():
            key = keys[enterprise.uscc]
            for entry in enterprise.register:
                _send(client, "PUT", f"/v1/{entry['path']}", key, entry["entry"])
            answers.append(_send(client, "POST", "/v1/events", key, enterprise.reports))
            if pause is not None:
                pause(0)
    return DemoReport(
        sum(answer["accepted"] for answer in answers),
        sum(answer["repeated"] for answer in answers),
    )


def _send(client: httpx.Client, method: str, path: str, key: str, body: object) -> dict[str, int]:
    try:
        headers = {"Authorization": f"Bearer {key}"}
        answer = client.request(method, path, json=body, headers=headers)
        answer.raise_for_status()
    except httpx.HTTPStatusError as error:
        raise Unavailable(
            "demonstration_refused",
            status=error.response.status_code,
            reason=_first_fault(error.response),
        ) from error
    except httpx.HTTPError as error:
        raise Unavailable("demonstration_refused", status=0, reason=str(error)) from error
    told: dict[str, int] = answer.json()
    return told


def _first_fault(answer: httpx.Response) -> str:
    """What the problem document says is wrong, as short as it can be."""
    try:
        problem = answer.json()
    except ValueError:
        return answer.reason_phrase
    rejected = problem.get("rejected") or problem.get("errors") or [problem]
    return str(rejected[0].get("detail", problem.get("title", ""))).rstrip(".。")


def _party(uscc: str) -> Code:
    return recognise(uscc, use=Use.PARTY)


def _read() -> dict[str, Any]:
    text = files("services").joinpath("demonstration.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found
