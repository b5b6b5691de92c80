"""One row of the ministry's XML, parsed by itself: its fields, or what is wrong with it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

# The expat that Python ships bounds what entities expand to; a row is cut out of the file without
# its doctype, so there are none, and nothing is ever fetched.
from xml.parsers import expat

from suyuan.domain.errors import Fault
from suyuan.domain.nearness import nearest
from suyuan.wire.ministry.cutting import ROW_CHARACTERS, Piece
from suyuan.wire.ministry.records import RECORDS

_TEXT_LIMIT = 500
_SHOWN = 80
# The ministry's own sample closes <prov_id> so, and systems that were built after it do, in every
# row. What it means is beyond doubt; every other tag that is not closed as it was opened is a
# broken row.
_SAMPLES_FAULT = re.compile(r"</prov\.id\s*>")
_FIELD = re.compile(r"<([a-z_]+)>([^<]*)", re.ASCII)


@dataclass(slots=True)
class MinistryRow:
    """A row: its record's name, its fields by their tags, and what is wrong with it as XML."""

    record: str
    fields: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def read_row(piece: Piece) -> MinistryRow:
    """The row that a piece of the file is; of a broken one also the fields that can be made out."""
    text = _SAMPLES_FAULT.sub("</prov_id>", piece.text)
    row = MinistryRow(piece.name)
    if piece.name not in RECORDS:
        row.faults.append(Fault("ministry_record_unknown", "", _near(piece.name, list(RECORDS))))
    if not piece.whole:
        code = "xml_row_too_long" if len(text) >= ROW_CHARACTERS else "xml_row_open"
        row.faults.append(Fault(code, "", {"tag": piece.name, "limit": ROW_CHARACTERS}))
    else:
        _parse(text, row)
    if row.faults:
        row.fields = {tag: value.strip()[:_TEXT_LIMIT] for tag, value in _FIELD.findall(text)}
    return row


def _parse(text: str, row: MinistryRow) -> None:
    fields = _Fields(row)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = fields.start
    parser.EndElementHandler = fields.end
    parser.CharacterDataHandler = fields.text
    try:
        # As text it is whatever the file was; the parser is told so, whatever a head may say.
        parser.Parse(text.encode(), True)
    except expat.ExpatError as error:
        tag = fields.open[-1] if fields.open else row.record
        reason = expat.ErrorString(error.code)
        row.faults.append(Fault("xml_row_malformed", "", {"tag": tag, "reason": reason}))
    except UnicodeEncodeError:
        params = {"tag": row.record, "reason": "surrogates"}
        row.faults.append(Fault("xml_row_malformed", "", params))


class _Fields:
    """Collects the fields of a row, which is flat: what lies deeper is a fault."""

    def __init__(self, row: MinistryRow) -> None:
        self.open: list[str] = []
        self._row = row
        self._known = RECORDS.get(row.record, frozenset())
        self._parts: list[str] = []

    def start(self, name: str, _: dict[str, str]) -> None:
        self.open.append(name)
        self._parts = []
        if len(self.open) > 2:
            self._blame("xml_row_nested", tag=name[:_SHOWN])

    def end(self, name: str) -> None:
        depth = len(self.open)
        self.open.pop()
        value = "".join(self._parts).strip()
        self._parts = []
        if depth != 2:
            return
        if self._known and name not in self._known:
            self._blame("ministry_tag_unknown", **_near(name, sorted(self._known)))
        elif name in self._row.fields:
            self._blame("ministry_tag_twice", tag=name)
        elif len(value) > _TEXT_LIMIT:
            self._blame("ministry_text_too_long", tag=name, limit=_TEXT_LIMIT)
        elif value:
            self._row.fields[name] = value

    def text(self, data: str) -> None:
        self._parts.append(data)

    def _blame(self, code: str, **params: object) -> None:
        if len(self._row.faults) < 20:
            self._row.faults.append(Fault(code, "", params))


def _near(name: str, known: list[str]) -> dict[str, object]:
    closest = nearest(name, known)
    return {"tag": name[:_SHOWN], **({"closest": closest} if closest else {"allowed": known})}
