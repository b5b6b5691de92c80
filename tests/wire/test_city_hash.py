"""The quick pre-image of an event is, byte for byte, that of its EPCIS form."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings

from suyuan.domain.codes import recognise
from suyuan.domain.events import Action, Event, EventType, Item, Product
from suyuan.wire import city_hash, epcis_hash
from suyuan.wire.city import read_event
from suyuan.wire.epcis_json import write_event
from tests.wire.city_examples import REPORTER, VALID
from tests.wire.epcis_events import PARTY, events

TIME = datetime.fromisoformat("2026-03-01T08:00:00.0005+08:00")
THING = Item(recognise("(01)06901234567892(21)S1"))


def epcis_image(event: Event) -> bytes:
    return epcis_hash.pre_image(write_event(event)).encode("utf-8", "surrogatepass")


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(events())
def test_the_quick_pre_image_is_that_of_the_epcis_form(event: Event) -> None:
    assert city_hash.pre_image(event) == epcis_image(event)


@pytest.mark.parametrize("name", VALID)
def test_the_quick_pre_image_of_an_example_is_that_of_its_epcis_form(name: str) -> None:
    event, faults = read_event(VALID[name], reporter=REPORTER)
    assert event is not None, faults
    assert city_hash.pre_image(event) == epcis_image(event)


@pytest.mark.parametrize("kind", EventType)
@pytest.mark.parametrize("action", [None, *Action])
def test_the_quick_pre_image_holds_for_every_type_and_action(
    kind: EventType, action: Action | None
) -> None:
    told = Event("1", PARTY, kind, TIME, action, items=(THING,), children=(THING,))
    for event in (told, replace(told, product=Product(lot="007"), parent=THING.code)):
        assert city_hash.pre_image(event) == epcis_image(event)


def test_a_digest_is_that_of_the_event_hash() -> None:
    event, _ = read_event(VALID["everything"], reporter=REPORTER)
    assert event is not None
    hashed = epcis_hash.event_hash(write_event(event))
    assert f"ni:///sha-256;{city_hash.digest(event).hex()}?ver=CBV2.0" == hashed
