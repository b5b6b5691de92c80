"""A spreadsheet sent to ``POST /v1/files``, and what the service says of its job."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePath
from typing import Any, BinaryIO

import httpx

from suyuan.domain.errors import Refused
from suyuan.wire.sheets.sheet import MEDIA_TYPES, Format

_PART_BYTES = 256 * 1024
_ZIP = b"PK\x03\x04"
# A job in one of these states goes on.
OPEN_STATES = ("receiving", "waiting", "running")

_MEDIA_TYPE_OF = {form: media_type for media_type, form in MEDIA_TYPES.items()}


def sheet_format(name: str, file: BinaryIO) -> Format:
    """The kind of a file, by its name and, for a workbook, by how it begins. Raises Refused."""
    file.seek(0)
    ending = PurePath(name).suffix.lower()
    if file.read(len(_ZIP)) == _ZIP and ending != ".csv":
        return Format.XLSX
    if ending == ".xml":
        return Format.XML
    if ending in (".csv", ".tsv", ".txt"):
        return Format.CSV
    raise Refused("file_kind_unknown", name=name)


def post_file(
    client: httpx.Client,
    file: BinaryIO,
    form: Format,
    *,
    size: int,
    asked: Mapping[str, str],
    tell: Callable[[int], object],
) -> httpx.Response:
    """Send a file of ``size`` bytes from its beginning; ``tell`` hears of each part that went out.

    Raises OSError where it cannot be read, httpx.HTTPError where nobody answers.
    """
    file.seek(0)
    return client.post(
        "/v1/files",
        params=asked,
        content=_parts(file.read, tell),
        headers={"Content-Type": _MEDIA_TYPE_OF[form], "Content-Length": str(size)},
    )


def said(answer: httpx.Response) -> dict[str, Any]:
    """The JSON object of an answer, empty where it is none."""
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def fetch(
    client: httpx.Client, path: str, write: Callable[[bytes], object], language: str | None = None
) -> httpx.Response:
    """Get what may be large, part by part; of an answer that is no success nothing is written."""
    headers = {} if language is None else {"Accept-Language": language}
    with client.stream("GET", path, headers=headers) as answer:
        if not answer.is_success:
            answer.read()
            return answer
        for chunk in answer.iter_bytes():
            write(chunk)
        return answer


def _parts(read: Callable[[int], bytes], tell: Callable[[int], object]) -> Iterator[bytes]:
    while part := read(_PART_BYTES):
        yield part
        tell(len(part))
