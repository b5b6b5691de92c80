"""The recalls that the gateway's pages show: its own, and those of every subsystem.

A subsystem that is silent keeps what it said last: a recall must not vanish from a shopper's page
because a department does not answer, nor because the gateway was started anew meanwhile. So what it
said is kept in the gateway's database.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

import httpx

from services.gateway.members import Members
from services.gateway.registry import Subsystem
from suyuan.domain.caller import CONSUMER
from suyuan.domain.errors import Unavailable
from suyuan.domain.recall import Recall
from suyuan.sources.asking import Silent, fetch
from suyuan.storage import member_recalls
from suyuan.storage.engine import Database
from suyuan.web.recalls.board import MOST_COVERED, RecallBoard
from suyuan.wire.recalls import read_public

# A page waits for it, once a second.
_SECONDS = 0.7
# Percent-encoded they are up to three times as long, and an address may have 8 KiB.
_MOST_IN_ADDRESS = 2_000
_MOST_BYTES = 8 * 1024 * 1024


class Told(NamedTuple):
    """An answer of a member: as it came, as it was read, and what it is known by."""

    document: bytes
    recalls: list[Recall]
    tag: str | None


class FederatedBoard(RecallBoard):
    """The recalls in force of the gateway's database and of all subsystems."""

    known_seconds = 0.5

    def __init__(self, database: Database, publishers: Mapping[str, str], members: Members) -> None:
        super().__init__(database, publishers)
        self._members = members
        self._of_member: dict[str, list[Recall]] = {}
        self._documents: dict[str, bytes] | None = None
        self._tags: dict[str, str | None] = {}

    async def _ask(self) -> list[Recall]:
        if self._documents is None:
            self._documents = await self._remembered()
        ours = self._members.registry.ours
        await asyncio.gather(*(self._ask_member(member, self._documents) for member in ours))
        own = await super()._ask()
        return [*own, *(recall for m in ours for recall in self._of_member.get(m.id, ()))]

    async def _remembered(self) -> dict[str, bytes]:
        """What every member said last, to whichever process of the gateway."""
        async with self._database.reading() as connection:
            documents = await member_recalls.find_all(connection)
        for subsystem, document in documents.items():
            with suppress(ValueError):  # kept by another version: it is said anew in a second
                self._of_member[subsystem] = _recalls_of(subsystem, document)
        return documents

    async def _ask_member(self, member: Subsystem, documents: dict[str, bytes]) -> None:
        with suppress(Silent):  # what it said last holds until it says otherwise
            breaker = self._members.breaker(member, "recalls")
            told = await breaker.guard(partial(self._news, member))
            if told is None:
                return
            self._of_member[member.id] = _recalls_of(member.id, told.document)
            self._tags[member.id] = told.tag
            if documents.get(member.id) != told.document:
                await self._keep(member.id, told.document)
                documents[member.id] = told.document

    async def _news(self, member: Subsystem, seconds: float | None) -> Told | None:
        """What a member says now, ``None`` where it is what it said before."""
        tag = self._tags.get(member.id)
        headers = {"If-None-Match": tag} if tag is not None else {}
        within = _SECONDS if seconds is None else min(seconds, _SECONDS)
        return await self._told(member, {}, headers, within)

    async def _keep(self, subsystem: str, document: bytes) -> None:
        with suppress(Unavailable):  # it is kept when it is said again, a second later
            async with self._database.writing() as connection:
                await member_recalls.keep(connection, subsystem, document)

    async def _reached(self, ids: Sequence[UUID], codes: Sequence[str]) -> set[UUID]:
        """Which of the bounded recalls reach the codes, as whoever keeps them knows."""
        keepers = [m for m in self._members.registry.ours if self._keeps(m, ids)]
        found = await asyncio.gather(
            super()._reached(ids, codes), *(self._covering(m, codes) for m in keepers)
        )
        return {recall for told in found for recall in told}

    def _keeps(self, member: Subsystem, ids: Sequence[UUID]) -> bool:
        return any(recall.id in ids for recall in self._of_member.get(member.id, ()))

    async def _covering(self, member: Subsystem, codes: Sequence[str]) -> set[UUID]:
        own = {recall.id for recall in self._of_member.get(member.id, ())}
        try:
            told = await asyncio.gather(
                *(self._told(member, {"covers": some}) for some in _short_enough(codes))
            )
        except Silent:
            # Rather a banner too many than one too few: who is silent may know that it is covered.
            return own
        return own & {recall.id for some in told if some for recall in some.recalls}

    async def _told(
        self,
        member: Subsystem,
        params: Mapping[str, list[str]],
        headers: Mapping[str, str] = MappingProxyType({}),
        seconds: float = _SECONDS,
    ) -> Told | None:
        """What a member says, as it came and as it was read; ``None`` for nothing new."""
        client = self._members.client
        request = client.build_request(
            "GET",
            f"{member.query_url}/v1/recalls/in-force",
            params=params,
            headers={**self._members.headers(CONSUMER, member.id), **headers},
            timeout=seconds,
        )
        return await fetch(client, request, _read, most=_MOST_BYTES, seconds=seconds)


def _read(headers: httpx.Headers, body: bytes) -> Told | None:
    if not body:  # 304
        return None
    return Told(body, read_public(body), headers.get("etag"))


def _recalls_of(subsystem: str, document: bytes) -> list[Recall]:
    """A department publishes in its own name, whatever it says."""
    return [recall for recall in read_public(document) if recall.home == subsystem]


def _short_enough(codes: Sequence[str]) -> Iterator[list[str]]:
    """The codes in parts that an address has room for."""
    part: list[str] = []
    for code in codes[:MOST_COVERED]:
        if part and sum(map(len, part)) + len(code) > _MOST_IN_ADDRESS:
            yield part
            part = []
        part.append(code)
    if part:
        yield part
