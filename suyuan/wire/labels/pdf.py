"""Label sheets as PDF: a symbol, the product, the lot and the code in figures on each label."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib.resources import as_file, files
from typing import BinaryIO

from fpdf import FPDF

from suyuan.wire.labels import symbols
from suyuan.wire.labels.label import Label
from suyuan.wire.labels.layouts import Layout

_FONT = "NotoSansSC"
_MARGIN = 2.0
_LINE = 1.35  # of the height of its letters
_POINT = 25.4 / 72
# A symbol of modules this large is printed and read well; the image is that much finer than them.
_PIXELS = 4
# The largest share of a label's width that its symbol takes: the rest is for words.
_SYMBOL_SHARE = 0.48
_LARGEST = 9.0
_DIGITS = 16


class Sheets:
    """A PDF of labels in one layout. ``lines`` stand beside every symbol, above the code."""

    def __init__(self, layout: Layout, lines: Iterable[str]) -> None:
        self._layout = layout
        self._lines = [line for line in lines if line]
        self._pdf = FPDF(unit="mm", format=layout.page)
        self._pdf.set_auto_page_break(auto=False)
        with as_file(files("pylopdf_fonts_zh_cn") / "NotoSansSC-Regular.otf") as font:
            self._pdf.add_font(_FONT, fname=font)
        self._placed = 0
        self._side = min(layout.height - 2 * _MARGIN, layout.width * _SYMBOL_SHARE)

    def add(self, label: Label) -> None:
        """Put one label on the next free place."""
        if self._placed % self._layout.labels == 0:
            self._pdf.add_page()
        x, y = self._layout.corner(self._placed)
        self._placed += 1
        symbol = symbols.image(label.address, scale=_PIXELS)
        # Four modules of light are asked for on each side; the margin of the label gives them.
        self._pdf.image(symbol, x + _MARGIN, y + _MARGIN, self._side, self._side)
        self._write(label.code, x + 2 * _MARGIN + self._side, y + _MARGIN)

    def write(self, file: BinaryIO) -> None:
        """Close the document."""
        self._pdf.output(file)

    def _write(self, code: str, x: float, y: float) -> None:
        lines = [*self._lines, *_broken(code)]
        size = self._fitting(lines)
        self._pdf.set_font(_FONT, size=size)
        for line in lines:
            y += size * _POINT * _LINE
            self._pdf.text(x, y, line)

    def _fitting(self, lines: Sequence[str]) -> float:
        """The size of letters, in points, at which all lines fit beside the symbol."""
        room = self._layout.width - self._side - 3 * _MARGIN
        self._pdf.set_font(_FONT, size=_LARGEST)
        widest = max(self._pdf.get_string_width(line) for line in lines)
        highest = (self._layout.height - _MARGIN) / (len(lines) * _POINT * _LINE)
        return min(_LARGEST, highest, _LARGEST * room / widest)


def _broken(code: str) -> list[str]:
    """A code in lines: one for each element, or so many digits as can be read out at once."""
    if code.startswith("("):
        return [f"({element}" for element in code.split("(")[1:]]
    return [code[n : n + _DIGITS] for n in range(0, len(code), _DIGITS)]
