"""National codes: DOMAIN's published examples, and what each scheme must not swallow."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from suyuan.domain.codes import Level, Use, candidates, recognise
from suyuan.domain.codes.check_digits import mod_11_10_check_digit, uscc_check_character
from suyuan.domain.codes.divisions import begins_with_division
from suyuan.domain.errors import CodeError
from tests.domain.codes.test_check_digits import uscc_bodies

OWNER = "91350100M000100Y43"
MA = "MA.156.M0.100761.21234561"
OID = "1.2.156.326.8.1.2.1.1.182456793321456782.01010101.20170510105344"


@pytest.mark.parametrize(
    ("text", "scheme", "level"),
    [
        ("91350100M000100Y43", "uscc", Level.OTHER),
        ("91110000600037341L", "uscc", Level.OTHER),
        ("11370323004223252G", "uscc", Level.OTHER),
        ("SC10744030704994", "sc_licence", Level.OTHER),
        ("SC10741018302531", "sc_licence", Level.OTHER),
        ("SC12336098200173", "sc_licence", Level.OTHER),
        ("SC12434017430075", "sc_licence", Level.OTHER),
        ("SC11351090100010", "sc_licence", Level.OTHER),
        ("JY13502030001234", "jy_licence", Level.OTHER),
        ("3302123330001", "meat_merchant", Level.OPEN),
        ("3302123330000123", "meat_batch", Level.OPEN),
        ("37068100000000000998", "meat_trace", Level.OPEN),
        ("37060000400010000003", "meat_trace", Level.OPEN),
        ("83857930000879766660", "drug_code", Level.OPEN),
        ("21113011", "meat_goods", Level.CLASS),
        ("350000012345", "liquor_slip", Level.OPEN),
        ("370120261000012345", "customs_declaration", Level.OPEN),
        ("10929271001123456789012345678901", "pesticide", Level.OPEN),
        ("202601150012312345678901", "veterinary", Level.OPEN),
        ("00125123456789012", "organic", Level.OPEN),
        (OID, "farm_oid", Level.OPEN),
        ("1.2.156.326.8.1.0.1.1.182456793321456782", "farm_oid", Level.OTHER),
        ("350203001", "meat_node", Level.OTHER),
        ("350203", "division", Level.OTHER),
    ],
)
def test_a_national_code_is_its_own_key(text: str, scheme: str, level: Level) -> None:
    code = recognise(text)
    assert (code.key, code.scheme, code.level) == (f"urn:suyuan:cn:{text}", scheme, level)
    assert code.short == text
    assert candidates(text)[0].scheme == scheme


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "37068100000000000998",
            {"node": "370681000", "merchant": "0000", "serial": "0000998"},
        ),
        ("83857930000879766660", {"product": "8385793", "serial": "0000879766660"}),
        (
            "SC10744030704994",
            {"class": "107", "division": "440307", "serial": "0499", "check_digit": "4"},
        ),
        (
            "91350100M000100Y43",
            {
                "department": "9",
                "type": "1",
                "division": "350100",
                "organisation": "M000100Y4",
                "check_digit": "3",
            },
        ),
    ],
)
def test_the_parts_of_a_national_code(text: str, parts: dict[str, str]) -> None:
    assert candidates(text)[0].parts == parts


@pytest.mark.parametrize(
    ("text", "key", "level"),
    [
        (f"{MA}.Sx00008.M220117.L20220117.E220130.V220117.C3", f"{MA}.Sx00008", Level.SERIAL),
        (f"{MA}.L20220117.E220130", f"{MA}.L20220117", Level.LOT),
        (f"{MA}.E220130", MA, Level.CLASS),
        (f"{MA.lower()}.Sx00008", f"{MA}.Sx00008", Level.SERIAL),
        (MA, MA, Level.CLASS),
    ],
)
def test_the_serial_else_the_lot_of_a_device_makes_its_key(
    text: str, key: str, level: Level
) -> None:
    code = recognise(text)
    assert (code.key, code.scheme, code.level) == (f"urn:suyuan:cn:{key}", "udi_ma", level)


@pytest.mark.parametrize(
    "text", ["91350100m000100y43", "sc10744030704994", "９１３５０１００Ｍ０００１００Ｙ４３"]
)
def test_lower_case_and_full_width_letters_are_the_same_code(text: str) -> None:
    expected = {"9": "91350100M000100Y43", "s": "SC10744030704994", "９": "91350100M000100Y43"}[
        text[0]
    ]
    assert recognise(text, use=Use.PARTY).key == f"urn:suyuan:cn:{expected}"


@given(uscc_bodies)
def test_what_stdnum_takes_for_a_uscc_is_a_party(body: str) -> None:
    code = body + uscc_check_character(body)
    assert uscc.is_valid(code)
    assert recognise(code, owner=OWNER, use=Use.PARTY).key == f"urn:suyuan:cn:{code}"


@given(uscc_bodies, st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXY"))
def test_a_party_with_a_wrong_uscc_learns_the_right_character(body: str, last: str) -> None:
    expected = uscc_check_character(body)
    if last == expected or (body + last).isdigit():
        return
    with pytest.raises(CodeError) as caught:
        recognise(body + last, owner=OWNER, use=Use.PARTY)
    assert caught.value.code == "check_digit"
    assert caught.value.params == {
        "text": body + last,
        "scheme": "uscc",
        "expected": expected,
        "private": f"urn:suyuan:{OWNER}:{body + last}",
    }


def test_a_published_uscc_with_a_wrong_character_is_refused_only_where_a_party_is_named() -> None:
    wrong = "91310115MA1H8R7C6D"
    assert recognise(wrong, owner=OWNER).scheme == "private"
    assert recognise(wrong, owner=OWNER, use=Use.PLACE).scheme == "private"
    with pytest.raises(CodeError):
        recognise(wrong, owner=OWNER, use=Use.PARTY)


def test_a_serial_that_only_closes_like_a_uscc_is_a_private_thing() -> None:
    body = "20991332ABCDEFGHJ"
    text = body + uscc_check_character(body)
    assert recognise(text, owner=OWNER).key == f"urn:suyuan:{OWNER}:{text}"


@given(st.text("0123456789", min_size=13, max_size=13), st.sampled_from("0123456789"))
def test_a_licence_is_refused_unless_its_check_digit_is_right(body: str, last: str) -> None:
    expected = mod_11_10_check_digit(body)
    if last == expected:
        assert recognise(f"SC{body}{last}").scheme == "sc_licence"
        return
    with pytest.raises(CodeError) as caught:
        recognise(f"SC{body}{last}", owner=OWNER)
    assert caught.value.params["expected"] == expected


@pytest.mark.parametrize(
    "text",
    [
        "SC2024",
        "JY-1",
        "MA.157.M0.100761.21234561",
        "1.2.3",
        "123456789012345",  # 15 digits
        "9902123330000123",  # 16, no division
        "20260301080000123",  # 17, a moment
        "370118991000012345",  # 18, no year of a declaration
        "209901310012312345678901"[:23],
        "201313150012312345678901",  # 24, no date
        "40929271001123456789012345678901",  # 32, no category
    ],
)
def test_what_only_resembles_a_national_code_is_private(text: str) -> None:
    assert recognise(text, owner=OWNER).key == f"urn:suyuan:{OWNER}:{text}"


@pytest.mark.parametrize("text", ["350203001", "350203"])
def test_what_an_enterprise_calls_a_thing_is_neither_market_nor_division(text: str) -> None:
    assert recognise(text, owner=OWNER).key == f"urn:suyuan:{OWNER}:{text}"


@pytest.mark.parametrize("prefix", ["3502", "3500", "1101", "6590", "8100", "3502031"])
def test_a_prefecture_or_province_begins_with_a_division(prefix: str) -> None:
    assert begins_with_division(prefix)


@pytest.mark.parametrize("prefix", ["3510", "1234", "0101", "6901", "99", "350", ""])
def test_other_digits_do_not(prefix: str) -> None:
    assert not begins_with_division(prefix)
