"""What was measured of the cold chain: degrees Celsius during an event, and the limit for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
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
        return self.alarm or Limit(self.at_least, self.at_most).is_broken_by(self)

    def within(self, limit: Limit | None) -> Temperature:
        """With a limit where none was stated: what is stated of these goods goes first."""
        if limit is None or self.at_least is not None or self.at_most is not None:
            return self
        return replace(self, at_least=limit.at_least, at_most=limit.at_most)


@dataclass(frozen=True, slots=True)
class Limit:
    """Between which temperatures a sector's profile wants its goods kept (a control point).

    Raises ValueError for what no goods can have.
    """

    at_least: Decimal | None = None
    at_most: Decimal | None = None

    def __post_init__(self) -> None:
        if not all(is_celsius(v) for v in (self.at_least, self.at_most) if v is not None):
            raise ValueError("this is no temperature of goods")

    def is_broken_by(self, told: Temperature) -> bool:
        """Whether it was colder or warmer."""
        too_cold = self.at_least is not None and told.low < self.at_least
        return too_cold or (self.at_most is not None and told.high > self.at_most)


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
