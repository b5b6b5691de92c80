"""A file of any kind that is read, opened as a sheet."""

from __future__ import annotations

from typing import BinaryIO

from suyuan.domain.errors import MediaTypeUnknown
from suyuan.wire.ministry.opening import open_ministry
from suyuan.wire.sheets.delimited import open_delimited
from suyuan.wire.sheets.sheet import MEDIA_TYPES, Format, Recognised, Sheet, without_titles
from suyuan.wire.sheets.workbook import open_workbook

_OPENERS = {Format.CSV: open_delimited, Format.XLSX: open_workbook, Format.XML: open_ministry}
_CHARSETS = frozenset({"utf-8", "utf8", "utf-16", "us-ascii", "gb18030", "gbk", "gb2312"})


def format_of(media_type: str) -> Format:
    """The kind of file that a media type names. Raises MediaTypeUnknown.

    A charset must be one of those that are read; which one it is, the bytes themselves say.
    """
    essence, _, parameters = media_type.lower().partition(";")
    charset = parameters.partition("charset=")[2].partition(";")[0].strip(' "')
    found = MEDIA_TYPES.get(essence.strip())
    if found is None or (charset and charset not in _CHARSETS):
        raise MediaTypeUnknown(media_type=media_type, allowed=(*MEDIA_TYPES, "charset=gb18030"))
    return found


def open_sheet(file: BinaryIO, form: Format, recognised: Recognised) -> Sheet:
    """The sheet in a file, which must be seekable and stay open while its lines are read.

    ``recognised`` tells its header from titles above it. Raises ReportRefused with what is wrong
    with the file as a whole.
    """
    sheet = _OPENERS[form](file)
    return sheet if form is Format.XML else without_titles(sheet, recognised)
