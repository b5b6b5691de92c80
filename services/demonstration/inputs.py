"""A restricted pesticide: every bottle has a 32-digit code, and only appointed shops sell it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from services.demonstration import codes
from services.demonstration.book import Book, Lorry, dated, moment, paper, piece, short
from services.demonstration.enterprises import everybody, named
from services.demonstration.packing import in_cases, sell_case, unpack

_CASES, _BOTTLES = 2, 10
# PD20269101, a registration that was never given.
_REGISTRATION, _SPEC = "269101", 1
# Sold by a shop that its department has on file for it, to somebody whose name is registered.
_RESTRICTED = {"restricted": True}
_NAME = "甲维·虫螨腈示范剂（限制使用） Example restricted insecticide"


def write(book: Book, days: Sequence[int]) -> None:
    """One delivery on each of ``days``: a pallet to the wholesaler, a case to each shop."""
    everyone = everybody()
    maker, wholesaler = everyone["pesticide_maker"], everyone["inputs_wholesaler"]
    shops = named("inputs_shop_xiangan", "inputs_shop_tongan")
    for day in days:
        bottles = [
            codes.pesticide(_REGISTRATION, _SPEC, book.number("pesticide"))
            for _ in range(_CASES * _BOTTLES)
        ]
        lot = f"N{short(day)}"
        book.tell(
            maker,
            moment(day, "08:00"),
            "production commission",
            items=[piece(bottle) for bottle in bottles],
            product={
                "name": _NAME,
                "lot": lot,
                "produced_on": dated(day),
                "expires_on": dated(day + 730),
                "spec": "100 mL/瓶",
            },
            documents=[paper("test_report", f"DEMO-{lot}", maker, day)],
        )
        cases = [codes.sscc(book.number("sscc")) for _ in range(_CASES)]
        inside = in_cases(book, maker, moment(day, "09:00"), cases, bottles)
        pallet = codes.sscc(book.number("sscc"))
        in_cases(book, maker, moment(day, "10:00"), [pallet], cases)
        lorry = Lorry(moment(day + 1, "08:00"), moment(day + 1, "09:30"))
        book.hand_over(maker, wholesaler, [piece(pallet)], lorry)
        unpack(book, wholesaler, lorry.arrives + timedelta(hours=1), pallet, cases)
        for (case, inner), shop in zip(inside.items(), shops, strict=True):
            delivery = Lorry(moment(day + 2, "08:00"), moment(day + 2, "09:00"), "retail receive")
            sell_case(book, wholesaler, shop, case, inner, delivery)
            for bottle in inner:
                when = book.spread(day + book.chance.randint(3, 15), 8, 18)
                sale = book.retail(shop, when, bottle, of="inputs", extra=_RESTRICTED)
                book.named[shop.uscc].append(sale)
