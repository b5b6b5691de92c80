"""How a file of text is encoded, told by its bytes."""

from __future__ import annotations

import codecs
import re
from typing import BinaryIO

from suyuan.domain.errors import Fault, ReportRefused

# GB18030 takes in GBK and GB2312, which is what Excel in China writes as "CSV". It is tried last:
# nearly any bytes are GB18030, and hardly any text of it is valid UTF-8.
GB18030 = "gb18030"
ENCODINGS = ("utf-8-sig", GB18030)
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)  # Excel's "Unicode text"

# GB 18030-2022 moved 18 characters out of the private use area, to where Unicode has them by now;
# Python decodes by the edition of 2005.
_MOVED = str.maketrans(
    "\ue78d\ue78e\ue78f\ue790\ue791\ue792\ue793\ue794\ue795\ue796"
    "\ue81e\ue826\ue82b\ue82c\ue832\ue843\ue854\ue864",
    "\ufe10\ufe12\ufe11\ufe13\ufe14\ufe15\ufe16\ufe17\ufe18\ufe19"
    "\u9fb4\u9fb5\u9fb6\u9fb7\u9fb8\u9fb9\u9fba\u9fbb",
)
_MAY_HAVE_MOVED = re.compile("[\ue78d-\ue864]")

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


def in_edition_of_2022(text: str) -> str:
    """What Python has decoded from GB18030, by the edition in force."""
    return text.translate(_MOVED) if _MAY_HAVE_MOVED.search(text) else text


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
