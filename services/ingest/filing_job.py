"""A file of filings taken in: rows to dossiers, each filed, and a department's own approved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import BinaryIO
from uuid import UUID

from services.ingest.filing_batch import file_all
from services.ingest.filing_office import FilingOffice
from services.ingest.rows_job import RowsJob
from suyuan.domain.errors import Fault, NotAllowed, Refused
from suyuan.domain.filing import Dossier, must_file_for
from suyuan.storage.engine import Database, WriteConnection
from suyuan.storage.jobs import Job
from suyuan.storage.register import Outcome
from suyuan.wire.filing_rows import FilingReader
from suyuan.wire.register_columns import FILING_COLUMNS
from suyuan.wire.sheets.columns import Column


class FilingJob(RowsJob[Dossier]):
    """One claimed job whose rows are dossiers.

    An enterprise files itself, a department anybody in its subsystem, which is the ``office``'s.
    """

    def __init__(
        self,
        database: Database,
        job: Job,
        token: UUID,
        stopping: Callable[[], bool],
        office: FilingOffice,
    ) -> None:
        super().__init__(database, job, token, stopping)
        self._office = office

    async def _take_in(self, file: BinaryIO) -> bool:
        if not self._office.keys:
            raise Refused("filing_people_not_ready")
        return await super()._take_in(file)

    @property
    def _columns(self) -> Sequence[Column]:
        return FILING_COLUMNS

    def _rows_reader(self, header: Sequence[str]) -> FilingReader:
        return FilingReader(header, self._reporter, self._office.categories())

    def _refusal(self, one: Dossier) -> Fault | None:
        try:
            must_file_for(one.party.code, self._caller, self._office.home)
        except NotAllowed as error:
            return Fault(error.code, "/id", error.params)
        return None

    async def _keep_all(
        self, connection: WriteConnection, batch: Sequence[Dossier]
    ) -> Sequence[Outcome | Fault]:
        home, keys = self._office.home, self._office.keys
        return await file_all(connection, batch, self._caller, home=home, keys=keys)
