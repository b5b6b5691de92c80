"""What a page says of a code as a whole: its status in words, its HTTP status, its symbol.

A code is issued here once the code service gave it out, or an event that was not declared in error
names it or what it is inside of. A product that only stands in a register is a class, not an issued
thing. That a lot is known says nothing of a serial on it that nobody reported: anybody can print a
number.
"""

from __future__ import annotations

from enum import Enum

from suyuan.domain.chain import Chain, ChainEvent, Via
from suyuan.domain.codes import Level
from suyuan.domain.coding.ranges import Verdict
from suyuan.web.pages.facts import shown_events


class PageState(Enum):
    """What a page says about a code: its word, its HTTP status and its symbol."""

    ISSUED = ("issued", 200, "ok")
    CLASS_LEVEL = ("class_level", 200, "barcode")  # a lone GTIN: a product, no thing
    UNISSUED = ("unissued", 404, "unknown")  # everybody answered, nobody knows it
    VOID = ("void", 410, "stop")  # taken out of use, or reported in error
    UNCONFIRMED = ("unconfirmed", 503, "warning")  # who answered does not know it, but not all did
    MALFORMED = ("malformed", 400, "warning")
    UNAVAILABLE = ("unavailable", 503, "warning")

    @property
    def word(self) -> str:
        return self.value[0]

    @property
    def status(self) -> int:
        return self.value[1]

    @property
    def mark(self) -> str:
        return self.value[2]

    @property
    def has_chain(self) -> bool:
        """Whether its page shows what happened; the others say one thing."""
        return self is PageState.ISSUED


_VOID = frozenset({Verdict.VOID, Verdict.LOST})
_GIVEN_OUT = frozenset({Verdict.ISSUED, Verdict.ACTIVE})


def page_state(chain: Chain, verdict: Verdict = Verdict.FOREIGN) -> PageState:
    """Which page a chain has: silence of a subsystem is never taken for "no such code".

    ``verdict`` is what the code service says of the code: one that it gave out is issued before
    anything is reported of it, and one that was declared void or lost is void whatever was.
    """
    if verdict in _VOID or withdrawal(chain) is not None:
        return PageState.VOID
    if shown_events(chain) or verdict in _GIVEN_OUT:
        return PageState.ISSUED
    found = {finding.type for finding in chain.findings}
    if "class_level" in found:
        return PageState.CLASS_LEVEL
    if not chain.complete:
        return PageState.UNCONFIRMED
    return PageState.VOID if "voided_code" in found else PageState.UNISSUED


_WITHDRAWING_STEPS = frozenset({"decommissioning", "destroying", "killing"})
_WITHDRAWN = frozenset({"destroyed", "disposed", "inactive"})


def withdrawal(chain: Chain) -> ChainEvent | None:
    """The event that took a single thing out of use, if it is the thing's last one.

    Of a lot a part may be destroyed while the rest is sold, so a lot is never withdrawn by one.
    """
    if level_of(chain) != Level.SERIAL.value:
        return None
    own = [e for e in shown_events(chain) if e.via is Via.DIRECT]
    if not own:
        return None
    last = own[-1].stored.event
    withdrawn = last.step in _WITHDRAWING_STEPS or last.disposition in _WITHDRAWN
    return own[-1] if withdrawn else None


def level_of(chain: Chain) -> str:
    """Serial or lot: what the chain found the thing to be, else what the code's form says."""
    told = (t.level for t in chain.things if t.code == chain.code)
    return next(told, chain.code.level.value)
