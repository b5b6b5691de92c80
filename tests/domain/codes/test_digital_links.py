"""GS1 Digital Links."""

import pytest
from biip.gs1_digital_link_uris import GS1DigitalLinkURI
from hypothesis import given
from hypothesis import strategies as st

from suyuan.domain.codes import Level, Use, recognise
from suyuan.domain.errors import CodeError
from tests.domain.codes.test_element_strings import gtins, values

ITEM = "https://id.gs1.org/01/06901234567892"


@pytest.mark.parametrize(
    ("address", "key"),
    [
        (ITEM, ITEM),
        ("HTTP://Shop.Example/01/06901234567892", ITEM),
        ("https://example.com/01/6901234567892", ITEM),
        ("https://example.com/01/036000291452", "https://id.gs1.org/01/00036000291452"),
        ("https://example.com/01/96385074", "https://id.gs1.org/01/00000096385074"),
        ("https://example.com/some/path/01/06901234567892/", ITEM),
        ("https://example.com/01/news/gtin/6901234567892", ITEM),
        ("https://user@example.com:8443/01/06901234567892?17=261231#top", ITEM),
        ("https://example.com/gtin/6901234567892/lot/L1/ser/S1", f"{ITEM}/21/S1"),
        (f"{ITEM}/22/RED/10/L1", f"{ITEM}/10/L1"),
        (f"{ITEM}/22/RED", ITEM),
        (f"{ITEM}/10/A%2fB", f"{ITEM}/10/A%2FB"),
        (f"{ITEM}/10/%41!", f"{ITEM}/10/A%21"),
        (f"{ITEM}/10/it's;=", f"{ITEM}/10/it's;="),
        (f"{ITEM}/10/%27%3B", f"{ITEM}/10/';"),
        ("https://example.org/414/4012345000054/254/0", "https://id.gs1.org/414/4012345000054"),
        ("https://example.org/party/4226350800008", "https://id.gs1.org/417/4226350800008"),
        ("https://example.org/cpid/4012345AB/cpsn/7", "https://id.gs1.org/8010/4012345AB/8011/7"),
        (
            "https://example.org/8018/401234500000067657/8019/4",
            "https://id.gs1.org/8018/401234500000067657",
        ),
    ],
)
def test_a_link_on_any_domain_gives_the_canonical_one(address: str, key: str) -> None:
    assert recognise(address).key == key


@given(gtins, values, values)
def test_our_keys_are_links_that_biip_reads(gtin: str, lot: str, serial: str) -> None:
    key = recognise(f"\x1d01{gtin}10{lot}\x1d21{serial}").key
    elements = GS1DigitalLinkURI.parse(key).element_strings
    assert [(e.ai.ai, e.value) for e in elements] == [("01", gtin), ("21", serial)]


@given(st.sampled_from(["414", "417"]), st.sampled_from(Use))
def test_a_link_keeps_its_identifier_in_every_use(ai: str, use: Use) -> None:
    assert recognise(f"https://x.cn/{ai}/4012345000054", use=use).key.endswith(
        f"/{ai}/4012345000054"
    )


@pytest.mark.parametrize(
    "address",
    [
        "https://example.com/2024/01/today",
        "https://example.com/order/00/details",
        "https://example.com/01/06901234567892/reviews",
        "https://example.com/01/06901234567892/10/L1/10/L2",
        "http://transaction.acme.com/po/12345678",
        "https://example.com",
    ],
)
def test_other_addresses_are_kept_as_they_are(address: str) -> None:
    code = recognise(address)
    assert (code.key, code.scheme, code.level) == (address, "uri", Level.OPEN)


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("https://example.com/01/06901234567891", "check_digit"),
        ("https://example.com/00/106141412345678907", "check_digit"),
        (f"{ITEM}/10/{'A' * 21}", "code_malformed"),
        (f"{ITEM}/10/%E6%89%B9", "code_malformed"),
        (f"{ITEM}/10/%FF", "code_malformed"),
        ("https://id.gs1.org/01/today", "code_malformed"),
    ],
)
def test_links_that_do_not_fit_are_refused(address: str, code: str) -> None:
    with pytest.raises(CodeError) as caught:
        recognise(address)
    assert caught.value.code == code
