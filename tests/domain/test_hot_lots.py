"""A lot that was sold ten thousand times: what is said of it takes time in proportion to that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from time import thread_time

import pytest

from suyuan.domain.assemble import assemble
from suyuan.domain.chain import Via
from suyuan.domain.events import Endpoint, Event
from suyuan.domain.lookup import edges_of
from suyuan.domain.trail import Question, Reason, Trail
from tests.build import lot, moved, party, stored, thing

SELLER, ANOTHER = party("S"), party("T")
L = thing("L")


def sale(number: int) -> Event:
    buyer = Endpoint(party(f"B{number}"))
    return moved(f"s{number}", number / 99, lot("L", "1"), party=SELLER, destination=buyer)


def receipt(number: int) -> Event:
    there = party(f"B{number}")
    return moved(
        f"r{number}",
        number / 99 + 0.001,
        lot("L", "1"),
        step="receiving",
        party=there,
        source=Endpoint(SELLER),
    )


def receipt_from(sender: Endpoint) -> Callable[[int], Event]:
    return lambda number: replace(receipt(number), source=sender)


def trail(events: list[Event]) -> Trail:
    """A walk that found events of the lot, and nothing else."""
    found = Trail(things={L.key: True})
    for event in events:
        (edge,) = edges_of(event)
        found.reasons[event.key, event.party.key] = Reason(Via.DIRECT, 0, edge)
    found.events = tuple(map(stored, events))
    return found


def seconds(sales: int, told: list[Callable[[int], Event]]) -> float:
    found = trail([tell(number) for number in range(sales) for tell in told])
    began = thread_time()
    assemble(Question(L), found)
    return thread_time() - began


@pytest.mark.parametrize(
    "told",
    [
        [sale, receipt],
        [sale],
        [receipt],
        [sale, receipt_from(Endpoint())],
        [sale, receipt_from(Endpoint(ANOTHER))],
    ],
    ids=["both", "sales", "receipts", "receipts of nobody's", "receipts of another's"],
)
def test_four_times_the_sales_take_about_four_times_as_long(
    told: list[Callable[[int], Event]],
) -> None:
    few = min(seconds(300, told) for _ in range(3))
    many = min(seconds(1200, told) for _ in range(3))
    assert many < 9 * few  # where each is compared with each it is sixteen
