"""``GET /v1/destinations/{code}``: where everything of a batch is now, as data for a map."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from contextlib import aclosing
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.query.reach import followed_code
from suyuan.domain import policy
from suyuan.domain.destinations import Holder, Located, Tally, by_district, locate
from suyuan.domain.naming import MOST_NAMES, Known, Wanted, first_of
from suyuan.domain.reach import Reach, State
from suyuan.sources.names import OwnNames
from suyuan.sources.reach import Progress, find_reached
from suyuan.storage.engine import Database
from suyuan.web import paths
from suyuan.web.accesses import add_asked, told_of
from suyuan.web.auth import Official
from suyuan.web.responses import json_response
from suyuan.web.state import OwnDatabase, Settings
from suyuan.web.times import QueryTime
from suyuan.wire.divisions import division_name

# About a minute of a reach; whoever needs more asks for the things themselves (`/v1/reach`).
MAX_THINGS = 1_000_000
_NATIONAL = "urn:suyuan:cn:"

paths.install()
router = APIRouter()


class DestinationsQuery(BaseModel):
    """As of when, and of how many things at most."""

    model_config = ConfigDict(extra="forbid")

    as_of: QueryTime | None = None
    known_at: QueryTime | None = None
    max_things: Annotated[int, Field(ge=1, le=MAX_THINGS)] = MAX_THINGS


@router.get("/v1/destinations/{code:text}", tags=["chains"])
async def get_destinations(
    request: Request,
    code: str,
    caller: Official,
    database: OwnDatabase,
    settings: Settings,
    query: Annotated[DestinationsQuery, Query()],
) -> Response:
    """去向 · Where every unit that came of a code is now, counted by district and by enterprise.

    `districts` and `enterprises` count single things by state: `at` somebody's, `in_transit` to
    them, `ended` (sold, dispensed, destroyed), `consumed`. A district is what the register says of
    the place, else of the party, else the digits of its code: `located_by` says which. `products`
    counts things by packaging level, since each has its own GTIN or 药品标识码. Lots are counted
    in `lots`; how much of one is where is in the chain's balances. `complete` is false where a
    limit in `cut` was met. For the city, and for the department and inspectors of this subsystem.
    """
    policy.require_home(caller, settings.name)
    followed = followed_code(code)
    told = told_of(request.scope)
    if told is not None:
        told.asked_count = 1
        add_asked(told, [followed.key])
    reach = Reach((followed,), None, query.as_of, query.known_at)
    tally, cut = await _count(database, reach, query.max_things, settings.name)
    known = await _names(OwnNames(database), tally)
    located = {holder: locate(holder, known) for holder in tally.holders}
    return json_response(
        {
            "code": followed.key,
            "units": tally.units,
            "lots": tally.lots,
            "unknown": tally.unknown,
            "districts": _districts(tally, located),
            "enterprises": _enterprises(tally, located, known),
            "products": [{"product": p, "units": n} for p, n in tally.products.most_common()],
            "as_of": query.as_of,
            "complete": not cut,
            "cut": cut,
        }
    )


async def _count(
    database: Database, reach: Reach, most: int, subsystem: str
) -> tuple[Tally, list[str]]:
    tally, progress, cut = Tally(), Progress(), []
    async with aclosing(find_reached(database, reach, progress, subsystem=subsystem)) as found:
        async for things in found:
            over = progress.things - most
            tally.add(things[: len(things) - over] if over > 0 else things)
            if over > 0:
                cut.append("max_things")
                break
    cut += ["fan_out"] if progress.holes else []
    cut += ["max_holders"] if tally.over else []
    return tally, cut


async def _names(names: OwnNames, tally: Tally) -> Known:
    """What the register says of all holders, some at a time."""
    parties = sorted({h.party for h in tally.holders if h.party is not None})
    places = sorted({h.place for h in tally.holders if h.place is not None})
    answers = []
    for first in range(0, max(len(parties), len(places)), MOST_NAMES):
        some = slice(first, first + MOST_NAMES)
        answers.append(await names.ask(Wanted(tuple(parties[some]), tuple(places[some]))))
    return first_of(answers)


def _districts(tally: Tally, located: Mapping[Holder, Located]) -> list[dict[str, Any]]:
    found = by_district(tally, located)
    return [
        {
            "district": district,
            "name": None if district is None else division_name(district),
            **_states(states),
        }
        for district, states in sorted(found.items(), key=lambda e: (-e[1].total(), e[0] or ""))
    ]


def _enterprises(
    tally: Tally, located: Mapping[Holder, Located], known: Known
) -> list[dict[str, Any]]:
    found = sorted(
        tally.holders.items(), key=lambda e: (-e[1].total(), e[0].party or "", e[0].place or "")
    )
    return [
        {
            "party": _short(holder.party),
            "name": _name(holder.party, known),
            "place": _short(holder.place),
            "district": located[holder].district,
            "located_by": located[holder].by,
            **_states(states),
        }
        for holder, states in found
    ]


def _states(states: Counter[State]) -> dict[str, int]:
    return {"units": states.total(), **{state.value: states[state] for state in State}}


def _name(party: str | None, known: Known) -> str | None:
    entry = known.parties.get(party or "")
    return None if entry is None else entry.names.of("zh")


def _short(key: str | None) -> str | None:
    return None if key is None else key.removeprefix(_NATIONAL)
