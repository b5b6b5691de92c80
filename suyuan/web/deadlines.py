"""How long a trace may take: a shopper stands before the shelf, an inspector sits at a desk."""

from __future__ import annotations

from dataclasses import dataclass

from suyuan.domain.caller import Caller, CallerRole
from suyuan.web.settings import ServiceSettings


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Seconds for a whole trace, of one subsystem or of all."""

    consumer: float
    official: float

    @classmethod
    def of(cls, settings: ServiceSettings) -> Deadlines:
        return cls(settings.consumer_seconds, settings.official_seconds)

    def for_caller(self, caller: Caller) -> float:
        """Seconds that a trace for this caller may take."""
        return self.consumer if caller.role is CallerRole.CONSUMER else self.official
