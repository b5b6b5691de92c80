"""Spirits: a lot is distilled and bottled; bottle, case and pallet have codes of their own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from services.demonstration import codes
from services.demonstration.book import Book, Lorry, dated, moment, paper, part, piece, short
from services.demonstration.enterprises import Enterprise, everybody
from services.demonstration.packing import in_cases, pack, sell_case, unpack
from services.demonstration.products import products

_CASES, _BOTTLES = 4, 6


def write(book: Book, days: Sequence[int]) -> None:
    """One pallet leaves the distillery on each of ``days``."""
    shops = [one for name, one in everybody().items() if name.startswith("liquor_shop_")]
    for day in days:
        pallet, inside = _bottled(book, everybody()["distillery"], day)
        _distributed(book, pallet, inside, shops, day + 3)


def _bottled(book: Book, maker: Enterprise, day: int) -> tuple[str, dict[str, list[str]]]:
    spirit = products()["liquor"]
    lot = f"L{short(day)}"
    facts = spirit.facts(lot=lot, produced_on=dated(day), origin="福建厦门 Xiamen, Fujian")
    mash, sorghum = codes.own(maker.uscc, f"MASH-{lot}"), codes.own(maker.uscc, f"SORGHUM-{lot}")
    bottles = [spirit.serial(f"{lot}{n:03}") for n in range(1, _CASES * _BOTTLES + 1)]
    stored = {"name": "高粱 Sorghum", "origin": "福建漳州 Zhangzhou, Fujian"}
    book.tell(
        maker,
        moment(day - 9, "08:00"),
        "production commission",
        items=[part(sorghum, 60)],
        product=stored,
    )
    book.tell(
        maker,
        moment(day - 8, "09:00"),
        "production process",
        inputs=[part(sorghum, 60)],
        outputs=[part(mash, 24, "LTR")],
        product={"name": "原酒 Raw spirit", "produced_on": dated(day - 8)},
    )
    book.tell(
        maker,
        moment(day, "09:00"),
        "production process",
        inputs=[part(mash, 12, "LTR")],
        outputs=[piece(bottle) for bottle in bottles],
        product=facts,
        documents=[paper("release_certificate", f"DEMO-R{lot}", maker, day)],
    )
    cases = [codes.sscc(book.number("sscc")) for _ in range(_CASES)]
    inside = in_cases(book, maker, moment(day, "10:00"), cases, bottles)
    pallet = codes.sscc(book.number("sscc"))
    pack(book, maker, moment(day, "11:00"), pallet, cases)
    return pallet, inside


def _distributed(
    book: Book, pallet: str, inside: dict[str, list[str]], shops: Sequence[Enterprise], day: int
) -> None:
    maker, distributor = everybody()["distillery"], everybody()["liquor_distributor"]
    lorry = Lorry(moment(day, "08:00"), moment(day, "10:00"))
    slip = {"type": "liquor_slip", "number": f"3502{book.number('slip'):08}"}
    book.hand_over(maker, distributor, [piece(pallet)], lorry, documents=[slip])
    unpack(book, distributor, lorry.arrives + timedelta(hours=1), pallet, list(inside))
    for (case, bottles), shop in zip(inside.items(), shops, strict=True):
        delivery = Lorry(moment(day + 1, "08:30"), moment(day + 1, "10:00"), "retail receive")
        sell_case(book, distributor, shop, case, bottles, delivery)
        for bottle in bottles:
            book.retail(shop, book.spread(day + book.chance.randint(2, 9)), bottle, of="liquor")
