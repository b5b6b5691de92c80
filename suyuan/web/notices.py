"""Recalls and stops of sale in force: where a page asks for those that cover its code."""

from __future__ import annotations

import math
from typing import Protocol

from suyuan.domain.chain import Chain
from suyuan.web.pages.banner import Notice


class NoticeBoard(Protocol):
    """Knows what is recalled; the service puts one on ``app.state.notice_board``.

    A notice covers a code where it names the code, its lot, a container it is in, or a source of
    it: whatever ``chain.things`` hold, which a consumer's chain follows upwards. ``known_since`` is
    ``monotonic()`` of when that was read which the last notices were told by.
    """

    @property
    def known_since(self) -> float: ...

    async def look(self) -> None:
        """Ask what is recalled, if it is not known well enough: while the chain is being traced."""
        ...

    async def notices(self, chain: Chain) -> tuple[Notice, ...]: ...


class EmptyBoard:
    """The board of a service that keeps no recalls."""

    known_since = math.inf

    async def look(self) -> None:
        pass

    async def notices(self, chain: Chain) -> tuple[Notice, ...]:
        del chain
        return ()
