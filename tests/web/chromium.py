"""A real browser for tests: headless Chromium as a subprocess, and a site for it to visit.

The site is also the browser's proxy, so whatever a page asks for, wherever it lies, is recorded.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

HOST = "page.test"
PHONE = (390, 844)

_NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--disable-default-apps",
    "--hide-scrollbars",
    "--enable-logging=stderr",
)
# Where Chromium calls home by itself, whatever the page; our proxy lets it reach none of them.
_HOME = frozenset(
    {
        "accounts.google.com",
        "android.clients.google.com",
        "clients2.google.com",
        "clientservices.googleapis.com",
        "content-autofill.googleapis.com",
        "optimizationguide-pa.googleapis.com",
        "redirector.gvt1.com",
        "safebrowsing.googleapis.com",
        "safebrowsingohttpgateway.googleapis.com",
        "update.googleapis.com",
    }
)


def executable() -> str:
    """Chromium's path; without one the test is skipped aloud, or fails where CI is set."""
    found = next((path for name in _NAMES if (path := shutil.which(name))), None)
    if found is None:
        reason = "Chromium is not installed (Debian: apt-get install chromium); pages not looked at"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@dataclass
class Site:
    """Pages by path, with their headers, and every address that was asked for."""

    port: int
    pages: dict[str, tuple[str, Mapping[str, str]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def put(self, path: str, body: str, **headers: str) -> str:
        """Serve a page; give its address."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.pages[path] = (body, {"Content-Type": "text/html; charset=utf-8", **named})
        return f"http://{HOST}{path}"

    def asked_by_pages(self) -> list[str]:
        """The addresses that were asked for, but for those that are the browser's own doing."""
        return [address for address in self.asked if _host(address) not in _HOME]


def _host(address: str) -> str:
    """The host of an absolute address, or of the ``host:port`` of a CONNECT."""
    return urlsplit(address if "//" in address else f"//{address}").hostname or ""


@contextmanager
def site() -> Iterator[Site]:
    """A site that also serves as proxy, on a free port, for as long as the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.asked.append(self.path)
            body, headers = served.pages.get(self.path.removeprefix(f"http://{HOST}"), (None, {}))
            self.send_response(404 if body is None else 200)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write((body or "").encode())

        def do_CONNECT(self) -> None:
            served.asked.append(self.path)
            self.send_error(502)

        def log_message(self, *args: object) -> None:
            """Tests read ``asked``; nothing is printed."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served = Site(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass(frozen=True)
class Visit:
    """What came of a visit: the document as the browser holds it, and what its console said."""

    dom: str
    console: tuple[str, ...]


def visit(address: str, proxy: int) -> Visit:
    """Open a page on a phone-sized screen and give back its document."""
    done = _run(proxy, "--dump-dom", address)
    console = tuple(line for line in done.stderr.splitlines() if "CONSOLE" in line)
    return Visit(done.stdout, console)


def photograph(address: str, proxy: int, file: Path, size: tuple[int, int] = PHONE) -> None:
    """Take a picture of a page, two pixels a CSS pixel."""
    width, height = size
    _run(
        proxy,
        f"--window-size={width},{height}",
        "--force-device-scale-factor=2",
        f"--screenshot={file}",
        address,
    )


def _run(proxy: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [executable(), *FLAGS, f"--user-data-dir={profile}"]
        return subprocess.run(
            [*command, f"--proxy-server=http://127.0.0.1:{proxy}", *arguments],
            capture_output=True,
            text=True,
            timeout=90,
            check=True,
        )
