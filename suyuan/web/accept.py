"""Which form of an answer a caller wants, by ``Accept`` (RFC 9110, 12.5.1)."""

from __future__ import annotations

from collections.abc import Sequence

HTML = "text/html"
JSON = "application/json"
JSON_LD = "application/ld+json"


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


def prefers_html(header: str | None) -> bool:
    """Whether the caller is a browser rather than a program; without a header it is a browser."""
    return best(header, (HTML, JSON, JSON_LD)) in (HTML, None)


def _quality(kind: str, header: str) -> float:
    """The quality of a media type: that of the most specific range that matches it."""
    found = (-1, 0.0)
    for entry in header.split(","):
        name, *parameters = (part.strip().lower() for part in entry.split(";"))
        specific = (kind, f"{kind.split('/', maxsplit=1)[0]}/*", "*/*")
        if name in specific:
            rank = len(specific) - specific.index(name)
            found = max(found, (rank, _q(parameters)))
    return found[1]


def _q(parameters: Sequence[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return min(max(float(value), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0
