"""``extra``: whatever a reporter wants to keep with an event, as long as it is plain and bounded.

Nothing in it is understood, so nothing in it is changed: numbers stay the integers and decimals
that were decoded, and come out with the digits that went in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from suyuan.wire.reading import Reading, pointer

# What walks these values later (JSON writers, hashes, pages) may recurse; Python stops at 1,000.
DEPTH_LIMIT = 20
# An event is a report, not a database: at the limit it is a hundred times the median event.
VALUES_LIMIT = 2_000

# Texts here may have lines and tabs; NUL and lone surrogates break what stores and encodes text.
_MALIGN = re.compile("[\x00\ud800-\udfff]")


def read_extra(reading: Reading, raw: Mapping[str, Any], name: str, at: str) -> Mapping[str, Any]:
    """A member that is any JSON object within the limits; empty when it is absent or faulty."""
    value = raw.get(name)
    if value is None:
        return {}
    start = pointer(at, name)
    if not isinstance(value, dict):
        reading.fault("not_object", start)
        return {}
    return value if _is_bounded(reading, value, start) else {}


def _is_bounded(reading: Reading, value: dict[str, Any], start: str) -> bool:
    before = len(reading.faults)
    count = 0
    stack: list[tuple[Any, str, int]] = [(value, start, 1)]
    while stack:
        container, at, depth = stack.pop()
        count += len(container)
        if count > VALUES_LIMIT:
            reading.fault("object_too_large", start, limit=VALUES_LIMIT)
            break
        if depth > DEPTH_LIMIT:
            reading.fault("object_too_deep", at, limit=DEPTH_LIMIT)
            break
        for name, member in _entries(container):
            here = pointer(at, name)
            _check_text(reading, name, here)
            _check_text(reading, member, here)
            if isinstance(member, dict | list):
                stack.append((member, here, depth + 1))
    return len(reading.faults) == before


def _entries(container: Any) -> Iterator[tuple[str | int, Any]]:
    return iter(container.items()) if isinstance(container, dict) else enumerate(container)


def _check_text(reading: Reading, value: Any, at: str) -> None:
    malign = _MALIGN.search(value) if isinstance(value, str) else None
    if malign is not None:
        reading.fault("text_control", at, position=malign.start() + 1)
