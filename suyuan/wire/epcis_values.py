"""Reading the values of EPCIS 2.0 JSON: identifiers, words, times, numbers, texts.

The rules are those of the standard's JSON schema (EPCIS-JSON-Schema.json 2.0.0); where a reader
takes more, it says so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from suyuan.domain.codes import Code, Use, recognise
from suyuan.domain.errors import Refused
from suyuan.wire.epcis_shapes import TEXT_LIMIT, EventReading, Reader, an_array, is_bounded
from suyuan.wire.epcis_vocabulary import Vocabulary
from suyuan.wire.reading import NAME_LIMIT, pointer

# A canonical key may have 2,048 characters, and every one of them may be percent-encoded.
URI_LIMIT = 8_192

# RFC 3986, appendix A: an absolute URI, with or without a fragment. Possessive, so that a long text
# which is none costs no more than one that is.
_HEX = "%[0-9A-Fa-f]{2}"
_NAME = rf"(?:[!$&'()*+,\-.0-9;=A-Z_a-z~]++|{_HEX})*+"
_USER = rf"(?:[!$&'()*+,\-.0-9:;=A-Z_a-z~]++|{_HEX})*+@"
_PATH = rf"(?:[!$&'()*+,\-./0-9:;=@A-Z_a-z~]++|{_HEX})"
_QUERY = rf"(?:[!$&'()*+,\-./0-9:;=?@A-Z_a-z~]++|{_HEX})*+"
_HOST = rf"(?:\[[0-9A-Fa-f:.]++\]|{_NAME})(?::[0-9]*+)?"
_URI = re.compile(
    rf"[A-Za-z][A-Za-z0-9+.\-]*+:(?://(?:{_USER})?{_HOST}(?:/{_PATH}*+)?|(?!//){_PATH}++)"
    rf"(?:\?{_QUERY})?(?:#{_QUERY})?"
)
_OFFSET = re.compile(r"[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00)")
# xsd:dateTimeStamp, in the profile that RFC 3339 has of it: seconds and an offset are required.
_STAMP = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.[0-9]+)?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_CBV = re.compile(r"urn:epcglobal:cbv|https?://ns\.gs1\.org/cbv/")


# --- Identifiers --------------------------------------------------------------------------------


def is_uri(value: Any) -> bool:
    """Whether a value is a URI that fits: absolute, ASCII (RFC 3986)."""
    return isinstance(value, str) and len(value) <= URI_LIMIT and bool(_URI.fullmatch(value))


def id_value(reading: EventReading, value: Any, at: str) -> str | None:
    """A value that is a URI, as it is; ``at`` is its own pointer."""
    if is_uri(value):
        return str(value)
    if isinstance(value, str):
        reading.fault("uri_malformed", at, value=value[:NAME_LIMIT])
    else:
        reading.fault("not_text", at)
    return None


def uri_value(reading: EventReading, value: Any, at: str) -> str | None:
    """A value that is a URI, or the text that it stands for; ``at`` is its own pointer."""
    found = id_value(reading, value, at)
    return found if found is None else reading.spelled.get(found, found)


def uri(reading: EventReading, raw: Mapping[str, Any], name: str, at: str) -> str | None:
    """A member that is a URI."""
    return uri_value(reading, raw[name], pointer(at, name))


def uris(reading: EventReading, raw: Mapping[str, Any], name: str, at: str) -> tuple[str, ...]:
    """A member that is an array of URIs."""
    return tuple(an_array(uri_value)(reading, raw, name, at))


def uri_or_uris(
    reading: EventReading, raw: Mapping[str, Any], name: str, at: str
) -> tuple[str, ...]:
    """A member that is one URI, or an array of them."""
    if isinstance(raw[name], list):
        return uris(reading, raw, name, at)
    only = uri(reading, raw, name, at)
    return () if only is None else (only,)


def code_value(reading: EventReading, value: Any, at: str, use: Use = Use.THING) -> Code | None:
    """A value that is a URI, as the code that it is."""
    text = uri_value(reading, value, at)
    if text is None:
        return None
    try:
        return recognise(text, use=use) if use is Use.THING else _again(text, use)
    except Refused as error:
        reading.fault(error.code, at, **{"text": text, **error.params})
        return None


@lru_cache(4096)
def _again(text: str, use: Use) -> Code:
    """Places and parties come again in every event of a batch."""
    return recognise(text, use=use)


def a_code(use: Use) -> Reader:
    """A member that is the URI of a code."""

    def read(reading: EventReading, raw: Mapping[str, Any], name: str, at: str) -> Code | None:
        return code_value(reading, raw[name], pointer(at, name), use)

    return read


# --- Words --------------------------------------------------------------------------------------


def word_value(reading: EventReading, value: Any, at: str, vocabulary: Vocabulary) -> str | None:
    """A word of a vocabulary, bare, or the URI of a word that is not of the standard.

    More than the schema takes: the URN and the web URI of a standard word are its bare word.
    """
    if not isinstance(value, str):
        reading.fault("not_text", at)
        return None
    word = vocabulary.bare(value)
    if word in vocabulary or is_private_word(word):
        reading.respelled |= word != value
        return word
    reading.fault("unknown_word", at, value=value[:NAME_LIMIT], allowed=tuple(vocabulary.uris))
    return None


def is_private_word(value: Any) -> bool:
    """Whether a value is a URI that may stand for a word, and is none of the standard's own."""
    return is_uri(value) and not _CBV.match(value)


def a_word(vocabulary: Vocabulary) -> Reader:
    """A member that is a word; see ``word_value``."""

    def read(reading: EventReading, raw: Mapping[str, Any], name: str, at: str) -> str | None:
        return word_value(reading, raw[name], pointer(at, name), vocabulary)

    return read


# --- Times, numbers, texts ----------------------------------------------------------------------


def stamp(reading: EventReading, raw: Mapping[str, Any], name: str, at: str) -> str | None:
    """A member that is a time with seconds and offset, of any year; it may lie in the future."""
    value = raw[name]
    found = _STAMP.fullmatch(value) if isinstance(value, str) else None
    if found is None or not _is_instant(found[1].upper() + found[2].upper()):
        shown = value[:NAME_LIMIT] if isinstance(value, str) else "…"
        reading.fault("time_malformed", pointer(at, name), value=shown)
        return None
    return found[0]


def _is_instant(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def moment(reading: EventReading, raw: Mapping[str, Any], name: str, at: str) -> datetime | None:
    """A member that is the time of what happened: seconds, an offset, and not in the future."""
    before = len(reading.faults)
    time = reading.time(raw, name, at)
    if len(reading.faults) == before and not _STAMP.fullmatch(raw[name]):
        reading.fault("time_malformed", pointer(at, name), value=raw[name])
        return None
    return time


def offset(reading: EventReading, raw: Mapping[str, Any], name: str, at: str) -> str | None:
    """A member that is the offset of local time, ``+08:00``; never ``Z``."""
    value = raw[name]
    if isinstance(value, str) and _OFFSET.fullmatch(value):
        return value
    shown = value[:NAME_LIMIT] if isinstance(value, str) else "…"
    reading.fault("offset_malformed", pointer(at, name), value=shown)
    return None


def number(reading: EventReading, raw: Mapping[str, Any], name: str, at: str) -> Any:
    """A member that is a JSON number, finite."""
    value = raw[name]
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        reading.fault("not_number", pointer(at, name))
        return None
    return value if is_bounded(reading, value, pointer(at, name)) else None


def quantity(reading: EventReading, raw: Mapping[str, Any], name: str, at: str) -> Decimal | None:
    """A member that is a JSON number, not negative, with the bounds of every quantity."""
    if isinstance(raw[name], str):
        reading.fault("not_number", pointer(at, name))
        return None
    return reading.decimal(raw, name, at)


def boolean(reading: EventReading, raw: Mapping[str, Any], name: str, at: str) -> bool | None:
    """A member that is ``true`` or ``false``."""
    value = raw[name]
    if isinstance(value, bool):
        return value
    reading.fault("not_boolean", pointer(at, name))
    return None


def text(reading: EventReading, raw: Mapping[str, Any], name: str, at: str) -> str | None:
    """A member that is text of any kind, also empty, within bounds."""
    value = raw[name]
    if not isinstance(value, str):
        reading.fault("not_text", pointer(at, name))
        return None
    return value if is_bounded(reading, value, pointer(at, name)) else None


def matching(pattern: str, code: str) -> Reader:
    """A member that is text of one form, or the fault ``code``."""
    form = re.compile(pattern)

    def read(reading: EventReading, raw: Mapping[str, Any], name: str, at: str) -> str | None:
        value = raw[name]
        if isinstance(value, str) and len(value) <= TEXT_LIMIT and form.fullmatch(value):
            return value
        shown = value[:NAME_LIMIT] if isinstance(value, str) else "…"
        reading.fault(code, pointer(at, name), value=shown)
        return None

    return read
