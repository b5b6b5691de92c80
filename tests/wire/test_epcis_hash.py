"""One content, one hash: what the CBV 2.0 event hash depends on, and what not."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suyuan.wire.epcis_context import STANDARD_CONTEXT
from suyuan.wire.epcis_hash import content, event_hash, pre_image

SHIPMENT = {
    "@context": [STANDARD_CONTEXT, {"ex": "https://ns.example.com/"}],
    "type": "ObjectEvent",
    "eventTime": "2026-03-01T08:00:00+08:00",
    "eventTimeZoneOffset": "+08:00",
    "epcList": [
        "urn:epc:id:sgtin:4012345.011111.2",
        "urn:epc:id:sgtin:4012345.011111.1",
    ],
    "action": "OBSERVE",
    "bizStep": "shipping",
}


def shipment(**members: Any) -> dict[str, Any]:
    return {**SHIPMENT, **members}


def image(**members: Any) -> str:
    return pre_image(shipment(**members))


def rest(**members: Any) -> str:
    """What members that were added add to the pre-image, where they come last."""
    return image(**members).removeprefix(image())


def test_the_pre_image_is_the_values_in_the_order_of_the_standard() -> None:
    assert image() == (
        "eventType=ObjectEventeventTime=2026-03-01T00:00:00.000ZeventTimeZoneOffset=+08:00"
        "epcListepc=https://id.gs1.org/01/04012345111118/21/1"
        "epc=https://id.gs1.org/01/04012345111118/21/2"
        "action=OBSERVEbizStep=https://ref.gs1.org/cbv/BizStep-shipping"
    )


def test_a_hash_is_a_uri_and_content_its_first_half() -> None:
    hashed = event_hash(SHIPMENT)
    assert hashed.startswith("ni:///sha-256;")
    assert hashed.endswith("?ver=CBV2.0")
    assert content(SHIPMENT).hex() == hashed[14:46]


@pytest.mark.parametrize(
    ("sent", "written"),
    [
        ("2026-03-01T00:00:00Z", "2026-03-01T00:00:00.000Z"),
        ("2026-03-01T08:00:00.1415+08:00", "2026-03-01T00:00:00.142Z"),
        ("2026-03-01T08:00:00.1405+08:00", "2026-03-01T00:00:00.141Z"),
        ("2026-03-01T08:00:00.1414999+08:00", "2026-03-01T00:00:00.141Z"),
        ("2026-12-31T23:59:59.9995Z", "2027-01-01T00:00:00.000Z"),
        ("9999-12-31T23:59:59.9999Z", "9999-12-31T23:59:59.9999Z"),
        ("yesterday", "yesterday"),
    ],
)
def test_times_are_utc_with_milliseconds_half_up(sent: str, written: str) -> None:
    assert f"eventTime={written}eventTimeZoneOffset" in image(eventTime=sent)


@pytest.mark.parametrize(
    ("sent", "written"),
    [
        (200, "200"),
        (200.0, "200"),
        (Decimal("200.50"), "200.5"),
        (Decimal("1E+2"), "100"),
        ("0200.500", "200.5"),
        ("+7", "7"),
        ("-0", "0"),
        (".5", "0.5"),
        ("1e3", "1000"),
        (-0.25, "-0.25"),
        ("111100001111000011110000", "111100001111000003641344"),
        ("1e999", "1e999"),
        ("1_000", "1_000"),
        ("nan", "nan"),
        ("١٢", "١٢"),
        (True, "true"),
        (False, "false"),
        ("  padded ", "padded"),
    ],
)
def test_single_values_have_one_spelling(sent: Any, written: str) -> None:
    assert rest(**{"ex:f": sent}) == "{https://ns.example.com/}f=" + written


@pytest.mark.parametrize(
    ("member", "words"),
    [
        ("bizStep", ["urn:epcglobal:cbv:bizstep:shipping", "cbv:BizStep-shipping"]),
        ("bizStep", ["https://ref.gs1.org/cbv/BizStep-shipping"]),
    ],
)
def test_a_standard_word_is_one_in_every_spelling(member: str, words: list[str]) -> None:
    assert {image(**{member: word}) for word in words} == {image()}


@pytest.mark.parametrize("word", ["https://example.com/step", "urn:epcglobal:cbv:xyz:a", "ex:a"])
def test_another_word_stays_as_it_is(word: str) -> None:
    assert image(bizStep=word).endswith("bizStep=" + word)


@given(st.randoms(use_true_random=False))
def test_the_order_of_members_and_of_lists_does_not_matter(chance: random.Random) -> None:
    event = shipment(
        **{
            "bizTransactionList": [
                {"type": "po", "bizTransaction": "urn:x:1"},
                {"bizTransaction": "urn:x:2", "type": "inv"},
            ],
            "sourceList": [{"type": "owning_party", "source": "urn:x:3"}],
            "quantityList": [{"epcClass": "urn:x:4"}, {"epcClass": "urn:x:5", "quantity": 1}],
            "ex:b": {"ex:d": "1", "ex:c": ["2", "3"]},
            "ex:a": ["5", "4"],
        }
    )
    assert pre_image(_shuffled(event, chance)) == pre_image(event)


def _shuffled(value: Any, chance: random.Random) -> Any:
    if isinstance(value, list):
        return chance.sample([_shuffled(entry, chance) for entry in value], len(value))
    if isinstance(value, dict):
        names = chance.sample(sorted(value), len(value))
        return {name: _shuffled(value[name], chance) for name in names}
    return value


def test_ids_record_times_declarations_and_comments_take_no_part() -> None:
    added = {
        "eventID": "urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8",
        "recordTime": "2026-03-02T00:00:00Z",
        "errorDeclaration": {"declarationTime": "2026-03-02T00:00:00Z"},
        "rdfs:comment": "x",
    }
    assert image(**added) == image()


@pytest.mark.parametrize(
    "empty", [{"epcList": []}, {"readPoint": {}}, {"quantityList": []}, {"ex:a": None}]
)
def test_members_without_a_value_are_left_out(empty: dict[str, Any]) -> None:
    without = {name: value for name, value in SHIPMENT.items() if name not in empty}
    assert pre_image({**SHIPMENT, **empty}) == pre_image(without)


def test_a_prefix_stands_for_its_namespace() -> None:
    other = [STANDARD_CONTEXT, {"my": {"@id": "https://ns.example.com/"}}]
    assert image(**{"ex:a": "1"}) == image(**{"@context": other, "my:a": "1"})
    assert image(**{"ex:a": "1"}) != image(**{"@context": [{"ex": "urn:other:"}], "ex:a": "1"})


def test_a_context_cannot_give_standard_members_or_ids_another_meaning() -> None:
    wicked = {"bizStep": "urn:x:", "urn": "https://gs1.org/", "https": "https://gs1.org/"}
    assert image(**{"@context": [STANDARD_CONTEXT, wicked]}) == image()


def test_members_of_a_place_stay_with_it() -> None:
    place = {"id": "urn:epc:id:sgln:4012345.00005.0", "ex:gate": "7"}
    assert image(readPoint=place).endswith(
        "readPointid=https://id.gs1.org/414/4012345000054{https://ns.example.com/}gate=7"
    )


def test_nested_members_follow_their_own_and_are_sorted() -> None:
    nested = {"ex:b": "2", "ex:a": [{"ex:c": "1"}, "0"], "#text": "t"}
    ns = "{https://ns.example.com/}"
    assert rest(**{"ex:o": nested}) == f"{ns}o=t{ns}a=0{ns}a{ns}c=1{ns}b=2"


# --- Suyuan's own members -----------------------------------------------------------------------

OWN = [STANDARD_CONTEXT, {"suyuan": "urn:suyuan:epcis:"}]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("007", "7"),
        ("81234567890123456789", "81234567890123456788"),
        ("1.0", "1"),
        ({"lot": "007"}, {"lot": "7"}),
        ({"comment": "a"}, {"comment": "b"}),
        ([{"number": "12.0"}], [{"number": "12"}]),
        ({"sourceList": True}, {"sourceList": False}),
    ],
)
def test_texts_of_our_own_members_are_told_apart(one: Any, other: Any) -> None:
    images = {image(**{"@context": OWN, "suyuan:product": value}) for value in (one, other)}
    assert len(images) == 2


def test_our_own_members_are_written_like_others() -> None:
    product = {"name": "肉", "lot": "L1"}
    written = pre_image({**SHIPMENT, "@context": OWN, "suyuan:product": product})
    assert written.endswith("{urn:suyuan:epcis:}productlot=L1name=肉")


def test_how_things_are_spelled_takes_no_part() -> None:
    spelling = {"suyuan:order": {"items": [1, 0]}, "suyuan:spelled": {"urn:x:%E6": "urn:x:æ"}}
    assert image(**{"@context": OWN, **spelling}) == image()
