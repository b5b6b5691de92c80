"""The standard's own documents: each captured in a fresh store, every code with its chain."""

from __future__ import annotations

from typing import Any

import pytest

from suyuan.domain.codes import Level, recognise
from tests.city import City
from tests.conformance import material

TYPES = {"ObjectEvent", "AggregationEvent", "TransformationEvent"}


DOCUMENTS = material.documents("json")


def codes_of(event: dict[str, Any]) -> list[str]:
    named = [event.get("parentID")]
    for name in ("epcList", "childEPCs", "inputEPCList", "outputEPCList"):
        named += event.get(name, [])
    for name in ("quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList"):
        named += [q["epcClass"] for q in event.get(name, [])]
    return [code for code in named if code]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_of_the_standard_is_captured_and_its_codes_give_chains(
    city: City, name: str
) -> None:
    document = DOCUMENTS[name]
    answer = city.client("seller", at="meat").post("/v1/events", json=document)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["accepted"] + told["repeated"] == len(material.events(document))
    reader = city.client("city", at="meat")
    declared = {e.get("eventID") for e in material.events(document) if "errorDeclaration" in e}
    for event in material.events(document):
        if event["type"] not in TYPES or event.get("eventID") in declared:
            continue
        for code in codes_of(event):
            chain = reader.get(f"/v1/chains/{code}").json()
            if recognise(code).level is Level.CLASS:
                assert [f["type"] for f in chain["findings"]] == ["class_level"]
            else:
                assert chain["events"], code
