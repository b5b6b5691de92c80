"""The service that dropped files go to: asked until it answers, or refuses what it was sent.

Whether to wait or to give a file up is decided here, by the status alone: whatever another key,
another address or another hour could change is waited for; the rest is the file's own fault.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import stamina

from services.file_sending import said
from suyuan.domain.sentences import SENTENCES, sentence

_TIMEOUT = httpx.Timeout(120, connect=5)
_WAITED_FOR = frozenset({401, 403, 404, 408, 425, 429})
# No service of ours asks for more patience than this; whoever stands before it might.
_LONGEST_WAIT = 600.0
# What a gateway says of one report of a batch when its subsystem is away.
_AWAY = frozenset({"subsystem_unavailable", "database_unavailable", "unavailable", "too_busy"})

Sentence = tuple[str, str]  # Chinese, English


class NotNow(Exception):
    """The service cannot be worked with at the moment. ``wait`` is what it asked for, in seconds.

    ``code`` is ``no_answer`` or ``refused``, ``said`` a sentence in both languages.
    """

    def __init__(self, code: str, said: Sentence, wait: float | None = None) -> None:
        self.code = code
        self.said = said
        self.wait = wait
        super().__init__(said[1])


class Stumbled(NotNow):
    """It failed at this file; others may fare better meanwhile."""


class WrongFile(Exception):
    """The file as a whole is refused, for good; ``sentences`` say why."""

    def __init__(self, *sentences: Sentence) -> None:
        self.sentences = sentences
        super().__init__(*(english for _, english in sentences))


@dataclass(frozen=True, slots=True)
class Patience:
    """How long is waited between two tries, in seconds, and how often it is tried, if not ever."""

    first: float = 1.0
    longest: float = 60.0
    tries: int | None = None


class Service:
    """An ingest service, or a gateway (with or without a subsystem's id behind its address)."""

    def __init__(
        self, url: str, key: str, patience: Patience, tell: Callable[[NotNow | None], None]
    ) -> None:
        """``tell`` hears of each try that came to nothing, and then, once, that one did not."""
        self._patience = patience
        self._tell = tell
        self._troubled = False
        # It is told here; stamina would log each try besides.
        stamina.instrumentation.set_on_retry_hooks(())
        self._client = httpx.Client(
            base_url=url.rstrip("/"),
            headers={"Authorization": f"Bearer {key}", "Accept-Language": "zh"},
            timeout=_TIMEOUT,
            follow_redirects=False,
        )

    def close(self) -> None:
        self._client.close()

    def ask(self, question: Callable[[httpx.Client], httpx.Response]) -> httpx.Response:
        """An answer that is a success, or refuses what was sent; asked again until there is one.

        Raises Stumbled at once, and NotNow when it was tried often enough.
        """
        for attempt in stamina.retry_context(
            on=_backoff,
            attempts=self._patience.tries,
            timeout=None,
            wait_initial=self._patience.first,
            wait_max=self._patience.longest,
            wait_jitter=self._patience.first,
        ):
            with attempt:
                answer = self._try(question)
        return answer

    def get(self, path: str, language: str = "zh") -> httpx.Response:
        """``ask`` for what is at a path."""
        return self.ask(lambda c: c.get(path, headers={"Accept-Language": language}))

    def _try(self, question: Callable[[httpx.Client], httpx.Response]) -> httpx.Response:
        try:
            try:
                answer = question(self._client)
            except httpx.RequestError as error:
                raise self._no_answer(error) from error
            _require_usable(answer)
        except NotNow as error:
            self._troubled = True
            self._tell(error)
            raise
        if self._troubled:
            self._troubled = False
            self._tell(None)
        return answer

    def _no_answer(self, error: httpx.RequestError) -> NotNow:
        params = {"url": str(self._client.base_url), "reason": str(error) or type(error).__name__}
        return NotNow("no_answer", both("drop_no_answer", params))


def both(code: str, params: Mapping[str, Any]) -> Sentence:
    """A sentence in both languages."""
    return sentence(code, params, "zh"), sentence(code, params, "en")


def problems_of(answer: httpx.Response) -> list[Sentence]:
    """What an answer that is no success says: its members are the values of its sentence."""
    problem = said(answer)
    code = problem.get("code")
    detail = str(problem.get("detail") or f"HTTP {answer.status_code}")
    whole = both(code, problem) if isinstance(code, str) and code in SENTENCES else (detail,) * 2
    faults = problem.get("errors")
    found = faults if isinstance(faults, list) else []
    return [whole, *((str(f.get("detail")),) * 2 for f in found if isinstance(f, dict))]


def members(answer: httpx.Response, *names: str) -> dict[str, Any]:
    """The JSON object of an answer, which has these members. Raises NotNow for a stranger's."""
    body = said(answer)
    if not body or not body.keys() >= set(names):
        stranger = both("drop_stranger", {"url": str(answer.url.copy_with(query=None))})
        raise NotNow("no_answer", stranger)
    return body


def _require_usable(answer: httpx.Response) -> None:
    """Raise NotNow or Stumbled for what another hour or another key could change."""
    status = answer.status_code
    if answer.is_success:
        _require_ours(answer)
        return
    if answer.is_client_error and (status not in _WAITED_FOR or _is_of_a_job(answer)):
        return
    kind = Stumbled if status == 500 else NotNow
    raise kind("refused", _put_off(status, problems_of(answer)[0]), _asked_to_wait(answer))


def _require_ours(answer: httpx.Response) -> None:
    """Raise NotNow for a page of somebody else, or where a part could not be taken now."""
    if answer.headers.get("content-type", "").startswith("text/csv"):
        return
    body = members(answer)
    rejected = body.get("rejected")
    for fault in rejected if isinstance(rejected, list) else ():
        if isinstance(fault, dict) and fault.get("code") in _AWAY:
            detail = str(fault.get("detail"))
            raise NotNow("refused", _put_off(answer.status_code, (detail, detail)))


def _put_off(status: int, told: Sentence) -> Sentence:
    chinese, english = (one.rstrip("。.") for one in told)
    return (
        sentence("drop_put_off", {"status": status, "reason": chinese}, "zh"),
        sentence("drop_put_off", {"status": status, "reason": english}, "en"),
    )


def _is_of_a_job(answer: httpx.Response) -> bool:
    """Whether it is a job that is not there, and not the service."""
    return answer.status_code == 404 and said(answer).get("code") == "job_unknown"


def _asked_to_wait(answer: httpx.Response) -> float | None:
    asked = answer.headers.get("retry-after", "")
    return min(float(asked), _LONGEST_WAIT) if asked.isascii() and asked.isdigit() else None


def _backoff(error: Exception) -> bool | float:
    if not isinstance(error, NotNow) or isinstance(error, Stumbled):
        return False
    return True if error.wait is None else max(error.wait, 0.1)
