"""The demonstration, posted as its enterprises would: over HTTP, each with its own key.

Everybody files and is approved by the department before anybody reports. Thousands of reports go in
batches, several enterprises at a time; the order in which they arrive changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self

import httpx
import stamina

from services import demonstration
from services.city import DemoKeys
from services.demo_filings import Moved, put_on_file
from services.demonstration import Part, Participant
from suyuan.domain.errors import Unavailable

_SECONDS = 60
# The gateway and a subsystem read a batch one after the other, so two keep both busy; the rest
# wait for a disk.
_AT_ONCE = 4
_BATCH = 500
# A machine that is busy starting may not answer at once.
_BUSY, _TRIES = frozenset({429, 503}), 8
_QUESTIONS = 4
# Who buys is nobody: the number is the example of GB 11643.
_NOBODY = {"name": "某某（虚构）", "id_number": "11010519491231002X"}


@dataclass(frozen=True, slots=True)
class DemoReport:
    """How many events are new, and how many were there from an earlier try."""

    accepted: int = 0
    repeated: int = 0

    def __add__(self, other: DemoReport) -> DemoReport:
        return DemoReport(self.accepted + other.accepted, self.repeated + other.repeated)


def load(
    gateway_url: str,
    keys: DemoKeys,
    part: Part = Part.CITY,
    *,
    tell: Callable[[int, int], None] | None = None,
    pause: Callable[[float], None] | None = None,
) -> DemoReport:
    """Put every enterprise on file, post what it reports, and register who bought by name.

    Events have ids, and who is on file is not filed again, so doing it again changes nothing.
    ``tell`` hears how many events of how many were taken in. ``pause`` is called between two
    answers and may raise to give up. Raises ``Unavailable`` with the first fault if a filing or a
    report is refused.
    """
    stamina.instrumentation.set_on_retry_hooks(())  # that it came again is no news to an operator
    posts = list(_posts(part))
    total = sum(len(batch) for _, batch in posts)
    done = DemoReport()
    with _Post(gateway_url, keys, pause) as post:
        for _ in post.all(post.file, [(who,) for who in demonstration.participants(part)]):
            pass
        for answer in post.all(post.report, posts):
            done += answer
            if tell is not None:
                tell(done.accepted + done.repeated, total)
        for _ in post.all(post.name, list(_purchases(part))):
            pass
    return done


def ask_once(gateway_url: str, key: str, code: str, *, pause: Callable[[float], None]) -> bool:
    """Ask for the chain of ``code`` until every department answered it, a few times at most.

    A process that was just started connects and loads at its first question, which may take longer
    than a consumer waits. Whether it came to a whole answer; a city that is slow is ready all the
    same, and says at each chain what is missing. ``pause`` may raise to give up.
    """
    headers = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=gateway_url, timeout=_SECONDS, trust_env=False) as client:
        for _ in range(_QUESTIONS):
            pause(0)
            with suppress(httpx.HTTPError):
                answer = client.get(f"/v1/chains/{code}", headers=headers)
                if answer.is_success and answer.json()["complete"]:
                    return True
    return False


def _posts(part: Part) -> Iterator[tuple[str, Sequence[Mapping[str, Any]]]]:
    """Every batch with its reporter."""
    for uscc, reports in demonstration.reports(part).items():
        for start in range(0, len(reports), _BATCH):
            yield uscc, reports[start : start + _BATCH]


def _purchases(part: Part) -> Iterator[tuple[Participant, Sequence[str]]]:
    """Every batch of sales whose purchasers are registered, with its seller."""
    who = {one.uscc: one for one in demonstration.participants(part)}
    for uscc, sales in demonstration.purchases(part).items():
        for start in range(0, len(sales), _BATCH):
            yield who[uscc], sales[start : start + _BATCH]


def _is_busy(error: Exception) -> bool:
    """Whether the answer was to come again later, which is safe."""
    return isinstance(error, httpx.HTTPStatusError) and error.response.status_code in _BUSY


class _Post:
    """Requests to the gateway, a few at once; leaving it drops what has not begun."""

    def __init__(self, url: str, keys: DemoKeys, pause: Callable[[float], None] | None) -> None:
        self._client = httpx.Client(base_url=url, timeout=_SECONDS, trust_env=False)
        self._pool = ThreadPoolExecutor(_AT_ONCE)
        self._keys = keys
        self._pause = pause

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)
        self._client.close()

    def all(
        self, do: Callable[..., DemoReport], arguments: Sequence[tuple[Any, ...]]
    ) -> Iterator[DemoReport]:
        """What ``do`` gives for each, in the order in which they are done."""
        futures: list[Future[DemoReport]] = [self._pool.submit(do, *each) for each in arguments]
        for future in as_completed(futures):
            if self._pause is not None:
                self._pause(0)
            yield future.result()

    def file(self, who: Participant) -> DemoReport:
        put_on_file(who, self._send, self._keys)
        return DemoReport()

    def report(self, uscc: str, batch: Sequence[Mapping[str, Any]]) -> DemoReport:
        answer = self._send("POST", "/v1/events", self._keys.enterprises[uscc], batch)
        return DemoReport(answer["accepted"], answer["repeated"])

    def name(self, who: Participant, sales: Sequence[str]) -> DemoReport:
        told = [{"event": sale, **_NOBODY} for sale in sales]
        self._send("POST", f"/{who.home}/v1/purchasers", self._keys.enterprises[who.uscc], told)
        return DemoReport()

    def _send(self, method: str, path: str, key: str, body: object = None) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {key}"}
        try:
            answer = self._try(method, path, headers, body)
        except httpx.HTTPStatusError as error:
            refused = Unavailable(
                "demonstration_refused",
                status=error.response.status_code,
                reason=first_fault(error.response),
            )
            raise (Moved(refused) if error.response.status_code == 409 else refused) from error
        except httpx.HTTPError as error:
            raise Unavailable("demonstration_refused", status=0, reason=str(error)) from error
        told: dict[str, Any] = answer.json()
        return told

    @stamina.retry(on=_is_busy, attempts=_TRIES, wait_max=5.0, timeout=_SECONDS)
    def _try(
        self, method: str, path: str, headers: Mapping[str, str], body: object
    ) -> httpx.Response:
        answer = self._client.request(method, path, json=body, headers=headers)
        return answer.raise_for_status()


def first_fault(answer: httpx.Response) -> str:
    """What the problem document says is wrong, as short as it can be."""
    try:
        problem = answer.json()
    except ValueError:
        return answer.reason_phrase
    rejected = problem.get("rejected") or problem.get("errors") or [problem]
    return str(rejected[0].get("detail", problem.get("title", ""))).rstrip(".。")
