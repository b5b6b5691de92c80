"""``GET /v1/parties|places|products/{id}``, and names for the gateway's chains."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from suyuan.domain.caller import Caller
from suyuan.domain.codes import Code
from suyuan.domain.errors import NotAllowed, NotKnown
from suyuan.domain.naming import MOST_NAMES
from suyuan.domain.register import (
    Kind,
    Version,
    as_of_today,
    history,
    in_force,
    today,
    visible,
)
from suyuan.sources.names import OwnNames, version_of
from suyuan.storage.engine import Database
from suyuan.storage.register import find_versions
from suyuan.web.accesses import tell
from suyuan.web.auth import CLAIMS_HEADER, Asking
from suyuan.web.body_schemas import ANY_OBJECT
from suyuan.web.certificates import valid_of
from suyuan.web.front import FrontRoute
from suyuan.web.register import RegisterQuery, add_gets
from suyuan.web.responses import json_response
from suyuan.web.state import OwnDatabase, Settings, database_of
from suyuan.wire.names import read_names_request, write_names_response
from suyuan.wire.register import read_id, write_version

router = APIRouter()


@router.post("/v1/names", tags=["federation"], openapi_extra=ANY_OBJECT)
async def post_names(request: Request, caller: Asking, database: OwnDatabase) -> Response:
    """名称查询 · Public names of a chain's parties, places and products. For the gateway only."""
    del caller  # what is answered is public
    if CLAIMS_HEADER not in request.headers:
        raise NotAllowed("gateway_only")
    wanted = read_names_request(await request.body(), most=MOST_NAMES)
    known = await OwnNames(database, certified=True).ask(wanted)
    return Response(write_names_response(known, wanted), media_type="application/json")


async def _answer_names(request: Request, caller: Caller) -> Response:
    return await post_names(request, caller, await database_of(request))


FRONT = FrontRoute("/v1/names", _answer_names)


async def find_history(database: Database, kind: Kind, code: Code) -> list[Version]:
    """Every version of an entry as it was recorded, the newest first, each with its end."""
    async with database.reading() as connection:
        stored = await find_versions(connection, int(kind), code.key)
    return history(as_of_today([version_of(one) for one in stored]))


async def _get(
    kind: Kind, text: str, caller: Caller, database: Database, *, query: RegisterQuery, own: str
) -> Response:
    code = read_id(kind, text, caller.party)
    versions = await find_history(database, kind, code)
    on = query.as_of or (None if query.history else today(datetime.now(UTC)))
    shown = versions if on is None else _begun(versions, on)
    holding = in_force(shown, on or date.max)
    if holding is None:
        raise NotKnown("register_unknown", id=code.short)
    if not query.history:
        seen = _seen([holding], caller, own)[0]
        if kind is Kind.PARTY:
            seen["certificates"] = await valid_of(database, [code.key], own)
        return json_response(seen)
    return json_response({"versions": _seen(shown, caller, own), "subsystem": own})


def _begun(versions: Sequence[Version], on: date) -> list[Version]:
    return [v for v in versions if v.entry.valid_from <= on]


def _seen(versions: Sequence[Version], caller: Caller, own: str) -> list[dict[str, Any]]:
    looked_at = (visible(version, caller, own) for version in versions)
    return [write_version(seen, subsystem=own, redacted=names) for seen, names in looked_at]


def _route(kind: Kind) -> Callable[..., Awaitable[Response]]:
    async def get_entry(
        request: Request,
        entry_id: str,
        caller: Asking,
        database: OwnDatabase,
        settings: Settings,
        query: Annotated[RegisterQuery, Query()],
    ) -> Response:
        own = settings.name
        response = await _get(kind, entry_id, caller, database, query=query, own=own)
        code = read_id(kind, entry_id, caller.party)
        if kind is Kind.PARTY:
            tell(request.scope, parties=[code])
        else:
            tell(request.scope, codes=[code])
        return response

    return get_entry


add_gets(router, _route)
