"""What an address of ours asks for: the thing, what it is a part of, and where their pages are."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from suyuan.domain.codes import Code, recognise
from suyuan.domain.codes.gs1 import DOMAIN, IDENTIFIERS, encode
from suyuan.domain.codes.link_paths import LinkPath, read_path
from suyuan.web import qr

# RFC 3986, 2.2 and 2.3, and the percent sign of what is encoded already.
_AS_IT_IS = "%/:?#[]@!$&'()*+,;=~"


@dataclass(frozen=True, slots=True)
class Place:
    """One thing on the way up: where it is resolved (``anchor``) and where its page is."""

    code: Code
    anchor: str
    page: str


@dataclass(frozen=True, slots=True)
class Target:
    """What was asked for. ``places`` are the thing's own first, then each coarser one.

    ``is_page`` where the address is that of the page, which the default link leads to.
    """

    text: str
    places: tuple[Place, ...]
    is_page: bool = False

    @property
    def code(self) -> Code:
        return self.places[0].code


def target_of_path(path: str, public_url: str, *, is_page: bool = False) -> Target:
    """The target of a Digital Link path, percent-encoded. Raises CodeError; see ``read_path``."""
    link = read_path(path)
    places = tuple(_place(level, public_url) for level in link.levels())
    return Target(DOMAIN + link.path, places, is_page)


def target_of_text(raw_path: str, text: str, public_url: str) -> Target:
    """The target of a page's address: ``/t/`` and a Digital Link path or any code.

    ``raw_path`` is the address as it came, ``text`` what stands after ``/t/``, decoded. Raises
    CodeError.
    """
    for path in (raw_path.removeprefix("/t/"), text):
        if _is_link_path(path):
            return target_of_path(path, public_url, is_page=True)
    code = recognise(text)
    key = code.key.removeprefix(DOMAIN)
    if key != code.key and _is_link_path(key):
        target = target_of_path(_with_lot(key, code.lot), public_url, is_page=True)
        return Target(text, target.places, is_page=True)
    address = qr.page_address(public_url, code)
    return Target(text, (Place(code, address, address),), is_page=True)


def with_query(href: str, query: str) -> str:
    """An address with what it was asked with (GS1-Conformant Resolver 1.2, 2.12), for a header."""
    address, sharp, fragment = href.partition("#")
    if query:
        address = f"{address}{'&' if '?' in address else '?'}{query}"
    return quote(address + sharp + fragment, safe=_AS_IT_IS)


def _place(link: LinkPath, public_url: str) -> Place:
    base, code = public_url.rstrip("/"), link.code
    # A lot may be called "..": every browser would resolve it away.
    if {".", ".."} & {value for _, value in link.elements}:
        address = qr.page_address(public_url, code)
        return Place(code, address, address)
    return Place(code, f"{base}/{link.path}", f"{base}/t/{link.path}")


def _is_link_path(path: str) -> bool:
    """Whether this is a Digital Link's path and no code of somebody's own that has a slash."""
    ai, slash, value = path.partition("/")
    return ai in IDENTIFIERS and bool(slash) and value[:4].isdigit()


def _with_lot(key: str, lot: str | None) -> str:
    """The path of a serial's key, with the lot that its label named beside it."""
    if lot is None or "/21/" not in key:
        return key
    item, _, serial = key.partition("/21/")
    return f"{item}/10/{encode(lot)}/21/{serial}"
