"""GS1 element strings, printed and scanned, with biip and python-stdnum as oracles."""

import re

import pytest
from biip.gs1_messages import GS1Message
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum import gs1_128

from suyuan.domain.codes import Level, candidates, recognise
from suyuan.domain.codes.check_digits import gs1_check_digit
from suyuan.domain.errors import CodeError

SET_82 = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
ITEM = "https://id.gs1.org/01/06901234567892"
FNC1 = "\x1d"

gtins = st.text("0123456789", min_size=13, max_size=13).map(lambda d: d + gs1_check_digit(d))
values = st.text(SET_82, min_size=1, max_size=20)
without_brackets = st.text(SET_82.replace("(", ""), min_size=1, max_size=20)


@pytest.mark.parametrize(
    ("text", "key", "level"),
    [
        ("(01)06901234567892", ITEM, Level.CLASS),
        ("(01)6901234567892", ITEM, Level.CLASS),
        ("(01) 06901234567892 (10) A213B1", f"{ITEM}/10/A213B1", Level.LOT),
        ("(01)06901234567892(21)1234", f"{ITEM}/21/1234", Level.SERIAL),
        ("(01)06901234567892(22)RED", ITEM, Level.CLASS),
        ("(01)06901234567892(235)T1", f"{ITEM}/235/T1", Level.SERIAL),
        (
            "(01)06901234567892(11)141231(17)150707(10)A213B1(21)1234",
            f"{ITEM}/21/1234",
            Level.SERIAL,
        ),
        (
            "(00)106141412345678908(02)06901234567892(37)20",
            "https://id.gs1.org/00/106141412345678908",
            Level.SERIAL,
        ),
        ("(414)4012345000054", "https://id.gs1.org/414/4012345000054", Level.OTHER),
        ("(414)4012345000054(254)0", "https://id.gs1.org/414/4012345000054", Level.OTHER),
        ("(414)4012345000054(254)D7", "https://id.gs1.org/414/4012345000054/254/D7", Level.OTHER),
        ("(417)4012345000054", "https://id.gs1.org/417/4012345000054", Level.OTHER),
        ("(253)4012345000054", "https://id.gs1.org/253/4012345000054", Level.CLASS),
        ("(253)4012345000054987", "https://id.gs1.org/253/4012345000054987", Level.SERIAL),
        ("(255)4012345999990", "https://id.gs1.org/255/4012345999990", Level.CLASS),
        ("(255)401234599999044", "https://id.gs1.org/255/401234599999044", Level.SERIAL),
        ("(8003)04012345000221", "https://id.gs1.org/8003/04012345000221", Level.CLASS),
        (
            "(8003)04012345000221334455",
            "https://id.gs1.org/8003/04012345000221334455",
            Level.SERIAL,
        ),
        ("(8004)4012345ABC345", "https://id.gs1.org/8004/4012345ABC345", Level.SERIAL),
        ("(8006)040123451111180102", "https://id.gs1.org/8006/040123451111180102", Level.CLASS),
        (
            "(8006)040123451111180102(10)L1(21)987",
            "https://id.gs1.org/8006/040123451111180102/21/987",
            Level.SERIAL,
        ),
        ("(8010)4012345ABC", "https://id.gs1.org/8010/4012345ABC", Level.CLASS),
        ("(8010)4012345ABC(8011)123", "https://id.gs1.org/8010/4012345ABC/8011/123", Level.SERIAL),
        ("(8017)401234500000000074", "https://id.gs1.org/8017/401234500000000074", Level.SERIAL),
        ("(8018)401234500000067657", "https://id.gs1.org/8018/401234500000067657", Level.SERIAL),
        ("(401)0614141xyz47", "https://id.gs1.org/401/0614141xyz47", Level.SERIAL),
        ("(402)40123452223334442", "https://id.gs1.org/402/40123452223334442", Level.SERIAL),
    ],
)
def test_printed_element_strings_give_the_finest_key(text: str, key: str, level: Level) -> None:
    code = recognise(text)
    assert (code.key, code.level, code.text) == (key, level, text)


@pytest.mark.parametrize(
    "text",
    [
        f"]C1010690123456789210A213B1{FNC1}211234",
        f"]d2010690123456789210A213B1{FNC1}211234",
        f"]Q3{FNC1}010690123456789217150707211234{FNC1}10A213B1",
        f"]e0010690123456789211141231211234{FNC1}",
        f"{FNC1}01069012345678923103001750211234",
        f"010690123456789210A213B1{FNC1}211234",
        "0106901234567892211234",
        f"0106901234567892{FNC1}211234",
    ],
)
def test_scanned_element_strings_give_the_key_of_the_printed_one(text: str) -> None:
    assert recognise(text).key == f"{ITEM}/21/1234"


@pytest.mark.parametrize(
    "text", ["]E06901234567892", "]I106901234567892", "]d2" + "0106901234567892"]
)
def test_a_symbology_identifier_is_no_part_of_the_code(text: str) -> None:
    assert recognise(text).key == ITEM


def test_an_unmarked_sscc_of_twenty_digits_is_told_by_its_check_digit() -> None:
    assert recognise("00106141412345678908").key == "https://id.gs1.org/00/106141412345678908"
    assert recognise("00106141412345678907").key == "urn:suyuan:cn:00106141412345678907"


def test_sixteen_digits_that_only_look_like_a_gtin_are_private() -> None:
    assert recognise("0106901234567891", owner="X").key == "urn:suyuan:X:0106901234567891"


def test_the_lot_beside_a_serial_stays_in_the_parts() -> None:
    [candidate] = candidates("(01)06901234567892(17)150707(10)A213B1(21)1234")
    assert candidate.parts == {
        "gtin": "06901234567892",
        "check_digit": "2",
        "serial": "1234",
        "lot": "A213B1",
        "17": "150707",
    }


@given(gtins, values)
def test_a_printed_serial_may_hold_brackets(gtin: str, serial: str) -> None:
    assume(not re.search(r"\([0-9]{2,4}\)", serial))
    scanned = f"{FNC1}01{gtin}21{serial}"
    assert recognise(f"(01){gtin}(21){serial}").key == recognise(scanned).key


def test_brackets_around_no_identifier_are_data() -> None:
    key = recognise('(01)80614141123458(21)6789/&%"!?()').key
    assert key == "https://id.gs1.org/01/80614141123458/21/6789%2F%26%25%22%21%3F%28%29"
    assert recognise("(01)06901234567892(10)A(2024)B").key == f"{ITEM}/10/A%282024%29B"


@given(gtins, without_brackets, without_brackets)
def test_keys_are_those_of_biip(gtin: str, lot: str, serial: str) -> None:
    printed = f"(01){gtin}(10){lot}(21){serial}"
    message = GS1Message.parse_hri(printed)
    assert recognise(message.value).key == recognise(printed).key
    link = message.as_gs1_digital_link_uri().as_canonical_uri()
    assert recognise(link).key == recognise(printed).key


@given(gtins, st.text("ABCDEFGHJK0123456789-", min_size=1, max_size=20))
def test_what_stdnum_encodes_is_recognised(gtin: str, lot: str) -> None:
    scanned = gs1_128.encode({"01": gtin, "10": lot})
    assert recognise(scanned).key == f"https://id.gs1.org/01/{gtin}/10/{lot}"


@pytest.mark.parametrize(
    ("text", "code", "part"),
    [
        ("(01)06901234567891", "check_digit", None),
        ("(00)106141412345678907", "check_digit", None),
        ("(414)4012345000055", "check_digit", None),
        ("(8003)0401234500022X", "code_malformed", "8003"),
        ("(01)069012345678", "check_digit", None),
        ("(01)0690123", "code_malformed", "01"),
        ("(01)06901234567892(10)" + "A" * 21, "code_malformed", "10"),
        ("(01)06901234567892(10)批次1", "code_malformed", "10"),
        ("(01)06901234567892(10)A B", "code_malformed", "10"),
        ("(01)06901234567892(10)", "code_malformed", "10"),
        ("(01)06901234567892(10)A(10)B", "code_malformed", "10"),
        ("(10)L1", "code_malformed", "AI"),
        (f"hello{FNC1}world", "code_malformed", "AI"),
        ("]C1hello", "code_malformed", "AI"),
    ],
)
def test_element_strings_that_do_not_fit_are_refused(text: str, code: str, part: str) -> None:
    with pytest.raises(CodeError) as caught:
        recognise(text, owner="91350100M000100Y43")
    assert caught.value.code == code
    assert caught.value.params.get("part") == part


def test_brackets_with_no_identifier_are_a_private_code() -> None:
    assert recognise("(2024)001", owner="X").key == "urn:suyuan:X:%282024%29001"
