"""Codes in the documents of the EPCIS 2.0 standard, and their canonical forms in CBV hashes."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from suyuan.domain.codes import recognise

GIVEN = os.environ.get("SUYUAN_EPCIS_DIR")
EPCIS = Path(GIVEN or Path(__file__).parents[4] / "shared" / "epcis")

pytestmark = pytest.mark.skipif(
    not GIVEN and not EPCIS.is_dir(),
    reason="the EPCIS documents are not here: set SUYUAN_EPCIS_DIR to try codes from them",
)

WHAT = {"epcList", "childEPCs", "inputEPCList", "outputEPCList", "parentID", "epcClass"}


def things(value: Any, member: str = "") -> Iterator[str]:
    """Every code in the what-dimension of a document, in order."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from things(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from things(inner, member)
    elif isinstance(value, str) and member in WHAT:
        yield value


def codes_of(path: str) -> list[str]:
    return list(things(json.loads((EPCIS / path).read_text("utf-8"))))


def test_every_thing_in_the_standards_documents_is_recognised_as_gs1s() -> None:
    documents = sorted((EPCIS / "json").rglob("*.jsonld"))
    assert documents
    found = {text for path in documents for text in things(json.loads(path.read_text("utf-8")))}
    assert {recognise(text).key.partition(".org/")[0] for text in found} == {"https://id.gs1"}


def test_urns_and_links_of_one_event_have_the_same_keys() -> None:
    urns = codes_of("json/Example_9.6.4-TransformationEvent.jsonld")
    links = codes_of(
        "json/WithDigitalLinkID/Example_9.6.4-TransformationEventWithDigitalLink.jsonld"
    )
    assert urns != links
    assert [recognise(text) for text in urns] == [recognise(text) for text in links]


def test_keys_are_the_canonical_forms_of_the_event_hash() -> None:
    texts = codes_of("hash/epclist_normalisation.jsonld")
    image = (EPCIS / "hash/epclist_normalisation.prehashes").read_text("utf-8")
    listed = image.partition("epcListepc=")[2].partition("action=")[0].split("epc=")
    assert len(listed) > 20
    assert {recognise(text).key for text in texts} == set(listed)
