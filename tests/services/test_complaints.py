"""A shopper complains without login or script; a department answers; nobody else reads along."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from suyuan.domain.errors import TooMany
from suyuan.web.quotas import Quotas, TokenBuckets
from tests.city import City
from tests.services.reports import GTIN
from tests.services.test_consumer_pages import HTML, made, report

CODE = f"(01){GTIN}(10)L1"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests complain more often than a household may."""
    monkeypatch.setattr(Quotas, "count_complaint", lambda *_: None)


def form(city: City, code: str = CODE, at: str = "gateway") -> dict[str, str]:
    """The fields of the form as a browser would send them back, with a story."""
    html = city.client(at=at).get("/complaints/new", params={"code": code}, headers=HTML).text
    given = dict(re.findall(r'<input[^>]*? name="(\w+)" value="([^"]*)"', html))
    assert given["code"] == code
    return given | {"topic": "quality", "message": "有异味。", "contact": "13900001111"}


def send(city: City, fields: dict[str, str], at: str = "gateway", **headers: str) -> httpx.Response:
    return city.client(at=at).post("/complaints", data=fields, headers=headers)


def complain(city: City, at: str = "gateway", code: str = CODE, **more: str) -> str:
    answer = send(city, form(city, code, at) | more, at)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].partition("?")[0].rpartition("/")[2]


def listed(city: City, key: str, at: str = "gateway") -> list[dict[str, Any]]:
    answer = city.client(key, at=at).get("/v1/complaints")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["complaints"]
    return found


def known_lot(city: City) -> None:
    report(city, made(CODE, items=[{"code": CODE, "quantity": "5"}]))


def test_the_page_leads_to_the_form_with_the_code_filled_in(city: City) -> None:
    known_lot(city)
    page = city.client().get(f"/01/{GTIN}/10/L1", headers=HTML).text
    link = re.findall(r'href="(/complaints/new\?[^"]*)"', page)[0]
    code = parse_qs(urlsplit(unescape(link)).query)["code"][0]
    opened = city.client().get(unescape(link), headers=HTML)
    assert f'value="{code}"' in opened.text
    assert "form-action 'self'" in opened.headers["content-security-policy"]
    assert opened.headers["cache-control"] == "no-store"
    assert "<script" not in opened.text


@pytest.mark.parametrize("at", ["gateway", "food"])
def test_a_complaint_is_stored_and_followed_up_by_its_number(city: City, at: str) -> None:
    known_lot(city)
    number = complain(city, at)
    page = city.client(at=at).get(f"/complaints/{number}", headers=HTML)
    assert page.status_code == 200
    assert "有异味。" in page.text
    assert "部门尚未答复" in page.text
    assert "13900001111" not in page.text
    spoken = "-".join(number[i : i + 4] for i in range(0, 16, 4)).lower()
    assert city.client(at=at).get(f"/complaints/{spoken}", headers=HTML).status_code == 200


@pytest.mark.parametrize("at", ["gateway", "food"])
def test_a_number_can_be_typed_and_leads_to_its_complaint(city: City, at: str) -> None:
    known_lot(city)
    number = complain(city, at)
    shopper = city.client(at=at)
    link = re.findall(r'href="(/complaints\?[^"]*)"', page_of_lot(city, at))[0]
    form = shopper.get(unescape(link), headers=HTML)
    assert (form.status_code, form.headers["cache-control"]) == (200, "no-store")
    assert 'name="number"' in form.text
    assert "<script" not in form.text
    typed = " ".join(number[i : i + 4] for i in range(0, 16, 4)).lower()
    found = shopper.get("/complaints", params={"number": typed, "lang": "en"}, headers=HTML)
    assert found.status_code == 303
    assert found.headers["location"] == f"/complaints/{number}?lang=en"
    assert "有异味。" in shopper.get(found.headers["location"], headers=HTML).text


def page_of_lot(city: City, at: str) -> str:
    return city.client(at=at).get(f"/01/{GTIN}/10/L1", headers=HTML).text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("0000-0000-0000-0000", "这里没有此编号的投诉"),
        ("7K3M", "编号共 16 位"),
        ("<script>alert(1)</script>", "编号共 16 位"),
        ("", "编号共 16 位"),
    ],
)
def test_a_number_that_leads_nowhere_is_said_so_on_the_page(
    city: City, typed: str, said: str
) -> None:
    answer = city.client().get("/complaints", params={"number": typed}, headers=HTML)
    assert answer.status_code == 404
    assert said in answer.text
    assert "<script" not in answer.text


def test_nobody_tries_many_numbers(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def refuse_the_third(*_: object) -> None:
        asked.append(None)
        if len(asked) > 2:
            raise TooMany(retry_after=30, rate=1 / 30)

    monkeypatch.setattr(Quotas, "count_complaint", refuse_the_third)
    number = {"number": "0000000000000000"}
    shopper = city.client(at="food")
    answers = [shopper.get("/complaints", params=number, headers=HTML) for _ in range(2)]
    answers.append(shopper.get("/complaints/0000000000000001", headers=HTML))
    assert [a.status_code for a in answers] == [404, 404, 429]


def test_the_same_form_twice_is_one_complaint_and_its_number_takes_no_other(city: City) -> None:
    fields = form(city)
    first, second = send(city, fields), send(city, fields)
    assert first.headers["location"] == second.headers["location"]
    number = first.headers["location"].partition("?")[0].rpartition("/")[2]
    assert [c["number"] for c in listed(city, "city")].count(number) == 1
    assert send(city, fields | {"message": "另一件事"}).status_code == 409


def test_numbers_are_long_and_different(city: City) -> None:
    numbers = {form(city)["number"] for _ in range(20)}
    assert len(numbers) == 20
    assert all(re.fullmatch("[0-9A-Z]{16}", n) for n in numbers)
    assert city.client().get("/complaints/0000000000000000").status_code == 404
    assert city.client().get("/complaints/x").status_code == 404


def test_a_department_answers_and_the_contact_goes_when_it_is_closed(city: City) -> None:
    known_lot(city)
    number = complain(city, "food")
    [mine] = [c for c in listed(city, "department food", "food") if c["number"] == number]
    assert mine["contact"] == "13900001111"
    assert mine["subsystems"] == ["food"]
    path = f"/v1/complaints/{number}/answers"
    department = city.client("department food", at="food")
    told = department.post(path, json={"state": "in_progress", "message": "已派员检查。"})
    assert told.status_code == 201, told.text
    closed = department.post(path, json={"state": "closed", "message": "已责令整改。"})
    assert closed.json()["contact"] is None
    assert department.post(path, json={"state": "closed", "message": "x"}).status_code == 409
    page = city.client(at="food").get(f"/complaints/{number}", headers=HTML).text
    assert page.index("已派员检查。") < page.index("已责令整改。")
    assert "已办结" in page


def test_who_may_list_and_answer(city: City) -> None:
    assert city.client().get("/v1/complaints").status_code == 401
    assert city.client("seller").get("/v1/complaints").status_code == 403
    number = complain(city, code=f"(01){GTIN}(10)NOBODYS")
    assert number in [c["number"] for c in listed(city, "city")]
    assert number not in [c["number"] for c in listed(city, "department food")]
    answer = {"state": "closed", "message": "x"}
    path = f"/v1/complaints/{number}/answers"
    assert city.client("department food").post(path, json=answer).status_code == 404
    assert city.client("seller").post(path, json=answer).status_code == 403


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"message": ""}, "请填写“经过（必填）”"),
        ({"message": "长" * 2001}, "最多 2000 字"),
        ({"code": " "}, "请填写“产品上的码”"),
        ({"topic": "gossip"}, "请选择投诉类别"),
        ({"contact": "9" * 201}, "最多 200 字"),
        ({"message": "a\x00b"}, ""),
        ({"number": "1"}, "查询编号有误"),
    ],
)
def test_a_faulty_form_comes_back_filled_in_with_what_is_wrong(
    city: City, wrong: dict[str, str], said: str
) -> None:
    answer = send(city, form(city) | wrong)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert said in answer.text
    assert 'value="13900001111"' in answer.text or "contact" in wrong


def test_what_is_no_form_of_ours_is_refused(city: City) -> None:
    assert send(city, form(city), **{"Sec-Fetch-Site": "cross-site"}).status_code == 403
    client = city.client()
    assert client.post("/complaints", json={}).status_code == 415
    wrong = {"Content-Type": FORM}
    assert client.post("/complaints", content="é=1".encode(), headers=wrong).status_code == 400
    assert (
        client.post("/complaints", content=b"a=" + b"x" * 70_000, headers=wrong).status_code == 413
    )
    assert client.post("/complaints", content=b"&a=1" * 30, headers=wrong).status_code == 400


def test_a_hostile_story_is_shown_as_text(city: City) -> None:
    evil = '</p><script>alert(1)</script><img src=x onerror="y">'
    number = complain(city, message=evil)
    page = city.client().get(f"/complaints/{number}", headers=HTML).text
    assert "<script" not in page
    assert "<img" not in page


def test_one_address_complains_only_so_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    quotas = Quotas(TokenBuckets(0, 1), TokenBuckets(0, 1))
    scope = {"type": "http", "client": ("203.0.113.9", 1), "headers": []}
    for _ in range(20):
        quotas.count_complaint(scope)
    with pytest.raises(TooMany):
        quotas.count_complaint(scope)
