"""Which codes a lot number of one party stands for, as any department knows it."""

from __future__ import annotations

import asyncio

from services.gateway.members import Members
from services.gateway.registry import Subsystem
from suyuan.domain.caller import Caller, CallerRole
from suyuan.domain.errors import Unavailable
from suyuan.sources.asking import Silent, ask
from suyuan.wire.recalls import read_codes

_SECONDS = 20.0
# Codes alone are learnt; what is known of them follows the rights of who recalls.
_ASKING = Caller(CallerRole.CITY)


class FederatedLots:
    """The lots in every subsystem's reports."""

    def __init__(self, members: Members) -> None:
        self._members = members

    async def find(self, party: str, lot: str) -> list[str]:
        """As ``OwnLots.find``. Raises Unavailable where nobody knows it and somebody is silent."""
        asked = self._members.registry.ours
        answers = await asyncio.gather(*(self._from(member, party, lot) for member in asked))
        found = sorted({code for answer in answers for code in answer or ()})
        silent = [m.id for m, answer in zip(asked, answers, strict=True) if answer is None]
        if silent and not found:
            raise Unavailable("register_holder_silent", id=lot, subsystems=silent)
        return found

    async def _from(self, member: Subsystem, party: str, lot: str) -> list[str] | None:
        """What one subsystem knows, ``None`` if it is silent."""
        client = self._members.client
        request = client.build_request(
            "GET",
            f"{member.query_url}/v1/lots",
            params={"party": party, "lot": lot},
            headers=self._members.headers(_ASKING, member.id),
            timeout=_SECONDS,
        )
        try:
            return await ask(client, request, read_codes, seconds=_SECONDS)
        except Silent:
            return None
