"""What the code service can say of any code: was it given out here, and what became of it.

A stem that codes were given out under stays known, so a forged code under it is refused by its own
check, without a question to the database.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from suyuan.domain.coding.ranges import Verdict, lot_of, state_of
from suyuan.domain.coding.schemes import SCHEMES, Keys, stems_of
from suyuan.storage import coding
from suyuan.storage.engine import Database

# Some 10 MB; a subsystem with more products looks those up again that were not asked for lately.
_STEMS_KEPT = 50_000


@dataclass(frozen=True, slots=True)
class CodeStatus:
    """What is known of a code; ``owner`` is who was given it, ``lot`` the one it is bound to."""

    verdict: Verdict
    owner: str | None = None
    lot: str | None = None
    issued_at: datetime | None = None


_FOREIGN = CodeStatus(Verdict.FOREIGN)


class IssuedCodes:
    """The codes that one subsystem gave out. ``keys`` are its secrets, if it has any."""

    def __init__(self, database: Database, keys: Keys) -> None:
        self._database = database
        self._keys = keys
        self._ours: dict[tuple[str, str], None] = {}

    async def status(self, key: str) -> CodeStatus:
        """The status of a canonical key. Codes under stems that are nobody's here are foreign."""
        if not self._keys:
            return _FOREIGN
        ours = False
        for scheme, stem in stems_of(key):
            if not await self._is_ours(scheme, stem):
                continue
            ours = True
            number = SCHEMES[scheme].number_of(stem, key, self._keys)
            if number is not None and (status := await self._found(scheme, stem, number)):
                return status
        return CodeStatus(Verdict.NOT_ISSUED) if ours else _FOREIGN

    async def _is_ours(self, scheme: str, stem: str) -> bool:
        if (scheme, stem) in self._ours:
            return True
        async with self._database.reading() as connection:
            found = await coding.has_stem(connection, scheme, stem)
        if found:
            if len(self._ours) >= _STEMS_KEPT:
                del self._ours[next(iter(self._ours))]
            self._ours[scheme, stem] = None
        return found

    async def _found(self, scheme: str, stem: str, number: int) -> CodeStatus | None:
        async with self._database.reading() as connection:
            found = await coding.holding(connection, scheme, stem, number)
        if found is None:
            return None
        given, notices = found
        return CodeStatus(
            Verdict(state_of(number, notices).value),
            given.owner,
            lot_of(number, given, notices),
            given.issued_at,
        )
