"""Where labels lie on a sheet. Lengths are millimetres."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class LabelFormat(StrEnum):
    """What labels are printed from."""

    PDF = "pdf"
    SVG = "svg"
    PNG = "png"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class Layout:
    """A sheet of ``columns`` by ``rows`` labels of ``width`` by ``height``.

    ``left`` and ``top`` are the margins, ``across`` and ``down`` the distances from label to label.
    """

    page: tuple[float, float]
    columns: int
    rows: int
    width: float
    height: float
    left: float
    top: float
    across: float
    down: float

    @property
    def labels(self) -> int:
        """How many labels a sheet has."""
        return self.columns * self.rows

    def corner(self, place: int) -> tuple[float, float]:
        """The upper left corner of the n-th label of a sheet, row by row."""
        row, column = divmod(place % self.labels, self.columns)
        return self.left + column * self.across, self.top + row * self.down


_A4 = (210.0, 297.0)


def _single(width: float, height: float) -> Layout:
    """One label a page, as label printers take them from a roll."""
    return Layout((width, height), 1, 1, width, height, 0, 0, width, height)


# The grids of Avery's sheets of these numbers.
LAYOUTS: dict[str, Layout] = {
    "avery-l7160": Layout(_A4, 3, 7, 63.5, 38.1, 7.2, 15.15, 66.0, 38.1),
    "avery-l7163": Layout(_A4, 2, 7, 99.1, 38.1, 4.65, 15.15, 101.6, 38.1),
    "avery-l7159": Layout(_A4, 3, 8, 63.5, 33.9, 6.45, 12.9, 66.0, 33.9),
    "avery-l7651": Layout(_A4, 5, 13, 38.1, 21.2, 4.75, 10.7, 40.6, 21.2),
    "single-50x30": _single(50, 30),
    "single-60x40": _single(60, 40),
    "single-100x70": _single(100, 70),
}
