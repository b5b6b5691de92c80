"""The way to one member: its address, and what is known of how it answers."""

from __future__ import annotations

from dataclasses import dataclass, field

from suyuan.sources.breaker import Breaker


@dataclass(frozen=True, slots=True)
class Line:
    """``url`` has no slash at its end; ``timeout`` is the most seconds that one lookup may take."""

    url: str
    timeout: float
    breaker: Breaker = field(default_factory=Breaker)
