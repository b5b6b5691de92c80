"""One event by its id, from whoever holds it: every subsystem is asked what it has under the id."""

from __future__ import annotations

import asyncio

from services.gateway.members import Members
from services.gateway.registry import Subsystem
from suyuan.domain.caller import Caller
from suyuan.domain.errors import Refused, Unavailable
from suyuan.domain.versions import Version, settle
from suyuan.sources.asking import Silent
from suyuan.sources.remote_versions import ask_versions

# Seconds for all of them, however long a member's own limit is.
EVENT_SECONDS = 5.0


async def find_event(
    members: Members, event_id: str, caller: Caller
) -> tuple[Version, tuple[str, ...]]:
    """The event as the caller may see it, and the subsystems that did not answer.

    A correction holds wherever it lies. Raises as ``settle`` does; Unavailable where nobody holds
    the event and somebody is silent, who might; Refused for what is in no event's id.
    """
    if "\0" in event_id:  # every subsystem would refuse it, which looks like silence
        raise Refused("text_not_storable")

    async def ask(member: Subsystem) -> list[Version] | None:
        try:
            async with asyncio.timeout(min(member.timeout, EVENT_SECONDS)):
                headers = members.headers(caller, member.id)
                found = await ask_versions(
                    members.client, member.query_url, event_id, headers=headers
                )
        except (Silent, TimeoutError):
            return None
        members.answered(member.id)
        return found

    asked = members.registry.ours
    answers = await asyncio.gather(*(ask(member) for member in asked))
    silent = tuple(m.id for m, a in zip(asked, answers, strict=True) if a is None)
    versions = [version for answer in answers for version in answer or ()]
    if silent and not versions:
        raise Unavailable("event_holder_silent", id=event_id, subsystems=list(silent))
    return settle(versions, event_id, caller.party), silent
