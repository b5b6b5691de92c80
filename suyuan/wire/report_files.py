"""The reports in a file of JSON, one at a time, however large the file is.

The file holds NDJSON, an array, one event, or an EPCIS 2.0 document, in UTF-8. It is read twice:
what is wrong with it as a whole is found before the first report is given out.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import ijson
import msgspec

from suyuan.domain.errors import ReportRefused
from suyuan.wire.bodies import encode

# One report, and all that an EPCIS document says of its events together. A service takes bodies of
# 16 MiB; an event with a thousand things in it has 100 KiB.
REPORT_BYTES = 4 * 1024 * 1024
_FRAME_BYTES = 1024 * 1024
# A reader that goes deeper than any report does would only serve to exhaust the next one.
_DEPTH = 100

_CHUNK_BYTES = 64 * 1024
_BLANK = b" \t\r\n"
_BOM = b"\xef\xbb\xbf"
# What the parser raises for bytes that are no JSON, or a number that Python does not read: that one
# its C part leaves behind unsaid, so that the interpreter raises SystemError at the next step.
_UNREADABLE = (ijson.JSONError, ValueError, ArithmeticError, SystemError)

# Where EPCIS 2.0 has the events of an EPCISDocument and of an EPCISQueryDocument.
_EVENT_LISTS = (
    ("epcisBody", "eventList"),
    ("epcisBody", "queryResults", "resultsBody", "eventList"),
)
_NOT_OF_THE_FRAME = ("epcisBody", "id")


@dataclass(frozen=True, slots=True)
class ReportText:
    """One report as JSON on one line; ``None`` for one of more than ``REPORT_BYTES``.

    ``place`` is its line in NDJSON, else its number in the file; both count from 1.
    """

    place: int
    text: bytes | None


def read_report_file(file: BinaryIO) -> Iterator[ReportText]:
    """The reports of a file, which must be seekable and stay open while they are read.

    An event of an EPCIS document is given as a document of its own, with the ``@context`` and
    whatever else the file says of all of them. A line of NDJSON is given as it is, JSON or not.
    Raises ``ReportRefused`` for a file that cannot be read as a whole, before the first report.
    """
    _require_utf8(file)
    if _is_ndjson(file):
        return _lines(file)
    return _members(file, _survey(file))


def _require_utf8(file: BinaryIO) -> None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    file.seek(0)
    read, blank = 0, True
    while True:
        chunk = file.read(_CHUNK_BYTES)
        pending = len(decoder.getstate()[0])
        try:
            decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            raise ReportRefused("file_not_utf8", byte=read - pending + error.start) from error
        if not chunk:
            break
        read += len(chunk)
        blank = blank and not chunk.removeprefix(_BOM).strip(_BLANK)
    if blank:
        raise ReportRefused("file_empty")


def _is_ndjson(file: BinaryIO) -> bool:
    """Whether the first line is a value of its own, and others follow."""
    lines = _bounded_lines(file)
    _, first = next(lines)
    if first is None:
        return False
    try:
        msgspec.json.decode(first)
    except (msgspec.MsgspecError, RecursionError):
        return False
    return next(lines, None) is not None


def _lines(file: BinaryIO) -> Iterator[ReportText]:
    for place, text in _bounded_lines(file):
        yield ReportText(place, text)


def _bounded_lines(file: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """The lines that are not blank, by their numbers; ``None`` for one that is too long."""
    file.seek(0)
    place = 0
    while line := file.readline(REPORT_BYTES):
        place += 1
        whole = line.endswith(b"\n") or len(line) < REPORT_BYTES
        while not whole:
            rest = file.readline(REPORT_BYTES)
            whole = rest.endswith(b"\n") or len(rest) < REPORT_BYTES
            line = b""
        if not line:
            yield place, None
            continue
        text = (line.removeprefix(_BOM) if place == 1 else line).strip(_BLANK)
        if text:
            yield place, text


# --- One JSON value, larger than memory -----------------------------------------------------------


@dataclass(slots=True)
class _Shape:
    """Where the reports are (a prefix of ``ijson``), and what stands around each."""

    prefix: str
    frame: dict[str, Any] | None = None


class _Metered:
    """A file that refuses to be read on and on for one report."""

    def __init__(self, file: BinaryIO) -> None:
        file.seek(0)
        self._read: Callable[[int], bytes] = file.read
        self.total = 0
        self._since = 0

    def mark(self) -> None:
        """One more report, or part of what is not kept, is over."""
        self._since = self.total

    def read(self, size: int) -> bytes:
        if self.total - self._since > REPORT_BYTES:
            raise ReportRefused("file_report_too_long", limit=REPORT_BYTES, byte=self._since)
        chunk = self._read(size)
        self.total += len(chunk)
        return chunk.removeprefix(_BOM) if self.total == len(chunk) else chunk


def _survey(file: BinaryIO) -> _Shape:
    """Read the file through once: whether it is sound, and what its shape is."""
    metered, frame = _Metered(file), _Frame()
    keys: list[str] = []  # of the open containers; empty in an array
    first = prefix = ""
    try:
        for event, value in ijson.basic_parse(metered):
            first = first or event
            if event in ("end_map", "end_array"):
                keys.pop()
            frame.take(len(keys), event, value)
            if event == "map_key":
                keys[-1] = value
            elif event in ("start_map", "start_array"):
                if event == "start_array" and tuple(keys) in _EVENT_LISTS:
                    prefix = ".".join([*keys, "item"])
                keys.append("")
                _require_shallow(keys)
            if not frame.building:
                metered.mark()
    except ReportRefused:
        raise
    except _UNREADABLE as error:
        raise ReportRefused("file_not_json", byte=metered.total) from error
    if prefix:
        return _Shape(prefix, {**frame.members, "type": "EPCISDocument"})
    return _Shape("item" if first == "start_array" else "")


def _require_shallow(keys: list[str]) -> None:
    if len(keys) > _DEPTH:
        raise ReportRefused("file_too_deep", limit=_DEPTH)


class _Frame:
    """The members that stand beside the events of a document, built while its tokens pass."""

    def __init__(self) -> None:
        self.members: dict[str, Any] = {}
        self._name = ""
        self._builder: Any = None
        self._bytes = 0

    @property
    def building(self) -> bool:
        return self._builder is not None

    def take(self, depth: int, event: str, value: Any) -> None:
        """Take a token that stands in so many containers."""
        if depth == 0 or (depth == 1 and event == "map_key"):
            self._close()
        if depth == 1 and event == "map_key" and value not in _NOT_OF_THE_FRAME:
            self._name, self._builder = value, ijson.ObjectBuilder()
        elif self._builder is not None:
            self._builder.event(event, value)

    def _close(self) -> None:
        if self._builder is None:
            return
        member, self._builder = self._builder.value, None
        self._bytes += len(encode(member))
        if self._bytes > _FRAME_BYTES:
            raise ReportRefused("file_report_too_long", limit=_FRAME_BYTES, byte=0)
        self.members[self._name] = member


def _members(file: BinaryIO, shape: _Shape) -> Iterator[ReportText]:
    metered = _Metered(file)
    try:
        for place, member in enumerate(ijson.items(metered, shape.prefix), 1):
            metered.mark()
            yield ReportText(place, _framed(member, shape.frame))
    except _UNREADABLE as error:  # the file is not what it was a moment ago
        raise ReportRefused("file_not_json", byte=metered.total) from error


def _framed(member: Any, frame: dict[str, Any] | None) -> bytes:
    if frame is not None:
        member = {**frame, "epcisBody": {"eventList": [member]}}
    return encode(member).encode()
