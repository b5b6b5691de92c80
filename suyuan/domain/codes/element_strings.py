"""GS1 element strings: with brackets as printed, or raw as a scanner sends them.

GS1 General Specifications, 7.8: application identifiers are two to four digits long, and those of
figure 7.8.5-2 have a predefined length; any other element ends at a separator or with the text.
"""

from __future__ import annotations

import re

from suyuan.domain.codes.check_digits import gs1_check_digit
from suyuan.domain.codes.gs1 import SET_82, read_elements
from suyuan.domain.codes.reading import Reading
from suyuan.domain.codes.text import GROUP_SEPARATOR

_AI_LENGTHS = {
    **dict.fromkeys(("00", "01", "02", "03", "10", "11", "12", "13", "15", "16", "17"), 2),
    **dict.fromkeys(("20", "21", "22", "30", "37", *map(str, range(90, 100))), 2),
    **dict.fromkeys(("23", "24", "25", "40", "41", "42", "71"), 3),
    **dict.fromkeys(("31", "32", "33", "34", "35", "36", "39", "43"), 4),
    **dict.fromkeys(("70", "72", "80", "81", "82"), 4),
}
"""How many digits an application identifier has, by its first two."""

_PREDEFINED = {
    "00": 18,
    **dict.fromkeys(("01", "02", "03"), 14),
    **dict.fromkeys(("11", "12", "13", "15", "16", "17"), 6),
    "20": 2,
    **dict.fromkeys(("31", "32", "33", "34", "35", "36"), 6),
    "41": 13,
}
"""How many characters an element has after its identifier, by the first two digits of that."""

_KEYS = "(00) | (01) | (414) | (417) | (8003) | (8004)"
"""What an element string should hold at least one of, as a refusal says it."""

_BRACKET = re.compile(r"\(([0-9]{2,4})\)")
_VALUE = re.compile(f"{SET_82}{{1,90}}")


def read_bracketed(text: str) -> Reading | None:
    """``(01)06901234567892(10)A213B1``; ``None`` where the first bracket holds no identifier."""
    first = _BRACKET.match(text)
    if first is None or not _is_ai(first[1]):
        return None
    elements: dict[str, str] = {}
    ai, start = first[1], first.end()
    for bracket in _BRACKET.finditer(text, start):
        # Set 82 has brackets: one inside a predefined length, or with no identifier, is data.
        value = text[start : bracket.start()].strip(" " + GROUP_SEPARATOR)
        if not _is_ai(bracket[1]) or len(value) < _shortest(ai):
            continue
        if elements.setdefault(ai, value) != value:
            return _broken(text, ai)
        ai, start = bracket[1], bracket.end()
    value = text[start:].strip(" " + GROUP_SEPARATOR)
    if elements.setdefault(ai, value) != value:
        return _broken(text, ai)
    bad = next((ai for ai, value in elements.items() if not _VALUE.fullmatch(value)), None)
    return _broken(text, bad) if bad else _read(text, elements)


def read_raw(text: str) -> Reading:
    """``0106901234567892`` ``10A213B1`` <GS> ``211234``: data that is known to be GS1's."""
    elements = _elements(text)
    return _broken(text, "AI") if elements is None else _read(text, elements)


def read_unmarked(text: str) -> Reading | None:
    """Raw data of which nothing says that it is GS1's, but a GTIN's or SSCC's check digit."""
    end = {"01": 16, "00": 20}.get(text[:2], 0)
    number = text[2:end]
    if not end or len(number) != end - 2 or not (number.isascii() and number.isdigit()):
        return None
    if number[-1] != gs1_check_digit(number[:-1]):
        return None
    elements = _elements(text)
    reading = None if elements is None else read_elements(elements)
    return None if reading is None or reading.problem else reading


def _elements(text: str) -> dict[str, str] | None:
    elements: dict[str, str] = {}
    position = 0
    while position < len(text):
        if text[position] == GROUP_SEPARATOR:
            position += 1
            continue
        start = position + _AI_LENGTHS.get(text[position : position + 2], 0)
        ai = text[position:start]
        if not _is_ai(ai):
            return None
        length = _PREDEFINED.get(ai[:2])
        separator = text.find(GROUP_SEPARATOR, start)
        end = separator if separator >= 0 else len(text)
        if length is not None:
            end = min(start + length, end)
        value = text[start:end]
        if not _VALUE.fullmatch(value) or elements.setdefault(ai, value) != value:
            return None
        position = end
    return elements


def _is_ai(digits: str) -> bool:
    return _AI_LENGTHS.get(digits[:2]) == len(digits) and digits.isascii() and digits.isdigit()


def _shortest(ai: str) -> int:
    # People type the GTIN of an article as it is printed, with 8, 12 or 13 digits.
    return 8 if ai == "01" else _PREDEFINED.get(ai[:2], 1)


def _read(text: str, elements: dict[str, str]) -> Reading:
    reading = read_elements(elements)
    return reading or Reading.unreadable(text, "AI", _KEYS)


def _broken(text: str, part: str) -> Reading:
    return Reading.unreadable(text, part, "(AI)X..90")
