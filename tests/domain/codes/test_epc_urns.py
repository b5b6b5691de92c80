"""EPC URNs: identities, classes and patterns."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suyuan.domain.codes import Level, recognise
from suyuan.domain.errors import CodeError

HOST = "https://id.gs1.org"


@pytest.mark.parametrize(
    ("urn", "path", "scheme", "level"),
    [
        ("id:sgtin:4012345.011111.9876", "/01/04012345111118/21/9876", "sgtin", Level.SERIAL),
        ("id:sgtin:415056789012.0.987654", "/01/04150567890128/21/987654", "sgtin", Level.SERIAL),
        ("id:sgtin:4012345.011111.98%22", "/01/04012345111118/21/98%22", "sgtin", Level.SERIAL),
        (
            "id:sgtin:0614141.812345.6789%2F%26%25%22!%3F()",
            "/01/80614141123458/21/6789%2F%26%25%22%21%3F%28%29",
            "sgtin",
            Level.SERIAL,
        ),
        ("id:sgtin:4012345.011111.a.b", "/01/04012345111118/21/a.b", "sgtin", Level.SERIAL),
        (
            "id:upui:1234567.098765.51qIgY)%3C%26Jp3*j7'SDB",
            "/01/01234567987651/235/51qIgY%29%3C%26Jp3%2Aj7'SDB",
            "upui",
            Level.SERIAL,
        ),
        ("id:sscc:4012345.3111111111", "/00/340123451111111111", "sscc", Level.SERIAL),
        ("id:sgln:4012345.00005.122", "/414/4012345000054/254/122", "gln", Level.OTHER),
        ("id:sgln:4012345.00005.0", "/414/4012345000054", "gln", Level.OTHER),
        ("id:pgln:4000001.00000", "/417/4000001000005", "gln", Level.OTHER),
        ("id:pgln:999999999999.", "/417/9999999999994", "gln", Level.OTHER),
        ("id:grai:4012345.00022.334455", "/8003/04012345000221334455", "grai", Level.SERIAL),
        ("id:giai:4012345.ABC345", "/8004/4012345ABC345", "giai", Level.SERIAL),
        ("id:gsrn:4012345.0000006765", "/8018/401234500000067657", "gsrn", Level.SERIAL),
        ("id:gsrnp:4012345.0000000007", "/8017/401234500000000074", "gsrn", Level.SERIAL),
        ("id:gdti:4012345.00009.PO-4711", "/253/4012345000092PO-4711", "gdti", Level.SERIAL),
        ("id:gdti:987659999999..9", "/253/98765999999929", "gdti", Level.SERIAL),
        ("id:sgcn:4012345.99999.44", "/255/401234599999044", "gcn", Level.SERIAL),
        (
            "id:cpi:0614141.11111111111111-A%23%2F.1234",
            "/8010/061414111111111111111-A%23%2F/8011/1234",
            "cpi",
            Level.SERIAL,
        ),
        ("id:ginc:0614141.xyz47%2F11", "/401/0614141xyz47%2F11", "ginc", Level.SERIAL),
        ("id:gsin:4012345.222333444", "/402/40123452223334442", "gsin", Level.SERIAL),
        (
            "id:itip:4012345.011111.01.02.987",
            "/8006/040123451111180102/21/987",
            "itip",
            Level.SERIAL,
        ),
        (
            "class:lgtin:4012345.012345.Lot987",
            "/01/04012345123456/10/Lot987",
            "gtin_lot",
            Level.LOT,
        ),
        ("idpat:sgtin:4012345.012345.*", "/01/04012345123456", "gtin", Level.CLASS),
        ("idpat:lgtin:4012345.012345.*", "/01/04012345123456", "gtin", Level.CLASS),
        ("idpat:upui:4012345.012345.*", "/01/04012345123456", "gtin", Level.CLASS),
        ("idpat:itip:4012345.012345.01.02.*", "/8006/040123451234560102", "itip", Level.CLASS),
        ("idpat:grai:4012345.99999.*", "/8003/04012345999990", "grai", Level.CLASS),
        ("idpat:gdti:4012345.11111.*", "/253/4012345111118", "gdti", Level.CLASS),
        ("idpat:sgcn:4012345.22222.*", "/255/4012345222227", "gcn", Level.CLASS),
        ("idpat:cpi:4012345.AB12.*", "/8010/4012345AB12", "cpi", Level.CLASS),
    ],
)
def test_a_urn_gives_the_key_of_its_link(urn: str, path: str, scheme: str, level: Level) -> None:
    code = recognise(f"urn:epc:{urn}")
    assert (code.key, code.scheme, code.level) == (HOST + path, scheme, level)


def test_the_head_of_a_urn_may_be_in_upper_case() -> None:
    assert recognise("URN:EPC:ID:SGTIN:4012345.011111.a").key == f"{HOST}/01/04012345111118/21/a"


@given(st.integers(6, 12), st.text("0123456789", min_size=13, max_size=13))
def test_where_the_company_prefix_ends_changes_nothing(split: int, digits: str) -> None:
    indicator, rest = digits[0], digits[1:]
    urn = f"urn:epc:id:sgtin:{rest[:split]}.{indicator}{rest[split:]}.7"
    assert (
        recognise(urn).key == recognise(f"urn:epc:id:sgtin:{rest[:6]}.{indicator}{rest[6:]}.7").key
    )


@pytest.mark.parametrize(
    "urn",
    [
        "urn:epc:id:gid:95100000.12345.400",
        "urn:epc:idpat:sgtin:4012345.*.*",
        "urn:epc:idpat:sgtin:4012345.012345.[1-20]",
        "urn:epc:tag:sgtin-96:3.0614141.812345.6789",
        "urn:epcglobal:cbv:bt:4012345123456:4711",
        "urn:uuid:0f8fad5b-d9cb-469f-a165-70867728950e",
    ],
)
def test_urns_without_a_gs1_key_are_kept_as_they_are(urn: str) -> None:
    assert (recognise(urn).key, recognise(urn).scheme) == (urn, "uri")


@pytest.mark.parametrize(
    "urn",
    [
        "urn:epc:id:sgtin:4012345.0111111.9876",
        "urn:epc:id:sgtin:4012345.011111",
        "urn:epc:id:sgtin:4012345.011111.",
        "urn:epc:id:sgtin:40123.45011111.1",
        "urn:epc:id:sgtin:4012345.01111X.1",
        "urn:epc:id:sgtin:4012345.011111." + "9" * 21,
        "urn:epc:id:sgtin:4012345.011111.%E6%89%B9",
        "urn:epc:id:sgcn:4012345.99999.4A",
        "urn:epc:class:lgtin:4012345.012345",
        "urn:epc:id:sscc:",
    ],
)
def test_urns_of_a_known_scheme_that_do_not_fit_it_are_refused(urn: str) -> None:
    with pytest.raises(CodeError) as caught:
        recognise(urn)
    assert caught.value.code == "code_malformed"
