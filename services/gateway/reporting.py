"""Reports at the gateway: sent on to the subsystem they concern, answered once that committed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from services.gateway.copies import Copies
from services.gateway.members import Members
from services.gateway.receipts import Receipt, read_receipt
from services.gateway.routing import Part, Routes, route
from suyuan.domain.caller import Caller
from suyuan.domain.errors import Fault, NotAllowed, ReportRefused, Unavailable
from suyuan.sources.asking import Silent, send, was_sent
from suyuan.web.language import Language
from suyuan.web.problems import fault_entry

# Headers of a report that mean something to the subsystem that stores it.
_PASSED_ON = ("accept-language", "gs1-capture-error-behaviour", "gs1-epcis-version")

# The longest a subsystem may take over one batch.
STORE_SECONDS = 60.0


class Relay:
    """Sends one request's reports on as the caller."""

    def __init__(
        self,
        members: Members,
        caller: Caller,
        headers: Mapping[str, str],
        query: str,
        *,
        max_events: int,
        copies: Copies | None,
    ) -> None:
        self._members = members
        self._caller = caller
        # RFC 9110, 5.5: what is beyond ASCII in a header has no agreed meaning, and is left out.
        self._headers = {k: v for k in _PASSED_ON if (v := headers.get(k)) and v.isascii()}
        self._query = query
        self._max_events = max_events
        self._copies = copies
        self.copied: frozenset[str] = frozenset()  # who else gets copies of what was taken

    async def whole(self, body: bytes, media_type: str) -> Receipt:
        """A batch of which all is stored or nothing: it must concern one subsystem.

        Raises ReportRefused (``several_subsystems``) otherwise, Unavailable if that one is down.
        """
        routes = self._route(body, media_type)
        if routes.faults:
            raise ReportRefused(faults=routes.faults)
        if len(routes.parts) > 1:
            found = sorted(routes.parts)
            raise ReportRefused(
                "several_subsystems",
                faults=[Fault("several_subsystems", "", {"subsystems": found})],
                subsystems=found,
            )
        for name, part in routes.parts.items():
            return await self._send(name, part)
        raise ReportRefused(faults=[Fault("batch_empty")])

    async def split(
        self, body: bytes, media_type: str, language: Language
    ) -> Receipt | dict[str, Any]:
        """A batch of which whatever is right is stored, each report where it belongs.

        Where all of it goes to one subsystem, that one's own answer. Raises as ``whole`` does then,
        and for a batch without any report.
        """
        routes = self._route(body, media_type)
        if routes.only is not None:
            return await self._send(routes.only, routes.parts[routes.only])
        total = sum(len(p.indexes) for p in routes.parts.values()) + len(routes.faults)
        if total == 0:
            raise ReportRefused(faults=[Fault("batch_empty")])
        answers = await asyncio.gather(*(self._try(n, p) for n, p in routes.parts.items()))
        merged: dict[str, Any] = {"accepted": 0, "repeated": 0, "ids": [None] * total}
        rejected = [fault_entry(fault, language) for fault in routes.faults]
        advice: list[dict[str, Any]] = []
        for part, answer in zip(routes.parts.values(), answers, strict=True):
            if isinstance(answer, Fault):
                rejected += [
                    fault_entry(Fault(answer.code, at, answer.params, i), language)
                    for i, at in zip(part.indexes, part.ats, strict=True)
                ]
            else:
                rejected += _merge(merged, part, answer)
                advice += [part.told(one) for one in answer.get("advice", ())]
        merged["rejected"] = sorted(rejected, key=lambda r: r["index"])
        if advice:
            merged["advice"] = sorted(advice, key=lambda one: one["index"])
        return merged

    def _route(self, body: bytes, media_type: str) -> Routes:
        if not self._caller.may_report:
            raise NotAllowed("may_not_report", role=self._caller.role.value)
        return route(
            body,
            media_type,
            self._caller,
            self._members.registry,
            max_events=self._max_events,
        )

    async def _try(self, name: str, part: Part) -> dict[str, Any] | Fault:
        try:
            receipt = await self._send(name, part)
        except Unavailable as error:
            return Fault(error.code, "", error.params)
        if not receipt.is_about(len(part.indexes)):
            return Fault("subsystem_unavailable", "", {"subsystem": name})
        if receipt.told is None:
            told = {"subsystem": name, "detail": receipt.detail}
            return Fault("subsystem_refused", "", told)
        return receipt.told

    async def _send(self, name: str, part: Part) -> Receipt:
        """The subsystem's answer; the copies for others are written down before it is asked."""
        if self._copies is None:
            return await self._post(name, part)
        proceed = self._headers.get("gs1-capture-error-behaviour") == "proceed"
        queued = await self._copies.queue(
            name, part, proceed=proceed, language=self._headers.get("accept-language", "")
        )
        try:
            answer = await self._post(name, part)
        except Unavailable as error:
            # Where it may have been taken all the same, the deliverer asks later.
            if isinstance(error.__cause__, Silent) and not was_sent(error.__cause__):
                await self._copies.drop(queued)
            raise
        copied = await self._copies.settle(queued, answer.ids)
        self.copied |= copied  # not in one step: another part may have added meanwhile
        return answer

    async def _post(self, name: str, part: Part) -> Receipt:
        member = self._members.registry.members[name]
        request = self._members.client.build_request(
            "POST",
            f"{member.ingest_url}/v1/events" + (f"?{self._query}" if self._query else ""),
            content=part.body,
            headers={
                "Content-Type": part.media_type,
                **self._headers,
                **self._members.headers(self._caller, name),
            },
        )
        try:
            reply = await send(self._members.client, request, seconds=STORE_SECONDS)
            return read_receipt(reply)
        except (Silent, ValueError) as error:
            raise Unavailable("subsystem_unavailable", subsystem=name) from error


def _merge(merged: dict[str, Any], part: Part, answer: dict[str, Any]) -> list[dict[str, Any]]:
    """Add one subsystem's answer, its indexes put back to their places in the whole batch."""
    merged["accepted"] += answer["accepted"]
    merged["repeated"] += answer["repeated"]
    for index, event_id in zip(part.indexes, answer["ids"], strict=False):
        merged["ids"][index] = event_id
    return [part.sent(fault) for fault in answer["rejected"]]
