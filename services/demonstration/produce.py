"""Vegetables: harvested with a certificate of commitment, merged, split, packed and sold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from services.demonstration import codes
from services.demonstration.book import Book, Lorry, Thing, dated, moment, paper, part, short
from services.demonstration.enterprises import Enterprise, everybody, named
from services.demonstration.products import products

# What is in the fields of southern Fujian in winter and in spring.
_WINTER = (("上海青", "Pak choi"), ("大白菜", "Chinese cabbage"), ("芹菜", "Celery"))
_SPRING = (("空心菜", "Water spinach"), ("菠菜", "Spinach"), ("韭菜", "Chinese chives"))
_SPRING_BEGINS = 75
_CRATES = 6
_PACK_KG = Decimal("0.4")


def write(book: Book, days: Sequence[int]) -> None:
    """Three farms deliver on each of ``days``; what they deliver is sold on the next."""
    farms = named("farm_xiangan", "farm_tongan", "farm_jimei", "farm_longhai", "farm_changtai")
    shops = [one for name, one in everybody().items() if name.startswith("supermarket_")]
    packer = everybody()["packing_house"]
    for day in days:
        lots = [_delivered(book, farms[(day + n) % len(farms)], packer, day) for n in range(3)]
        tested = paper("test_report", f"DEMO-T{short(day)}", packer, day)
        merged = _merged(book, packer, lots, day, tested)
        _packed(book, packer, shops, merged, day, tested)


def _delivered(book: Book, farm: Enterprise, packer: Enterprise, day: int) -> Thing:
    """One harvest, from the field to the packing house; a cooperative's comes in a crate."""
    season = _SPRING if day >= _SPRING_BEGINS else _WINTER
    chinese, english = book.chance.choice(season)
    lot = part(codes.own(farm.uscc, f"V{short(day)}"), book.some(40, 90))
    promise = paper("commitment_certificate", f"DEMO-C{short(day)}-{farm.uscc[-4:]}", farm, day)
    facts = {"name": f"{chinese} {english}", "produced_on": dated(day), "origin": farm.zh}
    book.tell(
        farm,
        moment(day, "05:30"),
        "production harvest",
        items=[lot],
        product=facts,
        documents=[promise],
    )
    lorry = Lorry(moment(day, "09:00"), moment(day, "11:30"))
    if "cooperative" in farm.en.lower():
        _in_a_crate(book, farm, packer, lot, lorry, promise)
    else:
        book.hand_over(farm, packer, [lot], lorry, documents=[promise])
    return lot


def _in_a_crate(
    book: Book,
    farm: Enterprise,
    packer: Enterprise,
    lot: Thing,
    lorry: Lorry,
    promise: Mapping[str, str],
) -> None:
    """A crate goes to the packing house full, and back empty, to be filled again."""
    turn = book.number(f"crates {farm.id}")
    crate = codes.own(farm.uscc, f"CRATE-{turn % _CRATES + 1:02}")
    if turn <= _CRATES:
        book.tell(farm, moment(0, "08:00"), "production commission", items=[{"code": crate}])
    day = (lorry.leaves - moment(0, "00:00")).days
    book.tell(farm, moment(day, "06:30"), "production pack", parent=crate, children=[lot])
    book.hand_over(farm, packer, [{"code": crate}], lorry, documents=[promise])
    book.tell(packer, moment(day, "12:00"), "wholesale unpack", parent=crate, children=[lot])
    back = Lorry(moment(day, "15:00"), moment(day, "17:00"), "logistics receive")
    book.hand_over(packer, farm, [{"code": crate}], back)


def _merged(
    book: Book, packer: Enterprise, lots: Sequence[Thing], day: int, tested: Mapping[str, str]
) -> Thing:
    total = sum(Decimal(lot["quantity"]) for lot in lots) * Decimal("0.9")
    merged = part(codes.own(packer.uscc, f"WASH-{short(day)}"), total.quantize(Decimal("0.1")))
    book.tell(
        packer,
        moment(day, "13:30"),
        "wholesale merge",
        inputs=list(lots),
        outputs=[merged],
        product={"name": "清洗蔬菜 Washed vegetables", "produced_on": dated(day)},
        documents=[tested],
    )
    return merged


def _packed(
    book: Book,
    packer: Enterprise,
    shops: Sequence[Enterprise],
    merged: Thing,
    day: int,
    tested: Mapping[str, str],
) -> None:
    """Split into one lot of packs for each shop, delivered in the next morning's dark."""
    boxes = int(Decimal(merged["quantity"]) / len(shops) / _PACK_KG)
    greens = products()["greens"]
    lots = [part(greens.lot(f"{short(day)}{n}"), boxes, "C62") for n in range(1, len(shops) + 1)]
    facts = greens.facts(produced_on=dated(day), expires_on=dated(day + 3))
    book.tell(
        packer,
        moment(day, "15:30"),
        "wholesale split",
        inputs=[merged],
        outputs=lots,
        product=facts,
    )
    for shop, lot in zip(shops, lots, strict=True):
        lorry = Lorry(moment(day + 1, "04:00"), moment(day + 1, "05:20"), "retail receive")
        book.hand_over(packer, shop, [lot], lorry, documents=[tested])
        for _ in range(3):
            sold = part(lot["code"], book.chance.randint(1, 3), "C62")
            book.tell(shop, book.spread(day + 1), "retail sale", items=[sold])
        book.ends["produce"].append(lot["code"])
