"""The demonstration is loaded once, over HTTP, and what is refused is told."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import httpx
import pytest
import stamina

from services import demo, demonstration
from services.city import DemoKeys
from services.demo_filings import Moved, put_on_file
from services.demonstration import Decision, Part
from services.key_ring import IssuedKey, KeyRing
from suyuan.domain.caller import Caller, CallerRole
from suyuan.domain.errors import Unavailable
from suyuan.storage.keys import new_key
from tests.city import SUBSYSTEMS, City

STORY = demonstration.participants(Part.STORY)


def issued(city: City) -> DemoKeys:
    """A key for everybody in the story, which the city knows, and those of the departments."""
    keys = {one.uscc: new_key() for one in STORY}
    told = [IssuedKey(keys[one.uscc], one.caller, one.name) for one in STORY]
    city.run(KeyRing(city.server_url, SUBSYSTEMS).ensure(told))
    return with_departments(city, keys)


def with_departments(city: City, keys: dict[str, str]) -> DemoKeys:
    departments = {name: city.keys[f"department {name}"] for name in SUBSYSTEMS}
    return DemoKeys(keys, departments, {}, city.keys["city"])


NOBODYS = DemoKeys({one.uscc: "" for one in STORY}, dict.fromkeys(SUBSYSTEMS, ""), {}, "")


def test_it_is_loaded_once_and_its_pages_open(city: City) -> None:
    keys = issued(city)
    total = sum(map(len, demonstration.reports(Part.STORY).values()))
    told: list[tuple[int, int]] = []
    loaded = demo.load(city.url, keys, Part.STORY, tell=lambda *how: told.append(how))
    assert loaded == demo.DemoReport(accepted=total, repeated=0)
    assert told[-1] == (total, total)
    assert demo.load(city.url, keys, Part.STORY) == demo.DemoReport(accepted=0, repeated=total)
    client = city.client()
    for page in demonstration.pages(Part.STORY):
        chain = client.get(f"/v1/chains/{page.code}").json()
        assert chain["complete"]
        assert client.get(page.path, headers={"Accept": "text/html"}).status_code == 200
        assert all(entry["name"] for entry in (*chain["parties"], *chain["places"]))
    for language, name in (("zh", "闽味香肠厂"), ("en", "Minwei Sausages")):
        path = demonstration.pages(Part.STORY)[0].path
        shown = client.get(path, headers={"Accept": "text/html", "Accept-Language": language}).text
        assert name in shown
        assert "MADEMA" not in shown


def test_the_first_question_is_asked_until_every_department_answered(city: City) -> None:
    key = new_key()
    who = IssuedKey(key, Caller(CallerRole.CITY), "the city")
    city.run(KeyRing(city.server_url, SUBSYSTEMS).ensure([who]))
    pauses: list[float] = []
    code = demonstration.pages(Part.STORY)[0].code
    assert demo.ask_once(city.url, key, code, pause=pauses.append)
    assert pauses
    pauses.clear()
    assert not demo.ask_once("http://127.0.0.1:1", key, code, pause=pauses.append)
    assert len(pauses) == demo._QUESTIONS


def test_nothing_is_loaded_where_nothing_is_wanted() -> None:
    assert demo.load("http://127.0.0.1:1", NOBODYS, Part.NONE) == demo.DemoReport()


def test_a_report_that_is_refused_is_told(city: City) -> None:
    unknown = with_departments(city, {one.uscc: "sk_" + "A" * 43 for one in STORY})
    with pytest.raises(Unavailable) as refused:
        demo.load(city.url, unknown, Part.STORY)
    assert refused.value.code == "demonstration_refused"
    assert refused.value.params["status"] == 401


def test_a_gateway_that_does_not_answer_is_told() -> None:
    with pytest.raises(Unavailable, match="demonstration_refused"):
        demo.load("http://127.0.0.1:1", NOBODYS, Part.STORY)


def test_who_is_busy_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([503, 429, 200])

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(next(answers), json={"accepted": 1, "repeated": 0})

    mocked = httpx.Client(base_url="http://gateway", transport=httpx.MockTransport(answer))
    monkeypatch.setattr(demo.httpx, "Client", lambda **_: mocked)
    with (
        stamina.set_testing(True, attempts=3),
        demo._Post("http://gateway", DemoKeys({"a": "k"}, {}, {}, ""), None) as it,
    ):
        assert it.report("a", []) == demo.DemoReport(accepted=1)
    assert list(answers) == []


def test_giving_up_between_two_answers_ends_it(city: City) -> None:
    keys = issued(city)

    def give_up(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        demo.load(city.url, keys, Part.STORY, pause=give_up)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b'{"rejected": [{"detail": "The lot is wrong."}]}', "The lot is wrong"),
        (b'{"title": "No", "detail": "Not you."}', "Not you"),
        (b"<html>", "Bad Gateway"),
    ],
)
def test_what_is_wrong_is_told_in_the_gateways_words(body: bytes, told: str) -> None:
    assert demo.first_fault(httpx.Response(502, content=body)) == told


def filings(city: City, at: str) -> list[dict[str, Any]]:
    answer = city.client(f"department {at}", at=at).get("/v1/filings")
    found: list[dict[str, Any]] = answer.json()["filings"]
    return found


def test_everybody_is_filed_and_approved_once_and_stands_in_the_directory(city: City) -> None:
    keys = issued(city)
    for _ in range(2):
        demo.load(city.url, keys, Part.STORY)
        told = [(one["party"], one["state"]) for name in SUBSYSTEMS for one in filings(city, name)]
        assert sorted(told) == sorted((one.uscc, "approved") for one in STORY)
    listed = city.client().get("/v1/directory", params={"limit": 100}).json()["parties"]
    assert {one["id"] for one in listed} == {one.uscc for one in STORY}
    place = city.client().get("/v1/places/350213001", params={"as_of": "2025-06-01"}).json()
    assert (place["party"], place["said_by"]) == ("91350213MADEMA0307", "department")


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_who_was_cut_off_in_the_middle_of_a_filing_goes_on_with_it(city: City, steps: int) -> None:
    keys = issued(city)
    (who,) = (one for one in STORY if one.uscc == "91350212MADEMA040R")
    licence = who.dossier["party"]["licences"][0]["number"]
    why = {"licence": licence, "note": "出借", "from": "2026-02-01"}
    careless = replace(who, decisions=(Decision("revoke-licence", why),))
    sent = itertools.count(1)
    with httpx.Client(base_url=city.url) as client:

        def send(method: str, path: str, key: str, body: object = None) -> dict[str, Any]:
            headers = {"Authorization": f"Bearer {key}"}
            answer = client.request(method, path, json=body, headers=headers).raise_for_status()
            if method == "POST" and next(sent) == steps:
                raise Cut  # it was taken, and nobody heard of it
            told: dict[str, Any] = answer.json()
            return told

        with pytest.raises(Cut):
            put_on_file(careless, send, keys)
        put_on_file(careless, send, keys)
        put_on_file(careless, send, keys)
    (one,) = [each for each in filings(city, "food") if each["party"] == who.uscc]
    assert (one["state"], one["step"]) == ("approved", 3)


def test_whose_answer_was_lost_looks_again_and_gives_up_in_the_end() -> None:
    looks: list[str] = []

    def send(method: str, path: str, key: str, body: object = None) -> dict[str, Any]:
        looks.append(method)
        if method == "POST":
            raise Moved(Unavailable("demonstration_refused", status=409, reason="filing_open"))
        return {"filings": []}

    keys = DemoKeys({STORY[0].uscc: ""}, {STORY[0].home: ""}, {}, "")
    with pytest.raises(Unavailable, match="demonstration_refused"):
        put_on_file(STORY[0], send, keys)
    assert looks == ["GET", "POST"] * 10


class Cut(Exception):
    """The loader was killed here."""
