"""What was measured of the cold chain: degrees Celsius during an event, and the limit for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

# Nothing is colder; what a thing that is traced is warmer than is a typing error or an attack.
COLDEST, HOTTEST = Decimal("-273.15"), Decimal(1000)


def is_celsius(value: Decimal) -> bool:
    """Whether a number can be a temperature of goods."""
    return value.is_finite() and COLDEST <= value <= HOTTEST


@dataclass(frozen=True, slots=True)
class Temperature:
    """The lowest and the highest that was measured, and the limit where one was stated.

    ``alarm``: a device told that a limit was passed, whichever that was (EPCIS 2.0, 7.3.7.1.2,
    ALARM_CONDITION). Raises ValueError for what no goods can have.
    """

    low: Decimal
    high: Decimal
    at_least: Decimal | None = None
    at_most: Decimal | None = None
    alarm: bool = False

    def __post_init__(self) -> None:
        told = (self.low, self.high, self.at_least, self.at_most)
        if not all(is_celsius(value) for value in told if value is not None):
            raise ValueError("this is no temperature of goods")
        if self.low > self.high:
            raise ValueError("the lowest is above the highest")

    @property
    def is_out_of_limit(self) -> bool:
        """Whether it was too cold or too warm, by the limit or by the device's own word."""
        too_cold = self.at_least is not None and self.low < self.at_least
        return self.alarm or too_cold or (self.at_most is not None and self.high > self.at_most)


def joined(told: Iterable[Temperature]) -> Temperature | None:
    """Several measurements as one, with the narrowest of their limits; ``None`` of none."""
    all_told = list(told)
    if not all_told:
        return None
    return Temperature(
        min(t.low for t in all_told),
        max(t.high for t in all_told),
        max((t.at_least for t in all_told if t.at_least is not None), default=None),
        min((t.at_most for t in all_told if t.at_most is not None), default=None),
        any(t.is_out_of_limit for t in all_told),
    )
