"""Pork: from the farm through slaughter and the wholesale market to a customer's ticket.

Each sale gives a new 20-digit code (追溯码), as the scales of the meat-and-vegetable system do.
"""

from __future__ import annotations

from collections.abc import Sequence

from services.demonstration import codes
from services.demonstration.book import Book, Lorry, dated, moment, paper, part, short
from services.demonstration.enterprises import Enterprise, everybody, named

# GB/T 7635.1, as the meat-and-vegetable system uses it.
PORK_SIDE, PORK_CUT = "21113011", "21113021"
_ANIMAL_HEALTH = "示例动物卫生监督所（虚构） Example animal health authority"
_PIGS, _CARCASS_KG = 30, 75


def write(book: Book, days: Sequence[int]) -> None:
    """One slaughter on each of ``days``, at one house and the other by turns."""
    farms = named("pig_farm_north", "pig_farm_south")
    houses = named("slaughter_tongan", "slaughter_haicang")
    for day in days:
        index = day % 2
        _slaughter(book, farms[index], houses[index], day)


def _slaughter(book: Book, farm: Enterprise, house: Enterprise, day: int) -> None:
    pigs = _pigs(book, farm, house, day)
    batches = [codes.meat_batch(house.place, book.number(house.place)) for _ in range(2)]
    weight = _PIGS // 2 * _CARCASS_KG
    papers = [
        paper("quarantine_certificate", f"DEMO-Q{short(day)}{house.place}", _ANIMAL_HEALTH, day),
        paper("meat_inspection_certificate", f"DEMO-M{short(day)}{house.place}", house, day),
    ]
    book.tell(
        house,
        moment(day, "00:30"),
        "production slaughter",
        inputs=[part(pigs, _PIGS, "HEA")],
        outputs=[part(batch, weight) for batch in batches],
        product=_facts(PORK_SIDE, day, farm),
        documents=papers,
    )
    wholesalers = named("pork_wholesaler_a", "pork_wholesaler_b", "pork_wholesaler_c")
    for place, batch in enumerate(batches):
        buyer = wholesalers[(day + place) % len(wholesalers)]
        lorry = Lorry(moment(day, "02:40"), moment(day, "03:30"))
        side = part(batch, weight)
        book.hand_over(house, buyer, [side], lorry, documents=papers, extra={"goods": PORK_SIDE})
        for stall in _stalls(day + place):
            _to_stall(book, buyer, stall, batch, day, farm)


def _pigs(book: Book, farm: Enterprise, house: Enterprise, day: int) -> str:
    """The pigs of one lorry, from the farm to the slaughterhouse."""
    lot = codes.own(farm.uscc, f"PIG-{short(day)}")
    pigs = [part(lot, _PIGS, "HEA")]
    facts = {"name": "生猪 Live pigs", "origin": farm.zh}
    health = paper("quarantine_certificate", f"DEMO-L{short(day)}", _ANIMAL_HEALTH, day - 1)
    book.tell(farm, moment(day - 1, "13:30"), "production harvest", items=pigs, product=facts)
    lorry = Lorry(moment(day - 1, "16:00"), moment(day - 1, "20:15"))
    book.hand_over(farm, house, pigs, lorry, documents=[health])
    return lot


def _stalls(turn: int) -> list[Enterprise]:
    """Half of the stalls, by turns."""
    stalls = [one for name, one in everybody().items() if name.startswith("stall_")]
    return stalls[turn % 2 :: 2]


def _to_stall(
    book: Book, seller: Enterprise, stall: Enterprise, batch: str, day: int, farm: Enterprise
) -> None:
    """A part of a batch is sold to a stall, and there cut into what customers take home."""
    weight = book.some(60, 150)
    bought = codes.meat_trace(seller.merchant, book.number(seller.merchant))
    book.sell_part(
        seller,
        stall,
        part(batch, weight),
        part(bought, weight),
        Lorry(moment(day, "04:20"), moment(day, "05:40"), "retail receive"),
        product=_facts(PORK_SIDE, day, farm),
        extra={"goods": PORK_SIDE, "price": book.some(17, 21, "0.01")},
    )
    for _ in range(3):
        cut = book.some(0.4, 3)
        when = book.spread(day, 6, 17)
        ticket = codes.meat_trace(stall.merchant, book.number(stall.merchant))
        book.tell(
            stall,
            when,
            "wholesale split",
            inputs=[part(bought, cut)],
            outputs=[part(ticket, cut)],
            product=_facts(PORK_CUT, day, farm),
        )
        sold = {"goods": PORK_CUT, "price": book.some(26, 34, "0.01")}
        book.tell(stall, when, "retail sale", items=[part(ticket, cut)], extra=sold)
        book.ends["meat"].append(ticket)


def _facts(goods: str, day: int, farm: Enterprise) -> dict[str, str]:
    name = {PORK_SIDE: "白条猪肉 Pork, half carcass", PORK_CUT: "鲜猪肉 Fresh pork"}[goods]
    return {"name": name, "produced_on": dated(day), "origin": farm.zh}
