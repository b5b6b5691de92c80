"""A disk that is full: what needs it is told to come back or waits, and nothing is given up."""

from __future__ import annotations

import time
from pathlib import Path
from typing import IO, Any

import httpx
import pytest

from services.ingest import file_job
from suyuan.storage import jobs
from suyuan.web import export_files
from tests.services.files import csv_text, ended, row, send
from tests.services.reports import LOT, report


def full(*_: Any) -> IO[bytes]:
    """A temporary file on a disk without room: whatever reaches it is ENOSPC."""
    return Path("/dev/full").open("r+b")


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_an_export_says_that_the_disk_is_full_and_works_when_it_is_not(
    seller: httpx.Client, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert seller.post("/v1/events", json=report("e1")).status_code == 200
    path = f"/v1/exports/chains/{LOT}.{form}"
    with monkeypatch.context() as patched:
        patched.setattr(export_files, "TemporaryFile", full)
        for _ in range(3):  # and no place is lost for it
            refused = seller.get(path)
            assert (refused.status_code, refused.json()["code"]) == (503, "no_room")
            assert refused.headers["retry-after"]
    assert seller.get(path).status_code == 200


def test_a_file_waits_for_room_and_is_not_given_up(
    seller: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "STALE_SECONDS", 0.1)
    monkeypatch.setattr(jobs, "ATTEMPTS_LIMIT", 1)
    tries = list[None]()

    def watched(*_: Any) -> IO[bytes]:
        tries.append(None)
        return full()

    with monkeypatch.context() as patched:
        patched.setattr(file_job.tempfile, "TemporaryFile", watched)
        answer = send(seller, csv_text(row("e1"), row("e2")))
        until = time.monotonic() + 10
        while len(tries) < 3:
            assert time.monotonic() < until
            time.sleep(0.05)
        assert seller.get(answer.headers["location"]).json()["state"] == "running"
    job = ended(seller, answer)
    assert (job["state"], job["accepted"]) == ("done", 2)
