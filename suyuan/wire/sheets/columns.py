"""The columns of a spreadsheet of events: one table, with each column's name in both languages.

The columns are the members of the city form, one level deep. A header may be a column's name in
either language, its name in the form, or several of these together (``生产日期 produced_on``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from suyuan.domain.errors import Fault, ReportRefused
from suyuan.domain.nearness import nearest

EXTRA = "extra."
# More columns than this are another table, or a sheet that was formatted to its edge.
COLUMNS_LIMIT = 256
# Excel stops at 32,767 characters a cell; a header is a word.
_HEADER_LIMIT = 200


class Content(Enum):
    """What the cells of a column hold, and so how they are read."""

    TEXT = "text"
    WORD = "word"  # one of the form's words, in either language
    CODE = "code"  # a code, which a spreadsheet must not take for a number
    TIME = "time"
    DATE = "date"
    QUANTITY = "quantity"
    UNIT = "unit"
    THINGS = "things"  # several codes, each with a quantity if need be
    TEXTS = "texts"  # several texts


@dataclass(frozen=True, slots=True)
class Column:
    """One column. ``path`` is the JSON pointer of its value in the city form.

    ``example`` is what the template's row shows; ``note`` says in (Chinese, English) what belongs
    there; ``aliases`` are other headers that people give it.
    """

    name: str
    zh: str
    en: str
    path: str
    content: Content = Content.TEXT
    example: str = ""
    note: tuple[str, str] = ("", "")
    aliases: tuple[str, ...] = ()

    def header(self, language: str) -> str:
        return self.zh if language == "zh" else self.en


_C = Content
_OWN_ID = ("企业自己的编号，同一编号只存一次", "Your own id; the same id is stored once")
_THINGS = (
    "多个编码用分号隔开，可写数量：编码*12.5 KGM",
    "Codes separated by semicolons, each with a quantity if need be: CODE*12.5 KGM",
)

COLUMNS: tuple[Column, ...] = (
    Column("id", "事件编号", "Event id", "/id", _C.TEXT, "", _OWN_ID, ("编号",)),
    Column("kind", "类别", "Kind", "/kind", _C.WORD, "生产", ("必填", "Required"), ("环节类别",)),
    Column("activity", "环节", "Activity", "/activity", _C.WORD, "采收", ("必填", "Required")),
    Column(
        "time",
        "时间",
        "Time",
        "/time",
        _C.TIME,
        "2026-03-01 08:00",
        ("必填；不写时区即北京时间", "Required; +08:00 where no offset is written"),
        ("发生时间",),
    ),
    Column(
        "party",
        "经营者",
        "Party",
        "/party",
        _C.CODE,
        "",
        ("统一社会信用代码；企业可不填", "USCC or GLN; an enterprise may leave it out"),
        ("企业", "统一社会信用代码"),
    ),
    Column("place", "地点", "Place", "/place", _C.CODE, "350203001", aliases=("地点编码",)),
    Column(
        "code",
        "编码",
        "Code",
        "/items/0/code",
        _C.CODE,
        "6901234567892",
        ("产品、批次或包装的编码", "The code of a product, lot or container"),
        ("产品编码", "商品条码", "追溯码"),
    ),
    Column("quantity", "数量", "Quantity", "/items/0/quantity", _C.QUANTITY, "100"),
    Column(
        "unit",
        "单位",
        "Unit",
        "/items/0/unit",
        _C.UNIT,
        "KGM",
        ("KGM 或 千克，TNE 或 吨……", "UN/CEFACT Recommendation 20, such as KGM"),
        ("计量单位",),
    ),
    Column("inputs", "投入", "Inputs", "/inputs", _C.THINGS, "", _THINGS, ("原料", "投入编码")),
    Column("outputs", "产出", "Outputs", "/outputs", _C.THINGS, "", _THINGS, ("产出编码",)),
    Column("parent", "箱码", "Container", "/parent", _C.CODE, aliases=("容器编码", "Parent")),
    Column("children", "箱内编码", "Contents", "/children", _C.THINGS, "", _THINGS, ("Children",)),
    Column("from_party", "发货方", "From party", "/from/party", _C.CODE, aliases=("供货方",)),
    Column("from_place", "发货地", "From place", "/from/place", _C.CODE),
    Column("to_party", "收货方", "To party", "/to/party", _C.CODE, aliases=("购货方",)),
    Column("to_place", "收货地", "To place", "/to/place", _C.CODE),
    Column(
        "name",
        "品名",
        "Product name",
        "/product/name",
        _C.TEXT,
        "青菜",
        aliases=("产品名称", "Name"),
    ),
    Column("lot", "批号", "Lot", "/product/lot", _C.CODE, "L1", aliases=("批次", "批次号")),
    Column("produced_on", "生产日期", "Produced on", "/product/produced_on", _C.DATE, "2026-03-01"),
    Column("expires_on", "保质期至", "Expires on", "/product/expires_on", _C.DATE, "2026-03-08"),
    Column("origin", "产地", "Origin", "/product/origin", _C.TEXT, "福建厦门"),
    Column("spec", "规格", "Specification", "/product/spec", _C.TEXT, "", aliases=("Spec",)),
    Column("document_type", "单证类型", "Document type", "/documents/0/type", _C.WORD),
    Column("document_number", "单证编号", "Document number", "/documents/0/number", _C.CODE),
    Column("document_issuer", "出证单位", "Document issuer", "/documents/0/issuer"),
    Column("document_date", "出证日期", "Document date", "/documents/0/issued_on", _C.DATE),
    Column("document_url", "单证网址", "Document URL", "/documents/0/url"),
    Column("document_result", "单证结论", "Document result", "/documents/0/result", _C.WORD),
    Column(
        "transformation",
        "加工编号",
        "Transformation",
        "/transformation",
        _C.TEXT,
        "",
        ("投入、产出分两行上报时相同", "The same where inputs and outputs are two rows"),
    ),
    Column(
        "corrected_at",
        "更正时间",
        "Corrected at",
        "/correction/declared_at",
        _C.TIME,
        "",
        ("声明此事件有误，其余各列照原样", "Declares the event in error; the rest as it was"),
    ),
    Column("correction_reason", "更正原因", "Correction reason", "/correction/reason"),
    Column("replaced_by", "更正后编号", "Replaced by", "/correction/replaced_by", _C.TEXTS),
    Column("sector", "行业", "Sector", "/sector", _C.WORD),
)
BY_NAME = {column.name: column for column in COLUMNS}

# The columns that a list of refused rows has besides those that were sent: ignored when it is sent
# again.
REPORT_COLUMNS = (("行号", "Row"), ("出错列", "Faulty column"), ("原因", "Reason"))

# The template's example: nobody's id, so a row that still has it is nobody's event.
EXAMPLE_ID = "示例 EXAMPLE"


def plain(header: str) -> str:
    """A header as it is compared: no case, no marks of required fields, one kind of gap."""
    return re.sub(r"[\s_*＊：:]+", " ", header).strip().casefold()


_HEADERS: dict[str, Column] = {}
for _column in COLUMNS:
    for _header in (_column.name, _column.zh, _column.en, *_column.aliases):
        assert _HEADERS.setdefault(plain(_header), _column) is _column, _header
_IGNORED = frozenset(plain(header) for pair in REPORT_COLUMNS for header in pair)
_PARTS = re.compile(r"[\s()（）/|\[\]【】]+")


@dataclass(frozen=True, slots=True)
class Heading:
    """One cell of the header row; ``column`` is ``None`` where nothing is read.

    ``text`` is as it was written, ``extra`` the member of ``extra`` that the column fills.
    """

    text: str
    column: Column | None = None
    extra: str | None = None


def read_headings(cells: Sequence[str]) -> tuple[Heading, ...]:
    """The header row understood, in any order and either language.

    Raises ReportRefused with a fault for each header that is unknown or there twice; ``index`` of
    a fault is its column, counted from 0.
    """
    headings, faults = [], []
    seen: set[str] = set()
    for place, cell in enumerate(cells):
        heading = _heading(cell)
        name = heading.column.name if heading.column else heading.extra
        if heading.column is None and heading.extra is None and not is_ignored(cell):
            shown = cell.strip()[:_HEADER_LIMIT]
            faults.append(Fault("header_unknown", "", _unknown(shown, place), place))
        elif name is not None and name in seen:
            faults.append(Fault("header_twice", "", {"header": cell.strip()}, place))
        elif name is not None:
            seen.add(name)
        headings.append(heading)
    # Where nothing is even near to a header, the row is none.
    if not seen and not any(fault.params["closest"] for fault in faults):
        faults = [Fault("header_missing", "", {"headers": _shown()})]
    if faults:
        raise ReportRefused("file_refused", faults=faults)
    return tuple(headings)


def recognised_headers(cells: Iterable[str]) -> int:
    """How many of the cells are headers that are read: what tells one delimiter from another."""
    return sum(_heading(cell).column is not None for cell in cells)


def is_ignored(cell: str) -> bool:
    """Whether a column with this header is left out without a word: empty, or a report's own."""
    text = plain(cell)
    return not text or text in _IGNORED


def _heading(cell: str) -> Heading:
    text = cell.strip()
    if text.lower().startswith(EXTRA) and len(text) > len(EXTRA):
        return Heading(text, extra=text[len(EXTRA) :])
    whole = _HEADERS.get(plain(text))
    if whole is not None:
        return Heading(text, whole)
    return Heading(text, _of_parts(text))


def _of_parts(text: str) -> Column | None:
    """The column of a header in several languages at once: all that is known must agree."""
    parts = [part for part in _PARTS.split(text[:_HEADER_LIMIT]) if part]
    for cut in range(1, len(parts)):
        first = _HEADERS.get(plain(" ".join(parts[:cut])))
        second = _HEADERS.get(plain(" ".join(parts[cut:])))
        if first is not None and first is second:
            return first
    return None


def _unknown(text: str, place: int) -> dict[str, object]:
    known = [name for column in COLUMNS for name in (column.zh, column.en, *column.aliases)]
    own = f"{EXTRA}{text}"
    return {"header": text, "closest": nearest(text, known), "own": own, "place": place + 1}


def _shown() -> list[str]:
    return [column.zh for column in COLUMNS[:7]]
