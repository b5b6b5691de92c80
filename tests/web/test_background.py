"""What goes on beside the requests: rounds that nothing ends but the end."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest

from suyuan.domain.errors import Unavailable
from suyuan.web import background, flushing
from suyuan.web.background import Rounds, beside
from suyuan.web.flushing import Flushing


class Looks:
    """What there is to take, look by look: whether there may be more, or an error."""

    def __init__(self, *found: bool | Exception) -> None:
        self._found = list(found)
        self.count = 0
        self._reached = asyncio.Event()

    async def take(self) -> bool:
        self.count += 1
        found = self._found.pop(0) if self._found else False
        if not self._found:
            self._reached.set()
        if isinstance(found, Exception):
            raise found
        return found

    async def all(self) -> None:
        """Wait until everything was looked at."""
        async with asyncio.timeout(5):
            await self._reached.wait()


async def test_all_there_is_is_taken_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "POLL_SECONDS", 60.0)
    looks = Looks(True, True, False)
    async with beside(Rounds(looks.take, broke="broke").run):
        await looks.all()
    assert looks.count == 3


async def test_news_cut_the_wait_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "POLL_SECONDS", 60.0)
    looks = Looks(False, False)
    rounds = Rounds(looks.take, broke="broke")
    async with beside(rounds.run):
        await asyncio.sleep(0.02)
        assert looks.count == 1
        rounds.wake()
        await looks.all()


@pytest.mark.parametrize("error", [Unavailable("database_unavailable"), ZeroDivisionError()])
async def test_an_error_does_not_end_the_rounds(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background, "PAUSE_SECONDS", 0.0)
    looks = Looks(error, error, False)
    async with beside(Rounds(looks.take, broke="broke").run):
        await looks.all()


async def test_what_runs_beside_ends_with_the_block() -> None:
    ended = list[str]()

    async def work(name: str) -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.append(name)

    async with beside(partial(work, "one"), partial(work, "two")):
        await asyncio.sleep(0)
    assert sorted(ended) == ["one", "two"]


async def test_a_work_that_breaks_off_is_begun_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "PAUSE_SECONDS", 0.0)
    begun = asyncio.Event()
    tries = list[int]()

    async def work() -> None:
        tries.append(len(tries))
        if len(tries) < 3:
            raise OSError(28, "No space left on device")
        begun.set()

    async with beside(work), asyncio.timeout(5):
        await begun.wait()
    assert tries == [0, 1, 2]


async def test_what_waits_is_written_after_any_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flushing, "FLUSH_SECONDS", 0.01)
    written = asyncio.Event()
    errors: list[Exception] = [ZeroDivisionError(), Unavailable("database_unavailable")]

    async def flush() -> None:
        if errors:
            raise errors.pop()
        written.set()

    async with Flushing(flush, waits="waits").running(), asyncio.timeout(5):
        await written.wait()
