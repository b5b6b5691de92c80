"""What both sides of confirmations need at the edge: the clock, the body, a sale as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from suyuan.domain.codes import Use, recognise
from suyuan.domain.confirmations import CLOCK, DEFAULT_HOURS, PushedSale, State
from suyuan.domain.events import event_urn, is_uri
from suyuan.web.profiles import ProfilesInForce
from suyuan.web.times import QueryTime

PAGE_LIMIT = 200
# What nobody answered for three months is looked for with `since`.
DEFAULT_DAYS = 92
_NATIONAL = "urn:suyuan:cn:"


class ConfirmationsQuery(BaseModel):
    """Whose sales, on which side, in which state."""

    model_config = ConfigDict(extra="forbid")

    side: Literal["buyer", "seller"] = "buyer"
    state: State | None = Field(default=None, description="Without it: whatever has no answer.")
    party: Annotated[str, Field(max_length=300)] | None = None
    since: QueryTime | None = None
    after: Annotated[str, Field(max_length=1_000)] | None = None
    limit: Annotated[int, Field(ge=1, le=PAGE_LIMIT)] = 50


class ConfirmationBody(BaseModel):
    """What a buyer says of one sale."""

    model_config = ConfigDict(extra="forbid")

    event: Annotated[str, Field(max_length=600)]
    answer: Literal["confirmed", "disputed"]
    reason: Annotated[str, Field(min_length=1, max_length=500)] | None = None


def hours_of(profiles: ProfilesInForce) -> Mapping[str, int]:
    """The hours that buyers have, of each sector whose profile has the clock."""
    return {
        name: int(clock.hours)
        for name, profile in profiles.profiles.items()
        for clock in profile.clocks
        if clock.id == CLOCK
    }


def hours_here(profiles: ProfilesInForce, sector: str | None) -> int:
    return hours_of(profiles).get(sector or "", DEFAULT_HOURS)


def write_sale(sale: PushedSale, hours: int, now: datetime) -> dict[str, Any]:
    """One entry of the list."""
    return {
        "event": _uri(sale),
        "seller": sale.seller.removeprefix(_NATIONAL),
        "buyer": sale.buyer.removeprefix(_NATIONAL),
        "codes": list(sale.codes),
        "time": sale.time,
        "pushed_at": sale.pushed_at,
        "due_at": sale.due_at(hours),
        "state": sale.state(now, hours).value,
        "dispute": None
        if sale.dispute is None
        else {"reason": sale.dispute.reason, "disputed_at": sale.dispute.disputed_at},
    }


def _uri(sale: PushedSale) -> str:
    return sale.id if is_uri(sale.id) else event_urn(sale.id, recognise(sale.seller, use=Use.PARTY))


def since_when(asked: datetime | None) -> datetime:
    return asked or datetime.now(UTC) - timedelta(days=DEFAULT_DAYS)
