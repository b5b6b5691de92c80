"""The JSON Schema of the city form is published: at an address, and in the API's description."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema_rs

from suyuan.wire.schemas.city import components
from tests.city import City
from tests.services.reports import report

OPENAPI = Path(__file__).parents[2] / "openapi"


def test_what_the_published_schema_takes_is_taken(city: City) -> None:
    for at in ("meat", "gateway"):
        answer = city.client(at=at).get("/v1/schemas/city")
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "application/schema+json"
        validator = jsonschema_rs.validator_for(answer.json())
        told = report("by the schema")
        assert validator.is_valid(told)
        assert not validator.is_valid({**told, "weight": "3"})
        assert city.client("seller", at=at).post("/v1/events", json=told).status_code == 200


def references(value: Any) -> set[str]:
    if isinstance(value, list):
        return set().union(*map(references, value))
    if not isinstance(value, dict):
        return set()
    own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
    return own | references(list(value.values()))


def test_the_descriptions_of_reporting_hold_it_whole() -> None:
    for name in ("ingest", "gateway"):
        schemas = json.loads((OPENAPI / f"{name}.json").read_text())["components"]["schemas"]
        assert schemas.items() >= components().items()
        assert references(components()) <= {f"#/components/schemas/{part}" for part in schemas}


def test_the_page_for_programmers_shows_the_members_of_an_event(city: City) -> None:
    page = city.client(at="meat").get("/docs").text
    for word in ('id="schema-CityEvent"', "<code>items</code>", "上报方自己的事件标识"):
        assert word in page
    assert 'array of <a href="#schema-CityItem">CityItem</a> | null' in page
