"""Units of measure: the common codes of UN/CEFACT Recommendation 20, and what converts to what.

Factors are exact. Two units convert when both have one and are of the same dimension: 0.06 TNE are
60 KGM, and pieces never become kilograms.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Context, Decimal
from difflib import get_close_matches
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache

from suyuan.domain import unit_table

# The factors have 16 digits at most and a quantity 24: more would be digits of nothing.
_CONTEXT = Context(prec=28)
_NEAR = 3
# Longer than any name in the table; what is longer is not compared.
_LONGEST_NAME = 40


class Dimension(StrEnum):
    MASS = "mass"
    VOLUME = "volume"
    LENGTH = "length"
    AREA = "area"
    COUNT = "count"
    TIME = "time"
    TEMPERATURE = "temperature"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Unit:
    """A common code. ``(quantity + shift) * factor`` is in the dimension's base unit.

    The bases are kilogram, litre, metre, square metre, piece, second and kelvin. ``factor`` is
    ``None`` where the unit holds no fixed amount: a box, a month.
    """

    code: str
    name: str
    dimension: Dimension
    factor: Fraction | None = None
    shift: Fraction = Fraction(0)


_TABLES = {
    Dimension.MASS: unit_table.MASS,
    Dimension.VOLUME: unit_table.VOLUME,
    Dimension.LENGTH: unit_table.LENGTH,
    Dimension.AREA: unit_table.AREA,
    Dimension.COUNT: unit_table.COUNT,
    Dimension.TIME: unit_table.TIME,
    Dimension.TEMPERATURE: unit_table.TEMPERATURE,
    Dimension.OTHER: unit_table.PACKED + unit_table.OTHER,
}
_SHIFTS = {"CEL": Fraction("273.15"), "FAH": Fraction("459.67")}


def _rows() -> Iterator[tuple[Unit, list[str]]]:
    for dimension, table in _TABLES.items():
        for line in table.split("\n"):
            if not line:
                continue
            said, _, spellings = line.partition(" | ")
            code, factor, name = said.split(" ", 2)
            exact = None if factor == "-" else Fraction(factor)
            unit = Unit(code, name, dimension, exact, _SHIFTS.get(code, Fraction(0)))
            yield unit, [name, *spellings.split()]
    for package in unit_table.PACKAGES.replace("\n", " ").split(","):
        code, _, name = package.strip().partition(" ")
        yield Unit(f"X{code}", name, Dimension.OTHER), [name]


def _read() -> tuple[dict[str, Unit], dict[str, tuple[str, ...]]]:
    """The units by code, and the codes by every name and spelling in lower case."""
    units: dict[str, Unit] = {}
    spelled: dict[str, tuple[str, ...]] = {}
    for unit, spellings in _rows():
        units[unit.code] = unit
        for spelling in (unit.code, *spellings):
            known = spelled.get(spelling.lower(), ())
            if unit.code not in known:
                spelled[spelling.lower()] = (*known, unit.code)
    return units, spelled


UNITS, _SPELLED = _read()


# Order of the State Council on a unified system of measurement (1959). Markets go on counting in
# them, and they have no common code: half a kilogram is not a kilogram.
_OF_MARKETS = {"斤": "0.5", "市斤": "0.5", "两": "0.05", "市两": "0.05", "担": "50", "市担": "50"}


def of_markets(text: str) -> str:
    """What one of a traditional unit of mass is, ``1 斤 = 0.5 KGM``; empty for any other text."""
    kilograms = _OF_MARKETS.get(text.strip())
    return f"1 {text.strip()} = {kilograms} KGM" if kilograms is not None else ""


def near(text: str) -> tuple[str, ...]:
    """The codes that somebody who wrote ``text`` may have meant, best first, three at most."""
    return ("KGM",) if of_markets(text) else _near(text.strip().lower()[:_LONGEST_NAME])


@lru_cache(1024)  # whoever writes a wrong unit writes it in every row of a file
def _near(text: str) -> tuple[str, ...]:
    names = [text] if text in _SPELLED else get_close_matches(text, _SPELLED, n=_NEAR, cutoff=0.6)
    codes = dict.fromkeys(code for name in names for code in _SPELLED[name])
    return tuple(codes)[:_NEAR]


def convert(quantity: Decimal, source: str, target: str) -> Decimal | None:
    """A quantity in another unit; ``None`` if the units do not convert, or one is not known."""
    of, to = UNITS.get(source), UNITS.get(target)
    if of is None or to is None or of.dimension is not to.dimension:
        return None
    if of is to:
        return quantity
    if of.factor is None or to.factor is None:
        return None
    return _decimal((Fraction(quantity) + of.shift) * of.factor / to.factor - to.shift)


def _decimal(value: Fraction) -> Decimal:
    """The decimal of a fraction, exact where it has one of at most 28 digits."""
    return _CONTEXT.divide(Decimal(value.numerator), Decimal(value.denominator))
