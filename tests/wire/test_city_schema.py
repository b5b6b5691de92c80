"""The JSON Schema of the city form and its reader agree on what is valid."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

import suyuan.wire
from suyuan.domain.activities import KINDS, SECTORS, Shape
from suyuan.wire import city, city_parts
from suyuan.wire.city import read_event
from tests.wire.city_examples import (
    BEYOND_SCHEMA,
    INVALID,
    REPORTER,
    VALID,
    Report,
    cutting,
    packing,
    sale,
)

SCHEMA = json.loads(
    (Path(suyuan.wire.__file__).parent / "schemas" / "city.schema.json").read_text()
)
VALIDATOR = jsonschema_rs.Draft202012Validator(SCHEMA, validate_formats=True)
NOW = datetime(2026, 6, 1, tzinfo=UTC)


def is_read(report: Any) -> bool:
    event, _ = read_event(report, reporter=REPORTER, now=NOW)
    return event is not None


def test_the_schema_is_one() -> None:
    jsonschema_rs.meta.validate(SCHEMA)


@pytest.mark.parametrize("name", VALID)
def test_what_is_valid_is_valid_to_both(name: str) -> None:
    assert list(VALIDATOR.iter_errors(VALID[name])) == []
    assert is_read(VALID[name])


@pytest.mark.parametrize("name", INVALID)
def test_what_is_invalid_is_invalid_to_both(name: str) -> None:
    report = INVALID[name][0]
    assert not VALIDATOR.is_valid(report)
    assert not is_read(report)


@pytest.mark.parametrize("name", BEYOND_SCHEMA)
def test_what_needs_more_than_a_schema_is_valid_to_the_schema_alone(name: str) -> None:
    report = BEYOND_SCHEMA[name][0]
    assert VALIDATOR.is_valid(report)
    assert not is_read(report)


def shapes() -> dict[Shape, Report]:
    return {Shape.ITEMS: sale(), Shape.TRANSFORMATION: cutting(), Shape.PACKING: packing()}


WORDS = sorted({word for words in KINDS.values() for word in words})


@pytest.mark.parametrize("kind", KINDS)
def test_both_know_the_same_activities_and_their_shapes(kind: str) -> None:
    for activity in WORDS:
        for shape in shapes().values():
            report = {**shape, "kind": kind, "activity": activity}
            assert VALIDATOR.is_valid(report) == is_read(report), (kind, activity)


def test_both_know_the_same_members_and_sectors() -> None:
    definitions = SCHEMA["$defs"]
    assert set(SCHEMA["properties"]) == city.MEMBERS
    assert set(definitions["item"]["properties"]) == city_parts.ITEM_MEMBERS
    assert set(definitions["endpoint"]["properties"]) == city_parts.ENDPOINT_MEMBERS
    assert set(definitions["product"]["properties"]) == city_parts.PRODUCT_MEMBERS
    assert set(definitions["document"]["properties"]) == city_parts.DOCUMENT_MEMBERS
    assert set(definitions["correction"]["properties"]) == city_parts.CORRECTION_MEMBERS
    assert SCHEMA["properties"]["sector"]["enum"] == [*SECTORS, None]


def test_every_member_has_a_title_in_both_languages() -> None:
    for name, member in SCHEMA["properties"].items():
        title = member.get("title") or SCHEMA["$defs"][member["$ref"].rpartition("/")[2]]["title"]
        assert title.isascii() is False, name
        assert title[0].isascii(), name
