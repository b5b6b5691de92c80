"""A posted body: bytes in, the JSON text of each report out, and JSON as plain values.

Any bytes at all give texts, values, faults or one of three refusals, and never another error.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from suyuan.domain.errors import Fault, MediaTypeUnknown, ReportRefused, TooLarge

NDJSON_TYPE = "application/x-ndjson"
MEDIA_TYPES = ("application/json", "application/ld+json", NDJSON_TYPE)

_BOM = b"\xef\xbb\xbf"
_BLANK = b" \t\r\n"
_CHARSET = re.compile(r"charset\s*=\s*\"?([^\";\s]*)")
_CHARSETS = frozenset({"utf-8", "utf8", "us-ascii"})
_BYTE = re.compile(r"\(byte (\d+)\)")
# What Python will not read as a number although JSON allows it.
_ENDLESS = re.compile(rb"[0-9]{4301,}|[eE][+-]?[0-9]{18,}")
_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, InvalidOperation)

# As many bytes of a text show how its writer spaces it.
_OPENING = 80

# Numbers stay the digits that were sent: binary floats would change quantities and ``extra``.
_decode = msgspec.json.Decoder(float_hook=Decimal).decode
_decode_array = msgspec.json.Decoder(list[msgspec.Raw]).decode
_encode = msgspec.json.Encoder(decimal_format="number").encode


class Body:
    """A body of reports: ``texts`` holds the JSON text of each, in order.

    Those are the lines of NDJSON that are not blank, the members of an array, or the one value that
    there is. A member's text may be found malformed only when its value is asked for. Raises
    ``MediaTypeUnknown``; ``TooLarge`` for more than ``most`` lines; ``ReportRefused`` for a body
    that is blank or no JSON.
    """

    __slots__ = ("_body", "_numbers", "texts")

    def __init__(self, body: bytes, media_type: str, most: int) -> None:
        self._body = body.removeprefix(_BOM)
        self._numbers: tuple[int, ...] | None = None
        if _essence(media_type) == NDJSON_TYPE:
            lines = [(n, t) for n, t in enumerate(self._body.split(b"\n"), 1) if t.strip(_BLANK)]
            if len(lines) > most:
                raise TooLarge("batch_too_large", limit=most, count=len(lines))
            self._numbers = tuple([number for number, _ in lines])
            self.texts = [text for _, text in lines]
        else:
            self.texts = self._members()

    def value(self, place: int) -> Any:
        """The value of the text at ``place``, or the fault of a line that is no JSON.

        Raises ``ReportRefused`` where the text makes the whole body malformed.
        """
        text = self.texts[place]
        try:
            return _decode(text)
        except _UNREADABLE as error:
            if self._numbers is not None:
                return _malformed(text, error, self._numbers[place])
            decode(self._body)  # raises, and says where in the body
            raise

    def _members(self) -> list[bytes]:
        if not self._body.strip(_BLANK):
            raise ReportRefused(faults=[Fault("batch_empty")])
        if self._body.lstrip(_BLANK)[:1] != b"[":
            return [self._body]
        try:
            return list(map(bytes, _decode_array(self._body)))
        except _UNREADABLE:
            decode(self._body)  # raises, and says where in the body
            raise


def compact(text: bytes) -> bytes:
    """JSON without white space between its tokens, if there seems to be some.

    Whoever writes a blank after a colon does so from the first member on; JSON is not changed by
    one that is overlooked. Raises ``msgspec.MsgspecError`` for what is no JSON.
    """
    if b"\n" in text or b"\r" in text or text.find(b'": ', 0, _OPENING) >= 0:
        return msgspec.json.format(text, indent=-1)
    return text


def decode(body: bytes | str) -> Any:
    """JSON as plain values, numbers as integers and decimals with the digits that were sent.

    Raises ``ReportRefused`` with the fault ``json_malformed``, which says where.
    """
    try:
        return _decode(body)
    except _UNREADABLE as error:
        where = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
        raise ReportRefused(faults=[_malformed(where, error)]) from error


def encode(value: Any) -> str:
    """Plain values as compact JSON text, the way back from ``decode``."""
    return _encode(value).decode()


def _essence(media_type: str) -> str:
    """The media type without its parameters, if it is one that is read here, in UTF-8."""
    essence, _, parameters = media_type.lower().partition(";")
    charset = _CHARSET.search(parameters)
    known = essence.strip() in MEDIA_TYPES and (charset is None or charset[1] in _CHARSETS)
    if not known:
        allowed = (*MEDIA_TYPES, "charset=utf-8")
        raise MediaTypeUnknown(media_type=media_type, allowed=allowed)
    return essence.strip()


def _malformed(body: bytes, error: Exception, line: int | None = None) -> Fault:
    byte = _place(body, error)
    row = body.count(b"\n", 0, byte) + 1 if line is None else line
    return Fault("json_malformed", params={"line": row, "byte": byte})


def _place(body: bytes, error: Exception) -> int:
    """The byte, counted from 0, where reading stopped."""
    try:
        body.decode()
    except UnicodeDecodeError as wrong:
        return wrong.start
    said = _BYTE.search(str(error))
    if said is not None:
        return int(said[1])
    endless = _ENDLESS.search(body)
    return endless.start() if endless is not None else len(body)
