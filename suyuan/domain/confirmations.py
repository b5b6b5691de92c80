"""Sales that a seller has reported to a named buyer, and the buyer's word on each of them.

The buyer's own report of receiving the same things confirms a sale; nothing else is needed. One
receipt confirms one sale: of a lot that was sold in parts the earliest that none was found for. A
dispute is a word of its own, kept between the two parties and the department. The clock runs from
when the sale was reported (pushed): 24 hours, unless the sector's profile has a clock ``confirm``.
Source: Fujian's rules of 2024 on food traceability.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from suyuan.domain.chain import Chain, ChainEvent, Finding
from suyuan.domain.events import Event
from suyuan.domain.findings import unanswered_shipments

DEFAULT_HOURS = 24
CLOCK = "confirm"
# Who can be asked to confirm anything at all: parties that can have a key here.
_ANSWERING = frozenset({"uscc", "gln"})


class State(StrEnum):
    """Where a sale stands: no word yet and in time, no word and too late, received, disputed."""

    OPEN = "open"
    OVERDUE = "overdue"
    CONFIRMED = "confirmed"
    DISPUTED = "disputed"


@dataclass(frozen=True, slots=True)
class Dispute:
    """What a buyer says is wrong with a sale, and when it said so."""

    reason: str
    disputed_at: datetime


@dataclass(frozen=True, slots=True)
class PushedSale:
    """A sale to a named buyer. ``key`` is the event's 16 bytes; parties and codes are keys.

    ``received``: the buyer has reported receiving every one of ``codes`` since.
    """

    key: bytes
    id: str
    seller: str
    buyer: str
    codes: tuple[str, ...]
    time: datetime
    pushed_at: datetime
    received: bool
    dispute: Dispute | None = None

    def due_at(self, hours: int) -> datetime:
        return self.pushed_at + timedelta(hours=hours)

    def state(self, now: datetime, hours: int) -> State:
        if self.received:
            return State.CONFIRMED
        if self.dispute is not None:
            return State.DISPUTED
        return State.OVERDUE if self.due_at(hours) < now else State.OPEN


def receipt_of(sale: Event, event_id: str, at: datetime) -> dict[str, Any]:
    """The buyer's receipt of what ``sale`` moved, in the city form.

    Of a sale that gives the goods a new code, that is the new one. Documents go with the goods.
    """
    items = [
        {
            "code": item.code.key,
            **({"quantity": f"{item.quantity:f}"} if item.quantity is not None else {}),
            **({"unit": item.unit} if item.unit is not None else {}),
        }
        for item in (sale.outputs or sale.items)
    ]
    receipt: dict[str, Any] = {
        "id": event_id,
        "kind": "wholesale",
        "activity": "entry",
        "time": at.isoformat(),
        "items": items,
        "from": {"party": sale.party.key},
        "documents": [_plain(document) for document in sale.documents],
        "extra": {"confirms": sale.uri},
    }
    if sale.product is not None and sale.product.name is not None:
        receipt["product"] = {"name": sale.product.name}
    if sale.sector is not None:
        receipt["sector"] = sale.sector
    return receipt


def _plain(document: Any) -> dict[str, str]:
    names = ("type", "number", "issuer", "issued_on", "url")
    found = ((name, getattr(document, name)) for name in names)
    return {name: str(value) for name, value in found if value is not None}


def with_confirmations(chain: Chain, hours: Mapping[str, int], now: datetime) -> Chain:
    """The chain with ``confirmation_overdue`` at each sale that its buyer should have answered.

    ``hours`` are those of each sector that has the clock. Of a chain with holes nothing follows:
    the buyer may have answered where nobody answers now. Who may not see the buyer sees no finding.
    """
    if chain.holes or chain.limits_hit:
        return chain
    found = tuple(_overdue(chain, hours, chain.known_at or now))
    return replace(chain, findings=(*chain.findings, *found)) if found else chain


def _overdue(chain: Chain, hours: Mapping[str, int], now: datetime) -> Iterator[Finding]:
    for one in unanswered_shipments(chain.events, chain.links):
        event = one.stored.event
        buyer = event.destination.party
        most = _hours(one, hours)
        if most is None or event.kind != "wholesale" or buyer is None:
            continue
        if buyer.scheme in _ANSWERING and one.stored.record_time + timedelta(hours=most) < now:
            yield Finding(
                "confirmation_overdue", event.id, None, {"buyer": buyer.short, "hours": most}
            )


def _hours(one: ChainEvent, hours: Mapping[str, int]) -> int | None:
    sectors: Iterable[str] = (one.stored.event.sector or "", *sorted(one.stored.subsystems))
    return next((hours[sector] for sector in sectors if sector in hours), None)
