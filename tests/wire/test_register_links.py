"""Links in a product's entry: bounded, checked, and kept as they were given."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from suyuan.domain.codes import Use, recognise
from suyuan.domain.naming import Known, Wanted
from suyuan.domain.register import Kind, Naming, Product, ProductLink
from suyuan.wire.names import read_names_response, write_names_response
from suyuan.wire.reading import Reading
from suyuan.wire.register import Frame, read_body, read_id
from suyuan.wire.register_cards import read_entry, write_entry
from suyuan.wire.register_links import write_links

SELLER = recognise("91350200MA0000000R", use=Use.PARTY)
CODE = read_id(Kind.PRODUCT, "06901234567892", SELLER)
FULL = {
    "type": "gs1:instructions",
    "url": "https://brand.example/how?lang=zh",
    "title": {"zh": "食用方法", "en": "How to eat"},
    "languages": ["zh", "zh-CN", "en"],
    "media_type": "text/html",
}


def read(links: Any) -> tuple[Product | None, list[tuple[str, str]]]:
    reading = Reading()
    frame = Frame(SELLER, date(2026, 3, 1))
    body = {"names": {"zh": "上海青"}, "links": links}
    entry = read_body(reading, Kind.PRODUCT, CODE, body, frame)
    assert entry is None or isinstance(entry, Product)
    return entry, [(fault.code, fault.pointer) for fault in reading.faults]


def test_a_link_is_kept_with_all_that_was_said_of_it() -> None:
    entry, faults = read([FULL])
    assert faults == []
    assert entry is not None
    assert entry.links == (
        ProductLink(
            "instructions",
            "https://brand.example/how?lang=zh",
            Naming("食用方法", "How to eat"),
            ("zh", "zh-CN", "en"),
            "text/html",
        ),
    )
    assert read_entry(int(Kind.PRODUCT), write_entry(entry)[0]) == entry
    assert write_links(entry.links) == [{**FULL, "type": "instructions"}]


def test_an_entry_without_links_is_stored_as_before_there_were_any() -> None:
    entry, _ = read(None)
    assert entry is not None
    assert "links" not in write_entry(entry)[0]


@pytest.mark.parametrize(
    "url",
    [
        "http://brand.example/how",
        "https://localhost/how",
        "https://10.0.0.7/how",
        "https://[::1]/how",
        "https://brand/how",
        "https://user:secret@brand.example/how",
        "https://user@brand.example/how",
        "https://brand.example:port/how",
        "https://brand.example/with blank",
        "https://brand.example/食用",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://",
        "https:///how",
        "https://-brand.example/",
        "https://brand.example\\@evil.example/",
        "//brand.example/how",
    ],
)
def test_an_address_that_no_phone_should_be_sent_to_is_refused(url: str) -> None:
    assert read([{"type": "faqs", "url": url}]) == (None, [("link_url", "/links/0/url")])


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"type": "gs1:nosuch"}, ("unknown_word", "/links/0/type")),
        ({"type": "traceability"}, ("unknown_word", "/links/0/type")),
        ({"type": "gs1:recallStatus"}, ("unknown_word", "/links/0/type")),
        ({"type": "defaultLink"}, ("unknown_word", "/links/0/type")),
        ({"type": None}, ("missing", "/links/0/type")),
        ({"type": 7}, ("not_text", "/links/0/type")),
        ({"url": None}, ("missing", "/links/0/url")),
        ({"url": "https://brand.example/" + "x" * 1000}, ("text_too_long", "/links/0/url")),
        ({"languages": ["zh-Hans"]}, ("link_language", "/links/0/languages/0")),
        ({"languages": ["zh", "english"]}, ("link_language", "/links/0/languages/1")),
        ({"languages": "zh"}, ("not_array", "/links/0/languages")),
        ({"media_type": "html"}, ("link_media_type", "/links/0/media_type")),
        ({"media_type": "text/html; q=1"}, ("link_media_type", "/links/0/media_type")),
        ({"title": "食用"}, ("not_object", "/links/0/title")),
        ({"title": {"fr": "x"}}, ("unknown_field", "/links/0/title/fr")),
        ({"rel": "x"}, ("unknown_field", "/links/0/rel")),
    ],
)
def test_a_fault_is_told_where_it_is(change: dict[str, Any], fault: tuple[str, str]) -> None:
    assert read([{**FULL, **change}]) == (None, [fault])


def test_two_links_that_no_resolver_could_tell_apart_are_refused() -> None:
    other = {**FULL, "url": "https://brand.example/other"}
    assert read([FULL, other])[1] == [("link_repeated", "/links/1")]
    assert read([FULL, {**other, "languages": ["en"]}])[1] == []


def test_more_links_than_a_product_needs_are_refused() -> None:
    assert read([FULL] * 31)[1] == [("array_too_long", "/links")]


def test_the_gateway_is_told_the_links_of_the_chains_own_product_alone() -> None:
    own, _ = read([FULL])
    assert own is not None
    other = Product(
        recognise("09521234000020"),
        Naming("香肠"),
        date(2026, 1, 1),
        links=(ProductLink("faqs", "https://brand.example/f"),),
    )
    known = Known({}, {}, {own.code.key: own, other.code.key: other})
    wanted = Wanted((), (), (own.code.key, other.code.key))
    told = read_names_response(write_names_response(known, wanted), wanted)
    assert told.products[own.code.key].links == own.links
    assert told.products[other.code.key].links == ()
