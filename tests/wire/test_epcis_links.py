"""GS1 keys in the canonical form that the event hash takes."""

from __future__ import annotations

import time

import pytest

from suyuan.domain.codes import recognise
from suyuan.wire.epcis_links import canonical_link

ID = "https://id.gs1.org/"


@pytest.mark.parametrize(
    ("urn", "link"),
    [
        ("urn:epc:id:sgtin:4012345.011111.9876", "01/04012345111118/21/9876"),
        ("urn:epc:id:sgtin:0614141.812345.6789%2F%26%25%22!%3F()",
         "01/80614141123458/21/6789%2F%26%25%22%21%3F%28%29"),
        ("urn:epc:idpat:sgtin:4012345.066666.*", "01/04012345666663"),
        ("urn:epc:class:lgtin:4012345.012345.Lot987", "01/04012345123456/10/Lot987"),
        ("urn:epc:id:sscc:4012345.3111111111", "00/340123451111111111"),
        ("urn:epc:id:sgln:4012345.00005.0", "414/4012345000054"),
        ("urn:epc:id:sgln:4012345.00005.122", "414/4012345000054/254/122"),
        ("urn:epc:id:pgln:999999999999.", "417/9999999999994"),
        ("urn:epc:id:grai:4012345.00022.334455", "8003/04012345000221334455"),
        ("urn:epc:id:giai:4012345.ABC345", "8004/4012345ABC345"),
        ("urn:epc:id:gsrn:4012345.0000006765", "8018/401234500000067657"),
        ("urn:epc:id:gsrnp:4012345.0000000007", "8017/401234500000000074"),
        ("urn:epc:id:gdti:987659999999..9", "253/98765999999929"),
        ("urn:epc:idpat:gdti:4012345.55555.*", "253/4012345555554"),
        ("urn:epc:id:sgcn:4012345.99999.44", "255/401234599999044"),
        ("urn:epc:id:cpi:0614141.11111111111111-A%23%2F.1234",
         "8010/061414111111111111111-A%23%2F/8011/1234"),
        ("urn:epc:idpat:cpi:4012345.ABC.*", "8010/4012345ABC"),
        ("urn:epc:id:ginc:0614141.xyz47%2F11", "401/0614141xyz47%2F11"),
        ("urn:epc:id:gsin:4012345.222333444", "402/40123452223334442"),
        ("urn:epc:id:itip:4012345.011111.01.02.987", "8006/040123451111180102/21/987"),
        ("urn:epc:idpat:itip:4012345.012345.01.02.*", "8006/040123451234560102"),
        ("urn:epc:id:upui:1234567.098765.51qIgY)%3C%26Jp3*j7'SDB",
         "01/01234567987651/235/51qIgY%29%3C%26Jp3%2Aj7'SDB"),
    ],
)  # fmt: skip
def test_an_epc_urn_is_a_link(urn: str, link: str) -> None:
    assert canonical_link(urn) == ID + link
    assert canonical_link(ID + link) == ID + link


@pytest.mark.parametrize(
    ("sent", "link"),
    [
        (
            "https://example.com/gtin/09780345418913/21/765tz?abc=211121",
            "01/09780345418913/21/765tz",
        ),
        ("http://example.com/a/b/01/4012345999990/10/L/21/S/", "01/04012345999990/21/S"),
        ("https://id.gs1.org/01/09780345418913/22/2A/10/L1#top", "01/09780345418913/10/L1"),
        ("https://id.gs1.de/414/4012345000115", "414/4012345000115"),
        ("https://example.com:8443/sscc/340123451111111111", "00/340123451111111111"),
        ("https://example.com/01/96385074/lot/A", "01/00000096385074/10/A"),
    ],
)
def test_a_link_on_any_host_is_of_its_finest_key_alone(sent: str, link: str) -> None:
    assert canonical_link(sent) == ID + link


@pytest.mark.parametrize(
    "text",
    [
        "",
        "shipping",
        "urn:epc:",
        "urn:epc:id:sgtin",
        "urn:epc:id:sgtin:401234.011111.1",
        "urn:epc:id:sgtin:4012345.011111.",
        "urn:epc:id:gid:1.2.3",
        "urn:epcglobal:cbv:bt:4012345000009:ASN1099",
        "https://example.com/01/today",
        "https://example.com/01/4012345/21/1",
        "https://example.com/01/09780345418913/99/1",
        "https://example.com/01/09780345418913/21",
        "https://example.com",
        "geo:50.94,6.92",
    ],
)
def test_any_other_text_stays_as_it_is(text: str) -> None:
    assert canonical_link(text) == text


@pytest.mark.parametrize(
    "urn",
    [
        "urn:epc:id:sgtin:0614141.812345.6789%2F%26%25%22!%3F()",
        "urn:epc:class:lgtin:4012345.012345.Lot'987",
        "urn:epc:id:sgln:4012345.00005.122",
        "urn:epc:id:sscc:4012345.3111111111",
        "urn:epc:id:grai:4012345.00022.334455",
        "urn:epc:id:giai:4012345.ABC345",
    ],
)
def test_the_hash_and_the_codes_of_this_platform_agree(urn: str) -> None:
    assert recognise(urn).key == canonical_link(urn)


def test_a_hostile_text_costs_no_more_than_its_length() -> None:
    begun = time.process_time()
    canonical_link("https://example.com" + "/01/1111" * 100_000 + "//")
    canonical_link("https://example.com" + "/01/1111" * 120 + "//")
    assert time.process_time() - begun < 1
