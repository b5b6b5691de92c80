"""GS1 Digital Link URIs, on any domain and below any path (GS1 Digital Link 1.1, URI syntax)."""

from __future__ import annotations

import re
from urllib.parse import unquote

from suyuan.domain.codes.gs1 import IDENTIFIERS, read_elements
from suyuan.domain.codes.reading import Reading

_URI = re.compile(r"https?://([^/?#]+)/([^?#]*)", re.IGNORECASE)

# The short names of Digital Link 1.0 and 1.1, which printed codes still carry.
_KEY_NAMES = {
    "sscc": "00", "gtin": "01", "itip": "8006", "grai": "8003", "giai": "8004", "cpid": "8010",
    "gdti": "253", "gcn": "255", "ginc": "401", "gsin": "402", "gsrnp": "8017", "gsrn": "8018",
    "gln": "414", "party": "417", "payTo": "415", "gmn": "8013",
}  # fmt: skip
_QUALIFIER_NAMES = {
    "cpv": "22", "lot": "10", "ser": "21", "tpx": "235", "glnx": "254", "cpsn": "8011",
    "srin": "8019", "refno": "8020",
}  # fmt: skip
_KEYS = _KEY_NAMES | {ai: ai for ai in IDENTIFIERS}
_QUALIFIERS = {
    row.ai: {qualifier.ai for qualifier in row.qualifiers} for row in IDENTIFIERS.values()
}


def read(text: str) -> Reading | None:
    """The key in the path, its query and fragment ignored; ``None`` for any other address.

    On ``id.gs1.org`` an address with the identifier of a key and no key is unreadable.
    """
    address = _URI.match(text)
    if address is None:
        return None
    segments = address[2].rstrip("/").split("/")
    for start, segment in enumerate(segments):
        if segment in _KEYS:
            elements = _elements(segments[start:])
            reading = read_elements(elements) if elements else None
            if reading is not None and not _mere_path(reading):
                return reading
    if address[1].lower() != "id.gs1.org" or _KEYS.keys().isdisjoint(segments):
        return None
    return Reading.unreadable(text, "path", "/01/N14/10/X..20 | /01/N14/21/X..20 | /00/N18")


def _elements(segments: list[str]) -> dict[str, str] | None:
    """Values by application identifier, the key's first; ``None`` if these are other segments."""
    if len(segments) % 2:
        return None
    ai = _KEYS[segments[0]]
    elements = {ai: unquote(segments[1])}
    for name, value in zip(segments[2::2], segments[3::2], strict=True):
        qualifier = _QUALIFIER_NAMES.get(name, name)
        if qualifier not in _QUALIFIERS[ai] or qualifier in elements:
            return None
        elements[qualifier] = unquote(value)
    return elements


def _mere_path(reading: Reading) -> bool:
    """Whether the value is no key at all: ``/news/01/today`` is an address like any other."""
    return reading.problem is not None and reading.problem.get("part") in _QUALIFIERS
