"""What a register of certificates holds of somebody, read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from suyuan.domain.certificates import Adopted, Kept, Status
from suyuan.storage import certificates
from suyuan.storage.certificates import StoredCertificate
from suyuan.storage.engine import ReadConnection
from suyuan.wire.certificates import read_document

# Nobody has more; a list of all is a question of its own.
MOST_FOUND = 500


def kept_of(stored: StoredCertificate) -> Kept:
    """A certificate as it is stored, read."""
    return Kept(stored.id, read_document(stored.document), stored.steps)


async def find_valid(connection: ReadConnection, subjects: Sequence[str], on: date) -> list[Kept]:
    """The certificates of some parties or systems, by their keys, that are valid on a day."""
    found = await certificates.find_page(
        connection, subjects=list(subjects), after=None, most=MOST_FOUND
    )
    return [kept for one in found if (kept := kept_of(one)).status(on) is Status.VALID]


async def find_adopted(
    connection: ReadConnection, parties: Sequence[str], on: date, source: str = ""
) -> dict[str, tuple[Adopted, ...]]:
    """Those of some parties by the parties' keys; ``source`` is whose register this is."""
    told: dict[str, tuple[Adopted, ...]] = {}
    for kept in await find_valid(connection, parties, on) if parties else ():
        key = kept.certificate.subject
        told[key] = (*told.get(key, ()), Adopted(kept.certificate, source))
    return told
