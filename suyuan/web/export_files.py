"""A spreadsheet as an answer: written whole before its first byte is sent.

Half an export would look like a whole one. So it goes into a temporary file that has no name, row
by row, and from there to the caller.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from tempfile import TemporaryFile
from typing import BinaryIO

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from suyuan.web.accept import CSV, XLSX
from suyuan.web.admission import Slots
from suyuan.web.language import Language, negotiate, vary_on_language
from suyuan.web.logs import caller_of
from suyuan.web.scratch import room
from suyuan.wire.exports.tables import Table
from suyuan.wire.exports.workbook import XlsxWriter
from suyuan.wire.exports.writing import CsvWriter, Writer

_ENDINGS = {CSV: "csv", XLSX: "xlsx"}
_WRITERS: dict[str, Callable[[BinaryIO, Sequence[Table], str], Writer]] = {
    CSV: CsvWriter,
    XLSX: XlsxWriter,
}
_CHUNK = 256 * 1024
_NAME = re.compile(r"[^0-9A-Za-z._]+")
_NAME_CHARACTERS = 80

Fill = Callable[[Writer, Language], Awaitable[None]]


async def export(
    request: Request, form: str, name: str, tables: Sequence[Table], fill: Fill
) -> Response:
    """What ``fill`` writes, as a file of a media type that is called ``name`` and its ending.

    Raises what ``fill`` raises, and Unavailable when too many export at once, or the disk is full.
    """
    language = negotiate(request.headers.get("accept-language"))
    slots: Slots = request.app.state.exports
    file = TemporaryFile()  # noqa: SIM115  it is closed when its last byte is sent
    try:
        async with slots.taken(_asker(request)):
            with room():
                writer = _WRITERS[form](file, tables, language.value)
                try:
                    await fill(writer, language)
                finally:
                    await asyncio.to_thread(writer.close)
                return _answer(file, name, form, language)
    except BaseException:
        with suppress(OSError):  # it would write what is left, and is thrown away
            file.close()
        raise


def _asker(request: Request) -> str:
    """Whom an export counts for: a key, and everybody without one together."""
    asking = caller_of(request.scope)
    return "" if asking is None else f"{asking.owner} {asking.key or ''}"


def _answer(file: BinaryIO, name: str, form: str, language: Language) -> Response:
    size = file.seek(0, 2)
    file.seek(0)
    # As people type it, of what every file system takes.
    name = f"{_NAME.sub('-', name).strip('-.')[:_NAME_CHARACTERS]}.{_ENDINGS[form]}"
    headers = {
        "Content-Length": str(size),
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    media_type = "text/csv; charset=utf-8; header=present" if form == CSV else form
    response = StreamingResponse(_chunks(file), headers=headers, media_type=media_type)
    vary_on_language(response.headers, language)
    response.headers.add_vary_header("Accept")
    return response


async def _chunks(file: BinaryIO) -> AsyncIterator[bytes]:
    with file:
        while chunk := await asyncio.to_thread(file.read, _CHUNK):
            yield chunk
