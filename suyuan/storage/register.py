"""The register's table: versions are appended, and whoever was first with an id is asked about it.

A version's number is one more than the last, and part of the key: of two who add to one id at once
the second waits, finds the number taken and judges again by what it then sees. Rows go in ordered
by key, so that two files with the same ids wait for each other instead of deadlocking.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import text

from suyuan.domain.errors import Unavailable
from suyuan.storage.engine import ReadConnection, WriteConnection, driver_of

Id = tuple[int, str]  # kind, canonical key

# Each try loses to somebody who then stood in the table: a sixth would be a mistake of ours.
_TRIES = 5
# An id with more versions than these has a robot behind it; a history shows the newest ones.
MOST_VERSIONS = 1_000


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A version ready to be stored. ``content`` is 16 bytes over everything but its date.

    ``sought`` is what a search of the directory looks through, where it stands in that;
    ``decided_at`` is when a department decided on it: a decision is a version of its own, whatever
    was said alike before; ``None`` where nobody did.
    """

    kind: int
    code: str
    valid_from: date
    content: bytes
    holder: str | None
    reporter: str
    authority: bool
    document: str
    sought: str | None = None
    decided_at: datetime | None = None

    @property
    def id(self) -> Id:
        return (self.kind, self.code)


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """A version as it is stored; ``document`` is the entry's JSON."""

    kind: int
    code: str
    number: int
    recorded_at: datetime
    reporter: str
    authority: bool
    document: str


class Outcome(Enum):
    ACCEPTED = "accepted"
    REPEATED = "repeated"  # what holds on that day says the same already
    TAKEN = "taken"  # the id is somebody else's


@dataclass(frozen=True, slots=True)
class _Head:
    """What a new version is judged by."""

    number: int
    valid_from: date
    content: bytes
    holder: str | None
    recorded_at: datetime | None


_HEADS = text("""
    SELECT r.kind, r.code, r.number, r.valid_from, r.content, r.holder, r.recorded_at
    FROM unnest(CAST(:kinds AS smallint[]), CAST(:codes AS text[])) AS asked (kind, code)
    JOIN register r ON r.code = asked.code AND r.kind = asked.kind
""")

_INSERT = text("""
    INSERT INTO register (kind, code, number, valid_from, content, holder, reporter, authority,
                          document, sought, recorded_at)
    SELECT kind, code, number, valid_from, content, holder, reporter, authority, document,
           sought, coalesce(recorded_at, now())
    FROM unnest(
        CAST(:kinds AS smallint[]), CAST(:codes AS text[]), CAST(:numbers AS integer[]),
        CAST(:dates AS date[]), CAST(:contents AS uuid[]), CAST(:holders AS text[]),
        CAST(:reporters AS text[]), CAST(:authorities AS boolean[]), CAST(:documents AS text[]),
        CAST(:soughts AS text[]), CAST(:moments AS timestamptz[])
    ) AS new (kind, code, number, valid_from, content, holder, reporter, authority, document,
              sought, recorded_at)
    ON CONFLICT DO NOTHING
    RETURNING number
""")

_COLUMNS = "r.kind, r.code, r.number, r.recorded_at, r.reporter, r.authority, r.document"

_VERSIONS = text(f"""
    SELECT {_COLUMNS} FROM register r
    WHERE r.code = :code AND r.kind = :kind
    ORDER BY r.number DESC LIMIT :most
""")

# LATERAL makes each id its own probe of the key, whatever the planner believes of the table.
_IN_FORCE = f"""
    SELECT {_COLUMNS}
    FROM unnest($1::smallint[], $2::text[]) AS asked (kind, code)
    CROSS JOIN LATERAL (
        SELECT * FROM register v
        WHERE v.code = asked.code AND v.kind = asked.kind AND v.valid_from <= $3
        ORDER BY v.valid_from DESC, v.number DESC LIMIT 1) AS r
"""


# What is registered for later says nothing of the past. What departments said comes first: nobody
# pushes it out by saying more himself.
_PAST = f"""
    SELECT {_COLUMNS}
    FROM unnest($1::text[]) AS asked (code)
    CROSS JOIN LATERAL (
        SELECT * FROM register v
        WHERE v.code = asked.code AND v.kind = $2 AND v.valid_from <= $3
        ORDER BY v.authority DESC, v.number DESC LIMIT $4) AS r
"""
# So many versions of a party are looked through for its licences, the newest ones.
MOST_PAST = 50


async def append(
    connection: WriteConnection,
    versions: Sequence[NewVersion],
    *,
    may_replace: Callable[[NewVersion, str | None], bool],
) -> list[Outcome]:
    """Store what is new, and say of every version what became of it, in the order given.

    ``may_replace`` says whether a version may be added to an id whose newest is a holder's.
    """
    for _ in range(_TRIES):
        heads = await _heads(connection, {v.id for v in versions})
        outcomes, numbered = _judged(versions, heads, may_replace)
        if not numbered:
            return outcomes
        async with connection.begin_nested() as savepoint:
            if await _insert(connection, numbered):
                return outcomes
            await savepoint.rollback()
    raise Unavailable("database_unavailable")


async def find_versions(connection: ReadConnection, kind: int, code: str) -> list[StoredVersion]:
    """The versions of one id, the newest first, at most ``MOST_VERSIONS``."""
    asked = {"kind": kind, "code": code, "most": MOST_VERSIONS}
    return [_stored(row) for row in await connection.execute(_VERSIONS, asked)]


async def find_in_force(
    connection: ReadConnection, ids: Collection[Id], on: date
) -> list[StoredVersion]:
    """Of each id the version that holds on a day, in one statement; ids without one are left out.

    ``on`` is a day of the city.
    """
    driver = await driver_of(connection)
    kinds, codes = [kind for kind, _ in ids], [code for _, code in ids]
    return [_stored(row) for row in await driver.fetch(_IN_FORCE, kinds, codes, on)]


async def find_past(
    connection: ReadConnection, kind: int, codes: Sequence[str], until: date
) -> list[StoredVersion]:
    """Of each code the versions valid from a day or earlier, at most ``MOST_PAST`` of each."""
    driver = await driver_of(connection)
    rows = await driver.fetch(_PAST, list(codes), kind, until, MOST_PAST)
    return [_stored(row) for row in rows]


async def find_holder(connection: WriteConnection, kind: int, code: str) -> str | None:
    """Whose the newest version of an id is; ``None`` also where there is none.

    Asked of the primary: who has just registered something goes on with it at once.
    """
    return (await find_holders(connection, [(kind, code)])).get((kind, code))


async def find_holders(connection: WriteConnection, ids: Collection[Id]) -> dict[Id, str | None]:
    """Whose the newest versions of some ids are; an id that nobody registered is left out."""
    heads = await _heads(connection, ids)
    newest = {one: max(known, key=lambda h: h.number) for one, known in heads.items() if known}
    return {one: head.holder for one, head in newest.items()}


def _judged(
    versions: Sequence[NewVersion],
    heads: dict[Id, list[_Head]],
    may_replace: Callable[[NewVersion, str | None], bool],
) -> tuple[list[Outcome], list[tuple[int, NewVersion]]]:
    """What becomes of each version, and the numbers of those that are to be stored."""
    outcomes, numbered = [], []
    for version in versions:
        known = heads[version.id]
        newest = max(known, key=lambda h: h.number, default=None)
        if newest is not None and not may_replace(version, newest.holder):
            outcomes.append(Outcome.TAKEN)
        elif _says_the_same(version, known):
            outcomes.append(Outcome.REPEATED)
        else:
            number = newest.number + 1 if newest is not None else 1
            told = (version.valid_from, version.content, version.holder, version.decided_at)
            known.append(_Head(number, *told))
            numbered.append((number, version))
            outcomes.append(Outcome.ACCEPTED)
    return outcomes, numbered


def _says_the_same(version: NewVersion, known: Sequence[_Head]) -> bool:
    if version.decided_at is not None:
        decision = (version.decided_at, version.valid_from, version.content)
        return decision in ((h.recorded_at, h.valid_from, h.content) for h in known)
    begun = [h for h in known if h.valid_from <= version.valid_from]
    holding = max(begun, key=lambda h: (h.valid_from, h.number), default=None)
    return holding is not None and holding.content == version.content


async def _heads(connection: WriteConnection, ids: Collection[Id]) -> dict[Id, list[_Head]]:
    asked = {"kinds": [kind for kind, _ in ids], "codes": [code for _, code in ids]}
    heads: dict[Id, list[_Head]] = defaultdict(list)
    for kind, code, number, since, content, *rest in await connection.execute(_HEADS, asked):
        heads[kind, code].append(_Head(number, since, content.bytes, *rest))
    return heads


async def _insert(connection: WriteConnection, numbered: list[tuple[int, NewVersion]]) -> bool:
    """Whether all of them went in; if not, another writer was first with one of the numbers."""
    ordered = sorted(numbered, key=lambda n: (n[1].code, n[1].kind, n[0]))
    versions = [version for _, version in ordered]
    result = await connection.execute(
        _INSERT,
        {
            "kinds": [v.kind for v in versions],
            "codes": [v.code for v in versions],
            "numbers": [number for number, _ in ordered],
            "dates": [v.valid_from for v in versions],
            "contents": [UUID(bytes=v.content) for v in versions],
            "holders": [v.holder for v in versions],
            "reporters": [v.reporter for v in versions],
            "authorities": [v.authority for v in versions],
            "documents": [v.document for v in versions],
            "soughts": [v.sought for v in versions],
            "moments": [v.decided_at for v in versions],
        },
    )
    return len(result.all()) == len(ordered)


def _stored(row: Iterable[Any]) -> StoredVersion:
    """``row`` has the columns of ``_COLUMNS``."""
    return StoredVersion(*row)
