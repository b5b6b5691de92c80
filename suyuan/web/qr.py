"""The QR symbol of a code's page: its address, and the symbol as SVG, PNG and terminal text.

Error correction level M and a quiet zone of four modules (ISO/IEC 18004, 5.3.8 and 6.5.1; GS1
General Specifications ask for level M at least).
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from urllib.parse import quote, unquote

import png as pypng  # type: ignore[import-untyped]  # PyPNG has no type information
from qrcode import constants
from qrcode.exceptions import DataOverflowError
from qrcode.main import QRCode

from suyuan.domain.codes import Code, recognise
from suyuan.domain.errors import CodeError, TooLarge

QUIET_ZONE = 4
"""Modules of light margin on each side."""

ADDRESS_LIMIT = 2331
"""Bytes that the largest symbol, version 40, holds at level M (ISO/IEC 18004, table 7)."""

_GS1 = "https://id.gs1.org/"
_OWN = "urn:suyuan:"

# Half a line of a terminal is about as wide as high: two rows of modules make one line of text.
# Light modules are drawn and dark ones left out, so the symbol reads on a dark ground; the colours
# make it read on any.
_HALVES = {(False, False): "█", (False, True): "▀", (True, False): "▄", (True, True): " "}
_WHITE_ON_BLACK = "\x1b[38;5;231;48;5;16m"
_PLAIN = "\x1b[0m"

Matrix = list[list[bool]]


def page_address(public_url: str, code: Code) -> str:
    """The address of the consumer page of a code: what its QR symbol carries.

    GS1 keys keep the path of their Digital Link (GS1 Digital Link: URI Syntax, 4.8); any other code
    stands percent-encoded after ``/t/``, in the shortest form that is recognised as the same code.
    """
    base = public_url.rstrip("/")
    path = code.key.removeprefix(_GS1)
    # A lot may be called ".."; every browser would resolve it away, percent-encoded or not.
    if path != code.key and not {".", ".."} & set(path.split("/")):
        return f"{base}/{path}"
    text = next(form for form in _forms(code.key) if _means(form, code.key))
    return f"{base}/t/{quote(text, safe=':')}"


def _forms(key: str) -> Iterator[str]:
    """Spellings of a key, shortest first; the key itself is the last."""
    if key.startswith(_OWN):
        owner, _, code = key.removeprefix(_OWN).partition(":")
        if owner == "cn":
            yield unquote(code)
        yield f"{_OWN}{owner}:{unquote(code)}"  # or each % of the key would be encoded again
    yield key


def _means(text: str, key: str) -> bool:
    try:
        return text == key or recognise(text).key == key
    except CodeError:
        return False


def svg(address: str) -> str:
    """The symbol as an SVG document: one path, one unit a module, on a white ground.

    Raises ``TooLarge`` if the address is longer than a symbol holds.
    """
    modules = _modules(address)
    size = len(modules)
    path = "".join(_row(y, row) for y, row in enumerate(modules))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}"'
        f' width="{size * 8}" height="{size * 8}" shape-rendering="crispEdges">'
        f'<rect width="{size}" height="{size}" fill="#fff"/><path d="{path}"/></svg>'
    )


def png(address: str, *, scale: int = 8) -> bytes:
    """The symbol as a PNG file in black and white, ``scale`` pixels a module.

    Raises ``TooLarge`` if the address is longer than a symbol holds.
    """
    modules = _modules(address)
    rows = [[not dark for dark in row for _ in range(scale)] for row in modules]
    size = len(modules) * scale
    file = BytesIO()
    pypng.Writer(size, size, greyscale=True, bitdepth=1).write(
        file, (row for row in rows for _ in range(scale))
    )
    return file.getvalue()


def terminal(address: str, *, colour: bool = True) -> str:
    """The symbol as lines of half blocks, two rows of modules a line, ending in a line feed.

    ``colour`` adds escape sequences for black and white, for a reader that is a terminal; without
    them the symbol reads on a dark ground only.

    Raises ``TooLarge`` if the address is longer than a symbol holds.
    """
    modules = _modules(address)
    light = [False] * len(modules)
    pairs = zip(modules[::2], [*modules[1::2], light], strict=True)
    lines = ("".join(_HALVES[pair] for pair in zip(*rows, strict=True)) for rows in pairs)
    before, after = (_WHITE_ON_BLACK, _PLAIN) if colour else ("", "")
    return "".join(f"{before}{line}{after}\n" for line in lines)


def _modules(address: str) -> Matrix:
    """The symbol with its quiet zone, row by row from the top; ``True`` is dark."""
    length = len(address.encode())
    symbol = QRCode(error_correction=constants.ERROR_CORRECT_M, border=QUIET_ZONE)
    symbol.add_data(address.encode())
    try:
        symbol.make(fit=True)
    except (DataOverflowError, ValueError):  # qrcode raises either, as the length has it
        raise TooLarge("qr_too_long", limit=ADDRESS_LIMIT, length=length) from None
    matrix: Matrix = symbol.get_matrix()
    return matrix


def _row(y: int, row: list[bool]) -> str:
    """The dark runs of one row as rectangles of an SVG path."""
    commands = []
    x = 0
    while x < len(row):
        start = x
        while x < len(row) and row[x] == row[start]:
            x += 1
        if row[start]:
            commands.append(f"M{start} {y}h{x - start}v1H{start}z")
    return "".join(commands)
