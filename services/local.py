"""The embedded default: a small city on one machine, as ``make run`` starts it.

PostgreSQL, the departments' subsystems and the gateway are processes of their own under one home
folder. What one run leaves behind, however it ended, the next one ends or takes up again.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from types import FrameType

from services import demo, demonstration
from services.city import (
    SUBSYSTEMS,
    DemoKeys,
    demo_keys,
    ensure_claims_keys,
    ensure_coding_keys,
    write_registry,
)
from services.demonstration import Part
from services.home import Home, LocalSettings, RunningCity
from services.key_ring import KeyRing
from services.parts import part, parts_of, watchers
from services.processes import GATEWAY, ServiceProcess, reachable, require_free
from services.terminal import Terminal
from suyuan.domain.errors import Unavailable
from suyuan.storage.daemon import replace_text
from suyuan.storage.pidfile import write_pid
from suyuan.storage.provision import is_empty, provision, service_url
from suyuan.storage.server import EmbeddedServer

_ASKING = (GATEWAY, *watchers(SUBSYSTEMS))
_PARTS = (*_ASKING, *SUBSYSTEMS)

_WATCH_SECONDS = 0.5
_TOLD_TIMES, _TOLD_LEAST = 12, 1_000

# Every spelling of "this machine" is told as the one that always works.
_LOOPBACK = ("127.0.0.1", "localhost", "0.0.0.0", "::", "::1")  # noqa: S104 - nothing is bound here


class Stopped(BaseException):
    """The operator asked to stop: no error, and nothing may take it for one."""


class StopRequest:
    """The first signal asks for an orderly stop, the second one forces it.

    A signal never cuts into a step: a process that was started, and not yet written down, would
    be nobody's. So the first is only noted, and ``pause`` raises ``Stopped`` between steps.
    """

    def __init__(self, force: Callable[[], None]) -> None:
        self._asked = threading.Event()
        self._force = force

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Take the signals that end a program, for the length of the block."""
        numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        before = {number: signal.signal(number, self._note) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def pause(self, seconds: float) -> None:
        """Wait, unless a stop is asked for: that raises ``Stopped`` at once."""
        if self._asked.wait(seconds):
            raise Stopped

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        if self._asked.is_set():
            self._force()
        self._asked.set()


def run(settings: LocalSettings, terminal: Terminal) -> None:
    """Run the city until it is told to stop.

    Raises ``Unavailable``, with nothing left running, where it cannot start or something that it
    needs ends for good.
    """
    home = Home(settings.home)
    home.prepare()
    with home.runner.taken() as lock:
        if lock is None:
            pid = home.runner.living()
            raise Unavailable("already_running", home=home.path, pid=pid)
        write_pid(lock, os.getpid())
        try:
            LocalCity(settings, home, terminal).run()
        finally:
            home.runner.path.unlink(missing_ok=True)


class LocalCity:
    """One run of one city."""

    def __init__(self, settings: LocalSettings, home: Home, terminal: Terminal) -> None:
        self._settings = settings
        self._home = home
        self._terminal = terminal
        self._stop = StopRequest(self._kill_everything)
        self._server = EmbeddedServer(home.path, tell=terminal.step, pause=self._stop.pause)
        self._children: dict[str, subprocess.Popen[bytes]] = {}

    def run(self) -> None:
        """From start to stop."""
        with self._stop.listening(), ExitStack() as stack:
            stack.callback(self._stop_everything)
            try:
                with self._terminal.working():
                    city = self._start()
                self._announce(city)
                self._watch(city)
            except Stopped:
                pass

    def _start(self) -> RunningCity:
        self._terminal.step("checking", home=self._home.path)
        self._end_leftovers()
        gateway = self._service(GATEWAY)
        host, port = self._settings.host, self._settings.port or gateway.choose_port()
        require_free(host, port)
        gateway.keep_address(host, port)
        city = RunningCity(
            server_url=self._database_server(),
            host=host,
            port=port,
            public_url=self._settings.public_url or f"http://{reachable(host, port)}",
            subsystems=SUBSYSTEMS,
        )
        self._terminal.step("migrating")
        asyncio.run(provision(city.server_url, (GATEWAY, *SUBSYSTEMS)))
        keys = self._establish_trust(city)
        self._start_services(city)
        self._demonstrate(city, keys)
        self._ask_once(keys)
        return city

    def _end_leftovers(self) -> None:
        """End what an earlier run that was killed has left; PostgreSQL sees to its own."""
        for name in _PARTS:
            left = part(self._home, name)
            if left.pid is not None:
                self._terminal.step("left_over", name=name)
                if not left.stop():
                    raise Unavailable("not_stopped", names=name)

    def _database_server(self) -> str:
        if self._settings.database_url is not None:
            self._server.stop()  # one that was left over from a run without that setting
            return self._settings.database_url
        self._server.start()
        return self._server.url

    def _establish_trust(self, city: RunningCity) -> DemoKeys:
        ensure_claims_keys(self._home.claims_private_key, self._home.claims_public_key)
        ensure_coding_keys(self._home.coding_keys)
        keys = demo_keys(self._home)
        ring = KeyRing(city.server_url, SUBSYSTEMS)
        asyncio.run(ring.ensure(list(keys.issued())))
        return keys

    def _start_services(self, city: RunningCity) -> None:
        self._terminal.step("services_starting")
        taken = {city.port}
        for name in SUBSYSTEMS:
            subsystem = self._service(name)
            port = subsystem.choose_port(besides=taken)
            subsystem.keep_address("127.0.0.1", port)
            taken.add(port)
        write_registry(self._home, {name: self._service(name).url for name in SUBSYSTEMS})
        self._home.write_city(city)
        parts = parts_of(self._home, city)
        for each in parts:
            self._children[each.name] = each.start(city)
        for each in parts:
            each.wait_until_ready(self._children[each.name], self._stop.pause)

    def _demonstrate(self, city: RunningCity, keys: DemoKeys) -> None:
        """Load the demonstration into empty databases; one that was cut off is gone on with."""
        state, part = self._home.demonstration, self._settings.demonstration
        if part is Part.NONE or self._demonstrated() is part:
            return
        if not state.exists() and not asyncio.run(_all_empty(city)):
            return
        self._terminal.step("demonstrating")
        replace_text(state, json.dumps({"loaded": False}) + "\n")
        url = self._service(GATEWAY).url
        demo.load(url, keys, part, tell=self._tell_loaded(), pause=self._stop.pause)
        replace_text(state, json.dumps({"loaded": True, "part": part}) + "\n")

    def _ask_once(self, keys: DemoKeys) -> None:
        """Spend here what a process does at its first question, not on the first person's time."""
        pages = demonstration.pages(self._demonstrated())
        if pages:
            self._terminal.step("first_questions")
            demo.ask_once(
                self._service(GATEWAY).url, keys.city, pages[0].code, pause=self._stop.pause
            )

    def _demonstrated(self) -> Part:
        """The part of the demonstration that is there whole."""
        if not self._home.demonstration.exists():
            return Part.NONE
        kept = json.loads(self._home.demonstration.read_text())
        return Part(kept.get("part", Part.STORY)) if kept["loaded"] else Part.NONE

    def _tell_loaded(self) -> Callable[[int, int], None]:
        """Tell how far the loading is, a dozen times at most."""
        told = 0

        def tell(done: int, total: int) -> None:
            nonlocal told
            if done - told >= max(total // _TOLD_TIMES, _TOLD_LEAST):
                told = done
                self._terminal.step("demonstrating_at", done=done, total=total)

        return tell

    def _announce(self, city: RunningCity) -> None:
        """Say what there is to see. The last line is for programs that wait for it."""
        pages = demonstration.pages(self._demonstrated())
        if pages:
            self._terminal.pages(
                [(city.public_url + page.path, page.zh, page.en) for page in pages]
            )
            self._terminal.qr(city.public_url + pages[0].path)
            self._terminal.say("keys", path=self._home.api_keys)
            url = f"http://{reachable(city.host, city.port)}/v1/chains/{pages[0].code}"
            self._terminal.say("try", command=f"curl '{url}'")
        shown = "127.0.0.1" if city.host in _LOOPBACK else city.host
        self._terminal.line(f"ready http://{reachable(shown, city.port)}")

    def _watch(self, city: RunningCity) -> None:
        """Until a stop is asked for: bring PostgreSQL back if it ends, tell what else ends.

        A subsystem is not brought back: a department that is down is for the gateway to tell.
        """
        while True:
            self._stop.pause(_WATCH_SECONDS)
            if self._server.has_ended():
                self._terminal.say("postgres_restarting")
                self._server.start()
                if self._server.url != city.server_url:
                    raise Unavailable("postgres_moved")
            for name, process in list(self._children.items()):
                status = process.poll()
                if status is not None:
                    del self._children[name]
                    if status not in (0, -signal.SIGTERM):  # how `suyuan stop` ends it
                        self._terminal.say("service_ended", name=name, status=status)

    def _stop_everything(self) -> None:
        """What asks first, then the subsystems, whoever started them, then PostgreSQL."""
        left = [*self._stop_parts(_ASKING), *self._stop_parts(SUBSYSTEMS)]
        ran = self._server.is_running()
        if ran:
            self._terminal.say("stopping", name="PostgreSQL")
        self._server.stop()
        if left:
            raise Unavailable("not_stopped", names=", ".join(left))
        if ran or self._children:
            self._terminal.say("stopped")

    def _stop_parts(self, names: Sequence[str]) -> list[str]:
        """Stop parts at the same time; the names of those that did not end."""
        running = [name for name in names if name in self._children or part(self._home, name).pid]
        if not running:
            return []
        self._terminal.say("stopping", name=", ".join(running))
        with ThreadPoolExecutor() as pool:
            ended = pool.map(self._stop_part, running)
            return [name for name, gone in zip(running, ended, strict=True) if not gone]

    def _stop_part(self, name: str) -> bool:
        return part(self._home, name).stop(child=self._children.get(name))

    def _kill_everything(self) -> None:
        """For an operator who does not want to wait: what was committed is safe all the same."""
        for name in _PARTS:
            part(self._home, name).stop(by_force=True, child=self._children.get(name))
        self._server.stop(by_force=True)
        os._exit(130)

    def _service(self, name: str) -> ServiceProcess:
        return ServiceProcess(self._home, name)


async def _all_empty(city: RunningCity) -> bool:
    return all([await is_empty(service_url(city.server_url, name)) for name in city.subsystems])
