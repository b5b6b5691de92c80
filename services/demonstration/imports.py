"""Imported food: red wine by the lot, infant formula by the can, from the border to the shelf."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.demonstration import codes
from services.demonstration.book import Book, Lorry, Thing, dated, moment, paper, part, piece, short
from services.demonstration.enterprises import Enterprise, everybody, named
from services.demonstration.packing import in_cases, sell_case
from services.demonstration.products import products

_CUSTOMS = "示例海关（虚构） Example Customs"
_WINE_SHOPS = (
    "supermarket_siming",
    "supermarket_huli",
    "liquor_shop_siming",
    "liquor_shop_huli",
)
_MILK_SHOPS = (
    "supermarket_jimei",
    "supermarket_xiangan",
    "baby_shop_siming",
    "baby_shop_haicang",
)
_BOTTLES, _CASES, _CANS = 600, 4, 6


def write(book: Book, days: Sequence[int]) -> None:
    """A container on each of ``days``: wine and milk powder by turns."""
    for turn, day in enumerate(days):
        if turn % 2:
            _wine(book, day)
        else:
            _milk_powder(book, day)


def _wine(book: Book, day: int) -> None:
    wine, importer = products()["wine"], everybody()["wine_importer"]
    shops = named(*_WINE_SHOPS)
    lot = part(wine.lot(f"W{short(day)}"), _BOTTLES, "C62")
    facts = wine.facts(origin="法国 France", produced_on="2023-09-20")
    papers = [_entered(book, importer, lot, day, facts)]
    for place, shop in enumerate(shops):
        sold = part(lot["code"], 24 + 12 * place, "C62")
        lorry = Lorry(moment(day + 6, f"{8 + place:02}:00"), moment(day + 6, f"{12 + place}:00"))
        receipt = Lorry(lorry.leaves, lorry.arrives, "retail receive")
        book.hand_over(importer, shop, [sold], receipt, documents=papers)
        for _ in range(4):
            bottles = part(lot["code"], book.chance.randint(1, 3), "C62")
            when = book.spread(day + book.chance.randint(7, 14))
            book.tell(shop, when, "retail sale", items=[bottles])
    book.ends["imports"].append(lot["code"])


def _milk_powder(book: Book, day: int) -> None:
    powder, importer = products()["milk_powder"], everybody()["milk_importer"]
    shops = named(*_MILK_SHOPS)
    lot = f"M{short(day)}"
    facts = powder.facts(origin="新西兰 New Zealand", produced_on="2025-08-12")
    cans = [powder.serial(f"{lot}{n:03}") for n in range(1, _CASES * _CANS + 1)]
    papers = [_entered(book, importer, part(powder.lot(lot), len(cans), "C62"), day, facts)]
    book.tell(
        importer,
        moment(day + 5, "09:00"),
        "production commission",
        items=[piece(can) for can in cans],
        product={**facts, "lot": lot, "expires_on": "2027-08-11"},
    )
    cases = [codes.sscc(book.number("sscc")) for _ in range(_CASES)]
    inside = in_cases(book, importer, moment(day + 5, "10:00"), cases, cans)
    for (case, inner), shop in zip(inside.items(), shops, strict=True):
        lorry = Lorry(moment(day + 6, "08:00"), moment(day + 6, "10:30"), "retail receive")
        sell_case(book, importer, shop, case, inner, lorry, documents=papers)
        for can in inner:
            book.retail(shop, book.spread(day + book.chance.randint(7, 14)), can, of="imports")


def _entered(
    book: Book, importer: Enterprise, lot: Thing, day: int, facts: Mapping[str, Any]
) -> Mapping[str, str]:
    """The four steps at the port, and the way from there to the importer's own store.

    The certificate of inspection, without which no shop takes it.
    """
    port = everybody()["port_warehouse"]
    number = codes.customs_declaration(book.number("declaration"), year=int(dated(day)[:4]))
    declaration = paper("customs_declaration", number, _CUSTOMS, day)
    certificate = paper("entry_inspection_certificate", f"DEMO-E{number[-6:]}", _CUSTOMS, day + 3)
    there = {"place": port.place, "items": [lot], "product": facts}
    book.tell(importer, moment(day, "09:20"), "import declare", documents=[declaration], **there)
    book.tell(port, moment(day, "14:00"), "logistics store", items=[lot])
    book.tell(
        importer, moment(day + 2, "10:00"), "import inspect", documents=[certificate], **there
    )
    book.tell(importer, moment(day + 3, "15:10"), "import clear", documents=[declaration], **there)
    way = {
        "from_": {"party": importer.uscc, "place": port.place},
        "to": {"party": importer.uscc, "place": importer.place},
    }
    book.tell(
        importer,
        moment(day + 4, "08:30"),
        "import release",
        documents=[certificate],
        **there,
        **way,
    )
    book.tell(importer, moment(day + 4, "11:00"), "logistics receive", items=[lot], **way)
    return certificate
