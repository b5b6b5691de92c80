"""``POST /v1/admissions``: may this load enter? The same at a subsystem and over all of them.

A gate judges by what everybody may know of the goods and their supplier, and by the papers that
were brought: the same load has the same colour, whoever asks. Nothing is stored: what is decided
stands in the entry that is reported (``extra.admission``).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime
from typing import Annotated, Protocol

from fastapi import APIRouter, Depends, Request, Response

from suyuan.domain.admission import Goods, Load, Recalled, admit
from suyuan.domain.caller import CONSUMER, Caller, CallerRole
from suyuan.domain.chain import Chain, SourceReport, SourceStatus
from suyuan.domain.codes import Code
from suyuan.domain.coding.ranges import Verdict
from suyuan.domain.errors import Fault, NotAllowed, ReportRefused, Unavailable
from suyuan.domain.events import Event
from suyuan.domain.naming import Known, Wanted
from suyuan.domain.profiles.profile import Gate, Profile
from suyuan.domain.trail import Direction, Question
from suyuan.web.auth import require
from suyuan.web.body_schemas import json_body
from suyuan.web.deadlines import Deadlines
from suyuan.web.language import Language
from suyuan.web.limits import small_body
from suyuan.web.notices import EmptyBoard, NoticeBoard
from suyuan.web.profiles import ProfilesInForce
from suyuan.web.responses import json_response
from suyuan.web.seen import seen
from suyuan.web.settings import ServiceSettings
from suyuan.web.state import Settings
from suyuan.wire.admissions import read_load, write_admission

router = APIRouter(tags=["admissions"])

_Asking = Annotated[
    Caller,
    Depends(
        require(CallerRole.ENTERPRISE, CallerRole.DEPARTMENT, CallerRole.INSPECTOR, CallerRole.CITY)
    ),
]
# Who knows what a code service says of a key, and who of them was silent.
CodeTold = Callable[[str], Awaitable[tuple[Verdict, tuple[str, ...]]]]

_BODY = json_body(
    {
        "type": "object",
        "description": "the entry, in the city form",
        "required": ["kind", "activity", "time", "items"],
    }
)


class RegisterDesk(Protocol):
    """What registers say of some keys, and which subsystems said nothing in time."""

    async def told(self, wanted: Wanted, caller: Caller) -> tuple[Known, tuple[str, ...]]: ...


@router.post("/v1/admissions", openapi_extra=_BODY)
async def post_admission(request: Request, caller: _Asking, settings: Settings) -> Response:
    """进场准入 · May a load enter: green may, yellow waits for somebody who looks, red may not.

    The body is the entry that would be reported, in the city form: the codes of the goods (at most
    20), the supplier in `from`, and the documents that were brought. Every reason comes at once, in
    Chinese and English, each with what would make it green. What is looked at, and how grave it is,
    stands in the sector's profile (`admission`, docs/admission.md). A department that was silent is
    named, and the load is yellow at the best. Nothing is stored: report the entry with the answer's
    `extra`. For enterprises that are registered as keeping a gate, and for officials.
    """
    now = datetime.now(UTC)
    reporter = caller.party if caller.role is CallerRole.ENTERPRISE else None
    entry = read_load(await small_body(request), reporter, now)
    profile, gate = _gate(request, entry, caller, settings)
    supplier = entry.source.party
    parties = [one.key for one in (entry.party, supplier) if one is not None]
    desk: RegisterDesk = request.app.state.name_book
    known, silent = await desk.told(Wanted(tuple(parties)), CONSUMER)
    if reporter is not None:
        _must_keep_a_gate(entry.party, known, silent, profile, gate)
    goods, sources, missing = await _gather(request, entry)
    load = Load(
        entry,
        goods,
        known,
        request.app.state.profiles.checkers.by_id[profile.id].check(entry),
        tuple(sorted({*silent, *missing})),
    )
    return json_response(write_admission(admit(gate, load), load, profile, sources, now))


def _gate(
    request: Request, entry: Event, caller: Caller, settings: ServiceSettings
) -> tuple[Profile, Gate]:
    """The gate that a load comes to: of the sector that it names, else of where the caller is."""
    in_force: ProfilesInForce = request.app.state.profiles
    sector = entry.sector or settings.sector or caller.home or settings.name
    profile = in_force.profiles.get(sector)
    if profile is None or profile.gate is None:
        allowed = [name for name, one in in_force.profiles.items() if one.gate is not None]
        fault = Fault("admission_no_gate", "/sector", {"sector": sector, "allowed": allowed})
        raise ReportRefused(faults=[fault])
    activity = f"{entry.kind}.{entry.activity}"
    if activity not in profile.gate.on:
        params = {"activity": activity, "allowed": list(profile.gate.on)}
        raise ReportRefused(faults=[Fault("admission_activity", "/activity", params)])
    return profile, profile.gate


def _must_keep_a_gate(
    party: Code, known: Known, silent: Iterable[str], profile: Profile, gate: Gate
) -> None:
    """Raise NotAllowed unless a register says that the party keeps a gate.

    Unavailable where one that may say so is silent.
    """
    entry = known.parties.get(party.key)
    if entry is not None and not set(gate.by).isdisjoint(entry.categories):
        return
    missing = list(silent)
    if entry is None and missing:
        raise Unavailable("register_holder_silent", id=party.short, subsystems=missing)
    names = {kind.id: kind.name for kind in profile.parties}
    allowed = {lang: "、".join(getattr(names[k], lang) for k in gate.by) for lang in ("zh", "en")}
    raise NotAllowed("admission_by_markets", party=party.short, allowed=allowed)


async def _gather(
    request: Request, entry: Event
) -> tuple[tuple[Goods, ...], list[SourceReport], set[str]]:
    """What is known of each thing, how the subsystems fared, and who of them was silent."""
    found = await asyncio.gather(*(_about(request, item.code) for item in entry.items))
    sources: dict[str, SourceReport] = {}
    silent: set[str] = set()
    for goods, missing in found:
        silent |= {*missing, *_silent(goods.chain)}
        for report in goods.chain.sources:
            known = sources.get(report.subsystem)
            if known is None or known.status is SourceStatus.ANSWERED:
                sources[report.subsystem] = report
    return tuple(goods for goods, _ in found), list(sources.values()), silent


async def _about(request: Request, code: Code) -> tuple[Goods, tuple[str, ...]]:
    """What everybody may know of a thing, with an official's patience, and who was silent of it."""
    app = request.app.state
    told_of: CodeTold = app.code_told
    patience = Deadlines.of(app.settings).official
    question = Question(code, Direction.UP)
    (chain, _), (verdict, silent) = await asyncio.gather(
        seen(request, question, CONSUMER, Language.ZH, seconds=patience), told_of(code.key)
    )
    board: NoticeBoard = getattr(app, "notice_board", None) or EmptyBoard()
    recalls = tuple(
        Recalled(notice.publisher, notice.published_on, notice.stop_sale)
        for notice in await board.notices(chain)
    )
    return Goods(code, chain, verdict, recalls), silent


def _silent(chain: Chain) -> Iterable[str]:
    return (s.subsystem for s in chain.sources if s.status is not SourceStatus.ANSWERED)
