"""What went wrong in the demonstration city, on purpose: ``faults.toml`` says what, where, and how.

Each fault is a small chain of its own, so that no other chain of the city shows it.
"""

from __future__ import annotations

from datetime import timedelta

from services.demonstration import codes
from services.demonstration.book import Book, Lorry, dated, moment, paper, part, piece, short
from services.demonstration.enterprises import named
from services.demonstration.fault_table import faults
from services.demonstration.packing import pack, sell_case
from services.demonstration.products import products
from services.demonstration.rule_faults import RULES

_DAY = 70


def write(book: Book) -> None:
    """Write every fault down."""
    for one in (
        _expired_licence,
        _sold_twice,
        _invented_entry,
        _broken_mass_balance,
        _missing_unpack,
        _late_correction,
        _reused_crate,
        _wrong_clock,
        _revoked_licence,
        _revoked_filing,
        *RULES,
    ):
        one(book)


def _expired_licence(book: Book) -> None:
    """Cakes are made and sold seven weeks after the bakery's licence ended."""
    bakery, shop = named("expired_bakery", "bakery_shop")
    lot = part(faults()["expired_licence"].code, 400, "C62")
    facts = products()["cake"].facts(produced_on=dated(_DAY), expires_on=dated(_DAY + 30))
    book.tell(bakery, moment(_DAY, "06:00"), "production process", outputs=[lot], product=facts)
    lorry = Lorry(moment(_DAY, "14:00"), moment(_DAY, "15:10"), "retail receive")
    passed = paper("release_certificate", "DEMO-FCAKE", bakery, _DAY)
    book.hand_over(bakery, shop, [lot], lorry, documents=[passed])
    sold = part(lot["code"], 2, "C62")
    book.tell(shop, moment(_DAY + 1, "10:20"), "retail sale", items=[sold])


def _sold_twice(book: Book) -> None:
    """A box that was dispensed once is bought back, and sold again by another pharmacy."""
    maker, distributor, first, second = named(
        "pill_maker", "drug_distributor", "pharmacy_huli", "second_pharmacy"
    )
    box = faults()["sold_twice"].code
    case = codes.drug(8350202, 9_000_001)
    dates = {"produced_on": dated(_DAY), "expires_on": dated(_DAY + 700)}
    facts = products()["pill"].facts(lot="260208F", **dates)
    book.tell(
        maker, moment(_DAY, "08:00"), "production commission", items=[piece(box)], product=facts
    )
    pack(book, maker, moment(_DAY, "09:00"), case, [box])
    book.hand_over(
        maker,
        distributor,
        [piece(case)],
        Lorry(moment(_DAY + 1, "08:00"), moment(_DAY + 1, "11:00")),
    )
    delivery = Lorry(moment(_DAY + 2, "08:00"), moment(_DAY + 2, "09:30"), "retail receive")
    sell_case(book, distributor, first, case, [box], delivery)
    book.tell(first, moment(_DAY + 4, "10:12"), "retail sale", items=[piece(box)])
    book.tell(second, moment(_DAY + 18, "16:40"), "retail receive", items=[piece(box)])
    book.tell(second, moment(_DAY + 20, "09:05"), "retail sale", items=[piece(box)])


def _invented_entry(book: Book) -> None:
    """A scale fills in entries that never were: 100 kg, price 0, from the market's own district."""
    (stall,) = named("inventive_stall")
    batches = [part(codes.meat_batch(stall.place, n), 100) for n in range(1, 4)]
    for place, batch in enumerate(batches):
        book.tell(
            stall,
            moment(_DAY + place, "00:00"),
            "wholesale entry",
            items=[batch],
            product={"name": "鲜猪肉 Fresh pork", "origin": "350213 福建厦门翔安"},
            extra={"goods": "21113011", "price": "0"},
        )
    ticket = faults()["invented_entry"].code
    book.tell(
        stall,
        moment(_DAY + 3, "07:30"),
        "wholesale split",
        inputs=[part(batch["code"], "0.8") for batch in batches],
        outputs=[part(ticket, "2.4")],
        product={"name": "鲜猪肉 Fresh pork"},
    )
    book.tell(stall, moment(_DAY + 3, "07:31"), "retail sale", items=[part(ticket, "2.4")])


def _broken_mass_balance(book: Book) -> None:
    """Fifty kilograms of pork become eighty of meatballs."""
    house, maker, shop = named("slaughter_tongan", "meatball_maker", "supermarket_huli")
    pork = part(codes.meat_batch(house.place, 9_000_001), 50)
    facts = {"name": "白条猪肉 Pork, half carcass", "produced_on": dated(_DAY)}
    papers = [paper("meat_inspection_certificate", "DEMO-MFAULT", house, _DAY)]
    book.tell(
        house,
        moment(_DAY, "01:30"),
        "production slaughter",
        items=[pork],
        product=facts,
        documents=papers,
    )
    lorry = Lorry(moment(_DAY, "04:00"), moment(_DAY, "05:30"), "logistics receive")
    book.hand_over(house, maker, [pork], lorry)
    made = part(faults()["broken_mass_balance"].code, 80)
    book.tell(
        maker,
        moment(_DAY, "09:00"),
        "production process",
        inputs=[pork],
        outputs=[made],
        product=products()["meatballs"].facts(produced_on=dated(_DAY)),
    )
    delivery = Lorry(moment(_DAY + 1, "06:00"), moment(_DAY + 1, "07:00"), "retail receive")
    passed = paper("release_certificate", "DEMO-FBALLS", maker, _DAY)
    book.hand_over(maker, shop, [made], delivery, documents=[passed])


def _missing_unpack(book: Book) -> None:
    """A bottle is sold out of a case that nobody reported opening."""
    maker, shop = named("distillery", "liquor_shop_haicang")
    bottle = faults()["missing_unpack"].code
    case = codes.sscc(9_000_001)
    facts = products()["liquor"].facts(produced_on=dated(_DAY))
    book.tell(
        maker, moment(_DAY, "09:00"), "production commission", items=[piece(bottle)], product=facts
    )
    pack(book, maker, moment(_DAY, "10:00"), case, [bottle])
    lorry = Lorry(moment(_DAY + 1, "08:00"), moment(_DAY + 1, "09:00"), "retail receive")
    book.hand_over(maker, shop, [piece(case)], lorry)
    book.tell(shop, moment(_DAY + 3, "19:45"), "retail sale", items=[piece(bottle)])


def _late_correction(book: Book) -> None:
    """A delivery is declared not to have been, five weeks after it was received and sold.

    Nobody has a certificate for it either.
    """
    maker, shop = named("meatball_maker", "supermarket_jimei")
    lot = part(faults()["late_correction"].code, 60)
    facts = products()["meatballs"].facts(produced_on=dated(_DAY + 5))
    book.tell(maker, moment(_DAY + 5, "09:00"), "production process", outputs=[lot], product=facts)
    lorry = Lorry(moment(_DAY + 6, "06:00"), moment(_DAY + 6, "07:20"), "retail receive")
    book.hand_over(maker, shop, [lot], lorry)
    sold = part(lot["code"], "0.5")
    book.tell(shop, moment(_DAY + 7, "11:00"), "retail sale", items=[sold])
    shipment = book.reports[maker.uscc][-1]
    declared = {"declared_at": moment(_DAY + 41, "16:00").isoformat(), "reason": "did_not_occur"}
    book.reports[maker.uscc].append(shipment | {"correction": declared})


def _reused_crate(book: Book) -> None:
    """A crate goes back and out again while yesterday's cabbage is still in it, on paper."""
    farm, packer = named("farm_changtai", "packing_house")
    lot = part(faults()["reused_crate"].code, 40)
    crate = {"code": codes.own(farm.uscc, "CRATE-99")}
    facts = {"name": "大白菜 Chinese cabbage", "produced_on": dated(_DAY), "origin": farm.zh}
    book.tell(farm, moment(_DAY, "05:00"), "production harvest", items=[lot], product=facts)
    book.tell(farm, moment(_DAY, "06:00"), "production pack", parent=crate["code"], children=[lot])
    there = Lorry(moment(_DAY, "09:00"), moment(_DAY, "11:00"))
    promise = [paper("commitment_certificate", "DEMO-CFAULT", farm, _DAY)]
    book.hand_over(farm, packer, [crate], there, documents=promise)
    book.tell(packer, moment(_DAY, "14:00"), "retail sale", items=[lot])
    back = Lorry(moment(_DAY, "15:00"), moment(_DAY, "17:00"), "logistics receive")
    book.hand_over(packer, farm, [crate], back)
    next_lot = part(codes.own(farm.uscc, f"V{short(_DAY + 1)}-99"), 38)
    begins = moment(_DAY + 1, "05:00")
    book.tell(farm, begins, "production harvest", items=[next_lot], product=facts)
    book.tell(
        farm,
        begins + timedelta(hours=1),
        "production pack",
        parent=crate["code"],
        children=[next_lot],
    )
    again = Lorry(moment(_DAY + 1, "09:00"), moment(_DAY + 1, "11:00"))
    book.hand_over(farm, packer, [crate], again, documents=promise)


def _wrong_clock(book: Book) -> None:
    """A kitchen's clock is wrong: it cooks at eight what it receives at half past nine."""
    maker, kitchen = named("central_kitchen", "hasty_kitchen")
    lot = part(faults()["wrong_clock"].code, 20)
    facts = products()["vegetable_mix"].facts(produced_on=dated(_DAY))
    book.tell(maker, moment(_DAY, "04:00"), "production process", outputs=[lot], product=facts)
    lorry = Lorry(moment(_DAY, "06:00"), moment(_DAY, "09:30"), "logistics receive")
    book.hand_over(maker, kitchen, [lot], lorry)
    soup = part(codes.own(kitchen.uscc, f"SOUP-{short(_DAY)}"), 60, "C62")
    book.tell(
        kitchen,
        moment(_DAY, "08:00"),
        "production process",
        inputs=[lot],
        outputs=[soup],
        product={"name": "时蔬汤 Vegetable soup", "produced_on": dated(_DAY)},
    )
    served = part(soup["code"], 4, "C62")
    book.tell(kitchen, moment(_DAY, "11:30"), "retail sale", items=[served])


def _revoked_licence(book: Book) -> None:
    """Flour is milled and sold a week after the mill's licence was revoked."""
    mill, shop = named("careless_mill", "bakery_shop")
    lot = part(faults()["revoked_licence"].code, 300)
    facts = {"name": "面粉 Flour", "produced_on": dated(_DAY)}
    book.tell(mill, moment(_DAY, "07:00"), "production process", outputs=[lot], product=facts)
    lorry = Lorry(moment(_DAY, "15:00"), moment(_DAY, "16:20"), "retail receive")
    passed = paper("release_certificate", "DEMO-FFLOUR", mill, _DAY)
    book.hand_over(mill, shop, [lot], lorry, product=facts, documents=[passed])


def _revoked_filing(book: Book) -> None:
    """Noodles are sold a week after the snack bar's filing was revoked."""
    (bar,) = named("false_snack_bar")
    lot = part(faults()["revoked_filing"].code, 40, "C62")
    facts = {"name": "卤面 Braised noodles", "produced_on": dated(_DAY)}
    book.tell(bar, moment(_DAY, "09:00"), "production process", outputs=[lot], product=facts)
    served = part(lot["code"], 2, "C62")
    book.tell(bar, moment(_DAY, "12:10"), "retail sale", items=[served])
