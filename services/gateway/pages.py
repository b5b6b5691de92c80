"""One page or answer from every subsystem: who gave one, and how each of them fared."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from services.gateway.members import Members
from services.gateway.registry import Subsystem
from suyuan.domain.chain import SourceReport, SourceStatus
from suyuan.sources.asking import Silent

# Seconds for a whole page, however long a member's own limit is.
LIST_SECONDS = 5.0

T = TypeVar("T")


async def pages_of(
    members: Members,
    asked: Iterable[Subsystem],
    ask: Callable[[Subsystem], Awaitable[T]],
    *,
    seconds: float = LIST_SECONDS,
) -> tuple[dict[str, T], list[SourceReport]]:
    """The pages of all who gave one, by their ids, and how each fared; asked in parallel."""

    async def one(member: Subsystem) -> tuple[T | None, SourceReport]:
        if not member.is_ours:  # the standard knows no such list
            return None, SourceReport(member.id, SourceStatus.REFUSED, 0)
        began = time.monotonic()
        page: T | None = None
        status = SourceStatus.ANSWERED
        try:
            async with asyncio.timeout(min(member.timeout, seconds)):
                page = await ask(member)
            members.answered(member.id)
        except Silent as silence:
            status = silence.status
        except TimeoutError:
            status = SourceStatus.TIMED_OUT
        return page, SourceReport(member.id, status, round((time.monotonic() - began) * 1000))

    told = await asyncio.gather(*(one(member) for member in asked))
    pages = {report.subsystem: page for page, report in told if page is not None}
    return pages, [report for _, report in told]
