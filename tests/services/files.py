"""Spreadsheets of reports, as traders send them, and waiting for what becomes of them."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Sequence
from typing import Any

import httpx

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADER = ("编号", "类别", "环节", "时间", "地点", "编码", "数量", "单位", "批号")
# A small machine with other tests on it.
WAIT_SECONDS = 60


def row(event_id: str, **cells: str) -> list[str]:
    """A harvest of one lot; ``cells`` by their Chinese headers change it."""
    told = {
        "编号": event_id,
        "类别": "生产",
        "环节": "采收",
        "时间": "2026-03-01 08:00",
        "地点": "350203001",
        "编码": "6901234567892",
        "数量": "100",
        "单位": "千克",
        "批号": "L1",
    }
    return list({**told, **cells}.values())


def csv_text(*rows: Sequence[str], header: Sequence[str] = HEADER, delimiter: str = ",") -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows([header, *rows])
    return text.getvalue()


def send(
    client: httpx.Client, body: bytes | str, media_type: str = CSV, **query: Any
) -> httpx.Response:
    content = body.encode() if isinstance(body, str) else body
    return client.post(
        "/v1/files", content=content, params=query, headers={"Content-Type": media_type}
    )


def ended(client: httpx.Client, answer: httpx.Response) -> dict[str, Any]:
    """The job that an answer began, once it has ended."""
    assert answer.status_code == 202, answer.text
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        job: dict[str, Any] = client.get(answer.headers["Location"]).json()
        if job["state"] not in ("receiving", "waiting", "running"):
            return job
        time.sleep(0.05)
    raise AssertionError(f"the job did not end: {job}")


def report(client: httpx.Client, job: dict[str, Any], language: str = "zh") -> list[dict[str, str]]:
    """The rows of a job's report, each by its headers."""
    answer = client.get(job["report"], headers={"Accept-Language": language})
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
