"""How long a trace may take: a shopper stands before the shelf, an inspector sits at a desk."""

from __future__ import annotations

from suyuan.domain.caller import Caller, CallerRole

# Seconds for a whole trace, of one subsystem or of all.
CONSUMER = 2.0
OFFICIAL = 5.0


def deadline_for(caller: Caller) -> float:
    """Seconds that a trace for this caller may take."""
    return CONSUMER if caller.role is CallerRole.CONSUMER else OFFICIAL
