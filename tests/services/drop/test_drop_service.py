"""What is waited for and what is the file's own fault, by a server that says anything."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from services.drop.service import NotNow, Patience, Service, Stumbled, problems_of
from services.drop.watcher import Watched, take_in_once
from suyuan.domain.errors import Unavailable
from tests.services.reports import report

OK = (200, {}, {"id": "1"})
QUICK = Patience(first=0.01, longest=0.02, tries=4)

Answer = tuple[int, dict[str, str], Any]


@dataclass
class Told:
    """A server that gives the answers in its list, the last one for ever."""

    url: str
    answers: list[Answer] = field(default_factory=list)
    asked: list[tuple[float, str, bytes]] = field(default_factory=list)

    def next(self) -> Answer:
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture
def told() -> Iterator[Told]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            here.asked.append((time.monotonic(), self.path, body))
            status, headers, content = here.next()
            sent = content if isinstance(content, bytes) else json.dumps(content).encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        do_POST = do_GET  # noqa: N815 - the name is the library's

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    here = Told(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield here
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def heard() -> list[NotNow | None]:
    return []


@pytest.fixture
def service(told: Told, heard: list[NotNow | None]) -> Iterator[Service]:
    made = Service(told.url, "sk_x", QUICK, heard.append)
    yield made
    made.close()


@pytest.mark.parametrize("status", [301, 401, 403, 404, 408, 429, 502, 503, 504])
def test_what_another_hour_may_change_is_asked_again(
    told: Told, service: Service, heard: list[NotNow | None], status: int
) -> None:
    told.answers = [(status, {}, {"detail": "Later."}), OK]
    assert service.get("/v1/x").json() == {"id": "1"}
    assert len(told.asked) == 2
    first, last = heard
    assert first is not None
    assert first.said[1] == (
        f"The service does not take it now (HTTP {status}): Later; it is tried again."
    )
    assert last is None


def test_an_answer_that_lacks_what_it_must_have_puts_the_file_off(
    told: Told, tmp_path: Path
) -> None:
    for name, content in (("a.ndjson", json.dumps(report("a"))), ("a.csv", "id\n1\n")):
        told.answers = [OK]
        (tmp_path / name).write_text(content)
        with pytest.raises(Unavailable, match="drop_gave_up"):
            take_in_once(Watched(tmp_path, told.url, "sk_x", settle=0.1), lambda *_, **__: None)
        (tmp_path / "working" / name).unlink()


def test_it_waits_as_long_as_it_was_asked_to(told: Told, service: Service) -> None:
    told.answers = [(429, {"Retry-After": "1"}, {}), OK]
    service.get("/v1/x")
    assert told.asked[1][0] - told.asked[0][0] >= 1


def test_a_page_of_somebody_else_is_no_answer(told: Told, service: Service) -> None:
    told.answers = [(200, {"Content-Type": "text/html"}, b"<h1>Please log in</h1>")]
    with pytest.raises(NotNow, match="no service of ours"):
        service.get("/v1/x")
    assert len(told.asked) == QUICK.tries


@pytest.mark.parametrize("status", [400, 409, 413, 415, 422])
def test_what_is_the_files_own_fault_is_asked_once(
    told: Told, service: Service, status: int
) -> None:
    problem = {"code": "body_too_large", "limit": 5, "detail": "内容过大"}
    told.answers = [(status, {}, problem)]
    ((chinese, english),) = problems_of(service.get("/v1/x"))
    assert ("5" in chinese, "5" in english, chinese != english) == (True, True, True)
    assert len(told.asked) == 1


def test_a_job_that_is_not_there_is_an_answer(told: Told, service: Service) -> None:
    told.answers = [(404, {}, {"code": "job_unknown", "id": "1"})]
    assert service.get("/v1/jobs/1").status_code == 404


def test_where_it_fails_at_one_file_the_others_go_first(told: Told, service: Service) -> None:
    told.answers = [(500, {}, {})]
    with pytest.raises(Stumbled):
        service.get("/v1/x")
    assert len(told.asked) == 1


def test_a_part_that_could_not_be_taken_now_is_sent_again(told: Told, service: Service) -> None:
    away = {"index": 0, "pointer": "", "code": "subsystem_unavailable", "detail": "Away."}
    told.answers = [(200, {}, {"ids": [None], "rejected": [away]}), OK]
    assert service.get("/v1/x").json() == {"id": "1"}


def test_a_batch_that_is_refused_whole_is_parted_until_the_report_is_found(
    told: Told, tmp_path: Path
) -> None:
    """A proxy with a limit of its own, say: what is below it still gets through."""
    good = (200, {}, {"accepted": 1, "repeated": 0, "ids": ["a"], "rejected": []})
    refused = (413, {}, {"code": "body_too_large", "limit": 100, "detail": "过大"})
    told.answers = [refused, good, refused]
    (tmp_path / "a.ndjson").write_text(f"{json.dumps(report('a'))}\n{json.dumps(report('b'))}")
    said: list[str] = []
    watched = Watched(tmp_path, told.url, "sk_x", settle=0.1)
    assert not take_in_once(watched, lambda code, **params: said.append(f"{code} {params}"))
    assert [json.loads(body.splitlines()[0])["id"] for _, _, body in told.asked] == ["a", "a", "b"]
    assert json.loads((tmp_path / "failed" / "a.ndjson.rejected.ndjson").read_text())["id"] == "b"
    assert "'accepted': 1, 'repeated': 0, 'rejected': 1" in said[-1]
