import re
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from suyuan.web.app import create_app
from suyuan.web.docs import render, type_text
from suyuan.web.times import QueryTime
from tests.web.service import serving, settings


class Thing(BaseModel):
    """A thing."""

    code: str = Field(description="its code")
    parts: list["Thing"] = []


router = APIRouter()


@router.post("/v1/things/{code:path}")
async def tell(
    code: str,
    thing: Thing,
    as_of: QueryTime | None = None,
    few: Annotated[int, Query(description="how many <b>")] = 1,
) -> Thing:
    """说明 · Tell a thing.

    Once & for all, with `as_of`.
    """
    return thing


def described(**changes: Any) -> dict[str, Any]:
    return create_app(settings(**changes), title="Test", routers=[router]).openapi()


def test_every_error_is_described_as_a_problem() -> None:
    schema = described()
    responses = schema["paths"]["/v1/things/{code}"]["post"]["responses"]
    assert "422" not in responses
    assert list(responses["default"]["content"]) == ["application/problem+json"]
    assert {"Problem", "Fault"} <= set(schema["components"]["schemas"])
    assert "HTTPValidationError" not in repr(schema)


def test_the_description_is_the_same_each_time() -> None:
    app = create_app(settings(), title="Test", routers=[router])
    first = repr(app.openapi())
    assert repr(app.openapi()) == first


def test_a_time_in_a_query_is_described_as_one() -> None:
    operation = described()["paths"]["/v1/things/{code}"]["post"]
    times = [p["schema"] for p in operation["parameters"] if p["name"] == "as_of"]
    assert '"date-time"' in repr(times).replace("'", '"')


async def test_the_description_is_served_as_openapi_3_1() -> None:
    async with serving(router) as client:
        schema = (await client.get("/openapi.json")).json()
    assert schema["openapi"].startswith("3.1")
    assert "/healthz" in schema["paths"]
    assert "/metrics" not in schema["paths"]


async def test_the_page_shows_paths_parameters_and_schemas() -> None:
    async with serving(router) as client:
        page = (await client.get("/docs")).text
    for word in ("/v1/things/{code}", "Tell a thing", "as_of", "date-time", "its code", "接口说明"):
        assert word in page
    assert "how many &lt;b&gt;" in page
    assert "Once &amp; for all, with <code>as_of</code>." in page
    assert "default 1" in page


async def test_the_bare_address_leads_to_it() -> None:
    async with serving(router) as client:
        answer = await client.get("/", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (307, "/docs")


async def test_the_page_loads_nothing_and_runs_nothing() -> None:
    async with serving(router) as client:
        answer = await client.get("/docs")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    for loading in ("<script", "src=", "http://", "https://", "@import", "url("):
        assert loading not in answer.text


async def test_every_link_of_the_page_leads_somewhere() -> None:
    async with serving(router) as client:
        page = (await client.get("/docs")).text
    anchors = set(re.findall(r'id="([^"]+)"', page))
    links = set(re.findall(r'href="#([^"]+)"', page))
    assert links
    assert links <= anchors


async def test_the_documentation_can_be_turned_off() -> None:
    async with serving(router, docs=False) as client:
        assert (await client.get("/docs")).status_code == 404
        assert (await client.get("/")).status_code == 404
        assert (await client.get("/openapi.json")).status_code == 404


@pytest.mark.parametrize(
    ("schema", "text"),
    [
        ({}, "any"),
        ({"type": "string"}, "string"),
        ({"type": "string", "format": "date"}, "string (date)"),
        ({"type": ["string", "null"]}, "string | null"),
        ({"type": "array", "items": {"type": "integer"}}, "array of integer"),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "integer | null"),
        ({"enum": ["<a>", 1]}, "&#39;&lt;a&gt;&#39; | 1"),
        ({"const": "x"}, "&#39;x&#39;"),
        ({"$ref": "#/components/schemas/Thing"}, '<a href="#schema-Thing">Thing</a>'),
        ({"$ref": '#/components/schemas/"><b>'}, '<a href="#schema-&#34;&gt;&lt;b&gt;">'),
    ],
)
def test_a_type_is_told_in_a_few_words(schema: dict[str, Any], text: str) -> None:
    assert str(type_text(schema)).startswith(text)


def test_an_api_without_operations_has_a_page_too() -> None:
    assert "Empty" in render({"info": {"title": "Empty", "version": "1"}, "paths": {}})
