"""What may be believed of an event that another system tells: what could have been reported here.

Whatever one member tells goes on as the questions to the others and into sums. A code with a NUL,
which PostgreSQL refuses, would make the others fail; so would one of a megabyte; a quantity that is
no number, or has a million digits, would break what adds it up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from suyuan.domain.codes import Code
from suyuan.domain.codes.text import LONGEST_KEY
from suyuan.domain.events import Event, StoredEvent
from suyuan.domain.lookup import Edge, Role
from suyuan.wire.reading import FIRST_YEAR, FRACTION_DIGITS, INTEGER_DIGITS, LAST_YEAR

# An id, a unit, a transformation: nothing that is reported here is longer, quoted or not. A
# thousand of them are a question that the others still read.
_LONGEST_WORD = 12_000
# Values within values, as in the documents that we read (suyuan/wire/epcis_shapes.py).
_DEEPEST = 32

_CEILING = Decimal(10) ** INTEGER_DIGITS
_NODES = (Role.INPUT, Role.OUTPUT)


def is_instant(time: datetime) -> bool:
    """Whether a time can be compared, brought to UTC and shown."""
    return time.tzinfo is not None and FIRST_YEAR <= time.year <= LAST_YEAR


def is_question(key: str) -> bool:
    """Whether a subsystem can be asked about a key."""
    return key != "" and _is_word(key, _LONGEST_WORD)


def is_edge(edge: Edge) -> bool:
    """Whether an edge could have come from an event that was reported here."""
    longest = _LONGEST_WORD if edge.role in _NODES else LONGEST_KEY
    return (
        is_instant(edge.time)
        and len(edge.event) == 16
        and is_question(edge.code)
        and _are_words((edge.code, edge.party, edge.place, edge.far_place, edge.far_party))
        and _is_word(edge.other, longest)
        and _is_word(edge.id, _LONGEST_WORD)
        and _is_word(edge.unit, _LONGEST_WORD)
        and _is_amount(edge.quantity)
    )


def is_stored(stored: StoredEvent) -> bool:
    """Whether an event could have been reported here, and stored when it says."""
    event = stored.event
    return (
        is_instant(event.time)
        and is_instant(stored.record_time)
        and (event.correction is None or is_instant(event.correction.declared_at))
        and all(item.code.key for item in event.things())
        and _are_words(code.key for code in _codes(event))
        and all(map(_is_amount, _quantities(event)))
        and _is_word(event.transformation, _LONGEST_WORD)
        and _is_word(event.id, _LONGEST_WORD)
        and _is_shallow(event.extra)
    )


def _codes(event: Event) -> Iterable[Code]:
    ends = (event.source, event.destination)
    whole = (event.party, event.place, *(c for end in ends for c in (end.party, end.place)))
    return [*(c for c in whole if c is not None), *(item.code for item in event.things())]


def _quantities(event: Event) -> Iterable[Decimal | None]:
    return (item.quantity for item in event.things())


def _are_words(keys: Iterable[str | None]) -> bool:
    return all(_is_word(key, LONGEST_KEY) for key in keys)


def _is_word(text: str | None, longest: int) -> bool:
    return text is None or (len(text) <= longest and "\0" not in text)


def _is_amount(quantity: Decimal | None) -> bool:
    """The bounds of ``Reading.decimal``."""
    if quantity is None:
        return True
    exponent = quantity.as_tuple().exponent
    return isinstance(exponent, int) and (
        -FRACTION_DIGITS <= exponent <= INTEGER_DIGITS and 0 <= quantity < _CEILING
    )


def _is_shallow(value: Any, depth: int = 0) -> bool:
    if isinstance(value, str) or not isinstance(value, Mapping | Sequence):
        return True
    inner = value.values() if isinstance(value, Mapping) else value
    return depth < _DEEPEST and all(_is_shallow(one, depth + 1) for one in inner)
