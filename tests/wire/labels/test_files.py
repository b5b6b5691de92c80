"""Labels as files: every symbol in them is read back by a decoder that is not ours."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import UTC, datetime
from uuid import uuid4

import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from suyuan.domain.codes import recognise
from suyuan.domain.coding.ranges import CodeRange, Run
from suyuan.web.qr import page_address
from suyuan.wire.labels.files import lines_of, open_labels
from suyuan.wire.labels.label import Label, labels
from suyuan.wire.labels.layouts import LAYOUTS, LabelFormat

BASE = "https://suyuan.example"
KEYS = [b"k" * 32]
LINES = ["闽味香肠 Minwei sausage", "批号 Lot L260301"]
STEMS = {"sgtin": "06901234567892", "sscc": "1690123456", "pesticide": "10929271001"}


def made(count: int, scheme: str = "sgtin", lot: str | None = "L260301") -> list[Label]:
    given = CodeRange(
        uuid4(), scheme, STEMS[scheme], Run(0, count), "X", lot, datetime(2026, 3, 1, tzinfo=UTC)
    )
    return list(labels(BASE, given, given.run, KEYS))


def printed(form: LabelFormat, layout: str, some: list[Label]) -> io.BytesIO:
    file = io.BytesIO()
    out = open_labels(form, layout, LINES, file)
    for label in some:
        out.add(label)
    out.close()
    file.seek(0)
    return file


def read(picture: Image.Image) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(picture)]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_symbol_of_every_sheet_is_read_back_where_it_belongs(layout: str) -> None:
    sheet = LAYOUTS[layout]
    some = made(sheet.labels + 2)
    pages = pypdfium2.PdfDocument(printed(LabelFormat.PDF, layout, some))
    scale = 300 / 72
    found = [zxingcpp.read_barcodes(page.render(scale=scale).to_pil()) for page in pages]
    assert len(found) == 1 + -(-2 // sheet.labels)
    assert {f.text for page in found for f in page} == {label.address for label in some}
    for symbol in found[0]:
        place = next(n for n, label in enumerate(some) if label.address == symbol.text)
        x, y = (length / 25.4 * 300 for length in sheet.corner(place))
        width, height = (length / 25.4 * 300 for length in (sheet.width, sheet.height))
        corners = (symbol.position.top_left, symbol.position.bottom_right)
        assert all(x <= c.x <= x + width and y <= c.y <= y + height for c in corners)


def test_a_sheet_says_in_words_what_it_is_on() -> None:
    some = made(1)
    pages = pypdfium2.PdfDocument(printed(LabelFormat.PDF, "single-60x40", some))
    words = pages[0].get_textpage().get_text_range()
    serial = some[0].code.rpartition("(21)")[2]
    assert [line for line in (*LINES, "(10)L260301", serial) if line not in words] == []


@pytest.mark.parametrize("scheme", STEMS)
def test_words_stay_on_their_label(scheme: str) -> None:
    page = pypdfium2.PdfDocument(printed(LabelFormat.PDF, "avery-l7651", made(1, scheme, None)))[0]
    text = page.get_textpage()
    left, bottom, right, top = (
        min(text.get_charbox(n)[0] for n in range(text.count_chars())),
        min(text.get_charbox(n)[1] for n in range(text.count_chars())),
        max(text.get_charbox(n)[2] for n in range(text.count_chars())),
        max(text.get_charbox(n)[3] for n in range(text.count_chars())),
    )
    sheet = LAYOUTS["avery-l7651"]
    x, y = sheet.corner(0)
    points = 72 / 25.4
    assert x * points < left < right < (x + sheet.width) * points
    height = page.get_height()
    assert height - (y + sheet.height) * points < bottom < top < height - y * points


@pytest.mark.parametrize("form", [LabelFormat.PNG, LabelFormat.SVG])
def test_a_zip_has_a_picture_for_each_label_and_the_table_of_them(form: LabelFormat) -> None:
    some = made(12)
    with zipfile.ZipFile(printed(form, "", some)) as archive:
        names = [f"{n + 1:06d}.{form}" for n in range(12)]
        assert archive.namelist() == [*names, "codes.csv"]
        rows = list(csv.reader(io.TextIOWrapper(archive.open("codes.csv"), "utf-8-sig")))
        assert [row[1] for row in rows[1:]] == [label.address for label in some]
        if form is LabelFormat.PNG:
            pictures = [Image.open(archive.open(name)).convert("L") for name in names]
            assert [read(p) for p in pictures] == [[label.address] for label in some]
        else:
            assert all(archive.read(name).startswith(b"<?xml") for name in names)


def test_a_table_of_many_codes_comes_in_pieces() -> None:
    some = made(3_000)
    pieces = list(lines_of(some))
    assert len(pieces) > 3
    assert max(map(len, pieces)) < 100_000
    rows = list(csv.reader(io.StringIO(b"".join(pieces).decode("utf-8-sig"))))
    assert [row[0] for row in rows[1:]] == [label.code for label in some]


@pytest.mark.parametrize("scheme", STEMS)
def test_a_symbol_carries_the_address_of_the_codes_page(scheme: str) -> None:
    for label in made(5, scheme, None):
        assert label.address == page_address(BASE, recognise(label.code))
        assert recognise(label.code).key == label.key


def test_the_element_string_names_the_lot_before_the_serial() -> None:
    (label,) = made(1)
    assert label.code.startswith("(01)06901234567892(10)L260301(21)")
    assert recognise(label.code).lot == "L260301"
