"""The demonstration is loaded once, over HTTP, and what is refused is told."""

from __future__ import annotations

import httpx
import pytest
import stamina

from services import demo, demonstration
from services.demonstration import Part
from services.key_ring import IssuedKey, KeyRing
from suyuan.domain.caller import Caller, CallerRole
from suyuan.domain.errors import Unavailable
from suyuan.storage.keys import new_key
from tests.city import SUBSYSTEMS, City

STORY = demonstration.participants(Part.STORY)


def test_it_is_loaded_once_and_its_pages_open(city: City) -> None:
    keys = {one.uscc: new_key() for one in STORY}
    issued = [IssuedKey(keys[one.uscc], one.caller, one.name) for one in STORY]
    city.run(KeyRing(city.server_url, SUBSYSTEMS).ensure(issued))
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
    assert demo.load("http://127.0.0.1:1", {}, Part.NONE) == demo.DemoReport()


def test_a_report_that_is_refused_is_told(city: City) -> None:
    with pytest.raises(Unavailable) as refused:
        demo.load(city.url, {one.uscc: "sk_" + "A" * 43 for one in STORY}, Part.STORY)
    assert refused.value.code == "demonstration_refused"
    assert refused.value.params["status"] == 401


def test_a_gateway_that_does_not_answer_is_told() -> None:
    with pytest.raises(Unavailable, match="demonstration_refused"):
        demo.load("http://127.0.0.1:1", {one.uscc: "" for one in STORY}, Part.STORY)


def test_who_is_busy_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([503, 429, 200])

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(next(answers), json={"accepted": 1, "repeated": 0})

    mocked = httpx.Client(base_url="http://gateway", transport=httpx.MockTransport(answer))
    monkeypatch.setattr(demo.httpx, "Client", lambda **_: mocked)
    with (
        stamina.set_testing(True, attempts=3),
        demo._Post("http://gateway", {"a": "k"}, None) as it,
    ):
        assert it.report("a", []) == demo.DemoReport(accepted=1)
    assert list(answers) == []


def test_giving_up_between_two_answers_ends_it(city: City) -> None:
    keys = {one.uscc: new_key() for one in STORY}
    issued = [IssuedKey(keys[one.uscc], one.caller, one.name) for one in STORY]
    city.run(KeyRing(city.server_url, SUBSYSTEMS).ensure(issued))

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
