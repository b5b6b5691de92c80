"""QR symbols: what a real decoder reads off the real file is the address of the code's page."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import zxingcpp
from PIL import Image, ImageDraw

from suyuan.domain.codes import Code, recognise
from suyuan.domain.errors import TooLarge
from suyuan.domain.sentences import sentence
from suyuan.web import qr
from tests.web import chromium

PUBLIC_URL = "http://127.0.0.1:8000"
OWNER = "91350200M000100Y48"

GS1 = recognise("(01)06901234567892(10)L20260301")
TWENTY_DIGITS = recognise("37068100000000000998")
PRIVATE = recognise("批次/2026?3 号", owner=OWNER)

CODES = [
    GS1,
    TWENTY_DIGITS,
    PRIVATE,
    recognise("(01)06901234567892(10)A/B%?"),
    recognise("(01)06901234567892(10).."),
    recognise("(00)069012345678901238"),
    recognise("SC10735020000012"),
    recognise("https://example.com/a//b/../c?d=%20#e"),
    recognise("a%2Fb%", owner=OWNER),
    recognise("..", owner=OWNER),
    recognise("ＡＢ１", owner=OWNER),
    recognise("06901234567892", owner=OWNER),
    Code("urn:suyuan:cn:%E9%97%BD%2F1"),
    Code(f"urn:suyuan:{OWNER}:06901234567892", "private"),
]


def decode(image: Image.Image) -> str:
    """What the symbol says; the decoder also has to find level M."""
    (found,) = zxingcpp.read_barcodes(image)
    assert found.format == zxingcpp.BarcodeFormat.QRCode
    assert found.ec_level == "M"
    return found.text


def raster(svg: str, scale: int = 4) -> Image.Image:
    """The SVG as pixels, drawn from its own path: rectangles ``M x y h w v1 H x z``."""
    size = int(re.findall(r'viewBox="0 0 (\d+) \1"', svg)[0])
    (path,) = re.findall(r'<path d="([^"]*)"/>', svg)
    image = Image.new("L", (size * scale, size * scale), 255)
    draw = ImageDraw.Draw(image)
    drawn = 0
    for x, y, width, back in re.findall(r"M(\d+) (\d+)h(\d+)v1H(\d+)z", path):
        assert back == x
        left, top = int(x) * scale, int(y) * scale
        draw.rectangle((left, top, left + int(width) * scale - 1, top + scale - 1), fill=0)
        drawn += len(f"M{x} {y}h{width}v1H{back}z")
    assert drawn == len(path)
    return image


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.key)
def test_the_png_decodes_to_the_address_exactly(code: Code) -> None:
    address = qr.page_address(PUBLIC_URL, code)
    with Image.open(BytesIO(qr.png(address, scale=4))) as image:
        assert image.mode == "1"
        assert decode(image.convert("L")) == address


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.key)
def test_the_svg_decodes_to_the_address_exactly(code: Code) -> None:
    address = qr.page_address(PUBLIC_URL, code)
    assert decode(raster(qr.svg(address))) == address


def test_the_svg_decodes_as_a_browser_draws_it(tmp_path: Path) -> None:
    address = qr.page_address(PUBLIC_URL, PRIVATE)
    with chromium.site() as site:
        at = site.put("/qr.svg", qr.svg(address), Content_Type="image/svg+xml")
        chromium.photograph(at, site.port, tmp_path / "qr.png", (500, 500))
    with Image.open(tmp_path / "qr.png") as image:
        assert decode(image.convert("L")) == address


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.key)
def test_a_get_of_the_address_reaches_the_code(code: Code) -> None:
    """A server decodes the path once; what it then holds has to be recognised as this very code."""
    parts = urlsplit(qr.page_address(PUBLIC_URL, code))
    assert (parts.query, parts.fragment) == ("", "")
    if parts.path.startswith("/t/"):
        assert recognise(unquote(parts.path.removeprefix("/t/"))).key == code.key
    else:
        assert f"https://id.gs1.org{parts.path}" == code.key


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.key)
def test_no_client_rewrites_the_address(code: Code) -> None:
    """Dot segments and empty ones are resolved or merged away by browsers and proxies."""
    address = qr.page_address(PUBLIC_URL, code)
    segments = urlsplit(address).path.split("/")[1:]
    assert address.isascii()
    assert all(unquote(s) not in ("", ".", "..") for s in segments)


def test_gs1_keys_keep_their_digital_link_path() -> None:
    expected = "https://suyuan.example/01/06901234567892/10/L20260301"
    assert qr.page_address("https://suyuan.example", GS1) == expected
    assert qr.page_address("https://suyuan.example/", GS1) == expected


@pytest.mark.parametrize(
    ("code", "path"),
    [
        (TWENTY_DIGITS, "/t/37068100000000000998"),
        (PRIVATE, f"/t/urn:suyuan:{OWNER}:%E6%89%B9%E6%AC%A1%2F2026%3F3%20%E5%8F%B7"),
    ],
)
def test_other_codes_take_the_shortest_address_that_means_them(code: Code, path: str) -> None:
    assert qr.page_address(PUBLIC_URL, code) == PUBLIC_URL + path


def test_a_private_code_that_looks_like_a_gtin_keeps_its_owner() -> None:
    code = Code(f"urn:suyuan:{OWNER}:06901234567892", "private")
    assert OWNER in qr.page_address(PUBLIC_URL, code)


@pytest.mark.parametrize("colour", [True, False])
def test_the_terminal_shows_a_symbol_that_decodes(colour: bool) -> None:
    address = qr.page_address(PUBLIC_URL, GS1)
    shown = re.sub("\x1b\\[[0-9;]*m", "", qr.terminal(address, colour=colour))
    light = {"█": (1, 1), "▀": (1, 0), "▄": (0, 1), " ": (0, 0)}
    lines = shown.splitlines()
    image = Image.new("L", (len(lines[0]), 2 * len(lines)))
    for y, line in enumerate(lines):
        for x, block in enumerate(line):
            upper, lower = light[block]
            image.putpixel((x, 2 * y), 255 * upper)
            image.putpixel((x, 2 * y + 1), 255 * lower)
    assert decode(image.resize((image.width * 4, image.height * 4))) == address
    assert ("\x1b" in qr.terminal(address, colour=colour)) is colour


def test_the_quiet_zone_is_four_modules_on_every_side() -> None:
    with Image.open(BytesIO(qr.png("http://a/", scale=1))) as image:
        dark = image.convert("L").point(lambda value: 255 - value).getbbox()
        assert dark == (4, 4, image.width - 4, image.height - 4)


def test_the_svg_is_small_and_holds_one_path() -> None:
    svg = qr.svg(qr.page_address("https://suyuan.example.gov.cn", GS1))
    assert svg.count("<path") == 1
    assert len(svg) < 4_000
    assert "script" not in svg


def test_an_address_longer_than_a_symbol_is_refused_with_a_sentence() -> None:
    assert len(qr.svg("x" * qr.ADDRESS_LIMIT)) > 10_000
    with pytest.raises(TooLarge) as caught:
        qr.svg("x" * (qr.ADDRESS_LIMIT + 1))
    assert (caught.value.code, caught.value.params["limit"]) == ("qr_too_long", 2331)
    assert "2332" in sentence(caught.value.code, caught.value.params, "en")
