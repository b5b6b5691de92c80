"""What stands around the events of an EPCIS 2.0 document: context, header, body (clause 12)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from suyuan.domain.events import EventType
from suyuan.wire.epcis_context import entries
from suyuan.wire.epcis_members import skip
from suyuan.wire.epcis_shapes import (
    LIST_LIMIT,
    EventReading,
    Reader,
    an_array,
    an_object,
    entry,
    foreign,
    read_members,
    require,
)
from suyuan.wire.epcis_values import is_uri, matching, stamp, text, uri, uris
from suyuan.wire.reading import pointer

DOCUMENT, QUERY_DOCUMENT = "EPCISDocument", "EPCISQueryDocument"

# Every event of a document is stored with its context: a few prefixes, never a vocabulary.
CONTEXT_LIMIT = 8_192

Found = list[tuple[str, Any]]


def read_envelope(reading: EventReading, raw: dict[str, Any]) -> Found:
    """The events of a document as they came, each with its pointer; faults in ``reading``."""
    name = raw.get("type")
    if isinstance(name, str) and name in _BODIES:
        readers, required = _BODIES[name]
        require(reading, raw, "", "@context", *required)
        check_context(reading, raw, "")
        fields = read_members(reading, raw, "", readers)
        return fields.get("epcisBody") or []
    if isinstance(name, str) and name in _EVENT_TYPES:
        require(reading, raw, "", "@context")
        check_context(reading, raw, "")
        return [("", raw)]
    shown = name[:80] if isinstance(name, str) else ""
    allowed = (DOCUMENT, QUERY_DOCUMENT, *_EVENT_TYPES)
    reading.fault("document_type_unknown", "/type", value=shown, allowed=allowed)
    return []


_EVENT_TYPES = frozenset(EventType)


def check_context(reading: EventReading, raw: Mapping[str, Any], at: str) -> None:
    """Notes what is wrong with an object's ``@context``: a URI, an object, or an array of them."""
    context, start = raw.get("@context"), at + "/@context"
    if context is None:
        return
    for place, part in enumerate(entries(context)):
        here = f"{start}/{place}" if isinstance(context, list) else start
        if not isinstance(part, dict) and not is_uri(part):
            reading.fault("context_malformed", here)
    if foreign(reading, raw, "@context", at) is not None and _size(context) > CONTEXT_LIMIT:
        reading.fault("context_too_large", start, limit=CONTEXT_LIMIT)


def _size(context: Any) -> int:
    """How many characters a context holds, roughly."""
    total, stack = 0, [context]
    while stack and total <= CONTEXT_LIMIT:
        value = stack.pop()
        if isinstance(value, dict):
            total += sum(map(len, value))
            stack.extend(value.values())
        elif isinstance(value, list):
            stack.extend(value)
        else:
            total += len(value) if isinstance(value, str) else 8
    return total


# --- Body -----------------------------------------------------------------------------------------


def _event_list(reading: EventReading, raw: Mapping[str, Any], name: str, at: str) -> Found:
    here = pointer(at, name)
    values = reading.array(raw, name, at, LIST_LIMIT)
    return [(f"{here}/{place}", value) for place, value in enumerate(values)]


def _within(member: str, *, readers: Mapping[str, Reader], required: tuple[str, ...]) -> Reader:
    """A member that is an object, of whose members one leads to the events."""
    read_object = an_object(readers, *required)

    def read(reading: EventReading, raw: Mapping[str, Any], name: str, at: str) -> Found:
        fields = read_object(reading, raw, name, at) or {}
        return fields.get(member) or []

    return read


_VOCABULARIES = an_array(
    entry(
        {
            "type": uri,
            "vocabularyElementList": an_array(
                entry(
                    {
                        "id": uri,
                        "attributes": an_array(entry({"id": uri, "attribute": foreign}, "id")),
                        "children": uris,
                    },
                    "id",
                )
            ),
        },
        "type",
    )
)
_HEADER = an_object({"epcisMasterData": an_object({"vocabularyList": _VOCABULARIES})})
_BODY = _within("eventList", readers={"eventList": _event_list}, required=("eventList",))
_RESULTS = _within(
    "eventList",
    readers={"eventList": _event_list, "vocabularyList": _VOCABULARIES},
    required=("eventList",),
)
_QUERY_RESULTS = _within(
    "resultsBody",
    readers={"queryName": text, "subscriptionID": text, "resultsBody": _RESULTS},
    required=("queryName", "resultsBody"),
)
_QUERY_BODY = _within(
    "queryResults", readers={"queryResults": _QUERY_RESULTS}, required=("queryResults",)
)

_COMMON: dict[str, Reader] = {
    "@context": skip,
    "type": skip,
    "id": uri,
    "schemaVersion": matching(r"[0-9]+(?:\.[0-9]+)*", "version_malformed"),
    "creationDate": stamp,
}
_DOCUMENT_MEMBERS: dict[str, Reader] = {
    **_COMMON,
    "instanceIdentifier": text,
    "sender": text,
    "receiver": text,
    "epcisHeader": _HEADER,
    "epcisBody": _BODY,
}
_BODIES: dict[str, tuple[Mapping[str, Reader], tuple[str, ...]]] = {
    DOCUMENT: (_DOCUMENT_MEMBERS, ("schemaVersion", "creationDate", "epcisBody")),
    QUERY_DOCUMENT: ({**_COMMON, "epcisBody": _QUERY_BODY}, ("epcisBody",)),
}
