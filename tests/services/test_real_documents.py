"""The standard's own documents: each captured in a fresh store, every code with its chain."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from suyuan.domain.codes import Level, recognise
from tests.city import City
from tests.conformance.material import epcis_folder

TYPES = {"ObjectEvent", "AggregationEvent", "TransformationEvent"}


def documents() -> list[Path]:
    folder = epcis_folder()
    return sorted((folder / "json").rglob("*.jsonld")) if folder else []


def events_of(document: dict[str, Any]) -> list[dict[str, Any]]:
    body = document["epcisBody"]
    found: list[dict[str, Any]] = (
        body["eventList"]
        if "eventList" in body
        else body["queryResults"]["resultsBody"]["eventList"]
    )
    return found


def codes_of(event: dict[str, Any]) -> list[str]:
    named = [event.get("parentID")]
    for name in ("epcList", "childEPCs", "inputEPCList", "outputEPCList"):
        named += event.get(name, [])
    for name in ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList"):
        named += [q["epcClass"] for q in event.get(name, [])]
    return [code for code in named if code]


@pytest.mark.parametrize("path", documents(), ids=lambda p: p.stem)
def test_a_document_of_the_standard_is_captured_and_its_codes_give_chains(
    city: City, path: Path
) -> None:
    document = json.loads(path.read_text("utf-8"))
    answer = city.client("seller", at="meat").post("/v1/events", json=document)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["accepted"] + told["repeated"] == len(events_of(document))
    reader = city.client("city", at="meat")
    declared = {e.get("eventID") for e in events_of(document) if "errorDeclaration" in e}
    for event in events_of(document):
        if event["type"] not in TYPES or event.get("eventID") in declared:
            continue
        for code in codes_of(event):
            chain = reader.get(f"/v1/chains/{code}").json()
            if recognise(code).level is Level.CLASS:
                assert [f["type"] for f in chain["findings"]] == ["class_level"]
            else:
                assert chain["events"], code
