"""The canonical spelling of single values in the CBV 2.0 event hash (CBV 2.0, 8.9.2)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Any

from suyuan.wire.epcis_links import canonical_link

_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,400}\.?[0-9]{0,400}|\.[0-9]{1,400})(?:[eE][+-]?[0-9]{1,4})?")
_NUMBER_STARTS = frozenset("0123456789+-.")
_WEB_VOCABULARIES = ("https://ref.gs1.org/", "https://gs1.org/")
_CBV_URNS = {
    "bizstep": "https://ref.gs1.org/cbv/BizStep-",
    "disp": "https://ref.gs1.org/cbv/Disp-",
    "btt": "https://ref.gs1.org/cbv/BTT-",
    "sdt": "https://ref.gs1.org/cbv/SDT-",
    "er": "https://ref.gs1.org/cbv/ER-",
}
_HALF_MILLISECOND = timedelta(microseconds=500)


def spell(value: Any, names: dict[str, str]) -> str:
    """A single value in its canonical spelling; empty if it says nothing."""
    if not isinstance(value, str):
        return _plain(value)
    text = value.strip()
    if text.startswith("https://"):
        return canonical_link(text)
    prefix, colon, local = text.partition(":")
    if not colon:
        numeric = text[:1] in _NUMBER_STARTS and _NUMBER.fullmatch(text)
        return _number(text) if numeric else text
    if prefix == "urn":
        return _cbv_uri(text) if text.startswith("urn:epcglobal:cbv:") else canonical_link(text)
    if prefix == "http":
        return canonical_link(text)
    namespace = names.get(prefix)
    # Only words of GS1's own vocabularies: XML leaves the other qualified values as they are.
    if namespace is not None and namespace.startswith(_WEB_VOCABULARIES):
        return namespace + local
    return text


def spell_verbatim(value: Any) -> str:
    """A single value as it is, also where it looks like a number."""
    return value if isinstance(value, str) else _plain(value)


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = repr(value) if isinstance(value, float) else str(value)
    return _number(text) if _NUMBER.fullmatch(text) else text


def _number(text: str) -> str:
    """A number in the spelling of the reference implementation, which computes with doubles.

    Its fixtures depend on that: 111100001111000011110000 is written 111100001111000003641344.
    """
    value = float(text)
    if not isfinite(value):
        return text
    return str(int(value)) if value.is_integer() else repr(value)


def _cbv_uri(text: str) -> str:
    kind, colon, word = text.removeprefix("urn:epcglobal:cbv:").partition(":")
    base = _CBV_URNS.get(kind)
    return base + word if base is not None and colon else text


def spell_time(value: str) -> str | None:
    """A time in UTC with milliseconds, half of one rounded up; ``None`` for what is no time."""
    try:
        time = datetime.fromisoformat(value.strip())
        return None if time.tzinfo is None else spell_instant(time)
    except (ValueError, OverflowError):
        return None


def spell_instant(time: datetime) -> str:
    """An aware time as ``spell_time`` spells it. Raises ``OverflowError`` at the end of time."""
    instant = time.astimezone(UTC) + _HALF_MILLISECOND
    return instant.isoformat(timespec="milliseconds")[:-6] + "Z"
