"""``/v1/recalls/{id}/things.csv`` and ``.xlsx``: a recall as a file, read in pages of things."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from uuid import UUID

from fastapi import APIRouter, Request, Response

from suyuan.domain.caller import Caller
from suyuan.domain.naming import Known, Wanted, first_of
from suyuan.domain.recall_scope import Quantities
from suyuan.web.accept import CSV, XLSX
from suyuan.web.auth import Asking
from suyuan.web.export_files import export
from suyuan.web.language import Language
from suyuan.web.openapi import answered_as
from suyuan.web.recalls.routes import Service
from suyuan.web.recalls.service import Recalls
from suyuan.wire.exports.columns import ABOUT
from suyuan.wire.exports.recall_tables import (
    AFFECTED,
    BALANCES,
    HOLDING,
    HOLES,
    RECALL_TABLES,
    STEPS,
    affected_rows,
    balance_rows,
    holding_rows,
    hole_rows,
    recall_facts,
    step_rows,
    wanted_by_scope,
    wanted_by_things,
)
from suyuan.wire.exports.tables import Row, Table
from suyuan.wire.exports.writing import Writer

router = APIRouter(tags=["recalls", "exports"])

# Things in memory at once; a register is asked for the names of as many.
PAGE_THINGS = 1_000
# Names in memory at once.
_MOST_NAMES = 20_000


@router.get(
    "/v1/recalls/{recall_id:uuid}/things.csv",
    response_class=Response,
    responses=answered_as(CSV),
)
async def get_things_csv(
    request: Request, recall_id: UUID, caller: Asking, service: Service
) -> Response:
    """导出召回 · What a recall reaches as CSV: a row for each thing, with its holder and place.

    Then who holds how many, how much of the recalled lots is where, what is open, every step, and
    who asked when; the first column says of what kind a row is. In Chinese, or English by
    `Accept-Language`.
    """
    return await _exported(request, recall_id, caller, service, CSV)


@router.get(
    "/v1/recalls/{recall_id:uuid}/things.xlsx",
    response_class=Response,
    responses=answered_as(XLSX),
)
async def get_things_xlsx(
    request: Request, recall_id: UUID, caller: Asking, service: Service
) -> Response:
    """导出召回 · The same as a workbook: a sheet for each kind of row, real numbers and dates."""
    return await _exported(request, recall_id, caller, service, XLSX)


async def _exported(
    request: Request, recall_id: UUID, caller: Caller, service: Recalls, form: str
) -> Response:
    service.require_official(caller)  # who may not need not wait for a slot

    async def fill(writer: Writer, language: Language) -> None:
        told = _RecallExport(writer, language.value, service, recall_id, caller)
        await told.add_things()
        await told.add_rest()

    return await export(request, form, f"recall-{recall_id}", RECALL_TABLES, fill)


class _RecallExport:
    """Writes one recall for one caller: the things in pages, then the other sheets."""

    def __init__(
        self, writer: Writer, language: str, service: Recalls, recall_id: UUID, caller: Caller
    ) -> None:
        self._writer = writer
        self._language = language
        self._service = service
        self._recall_id = recall_id
        self._caller = caller
        self._names = _Names(service, caller)
        self._count = 0

    async def add_things(self) -> None:
        """A row for each. Raises NotKnown where the caller has no such recall."""
        after = ""
        while page := await self._service.things(self._recall_id, self._caller, after, PAGE_THINGS):
            known = await self._names.of(wanted_by_things(page))
            await self._write(AFFECTED, affected_rows(page, known, self._language))
            after = page[-1].code
            self._count += len(page)

    async def add_rest(self) -> None:
        """The other sheets, as of after the last thing."""
        scope = await self._service.scope(self._recall_id, self._caller)
        quantities = scope.quantities or Quantities(whole=False)
        known = await self._names.of(wanted_by_scope(scope.holders, quantities.balances))
        language = self._language
        await self._write(HOLDING, holding_rows(scope.holders, known, language))
        await self._write(BALANCES, balance_rows(quantities.balances, known, language))
        await self._write(HOLES, hole_rows(scope.holes, language))
        await self._write(STEPS, step_rows(scope.recall.steps, language))
        about = recall_facts(
            scope.recall,
            things=self._count,
            counted=quantities.whole,
            who=self._caller.owner,
            when=datetime.now(UTC),
            language=language,
        )
        await self._write(ABOUT, about)

    async def _write(self, table: Table, rows: Iterator[Row]) -> None:
        await asyncio.to_thread(self._writer.write, table, rows)


class _Names:
    """Names for one export: each is asked for once, as long as so many are remembered."""

    def __init__(self, service: Recalls, caller: Caller) -> None:
        self._service = service
        self._caller = caller
        self._asked: set[tuple[str, str]] = set()
        self._known = Known()

    async def of(self, wanted: Wanted) -> Known:
        """What is known of these keys, and of others that were asked before."""
        if len(self._asked) > _MOST_NAMES:
            self._asked, self._known = set(), Known()
        kinds = {
            "party": self._new("party", wanted.parties),
            "place": self._new("place", wanted.places),
            "product": self._new("product", wanted.products),
        }
        for at in range(0, max(map(len, kinds.values())), PAGE_THINGS):
            parties, places, products = (keys[at : at + PAGE_THINGS] for keys in kinds.values())
            answer = await self._service.names(Wanted(parties, places, products), self._caller)
            self._known = first_of([self._known, answer])
        return self._known

    def _new(self, kind: str, keys: Iterable[str]) -> tuple[str, ...]:
        new = tuple(key for key in keys if (kind, key) not in self._asked)
        self._asked.update((kind, key) for key in new)
        return new
