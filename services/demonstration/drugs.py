"""Medicines: a pill and a vaccine, each box and each case with a 20-digit code of its own level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.demonstration import codes
from services.demonstration.book import Book, Lorry, dated, moment, paper, piece, short
from services.demonstration.enterprises import Enterprise, everybody, named
from services.demonstration.packing import in_cases, sell_case
from services.demonstration.products import Product, products

_CASES, _BOXES = 4, 10


# What the lorries' and stores' thermometers told of vaccines, and what the label asks for.
_COLD_CHAIN = {"temperature": "3.1–5.8 °C", "temperature_limit": "2–8 °C"}


@dataclass(frozen=True, slots=True)
class _Medicine:
    """``box`` and ``case`` are the 药品标识码 of the two levels of packaging."""

    product: Product
    maker: Enterprise
    box: int
    case: int
    cold: bool
    gives: str


def write(book: Book, days: Sequence[int]) -> None:
    """A batch of each on ``days``, by turns."""
    everyone, known = everybody(), products()
    pill = _Medicine(
        known["pill"], everyone["pill_maker"], 8350201, 8350202, cold=False, gives="retail sale"
    )
    vaccine = _Medicine(
        known["vaccine"],
        everyone["vaccine_maker"],
        8350211,
        8350212,
        cold=True,
        gives="retail dispense",
    )
    pharmacies = named("pharmacy_siming", "pharmacy_huli", "pharmacy_jimei", "hospital")
    clinics = named("clinic_jimei", "clinic_tongan", "clinic_haicang", "hospital")
    for turn, day in enumerate(days):
        if turn % 2:
            _batch(book, vaccine, clinics, day)
        else:
            _batch(book, pill, pharmacies, day)


def _batch(book: Book, medicine: _Medicine, buyers: Sequence[Enterprise], day: int) -> None:
    distributor = everybody()["drug_distributor"]
    boxes, inside = _made(book, medicine, day)
    extra = {"extra": _COLD_CHAIN} if medicine.cold else {}
    lorry = Lorry(moment(day + 2, "09:00"), moment(day + 2, "11:00"))
    cases = [piece(case) for case in inside]
    book.hand_over(medicine.maker, distributor, cases, lorry, **extra)
    book.tell(distributor, moment(day + 2, "12:00"), "logistics store", items=cases, **extra)
    for (case, inner), buyer in zip(inside.items(), buyers, strict=True):
        delivery = Lorry(moment(day + 3, "08:00"), moment(day + 3, "10:00"), "retail receive")
        sell_case(book, distributor, buyer, case, inner, delivery, **extra)
        for box in inner:
            # A hospital's pharmacy hands out on prescription whatever it is.
            what = "retail dispense" if buyer.id == "hospital" else medicine.gives
            when = book.spread(day + book.chance.randint(4, 12))
            book.tell(buyer, when, what, items=[piece(box)])
    book.ends["drugs"] += boxes


def _made(book: Book, medicine: _Medicine, day: int) -> tuple[list[str], dict[str, list[str]]]:
    maker, product = medicine.maker, medicine.product
    lot = f"{short(day)}A"
    boxes = [codes.drug(medicine.box, book.number("box")) for _ in range(_CASES * _BOXES)]
    cases = [codes.drug(medicine.case, book.number("case")) for _ in range(_CASES)]
    book.tell(
        maker,
        moment(day, "08:30"),
        "production commission",
        items=[piece(box) for box in boxes],
        product=product.facts(lot=lot, produced_on=dated(day), expires_on=dated(day + 700)),
        documents=[paper("test_report", f"DEMO-P{lot}{medicine.box}", maker, day)],
    )
    inside = in_cases(book, maker, moment(day, "10:00"), cases, boxes)
    everything = [piece(case) for case in cases]
    book.tell(maker, moment(day + 1, "16:00"), "production release", items=everything)
    return boxes, inside
