"""The tables of certificates: documents that are entered once, and steps that are appended.

A step's number is part of its key: of two who take a step at once the second finds it taken.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text

from suyuan.domain.certificates import Action, Step
from suyuan.storage.engine import ReadConnection, WriteConnection, driver_of


@dataclass(frozen=True, slots=True)
class StoredCertificate:
    """A certificate as it is stored: its document, and its steps in order."""

    id: UUID
    document: str
    steps: tuple[Step, ...]


_ENTER = text("""
    INSERT INTO certificates (id, issuer, number, subject, document)
    VALUES (:id, :issuer, :number, :subject, :document)
    ON CONFLICT (issuer, number) DO NOTHING RETURNING id
""")
_KNOWN = text("SELECT id FROM certificates WHERE issuer = :issuer AND number = :number")
_ADD_STEP = text("""
    INSERT INTO certificate_steps (certificate, number, action, at, owner, key, note)
    VALUES (:certificate, :number, :action, :at, :owner, :key, :note)
    ON CONFLICT DO NOTHING RETURNING number
""")
_COLUMNS = """
    c.id, c.document, s.number, s.action, s.at, s.owner, s.key, s.note
"""
_ONE = f"""
    SELECT {_COLUMNS} FROM certificates c JOIN certificate_steps s ON s.certificate = c.id
    WHERE c.id = $1 ORDER BY s.number
"""
_PAGE = f"""
    SELECT {_COLUMNS} FROM (
        SELECT * FROM certificates
        WHERE ($1::text[] IS NULL OR subject = ANY($1)) AND ($2::uuid IS NULL OR id > $2)
        ORDER BY id LIMIT $3
    ) AS c JOIN certificate_steps s ON s.certificate = c.id ORDER BY c.id, s.number
"""


async def enter(
    connection: WriteConnection, certificate: dict[str, Any], step: Step
) -> UUID | None:
    """Store a certificate with its first step; ``None`` if its issuer's number is there already.

    ``certificate`` has the columns of the table by name.
    """
    entered = (await connection.execute(_ENTER, certificate)).scalar_one_or_none()
    if entered is None:
        return None
    await add_step(connection, entered, step)
    found: UUID = entered
    return found


async def find_known(connection: WriteConnection, issuer: str, number: str) -> UUID:
    """The id of an issuer's certificate with a number."""
    found: UUID = (
        await connection.execute(_KNOWN, {"issuer": issuer, "number": number})
    ).scalar_one()
    return found


async def add_step(connection: WriteConnection, certificate: UUID, step: Step) -> bool:
    """Append a step; False if somebody else has taken its number."""
    told = {
        "certificate": certificate,
        "number": step.number,
        "action": step.action.value,
        "at": step.at,
        "owner": step.owner,
        "key": step.key,
        "note": step.note,
    }
    return (await connection.execute(_ADD_STEP, told)).scalar_one_or_none() is not None


async def find(
    connection: ReadConnection | WriteConnection, certificate: UUID
) -> StoredCertificate | None:
    """One certificate with its steps, ``None`` where there is none."""
    await connection.execute(text("SELECT 1"))
    driver = await driver_of(connection)
    found = _gathered(await driver.fetch(_ONE, certificate))
    return found[0] if found else None


async def find_page(
    connection: ReadConnection, *, subjects: list[str] | None, after: UUID | None, most: int
) -> list[StoredCertificate]:
    """Certificates in the order of their ids, those of some subjects or of all."""
    driver = await driver_of(connection)
    return _gathered(await driver.fetch(_PAGE, subjects, after, most))


def _gathered(rows: Iterable[Any]) -> list[StoredCertificate]:
    """Rows of ``_COLUMNS``, those of one certificate together."""
    found: dict[UUID, tuple[str, list[Step]]] = {}
    for row in rows:
        step = Step(row[2], Action(row[3]), *row[4:8])
        found.setdefault(row[0], (row[1], []))[1].append(step)
    return [
        StoredCertificate(id_, document, tuple(steps)) for id_, (document, steps) in found.items()
    ]
