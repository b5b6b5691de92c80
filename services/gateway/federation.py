"""What the gateway knows of its federation: who is in it, how each fares, who may hold what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.gateway.drop_folders import drop_folders
from services.gateway.holders import HolderIndex
from services.gateway.members import Health, Members
from services.gateway.registry import Subsystem
from suyuan.domain.codes import Use, recognise
from suyuan.storage import exchanges
from suyuan.storage.exchanges import Line, Tally
from suyuan.storage.holders import Feed, find_feeds
from suyuan.web import paths
from suyuan.web.auth import Official
from suyuan.web.certificates import valid_of
from suyuan.web.responses import json_response
from suyuan.web.state import OwnDatabase
from suyuan.web.times import QueryTime

# A week of a dozen subsystems.
MOST_LINES = 10_000


paths.install()
router = APIRouter(tags=["federation"])


@router.get("/v1/subsystems")
async def get_subsystems(request: Request, database: OwnDatabase) -> Response:
    """子系统 · Who is federated, in what state, when each last answered and how long it took.

    `last_event` is when the newest report was stored there that the gateway knows of, and
    `watermark` up to when it knows of all. `GET /v1/exchanges` has how often each was asked.

    `clock_seconds` is by how much its clock is ahead of the gateway's: one that is off by more than
    ten seconds behind, or half a minute ahead, takes the gateway's claims for expired, or for made
    in the future, and refuses what it is asked.

    `folder` is how the folder of a department without a system is (adapter `file`), where the
    gateway can see it: `watched`, `unwatched` (nothing takes its files in) or `missing`; how many
    files wait, when the last one was taken in, and what it waits for, as of when.

    `certificates` are those that the city has adopted for the system and that are valid today.

    `circuit` is `open` while a subsystem failed several times in a row; the next question is its
    probe. `registry_problem` says why a changed registry file is not in force.
    """
    members: Members = request.app.state.members
    health = await members.health()
    async with database.reading() as connection:
        feeds = {feed.subsystem: feed for feed in await find_feeds(connection)}
    folders = await drop_folders(members.registry)
    certified = await valid_of(database, list(health), "city")
    told = [
        {
            **_told(member, health[member.id], feeds.get(member.id)),
            "circuit": members.breaker(member).state,
            "folder": folders.get(member.id),
            "certificates": [one for one in certified if one["system"] == member.id],
        }
        for member in members.registry
        if member.id in health
    ]
    return json_response({"registry_problem": members.registry_problem, "subsystems": told})


def _told(member: Subsystem, health: Health, feed: Feed | None) -> dict[str, Any]:
    """What is registered of a subsystem, how it answers, and how far its feed was followed."""
    return {
        "id": member.id,
        "name": member.name.model_dump(),
        "department": member.department.model_dump(),
        "sectors": member.sectors,
        "kinds": member.kinds,
        "adapter": member.adapter,
        "state": health.state,
        "last_answer": _latest(health.last_answer, feed),
        "ms": health.ms,
        "clock_seconds": health.clock,
        "last_event": feed.last_change if feed else None,
        "watermark": feed.watermark if feed else None,
    }


def _latest(last_answer: datetime | None, feed: Feed | None) -> datetime | None:
    """When a subsystem last answered: to this process, or with its feed to any before it."""
    told = (last_answer, feed.watermark if feed is not None else None)
    return max((moment for moment in told if moment is not None), default=None)


class ExchangesQuery(BaseModel):
    """Which lines of the exchange log; hours begin within the bounds."""

    model_config = ConfigDict(extra="forbid")

    subsystem: str | None = None
    since: QueryTime | None = Field(default=None, alias="from")
    until: QueryTime | None = Field(default=None, alias="to")
    limit: Annotated[int, Field(ge=1, le=MOST_LINES)] = MOST_LINES


@router.get("/v1/exchanges")
async def get_exchanges(
    database: OwnDatabase, asking: Official, query: Annotated[ExchangesQuery, Query()]
) -> Response:
    """交换日志 · How often each subsystem was asked for what, hour by hour, and how it went.

    The last day unless `from` says otherwise, the newest hour first. `outcome` is `answered`,
    `refused`, `failed`, `timed_out`, `down`, or `given_up` where whoever asked waited no longer;
    `ms` are means, `slowest_ms` the longest. Written every ten seconds.
    """
    del asking
    now = datetime.now(UTC)
    async with database.reading() as connection:
        found = await exchanges.find(
            connection,
            since=query.since or now - timedelta(days=1),
            until=query.until or now,
            subsystem=query.subsystem,
            most=query.limit,
        )
    return json_response({"exchanges": [_line(line, tally) for line, tally in found]})


def _line(line: Line, tally: Tally) -> dict[str, object]:
    return {
        **line._asdict(),
        "count": tally.count,
        "ms": round(tally.seconds / tally.count * 1000),
        "slowest_ms": round(tally.slowest * 1000),
    }


@router.get("/v1/holders/{code:text}")
async def get_holders(request: Request, code: str, asking: Official) -> Response:
    """可能持有者 · Which subsystems probably hold something of a code, by their change feeds.

    A hint for finding out where to look: a subsystem that is not named may hold something all the
    same, and one that is named may have nothing that the asker may see.
    """
    del asking
    index: HolderIndex = request.app.state.holders
    thing = recognise(code, use=Use.THING)
    found = await index.probable([thing.key])
    return json_response({"code": thing.key, "probably": sorted(found.get(thing.key, ()))})
