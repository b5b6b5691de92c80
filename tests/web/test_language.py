import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import MutableHeaders

from suyuan.web.language import Language, negotiate, vary_on_language


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "zh"),
        ("", "zh"),
        ("fr", "zh"),
        ("*", "zh"),
        ("en", "en"),
        ("EN-gb", "en"),
        ("zh-Hant-TW", "zh"),
        ("fr, en;q=0.3", "en"),
        ("en-US,en;q=0.9,zh;q=0.1", "en"),
        ("zh;q=0.1, en;q=0.2", "en"),
        ("en;q=0.5, zh;q=0.5", "en"),
        ("en;q=0", "zh"),
        ("zh;q=0, *", "en"),
        ("en;q=high", "zh"),
        ("en;q=2", "zh"),
        ("en;q=nan", "zh"),
        ("english", "zh"),
        (" en ; q=1 ", "en"),
    ],
)
def test_the_language_that_is_liked_best_is_chosen(header: str | None, language: str) -> None:
    assert negotiate(header) is Language(language)


@given(st.text(alphabet="enzh*-;=q0.19, \t"))
def test_no_header_is_too_strange(header: str) -> None:
    assert negotiate(header) in Language


def test_an_answer_says_its_language_and_that_there_are_others() -> None:
    headers = MutableHeaders({"Vary": "Accept"})
    vary_on_language(headers, Language.ZH)
    assert (headers["Content-Language"], headers["Vary"]) == ("zh-CN", "Accept, Accept-Language")
