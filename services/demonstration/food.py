"""A restaurant chain: pork and vegetables become half-made dishes, and those become meals."""

from __future__ import annotations

from collections.abc import Sequence

from services.demonstration import codes
from services.demonstration.book import Book, Lorry, Thing, dated, moment, paper, part, short
from services.demonstration.enterprises import Enterprise, everybody
from services.demonstration.products import Product, products


def write(book: Book, days: Sequence[int]) -> None:
    """The central kitchen cooks on each of ``days``, and the restaurants on the day after."""
    everyone, known = everybody(), products()
    restaurants = [one for name, one in everyone.items() if name.startswith("restaurant_")]
    kitchen = everyone["central_kitchen"]
    for day in days:
        pork = _pork(book, kitchen, day)
        greens = _greens(book, kitchen, day)
        braised = _cooked(book, kitchen, known["marinated_pork"], [pork], day)
        mixed = _cooked(book, kitchen, known["vegetable_mix"], [greens], day)
        for place, restaurant in enumerate(restaurants):
            _served(book, kitchen, restaurant, [braised, mixed], day + 1, place)


def _pork(book: Book, kitchen: Enterprise, day: int) -> Thing:
    """Bought at the wholesale market, of the day's slaughter: a batch of its own."""
    everyone = everybody()
    house, seller = everyone["slaughter_tongan"], everyone["pork_wholesaler_a"]
    batch = part(codes.meat_batch(house.place, 5_000_000 + book.number("kitchen pork")), 75)
    facts = {"name": "白条猪肉 Pork, half carcass", "produced_on": dated(day)}
    certificate = paper("meat_inspection_certificate", f"DEMO-K{short(day)}", house, day)
    book.tell(
        house,
        moment(day, "01:10"),
        "production slaughter",
        items=[batch],
        product=facts,
        documents=[certificate],
    )
    night = Lorry(moment(day, "02:50"), moment(day, "03:35"))
    book.hand_over(house, seller, [batch], night, documents=[certificate])
    bought = part(codes.meat_trace(seller.merchant, 5_000_000 + book.number("kitchen sale")), 60)
    lorry = Lorry(moment(day, "04:30"), moment(day, "06:00"), "logistics receive")
    book.sell_part(seller, kitchen, part(batch["code"], 60), bought, lorry, product=facts)
    return bought


def _greens(book: Book, kitchen: Enterprise, day: int) -> Thing:
    farm = everybody()["farm_jimei"]
    lot = part(codes.own(farm.uscc, f"K{short(day)}"), 30)
    promise = paper("commitment_certificate", f"DEMO-CK{short(day)}", farm, day)
    facts = {"name": "包菜 Cabbage", "produced_on": dated(day), "origin": farm.zh}
    book.tell(
        farm,
        moment(day, "05:10"),
        "production harvest",
        items=[lot],
        product=facts,
        documents=[promise],
    )
    lorry = Lorry(moment(day, "06:30"), moment(day, "07:20"), "logistics receive")
    book.hand_over(farm, kitchen, [lot], lorry, documents=[promise])
    return lot


def _cooked(
    book: Book, kitchen: Enterprise, product: Product, inputs: Sequence[Thing], day: int
) -> Thing:
    total = sum(int(one["quantity"]) for one in inputs)
    made = part(product.lot(short(day)), total * 9 // 10)
    book.tell(
        kitchen,
        moment(day, "10:00"),
        "production process",
        inputs=list(inputs),
        outputs=[made],
        product=product.facts(produced_on=dated(day), expires_on=dated(day + 3)),
        documents=[paper("release_certificate", f"DEMO-F{short(day)}", kitchen, day)],
    )
    return made


def _served(
    book: Book,
    kitchen: Enterprise,
    restaurant: Enterprise,
    lots: Sequence[Thing],
    day: int,
    place: int,
) -> None:
    """A third of each lot is delivered, cooked for lunch, and eaten."""
    shares = [part(lot["code"], int(lot["quantity"]) // 3) for lot in lots]
    lorry = Lorry(moment(day, f"06:{10 * place:02}"), moment(day, f"08:{10 * place:02}"))
    receipt = Lorry(lorry.leaves, lorry.arrives, "logistics receive")
    book.hand_over(kitchen, restaurant, shares, receipt)
    meals = codes.own(restaurant.uscc, f"LUNCH-{short(day)}")
    book.tell(
        restaurant,
        moment(day, "10:30"),
        "production process",
        inputs=shares,
        outputs=[part(meals, 90, "C62")],
        product={"name": "卤肉饭套餐 Braised pork rice", "produced_on": dated(day)},
    )
    for hour in (11, 12, 13):
        sold = part(meals, book.chance.randint(8, 25), "C62")
        book.tell(restaurant, moment(day, f"{hour}:40"), "retail sale", items=[sold])
    book.ends["food"].append(meals)
