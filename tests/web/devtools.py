"""Chromium driven over its DevTools pipe: slow networks, pictures of whole pages, axe.

The pipe is two inherited descriptors, so there is no port to find and no websocket to speak.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import tempfile
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from time import monotonic
from typing import Any

from tests.web.chromium import FLAGS, PHONE, executable

Json = dict[str, Any]

_SECONDS = 60.0
# Chromium reads its commands from descriptor 3 and writes its answers to 4. Ours may have any
# number, one of these two among them: out of the way first.
_HAND_OVER = """
import os, sys
from fcntl import F_DUPFD, fcntl
commands, answers = (fcntl(int(fd), F_DUPFD, 100) for fd in sys.argv[1:3])
os.dup2(commands, 3)
os.dup2(answers, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""


class Tab:
    """One page of a headless Chromium, on a screen of a phone's size."""

    def __init__(self, commands: int, answers: int) -> None:
        self._commands = commands
        self._answers = answers
        self._number = 0
        self._session: str | None = None
        self._buffer = b""
        self.events: list[Json] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.call(f"{domain}.enable")
        self.screen(*PHONE)

    def call(self, method: str, **params: Any) -> Json:
        """What a command answers; events that come meanwhile are kept in ``events``."""
        self._number += 1
        message: Json = {"id": self._number, "method": method, "params": params}
        if self._session is not None:
            message["sessionId"] = self._session
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        while (answer := self._next()).get("id") != self._number:
            self.events.append(answer)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        result: Json = answer["result"]
        return result

    def screen(self, width: int, height: int) -> None:
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=2,
            mobile=False,  # a phone's own overlay of a narrow page would hide that it is too wide
        )

    def open(self, address: str) -> None:
        """Go to a page, and wait until it has loaded and painted."""
        self.events.clear()
        failed = self.call("Page.navigate", url=address).get("errorText")
        if failed:
            raise RuntimeError(f"{address}: {failed}")
        while not any(e.get("method") == "Page.loadEventFired" for e in self.events):
            self.events.append(self._next())

    def evaluate(self, script: str) -> Any:
        """What a script comes to in the page, also where the page itself may run none."""
        answer = self.call(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"]["exception"].get("description"))
        return answer["result"].get("value")

    def photograph(self, file: Path) -> None:
        """A picture of the whole page, however long, two pixels a CSS pixel."""
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        shot = self.call(
            "Page.captureScreenshot",
            captureBeyondViewport=True,
            clip={"x": 0, "y": 0, "width": PHONE[0], "height": size["height"], "scale": 1},
        )
        file.write_bytes(b64decode(shot["data"]))

    def violations(self) -> list[str]:
        """What axe-core has against the page: each rule that is broken, with where."""
        self.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8"))
        found: list[Json] = self.evaluate("axe.run().then(r => r.violations)")
        return [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in found]

    def console(self) -> list[str]:
        """What the page logged, and what the browser refused it, since it was opened."""
        told = ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded")
        return [json.dumps(e["params"]) for e in self.events if e.get("method") in told]

    def _next(self) -> Json:
        ends = monotonic() + _SECONDS
        while b"\0" not in self._buffer:
            if not select.select([self._answers], [], [], max(0.0, ends - monotonic()))[0]:
                raise TimeoutError("Chromium does not answer")
            read = os.read(self._answers, 1 << 20)
            if not read:
                raise ConnectionError("Chromium has gone")
            self._buffer += read
        message, _, self._buffer = self._buffer.partition(b"\0")
        told: Json = json.loads(message)
        return told


@contextmanager
def tab(proxy: int | None = None) -> Iterator[Tab]:
    """A browser with one page, for as long as the block lasts; ``proxy`` is a port of our own."""
    from_us, to_browser = os.pipe()
    from_browser, to_us = os.pipe()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        given = [f"--proxy-server=http://127.0.0.1:{proxy}"] if proxy is not None else []
        options = [*FLAGS, f"--user-data-dir={profile}", *given, "--remote-debugging-pipe"]
        process = subprocess.Popen(
            [sys.executable, "-c", _HAND_OVER, str(from_us), str(to_us), executable(), *options],
            pass_fds=(from_us, to_us),
            stderr=subprocess.DEVNULL,
        )
        os.close(from_us)
        os.close(to_us)
        try:
            yield Tab(to_browser, from_browser)
        finally:
            os.close(to_browser)  # the pipe's end is Chromium's too
            os.close(from_browser)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
