"""What the tables of chains and of recalls have in common: columns, and the cells for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from suyuan.domain.codes import Code
from suyuan.domain.naming import Known
from suyuan.domain.register import Party, Place, Product
from suyuan.wire.exports.tables import Column, Row, Table, Value
from suyuan.wire.exports.words import about_word

LOT = Column("lot_code", "追溯批次代码", "Traceability lot code", 36)
PRODUCT = Column("product", "产品名称", "Product description", 24)
QUANTITY = Column("quantity", "数量", "Quantity", 12)
UNIT = Column("unit", "单位", "Unit", 10)
PLACE = Column("place", "地点代码", "Location", 22)
PLACE_NAME = Column("place_name", "地点名称", "Location name", 24)
SUBSYSTEM = Column("subsystem", "子系统", "Subsystem", 14)

ABOUT = Table(
    "about",
    "说明",
    "About",
    (
        Column("item", "项目", "Item", 24),
        Column("detail", "说明", "Detail", 70),
    ),
)


def about_facts(values: Mapping[str, str | None], language: str) -> Iterator[Row]:
    """Rows about the file itself, by the names of their words."""
    for name, value in values.items():
        yield {"item": about_word(name, language), "detail": value}


def short_key(key: str | None) -> str | None:
    """A canonical key as people type it."""
    return Code(key).short if key else None


def name_of(entry: Party | Place | Product | None, language: str) -> str | None:
    """What an entry of a register is called."""
    return entry.names.of(language) if entry is not None else None


def site(
    party: str | None, place: str | None, known: Known, language: str, *, who: str = "party"
) -> dict[str, Value]:
    """The cells of somebody at a place, each with its name; ``who`` is what the party is here."""
    return {
        who: short_key(party),
        f"{who}_name": name_of(known.parties.get(party or ""), language),
        "place": short_key(place),
        "place_name": name_of(known.places.get(place or ""), language),
    }


def moment(time: datetime | None) -> str | None:
    """A time as text of its own."""
    return time.isoformat() if time is not None else None
