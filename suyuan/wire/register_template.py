"""The templates of the register's spreadsheets: parties, places, products, whole filings."""

from __future__ import annotations

from suyuan.domain.links import LINK_TYPES, REGISTRABLE_TYPES
from suyuan.domain.register import Kind
from suyuan.wire.register_columns import FILING_COLUMNS, PEOPLE_COLUMNS, REGISTER_COLUMNS
from suyuan.wire.register_form import ROLES
from suyuan.wire.sheets.template import Outline
from suyuan.wire.sheets.words import sectors_in_chinese

_TITLES = {Kind.PARTY: "主体 Parties", Kind.PLACE: "地点 Places", Kind.PRODUCT: "产品 Products"}


def outline_of(kind: Kind) -> Outline:
    """What the template of a kind of entry has."""
    choices = {"type": ("企业", "个人"), "sector": tuple(sectors_in_chinese())}
    words = {"link_type": [f"{LINK_TYPES[name][0]}={name}" for name in REGISTRABLE_TYPES]}
    return Outline(_TITLES[kind], REGISTER_COLUMNS[kind], choices, words)


FILINGS = Outline(
    "备案 Filings",
    FILING_COLUMNS,
    {
        f"person_role{number}": tuple(ROLES)
        for number in ("", *(f"_{n}" for n in range(2, PEOPLE_COLUMNS + 1)))
    },
)
