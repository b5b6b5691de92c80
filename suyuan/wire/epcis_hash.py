"""The CBV 2.0 event hash: equal content of two EPCIS events, equal hash, whatever their spelling.

CBV 2.0, clause 8.9; where its text leaves a choice, the fixtures of the reference implementation
(RalphTro/epcis-event-hash-generator) decide. The event's values are written one after another in a
fixed order, each in one canonical spelling; that pre-image is hashed. ``eventID``, ``recordTime``
and ``errorDeclaration`` take no part, so a correction hashes like the event it corrects.

The rules: members without a value are left out; times are UTC with milliseconds (half up) and
``Z``; numbers have no needless zeros, also where they are text, since XML knows only text; lists
are sorted by their written form; CBV words are web URIs; GS1 keys are Digital Links, see
``epcis_links``; members of other namespaces are ``{namespace}name``, sorted, at the end of what
they stand in.

One addition: text in Suyuan's own namespace is written as it is, because there the lot 007 is not
the lot 7, and a 20-digit document number is not its neighbour that rounds to the same double.

Events are expected to be valid: ``epcis_document`` comes first for what strangers send.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from typing import Any, TypeAlias

from suyuan.wire import epcis_vocabulary as cbv
from suyuan.wire.epcis_context import SUYUAN_NAMESPACE, namespaces
from suyuan.wire.epcis_spelling import spell, spell_time, spell_verbatim

CONTENT_BYTES = 16

Names: TypeAlias = dict[str, str]
_Write: TypeAlias = Callable[[str, Any, Names], str]


def pre_image(event: Mapping[str, Any]) -> str:
    """The text that is hashed, of a bare event whose ``@context`` declares its prefixes."""
    names = namespaces(event.get("@context"))
    parts: list[tuple[int, str]] = []
    rest: list[str] = []
    for name, value in event.items():
        member = _EVENT.get(name)
        if member is not None:
            if value is not None:
                place, write = member
                parts.append((place, write(name, value, names)))
        elif name in _LAST:
            rest.append(_LAST[name](name, value, names))
        elif name not in _NO_PART:
            rest += _generic(name, value, names)
    if "sensorElementList" in event:
        rest += _reports_rules(event["sensorElementList"], names)
    parts.sort()
    rest.sort()
    return f"eventType={event['type']}{''.join([text for _, text in parts])}{''.join(rest)}"


def event_hash(event: Mapping[str, Any]) -> str:
    """The event's CBV 2.0 hash as a URI (RFC 6920): ``ni:///sha-256;<hex>?ver=CBV2.0``."""
    return f"ni:///sha-256;{sha256(_bytes(event)).hexdigest()}?ver=CBV2.0"


def content(event: Mapping[str, Any]) -> bytes:
    """The event's content identity: the first 16 bytes of the SHA-256 of its pre-image."""
    return sha256(_bytes(event)).digest()[:CONTENT_BYTES]


def _bytes(event: Mapping[str, Any]) -> bytes:
    return pre_image(event).encode("utf-8", "surrogatepass")


def spell_member(name: str, value: Any, names: Names) -> str:
    """A member of an event as it stands in the pre-image, one that CBV 2.0 orders by its name."""
    write = _EVENT[name][1] if name in _EVENT else _LAST[name]
    return write(name, value, names)


# --- Members: each writer gives "name=value", or "" where there is nothing to say ---------------


def _value(name: str, value: Any, names: Names) -> str:
    text = spell(value, names)
    return f"{name}={text}" if text else ""


def _time(name: str, value: Any, names: Names) -> str:
    time = spell_time(value) if isinstance(value, str) else None
    return _value(name, value, names) if time is None else f"{name}={time}"


def _word(vocabulary: cbv.Vocabulary) -> _Write:
    uris = vocabulary.uris

    def write(name: str, value: Any, names: Names) -> str:
        uri = uris.get(value) if isinstance(value, str) else None
        return f"{name}={uri}" if uri is not None else _value(name, value, names)

    return write


def _values(write: _Write) -> _Write:
    """A member that is one value or an array of them, each written with the member's name."""

    def write_all(name: str, value: Any, names: Names) -> str:
        if not isinstance(value, list):
            return write(name, value, names)
        return "".join(sorted(write(name, entry, names) for entry in value))

    return write_all


def _epcs(name: str, value: Any, names: Names) -> str:
    return name + "".join(sorted(["epc=" + spell(epc, names) for epc in value])) if value else ""


def _object(members: dict[str, _Write]) -> _Write:
    """A member that is an object: its members in their order, then those of other namespaces."""

    def write(name: str, value: Any, names: Names) -> str:
        parts = [write(n, value[n], names) for n, write in members.items() if n in value]
        rest: list[str] = []
        if len(value) > len(parts):
            for other, entry in value.items():
                if other not in members and ":" in other:
                    rest += _generic(other, entry, names)
        inner = "".join(parts) + "".join(sorted(rest))
        return name + inner if inner else ""

    return write


def _list(element: str, write: _Write) -> _Write:
    """A member that is an array whose entries are written one by one under a name of their own."""

    def write_list(name: str, value: Any, names: Names) -> str:
        inner = "".join(sorted(write(element, entry, names) for entry in value))
        return name + inner if inner else ""

    return write_list


_IGNORED = frozenset({"@context", "comment", "rdfs:comment", "#text"})


def _generic(name: str, value: Any, names: Names) -> list[str]:
    """A member whose order nobody fixed: of another namespace, or ``ilmd``; once for each value."""
    if value is None or name in _IGNORED:
        return []
    prefix, colon, local = name.partition(":")
    if colon and prefix in names and not local.startswith("//"):
        name = f"{{{names[prefix]}}}{local}"
        if names[prefix] == SUYUAN_NAMESPACE:
            return [] if local in _SPELLING else spell_own(name, value)
    entries = value if isinstance(value, list) else (value,)
    return [name + _inner(entry, names) for entry in entries]


def _inner(value: Any, names: Names) -> str:
    if isinstance(value, list):
        return "".join(sorted(_inner(entry, names) for entry in value))
    if not isinstance(value, dict):
        text = spell(value, names)
        return "=" + text if text else ""
    # A converter from XML keeps the text of an element that has attributes as "#text".
    text = spell(value.get("#text"), names)
    members: list[str] = []
    for name, entry in value.items():
        members += _generic(name, entry, names)
    return ("=" + text if text else "") + "".join(sorted(members))


# Of Suyuan's own members: how the rest is spelled, not what it says (``epcis_own``).
_SPELLING = frozenset({"order", "spelled"})


def spell_own(name: str, value: Any) -> list[str]:
    """A member of Suyuan's namespace, or one inside it: written alike, its texts as they are."""
    if isinstance(value, str):
        return [f"{name}={value}"]
    if value is None:
        return []
    entries = value if isinstance(value, list) else (value,)
    return [name + _own_inner(entry) for entry in entries]


def _own_inner(value: Any) -> str:
    if isinstance(value, list):
        return "".join(map(_own_inner, value))
    if not isinstance(value, dict):
        return "=" + spell_verbatim(value)
    members: list[str] = []
    for name, entry in value.items():
        members += spell_own(name, entry)
    return "".join(sorted(members))


def _reports_rules(elements: Any, names: Names) -> list[str]:
    """``bizRules`` of sensor reports, which the order of CBV 2.0 forgot.

    The reference implementation writes what its order does not know at the event's end, below the
    names of what it stands in (its SensorDataExamples, eighth line).
    """
    found = []
    for element in elements or ():
        rules = _written(element.get("sensorReport"), names)
        if rules:
            found.append("sensorElement" + "".join(rules))
    return ["sensorElementList" + "".join(sorted(found))] if found else []


def _written(reports: Iterable[Any] | None, names: Names) -> list[str]:
    rules = (_value("bizRules", report.get("bizRules"), names) for report in reports or ())
    return sorted("sensorReport" + rule for rule in rules if rule)


# --- The order of CBV 2.0, 8.9.2 ----------------------------------------------------------------

_BIZ_STEP = _word(cbv.BIZ_STEPS)
_DISPOSITION = _word(cbv.DISPOSITIONS)
_QUANTITIES = _list(
    "quantityElement", _object({"epcClass": _value, "quantity": _value, "uom": _value})
)
_PLACE = _object({"id": _value})

_SENSOR_METADATA = _object(
    {
        "time": _time,
        "startTime": _time,
        "endTime": _time,
        "deviceID": _value,
        "deviceMetadata": _value,
        "rawData": _value,
        "dataProcessingMethod": _value,
        "bizRules": _value,
    }
)
_SENSOR_REPORT = _object(
    {
        "type": _word(cbv.MEASUREMENT_TYPES),
        "exception": _word(cbv.SENSOR_EXCEPTIONS),
        "deviceID": _value,
        "deviceMetadata": _value,
        "rawData": _value,
        "dataProcessingMethod": _value,
        "time": _time,
        "microorganism": _value,
        "chemicalSubstance": _value,
        "value": _value,
        "component": _word(cbv.COMPONENTS),
        "stringValue": _value,
        "booleanValue": _value,
        "hexBinaryValue": _value,
        "uriValue": _value,
        "minValue": _value,
        "maxValue": _value,
        "meanValue": _value,
        "sDev": _value,
        "percRank": _value,
        "percValue": _value,
        "uom": _value,
        "coordinateReferenceSystem": _value,
    }
)

_ORDER: dict[str, _Write] = {
    "eventTime": _time,
    "eventTimeZoneOffset": _value,
    "certificationInfo": _values(_value),
    "parentID": _value,
    "epcList": _epcs,
    "inputEPCList": _epcs,
    "childEPCs": _epcs,
    "quantityList": _QUANTITIES,
    "childQuantityList": _QUANTITIES,
    "inputQuantityList": _QUANTITIES,
    "outputEPCList": _epcs,
    "outputQuantityList": _QUANTITIES,
    "action": _value,
    "transformationID": _value,
    "bizStep": _BIZ_STEP,
    "disposition": _DISPOSITION,
    "persistentDisposition": _object(
        {"set": _values(_DISPOSITION), "unset": _values(_DISPOSITION)}
    ),
    "readPoint": _PLACE,
    "bizLocation": _PLACE,
    "sensorElementList": _list(
        "sensorElement",
        _object({"sensorMetadata": _SENSOR_METADATA, "sensorReport": _values(_SENSOR_REPORT)}),
    ),
}

_EVENT = {name: (place, write) for place, (name, write) in enumerate(_ORDER.items())}

# These three, ``ilmd`` and the members of other namespaces follow, sorted among each other.
_BIZ_TRANSACTION = {"type": _word(cbv.BIZ_TRANSACTION_TYPES), "bizTransaction": _value}
_LAST: dict[str, _Write] = {
    "bizTransactionList": _list("", _object(_BIZ_TRANSACTION)),
    "sourceList": _list("", _object({"type": _word(cbv.ENDPOINT_TYPES), "source": _value})),
    "destinationList": _list(
        "", _object({"type": _word(cbv.ENDPOINT_TYPES), "destination": _value})
    ),
}
_NO_PART = frozenset({"type", "eventID", "recordTime", "errorDeclaration", "@context"})
