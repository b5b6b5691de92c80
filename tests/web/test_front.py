"""A front route is found before all others and does what every route does."""

from __future__ import annotations

import pytest

from tests.city import City
from tests.services.test_lookups import Gateway


@pytest.mark.parametrize("path", ["/v1/lookups", "/v1/names"])
def test_what_services_ask_each_other_has_a_front_route_and_a_description(
    city: City, path: str
) -> None:
    app = city.served["meat"]._app
    assert path in [getattr(route, "path", None) for route in app.routes[:2]]
    assert "post" in app.openapi()["paths"][path]


@pytest.mark.parametrize("path", ["/v1/lookups", "/v1/names"])
def test_it_refuses_as_any_route_does(city: City, path: str) -> None:
    client = city.client(at="meat")
    assert client.post(path, json={}).status_code == 403
    assert client.post(path, json={}, headers={"Suyuan-Claims": "x"}).status_code == 401
    assert client.post(path, json={}, headers={"Authorization": "x"}).status_code == 401
    assert client.post(f"{path}?colour=red", json={}).status_code == 422
    answer = client.get(path)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert answer.json()["code"] == "method_not_allowed"


def test_its_request_is_counted_and_named_as_the_route_it_is(city: City) -> None:
    Gateway(city).told()
    metrics = city.client("city", at="meat").get("/metrics").text
    assert 'route="/v1/lookups"' in metrics
