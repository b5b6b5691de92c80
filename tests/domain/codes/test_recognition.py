"""The order of precedence, and what holds for every text there is."""

from unittest.mock import patch

import pytest
from biip.gtin import Gtin
from hypothesis import example, given, settings
from hypothesis import strategies as st
from stdnum import ean

from suyuan.domain.codes import (
    Candidate,
    Code,
    Level,
    Use,
    candidates,
    recognise,
    recognition,
)
from suyuan.domain.codes.check_digits import gs1_check_digit
from suyuan.domain.errors import CodeError
from suyuan.domain.sentences import sentence

OWNER = "91350100M000100Y43"

# Pieces of every form, so that nearly right texts come up often.
FRAGMENTS = (
    *("(01)", "06901234567892", "(10)", "(21)", "\x1d", "]C1", "]E0", "0", " ", "批"),
    *("https://id.gs1.org/", "01/", "/", "%", "%2F", "%00", "SC", "MA.156.", "1.2.156.326.8."),
    *("urn:", "epc:", "id:", "idpat:", "sgtin:", "sgln:", "giai:", "4012345.", "011111.", "*"),
    *("urn:suyuan:", "cn:", "X:", ".0"),
)
texts = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from(FRAGMENTS), max_size=8).map("".join),
    st.text("0123456789", max_size=34),
    st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=18, max_size=18),
    st.from_regex(r"[!-~]{0,8}(01|00|414|8004|253)[!-~]{0,30}", fullmatch=True),
)
owners = st.one_of(st.none(), st.just(OWNER))


def outcome(text: str, owner: str | None, use: Use) -> Code | CodeError:
    try:
        return recognise(text, owner=owner, use=use)
    except CodeError as error:
        return error


@given(texts, owners, st.sampled_from(Use))
def test_any_text_is_recognised_or_refused_in_words(text: str, owner: str | None, use: Use) -> None:
    result = outcome(text, owner, use)
    if isinstance(result, CodeError):
        for language in ("zh", "en"):
            said = sentence(result.code, result.params, language)
            assert "…" not in said or len(text) > 40
    else:
        assert result.text == text


@given(texts, owners, st.sampled_from(Use), st.sampled_from(Use))
def test_a_key_is_recognised_as_itself(text: str, owner: str | None, use: Use, again: Use) -> None:
    code = outcome(text, owner, use)
    if isinstance(code, Code):
        assert recognise(code.key, owner=owner, use=again).key == code.key


plain_texts = st.one_of(
    st.from_regex(
        r"\(01\)(06901234567892|09521234000013|[0-9]{14})\(10\)[!-~]{0,22}", fullmatch=True
    ),
    st.from_regex(r"[0-9A-Za-z._~-]{1,19}", fullmatch=True),
    st.from_regex(r"(SC|sc|JY|jy|MA\.|MA\.156\.|1\.|ma|u|h)[0-9A-Za-z._-]{0,16}", fullmatch=True),
)


@settings(max_examples=1_000, deadline=None)
@given(plain_texts, owners, st.sampled_from(Use))
@example("(01)06901234567892(10)L1", None, Use.PLACE)
@example("PIG-1", OWNER, Use.PARTY)
@example("jy13502030001234", OWNER, Use.THING)
def test_what_is_known_at_a_look_is_what_the_rules_say(
    text: str, owner: str | None, use: Use
) -> None:
    told = outcome(text, owner, use)
    with patch.object(recognition, "_read_at_a_look", return_value=None):
        known = outcome(text, owner, use)
    assert repr(told) == repr(known)


def test_a_lot_and_an_own_number_are_known_at_a_look() -> None:
    for text in ("(01)06901234567892(10)L1", "PIG-000000001", "box_12.A"):
        assert recognition._read_at_a_look(text, OWNER) == recognise(text, owner=OWNER)


def readings_of(text: str) -> list[Candidate] | CodeError:
    try:
        return candidates(text)
    except CodeError as error:
        return error


@given(texts)
def test_the_first_candidate_is_what_a_text_is(text: str) -> None:
    code, readings = outcome(text, None, Use.THING), readings_of(text)
    if isinstance(readings, CodeError):
        assert isinstance(code, CodeError)
        assert code.code == readings.code
    elif isinstance(code, CodeError):
        assert readings[0].problem is not None
        assert readings[0].problem["code"] == code.code
    elif code.scheme == "uri" or code.key.startswith("urn:suyuan:private:"):
        assert not any(reading.valid for reading in readings)
    else:
        assert readings[0].valid
        assert readings[0].code == code


@given(st.sampled_from([8, 12, 13, 14]), st.data())
def test_digits_with_a_right_check_digit_are_the_gtin_of_biip(
    length: int, data: st.DataObject
) -> None:
    body = data.draw(st.text("0123456789", min_size=length - 1, max_size=length - 1))
    text = body + gs1_check_digit(body)
    assert ean.is_valid(text)
    code = recognise(text, owner=OWNER)
    assert (code.key, code.level) == (f"https://id.gs1.org/01/{text.zfill(14)}", Level.CLASS)
    if len(text.lstrip("0")) >= 8:
        assert code.key.endswith(Gtin.parse(text).as_gtin_14())


@pytest.mark.parametrize(
    ("text", "schemes"),
    [
        ("6901234567892", ["gtin", "gln"]),
        ("86904879000126", ["gtin", "drug_standard_code"]),
        ("3302123330001", ["meat_merchant", "gtin"]),
        ("350000012345", ["liquor_slip", "gtin"]),
        ("21113011", ["meat_goods", "gtin"]),
        ("01232011", ["gtin", "meat_goods"]),
        ("370120261000012345", ["customs_declaration", "sscc"]),
        ("106141412345678908", ["sscc"]),
        ("37068100000000000998", ["meat_trace", "drug_code"]),
        ("83857930000879766660", ["drug_code", "meat_trace"]),
        ("91310115MA1H8R7C6D", ["uscc"]),
        ("6901234567893", ["gtin"]),
        ("hello", []),
        ("https://example.com/x", []),
        ("urn:suyuan:X:L1", ["private"]),
    ],
)
def test_candidates_are_listed_best_first(text: str, schemes: list[str]) -> None:
    assert [candidate.scheme for candidate in candidates(text)] == schemes


def test_every_spelling_of_one_thing_is_one_key() -> None:
    spellings = [
        "86904879000126",
        "(01)86904879000126",
        "0186904879000126",
        "https://example.com/a/b/01/86904879000126?x=1",
        "urn:epc:idpat:sgtin:6904879.800012.*",
        "８６９０４８７９０００１２６",
        " 86904879000126\r\n",
        "\ufeff86904879000126\x1d",
    ]
    assert {recognise(text, owner=OWNER) for text in spellings} == {recognise("86904879000126")}


@pytest.mark.parametrize(
    ("text", "expected"),
    [("6901234567893", "2"), ("96385075", "4"), ("036000291453", "2"), ("86904879000127", "6")],
)
def test_a_wrong_check_digit_is_named_with_the_form_that_is_taken(text: str, expected: str) -> None:
    with pytest.raises(CodeError) as caught:
        recognise(text, owner=OWNER)
    assert caught.value.code == "check_digit"
    assert caught.value.params == {
        "text": text,
        "scheme": "gtin",
        "expected": expected,
        "private": f"urn:suyuan:{OWNER}:{text}",
    }
    assert recognise(caught.value.params["private"]).key == caught.value.params["private"]


@pytest.mark.parametrize(
    ("text", "use", "key"),
    [
        ("4012345000054", Use.THING, "https://id.gs1.org/01/04012345000054"),
        ("4012345000054", Use.PARTY, "https://id.gs1.org/417/4012345000054"),
        ("4012345000054", Use.PLACE, "https://id.gs1.org/414/4012345000054"),
        ("4012345000055", Use.PARTY, f"urn:suyuan:{OWNER}:4012345000055"),
        ("4012345000055", Use.PLACE, f"urn:suyuan:{OWNER}:4012345000055"),
        ("350203001", Use.PLACE, "urn:suyuan:cn:350203001"),
        ("350203001", Use.PARTY, f"urn:suyuan:{OWNER}:350203001"),
        ("990203001", Use.PLACE, f"urn:suyuan:{OWNER}:990203001"),
        ("91350100M000100Y43", Use.PLACE, "urn:suyuan:cn:91350100M000100Y43"),
        ("37068100000000000998", Use.PARTY, f"urn:suyuan:{OWNER}:37068100000000000998"),
        ("0106901234567892", Use.PARTY, f"urn:suyuan:{OWNER}:0106901234567892"),
        ("urn:epc:id:sgln:4012345.00005.0", Use.PLACE, "https://id.gs1.org/414/4012345000054"),
        ("urn:epc:id:pgln:4012345.00005", Use.PARTY, "https://id.gs1.org/417/4012345000054"),
        ("(414)4012345000054", Use.PARTY, "https://id.gs1.org/414/4012345000054"),
        ("张三", Use.PARTY, f"urn:suyuan:{OWNER}:%E5%BC%A0%E4%B8%89"),
        ("geo:24.4,118.1", Use.PLACE, "geo:24.4,118.1"),
        ("LOT:12", Use.THING, f"urn:suyuan:{OWNER}:LOT%3A12"),
    ],
)
def test_the_use_settles_what_a_text_means(text: str, use: Use, key: str) -> None:
    assert recognise(text, owner=OWNER, use=use).key == key


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "code_empty"),
        (" \t\r\n\u3000", "code_empty"),
        ("\x1d", "code_empty"),
        ("\u2002", "code_empty"),  # NFKC makes a blank of it
        ("A\x00B", "code_characters"),
        ("A\nB", "code_characters"),
        ("A\x7f", "code_characters"),
        ("\ud800", "code_characters"),
        ("A" * 513, "code_too_long"),
    ],
)
def test_texts_that_can_be_no_code_are_refused(text: str, code: str) -> None:
    with pytest.raises(CodeError) as caught:
        recognise(text, owner=OWNER)
    assert caught.value.code == code
    with pytest.raises(CodeError):
        candidates(text)


def test_a_code_may_be_512_characters_long() -> None:
    assert recognise("A" * 512, owner=OWNER).key == f"urn:suyuan:{OWNER}:{'A' * 512}"
