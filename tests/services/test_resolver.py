"""GS1-Conformant Resolver 1.2 over real HTTP, address by address, at a subsystem and the gateway.

One city with things at every level, asked many questions; nothing here changes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from jsonschema_rs import Draft202012Validator

from suyuan.domain.codes.check_digits import gs1_check_digit
from suyuan.domain.codes.link_paths import PRIMARY_KEYS
from tests.city import PUBLIC_URL, City
from tests.domain.codes.test_link_paths import KEYS, disordered_paths, right_paths
from tests.services.entries import put
from tests.services.reports import GTIN, item, report
from tests.wire.linkset_schema import DESCRIPTION, SCHEMA

VOCABULARY = "https://ref.gs1.org/voc/"
LINKSET = "application/linkset+json"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
LOT = f"/01/{GTIN}/10/L1"
ODD_LOT = f"/01/{GTIN}/10/A%2FB%3F1"
SERIAL = f"/01/{GTIN}/21/S1"
SERIAL_OF_LOT = f"/01/{GTIN}/10/L1/21/S1"
ITEM = f"/01/{GTIN}"
RECALLED = f"/01/{GTIN}/10/R1"
SSCC = "/00/106141412345678908"
UNREGISTERED = "/01/09521234000020"
PRIVATE_LOT = "/t/urn:suyuan:91350200MA0000000R:BATCH-7"
MEAT = "/t/35021300100120000456"
PAPERS = [
    {"type": "quarantine_certificate", "number": "Q-1", "url": "https://papers.example/q1.pdf"},
    {"type": "test_report", "number": "T-1", "url": "https://papers.example/t1.pdf"},
    {"type": "invoice", "number": "I-1", "url": "https://papers.example/secret.pdf"},
]
REGISTERED: list[dict[str, Any]] = [
    {"type": "instructions", "url": "https://brand.example/zh", "languages": ["zh"]},
    {"type": "instructions", "url": "https://brand.example/en", "languages": ["en"]},
    {"type": "pip", "url": "https://brand.example/product?from=label"},
    {"type": "faqs", "url": "https://brand.example/f.html", "media_type": "text/html"},
    {"type": "faqs", "url": "https://brand.example/f.pdf", "media_type": "application/pdf"},
    {"type": "gs1:safetyInfo", "url": "https://brand.example/safety#top"},
]
# What is known, and so has links.
KNOWN = (LOT, ODD_LOT, SERIAL, SERIAL_OF_LOT, ITEM, RECALLED, SSCC)


@pytest.fixture(scope="module")
def full_city(_city: City) -> Iterator[City]:
    """A lot with papers, a serial, a pallet, a recalled lot, and a product with links."""
    _city.empty()
    seller = _city.client("seller", at="meat")
    reports = [
        report("lot", documents=PAPERS),
        report("odd", items=[item(f"(01){GTIN}(10)A/B?1", "3")]),
        report("serial", activity="commission", items=[item(f"(01){GTIN}(21)S1")]),
        report("recalled", items=[item(f"(01){GTIN}(10)R1", "3")]),
        report(
            "recall",
            kind="inspection",
            activity="recall",
            time="2026-03-02T08:00:00+08:00",
            items=[item(f"(01){GTIN}(10)R1", "3")],
        ),
        report(
            "pallet",
            activity="pack",
            time="2026-03-03T08:00:00+08:00",
            parent=f"(00){SSCC[4:]}",
            children=[item(f"(01){GTIN}(21)S1")],
        ),
        report("meat", items=[item("35021300100120000456", "3")]),
        report("private", items=[item("BATCH-7", "3")]),
    ]
    for one in reports:
        answer = seller.post("/v1/events", json=one)
        assert answer.status_code == 200, answer.text
    put(
        seller,
        f"/v1/products/{GTIN}",
        names={"zh": "上海青", "en": "Pak choi"},
        links=REGISTERED,
    )
    yield _city
    _city.empty()
    _city.hang_up()


@pytest.fixture(params=["meat", "gateway"])
def client(full_city: City, request: pytest.FixtureRequest) -> httpx.Client:
    return full_city.client(at=request.param)


@pytest.fixture
def gateway(full_city: City) -> httpx.Client:
    return full_city.client()


def linkset(client: httpx.Client, path: str, language: str = "zh") -> list[dict[str, Any]]:
    headers = {"Accept": LINKSET, "Accept-Language": language}
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    Draft202012Validator(SCHEMA).validate(body)
    found: list[dict[str, Any]] = body["linkset"]
    return found


def types(level: dict[str, Any]) -> set[str]:
    return {name.removeprefix(VOCABULARY) for name in level if name.startswith(VOCABULARY)}


def default_of(client: httpx.Client, path: str) -> str:
    (default,) = linkset(client, path)[0][f"{VOCABULARY}defaultLink"]
    return str(default["href"])


# --- The default link ---------------------------------------------------------------------------


@pytest.mark.parametrize("path", KNOWN)
@pytest.mark.parametrize("accept", [None, "*/*", "image/png", "text/plain, */*;q=0.1"])
def test_who_asks_for_nothing_is_led_to_the_default_link(
    client: httpx.Client, path: str, accept: str | None
) -> None:
    request = client.build_request("GET", path)
    request.headers.pop("accept")
    if accept is not None:
        request.headers["accept"] = accept
    answer = client.send(request)
    assert answer.status_code == 307
    assert answer.headers["location"] == default_of(client, path)
    assert answer.headers["location"].startswith(f"{PUBLIC_URL}/t/")
    assert answer.content == b""


@pytest.mark.parametrize("path", KNOWN)
def test_a_default_link_leads_to_a_page_and_no_further(client: httpx.Client, path: str) -> None:
    for query in ("", "?linkType=gs1:pip", "?linkType=gs1:defaultLink", "?foo=bar"):
        location = default_of(client, path).removeprefix(PUBLIC_URL) + query
        answer = client.get(location, headers={"Accept": BROWSER})
        if query == "?linkType=gs1:pip" and path == ITEM:
            continue  # the enterprise has a page of its own
        assert (answer.status_code, answer.headers["content-type"][:9]) == (200, "text/html")


@pytest.mark.parametrize("path", KNOWN)
def test_a_slash_at_the_end_changes_nothing(client: httpx.Client, path: str) -> None:
    for query in ("", "?linkType=gs1:pip", "?linkType=linkset", "?linkType=gs1:nosuch"):
        plain, slashed = client.get(path + query), client.get(f"{path}/{query}")
        assert plain.status_code == slashed.status_code
        assert plain.headers.get("location") == slashed.headers.get("location")
        assert plain.headers.get("link") == slashed.headers.get("link")


@pytest.mark.parametrize(
    "query",
    [
        "foo=bar",
        "17=261231&3103=000189",
        "17=261231;3103=000189",
        "flag",
        "a=%E6%89%B9&b=c%2Fd",
        "a=1&a=2",
        "x=" + "y" * 900,
    ],
)
def test_the_query_string_is_passed_on_as_it_came(client: httpx.Client, query: str) -> None:
    location = client.get(f"{LOT}?{query}").headers["location"]
    assert location == f"{PUBLIC_URL}/t{LOT}?{query}"


def test_a_target_keeps_its_own_query_and_fragment(client: httpx.Client) -> None:
    at = f"{ITEM}?linkType=gs1:pip&x=1"
    assert client.get(at).headers["location"] == (
        "https://brand.example/product?from=label&linkType=gs1:pip&x=1"
    )
    at = f"{ITEM}?linkType=gs1:safetyInfo"
    assert client.get(at).headers["location"] == (
        "https://brand.example/safety?linkType=gs1:safetyInfo#top"
    )


# --- Page, chain and linkset by Accept -----------------------------------------------------------


@pytest.mark.parametrize("path", [*KNOWN, MEAT, PRIVATE_LOT])
@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (BROWSER, "text/html; charset=utf-8"),
        ("text/html", "text/html; charset=utf-8"),
        ("application/json", "application/json"),
        ("application/linkset+json", LINKSET),
        ("application/linkset+json;q=0.9, text/html;q=0.8", LINKSET),
        ("application/linkset+json;q=0.7, text/html;q=0.8", "text/html; charset=utf-8"),
        ("application/linkset+json;q=0.9, */*;q=0.8", LINKSET),
        ("application/json;q=0.3, application/linkset+json;q=0.2", "application/json"),
    ],
)
def test_the_form_is_that_of_the_highest_q_value(
    client: httpx.Client, path: str, accept: str, media_type: str
) -> None:
    answer = client.get(path, headers={"Accept": accept})
    assert (answer.status_code, answer.headers["content-type"]) == (200, media_type)
    vary = [name.strip() for name in answer.headers["vary"].split(",")]
    assert sorted(vary) == ["Accept", "Accept-Language"]


def test_json_is_the_chain(client: httpx.Client) -> None:
    body = client.get(LOT, headers={"Accept": "application/json"}).json()
    assert [event["id"] for event in body["events"]] == ["lot"]
    record = client.get(f"{LOT}?linkType=gs1:traceability").headers["location"]
    led = client.get(record.removeprefix(PUBLIC_URL)).json()
    assert led["events"] == body["events"]


@pytest.mark.parametrize("path", [*KNOWN, MEAT, PRIVATE_LOT])
@pytest.mark.parametrize("word", ["linkset", "all"])
def test_a_linkset_is_given_and_not_redirected(client: httpx.Client, path: str, word: str) -> None:
    for accept, media_type in (
        ("*/*", LINKSET),
        (LINKSET, LINKSET),
        ("application/json", "application/json"),
        ("application/ld+json", "application/ld+json"),
    ):
        answer = client.get(f"{path}?linkType={word}", headers={"Accept": accept})
        assert (answer.status_code, answer.headers["content-type"]) == (200, media_type)
        Draft202012Validator(SCHEMA).validate(answer.json())
        assert ("@context" in answer.json()) == (media_type == "application/ld+json")
    page = client.get(f"{path}?linkType={word}", headers={"Accept": BROWSER})
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert 'type="application/ld+json"' in page.text


@pytest.mark.parametrize("path", [*KNOWN, MEAT, PRIVATE_LOT])
def test_every_answer_leads_to_the_linkset(client: httpx.Client, path: str) -> None:
    for query, accept in (("", "*/*"), ("", BROWSER), ("?linkType=linkset", LINKSET)):
        answer = client.get(path + query, headers={"Accept": accept})
        (link,) = [x for x in answer.headers.get_list("link") if 'rel="linkset"' in x]
        address = link.partition(">")[0].removeprefix(f"<{PUBLIC_URL}")
        assert client.get(address, headers={"Accept": LINKSET}).status_code == 200
        assert 'rel="gs1:' not in link


def test_a_linkset_in_json_names_its_context(client: httpx.Client) -> None:
    links = client.get(LOT, headers={"Accept": LINKSET}).headers.get_list("link")
    assert any('rel="http://www.w3.org/ns/json-ld#context"' in link for link in links)


# --- What is in it --------------------------------------------------------------------------------


def test_a_lot_has_its_page_its_chain_and_its_public_papers(client: httpx.Client) -> None:
    lot, product = linkset(client, LOT)
    assert lot["anchor"] == PUBLIC_URL + LOT
    assert types(lot) == {"defaultLink", "pip", "traceability", "certificationInfo"}
    papers = {link["href"] for link in lot[f"{VOCABULARY}certificationInfo"]}
    assert papers == {"https://papers.example/q1.pdf", "https://papers.example/t1.pdf"}
    assert product["anchor"] == PUBLIC_URL + ITEM
    assert types(product) == {"defaultLink", "pip", "instructions", "faqs", "safetyInfo"}
    assert product["itemDescription"] == "上海青"


def test_links_are_told_in_the_callers_language(client: httpx.Client) -> None:
    lot, product = linkset(client, LOT, "en")
    assert product["itemDescription"] == "Pak choi"
    assert lot[f"{VOCABULARY}traceability"][0]["title"] == "Traceability"
    titles = {link["title"] for link in lot[f"{VOCABULARY}certificationInfo"]}
    assert titles == {"Quarantine certificate Q-1", "Test report T-1"}


def test_a_recall_is_told_where_there_is_one(client: httpx.Client) -> None:
    assert "recallStatus" in types(linkset(client, RECALLED)[0])
    at = f"{RECALLED}?linkType=gs1:recallStatus"
    assert client.get(at).headers["location"].startswith(f"{PUBLIC_URL}/t{RECALLED}")
    assert client.get(f"{LOT}?linkType=gs1:recallStatus").status_code == 404


def test_a_serial_walks_up_over_its_lot_to_the_product(client: httpx.Client) -> None:
    anchors = [level["anchor"] for level in linkset(client, SERIAL_OF_LOT)]
    assert anchors == [PUBLIC_URL + path for path in (SERIAL_OF_LOT, LOT, ITEM)]
    assert [level["anchor"] for level in linkset(client, SERIAL)] == [
        PUBLIC_URL + SERIAL,
        PUBLIC_URL + ITEM,
    ]


@pytest.mark.parametrize("path", [SERIAL_OF_LOT, SERIAL, LOT, ODD_LOT, ITEM])
def test_what_a_serial_or_lot_has_not_the_product_has(client: httpx.Client, path: str) -> None:
    answer = client.get(
        f"{path}?linkType=gs1:instructions", headers={"Accept-Language": "zh-CN,zh;q=0.9"}
    )
    assert answer.status_code == 307
    assert answer.headers["location"].startswith("https://brand.example/zh?")


@pytest.mark.parametrize("unknown", [f"/01/{GTIN}/10/NEVER", f"/01/{GTIN}/21/NEVER"])
def test_what_nobody_reported_of_a_known_product_has_the_products_links_and_vouches_for_nothing(
    client: httpx.Client, unknown: str
) -> None:
    own, product = linkset(client, unknown)
    assert types(own) == {"defaultLink"}
    assert "itemDescription" not in own
    assert types(product) >= {"instructions", "faqs"}
    location = client.get(unknown).headers["location"]
    assert location == f"{PUBLIC_URL}/t{unknown}"
    page = client.get(location.removeprefix(PUBLIC_URL), headers={"Accept": BROWSER})
    assert page.status_code == 404
    assert client.get(f"{unknown}?linkType=gs1:traceability").status_code == 404


def test_every_level_has_exactly_one_default_link(client: httpx.Client) -> None:
    for path in (*KNOWN, MEAT, PRIVATE_LOT):
        for level in linkset(client, path):
            assert len(level[f"{VOCABULARY}defaultLink"]) == 1


def test_every_link_of_a_linkset_is_led_to(gateway: httpx.Client) -> None:
    """What GS1's own test suite does: each type that a linkset lists is asked for."""
    for path in KNOWN:
        seen: set[str] = set()
        for level in linkset(gateway, path):
            for name in types(level) - seen:
                seen.add(name)
                targets = level[VOCABULARY + name]
                answer = gateway.get(f"{path}?linkType=gs1:{name}")
                if len({t["href"] for t in targets}) > 1 and name != "defaultLink":
                    assert answer.status_code == 300, (path, name)
                else:
                    head = targets[0]["href"].partition("#")[0]
                    assert answer.status_code == 307, (path, name)
                    assert answer.headers["location"].startswith(head)


# --- Types, languages, ties -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "spelled",
    [
        "gs1:traceability",
        "https://ref.gs1.org/voc/traceability",
        "https://gs1.org/voc/traceability",
        "https://www.gs1.org/voc/traceability",
        "http://gs1.org/voc/traceability",
        "https%3A%2F%2Fgs1.org%2Fvoc%2Ftraceability",
        "gs1%3Atraceability",
    ],
)
def test_a_type_is_a_curie_or_a_full_uri(client: httpx.Client, spelled: str) -> None:
    answer = client.get(f"{LOT}?linkType={spelled}")
    assert answer.status_code == 307
    assert answer.headers["location"].startswith(f"{PUBLIC_URL}/v1/traceability/")
    assert answer.headers["location"].endswith(f"?linkType={spelled}")


@pytest.mark.parametrize(
    ("language", "ends"),
    [
        ("zh", "zh"),
        ("zh-CN", "zh"),
        ("zh-TW;q=0.5, en;q=0.4", "zh"),
        ("en-GB", "en"),
        ("zh;q=0.4, en;q=0.5", "en"),
        ("fr, en;q=0.1", "en"),
        ("zh;q=0, en;q=0.001", "en"),
    ],
)
def test_the_language_chooses(client: httpx.Client, language: str, ends: str) -> None:
    headers = {"Accept-Language": language}
    answer = client.get(f"{ITEM}?linkType=gs1:instructions", headers=headers)
    assert answer.status_code == 307
    assert answer.headers["location"].startswith(f"https://brand.example/{ends}?")


@pytest.mark.parametrize(
    ("accept", "ends"),
    [
        ("application/pdf", "f.pdf"),
        ("text/html", "f.html"),
        ("application/*", "f.pdf"),
        ("text/html;q=0.1, application/pdf;q=0.2", "f.pdf"),
    ],
)
def test_the_media_type_chooses(client: httpx.Client, accept: str, ends: str) -> None:
    answer = client.get(f"{ITEM}?linkType=gs1:faqs", headers={"Accept": accept})
    assert answer.status_code == 307
    assert answer.headers["location"].startswith(f"https://brand.example/{ends}?")


@pytest.mark.parametrize(
    ("path", "link_type", "headers"),
    [
        (ITEM, "gs1:instructions", {"Accept-Language": "vi"}),
        (ITEM, "gs1:instructions", {}),
        (ITEM, "gs1:faqs", {"Accept": "image/png"}),
        (ITEM, "gs1:faqs", {}),
        (LOT, "gs1:faqs", {}),
        (LOT, "gs1:certificationInfo", {}),
    ],
)
def test_a_tie_is_300_with_the_links_to_choose_from(
    client: httpx.Client, path: str, link_type: str, headers: dict[str, str]
) -> None:
    at = f"{path}?linkType={link_type}"
    answer = client.get(at, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (300, LINKSET)
    assert "location" not in answer.headers
    Draft202012Validator(SCHEMA).validate(answer.json())
    (level,) = answer.json()["linkset"]
    assert types(level) == {link_type.removeprefix("gs1:")}
    assert len(level[VOCABULARY + link_type.removeprefix("gs1:")]) == 2
    if link_type != "gs1:faqs":
        page = client.get(at, headers={**headers, "Accept": "text/html"})
        assert (page.status_code, page.headers["content-type"][:9]) == (300, "text/html")


@pytest.mark.parametrize("path", [*KNOWN, MEAT, PRIVATE_LOT])
@pytest.mark.parametrize("link_type", ["gs1:nosuchlt", "gs1:dpp", "schema:url", "", "LINKSET"])
def test_a_type_that_a_thing_has_not_is_a_404_that_lists_those_it_has(
    client: httpx.Client, path: str, link_type: str
) -> None:
    for accept in ("*/*", BROWSER, LINKSET, "application/json"):
        answer = client.get(f"{path}?linkType={link_type}", headers={"Accept": accept})
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"] == "link_type_unknown"
        assert "gs1:defaultLink" in answer.json()["available"]


def test_two_types_at_once_are_no_question(client: httpx.Client) -> None:
    answer = client.get(f"{LOT}?linkType=gs1:pip&linkType=gs1:faqs")
    assert (answer.status_code, answer.json()["code"]) == (400, "link_type_repeated")
    assert client.get(f"{LOT}?linkType=gs1:pip&linkType=gs1:pip").status_code == 307


# --- Addresses that are right, and wrong ---------------------------------------------------------


@pytest.mark.parametrize("path", right_paths())
def test_every_key_with_every_choice_of_qualifiers_is_understood(
    gateway: httpx.Client, path: str
) -> None:
    """Of most nothing is known, and that is 404: never 400, and never 200 for an error."""
    answer = gateway.get(path)
    assert answer.status_code in (307, 404)
    assert answer.headers["access-control-allow-origin"] == "*"
    if answer.status_code == 307:
        assert answer.headers["location"] == f"{PUBLIC_URL}/t{path}"
    else:
        assert answer.json()["code"] == "link_target_unknown"


WRONG = [
    *disordered_paths(),
    *(f"/{ai}" + f"/{value[:3]}!" for ai, (value, _) in KEYS.items() if ai not in ("401", "8003")),
    f"{ITEM}/foo",
    f"{ITEM}/10",
    f"{ITEM}/10//",
    f"{ITEM}/17/261231",
    f"{ITEM}/99/ABC",
    f"{ITEM}/10/L1/10/L2",
    f"{ITEM}/235/T/10/L1",
    f"{ITEM}/10/{'L' * 21}",
    f"{ITEM}/10/with%20blank",
    f"{ITEM}/10/%E6%89%B9",
    f"{ITEM}/10/%ff",
    "/01/06901234567891",
    "/01/690123456789",
    "/01/069012345678920",
    "/01/",
    "/00/106141412345678900",
    "/414/9521234900010",
    "/415/9521234900016",
    "/8013/1987654Ad4X4bL5ttr2310c2M",
    "/02/06901234567892",
    "/17/261231",
    "/9999/1",
]


@pytest.mark.parametrize("path", WRONG)
def test_a_wrong_address_is_400_whatever_is_asked_of_it(client: httpx.Client, path: str) -> None:
    for accept in ("*/*", LINKSET, "application/json"):
        for query in ("", "?linkType=linkset"):
            answer = client.get(path + query, headers={"Accept": accept})
            assert answer.status_code == 400, path
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.headers["access-control-allow-origin"] == "*"
    page = client.get(path, headers={"Accept": BROWSER})
    assert (page.status_code, page.headers["content-type"][:9]) == (400, "text/html")


@pytest.mark.parametrize("code", ["check_digit", "link_qualifier_order"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_refusal_says_what_would_be_right(client: httpx.Client, code: str, language: str) -> None:
    path = {"check_digit": "/01/06901234567891", "link_qualifier_order": f"{SERIAL}/10/L1"}[code]
    answer = client.get(path, headers={"Accept-Language": language})
    assert answer.json()["code"] == code
    right = {"check_digit": "2", "link_qualifier_order": "22 → 10 → 21"}[code]
    assert right in answer.json()["detail"]
    page = client.get(path, headers={"Accept": BROWSER, "Accept-Language": language})
    assert right in page.text


@pytest.mark.parametrize(
    "path",
    [
        f"{UNREGISTERED}/10/X1",
        f"{UNREGISTERED}/21/X1",
        f"{UNREGISTERED}/10/X1/21/X2",
        f"/00/95212340000000001{gs1_check_digit('95212340000000001')}",
        "/t/35021300100120000999",
        "/t/urn:suyuan:91350200MA0000000R:NOTHING",
        "/417/9521234900016",
        "/414/9521234900016/254/7",
    ],
)
def test_what_nobody_knows_is_404(client: httpx.Client, path: str) -> None:
    answer = client.get(f"{path}?linkType=linkset")
    assert (answer.status_code, answer.json()["code"]) == (404, "link_target_unknown")
    assert client.get(path, headers={"Accept": LINKSET}).status_code == 404
    if not path.startswith("/t/"):
        assert client.get(path).status_code == 404
    assert client.get(path, headers={"Accept": BROWSER}).status_code == 404


def test_a_lone_gtin_has_its_page_whoever_registered_it(client: httpx.Client) -> None:
    assert client.get(UNREGISTERED).headers["location"] == f"{PUBLIC_URL}/t{UNREGISTERED}"
    page = client.get(f"/t{UNREGISTERED}", headers={"Accept": BROWSER})
    assert page.status_code == 200


# --- National and private codes -------------------------------------------------------------------


@pytest.mark.parametrize("path", [MEAT, PRIVATE_LOT])
def test_codes_without_a_gs1_path_are_resolved_behind_t(client: httpx.Client, path: str) -> None:
    for accept in ("*/*", BROWSER):
        assert client.get(path, headers={"Accept": accept}).status_code == 200
        answer = client.get(f"{path}?linkType=gs1:pip", headers={"Accept": accept})
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
    (level,) = linkset(client, path)
    assert level["anchor"] == PUBLIC_URL + path
    location = client.get(f"{path}?linkType=gs1:traceability").headers["location"]
    led = client.get(location.removeprefix(PUBLIC_URL)).json()
    assert [event["id"] for event in led["events"]] == ["meat" if path == MEAT else "private"]


@pytest.mark.parametrize(
    "text",
    [
        f"(01){GTIN}(10)L1",
        f"https://id.gs1.org{LOT}",
        f"https://shop.example{LOT}?17=261231",
        "urn:epc:class:lgtin:6901234.056789.L1",
        LOT[1:],
    ],
)
def test_a_gs1_key_behind_t_is_the_same_thing_in_any_spelling(
    client: httpx.Client, text: str
) -> None:
    for spelled in {quote(text, safe=""), quote(text, safe="/:()")}:
        levels = linkset(client, f"/t/{spelled}")
        assert [level["anchor"] for level in levels] == [PUBLIC_URL + LOT, PUBLIC_URL + ITEM]


# --- Methods, CORS, the description ---------------------------------------------------------------


@pytest.mark.parametrize("path", [*KNOWN, MEAT, PRIVATE_LOT, "/.well-known/gs1resolver"])
def test_head_and_options_are_there_for_any_origin(client: httpx.Client, path: str) -> None:
    got, head = client.get(path), client.head(path)
    assert head.content == b""
    assert (head.status_code, head.headers.get("location")) == (
        got.status_code,
        got.headers.get("location"),
    )
    options = client.options(path, headers={"Origin": "https://any.example"})
    assert (options.status_code, options.headers["allow"]) == (204, "GET, HEAD, OPTIONS")
    for answer in (got, head, options):
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["access-control-allow-methods"] == "GET, HEAD, OPTIONS"
        assert "Link" in answer.headers["access-control-expose-headers"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_any_other_method_is_405(client: httpx.Client, method: str) -> None:
    answer = client.request(method, LOT)
    assert answer.status_code == 405
    assert {"GET", "HEAD", "OPTIONS"} >= set(answer.headers["allow"].split(", "))


def test_nothing_is_compressed(client: httpx.Client) -> None:
    answer = client.get(f"{LOT}?linkType=linkset", headers={"Accept-Encoding": "gzip, br"})
    assert "content-encoding" not in answer.headers


def test_the_description_says_what_is_resolved(client: httpx.Client) -> None:
    answer = client.get("/.well-known/gs1resolver")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    body = answer.json()
    Draft202012Validator(DESCRIPTION).validate(body)
    assert body["resolverRoot"] == PUBLIC_URL
    assert body["supportedPrimaryKeys"] == list(PRIMARY_KEYS)
    assert body["supportedLinkType"] == [{"namespace": VOCABULARY, "prefix": "gs1:"}]


# --- Hostile words, silent subsystems -------------------------------------------------------------


def test_a_name_with_markup_stays_text(full_city: City) -> None:
    seller = full_city.client("seller", at="meat")
    evil = "</script><script>alert(1)</script>"
    link = {"type": "faqs", "url": "https://brand.example/'\"><b>", "title": {"zh": evil}}
    put(seller, "/v1/products/09521234000068", names={"zh": evil}, links=[link])
    page = seller.get("/01/09521234000068?linkType=linkset", headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert page.text.count("<script") == 1
    assert "<b>" not in page.text
    assert page.headers["content-security-policy"].startswith("default-src 'none'")


def test_when_a_department_is_silent_nothing_is_said_to_be_unknown(full_city: City) -> None:
    served = full_city.served["imports"]
    served.stop()
    try:
        client = full_city.client()
        assert client.get(f"{UNREGISTERED}/10/X1").status_code == 307
        page = client.get(f"/t{UNREGISTERED}/10/X1", headers={"Accept": BROWSER})
        assert page.status_code == 503
        assert linkset(client, LOT)[0]["anchor"] == PUBLIC_URL + LOT
    finally:
        served.start()
