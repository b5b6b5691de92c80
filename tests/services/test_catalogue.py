"""``GET /v1/catalogue``: what each sector asks, for programs."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from suyuan.domain.activities import KINDS
from suyuan.domain.codes.schemes import NAMES as SCHEMES
from suyuan.domain.profiles.checking import activities
from suyuan.wire.profiles import shipped
from tests.city import City


@pytest.fixture
def anybody(city: City) -> httpx.Client:
    return city.client()


def sector(client: httpx.Client, name: str) -> dict[str, Any]:
    answer = client.get(f"/v1/catalogue/{name}")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def test_it_has_every_sector_as_the_profiles_say(anybody: httpx.Client) -> None:
    told = anybody.get("/v1/catalogue").json()
    assert {s["id"]: (s["version"], s["digest"]) for s in told["sectors"]} == {
        name: (one.version, one.digest) for name, one in shipped().items()
    }
    assert told["formats"]
    paths = {one["path"] for one in told["interfaces"]}
    described = anybody.get("/openapi.json").json()["paths"]
    assert paths <= set(described), paths - set(described)


@pytest.mark.parametrize("name", shipped())
def test_everything_has_a_name_in_both_languages(anybody: httpx.Client, name: str) -> None:
    nameless: list[Any] = []

    def look(value: Any, at: str) -> None:
        if isinstance(value, dict):
            if set(value) == {"zh", "en"} and not (value["zh"] and value["en"]):
                nameless.append(at)
            for key, inner in value.items():
                look(inner, f"{at}/{key}")
        elif isinstance(value, list):
            for inner in value:
                look(inner, at)

    told = sector(anybody, name)
    look(told, "")
    assert nameless == []
    assert all(e["name"]["zh"] for e in told["data_elements"])


@pytest.mark.parametrize("name", shipped())
def test_it_speaks_of_what_there_is(anybody: httpx.Client, name: str) -> None:
    told, profile = sector(anybody, name), shipped()[name]
    listed = [f"{a['kind']}.{a['activity']}" for a in told["activities"]]
    assert listed == activities(profile)
    assert all(a["activity"] in KINDS[a["kind"]] for a in told["activities"])
    assert {c["scheme"] for c in told["codes"]} <= set(SCHEMES)
    for point in told["control_points"]:
        assert isinstance(point["least"] or point["most"], int | float)


def test_the_rules_of_an_activity_are_all_there(anybody: httpx.Client) -> None:
    entry = next(
        a
        for a in sector(anybody, "meat")["activities"]
        if (a["kind"], a["activity"]) == ("wholesale", "entry")
    )
    assert [f["rule"] for f in entry["fields"]] == ["from.party", "items.quantity", "admission"]
    assert entry["fields"][0]["any_of"] == [{"field": "from.party", "pointer": "/from/party"}]
    (document,) = entry["documents"]
    assert document["rule"] == "no_certificate_no_entry"
    assert "quarantine_certificate" in document["any_of"]
    declared = sector(anybody, "imports")["activities"][0]["documents"][0]
    assert declared["number"]["scheme"] == "customs_declaration"


def test_it_is_cached_by_its_content(anybody: httpx.Client) -> None:
    for path in ("/v1/catalogue", "/v1/catalogue/food"):
        answer = anybody.get(path)
        assert answer.headers["cache-control"] == "public, max-age=60"
        tag = answer.headers["etag"]
        again = anybody.get(path, headers={"If-None-Match": f'"other", W/{tag}'})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
        assert anybody.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_a_sector_that_is_not_there_is_404_and_names_those_that_are(anybody: httpx.Client) -> None:
    answer = anybody.get("/v1/catalogue/fish", headers={"Accept-Language": "en"})
    assert answer.status_code == 404
    assert "enterprise" in answer.json()["detail"]


def test_a_department_publishes_its_own(city: City) -> None:
    own = city.client(at="meat").get("/v1/catalogue/meat")
    through = city.client().get("/meat/v1/catalogue/meat")
    assert own.json() == through.json() == sector(city.client(), "meat")
