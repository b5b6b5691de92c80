"""Whether a service of the city can work, as its runner sees it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from services.home import Home
from services.processes import ServiceProcess


@contextmanager
def answering(body: bytes) -> Iterator[int]:
    """A program on this machine that answers everything with one body; its port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    ("told", "ready"),
    [
        (json.dumps({"status": "ready", "service": "subsystem", "name": "meat"}), True),
        (json.dumps({"status": "ready", "service": "subsystem", "name": "food"}), False),
        ("{}", False),
        ("[]", False),
        ("<html>", False),
    ],
)
def test_who_has_its_port_is_not_taken_for_it(tmp_path: Path, told: str, ready: bool) -> None:
    home = Home(tmp_path)
    home.prepare()
    service = ServiceProcess(home, "meat")
    with answering(told.encode()) as port:
        service.keep_address("127.0.0.1", port)
        assert service._is_ready() is ready
