"""Times and days in query strings: ``as_of``, ``since``, ``known_at``."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

# No product is older, and PostgreSQL and Python agree on every time between.
FIRST_YEAR, LAST_YEAR = 1900, 9998

# RFC 3339, with minutes enough. The ``+`` of an offset arrives as a space wherever a client forgot
# to percent-encode it, which is nearly everywhere.
_TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,9})?)?)"
    r"(?:([Zz])|([-+ ])([0-9]{2}:?[0-9]{2}))?"
)


def parse_time(text: Any) -> datetime:
    """An aware time from a query parameter, its ``+`` written as ``+``, ``%2B`` or a space.

    Raises a pydantic error whose code is ``time_malformed``, ``time_no_offset`` or
    ``time_out_of_range``.
    """
    if isinstance(text, datetime) and text.tzinfo is not None:
        return text
    value = str(text)
    match = _TIME.fullmatch(value.strip())
    if match is None:
        raise _error("time_malformed", value)
    day, clock, utc, sign, offset = match.groups()
    if utc is None and offset is None:
        raise _error("time_no_offset", value)
    zone = "+00:00" if utc else f"{sign.replace(' ', '+')}{offset}"
    try:
        time = datetime.fromisoformat(f"{day}T{clock.replace(',', '.')}{zone}")
    except ValueError:
        raise _error("time_malformed", value) from None
    if not FIRST_YEAR <= time.year <= LAST_YEAR:
        raise _error("time_out_of_range", value, first=FIRST_YEAR, last=LAST_YEAR)
    return time


QueryTime = Annotated[datetime, BeforeValidator(parse_time)]


def parse_day(value: Any) -> date:
    """A calendar date, ``2026-03-01``: pydantic's own reading takes seconds since 1970 too."""
    text = str(value)
    try:
        if len(text) == 10:
            return date.fromisoformat(text)
    except ValueError:
        pass  # no such day; said below
    raise _error("date_malformed", text)


QueryDay = Annotated[date, BeforeValidator(parse_day)]


def _error(code: str, value: str, **more: Any) -> PydanticCustomError:
    # pydantic names a custom type by a literal; the code travels in the context.
    return PydanticCustomError("suyuan", "{code}", {"code": code, "value": value, **more})
