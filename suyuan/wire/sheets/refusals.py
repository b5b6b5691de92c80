"""The list of refused rows: a CSV with the columns that were sent, and what is wrong with each row.

It can be corrected and sent again as it is: the columns that it adds are ignored.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from suyuan.domain.sentences import sentence
from suyuan.wire.sheets import words
from suyuan.wire.sheets.columns import BY_NAME, COLUMNS, REPORT_COLUMNS, is_ignored
from suyuan.wire.sheets.reading import RowFault

BOM = b"\xef\xbb\xbf"  # with it, Excel takes a CSV for UTF-8

# The members of the city form that a sentence may name, as columns that people know.
_MEMBERS = {
    "items": "code",
    "inputs/outputs": "outputs",
    "parent/children": "parent",
    **{name: name for name in BY_NAME},
    "type": "document_type",
    "result": "document_result",
    "declared_at": "corrected_at",
}
# What in a fault's params names words and columns; the rest is what was written, or a number.
_NAMING = ("allowed", "kind", "activity", "field", "found")
_CHINESE = {
    **{word: ways[0] for word, ways in words.KIND_WORDS.items()},
    **{word: ways[0] for word, ways in words.SECTOR_WORDS.items()},
    **{word: ways[0] for word, ways in words.RESULT_WORDS.items()},
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """One refused row: its number in the file, its cells as they were, what is wrong with it."""

    row: int
    cells: Sequence[str]
    faults: Sequence[RowFault]


def header_line(header: Sequence[str], language: str) -> bytes:
    """The first line of the list, with the mark that says UTF-8."""
    added = [pair[0 if language == "zh" else 1] for pair in REPORT_COLUMNS]
    return BOM + _line([*(header[place] for place in _kept(header)), *added])


def lines(header: Sequence[str], refusals: Iterable[Refusal], language: str) -> bytes:
    """The lines of some refused rows, as bytes of the list."""
    kept = _kept(header)
    return b"".join(
        _line(
            [
                *(refusal.cells[place] if place < len(refusal.cells) else "" for place in kept),
                str(refusal.row),
                "; ".join(_columns(refusal, header, language)),
                " ".join(reason(fault, language) for fault in refusal.faults),
            ]
        )
        for refusal in refusals
    )


def column_name(fault: RowFault, header: Sequence[str], language: str) -> str:
    """The faulty column as the file calls it, or as the template does if the file has none."""
    if fault.place is not None and fault.place < len(header) and header[fault.place]:
        return header[fault.place]
    column = BY_NAME.get(fault.column)
    return column.header(language) if column is not None else fault.column


def reason(fault: RowFault, language: str) -> str:
    """What is wrong, in a sentence that uses the words of the spreadsheet."""
    params = {
        name: _spoken(value, fault, language) if name in _NAMING else value
        for name, value in fault.params.items()
    }
    return sentence(fault.code, params, language)


def _columns(refusal: Refusal, header: Sequence[str], language: str) -> list[str]:
    """The faulty columns, each once."""
    names = dict.fromkeys(column_name(fault, header, language) for fault in refusal.faults)
    return [name for name in names if name]


def _kept(header: Sequence[str]) -> list[int]:
    """The places of the columns that were read: a list that is sent again does not grow."""
    return [place for place, cell in enumerate(header) if not is_ignored(cell)]


def _spoken(value: Any, fault: RowFault, language: str) -> Any:
    if isinstance(value, list | tuple):
        return [_spoken(entry, fault, language) for entry in value]
    if not isinstance(value, str):
        return value
    if value in _MEMBERS and fault.code not in ("unknown_word", "activity_unknown"):
        return BY_NAME[_MEMBERS[value]].header(language)
    return _in_chinese(value, fault.params) if language == "zh" else value


def _in_chinese(word: str, params: Mapping[str, Any]) -> str:
    ways = words.ACTIVITY_WORDS.get(str(params.get("kind")), {}).get(word)
    if ways is not None:
        return ways[0]
    for kind in words.ACTIVITY_WORDS.values():
        if word in kind and word not in _CHINESE:
            return kind[word][0]
    return _CHINESE.get(word, word)


def _line(cells: Iterable[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue().encode("utf-8", "replace")


assert all(name in {column.name for column in COLUMNS} for name in _MEMBERS.values())
