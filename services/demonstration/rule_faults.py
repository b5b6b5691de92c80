"""What went wrong by the sectors' own rules: each breaks one rule of a profile, and no other."""

from __future__ import annotations

from services.demonstration.book import Book, Lorry, dated, moment, paper, part, piece
from services.demonstration.enterprises import Enterprise, named
from services.demonstration.fault_table import faults
from services.demonstration.products import products

_DAY = 80


def _no_certificate(book: Book) -> None:
    """Pork enters the wholesale market, and nobody asked for its papers."""
    house, buyer = named("slaughter_haicang", "pork_wholesaler_b")
    side = part(faults()["no_certificate"].code, 75)
    facts = {"name": "白条猪肉 Pork, half carcass", "produced_on": dated(_DAY)}
    papers = [paper("meat_inspection_certificate", "DEMO-MRULE", house, _DAY)]
    book.tell(
        house,
        moment(_DAY, "01:00"),
        "production slaughter",
        items=[side],
        product=facts,
        documents=papers,
    )
    book.hand_over(house, buyer, [side], Lorry(moment(_DAY, "02:40"), moment(_DAY, "03:30")))


def _late_confirmation(book: Book) -> None:
    """Meatballs are pushed to a supermarket, which confirms them thirty hours later."""
    maker, shop = named("meatball_maker", "supermarket_xiangan")
    lot = part(faults()["late_confirmation"].code, 60)
    passed = [paper("release_certificate", "DEMO-FRULE", maker, _DAY)]
    facts = products()["meatballs"].facts(produced_on=dated(_DAY))
    book.tell(maker, moment(_DAY, "09:00"), "production process", outputs=[lot], product=facts)
    pushed, confirmed = moment(_DAY + 1, "06:00"), moment(_DAY + 2, "12:00")
    lorry = Lorry(pushed, confirmed, "retail receive")
    more = {"documents": passed, "extra": {"pushed_at": pushed.isoformat()}}
    book.hand_over(maker, shop, [lot], lorry, **more)


def _late_entry(book: Book) -> None:
    """A supermarket buys meatballs, and writes it down two days later."""
    maker, shop = named("meatball_maker", "supermarket_jimei")
    lot = part(faults()["late_entry"].code, 45)
    passed = [paper("release_certificate", "DEMO-FLATE", maker, _DAY + 1)]
    facts = products()["meatballs"].facts(produced_on=dated(_DAY + 1))
    book.tell(maker, moment(_DAY + 1, "09:00"), "production process", outputs=[lot], product=facts)
    lorry = Lorry(moment(_DAY + 2, "05:30"), moment(_DAY + 2, "06:40"), "retail receive")
    book.hand_over(maker, shop, [lot], lorry, documents=passed)
    entered = moment(_DAY + 4, "08:40").isoformat()
    book.reports[shop.uscc][-1]["extra"] = {"entered_at": entered}


def _undercooked(book: Book) -> None:
    """The central kitchen's own system reads 61.5 °C in the middle of the meat."""
    (kitchen,) = named("central_kitchen")
    lot = part(faults()["undercooked"].code, 40)
    dates = {"produced_on": dated(_DAY), "expires_on": dated(_DAY + 3)}
    facts = products()["marinated_pork"].facts(**dates)
    passed = [paper("release_certificate", "DEMO-FCOOK", kitchen, _DAY)]
    book.tell(
        kitchen,
        moment(_DAY, "10:00"),
        "production process",
        outputs=[lot],
        product=facts,
        documents=passed,
        extra={"core_temperature": "61.5"},
    )


def _undesignated_outlet(book: Book) -> None:
    """A wholesaler that is not on file for it sells a restricted pesticide over the counter."""
    maker, seller = named("pesticide_maker", "inputs_wholesaler")
    sale = _restricted_sale(book, maker, seller, faults()["undesignated_outlet"].code)
    book.named[seller.uscc].append(sale)


def _unnamed_purchaser(book: Book) -> None:
    """A designated outlet sells one, and does not register who bought it."""
    maker, seller = named("pesticide_maker", "inputs_shop_tongan")
    _restricted_sale(book, maker, seller, faults()["unnamed_purchaser"].code)


def _restricted_sale(book: Book, maker: Enterprise, seller: Enterprise, code: str) -> str:
    """A bottle is made, goes to a seller, and over the counter; the id of that sale."""
    bottle = piece(code)
    dates = {"produced_on": dated(_DAY), "expires_on": dated(_DAY + 730)}
    facts = {"name": "甲维·虫螨腈示范剂（限制使用） Example restricted insecticide", **dates}
    book.tell(
        maker,
        moment(_DAY, "08:00"),
        "production commission",
        items=[bottle],
        product={**facts, "lot": "NRULE", "spec": "100 mL/瓶"},
    )
    lorry = Lorry(moment(_DAY + 1, "08:00"), moment(_DAY + 1, "09:30"))
    book.hand_over(maker, seller, [bottle], lorry)
    sold = {"restricted": True}
    return book.tell(seller, moment(_DAY + 3, "10:15"), "retail sale", items=[bottle], extra=sold)


RESTRICTED = (_undesignated_outlet, _unnamed_purchaser)
RULES = (_no_certificate, _late_confirmation, _late_entry, _undercooked, *RESTRICTED)
