"""Sensor data of EPCIS 2.0 events: checked and kept, not understood (clause 7.3.7)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from suyuan.wire import epcis_vocabulary as cbv
from suyuan.wire.epcis_shapes import EventReading, Reader, an_array, an_object, entry
from suyuan.wire.epcis_values import boolean, is_uri, matching, number, stamp, text, uri
from suyuan.wire.epcis_vocabulary import Vocabulary
from suyuan.wire.reading import pointer

# The URIs of standard words, which EPCIS JSON wants bare.
_KEPT = re.compile(r"urn:epcglobal:cbv|https?://ns\.gs1\.org/cbv/|https?://(?:www\.)?gs1\.org/voc/")


def _word(vocabulary: Vocabulary) -> Reader:
    """A member that is a bare word, or the URI of a word that is not of the standard."""

    def read(reading: EventReading, raw: Mapping[str, Any], name: str, at: str) -> str | None:
        value = raw[name]
        if isinstance(value, str) and (
            value in vocabulary or (is_uri(value) and not _KEPT.match(value))
        ):
            return value
        shown = value[:80] if isinstance(value, str) else "…"
        allowed = tuple(vocabulary.uris)
        reading.fault("unknown_word", pointer(at, name), value=shown, allowed=allowed)
        return None

    return read


_DEVICE: dict[str, Reader] = {
    "deviceID": uri,
    "deviceMetadata": uri,
    "rawData": uri,
    "dataProcessingMethod": uri,
    "bizRules": uri,
    "time": stamp,
}
_METADATA: dict[str, Reader] = {**_DEVICE, "startTime": stamp, "endTime": stamp}
_MEASURES = ("value", "minValue", "maxValue", "meanValue", "sDev", "percRank", "percValue")
_REPORT: dict[str, Reader] = {
    **_DEVICE,
    **dict.fromkeys(_MEASURES, number),
    "type": _word(cbv.MEASUREMENT_TYPES),
    "exception": _word(cbv.SENSOR_EXCEPTIONS),
    "microorganism": uri,
    "chemicalSubstance": uri,
    "coordinateReferenceSystem": uri,
    "component": _word(cbv.COMPONENTS),
    "stringValue": text,
    "booleanValue": boolean,
    "hexBinaryValue": matching("[0-9A-Fa-f]+", "hex_malformed"),
    "uriValue": uri,
    "uom": text,
}

sensor_elements: Reader = an_array(
    entry(
        {
            "sensorMetadata": an_object(_METADATA),
            "sensorReport": an_array(entry(_REPORT, "type"), least=1),
        },
        "sensorReport",
    )
)
"""A member that is an array of sensor elements."""
