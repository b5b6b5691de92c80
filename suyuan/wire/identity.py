"""What an event is known by: the hash of its content, and the id that one without an id gets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from suyuan.domain.events import Event
from suyuan.wire import city_hash
from suyuan.wire.epcis_hash import CONTENT_BYTES, event_hash

_HASH_URI = "ni:///sha-256;"


def identify(event: Event, bare: Mapping[str, Any]) -> tuple[Event, bytes]:
    """The event with an id, and the 16 bytes of its content.

    ``bare`` is the event as an EPCIS JSON object. Both are cut from one CBV 2.0 event hash, the
    costly part of taking in an event; an id that was reported is kept.
    """
    uri = event_hash(bare)
    content = bytes.fromhex(uri.removeprefix(_HASH_URI)[: 2 * CONTENT_BYTES])
    return (event if event.id else replace(event, id=uri)), content


def identify_city(event: Event) -> tuple[Event, bytes]:
    """As ``identify``, of an event that the city form can say: its EPCIS form is not written."""
    digest = city_hash.digest(event)
    content = digest[:CONTENT_BYTES]
    if event.id:
        return event, content
    return replace(event, id=f"{_HASH_URI}{digest.hex()}?ver=CBV2.0"), content
