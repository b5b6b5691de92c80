"""A dropped file of JSON: its reports sent in batches, and listed with reasons where refused."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from io import TextIOWrapper
from typing import Any, BinaryIO, Self

import httpx

from services.drop.service import Sentence, Service, both, members, problems_of
from services.drop.taking import REASONS, REJECTED_NDJSON, Counts, Outcome, Taking
from services.file_sending import said
from suyuan.wire.report_files import REPORT_BYTES, ReportText, read_report_file
from suyuan.wire.reports import NDJSON_TYPE

# A batch is stored in about a second, and is far below what a service takes at once.
_BATCH_REPORTS = 1_000
_BATCH_BYTES = 2 * 1024 * 1024

_ENDINGS = (".json", ".jsonld", ".ndjson", ".jsonl")
# What is relied upon of an answer.
_MEMBERS = ("accepted", "repeated", "ids", "rejected")
_COLUMNS = ("行号", "Row", "位置", "Pointer", "原因", "Reason")


def is_of_reports(name: str) -> bool:
    """Whether a file is JSON by its name."""
    return name.lower().endswith(_ENDINGS)


def send(service: Service, taking: Taking) -> Outcome:
    """Have the reports of a file taken in; what is right is stored, whatever else is wrong.

    Raises Changed, NotNow, OSError, and ReportRefused for a file that is no JSON; nothing of that
    one is stored. A file that was begun before is sent again: what is known is `repeated`.
    """
    counts = Counts()
    with _Refused(taking) as refused:
        for batch in _batches(read_report_file(taking.file)):
            counts += _Batch(service, refused).send(batch)
            taking.tell(counts.read, None)
        return Outcome(counts, lists=refused.lists)


def _batches(reports: Iterable[ReportText]) -> Iterator[list[ReportText]]:
    batch: list[ReportText] = []
    held = 0
    for report in reports:
        size = len(report.text or b"")
        if batch and (len(batch) >= _BATCH_REPORTS or held + size > _BATCH_BYTES):
            yield batch
            batch, held = [], 0
        batch.append(report)
        held += size
    if batch:
        yield batch


class _Refused:
    """The lists of what was refused: the reports as they came, and why."""

    def __init__(self, taking: Taking) -> None:
        self._taking = taking
        self._open = ExitStack()
        self._reports: BinaryIO | None = None
        self._reasons: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._open.close()

    @property
    def lists(self) -> tuple[str, ...]:
        return () if self._reports is None else (REJECTED_NDJSON, REASONS)

    def add(self, report: ReportText, reasons: Sequence[tuple[str, Sentence]]) -> None:
        """One report, and what is wrong with it: pointers, and sentences."""
        if self._reports is None:
            self._reports = self._open.enter_context(self._taking.scratch(REJECTED_NDJSON))
            listed = TextIOWrapper(
                self._taking.scratch(REASONS), "utf-8-sig", newline="", errors="replace"
            )
            self._reasons = csv.writer(self._open.enter_context(listed))
            self._reasons.writerow(_COLUMNS)
        if report.text is not None:
            self._reports.write(report.text + b"\n")
        for pointer, (chinese, english) in reasons:
            place = report.place
            self._reasons.writerow([place, place, pointer, pointer, chinese, english])


class _Batch:
    """Batches on their way, parted where a part of one is refused as a whole."""

    def __init__(self, service: Service, refused: _Refused) -> None:
        self._service = service
        self._refused = refused

    def send(self, batch: Sequence[ReportText]) -> Counts:
        """Send reports, and list those that are refused."""
        sendable = [report for report in batch if report.text is not None]
        for report in batch:
            if report.text is None:
                too_long = both("file_report_too_long", {"limit": REPORT_BYTES, "byte": 0})
                self._refused.add(report, [("", too_long)])
        unsent = len(batch) - len(sendable)
        return self._send(sendable) + Counts(read=unsent, rejected=unsent)

    def _send(self, batch: Sequence[ReportText]) -> Counts:
        if not batch:
            return Counts()
        answer = self._service.ask(_posting(batch))
        if not answer.is_success and len(batch) > 1:
            half = len(batch) // 2
            return self._send(batch[:half]) + self._send(batch[half:])
        if not answer.is_success:
            self._refused.add(batch[0], [("", one) for one in problems_of(answer)])
            return Counts(read=1, rejected=1)
        told = members(answer, *_MEMBERS)
        wrong = sum(event_id is None for event_id in told["ids"])
        if wrong:
            self._list(batch, told)
        return Counts(len(told["ids"]), told["accepted"], told["repeated"], wrong)

    def _list(self, batch: Sequence[ReportText], told: dict[str, Any]) -> None:
        """List the reports of a batch that were refused."""
        if len(told["ids"]) == len(batch):
            places = [place for place, event_id in enumerate(told["ids"]) if event_id is None]
        elif len(batch) == 1:  # a line that is a document of several events
            places = [0]
        else:  # such lines among others: which one a fault is of, shows when each goes alone
            for report in batch:
                alone = members(self._service.ask(_posting([report])), *_MEMBERS)
                if None in alone["ids"]:
                    self._list([report], alone)
            return
        chosen = [batch[place] for place in places]
        reasons = self._reasons(chosen)
        for report, one in zip(chosen, reasons, strict=True):
            self._refused.add(report, one)

    def _reasons(self, batch: Sequence[ReportText]) -> list[list[tuple[str, Sentence]]]:
        """Why each of these is refused, asked for in both languages; nothing is stored by it."""
        chinese, english = (
            said(self._service.ask(_posting(batch, try_in=language))) for language in ("zh", "en")
        )
        found: list[list[tuple[str, Sentence]]] = [[] for _ in batch]
        listed = (told.get("rejected", []) for told in (chinese, english))
        for one, other in zip(*listed, strict=False):
            place = one["index"] if len(batch) > 1 else 0
            found[place].append((one["pointer"], (one["detail"], other["detail"])))
        return found


def _posting(
    batch: Sequence[ReportText], *, try_in: str | None = None
) -> Callable[[httpx.Client], httpx.Response]:
    """Sending a batch; with a language only to learn what is wrong with it."""
    body = b"\n".join(report.text or b"" for report in batch)
    headers = {
        "Content-Type": NDJSON_TYPE,
        "GS1-Capture-Error-Behaviour": "proceed",
        "Accept-Language": try_in or "zh",
    }
    params = {} if try_in is None else {"dry_run": "true"}
    return lambda client: client.post("/v1/events", params=params, content=body, headers=headers)
