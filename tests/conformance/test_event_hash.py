"""The CBV 2.0 event hash against every line that the reference implementation published."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from suyuan.wire.epcis_hash import content, event_hash, pre_image
from suyuan.wire.epcis_json import read_document
from tests.conformance.material import documents, events, folder, lines
from tests.wire.epcis_events import PARTY

HASHES = folder() / "hash"
DOCUMENTS = documents("hash")
CASES = [
    pytest.param({"@context": document["@context"], **event}, hashed, image, id=f"{name}-{place}")
    for name, document in DOCUMENTS.items()
    for place, (event, hashed, image) in enumerate(
        zip(
            events(document),
            lines(HASHES / f"{name}.hashes"),
            lines(HASHES / f"{name}.prehashes"),
            strict=True,
        )
    )
]

# The pre-image that the reference publishes for this document was mangled by an editor: it does not
# have the hash that is published beside it.
MANGLED = "epcisDocWithAllGS1Keys"


@pytest.mark.parametrize(("event", "hashed", "image"), CASES)
def test_a_hash_is_the_published_one(event: dict[str, Any], hashed: str, image: str) -> None:
    assert event_hash(event) == hashed
    assert content(event).hex() == hashed.removeprefix("ni:///sha-256;")[:32]
    assert pre_image(event) == image or not _is_whole(image, hashed)


def _is_whole(image: str, hashed: str) -> bool:
    return sha256(image.encode()).hexdigest() in hashed


def test_all_published_pre_images_but_one_are_whole() -> None:
    broken = {
        path.stem
        for path in HASHES.glob("*.hashes")
        for hashed, image in zip(lines(path), lines(path.with_suffix(".prehashes")), strict=True)
        if not _is_whole(image, hashed)
    }
    assert broken == {MANGLED}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_events_that_were_read_hash_like_those_that_were_sent(name: str) -> None:
    found = read_document(DOCUMENTS[name], reporter=PARTY, now=None)
    assert not found.faults
    expected = list(lines(Path(HASHES / f"{name}.hashes")))
    assert [event and event_hash(event.bare) for event in found.events] == expected


# The published line, of an XML document, for an event that a JSON document tells too, but with
# other words for what was measured.
def test_business_rules_of_a_report_stand_at_the_end() -> None:
    (event,) = events(documents("json")["SensorDataExample8"])
    published = list(lines(HASHES / "SensorDataExamples.prehashes"))[7]
    ours = pre_image({"@context": [], **event})
    tail = "sensorElementListsensorElementsensorReportbizRules="
    assert published.endswith(tail + "https://id.gs1.org/253/4012345000054987")
    assert ours.endswith(tail + "https://id.gs1.org/253/4012345000054987")
