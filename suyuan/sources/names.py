"""Who can name the parties, places and products of a chain: a register of one's own, or others'.

A name is no part of a chain's truth: who does not answer costs names and leaves no hole.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Protocol

from suyuan.domain.licensing import Licensing, Revocation, licensing_of
from suyuan.domain.naming import Known, Wanted, first_of
from suyuan.domain.register import Kind, Party, Place, Product, Version, public_view, today
from suyuan.sources.asking import Silent
from suyuan.sources.certificates import find_adopted
from suyuan.sources.posting import Poster
from suyuan.storage.engine import Database, ReadConnection
from suyuan.storage.filings import find_revoked
from suyuan.storage.register import StoredVersion, find_in_force, find_past
from suyuan.wire.names import read_names_response, write_names_request
from suyuan.wire.register_cards import read_entry

NATIONAL = "urn:suyuan:cn:"
# The longest answer there can be to a full question is a third of this.
MAX_ANSWER_BYTES = 32 * 1024 * 1024


class Names(Protocol):
    """Answers what is publicly known of keys; of a key that nobody registered it says nothing."""

    async def ask(self, wanted: Wanted) -> Known: ...


class OwnNames:
    """The register in a subsystem's own database: three statements, however many codes.

    With ``certified`` a fourth finds the certificates of parties that are in force.
    """

    def __init__(self, database: Database, *, certified: bool = False) -> None:
        self._database = database
        self._certified = certified

    async def ask(self, wanted: Wanted) -> Known:
        """What holds today; persons are left out."""
        ids = [
            *((int(Kind.PARTY), key) for key in wanted.parties),
            *((int(Kind.PLACE), key) for key in wanted.places),
            *((int(Kind.PRODUCT), key) for key in wanted.products),
        ]
        if not ids:
            return Known()
        now = today(datetime.now(UTC))
        async with self._database.reading() as connection:
            found = await find_in_force(connection, ids, now)
            registered = [one.code for one in found if one.kind == Kind.PARTY]
            licensing = await find_licensing(connection, registered, now)
            sought = wanted.parties if self._certified else ()
            certificates = await find_adopted(connection, sought, now)
        parties: dict[str, Party] = {}
        places: dict[str, Place] = {}
        products: dict[str, Product] = {}
        for stored in found:
            match read_entry(stored.kind, stored.document):
                case Party() as party:
                    public = public_view(party)
                    if public is not None:
                        parties[stored.code] = public
                case Place() as place:
                    places[stored.code] = place
                case Product() as product:
                    products[stored.code] = product
        return Known(parties, places, products, _said(parties, licensing), certificates)


@dataclass(frozen=True, slots=True)
class Said:
    """What a register says of a party: its versions up to a day, and what was revoked."""

    versions: list[Version] = field(default_factory=list)
    revocations: list[Revocation] = field(default_factory=list)


async def find_said(
    connection: ReadConnection, parties: Sequence[str], on: date
) -> dict[str, Said]:
    """What a register says by a day of some parties; of one that it does not know, nothing."""
    said = {key: Said() for key in parties}
    for stored in await find_past(connection, Kind.PARTY, parties, on):
        said[stored.code].versions.append(version_of(stored))
    for one in await find_revoked(connection, parties):
        said[one.party].revocations.append(Revocation(one.licence, one.since, one.at))
    return said


async def find_licensing(
    connection: ReadConnection, parties: Sequence[str], on: date
) -> dict[str, Licensing]:
    """What a register says by a day of the licences of some parties that it knows."""
    if not parties:
        return {}
    said = await find_said(connection, parties, on)
    return {key: licensing_of(one.versions, one.revocations) for key, one in said.items()}


def _said(parties: Mapping[str, Party], licensing: Mapping[str, Licensing]) -> dict[str, Licensing]:
    """The licensing of public parties, where it says more than what their entry lists today.

    Whoever has a 统一社会信用代码 is no person: by saying so himself he hides his name, but not
    what his department has decided.
    """
    return {
        key: said
        for key, said in licensing.items()
        if (key in parties and (len(said.periods) > 1 or said.reviewed))
        or (key.startswith(NATIONAL) and (said.reviewed or said.revoked or said.lapses))
    }


def version_of(stored: StoredVersion) -> Version:
    """A version of the register as it was stored."""
    entry = read_entry(stored.kind, stored.document)
    return Version(entry, stored.number, stored.recorded_at, stored.reporter, stored.authority)


class RemoteNames:
    """Another subsystem's register, over its ``POST /v1/names``.

    Raises Silent when it gives no answer.
    """

    def __init__(
        self, poster: Poster, url: str, *, authorise: Callable[[], dict[str, str]]
    ) -> None:
        self._poster = poster
        self._url = url.rstrip("/") + "/v1/names"
        self._authorise = authorise

    async def ask(self, wanted: Wanted) -> Known:
        return await self._poster.ask(
            self._url,
            write_names_request(wanted),
            self._authorise(),
            lambda body: read_names_response(body, wanted),
            most=MAX_ANSWER_BYTES,
        )


class FederatedNames:
    """Several registers at once: of each key the first member that knows it is believed.

    ``seconds`` bounds the whole question; who has not answered by then is left out.
    """

    def __init__(self, members: Mapping[str, Names], *, seconds: float) -> None:
        """``silent`` are, once it was asked, the members that did not answer."""
        self._members = members
        self._ends = time.monotonic() + seconds
        self.silent: list[str] = []

    async def ask(self, wanted: Wanted) -> Known:
        if not wanted:
            return Known()
        answers = await asyncio.gather(*(self._try(id_, wanted) for id_ in self._members))
        return first_of(answers)

    async def _try(self, member: str, wanted: Wanted) -> Known:
        try:
            async with asyncio.timeout(max(self._ends - time.monotonic(), 0)):
                return (await self._members[member].ask(wanted)).told_by(member)
        except (TimeoutError, Silent):
            self.silent.append(member)
            return Known()
