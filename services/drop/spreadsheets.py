"""A dropped spreadsheet: sent as a job, followed to its end, its refused rows in both languages."""

from __future__ import annotations

import csv
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from typing import IO, Any
from urllib.parse import quote

import httpx

from services.drop.service import Sentence, Service, Stumbled, WrongFile, both, members, problems_of
from services.drop.taking import REJECTED_CSV, Counts, Outcome, Taking
from services.file_sending import OPEN_STATES, fetch, post_file, sheet_format
from suyuan.wire.sheets.columns import REPORT_COLUMNS

_POLL_SECONDS = 0.3
# What the service adds to the columns of the file.
_ADDED = len(REPORT_COLUMNS)
# What is relied upon of a job.
_MEMBERS = ("id", "state", "rows_read", "rows_total", "accepted", "repeated", "rejected", "problem")
_MARK = "utf-8-sig"  # Excel takes a CSV for UTF-8 by its mark


def send(service: Service, taking: Taking) -> Outcome:
    """Have a spreadsheet taken in.

    Raises Changed, NotNow, OSError, Refused for a file of no known kind, and WrongFile for one that
    the service does not take. A job that was begun before is gone on with.
    """
    job = _begun_before(service, taking) or _begin(service, taking)
    while job["state"] in OPEN_STATES:
        taking.tell(job["rows_read"], job["rows_total"])
        time.sleep(_POLL_SECONDS)
        found = _job(service, job["id"])
        if found is None:  # a service that was restored to an earlier day knows nothing of it
            found = _begin(service, taking)
        job = found
    return _ended(service, taking, job)


def _begun_before(service: Service, taking: Taking) -> dict[str, Any] | None:
    job = taking.note.get("job")
    return _job(service, job) if isinstance(job, str) else None


def _begin(service: Service, taking: Taking) -> dict[str, Any]:
    form = sheet_format(taking.name, taking.file)
    answer = service.ask(
        lambda client: post_file(
            client,
            taking.file,
            form,
            size=taking.size,
            asked={"name": taking.shown},
            tell=lambda _sent: None,
        )
    )
    if not answer.is_success:
        raise WrongFile(*problems_of(answer))
    job = members(answer, *_MEMBERS)
    taking.keep_note({"job": job["id"]})
    return job


def _job(service: Service, job: str, language: str = "zh") -> dict[str, Any] | None:
    answer = service.get(f"/v1/jobs/{quote(job, safe='')}", language)
    return members(answer, *_MEMBERS) if answer.is_success else None


def _ended(service: Service, taking: Taking, job: dict[str, Any]) -> Outcome:
    counts = Counts(job["rows_read"], job["accepted"], job["repeated"], job["rejected"])
    problems: tuple[Sentence, ...] = ()
    if job["state"] == "cancelled":
        problems = (both("drop_cancelled", {}),)
    elif job["state"] == "failed":
        english = _job(service, job["id"], "en") or job
        told = tuple(zip(_problems(job), _problems(english), strict=True))
        taking.keep_note({})  # another try is another job
        if job["problem"]["code"] == "job_gave_up":
            raise Stumbled("refused", told[0])
        problems = told
    lists: tuple[str, ...] = ()
    if job["rejected"]:
        _keep_refused(service, taking, job["id"])
        lists = (REJECTED_CSV,)
    return Outcome(counts, problems, lists)


def _problems(job: dict[str, Any]) -> list[str]:
    problem = job["problem"]
    return [problem["detail"], *(fault["detail"] for fault in problem["errors"])]


def _keep_refused(service: Service, taking: Taking, job: str) -> None:
    """The refused rows with the reasons in Chinese, and then in English."""
    with (
        _fetched(service, job, "zh") as chinese,
        _fetched(service, job, "en") as english,
        TextIOWrapper(taking.scratch(REJECTED_CSV), _MARK, newline="") as kept,
        _cells_of_any_length(),
    ):
        writer = csv.writer(kept)
        for row, other in zip(csv.reader(chinese), csv.reader(english), strict=False):
            writer.writerow([*row, *other[-_ADDED:]])


@contextmanager
def _cells_of_any_length() -> Iterator[None]:
    """A cell of a refused row is as long as it was sent; the limit is the whole process's."""
    before = csv.field_size_limit(2**31 - 1)
    try:
        yield
    finally:
        csv.field_size_limit(before)


@contextmanager
def _fetched(service: Service, job: str, language: str) -> Iterator[IO[str]]:
    """The list of a job's refused rows, on this machine's disk."""
    path = f"/v1/jobs/{quote(job, safe='')}/report.csv"
    with tempfile.TemporaryFile("w+", encoding=_MARK, newline="") as file:

        def question(client: httpx.Client) -> httpx.Response:
            file.seek(0)
            file.truncate()
            return fetch(client, path, file.buffer.write, language)

        answer = service.ask(question)
        if not answer.is_success:
            raise WrongFile(*problems_of(answer))
        file.seek(0)
        yield file
