"""What a recall reaches over all departments: the walk's rules over the federation.

The claims are those of who proposed it: of other departments a department learns what an inspector
would, the city everything.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime
from uuid import uuid4

from services.gateway.members import Members
from services.gateway.registry import Subsystem
from suyuan.domain.caller import Caller, CallerRole
from suyuan.domain.chain import SourceStatus
from suyuan.domain.lookup import Ask, Hole, HoleReason, Key
from suyuan.domain.reach import Reach, Reached
from suyuan.domain.recall import Recall
from suyuan.domain.recall_scope import Quantities
from suyuan.sources.asking import Silent, ask
from suyuan.sources.federation import FederatedSource
from suyuan.sources.recall_scope import WalkedScope, codes_of
from suyuan.web.recalls.scoping import Scope, count
from suyuan.wire.recalls import read_codes

# A recall is found out in the background: a slow subsystem is worth waiting for.
SECONDS = 600.0
_MADE_SECONDS = 30.0


class FederatedScoper:
    """Scopes over every expected subsystem."""

    def __init__(self, members: Members) -> None:
        self._members = members

    async def begin(self, recall: Recall) -> Scope:
        return _FederatedScope(self._members, recall)


class _FederatedScope:
    def __init__(self, members: Members, recall: Recall) -> None:
        home = recall.home
        self._caller = Caller(CallerRole.DEPARTMENT, home=home) if home else Caller(CallerRole.CITY)
        self._members = members
        self._proposal = recall.proposal
        self._codes = codes_of(recall.proposal.codes)
        reach = Reach(self._codes, recall.proposal.since, recall.proposal.until, whole=False)
        self._walked = WalkedScope(
            self._source, reach, recall.proposal.stations, self._find_made_at
        )

    def things(self) -> AsyncIterator[list[Reached]]:
        return self._walked.things()

    def holes(self) -> Iterable[Hole]:
        return self._walked.holes

    async def quantities(self) -> Quantities:
        source = self._source()
        counted = await count(source, self._proposal, self._codes)
        whole = all(r.status is SourceStatus.ANSWERED for r in source.reports())
        return counted if whole else Quantities(whole=False)

    def _source(self) -> FederatedSource:
        asked = self._members.sources(self._caller, trace_id=uuid4().hex)
        return FederatedSource(asked, deadline=SECONDS)

    async def _find_made_at(
        self, place: str, since: datetime, until: datetime | None
    ) -> Sequence[str]:
        asked = self._members.registry.ours
        answers = await asyncio.gather(
            *(self._made_by(member, place, since, until) for member in asked)
        )
        for member, made in zip(asked, answers, strict=True):
            if made is None:
                key = Key(Ask.CODE, place, since, until)
                self._walked.holes[Hole(member.id, key, HoleReason.UNAVAILABLE)] = None
        return [code for made in answers for code in made or ()]

    async def _made_by(
        self, member: Subsystem, place: str, since: datetime, until: datetime | None
    ) -> list[str] | None:
        """What one subsystem knows was made at a place, ``None`` if it is silent."""
        window = {"from": since.isoformat()} | ({"to": until.isoformat()} if until else {})
        client = self._members.client
        request = client.build_request(
            "GET",
            f"{member.query_url}/v1/made-at",
            params={"place": place, **window},
            headers=self._members.headers(self._caller, member.id),
            timeout=_MADE_SECONDS,
        )
        try:
            return await ask(client, request, read_codes, seconds=_MADE_SECONDS)
        except Silent:
            return None
