"""How a file of text is encoded, told by its bytes."""

from __future__ import annotations

import codecs
from typing import BinaryIO

from suyuan.domain.errors import Fault, ReportRefused

# GB18030 takes in GBK and GB2312, which is what Excel in China writes as "CSV". It is tried last:
# nearly any bytes are GB18030, and hardly any text of it is valid UTF-8.
ENCODINGS = ("utf-8-sig", "gb18030")
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)  # Excel's "Unicode text"

_CHUNK = 256 * 1024


def encoding_of(file: BinaryIO) -> str:
    """The encoding in which every byte of the file is text. Raises ReportRefused."""
    file.seek(0)
    if file.read(2) in _UTF_16:
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ENCODINGS
    stops = []
    for encoding in encodings:
        stop = _first_wrong_byte(file, encoding)
        if stop is None:
            return encoding
        stops.append(stop)
    raise ReportRefused("file_refused", faults=[Fault("encoding_unknown", "", {"byte": stops[0]})])


def _first_wrong_byte(file: BinaryIO, encoding: str) -> int | None:
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    done = 0
    while True:
        chunk = file.read(_CHUNK)
        pending = len(decoder.getstate()[0])
        try:
            decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            return done - pending + error.start
        if not chunk:
            return None
        done += len(chunk)
