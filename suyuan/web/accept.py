"""Which form of an answer a caller wants, by ``Accept`` (RFC 9110, 12.4.2 and 12.5.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

HTML = "text/html"
JSON = "application/json"
JSON_LD = "application/ld+json"
CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_ANY = "*/*"
_QVALUE = re.compile(r"0(\.[0-9]{0,3})?|1(\.0{0,3})?")


def best(header: str | None, offered: Sequence[str]) -> str | None:
    """The offered media type that the header rates highest; at a tie the one offered first.

    No header accepts anything; ``None`` if nothing offered is acceptable. A malformed entry is
    ignored, and so it never raises.
    """
    if not header or not header.strip():
        return offered[0]
    rated = {kind: _quality(kind, header) for kind in offered}
    top = max(offered, key=lambda kind: rated[kind])
    return top if rated[top] > 0 else None


def named(header: str | None, offered: Sequence[str]) -> str | None:
    """As ``best``, of the types that the header names, alone or as ``text/*``.

    ``None`` where it names none of them, or rates everything else higher: who accepts whatever
    comes has asked for nothing.
    """
    ranges = dict(rated_ranges(header))
    specific = [kind for kind in offered if not ranges.keys().isdisjoint(_ranges_of(kind)[:2])]
    if not specific:
        return None
    assert header is not None, "it names something"
    top = best(header, specific)
    return top if top is not None and _quality(top, header) >= ranges.get(_ANY, 0.0) else None


def rated_ranges(header: str | None) -> Iterator[tuple[str, float]]:
    """``(range, quality)`` of each entry of a header, in its order; malformed ones are left out.

    It reads ``Accept`` and ``Accept-Language`` alike; ranges are in lower case.
    """
    for entry in (header or "").split(","):
        name, *parameters = (part.strip().lower() for part in entry.split(";"))
        quality = _q(parameters)
        if name and quality is not None:
            yield name, quality


def _quality(kind: str, header: str) -> float:
    """The quality of a media type: that of the most specific range that matches it."""
    found = (-1, 0.0)
    specific = _ranges_of(kind)
    for name, quality in rated_ranges(header):
        if name in specific:
            found = max(found, (len(specific) - specific.index(name), quality))
    return found[1]


def _ranges_of(kind: str) -> tuple[str, str, str]:
    return (kind, f"{kind.split('/', maxsplit=1)[0]}/*", _ANY)


def _q(parameters: Sequence[str]) -> float | None:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            value = value.strip()
            return float(value) if _QVALUE.fullmatch(value) else None
    return 1.0
