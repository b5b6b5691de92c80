"""Which link answers a question: the finest level, then language, then media type."""

from __future__ import annotations

import pytest

from suyuan.domain.links import (
    LINK_TYPES,
    REGISTRABLE_TYPES,
    RESERVED_TYPES,
    Link,
    LinkLevel,
    Taste,
    bare_type,
    best,
    of_type,
)

ZH = Link("pip", "https://a.example/zh", "中文", "text/html", ("zh",))
EN = Link("pip", "https://a.example/en", "English", "text/html", ("en",))
TW = Link("pip", "https://a.example/tw", "繁體", "text/html", ("zh-TW",))
ANY = Link("pip", "https://a.example/any", "Any", "text/html")
PDF = Link("pip", "https://a.example/pdf", "PDF", "application/pdf")
PLAIN = Link("pip", "https://a.example/plain", "No claim")


@pytest.mark.parametrize(
    "spelled",
    [
        "gs1:pip",
        "https://ref.gs1.org/voc/pip",
        "https://gs1.org/voc/pip",
        "https://www.gs1.org/voc/pip",
        "http://gs1.org/voc/pip",
        "http://www.gs1.org/voc/pip",
        "pip",
    ],
)
def test_a_gs1_type_is_one_word_however_it_is_spelled(spelled: str) -> None:
    assert bare_type(spelled) == "pip"


@pytest.mark.parametrize("spelled", ["schema:pip", "https://example.com/voc/pip", "linkset", ""])
def test_a_type_of_another_vocabulary_stays_as_it_is(spelled: str) -> None:
    assert bare_type(spelled) == spelled


@pytest.mark.parametrize(
    ("languages", "expected"),
    [
        ((), [ANY]),
        (("zh",), [ZH, TW]),
        (("zh-cn",), [ZH, TW]),
        (("zh-tw", "zh"), [TW]),
        (("en-gb",), [EN]),
        (("fr", "en"), [EN]),
        (("fr",), [ANY]),
    ],
)
def test_the_callers_first_language_that_there_is_wins(
    languages: tuple[str, ...], expected: list[Link]
) -> None:
    assert list(best([ZH, EN, TW, ANY], Taste(languages))) == expected


@pytest.mark.parametrize(
    ("ranges", "expected"),
    [
        ((), [PLAIN]),
        (("application/pdf",), [PDF]),
        (("text/*",), [ANY]),
        (("image/png", "application/*"), [PDF]),
        (("image/png",), [PLAIN]),
    ],
)
def test_the_media_type_decides_where_languages_do_not(
    ranges: tuple[str, ...], expected: list[Link]
) -> None:
    assert list(best([ANY, PDF, PLAIN], Taste((), ranges))) == expected


def test_language_goes_before_media_type() -> None:
    pdf = Link("pip", "https://a.example/en.pdf", "PDF", "application/pdf", ("en",))
    assert best([ZH, pdf], Taste(("zh",), ("application/pdf",))) == (ZH,)


def test_links_that_nothing_tells_apart_are_all_given() -> None:
    other = Link("pip", "https://b.example/zh", "另一个", "text/html", ("zh",))
    assert best([ZH, other], Taste(("zh",), ("text/html",))) == (ZH, other)
    assert best([ZH, EN], Taste(("vi",))) == (ZH, EN)


def test_links_to_one_address_are_one() -> None:
    again = Link("pip", ZH.href, "又", "text/html", ("zh",))
    assert len(best([ZH, again], Taste(("zh",)))) == 1


def test_the_finest_level_that_has_a_type_answers() -> None:
    serial = LinkLevel("https://s.example/serial", (ZH,))
    lot = LinkLevel("https://s.example/lot", (Link("faqs", "https://a.example/f", "F"), EN))
    assert of_type([serial, lot], "pip") == (serial, (ZH,))
    assert of_type([serial, lot], "faqs")[0] is lot
    assert of_type([serial, lot], "dpp") == (serial, ())


def test_nobody_registers_what_the_platform_alone_may_say() -> None:
    assert LINK_TYPES.keys() >= RESERVED_TYPES
    assert not RESERVED_TYPES & set(REGISTRABLE_TYPES)
    assert "defaultLink" not in REGISTRABLE_TYPES
    assert all(zh and en for zh, en in LINK_TYPES.values())
