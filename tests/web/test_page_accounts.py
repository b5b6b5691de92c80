"""Readers of kept pages are accounted for a moment later, all at once, and none is forgotten."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from starlette.datastructures import State

from suyuan.domain.caller import Caller
from suyuan.web.logs import Access, AccessLines
from suyuan.web.page_accounts import MOMENT_SECONDS, KeptAnswer, PageAccounts


class Lines(AccessLines):
    """Keeps what is written, by write."""

    def __init__(self) -> None:
        self.writes: list[list[tuple[Access, str]]] = []

    def write_all(self, answered: Iterable[tuple[Access, Caller | None, str]]) -> None:
        self.writes.append([(access, request_id) for access, _, request_id in answered])


class Counter:
    def __init__(self) -> None:
        self.counted: dict[str, int] = {}

    def count(self, code: str, *, trade: bool, times: int) -> None:
        assert not trade
        self.counted[code] = self.counted.get(code, 0) + times


def accounts() -> tuple[PageAccounts, Lines, Counter]:
    state, lines, counter = State(), Lines(), Counter()
    state.scan_counter = counter
    return PageAccounts(state, lines), lines, counter


def answer(number: int, scanned: str | None) -> KeptAnswer:
    return KeptAnswer("/t/{code:text}", 200, 0.001, f"id-{number}", scanned)


async def test_those_of_one_moment_are_written_at_once_and_counted_each() -> None:
    kept, lines, counter = accounts()
    for number in range(5):
        kept.add(answer(number, "A" if number % 2 else None))
    kept.add(answer(5, "B"))
    assert lines.writes == []
    await asyncio.sleep(2 * MOMENT_SECONDS)
    (written,) = lines.writes
    assert [request_id for _, request_id in written] == [f"id-{n}" for n in range(6)]
    assert written[0][0] == Access("GET", "/t/{code:text}", 200, 0.001)
    assert counter.counted == {"A": 2, "B": 1}
    kept.add(answer(6, "B"))
    await asyncio.sleep(2 * MOMENT_SECONDS)
    assert len(lines.writes) == 2
    assert counter.counted == {"A": 2, "B": 2}


async def test_a_service_that_stops_settles_first_and_nobody_is_counted_twice() -> None:
    kept, lines, counter = accounts()
    kept.add(answer(1, "A"))
    kept.settle()
    await asyncio.sleep(2 * MOMENT_SECONDS)
    assert [len(written) for written in lines.writes if written] == [1]
    assert counter.counted == {"A": 1}
