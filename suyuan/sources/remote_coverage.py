"""Another subsystem's coverage figures, over its ``GET /v1/coverage``."""

from __future__ import annotations

from collections.abc import Mapping

import httpx

from suyuan.domain.coverage import Answer, By, Window, periods
from suyuan.sources.asking import ask
from suyuan.wire.coverage import read_answer


async def ask_coverage(
    client: httpx.AsyncClient, url: str, window: Window, *, headers: Mapping[str, str]
) -> Answer:
    """The figures of a window. Raises Silent when the subsystem gives none, or others."""
    params = {"from": str(window.first), "to": str(window.last), "by": window.by.value}
    params |= {"sector": window.sector} if window.sector else {}
    params |= {"district": window.district} if window.district else {}
    request = client.build_request(
        "GET", url.rstrip("/") + "/v1/coverage", headers=headers, params=params
    )
    return await ask(client, request, lambda body: _checked(read_answer(body), window))


def _checked(answer: Answer, window: Window) -> Answer:
    """The answer, if its rows are those that were asked for. Raises ValueError otherwise."""
    if window.by in (By.SECTOR, By.DISTRICT):
        by_sector = window.by is By.SECTOR
        fits = all(
            (g.first, g.last) == (window.first, window.last)
            and (g.district is None if by_sector else g.sector is None)
            for g in answer.rows
        )
    else:
        fits = set(answer.rows) == set(periods(window))
    if not fits:
        raise ValueError("rows of other days than were asked for")
    return answer
