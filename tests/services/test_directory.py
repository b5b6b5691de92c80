"""``GET /v1/directory``: of whom departments stand for, what may be public, and nothing else."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import httpx
import msgspec
import pytest
from sqlalchemy import TextClause, text

from services.gateway.directory import joined
from suyuan.domain.errors import Unavailable
from suyuan.domain.register import today
from suyuan.storage.directory import NAMED, PAGE
from suyuan.storage.engine import Database
from suyuan.storage.provision import service_url
from suyuan.wire.directory import DirectoryRow, MemberPage, read_page
from suyuan.wire.register_cards import NamingCard
from tests.city import BUYER, SELLER, City
from tests.services.certificates import entered
from tests.services.entries import put
from tests.services.filings import LICENCE, approved, dossier, filed, party, stepped

NOW = today(datetime.now(UTC))


def listing(city: City, at: str = "meat", **query: Any) -> dict[str, Any]:
    """A page as anybody gets it."""
    answer = city.client(at=at).get("/v1/directory", params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def ids(page: dict[str, Any]) -> list[str]:
    return [row["id"] for row in page["parties"]]


def both(city: City) -> tuple[httpx.Client, httpx.Client]:
    return city.client("seller", at="meat"), city.client("department meat", at="meat")


@pytest.mark.parametrize("at", ["meat", "gateway"])
def test_an_entry_has_these_members_and_no_others(city: City, at: str) -> None:
    seller, department = both(city)
    told = {"number": LICENCE, "type": "食品经营许可证", "valid_from": "2025-01-01"}
    decided = approved(seller, department, party(licences=[told]))
    page = listing(city, at)
    assert page["parties"] == [
        {
            "id": SELLER,
            "code": f"urn:suyuan:cn:{SELLER}",
            "names": {"zh": "鹭洋肉品", "en": "Luyang Meat"},
            "categories": ["wholesale"],
            "district": "350212",
            "district_name": "福建省厦门市同安区",
            "licences": [{**told, "valid_to": None, "revoked_on": None}],
            "brands": [{"names": {"zh": "鹭洋", "en": None}, "trademark": "12345678"}],
            "state": "approved",
            "revoked_on": None,
            "valid_from": "2026-01-01",
            "subsystem": "meat",
            "certificates": [],
        }
    ]
    assert (page["complete"], page["next"]) == (True, None)
    # What the dossier holds besides: an address, places and products, people, who decided.
    whole = json.dumps(page, ensure_ascii=False)
    hidden = ["工业路", "冷库", "猪肉", "欧阳示例", "13900001234", "department:", decided["id"]]
    assert [word for word in hidden if word in whole] == []


def test_only_what_a_department_stands_for_is_in_it(city: City) -> None:
    seller, department = both(city)
    put(seller, f"/v1/parties/{SELLER}", names={"zh": "自己说的"})
    filed(seller)
    assert ids(listing(city)) == []
    put(department, f"/v1/parties/{BUYER}", names={"zh": "部门登记的"})
    assert ids(listing(city)) == [BUYER]


def test_no_person_is_in_it(city: City) -> None:
    department = city.client("department meat", at="meat")
    farmer = f"/v1/parties/urn:suyuan:{SELLER}:FARM-7"
    put(department, farmer, names={"zh": "合作社"}, type="organisation", valid_from="2026-01-01")
    assert len(listing(city)["parties"]) == 1
    put(department, farmer, names={"zh": "王五"}, type="person", valid_from="2026-02-01")
    assert listing(city)["parties"] == []
    assert listing(city, q="合作社")["parties"] == []


def test_nobody_leaves_it_by_calling_himself_a_person(city: City) -> None:
    seller, department = both(city)
    approved(seller, department)
    put(seller, f"/v1/parties/{SELLER}", names={"zh": "某人"}, type="person")
    (row,) = listing(city)["parties"]
    assert row["names"]["zh"] == "鹭洋肉品"
    put(department, f"/v1/parties/{SELLER}", names={"zh": "个人"}, type="person")
    assert ids(listing(city)) == []


def test_what_holds_next_month_is_not_in_it_yet(city: City) -> None:
    soon = (NOW + timedelta(days=30)).isoformat()
    approved(*both(city), dossier(valid_from=soon))
    assert ids(listing(city)) == []


def test_it_says_what_was_revoked(city: City) -> None:
    seller, department = both(city)
    decided = approved(seller, department)
    since = {"from": "2026-03-01"}
    revoked = stepped(
        department, decided, "revoke-licence", licence=LICENCE, note="机密理由", **since
    )
    (row,) = listing(city)["parties"]
    assert (row["state"], row["licences"][0]["revoked_on"]) == ("approved", "2026-03-01")
    stepped(department, revoked, "revoke", note="机密理由", **since)
    page = listing(city)
    assert (page["parties"][0]["state"], page["parties"][0]["revoked_on"]) == (
        "revoked",
        "2026-03-01",
    )
    assert "机密" not in json.dumps(page, ensure_ascii=False)


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("鹭洋", True),
        ("洋鹭", False),
        ("洋肉品", True),
        ("LUYANG", True),
        ("ｌｕｙａｎｇ", True),
        ("yang me", True),
        (SELLER, True),
        (SELLER[:8].lower(), True),
        ("闽味", False),
        (SELLER[1:9], False),
        ("欧阳示例", False),
        ("13900001234", False),
        ("工业路", False),
        (LICENCE, False),
        ("%%", False),
        ("__", False),
    ],
)
def test_it_is_searched_by_name_or_code_and_by_nothing_else(
    city: City, q: str, *, found: bool
) -> None:
    approved(*both(city))
    assert ids(listing(city, q=q)) == ([SELLER] if found else [])


@pytest.mark.parametrize(
    "query", [{"q": "x"}, {"q": "x" * 101}, {"limit": 0}, {"limit": 101}, {"sort": "name"}]
)
def test_a_question_that_is_none_is_422(city: City, query: dict[str, Any]) -> None:
    for at in ("meat", "gateway"):
        assert city.client(at=at).get("/v1/directory", params=query).status_code == 422


@pytest.mark.parametrize(
    ("after", "status"), [("x\x00y", 422), ("~" * 2_000, 200), ("'; DROP TABLE register --", 200)]
)
def test_any_printed_text_is_a_place_in_it(city: City, after: str, status: int) -> None:
    for at in ("meat", "gateway"):
        answer = city.client(at=at).get("/v1/directory", params={"after": after})
        assert answer.status_code == status, answer.text
        assert status == 422 or answer.json()["complete"]


@pytest.mark.parametrize("at", ["meat", "gateway"])
def test_its_pages_give_everybody_once(city: City, at: str) -> None:
    codes = sorted(f"9521234900{n:02}" for n in range(23))
    for subsystem, own in (("meat", codes[::2]), ("food", codes[1::2])):
        department = city.client(f"department {subsystem}", at=subsystem)
        for code in own:
            put(department, f"/v1/parties/urn:suyuan:{SELLER}:{code}", **_cooperative(code))
    seen: list[str] = []
    after, pages = "", 0
    while after is not None:
        page = listing(city, at, after=after, limit=5)
        seen += [row["names"]["zh"] for row in page["parties"]]
        after, pages = page["next"], pages + 1
    assert seen == (codes if at == "gateway" else codes[::2])
    assert pages == -(-len(seen) // 5)


def _cooperative(code: str) -> dict[str, Any]:
    return {"names": {"zh": code}, "type": "organisation"}


def test_a_silent_department_is_named(city: City) -> None:
    approved(*both(city))
    city.served["food"].stop()
    try:
        page = listing(city, "gateway")
    finally:
        city.served["food"].start()
    assert (ids(page), page["complete"]) == ([SELLER], False)
    assert {s["subsystem"]: s["status"] for s in page["sources"]}["food"] == "down"


def row(code: str, subsystem: str = "meat") -> DirectoryRow:
    given = (None, None, (), (), "approved", None, NOW)
    return DirectoryRow(code, code, NamingCard("厂"), (), *given, subsystem)


def test_one_enterprise_of_two_departments_is_not_torn_apart_by_a_page() -> None:
    meat = MemberPage((row("A"), row("B"), row("D")), "D")
    food = MemberPage((row("B", "food"), row("C", "food")))
    taken, following = joined([meat, food], 2)
    assert [(r.code, r.subsystem) for r in taken] == [("A", "meat"), ("B", "meat"), ("B", "food")]
    assert following == "B"
    assert joined([MemberPage(())], 2) == ([], None)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"parties": 7}',
        b'{"parties": [{"id": "x"}]}',
        b'{"parties": [], "next": 7}',
    ],
)
def test_a_page_that_is_none_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match="page of a directory"):
        read_page(body, "meat")


def test_a_lying_department_speaks_for_itself_alone_and_in_order() -> None:
    page = MemberPage((row("A", "food"), row("B", "food")))
    told = json.dumps(_plain(page)).encode()
    assert {r.subsystem for r in read_page(told, "meat").parties} == {"meat"}
    backwards = json.dumps(_plain(MemberPage(page.parties[::-1]))).encode()
    with pytest.raises(ValueError, match="order of code"):
        read_page(backwards, "meat")


def _plain(page: MemberPage) -> Any:
    return msgspec.to_builtins(page)


def test_a_page_of_many_looks_at_no_more_than_it_shows(city: City) -> None:
    """Ten thousand enterprises: a page is found through the index, and stops when it is full."""
    plan = city.run(_plan(city, PAGE, **PAGED))
    assert "register_directory" in plan
    assert "Sort" not in plan


def test_a_name_is_found_through_an_index_of_its_characters(city: City) -> None:
    plan = city.run(_plan(city, NAMED, name="岭茶", most=1001))
    assert "register_sought" in plan
    assert "Seq Scan" not in plan


PAGED: dict[str, Any] = {"today": NOW, "limit": 21, "name": None, "category": None, "least": None}
PAGED["beyond"] = None


async def _plan(city: City, statement: TextClause, **bound: Any) -> str:
    database = Database(service_url(city.server_url, "meat"), roles=False)
    async with database.writing() as connection:
        await connection.execute(
            text("""
                INSERT INTO register (code, kind, number, valid_from, content, reporter, authority,
                                      document, sought)
                SELECT 'urn:suyuan:cn:' || n, 0, 1, '2026-01-01', gen_random_uuid(), 'x', true,
                       '{}', 'name' || n
                FROM generate_series(100000, 109999) AS n
            """)
        )
        await connection.execute(text("ANALYZE register"))
        explained = await connection.execute(
            text("EXPLAIN " + statement.text), {"after": "", **bound}
        )
        told = "\n".join(line for (line,) in explained)
        await connection.rollback()
    await database.close()
    return told


def opened(city: City, path: str, at: str = "gateway", **query: Any) -> httpx.Response:
    """A page as a phone without a script gets it."""
    return city.client(at=at).get(path, params=query, headers={"Accept": "text/html"})


@pytest.mark.parametrize("at", ["meat", "gateway"])
def test_its_page_shows_the_same_to_people(city: City, at: str) -> None:
    seller, department = both(city)
    approved(seller, department)
    answer = opened(city, "/directory", at, q="鹭洋")
    assert answer.status_code == 200
    assert "form-action 'self'" in answer.headers["content-security-policy"]
    assert "<h2>鹭洋肉品</h2>" in answer.text
    hidden = ["工业路", "冷库", "猪肉", "欧阳示例", "13900001234", "department:"]
    assert [word for word in hidden if word in answer.text] == []
    assert "<h2>Luyang Meat</h2>" in opened(city, "/directory", at, lang="en").text
    assert "没有找到企业" in opened(city, "/directory", at, q="闽味").text


@pytest.mark.parametrize("at", ["meat", "gateway"])
def test_a_search_of_one_letter_is_refused_on_the_page(city: City, at: str) -> None:
    answer = opened(city, "/directory", at, q=" 鹭 ")
    assert (answer.status_code, "请至少输入 2 个字" in answer.text) == (422, True)
    assert opened(city, "/directory", at, q=" ").status_code == 200
    for bad in ({"q": "x" * 101}, {"after": "x\x00"}):
        assert opened(city, "/directory", at, **bad).status_code == 422


@pytest.mark.parametrize("at", ["", "/meat"])
def test_its_pages_lead_from_one_to_the_next(city: City, at: str) -> None:
    department = city.client("department meat", at="meat")
    codes = [f"9521234900{n:02}" for n in range(23)]
    for code in codes:
        put(department, f"/v1/parties/urn:suyuan:{SELLER}:{code}", **_cooperative(code))
    query, seen = "?lang=en&q=9521", []
    while query:
        page = city.client().get(f"{at}/directory{query}", headers={"Accept": "text/html"}).text
        seen += re.findall(r"<h2>(\d+)</h2>", page)
        found = re.search(r'href="(\?[^"]+)" rel="next"', page)
        query = unescape(found[1]) if found else ""
        assert 'lang="en"' in page
    assert seen == codes


@pytest.mark.parametrize("most", [0, 1_000])
def test_a_common_part_of_a_name_is_found_as_a_rare_one_is(
    city: City, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr("suyuan.storage.directory._MOST_NAMED", most)
    department = city.client("department meat", at="meat")
    names = [f"{n}号水产{n}" for n in range(12)]
    for n, name in enumerate(names):
        code = f"9521234900{n:02}"
        put(department, f"/v1/parties/urn:suyuan:{SELLER}:{code}", **_cooperative(name))

    def found(**query: Any) -> list[str]:
        return [row["names"]["zh"] for row in listing(city, **query)["parties"]]

    following = listing(city, q="水产", limit=5)["next"]
    assert found(q="水产", limit=5) + found(q="水产", limit=10, after=following) == names
    assert found(q="1号水") == [names[1], names[11]]
    put(department, f"/v1/parties/urn:suyuan:{SELLER}:952123490001", **_cooperative("改名了"))
    assert found(q="1号水") == [names[11]]


def test_a_silent_department_is_named_on_the_page(city: City) -> None:
    approved(*both(city))
    city.served["food"].stop()
    try:
        page = opened(city, "/directory").text
    finally:
        city.served["food"].start()
    assert "鹭洋肉品" in page
    assert "food暂时没有应答" in page


def test_certificates_stand_where_they_were_adopted(city: City) -> None:
    seller, department = both(city)
    approved(seller, department)
    entered(department, number="OF-MEAT")
    entered(city.client("city"), number="OF-CITY")
    entered(department, number="OVER", valid_to=str(NOW - timedelta(days=1)))
    (row,) = listing(city, "gateway")["parties"]
    told = {(one["number"], one["source"]) for one in row["certificates"]}
    assert told == {("OF-MEAT", "meat"), ("OF-CITY", "city")}
    assert "party" not in row["certificates"][0]
    (own,) = listing(city)["parties"]
    assert [one["number"] for one in own["certificates"]] == ["OF-MEAT"]
    page = opened(city, "/directory", lang="en").text
    assert re.search("OF-CITY · Valid to .* · adopted by The city", page)


def test_the_gateways_database_away_costs_the_citys_certificates_alone(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    seller, department = both(city)
    approved(seller, department)
    entered(department, number="OF-MEAT")
    entered(city.client("city"), number="OF-CITY")

    async def away(*_: object) -> None:
        raise Unavailable("database_unavailable")

    monkeypatch.setattr("services.gateway.certificates.find_adopted", away)
    (row,) = listing(city, "gateway")["parties"]
    assert [one["number"] for one in row["certificates"]] == ["OF-MEAT"]


def test_the_front_door_leads_to_it_and_takes_a_typed_code(city: City) -> None:
    home = opened(city, "/", lang="en")
    assert home.status_code == 200
    assert 'href="/directory?lang=en"' in home.text
    assert 'action="/t"' in home.text
    typed = opened(city, "/t", code=" (01)06901234567892(10)L/1 ", lang="en", size="large")
    assert typed.status_code == 303
    assert typed.headers["location"] == (
        "/t/%2801%2906901234567892%2810%29L%2F1?lang=en&size=large"
    )
    assert opened(city, typed.headers["location"]).status_code == 404  # nobody reported it
    assert opened(city, "/t", code=" ").headers["location"] == "/?lang=zh"
    assert opened(city, "/", at="meat").headers["location"] == "/docs"


@pytest.mark.parametrize("page", ["/", "/directory", "/complaints/new", "/complaints"])
def test_a_link_that_was_passed_on_opens_with_what_was_added_to_it(city: City, page: str) -> None:
    assert opened(city, page, **{"from": "singlemessage", "isappinstalled": "0"}).status_code == 200
    assert city.client().get("/v1/directory", params={"from": "x"}).status_code == 422
