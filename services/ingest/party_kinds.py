"""What kinds of party the register has for a reporter: who may do what depends on it."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from suyuan.domain.codes import Code
from suyuan.domain.register import Kind, Party, today
from suyuan.storage.engine import Database
from suyuan.storage.register import find_in_force
from suyuan.wire.register_cards import read_entry

# A department that registers a party sees it held to that within this time.
REMEMBERED_SECONDS = 5.0
# Reporters that one process remembers; then it begins anew.
_MOST = 10_000

NO_KINDS: frozenset[str] = frozenset()


class PartyKinds:
    """The categories of parties in the register of one subsystem, remembered for a moment."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._known: dict[str, tuple[float, frozenset[str]]] = {}

    async def of(self, party: Code | None) -> frozenset[str]:
        """The categories of a party today; none of one that is not registered, or of nobody.

        A department (``None``) reports on the behalf of others, and knows whom it registered.
        """
        if party is None:
            return NO_KINDS
        known = self._known.get(party.key)
        if known is not None and known[0] > time.monotonic():
            return known[1]
        found = await self._read(party.key)
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[party.key] = (time.monotonic() + REMEMBERED_SECONDS, found)
        return found

    async def _read(self, key: str) -> frozenset[str]:
        async with self.database.reading() as connection:
            ids = [(int(Kind.PARTY), key)]
            stored = await find_in_force(connection, ids, today(datetime.now(UTC)))
        for one in stored:
            entry = read_entry(one.kind, one.document)
            if isinstance(entry, Party):
                return frozenset(entry.categories)
        return NO_KINDS
