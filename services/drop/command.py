"""``suyuan drop``: what is to be watched, as the command line, the environment or the registry say.

A signal ends the watcher wherever it is: it is made to be killed, so there is nothing to put in
order first.
"""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from services.drop.state import Watch, read_state
from services.drop.watcher import SETTLE_SECONDS, Watched, take_in_once, watch
from services.gateway.registry import Drop, RegistryRefused, Subsystem, read_registry
from services.terminal import Terminal
from suyuan.domain.errors import Refused

KEY_VARIABLE = "SUYUAN_KEY"
_ADDRESS = re.compile(r"https?://[^/\s?#]+[^\s?#]*")
_REGISTRY_VARIABLE = "SUYUAN_REGISTRY"


class Stopped(BaseException):
    """The operator asked to stop: no error, and nothing may take it for one."""


def watched(
    environment: Mapping[str, str],
    *,
    folder: Path | None,
    url: str | None,
    subsystem: str | None,
    settle: float | None,
    keyed: bool,
) -> Watched:
    """What to watch. Raises Refused where something is missing; ``keyed``: the key, too."""
    variable = KEY_VARIABLE
    if subsystem is not None:
        member, drop = _registered(environment, subsystem)
        folder, url, variable = folder or drop.folder, url or member.ingest_url, drop.key
        settle = settle or drop.settle
    if folder is None or (url is None and keyed):
        raise Refused("drop_not_told")
    if url is not None and not _ADDRESS.fullmatch(url):
        raise Refused("drop_url_malformed", url=url)
    key = environment.get(variable, "").strip()
    if keyed and not (key and key.isascii()):
        raise Refused("drop_key_missing", variable=variable)
    return Watched(folder.absolute(), url or "", key, settle or SETTLE_SECONDS)


def run(watched: Watched, terminal: Terminal, *, once: bool, status: bool) -> bool:
    """Do what was asked for; whether all is well."""
    if status:
        return _tell(watched.folder, terminal)
    with _stopping():
        if once:
            return take_in_once(watched, terminal.say)
        watch(watched, terminal.say)
    return True


def _registered(environment: Mapping[str, str], subsystem: str) -> tuple[Subsystem, Drop]:
    file = environment.get(_REGISTRY_VARIABLE)
    if not file:
        raise Refused("drop_not_told")
    try:
        registry = read_registry(Path(file))
    except RegistryRefused as error:
        raise Refused("registry_refused", reason=str(error)) from error
    member = registry.get(subsystem)
    if member is None or member.drop is None:
        raise Refused("drop_not_told")
    return member, member.drop


@contextmanager
def _stopping() -> Iterator[None]:
    """End the block, quietly, when a signal asks for it."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise Stopped

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    except Stopped:
        pass  # as it was asked to: what is under way is gone on with at the next start
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _tell(folder: Path, terminal: Terminal) -> bool:
    watch_state, state = read_state(folder)
    terminal.say(
        "drop_state",
        path=folder,
        watch=watch_state,
        waiting=state.waiting,
        done=state.done,
        failed=state.failed,
        file=state.file or "-",
        read=state.read,
        of="?" if state.of is None else state.of,
        as_of=state.as_of or "-",
    )
    if state.said is not None:
        terminal.say("drop_said", chinese=state.said[0], english=state.said[1])
    return watch_state is Watch.WATCHED
