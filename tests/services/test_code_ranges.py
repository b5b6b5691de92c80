"""``/v1/code-ranges`` and ``/v1/code-status``: codes given out, told of, printed, asked about."""

from __future__ import annotations

import csv
import io
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pypdfium2
import pytest
import zxingcpp

from services.ingest import code_ranges
from tests.city import BUYER, PUBLIC_URL, SELLER, City
from tests.services.entries import put
from tests.services.recalls import wait

GTIN = "06901234567892"
DRUG = {"scheme": "drug_code", "stem": "8385793", "count": 100}
RANGES = "/v1/code-ranges"


@pytest.fixture
def shopper(city: City) -> httpx.Client:
    return city.client(at="meat")


def asked(client: httpx.Client, **order: Any) -> dict[str, Any]:
    answer = client.post(RANGES, json=order)
    assert answer.status_code == 201, answer.text
    given: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"{RANGES}/{given['id']}"
    return given


def serials(seller: httpx.Client, count: int = 50, **more: Any) -> dict[str, Any]:
    put(seller, f"/v1/products/{GTIN}", names={"zh": "闽味香肠"})
    return asked(seller, scheme="sgtin", stem=GTIN, count=count, **more)


def codes(client: httpx.Client, given: dict[str, Any]) -> list[list[str]]:
    answer = client.get(given["codes"])
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))[1:]


def status(client: httpx.Client, code: str) -> dict[str, Any]:
    answer = client.get(f"/v1/code-status/{code}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def faults(answer: httpx.Response) -> list[tuple[str, str]]:
    return [(e["pointer"], e["code"]) for e in answer.json()["errors"]]


def tell(client: httpx.Client, given: dict[str, Any], **told: Any) -> httpx.Response:
    return client.post(f"{RANGES}/{given['id']}/notices", json=told)


def test_codes_of_a_product_are_given_out_and_can_be_asked_about(
    seller: httpx.Client, shopper: httpx.Client
) -> None:
    given = serials(seller, lot="L1")
    rows = codes(seller, given)
    assert len({code for code, _, _ in rows}) == given["count"] == 50
    assert (given["first_code"], given["last_code"]) == (rows[0][2], rows[-1][2])
    found = status(shopper, rows[7][0])
    assert (found["verdict"], found["lot"], found["owner"]) == ("issued", "L1", SELLER)


def test_the_next_codes_are_others(seller: httpx.Client) -> None:
    one, two = serials(seller), serials(seller)
    first, second = ({row[0] for row in codes(seller, given)} for given in (one, two))
    assert len(first | second) == 100


def test_two_who_ask_at_once_get_different_codes(seller: httpx.Client) -> None:
    put(seller, f"/v1/products/{GTIN}", names={"zh": "闽味香肠"})
    with ThreadPoolExecutor(8) as pool:
        order = {"scheme": "sgtin", "stem": GTIN, "count": 40}
        given = list(pool.map(lambda _: asked(seller, **order), range(16)))
    made = [row[0] for one in given for row in codes(seller, one)]
    assert len(set(made)) == len(made) == 16 * 40


def test_a_code_that_nobody_was_given_is_not_issued(
    seller: httpx.Client, shopper: httpx.Client
) -> None:
    given = serials(seller)
    made_up = f"(01){GTIN}(21)0123456789ABC"
    assert status(shopper, made_up)["verdict"] == "not_issued"
    assert status(shopper, "(01)09521234000020(21)0123456789ABC")["verdict"] == "foreign"
    assert status(shopper, given["first_code"])["verdict"] == "issued"


def test_a_forged_code_is_refused_while_the_database_is_away(
    city: City, seller: httpx.Client, shopper: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    status(shopper, serials(seller)["first_code"])  # the stem is known from here on

    def away(*_: object, **__: object) -> None:
        raise AssertionError("the database was asked")

    monkeypatch.setattr("suyuan.storage.coding.holding", away)
    monkeypatch.setattr("suyuan.storage.coding.has_stem", away)
    assert status(shopper, f"(01){GTIN}(21)0123456789ABD")["verdict"] == "not_issued"


@pytest.mark.parametrize("state", ["active", "lost", "void"])
def test_what_is_told_of_codes_holds_for_them_alone(
    seller: httpx.Client, shopper: httpx.Client, state: str
) -> None:
    given = serials(seller)
    rows = codes(seller, given)
    named = [rows[3][0], rows[4][0], rows[9][2]]
    told = tell(seller, given, state=state, codes=named, reason="标签损坏")
    assert told.status_code == 200, told.text
    assert [(n["first"], n["count"]) for n in told.json()["notices"]] == [(3, 2), (9, 1)]
    verdicts = [status(shopper, row[0])["verdict"] for row in rows[2:6]]
    assert verdicts == ["issued", state, state, "issued"]


def test_codes_are_bound_to_a_lot_when_they_are_used(
    seller: httpx.Client, shopper: httpx.Client
) -> None:
    given = serials(seller)
    assert tell(seller, given, state="active", first=10, count=5, lot="L77").status_code == 200
    rows = codes(seller, given)
    assert [status(shopper, rows[n][0])["lot"] for n in (9, 10, 14, 15)] == [
        *(None, "L77", "L77", None)
    ]


def test_what_is_void_stays_void(seller: httpx.Client, shopper: httpx.Client) -> None:
    given = serials(seller)
    assert tell(seller, given, state="void", first=5, count=2, reason="misprint").is_success
    again = tell(seller, given, state="active")
    assert (again.status_code, again.json()["code"]) == (409, "code_void")
    assert status(shopper, given["first_code"])["verdict"] == "issued"
    assert tell(seller, given, state="active", first=0, count=5).is_success


def test_a_gtin_must_be_the_enterprises_own_product(city: City, seller: httpx.Client) -> None:
    order = {"scheme": "sgtin", "stem": GTIN, "count": 1}
    refused = seller.post(RANGES, json=order)
    assert (refused.status_code, faults(refused)) == (422, [("/stem", "product_not_yours")])
    serials(seller)
    other = city.client("buyer", at="meat").post(RANGES, json=order)
    assert (other.status_code, faults(other)) == (422, [("/stem", "product_not_yours")])


def test_a_stem_belongs_to_who_asked_first(city: City, seller: httpx.Client) -> None:
    asked(seller, **DRUG)
    other = city.client("buyer", at="meat").post(RANGES, json=DRUG)
    assert (other.status_code, other.json()["code"]) == (409, "stem_taken")


def test_a_department_asks_on_behalf_of_an_enterprise(city: City, seller: httpx.Client) -> None:
    department = city.client("department meat", at="meat")
    assert faults(department.post(RANGES, json=DRUG)) == [("/party", "coding_party_missing")]
    given = asked(department, **DRUG, party=SELLER)
    assert given["owner"] == SELLER
    assert len(codes(seller, given)) == 100


def test_nobody_sees_anothers_ranges(city: City, seller: httpx.Client) -> None:
    given = asked(seller, **DRUG)
    path = f"{RANGES}/{given['id']}"
    for key in ("buyer", "department food"):
        client = city.client(key, at="meat")
        assert client.get(path).status_code in (403, 404)
        assert client.get(f"{path}/codes.csv").status_code in (403, 404)
        assert client.post(f"{path}/notices", json={"state": "active"}).status_code in (403, 404)
    assert city.client("buyer", at="meat").get(RANGES).json() == {"ranges": []}
    assert city.client("department meat", at="meat").get(path).status_code == 200
    assert [city.client(k, at="meat").get(path).status_code for k in ("city", None)] == [403, 401]


def test_the_list_is_read_page_by_page(seller: httpx.Client) -> None:
    given = [asked(seller, **DRUG)["id"] for _ in range(5)]
    seen: list[str] = []
    before: dict[str, str] = {}
    while page := seller.get(RANGES, params={"limit": "2", **before}).json()["ranges"]:
        seen += [one["id"] for one in page]
        before = {"before": seen[-1]}
    assert seen == given[::-1]


def test_a_stem_that_has_not_as_many_codes_left_says_so(seller: httpx.Client) -> None:
    order = {"scheme": "meat_trace", "stem": "3502030010001", "count": 9_999_999}
    asked(seller, **order)
    english = {"Accept-Language": "en"}
    refused = seller.post(RANGES, json={**order, "count": 2}, headers=english)
    assert (refused.status_code, faults(refused)) == (422, [("/count", "stem_spent")])
    assert "Behind 3502030010001 only 1 codes are left" in refused.text


BAD_ORDERS: list[tuple[Any, list[tuple[str, str]]]] = [
    ({}, [("/scheme", "missing"), ("/stem", "missing"), ("/count", "not_whole")]),
    ({**DRUG, "scheme": "uscc"}, [("/scheme", "unknown_word")]),
    ({**DRUG, "stem": "838579"}, [("/stem", "stem_malformed")]),
    ({**DRUG, "count": 0}, [("/count", "not_whole")]),
    ({**DRUG, "count": 10**9}, [("/count", "not_whole")]),
    ({**DRUG, "count": True}, [("/count", "not_whole")]),
    ({**DRUG, "count": "5"}, [("/count", "not_whole")]),
    ({**DRUG, "lot": "L1"}, [("/lot", "lot_not_with")]),
    ({**DRUG, "party": BUYER}, [("/party", "party_not_yours")]),
    ({**DRUG, "colour": "red"}, [("/colour", "unknown_field")]),
    ({"scheme": "sgtin", "stem": "6901234567891", "count": 1}, [("/stem", "stem_malformed")]),
    ({"scheme": "sgtin", "stem": GTIN, "count": 1, "lot": "x" * 21}, [("/lot", "text_too_long")]),
]


@pytest.mark.parametrize(("body", "wrong"), BAD_ORDERS, ids=lambda x: str(x)[:40])
def test_every_fault_of_an_order_is_told_at_once(
    seller: httpx.Client, body: Any, wrong: list[tuple[str, str]]
) -> None:
    answer = seller.post(RANGES, json=body)
    assert answer.status_code == 422
    assert faults(answer) == wrong


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"null", b'{"count": NaN}', b"\xff"])
def test_a_body_that_is_no_order_is_refused(seller: httpx.Client, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    assert seller.post(RANGES, content=body, headers=headers).status_code in (400, 422)


@pytest.mark.parametrize(
    ("told", "wrong"),
    [
        ({"state": "issued"}, ("/state", "unknown_word")),
        ({"state": "void"}, ("/reason", "missing")),
        ({"state": "active", "first": 100}, ("/first", "not_whole")),
        ({"state": "active", "first": 99, "count": 2}, ("/count", "not_whole")),
        ({"state": "active", "codes": []}, ("/codes", "codes_malformed")),
        ({"state": "active", "codes": [None]}, ("/codes/0/code", "missing")),
        ({"state": "active", "codes": ["8385793"], "first": 1}, ("/codes", "codes_or_run")),
        ({"state": "active", "codes": ["83857930000000000000"]}, ("/codes/0", "code_not_in_range")),
    ],
    ids=str,
)
def test_every_fault_of_a_notice_is_told(
    seller: httpx.Client, told: dict[str, Any], wrong: tuple[str, str]
) -> None:
    answer = tell(seller, asked(seller, **DRUG), **told)
    assert answer.status_code == 422
    assert wrong in faults(answer)


@pytest.mark.parametrize("path", ["", "/codes.csv"])
@pytest.mark.parametrize("range_id", ["nonsense", "00000000-0000-4000-8000-000000000000"])
def test_a_range_that_is_not_there_is_404(seller: httpx.Client, range_id: str, path: str) -> None:
    answer = seller.get(f"{RANGES}/{range_id}{path}")
    assert (answer.status_code, answer.json()["code"]) == (404, "range_unknown")


def finished(client: httpx.Client, job: dict[str, Any]) -> dict[str, Any]:
    until = time.monotonic() + 60
    while job["state"] in ("waiting", "running"):
        assert time.monotonic() < until, job
        time.sleep(0.05)
        job = client.get(f"/v1/jobs/{job['id']}").json()
    return job


def test_labels_are_a_job_whose_sheets_are_read_back(seller: httpx.Client) -> None:
    given = serials(seller, lot="L1")
    order = {
        "format": "pdf",
        "layout": "avery-l7160",
        "title": "闽味香肠",
        "first": 10,
        "count": 30,
    }
    begun = seller.post(f"{RANGES}/{given['id']}/labels", json=order)
    assert begun.status_code == 202, begun.text
    job = finished(seller, begun.json())
    assert (job["state"], job["rows_read"], job["rows_total"]) == ("done", 30, 30)
    sheets = seller.get(job["result"])
    assert sheets.headers["content-type"] == "application/pdf"
    pages = pypdfium2.PdfDocument(io.BytesIO(sheets.content))
    pictures = [page.render(scale=4).to_pil() for page in pages]
    seen = {found.text for picture in pictures for found in zxingcpp.read_barcodes(picture)}
    assert seen == {address for _, address, _ in codes(seller, given)[10:40]}
    assert all(address.startswith(f"{PUBLIC_URL}/01/{GTIN}/21/") for address in seen)


def test_a_result_is_there_when_the_job_is_done_and_for_its_owner_alone(
    city: City, seller: httpx.Client
) -> None:
    given = asked(seller, **DRUG)
    begun = seller.post(f"{RANGES}/{given['id']}/labels", json={"format": "csv"}).json()
    job = finished(seller, begun)
    assert seller.get(job["result"]).content.count(b"\n") == 101
    assert city.client("buyer", at="meat").get(job["result"]).status_code == 404


def test_the_newest_files_of_labels_are_kept(
    city: City, seller: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(code_ranges, "LABEL_FILES_KEPT", 2)
    of_another = asked(city.client("buyer", at="meat"), **{**DRUG, "stem": "8385794"})
    given = asked(seller, **DRUG)

    def made(client: httpx.Client, of: dict[str, Any]) -> str:
        begun = client.post(f"{RANGES}/{of['id']}/labels", json={"format": "csv"}).json()
        result: str = finished(client, begun)["result"]
        return result

    others = made(city.client("buyer", at="meat"), of_another)
    results = [made(seller, given) for _ in range(4)]
    kept = [seller.get(result) for result in results]
    assert [answer.status_code for answer in kept] == [404, 200, 200, 200]
    assert kept[-1].headers["content-length"] == str(len(kept[-1].content))
    assert city.client("buyer", at="meat").get(others).status_code == 200


def test_an_owner_is_sent_two_files_of_codes_at_once(city: City, seller: httpx.Client) -> None:
    # More than what a connection holds that nobody reads.
    given = asked(seller, **{**DRUG, "count": 2_000_000})
    with seller.stream("GET", given["codes"]) as one, seller.stream("GET", given["codes"]):
        third = seller.get(given["codes"])
        assert (third.status_code, third.json()["code"]) == (429, "too_many_downloads")
        assert third.headers["retry-after"] == "5"
        official = city.client("department meat", at="meat")
        with official.stream("GET", given["codes"]) as other:
            assert other.status_code == one.status_code == 200
    small = asked(seller, **DRUG)
    wait(lambda: seller.get(small["codes"]).status_code == 200 or None)


def test_labels_that_cannot_be_made_are_refused(seller: httpx.Client) -> None:
    given = asked(seller, **{**DRUG, "count": 60_000})
    path = f"{RANGES}/{given['id']}/labels"
    refused = seller.post(path, json={"format": "docx", "layout": "a5", "count": 50_001})
    assert faults(refused) == [
        *(("/format", "unknown_word"), ("/layout", "unknown_word"), ("/count", "not_whole"))
    ]


def test_at_the_gateway_codes_come_from_the_callers_home(city: City) -> None:
    seller = city.client("seller")
    given = serials(seller)
    rows = codes(seller, given)
    assert [one["id"] for one in seller.get(RANGES).json()["ranges"]] == [given["id"]]
    assert tell(seller, given, state="void", first=0, count=1, reason="test").is_success
    found = [status(city.client(), row[0]) for row in rows[:2]]
    assert [(f["verdict"], f["subsystem"]) for f in found] == [("void", "meat"), ("issued", "meat")]
    assert found[0]["silent"] == []
    job = seller.post(f"{RANGES}/{given['id']}/labels", json={"format": "svg", "count": 2}).json()
    result = seller.get(finished(seller, job)["result"])
    assert (result.status_code, result.headers["content-type"]) == (200, "application/zip")


def test_the_gateway_says_which_department_was_silent(city: City) -> None:
    seller = city.client("seller")
    code = serials(seller)["first_code"]
    city.served["meat"].stop()
    try:
        found = status(city.client(), code)
        assert (found["verdict"], found["silent"]) == ("foreign", ["meat"])
    finally:
        city.served["meat"].start()
    assert status(city.client(), code)["verdict"] == "issued"


def test_nobody_is_asked_about_a_lot_which_no_code_service_gives_out(city: City) -> None:
    city.served["meat"].stop()
    try:
        found = status(city.client(), f"(01){GTIN}(10)L1")
        assert (found["verdict"], found["silent"]) == ("foreign", [])
    finally:
        city.served["meat"].start()
