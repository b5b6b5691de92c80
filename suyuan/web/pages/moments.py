"""Dates and times as people read them; the offset that was reported is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from suyuan.web.pages.words import Language

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# Readers live in China: an offset is only said where it is not theirs.
_OWN_OFFSET = timedelta(hours=8)


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant for a ``time`` element: ``text`` for people, ``iso`` for machines.

    ``iso`` is ``None`` where machines can read the text itself (HTML, "valid local date and time
    string"): on a page of twenty steps that is one byte in twenty.
    """

    iso: str | None
    text: str


def day(value: date, language: Language) -> str:
    """``2026-03-01`` in Chinese, ``1 Mar 2026`` in English."""
    if language == "zh":
        return f"{value:%Y-%m-%d}"
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def moment(value: datetime, language: Language) -> Moment:
    """The day and the minute, in the offset that was reported."""
    offset = value.utcoffset()
    zone = "" if offset in (_OWN_OFFSET, None) else f" ({value.tzname()})"
    between = " " if language == "zh" else ", "
    text = f"{day(value, language)}{between}{value:%H:%M}{zone}"
    readable = language == "zh" and not zone
    return Moment(None if readable else value.isoformat(timespec="minutes"), text)
