"""The path of a GS1 Digital Link as the standard writes it, for a resolver that must refuse others.

GS1 Digital Link: URI Syntax, 4.7 to 4.9: the key first, then its qualifiers in their one order.
``digital_links`` reads what is printed on goods anywhere in the world and takes what it can; an
address of our own that is wrong is answered with what would be right.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from suyuan.domain.codes.code import Code
from suyuan.domain.codes.gs1 import DOMAIN, GTIN_LENGTHS, IDENTIFIERS, encode, read_elements
from suyuan.domain.codes.text import OWN_URN
from suyuan.domain.errors import CodeError

# In the order of the path. A second row is an alternative: a unit pack's 235 stands alone, and a
# place is one of an extension or of an issuer.
_ORDERS: dict[str, tuple[tuple[str, ...], ...]] = {
    "01": (("22", "10", "21"), ("235",)),
    "8006": (("22", "10", "21"),),
    "8010": (("8011",),),
    "8017": (("8019",),),
    "8018": (("8019",),),
    "8004": (("7040",),),
    "414": (("254",), ("7040",)),
    "417": (("7040",),),
    "415": (("8020",),),
}
# A payment slip's GLN says nothing without the reference (General Specifications, 3.9.5).
_NEEDED = {"415": "8020"}

PRIMARY_KEYS = tuple(sorted(IDENTIFIERS))
"""The application identifiers that a path may begin with."""

_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True)
class LinkPath:
    """A path that is right: ``elements`` are ``(application identifier, value)``, the key first.

    A GTIN has its 14 digits here, however it was written.
    """

    elements: tuple[tuple[str, str], ...]

    @property
    def path(self) -> str:
        """``01/06901234567892/10/L1``: without a slash at its ends, each value percent-encoded."""
        return "/".join(f"{ai}/{encode(value)}" for ai, value in self.elements)

    @property
    def code(self) -> Code:
        """The finest thing that the path names; ``text`` is the link itself, whose lot it keeps."""
        reading = read_elements(dict(self.elements))
        assert reading is not None, "a path begins with a key"
        return reading.code(DOMAIN + self.path)

    def levels(self) -> tuple[LinkPath, ...]:
        """The path itself, and what it is a part of, each one step coarser: serial, lot, GTIN."""
        fewest = 2 if self.elements[0][0] in _NEEDED else 1
        return tuple(
            LinkPath(self.elements[:count]) for count in range(len(self.elements), fewest - 1, -1)
        )


def read_path(path: str) -> LinkPath:
    """A path as it came, percent-encoded; one slash at its end is no part of it.

    Raises ``CodeError``: ``link_key_unknown``, ``link_value_missing``, ``link_percent``,
    ``link_qualifier_unknown``, ``link_qualifier_repeated``, ``link_qualifier_order``,
    ``link_qualifier_needed``, and of a value ``code_malformed`` and ``check_digit``.
    """
    segments = path.removeprefix("/").removesuffix("/").split("/")
    key = segments[0]
    if key not in IDENTIFIERS:
        raise CodeError("link_key_unknown", text=path, ai=key, known=list(PRIMARY_KEYS))
    if len(segments) % 2 or "" in segments:
        raise CodeError("link_value_missing", text=path)
    elements = tuple(
        (ai, _decoded(value, path)) for ai, value in zip(segments[::2], segments[1::2], strict=True)
    )
    _must_be_ordered(elements, path)
    _must_fit(elements, path)
    return LinkPath((_full_length(*elements[0]), *elements[1:]))


def _decoded(value: str, path: str) -> str:
    try:
        if _PERCENT.search(value) is None:
            return unquote(value, errors="strict")
    except UnicodeDecodeError:
        pass  # bytes that are no UTF-8; said below
    raise CodeError("link_percent", text=path, value=value)


def _must_be_ordered(elements: tuple[tuple[str, str], ...], path: str) -> None:
    key, *given = (ai for ai, _ in elements)
    orders = _ORDERS.get(key, ((),))
    known = [ai for order in orders for ai in order]
    for ai in given:
        if ai not in known:
            raise CodeError("link_qualifier_unknown", text=path, ai=ai, key=key, known=known)
        if given.count(ai) > 1:
            raise CodeError("link_qualifier_repeated", text=path, ai=ai)
    if not any([ai for ai in order if ai in given] == given for order in orders):
        said = [" → ".join(order) for order in orders]
        raise CodeError("link_qualifier_order", text=path, key=key, orders=said)
    needed = _NEEDED.get(key)
    if needed is not None and needed not in given:
        raise CodeError("link_qualifier_needed", text=path, key=key, ai=needed)


def _must_fit(elements: tuple[tuple[str, str], ...], path: str) -> None:
    reading = read_elements(dict(elements))
    assert reading is not None, "a path begins with a key"
    if reading.problem is not None:
        params: dict[str, Any] = dict(reading.problem)
        own = f"{OWN_URN}<owner>:{quote(elements[0][1], safe='')}"
        raise CodeError(params.pop("code"), text=path, scheme=reading.scheme, private=own, **params)


def _full_length(ai: str, value: str) -> tuple[str, str]:
    return ai, value.zfill(14) if ai == "01" and len(value) in GTIN_LENGTHS else value
