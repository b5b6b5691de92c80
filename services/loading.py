"""``suyuan load``: a spreadsheet sent, watched until it is taken in, its refused rows kept."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from services import operate
from services.file_sending import OPEN_STATES, fetch, post_file, said, sheet_format
from services.home import Home
from services.processes import reachable
from services.terminal import Terminal
from suyuan.domain.errors import Refused, Unavailable

_POLL_SECONDS = 0.3
# A service that is started again, and whoever goes on with the file, are back within this time.
_PATIENCE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where files go, and with which key."""

    url: str
    key: str


def place(home: Home, *, url: str | None, key: str | None, name: str | None) -> Place:
    """What was named, else the city on this machine and its demonstration key ``name``.

    Raises Refused without a key, Unavailable where nothing runs here.
    """
    if key is None and name is None:
        raise Refused("load_key_missing")
    if key is None:
        known = operate.demonstration_keys(home)
        if name not in known:
            raise Refused("demo_key_unknown", name=name)
        key = known[name]
    if url is None:
        city = home.city()
        url = f"http://{reachable(city.host, city.port)}"
    return Place(url.rstrip("/"), key)


def load(
    place: Place, path: Path, terminal: Terminal, *, kind: str = "events", dry_run: bool
) -> bool:
    """Load one file of a ``kind``, and say what became of it; whether all of it was taken in.

    Raises Refused for a file that cannot be read, Unavailable where nobody takes it.
    """
    headers = {"Authorization": f"Bearer {place.key}", "Accept-Language": terminal.language}
    timeout = httpx.Timeout(60, connect=5)
    with httpx.Client(base_url=place.url, headers=headers, timeout=timeout) as client:
        loading = _Loading(client, path, terminal)
        job = loading.run(kind, dry_run=dry_run)
        return loading.tell(job)


class _Loading:
    """One file on its way."""

    def __init__(self, client: httpx.Client, path: Path, terminal: Terminal) -> None:
        self._client = client
        self._path = path
        self._terminal = terminal

    def run(self, kind: str, *, dry_run: bool) -> dict[str, Any]:
        """Send the file and wait for its end, or for Ctrl-C, which cancels the job."""
        job = self._send(kind, dry_run=dry_run)
        try:
            return self._watch(job)
        except KeyboardInterrupt:
            return self._asked("DELETE", f"/v1/jobs/{job['id']}")

    def tell(self, job: dict[str, Any]) -> bool:
        """Print the summary, and keep the refused rows beside the file."""
        told = {**job, "name": self._path.name}
        match job["state"]:
            case "failed":
                faults = [fault["detail"] for fault in job["problem"]["errors"]]
                detail = " ".join([job["problem"]["detail"], *faults])
                self._terminal.say("file_failed", name=self._path.name, detail=detail)
            case "cancelled":
                self._terminal.say("file_cancelled", **told)
            case _:
                self._terminal.say("file_tried_out" if job["dry_run"] else "file_taken_in", **told)
        if job.get("advised"):  # a service from before profiles has none
            self._terminal.say("file_advised", advised=job["advised"], **job["advice"][0])
        if job["rejected"]:
            self._terminal.say("file_rejected", path=self._keep_report(job))
        return job["state"] == "done" and not job["rejected"]

    def _send(self, kind: str, *, dry_run: bool) -> dict[str, Any]:
        name = self._path.name
        asked = {"name": name, "kind": kind, **({"dry_run": "true"} if dry_run else {})}
        try:
            size = self._path.stat().st_size
            with self._path.open("rb") as file, self._terminal.progress() as bar:
                form = sheet_format(name, file)
                task = bar.add_task(self._terminal.words("file_sending", name=name), total=size)
                answer = post_file(
                    self._client,
                    file,
                    form,
                    size=size,
                    asked=asked,
                    tell=lambda sent: bar.advance(task, sent),
                )
        except OSError as error:
            reason = error.strerror or str(error)
            raise Refused("file_not_readable", name=name, reason=reason) from error
        except httpx.HTTPError as error:
            raise self._no_answer(error) from error
        return self._understood(answer)

    def _watch(self, job: dict[str, Any]) -> dict[str, Any]:
        name = self._path.name
        with self._terminal.progress() as bar:
            task = bar.add_task(self._terminal.words("file_checking", name=name), total=None)
            while job["state"] in OPEN_STATES:
                time.sleep(_POLL_SECONDS)
                job = self._asked("GET", f"/v1/jobs/{job['id']}")
                bar.update(task, completed=job["rows_read"], total=job["rows_total"])
        return job

    def _asked(self, method: str, path: str) -> dict[str, Any]:
        """What the service says, asked again for a while if it says nothing."""
        until = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                answer = self._client.request(method, path)
                if answer.status_code != 503 or time.monotonic() > until:
                    return self._understood(answer)
            except httpx.HTTPError as error:
                if time.monotonic() > until:
                    raise self._no_answer(error) from error
            time.sleep(_POLL_SECONDS)

    def _keep_report(self, job: dict[str, Any]) -> Path:
        """The refused rows as ``FILE.rejected.csv`` beside the file, whole or not at all."""
        kept = self._path.with_suffix(".rejected.csv")
        arriving = kept.with_suffix(".csv.part")
        try:
            with arriving.open("wb") as file:
                answer = fetch(self._client, job["report"], file.write)
            if not answer.is_success:
                arriving.unlink()
                self._understood(answer)
            arriving.replace(kept)
        except httpx.HTTPError as error:
            raise self._no_answer(error) from error
        except OSError as error:
            reason = error.strerror or str(error)
            raise Unavailable("file_not_writable", path=kept, reason=reason) from error
        return kept

    def _understood(self, answer: httpx.Response) -> dict[str, Any]:
        body = said(answer)
        if answer.is_success and body:
            return body
        reason = str(body.get("detail", answer.reason_phrase)).rstrip(".。")
        raise Unavailable(
            "load_failed", name=self._path.name, status=answer.status_code, reason=reason
        )

    def _no_answer(self, error: httpx.HTTPError) -> Unavailable:
        reason = str(error) or type(error).__name__
        return Unavailable("load_no_answer", url=str(self._client.base_url), reason=reason)
