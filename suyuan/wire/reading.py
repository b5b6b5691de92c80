"""Reading what strangers send: plain decoded JSON in, checked values and every fault out.

Both forms of a report are read with it. A method takes the object, the member's name and the
object's own pointer, gives the checked value or ``None``, and notes a ``Fault`` with its JSON
pointer (RFC 6901) where something is wrong: the reader goes on, so that one answer lists them all.
A member that is ``null`` counts as absent. Pointers are built only when there is a fault: the happy
path runs once per event of a bulk load.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from suyuan.domain.codes import Code, Use, recognise
from suyuan.domain.errors import Fault, Refused
from suyuan.domain.nearness import nearest

# One report cannot fill an answer with faults: past this many, only "more_faults" is added.
FAULT_LIMIT = 100
# A member's name longer than this is not repeated in a pointer, which then names the object.
NAME_LIMIT = 80
# A reporter's clock may be this much ahead of ours.
CLOCK_SKEW = timedelta(minutes=10)
FIRST_YEAR, LAST_YEAR = 1900, 2200
INTEGER_DIGITS, FRACTION_DIGITS = 15, 9

_QUANTITY_CEILING = Decimal(10) ** INTEGER_DIGITS
_MALIGN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
DECIMAL = re.compile(rf"[0-9]{{1,{INTEGER_DIGITS}}}(?:\.[0-9]{{1,{FRACTION_DIGITS}}})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# ISO 8601 calendar date and time in the extended format; offsets as EPCIS 2.0 has them, +-14:00.
_TIME = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?"
    r"(Z|[+-](0\d|1[0-3]):[0-5]\d|[+-]14:00)?",
    re.ASCII,
)

# The codes of parties, places and products come back in event after event. At the limit, with the
# longest codes there are, each cache holds some 10 MB.
_CACHED_CODES = 4_096
# Whoever misspells a member does so in every event of a batch.
_CACHED_NAMES = 1_024

_KINDS: dict[type, str] = {dict: "{…}", list: "[…]"}


def pointer(parent: str, member: str | int) -> str:
    """The JSON pointer of a member (RFC 6901, section 3: ``~`` is ``~0`` and ``/`` is ``~1``)."""
    if isinstance(member, int):
        return f"{parent}/{member}"
    if len(member) > NAME_LIMIT:
        return parent
    escaped = member.replace("~", "~0").replace("/", "~1")
    return parent + "/" + _MALIGN.sub("\ufffd", escaped)


class Reading:
    """One report being read: its place in the batch, the latest time allowed, the faults so far.

    ``now`` is the server's time, aware; with ``None`` no time is too late (what is stored already
    was checked on its way in). ``limit`` bounds the faults that are listed, never what is checked.
    """

    __slots__ = ("faults", "index", "latest", "limit")

    def __init__(
        self, index: int = 0, now: datetime | None = None, limit: int = FAULT_LIMIT
    ) -> None:
        self.index = index
        self.latest = None if now is None else now + CLOCK_SKEW
        self.limit = limit
        self.faults: list[Fault] = []

    def fault(self, code: str, at: str, /, **params: Any) -> None:
        """Notes a fault at a pointer; past the limit a last ``more_faults`` and no more."""
        if len(self.faults) < self.limit:
            self.faults.append(Fault(code, at, params, self.index))
        elif len(self.faults) == self.limit:
            self.faults.append(Fault("more_faults", "", {}, self.index))

    # --- Objects and arrays ---------------------------------------------------------------------

    def members(self, value: Any, at: str, allowed: AbstractSet[str]) -> dict[str, Any] | None:
        """The value as an object whose every member is allowed, or ``None`` if it is no object."""
        if not isinstance(value, dict):
            self.fault("not_object", at)
            return None
        if not value.keys() <= allowed:
            for name in value:
                if name not in allowed:
                    self._unknown_field(name, at, allowed)
        return value

    def object(
        self, raw: Mapping[str, Any], name: str, at: str, allowed: AbstractSet[str]
    ) -> dict[str, Any] | None:
        """A member that is an object, its members checked as ``members`` does."""
        value = raw.get(name)
        return None if value is None else self.members(value, f"{at}/{name}", allowed)

    def array(self, raw: Mapping[str, Any], name: str, at: str, limit: int) -> Sequence[Any]:
        """A member that is an array of at most ``limit`` entries; empty when it is absent."""
        value = raw.get(name)
        if value is None:
            return ()
        if not isinstance(value, list):
            self.fault("not_array", pointer(at, name))
            return ()
        if len(value) > limit:
            self.fault("array_too_long", pointer(at, name), limit=limit, count=len(value))
            return ()
        return value

    def texts(
        self, raw: Mapping[str, Any], name: str, at: str, *, limit: int, count: int
    ) -> tuple[str, ...]:
        """A member that is an array of at most ``count`` texts of at most ``limit`` characters."""
        found = []
        for place, value in enumerate(self.array(raw, name, at, count)):
            text = self.text_value(value, f"{at}/{name}/{place}", limit)
            if text is not None:
                found.append(text)
        return tuple(found)

    # --- Words and texts ------------------------------------------------------------------------

    def text(
        self,
        raw: Mapping[str, Any],
        name: str,
        at: str = "",
        *,
        limit: int = 256,
        required: bool = False,
    ) -> str | None:
        """A member that is text of 1 to ``limit`` characters, no control or invalid ones."""
        value = raw.get(name)
        if value is None:
            self._absent(name, at, required)
            return None
        if isinstance(value, str) and len(value) <= limit and value.isprintable() and value.strip():
            return value
        return self.text_value(value, pointer(at, name), limit)

    def text_value(self, value: Any, at: str, limit: int) -> str | None:
        """A value that is text, as ``text`` reads it; ``at`` is the value's own pointer."""
        if not isinstance(value, str):
            self.fault("not_text", at)
        elif len(value) > limit:
            self.fault("text_too_long", at, limit=limit, length=len(value))
        elif not value.strip():
            self.fault("text_empty", at)
        elif (malign := _MALIGN.search(value)) is not None:
            self.fault("text_control", at, position=malign.start() + 1)
        else:
            return value
        return None

    def one_of(
        self,
        raw: Mapping[str, Any],
        name: str,
        at: str,
        allowed: Collection[str],
        *,
        required: bool = False,
    ) -> str | None:
        """A member that is one of the allowed words."""
        value = raw.get(name)
        if value is None:
            self._absent(name, at, required)
            return None
        if isinstance(value, str):
            if value in allowed:
                return value
            self.fault(
                "unknown_word", pointer(at, name), value=quoted(value), allowed=tuple(allowed)
            )
        else:
            self.fault("not_text", pointer(at, name))
        return None

    # --- Dates, times, quantities ---------------------------------------------------------------

    def date(self, raw: Mapping[str, Any], name: str, at: str) -> date | None:
        """A member that is an ISO 8601 calendar date, ``2026-03-01``."""
        value = raw.get(name)
        if value is None:
            return None
        if isinstance(value, str) and _DATE.fullmatch(value):
            try:
                return date.fromisoformat(value)
            except ValueError:
                pass  # no such day; said below
        self.fault("date_malformed", pointer(at, name), value=quoted(value))
        return None

    def time(
        self, raw: Mapping[str, Any], name: str, at: str, *, required: bool = False
    ) -> datetime | None:
        """A member that is an ISO 8601 time with its offset, which the aware result keeps."""
        value = raw.get(name)
        if value is None:
            self._absent(name, at, required)
            return None
        moment = self.moment(value) if isinstance(value, str) else None
        if moment is None:
            self._blame_time(value, pointer(at, name))
        return moment

    def moment(self, text: str) -> datetime | None:
        """A time as ``time`` reads it; ``None``, and no fault, for one that it would refuse."""
        if _TIME.fullmatch(text) is None:
            return None
        instant = _instant(text)
        if instant is None or instant.tzinfo is None:
            return None
        fits = FIRST_YEAR <= instant.year <= LAST_YEAR
        return instant if fits and (self.latest is None or instant <= self.latest) else None

    def _blame_time(self, value: Any, at: str) -> None:
        fits = isinstance(value, str) and _TIME.fullmatch(value) is not None
        instant = _instant(value) if fits else None
        if instant is None:
            self.fault("time_malformed", at, value=quoted(value))
        elif instant.tzinfo is None:
            self.fault("time_no_offset", at, value=value)
        elif not FIRST_YEAR <= instant.year <= LAST_YEAR:
            years = {"first": FIRST_YEAR, "last": LAST_YEAR}
            self.fault("time_out_of_range", at, value=value, **years)
        else:
            self.fault("time_in_future", at, value=value)

    def decimal(self, raw: Mapping[str, Any], name: str, at: str) -> Decimal | None:
        """A member that is a quantity, a string or a number: finite, not negative, and bounded.

        A string is digits and a point; a number may be spelled with an exponent, as JSON allows.
        """
        value = raw.get(name)
        if value is None:
            return None
        if isinstance(value, str) and DECIMAL.fullmatch(value):
            return Decimal(value)
        amount = _amount(value)
        if amount is None:
            self.fault("quantity_malformed", pointer(at, name), value=quoted(value))
        return amount

    # --- Codes ----------------------------------------------------------------------------------

    def code(
        self,
        raw: Mapping[str, Any],
        name: str,
        at: str,
        *,
        owner: str | None = None,
        use: Use = Use.THING,
        required: bool = False,
    ) -> Code | None:
        """A member that is a code in any of its spellings; see ``suyuan.domain.codes.recognise``.

        ``owner`` is the short form of the enterprise whose private codes these may be.
        """
        value = raw.get(name)
        if value is None:
            self._absent(name, at, required)
            return None
        if not isinstance(value, str):
            self.fault("not_text", pointer(at, name))
            return None
        try:
            return recognised(value, owner, use)
        except Refused as error:
            self.fault(error.code, pointer(at, name), **{"text": quoted(value), **error.params})
            return None

    # --- What the methods share -----------------------------------------------------------------

    def _absent(self, name: str, at: str, required: bool) -> None:
        if required:
            self.fault("missing", pointer(at, name), field=name)

    def _unknown_field(self, name: str, at: str, allowed: Collection[str]) -> None:
        # To compare names is slow; it is not done for faults that nobody will see.
        if len(self.faults) < self.limit:
            hint = _hint(name[:NAME_LIMIT], frozenset(allowed))
            self.fault("unknown_field", pointer(at, name), **hint)
        else:
            self.fault("more_faults", at)


@lru_cache(_CACHED_NAMES)
def _hint(name: str, allowed: frozenset[str]) -> Mapping[str, Any]:
    """What is said of a member that there is not: the one that was meant, else all that there are;
    and where other facts go, if the object has such a place.
    """
    closest = nearest(name, sorted(allowed))
    meant = {"closest": closest} if closest else {"allowed": sorted(allowed)}
    return {"field": name, **meant, **({"rest": "extra"} if "extra" in allowed else {})}


def _instant(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def recognised(text: str, owner: str | None, use: Use) -> Code:
    """``suyuan.domain.codes.recognise``, quicker for a code that came before; it raises alike."""
    if use is _A_THING:
        return recognised_thing(text, owner)
    return recognised_place(text, owner) if use is _A_PLACE else recognised_party(text, owner)


# One cache for each use: a member of an enumeration is slow to look up by.
_A_THING, _A_PLACE = Use.THING, Use.PLACE


@lru_cache(_CACHED_CODES)
def recognised_thing(text: str, owner: str | None) -> Code:
    """``recognised`` for the code of a thing."""
    return recognise(text, owner=owner)


@lru_cache(_CACHED_CODES)
def recognised_party(text: str, owner: str | None) -> Code:
    """``recognised`` for the code of a party."""
    return recognise(text, owner=owner, use=Use.PARTY)


@lru_cache(_CACHED_CODES)
def recognised_place(text: str, owner: str | None) -> Code:
    """``recognised`` for the code of a place."""
    return recognise(text, owner=owner, use=Use.PLACE)


def _amount(value: Any) -> Decimal | None:
    """A JSON number as a decimal within the bounds of a quantity, ``None`` for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    amount = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not amount.is_finite() or amount.is_signed() or amount >= _QUANTITY_CEILING:
        return None
    exponent = amount.as_tuple().exponent
    assert isinstance(exponent, int), "a finite decimal has a whole exponent"
    if exponent < -FRACTION_DIGITS:
        return None
    return amount if exponent <= 0 else amount.quantize(Decimal(1))


def quoted(value: Any) -> str:
    """As much of a value as a sentence may repeat; arrays and objects by their kind alone."""
    if isinstance(value, str):
        return value[:NAME_LIMIT]
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and value.bit_length() > 4 * NAME_LIMIT:
        return "…"  # Python refuses to write integers of thousands of digits
    return str(value) if isinstance(value, int | float | Decimal) else _KINDS.get(type(value), "…")
