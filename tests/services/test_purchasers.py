"""Who bought under a real name: sealed, opened with a reason, and nowhere else."""

from __future__ import annotations

import httpx
import pytest
from sqlalchemy import text

from suyuan.domain.purchasers import is_citizen_number
from suyuan.storage.engine import Database
from suyuan.storage.provision import service_url
from suyuan.wire.sealing import SealBroken, unseal
from tests.city import SELLER, City
from tests.services.reports import LOT, report

NAME, NUMBER = "欧阳示例", "11010519491231002X"
SALE = f"urn:suyuan:event:{SELLER}:s1"


def registered(seller: httpx.Client, **members: object) -> httpx.Response:
    told = {"event": "s1", "name": NAME, "id_number": NUMBER, **members}
    return seller.post("/v1/purchasers", json=told)


def opened(client: httpx.Client, reason: str = "案件 17", event: str = SALE) -> httpx.Response:
    return client.post("/v1/purchasers/open", json={"event": event, "reason": reason})


def rows(city: City, statement: str) -> list[str]:
    async def read() -> list[str]:
        database = Database(service_url(city.server_url, "meat"), roles=False)
        async with database.writing() as connection:
            found = (await connection.execute(text(statement))).all()
        await database.close()
        return [str(row) for row in found]

    return city.run(read())


def test_the_department_opens_it_with_a_reason_that_is_kept(
    seller: httpx.Client, department: httpx.Client
) -> None:
    answer = registered(seller)
    assert (answer.status_code, answer.json()) == (201, {"event": SALE})
    assert registered(seller).status_code == 201
    found = opened(department)
    assert found.json()["purchaser"] == {"name": NAME, "id_number": NUMBER, "phone": None}
    assert found.headers["cache-control"] == "no-store"
    opened(department, "复核")
    log = department.get("/v1/purchasers/openings").json()["openings"]
    assert [(one["number"], one["reason"], one["owner"]) for one in log] == [
        (1, "案件 17", "department:meat"),
        (2, "复核", "department:meat"),
    ]
    assert NAME not in str(log)
    behind = department.get("/v1/purchasers/openings", params={"after": 1}).json()["openings"]
    assert [one["number"] for one in behind] == [2]


def test_nobody_else_opens_it_and_without_a_reason_nobody(
    city: City, seller: httpx.Client, department: httpx.Client
) -> None:
    registered(seller)
    others = (None, "seller", "buyer", "city", "inspector meat", "department food")
    for name in others:
        answer = opened(city.client(name, at="meat"))
        assert answer.status_code in (401, 403), name
        assert NAME not in answer.text
    assert opened(department, "  ").status_code == 422
    assert opened(department, event=f"urn:suyuan:event:{SELLER}:other").status_code == 404
    assert department.get("/v1/purchasers/openings").json()["openings"] == []


def test_it_is_in_no_event_chain_export_database_text_or_log(
    city: City,
    seller: httpx.Client,
    department: httpx.Client,
    capfd: pytest.CaptureFixture[str],
) -> None:
    sold = {"kind": "retail", "activity": "sale", "extra": {"real_name": True}}
    assert seller.post("/v1/events", json=report("s1", **sold)).status_code == 200
    registered(seller)
    opened(department)
    seen = [
        *rows(city, "SELECT * FROM purchasers"),
        *rows(city, "SELECT * FROM purchaser_openings"),
        *rows(city, "SELECT document FROM events"),
        *rows(city, "SELECT * FROM accesses"),
        *capfd.readouterr(),
    ]
    for client in (city.client(at="meat"), seller, department, city.client("city")):
        seen.append(client.get(f"/v1/chains/{LOT}").text)
        seen.append(client.get(f"/v1/exports/chains/{LOT}.csv").text)
    assert not [one for one in seen if NAME in one or NUMBER in one]


@pytest.mark.parametrize(
    "members",
    [
        {"id_number": "110105194912310021"},
        {"id_number": 110105194912310029},
        {"id_number": "X" * 18},
        {"name": "  "},
        {"name": f"{NAME}\u0007"},
        {"phone": "1" * 40},
        {"passport": NUMBER},
        {"event": [NUMBER]},
    ],
)
def test_a_refusal_never_repeats_what_was_sent(
    seller: httpx.Client, capfd: pytest.CaptureFixture[str], members: dict[str, object]
) -> None:
    answer = registered(seller, **members)
    assert answer.status_code == 422
    told = answer.text + "".join(capfd.readouterr())
    sent = [str(value) for value in (NAME, NUMBER, *members.values()) if len(str(value)) > 3]
    assert not [value for value in sent if value in told]


def test_another_purchaser_of_the_same_sale_is_refused(seller: httpx.Client) -> None:
    registered(seller)
    assert registered(seller, name="另一人").status_code == 409


def test_a_sale_of_another_sellers_is_refused(city: City) -> None:
    refused = registered(city.client("buyer", at="meat"), event=SALE)
    assert refused.status_code == 422
    assert [(e["pointer"], e["code"]) for e in refused.json()["errors"]] == [
        ("/event", "id_not_yours")
    ]
    assert NUMBER not in refused.text
    assert NAME not in refused.text
    assert registered(city.client("seller", at="meat"), event=SALE).status_code == 201


def test_a_sealed_text_opens_for_its_own_sale_and_with_its_own_key_alone(
    city: City, seller: httpx.Client
) -> None:
    registered(seller)
    (row,) = rows(city, "SELECT sealed FROM purchasers")
    key = (city.folder / "coding.keys").read_text()
    for keys, of in (([b"another key"], "x"), ([key.encode()], "purchaser:of another")):
        with pytest.raises(SealBroken):
            unseal(keys, of, row.strip("(),'"))


def test_those_of_many_sales_are_registered_at_once_or_none(
    seller: httpx.Client, department: httpx.Client
) -> None:
    many = [{"event": f"s{n}", "name": f"{NAME}{n}", "id_number": NUMBER} for n in range(3)]
    answer = seller.post("/v1/purchasers", json=many)
    assert answer.status_code == 201
    assert answer.json()["events"][1] == SALE
    assert opened(department).json()["purchaser"]["name"] == f"{NAME}1"
    assert seller.post("/v1/purchasers", json=many).status_code == 201
    other = [{**many[0], "event": "s9"}, {**many[1], "name": "另一人"}]
    refused = seller.post("/v1/purchasers", json=other)
    assert (refused.status_code, refused.json()["errors"][0]["index"]) == (409, 1)
    wrong = [{**many[0], "event": "s9"}, {**many[1], "id_number": "1" * 18}]
    refused = seller.post("/v1/purchasers", json=wrong)
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/1/id_number")
    assert opened(department, event=f"urn:suyuan:event:{SELLER}:s9").status_code == 404
    # The same sale twice in one body is one purchaser, or none.
    twice = [{**many[0], "event": "s8"}, {**many[1], "event": "s8"}]
    assert seller.post("/v1/purchasers", json=twice).status_code == 409


@pytest.mark.parametrize("count", [0, 1_001])
def test_an_array_is_bounded(seller: httpx.Client, count: int) -> None:
    one = {"event": "s1", "name": NAME, "id_number": NUMBER}
    assert seller.post("/v1/purchasers", json=[one] * count).status_code == 422


def test_the_check_character_of_an_identity_number() -> None:
    assert is_citizen_number(NUMBER)
    assert is_citizen_number(NUMBER.lower())
    assert not is_citizen_number("110105194912310021")
    assert not is_citizen_number("１１０１０５１９４９１２３１００２X")


def test_the_gateway_leads_to_the_subsystem(city: City) -> None:
    told = {"event": "s1", "name": NAME, "id_number": NUMBER}
    assert city.client("seller").post("/meat/v1/purchasers", json=told).status_code == 201
    asked = {"event": SALE, "reason": "案件 17"}
    department = city.client("department meat")
    answer = department.post("/meat/v1/purchasers/open", json=asked)
    assert answer.json()["purchaser"]["name"] == NAME
    log = department.get("/meat/v1/purchasers/openings").json()["openings"]
    assert [one["reason"] for one in log] == ["案件 17"]
