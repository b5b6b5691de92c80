"""The smallest EPCIS 2.0 events and documents that a test of reading can be about."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from suyuan.domain.codes import Use, recognise
from suyuan.domain.events import Event
from suyuan.domain.sentences import SENTENCES
from suyuan.wire.epcis_context import STANDARD_CONTEXT
from suyuan.wire.epcis_json import EpcisReading, read_document
from tests.wire.epcis_events import PARTY

NOW = datetime(2026, 6, 1, tzinfo=UTC)
CONTEXT = [STANDARD_CONTEXT, {"ex": "https://ns.example.com/", "suyuan": "urn:suyuan:epcis:"}]
SERIAL = "urn:epc:id:sgtin:4012345.011111.9876"
SERIAL_KEY = "https://id.gs1.org/01/04012345111118/21/9876"
LOT = "urn:epc:class:lgtin:4012345.012345.L7"
SSCC = "urn:epc:id:sscc:4012345.3111111111"
PLACE = "urn:epc:id:sgln:4012345.00005.0"
GLN = "urn:epc:id:pgln:4012345.00005"

Raw = dict[str, Any]


def code(text: str, use: Use = Use.THING) -> Any:
    return recognise(text, use=use)


def observed(**members: Any) -> Raw:
    """An ObjectEvent that observes one thing; a member given as ``...`` is left out."""
    event = {
        "@context": CONTEXT,
        "type": "ObjectEvent",
        "eventTime": "2026-03-01T00:00:00Z",
        "eventTimeZoneOffset": "+08:00",
        "epcList": [SERIAL],
        "action": "OBSERVE",
        **members,
    }
    return {name: value for name, value in event.items() if value is not ...}


def packed(**members: Any) -> Raw:
    children = {"type": "AggregationEvent", "epcList": ..., "parentID": SSCC, "action": "ADD"}
    return observed(**{**children, "childEPCs": [SERIAL], **members})


def made(**members: Any) -> Raw:
    lists = {"inputEPCList": [SERIAL], "outputQuantityList": [{"epcClass": LOT}]}
    none = {"type": "TransformationEvent", "epcList": ..., "action": ...}
    return observed(**{**none, **lists, **members})


def ordered(**members: Any) -> Raw:
    papers = {"bizTransactionList": [{"type": "po", "bizTransaction": "urn:x:po"}]}
    return observed(**{"type": "TransactionEvent", **papers, **members})


def assembled(**members: Any) -> Raw:
    return packed(**{"type": "AssociationEvent", **members})


def document(*events: Any, **members: Any) -> Raw:
    """An EPCISDocument of events without contexts of their own."""
    listed = [
        {name: value for name, value in event.items() if name != "@context"}
        if isinstance(event, dict)
        else event
        for event in events
    ]
    return {
        "@context": CONTEXT,
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": "2026-03-01T00:00:00Z",
        "epcisBody": {"eventList": listed},
        **members,
    }


def read(raw: Any, **by: Any) -> EpcisReading:
    return read_document(raw, **{"reporter": PARTY, "now": NOW, **by})


def event_of(raw: Raw) -> Event:
    found = read(raw)
    assert found.faults == ()
    (only,) = found.events
    assert only is not None
    return only.event


def faults(raw: Any) -> list[tuple[str, str]]:
    found = read(raw)
    assert None in found.events
    assert {fault.code for fault in found.faults} <= SENTENCES.keys()
    return [(fault.code, fault.pointer) for fault in found.faults]
