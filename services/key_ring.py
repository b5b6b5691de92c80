"""API keys in every database at once: a key works at the gateway and at every subsystem."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from suyuan.domain.caller import Caller
from suyuan.domain.codes import Code, Use, recognise
from suyuan.domain.codes.text import OWN_URN
from suyuan.domain.errors import NotKnown, Refused
from suyuan.storage import keys
from suyuan.storage.engine import Database
from suyuan.storage.keys import NewKey, StoredKey
from suyuan.storage.provision import in_postgres_words, service_url

# The one that `list` reads; every key is in it.
_FIRST = "gateway"
_PARTY_GLN = "https://id.gs1.org/417/"


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A key that is to be known everywhere, and whose it is."""

    key: str
    caller: Caller
    label: str = ""


def party_of(text: str) -> Code:
    """The enterprise that a key is issued to: a USCC, a party's GLN, or a private code by its URN.

    Anything is somebody's private code, so a misspelt name would be one: such a code must be
    written as ``urn:suyuan:<owner>:<code>``. Raises ``CodeError``, ``Refused``.
    """
    code = recognise(text, use=Use.PARTY)
    private = code.scheme == "private" and text.strip()[: len(OWN_URN)].lower() == OWN_URN
    if private or code.scheme == "uscc" or code.key.startswith(_PARTY_GLN):
        return code
    raise Refused("key_party_unknown", text=text)


class KeyRing:
    """The keys of one city: ``subsystems`` are the ids of those whose databases hold them too."""

    def __init__(self, server_url: str, subsystems: Iterable[str]) -> None:
        self._server_url = server_url
        self._services = (_FIRST, *subsystems)

    async def issue(self, caller: Caller, label: str) -> str:
        """A new key for ``caller``, told this once. Raises ``Refused``."""
        async with self._database(_FIRST) as database, database.writing() as connection:
            key = await keys.issue(
                connection, role=caller.role, party=caller.party, home=caller.home, label=label
            )
        await self.ensure([IssuedKey(key, caller, label)])
        return key

    async def ensure(self, issued: Sequence[IssuedKey]) -> None:
        """Make keys known in every database; one that was revoked stays revoked."""
        known = [
            NewKey(one.key, one.caller.role, one.caller.party, one.caller.home, one.label)
            for one in issued
        ]
        for service in self._services:
            async with self._database(service) as database, database.writing() as connection:
                await keys.ensure_all(connection, known)

    async def revoke(self, key: str) -> StoredKey:
        """End a key everywhere. Raises ``NotKnown`` where no database knows it, ``Ambiguous``."""
        revoked = [found for service in self._services if (found := await self._end(service, key))]
        if not revoked:
            raise NotKnown("key_unknown")
        return revoked[0]

    async def known(self) -> list[StoredKey]:
        """All keys, the revoked too."""
        async with self._database(_FIRST) as database, database.reading() as connection:
            return await keys.list_keys(connection)

    async def _end(self, service: str, key: str) -> StoredKey | None:
        async with self._database(service) as database, database.writing() as connection:
            try:
                return await keys.revoke(connection, key)
            except NotKnown:
                return None

    @asynccontextmanager
    async def _database(self, service: str) -> AsyncIterator[Database]:
        # Keys are the owner's to write: the roles of the services only read them.
        database = Database(service_url(self._server_url, service), roles=False)
        try:
            with in_postgres_words(self._server_url):
                yield database
        finally:
            await database.close()
