"""``/v1/purchasers``: who bought under a real name, sealed; opened with a reason that is logged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from suyuan.domain import policy
from suyuan.domain.caller import Caller, CallerRole
from suyuan.domain.codes import Code, Use, recognise
from suyuan.domain.errors import CodeError, Conflict, Fault, NotKnown, ReportRefused, Unavailable
from suyuan.domain.events import event_key, event_urn, is_uri, local_event_id
from suyuan.domain.purchasers import Opening, Purchaser, is_citizen_number
from suyuan.storage import purchasers
from suyuan.web.accesses import tell
from suyuan.web.auth import require
from suyuan.web.body_schemas import json_body, object_of
from suyuan.web.responses import json_response
from suyuan.web.state import OwnDatabase, Settings
from suyuan.wire.sealing import SealBroken, seal, unseal

NAME_LIMIT, PHONE_LIMIT, REASON_LIMIT = 100, 30, 500
# Each is sealed and opened again: some 50 µs.
MOST_PURCHASERS = 1_000
PAGE_LIMIT = 500

router = APIRouter(tags=["purchasers"])

_Seller = Annotated[Caller, Depends(require(CallerRole.ENTERPRISE))]
_Overseer = Annotated[Caller, Depends(require(CallerRole.DEPARTMENT, CallerRole.CITY))]


async def _own_department(
    caller: Annotated[Caller, Depends(require(CallerRole.DEPARTMENT))], settings: Settings
) -> Caller:
    """This subsystem's department, and nobody else; known before a body is looked at."""
    policy.require_home(caller, settings.name)
    return caller


class PurchaserBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who bought. Read by hand, for the usual refusals repeat what was sent."""

    event: Annotated[str, msgspec.Meta(min_length=1, max_length=600)]
    name: str
    id_number: str
    phone: str | None = None


_decoder = msgspec.json.Decoder(
    PurchaserBody
    | Annotated[list[PurchaserBody], msgspec.Meta(min_length=1, max_length=MOST_PURCHASERS)]
)
_PURCHASER = object_of(
    ["event", "name", "id_number"],
    **{name: {"type": "string"} for name in ("event", "name", "id_number", "phone")},
)
_BODY = json_body(
    {"oneOf": [_PURCHASER, {"type": "array", "items": _PURCHASER, "maxItems": MOST_PURCHASERS}]}
)


class OpenBody(BaseModel):
    """Which sale's purchaser is asked for, and why."""

    model_config = ConfigDict(extra="forbid")

    event: Annotated[str, Field(max_length=600)]
    reason: str


class OpeningsQuery(BaseModel):
    """``after`` is the number of the last line of the page before."""

    model_config = ConfigDict(extra="forbid")

    after: Annotated[int, Field(ge=0, le=2**62)] = 0
    limit: Annotated[int, Field(ge=1, le=PAGE_LIMIT)] = 100


@router.post("/v1/purchasers", status_code=201, openapi_extra=_BODY)
async def post_purchaser(request: Request, caller: _Seller, database: OwnDatabase) -> Response:
    """实名登记 · Register who bought under a real name, for a sale of yours that `event` names.

    The name and the identity number are sealed at rest and are in no event, chain, export or log;
    nobody is shown them but this subsystem's department, each time with a reason that is logged.
    The answer does not repeat them, and you cannot read them again. The same purchaser again
    changes nothing; another one is 409. An array registers those of many sales, all or none.
    """
    assert caller.party is not None
    keys = _keys(request)
    bodies, several = _read(await request.body())
    told = [_checked(body, place if several else None) for place, body in enumerate(bodies)]
    for body in bodies:
        _require_own(body.event, caller.party)
    named = [_named(body.event, caller.party) for body in bodies]
    texts = [msgspec.json.encode(one).decode() for one in told]
    sealed = {key: seal(keys, of, text) for (key, of), text in zip(named, texts, strict=True)}
    async with database.writing() as connection:
        kept = await purchasers.add(connection, caller.party.key, sealed)
        others = [
            place
            for place, ((key, of), one) in enumerate(zip(named, told, strict=True))
            if _opened(keys, of, kept[key]) != one
        ]
        if others:
            faults = [Fault("purchaser_known", "/event", {}, place) for place in others]
            raise Conflict("purchaser_known", faults=faults if several else ())
    events = [_uri(body.event, caller.party) for body in bodies]
    return json_response({"events": events} if several else {"event": events[0]}, 201)


@router.post("/v1/purchasers/open")
async def open_purchaser(
    request: Request,
    caller: Annotated[Caller, Depends(_own_department)],
    database: OwnDatabase,
    body: OpenBody,
) -> Response:
    """查阅实名信息 · Who bought, for this subsystem's department alone, with a `reason`.

    The reason is written down before anything is told, and stays: `GET /v1/purchasers/openings`.
    `event` is the sale's URI.
    """
    reason = _text(body.reason, "/reason", REASON_LIMIT)
    seller = _seller_of(body.event)
    keys = _keys(request)
    key, of = _named(body.event, seller)
    tell(request.scope, parties=[seller], events=1, held=True)
    async with database.writing() as connection:
        kept = await purchasers.find(connection, key, seller.key)
        if kept is not None:
            asked = (body.event, seller.key, caller.owner, caller.key, reason)
            await purchasers.log_opening(connection, *asked)
    if kept is None:
        raise NotKnown("purchaser_unknown")
    found = _opened(keys, of, kept)
    answer = json_response({"event": body.event, "purchaser": msgspec.to_builtins(found)})
    answer.headers["Cache-Control"] = "no-store"
    return answer


@router.get("/v1/purchasers/openings")
async def get_openings(
    request: Request,
    caller: _Overseer,
    database: OwnDatabase,
    settings: Settings,
    query: Annotated[OpeningsQuery, Query()],
) -> Response:
    """查阅记录 · Who of the department looked at a purchaser, when and why; never who that was.

    Lines are numbered without a gap, oldest first. For the department and the city.
    """
    policy.require_home(caller, settings.name)
    async with database.writing() as connection:
        found = await purchasers.openings(connection, query.after, query.limit)
    tell(request.scope, events=0, held=bool(found))
    return json_response({"openings": [_line(one) for one in found]})


def _line(one: Opening) -> dict[str, object]:
    told: dict[str, object] = msgspec.to_builtins(one)
    return {**told, "opened_at": one.opened_at, "seller": Code(one.seller).key}


def _keys(request: Request) -> Sequence[bytes]:
    keys: Sequence[bytes] = request.app.state.coding_keys
    if not keys:
        raise Unavailable("purchaser_not_ready")
    return keys


def _read(body: bytes) -> tuple[list[PurchaserBody], bool]:
    """A body, and whether it is an array; not a word of what is wrong: that would quote it."""
    try:
        told = _decoder.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise ReportRefused(faults=[Fault("purchaser_malformed")]) from None
    return (told, True) if isinstance(told, list) else ([told], False)


def _checked(body: PurchaserBody, place: int | None) -> Purchaser:
    """Who bought. Raises ReportRefused; ``place`` is that of the body in an array."""
    index, at = place or 0, "" if place is None else f"/{place}"
    number = body.id_number.strip().upper()
    if not is_citizen_number(number):
        raise ReportRefused(faults=[Fault("purchaser_number", f"{at}/id_number", {}, index)])
    name = _text(body.name, f"{at}/name", NAME_LIMIT)
    phone = None if body.phone is None else _text(body.phone, f"{at}/phone", PHONE_LIMIT)
    return Purchaser(name, number, phone)


def _require_own(event: str, seller: Code) -> None:
    """Raise ReportRefused for an event that says whose it is, and is another's."""
    named = local_event_id(event)
    if named is not None and named[0] != seller.short:
        raise ReportRefused(faults=[Fault("id_not_yours", "/event", {"id": event})])


def _text(text: str, at: str, limit: int) -> str:
    plain = text.strip()
    if not plain or len(plain) > limit or not plain.isprintable():
        raise ReportRefused(faults=[Fault("purchaser_text", at, {"limit": limit})])
    return plain


def _named(event: str, seller: Code) -> tuple[bytes, str]:
    """The key of a seller's sale, and what its purchaser is sealed for."""
    key = event_key(event, seller)
    return key, f"purchaser:{key.hex()}:{seller.key}"


def _uri(event: str, seller: Code) -> str:
    return event if is_uri(event) else event_urn(event, seller)


def _seller_of(event: str) -> Code:
    """Whose sale a URI names. Raises NotKnown for any other text."""
    named = local_event_id(event)
    if named is None:
        raise NotKnown("purchaser_unknown")
    try:
        return recognise(named[0], use=Use.PARTY)
    except CodeError as error:
        raise NotKnown("purchaser_unknown") from error


def _opened(keys: Sequence[bytes], of: str, kept: str) -> Purchaser:
    try:
        return msgspec.json.decode(unseal(keys, of, kept), type=Purchaser)
    except SealBroken:
        raise Unavailable("purchaser_not_ready") from None
