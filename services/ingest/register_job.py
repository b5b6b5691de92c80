"""A file of the register taken in: rows to entries, versions into the store."""

from __future__ import annotations

from collections.abc import Sequence

from services.ingest.register import store
from services.ingest.rows_job import RowsJob
from suyuan.domain.errors import Fault, NotAllowed
from suyuan.domain.register import Entry, Kind, must_write
from suyuan.storage.engine import WriteConnection
from suyuan.storage.register import Outcome
from suyuan.wire.register_columns import REGISTER_COLUMNS
from suyuan.wire.register_rows import EntryReader
from suyuan.wire.sheets.columns import Column

KINDS = {kind.plural: kind for kind in Kind}


class RegisterJob(RowsJob[Entry]):
    """One claimed job whose rows are entries of the register.

    An enterprise registers only what is its own, a department anything in its subsystem.
    """

    @property
    def _columns(self) -> Sequence[Column]:
        return REGISTER_COLUMNS[KINDS[self._job.kind]]

    def _rows_reader(self, header: Sequence[str]) -> EntryReader:
        words = self._checking.categories() if self._checking else None
        return EntryReader(KINDS[self._job.kind], header, self._reporter, words)

    def _refusal(self, one: Entry) -> Fault | None:
        try:
            must_write(one, self._caller, self._caller.home or "")
        except NotAllowed as error:
            return Fault(error.code, "/id", error.params)
        return None

    async def _keep_all(
        self, connection: WriteConnection, batch: Sequence[Entry]
    ) -> Sequence[Outcome | Fault]:
        outcomes = await store(connection, batch, self._caller)
        return [
            Fault("register_taken", "/id", {"id": entry.code.short})
            if outcome is Outcome.TAKEN
            else outcome
            for entry, outcome in zip(batch, outcomes, strict=True)
        ]
