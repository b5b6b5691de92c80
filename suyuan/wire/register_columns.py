"""The columns of spreadsheets of the register, in both languages: one table for each kind."""

from __future__ import annotations

from collections.abc import Sequence

from suyuan.domain.register import Kind
from suyuan.wire.sheets.columns import Column, Content, plain

_C = Content
# The template has columns for so many licences of a party, and so many links of a product; the API
# takes more.
LICENCE_COLUMNS = 3
LINK_COLUMNS = 3
# Of a filing: so many places, and people who answer for it.
PLACE_COLUMNS = 2
PEOPLE_COLUMNS = 2


def _names(zh: str, en: str, *aliases: str) -> tuple[Column, ...]:
    note = ("中英文至少填一个", "At least one of the two names")
    return (
        Column("name_zh", zh, en, "/names/zh", note=note, aliases=("中文名称", *aliases)),
        Column("name_en", "英文名称", "English name", "/names/en", note=note),
    )


_DISTRICT = Column(
    "district",
    "行政区划",
    "District",
    "/district",
    _C.CODE,
    "350203",
    ("6 位代码（GB/T 2260）", "Six digits of GB/T 2260"),
    ("行政区划代码", "区划代码"),
)
_ADDRESS = Column("address", "地址", "Address", "/address", aliases=("住所", "经营地址"))
_VALID_FROM = Column(
    "valid_from",
    "生效日期",
    "Valid from",
    "/valid_from",
    _C.DATE,
    "",
    ("不填即今天", "Today, if it is left out"),
)
_PARTY = Column(
    "party",
    "所属企业",
    "Belongs to",
    "/party",
    _C.CODE,
    "",
    ("企业可不填", "An enterprise may leave it out"),
    ("Party",),
)


def _counted(number: int) -> tuple[str, str, str]:
    """What stands behind the names of the ``number``-th columns of their kind."""
    return (f"_{number}", str(number), f" {number}") if number > 1 else ("", "", "")


def _licence(number: int) -> tuple[Column, ...]:
    """The columns of a party's ``number``-th licence; the first have no number in their names."""
    name, zh, en = _counted(number)
    at = f"/licences/{number - 1}"
    return (
        Column(
            f"licence{name}",
            f"许可证编号{zh}",
            f"Licence{en}",
            f"{at}/number",
            _C.CODE,
            aliases=(f"许可证号{zh}",),
        ),
        Column(f"licence_type{name}", f"许可证类型{zh}", f"Licence type{en}", f"{at}/type"),
        Column(
            f"licence_from{name}",
            f"许可证有效期起{zh}",
            f"Licence from{en}",
            f"{at}/valid_from",
            _C.DATE,
        ),
        Column(
            f"licence_to{name}",
            f"许可证有效期至{zh}",
            f"Licence until{en}",
            f"{at}/valid_to",
            _C.DATE,
            aliases=(f"许可证有效期{zh}", f"许可证有效期止{zh}"),
        ),
    )


def _place(number: int) -> tuple[Column, ...]:
    """The columns of a dossier's ``number``-th place; the first have no number in their names."""
    name, zh, en = _counted(number)
    at = f"/places/{number - 1}"
    return (
        Column(
            f"place{name}",
            f"地点编码{zh}",
            f"Place id{en}",
            f"{at}/id",
            _C.CODE,
            "350203001" if number == 1 else "",
            ("GLN、流通节点编号或自编码", "A GLN, a market node or an own code"),
        ),
        Column(f"place_name{name}", f"地点名称{zh}", f"Place name{en}", f"{at}/names/zh"),
        Column(
            f"place_district{name}",
            f"地点行政区划{zh}",
            f"Place district{en}",
            f"{at}/district",
            _C.CODE,
        ),
        Column(f"place_address{name}", f"地点地址{zh}", f"Place address{en}", f"{at}/address"),
    )


def _person(number: int) -> tuple[Column, ...]:
    """The columns of a dossier's ``number``-th person; the first have no number in their names."""
    name, zh, en = _counted(number)
    at = f"/people/{number - 1}"
    note = ("仅主管部门可见", "For the department alone")
    return (
        Column(
            f"person_role{name}",
            f"责任人职责{zh}",
            f"Role{en}",
            f"{at}/role",
            _C.WORD,
            "负责人" if number == 1 else "",
        ),
        Column(f"person_name{name}", f"责任人姓名{zh}", f"Person{en}", f"{at}/name", note=note),
        Column(
            f"person_phone{name}", f"责任人电话{zh}", f"Person's phone{en}", f"{at}/phone", _C.CODE
        ),
    )


def _link(number: int) -> tuple[Column, ...]:
    """The columns of a product's ``number``-th link; the first have no number in their names."""
    name, zh, en = _counted(number)
    at = f"/links/{number - 1}"
    return (
        Column(
            f"link_type{name}",
            f"链接类型{zh}",
            f"Link type{en}",
            f"{at}/type",
            _C.WORD,
            note=(
                "如 使用说明、食谱、产品信息",
                "Such as gs1:instructions, gs1:recipeInfo, gs1:pip",
            ),
        ),
        Column(
            f"link{name}",
            f"链接网址{zh}",
            f"Link{en}",
            f"{at}/url",
            note=("https 开头的公开网址", "A public address that begins with https"),
            aliases=(f"链接{zh}", f"Link URL{en}"),
        ),
        Column(f"link_title_zh{name}", f"链接名称{zh}", f"Link title (zh){en}", f"{at}/title/zh"),
        Column(
            f"link_title_en{name}", f"链接英文名称{zh}", f"Link title (en){en}", f"{at}/title/en"
        ),
        Column(
            f"link_languages{name}",
            f"链接语言{zh}",
            f"Link languages{en}",
            f"{at}/languages",
            _C.TEXTS,
            note=("zh 或 en，多个用分号隔开", "zh or en, several with semicolons"),
        ),
    )


REGISTER_COLUMNS: dict[Kind, tuple[Column, ...]] = {
    Kind.PARTY: (
        Column(
            "id",
            "统一社会信用代码",
            "Party id",
            "/id",
            _C.CODE,
            "",
            ("或 GLN、自编码", "A USCC, a GLN or an own code"),
            ("主体编码", "企业编码", "USCC", "GLN"),
        ),
        *_names("名称", "Name", "企业名称", "单位名称"),
        Column("type", "主体类型", "Type", "/type", _C.WORD, "企业", aliases=("类型",)),
        _DISTRICT,
        _ADDRESS,
        *(column for number in range(1, LICENCE_COLUMNS + 1) for column in _licence(number)),
        Column(
            "categories",
            "经营类别",
            "Categories",
            "/categories",
            _C.TEXTS,
            "批发；零售",
            ("用分号隔开", "Separated by semicolons"),
            ("主体类别",),
        ),
        Column("brand", "品牌", "Brand", "/brands/0/names/zh", aliases=("商标",)),
        Column("trademark", "商标注册号", "Trademark", "/brands/0/trademark", _C.CODE),
        Column("person", "联系人", "Contact", "/contact/person"),
        Column("phone", "联系电话", "Phone", "/contact/phone", _C.CODE, aliases=("电话", "手机")),
        Column(
            "legal_representative",
            "法定代表人",
            "Legal representative",
            "/contact/legal_representative",
            aliases=("负责人", "法人"),
        ),
        _VALID_FROM,
    ),
    Kind.PLACE: (
        Column(
            "id",
            "地点编码",
            "Place id",
            "/id",
            _C.CODE,
            "350203001",
            ("GLN、流通节点编号或自编码", "A GLN, a market node or an own code"),
            ("节点编码", "GLN"),
        ),
        *_names("地点名称", "Name", "名称"),
        _PARTY,
        _DISTRICT,
        _ADDRESS,
        _VALID_FROM,
    ),
    Kind.PRODUCT: (
        Column(
            "id",
            "产品编码",
            "Product id",
            "/id",
            _C.CODE,
            "6901234567892",
            ("商品条码（GTIN）或自编码", "A GTIN or an own code"),
            ("商品条码", "GTIN", "编码"),
        ),
        *_names("产品名称", "Name", "名称", "品名"),
        _PARTY,
        Column("producer", "生产者", "Producer", "/producer", _C.CODE),
        Column("spec", "规格", "Specification", "/spec", aliases=("Spec", "规格型号")),
        Column("shelf_life", "保质期", "Shelf life", "/shelf_life"),
        Column("sector", "行业", "Sector", "/sector", _C.WORD),
        Column("standard", "执行标准", "Standard", "/standard", aliases=("产品标准",)),
        *(column for number in range(1, LINK_COLUMNS + 1) for column in _link(number)),
        _VALID_FROM,
    ),
}

# A row of a file of filings is a dossier: the enterprise with its places and people. Who stands in
# the register as a party's contact is in a filing one of its people; and it is an organisation's.
FILING_COLUMNS: tuple[Column, ...] = (
    *(
        column
        for column in REGISTER_COLUMNS[Kind.PARTY]
        if column.name != "type" and not column.path.startswith(("/contact", "/valid_from"))
    ),
    *(column for number in range(1, PLACE_COLUMNS + 1) for column in _place(number)),
    *(column for number in range(1, PEOPLE_COLUMNS + 1) for column in _person(number)),
    _VALID_FROM,
)


def headers_of(columns: Sequence[Column]) -> dict[str, Column]:
    """Every header that a column may have, as it is compared."""
    return {
        plain(header): column
        for column in columns
        for header in (
            *(column.name, column.zh, column.en, f"{column.zh} {column.en}"),
            *column.aliases,
        )
    }
