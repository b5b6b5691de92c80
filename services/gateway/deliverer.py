"""The worker behind the outbox: delivers copies until each is taken or refused.

A subsystem that is away is tried again, at longer and longer intervals and for as long as it takes.
What it refuses is written down with its reason and not sent again. Any number of gateway processes
may work over one database; what one of them had when it was killed, another claims.
"""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from itertools import groupby

import msgspec
import structlog

from services.gateway.member_tasks import MemberTasks
from services.gateway.members import Members
from services.gateway.registry import Subsystem
from suyuan.domain.caller import Caller, CallerRole
from suyuan.domain.codes import Use, recognise
from suyuan.domain.errors import Unavailable
from suyuan.sources.asking import Reply, Silent, send
from suyuan.sources.remote_versions import ask_versions
from suyuan.storage import deliveries
from suyuan.storage.deliveries import Delivery
from suyuan.storage.engine import Database
from suyuan.web.background import beside
from suyuan.web.logs import describe

# Seconds for one call: less than a claim lasts, so that no two processes send the same at once.
CALL_SECONDS = 30.0
# How soon a copy goes that another process wrote down; and the longest wait for who is away.
POLL_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 60.0
# A report that is pending for so long has lost its process: no call to a subsystem lasts longer.
UNSETTLED_SECONDS = 120.0
SWEEP_SECONDS = 3600.0
# Of one call. A document is a few hundred bytes as a rule, and may be a few megabytes.
MOST_COPIES = 500
MOST_BYTES = 4 * 1024 * 1024
# Whoever is asked about every lost report asks so many at a time.
MOST_UNSETTLED = 50

# Not the report's fault: it is tried again.
_LATER = frozenset({401, 408, 425, 429})

# Its own, so that whoever seeds the global one gets what they seeded.
_CHANCE = random.SystemRandom()

log = structlog.get_logger("suyuan")


class _Rejected(msgspec.Struct):
    index: int
    code: str = ""
    pointer: str = ""
    detail: str = ""


class _Answer(msgspec.Struct):
    """What a subsystem answers to reports, as far as a delivery needs it."""

    rejected: list[_Rejected]


class _Problem(msgspec.Struct):
    code: str = ""
    detail: str = ""


_answer = msgspec.json.Decoder(_Answer)
_problem = msgspec.json.Decoder(_Problem)


class Away(Exception):
    """A subsystem takes nothing at the moment; ``reason`` is a code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Deliverer:
    """Delivers to every subsystem, each at its own pace."""

    def __init__(self, database: Database, members: Members) -> None:
        self._database = database
        self._members = members
        self._news: dict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._serving = MemberTasks(members, self._serve)

    def wake(self, subsystems: frozenset[str]) -> None:
        """Look at once: copies for these have been written down."""
        for subsystem in subsystems:
            self._news[subsystem].set()

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Work while the block lasts; what is under way then is claimed again later."""
        async with self._serving.at_work(), beside(self._sweep):
            yield

    def serve_all(self) -> None:
        """Deliver to the members that the registry has now, and to no others."""
        self._serving.keep_up()

    async def _serve(self, member: Subsystem) -> None:
        """Deliver to one subsystem, and settle what it was the first to take."""
        failures = 0
        while True:
            try:
                while await self.deliver(member, pause=_pause(failures + 1)):
                    failures = 0
                await self.recover(member)
                pause = POLL_SECONDS
            except Away:
                failures += 1
                pause = _pause(failures)
            except Unavailable:  # our own database
                pause = LONGEST_PAUSE_SECONDS / 10
            except Exception as error:  # noqa: BLE001 - one that breaks off must not stay so
                log.error("delivery_broke_off", subsystem=member.id, **describe(error))
                pause = LONGEST_PAUSE_SECONDS
            await self._wait(member.id, pause, news=failures == 0)

    async def _wait(self, subsystem: str, seconds: float, *, news: bool) -> None:
        """Wait; news cut the wait short, unless they are for who is away."""
        try:
            async with asyncio.timeout(seconds):
                if news:
                    await self._news[subsystem].wait()
                else:
                    await asyncio.sleep(seconds)
        except TimeoutError:
            pass
        self._news[subsystem].clear()

    async def deliver(self, member: Subsystem, *, pause: float = 0) -> bool:
        """Deliver what is due now; whether there was any. Raises Away."""
        async with self._database.writing() as connection:
            due = await deliveries.claim(connection, member.id, MOST_COPIES)
        parts = list(_parts(due))
        for place, part in enumerate(parts):
            try:
                problems = await self._post(member, part)
            except Away as away:
                left = [copy.identity for rest in parts[place:] for copy in rest]
                await self._put_off(member.id, left, away.reason, pause)
                raise
            async with self._database.writing() as connection:
                await deliveries.settle(connection, member.id, problems)
        return bool(due)

    async def _put_off(
        self, subsystem: str, identities: Sequence[bytes], reason: str, pause: float
    ) -> None:
        problem = msgspec.json.encode({"code": reason, "pointer": "", "detail": ""}).decode()
        async with self._database.writing() as connection:
            await deliveries.put_off(
                connection, subsystem, identities, seconds=pause, problem=problem
            )

    async def _post(self, member: Subsystem, part: Sequence[Delivery]) -> dict[bytes, str | None]:
        """Each copy with what it was refused for, ``None`` for one that is stored. Raises Away."""
        reply = await self._send(member, part)
        if reply.status >= 500 or reply.status in _LATER:
            raise Away("subsystem_unavailable")
        try:
            if reply.status == 200:
                return _settled(part, _answer.decode(reply.body).rejected)
            if reply.status < 400:
                raise Away("subsystem_answers_nonsense")
            if len(part) > 1:  # one of them is why: each by itself
                found: dict[bytes, str | None] = {}
                for copy in part:
                    found |= await self._post(member, [copy])
                return found
            told = _problem.decode(reply.body)
        except (msgspec.MsgspecError, RecursionError) as error:
            raise Away("subsystem_answers_nonsense") from error
        return {part[0].identity: _written(told.code, "", told.detail)}

    async def _send(self, member: Subsystem, part: Sequence[Delivery]) -> Reply:
        request = self._members.client.build_request(
            "POST",
            f"{member.ingest_url}/v1/events",
            content=f"[{','.join(copy.document for copy in part)}]".encode(),
            headers={
                "Content-Type": "application/json",
                "Accept-Language": part[0].language,
                "GS1-Capture-Error-Behaviour": "proceed",
                **self._members.headers(_reporter(part[0], delivered=True), member.id),
            },
        )
        try:
            return await send(self._members.client, request, seconds=CALL_SECONDS)
        except Silent as silence:
            raise Away("subsystem_unavailable") from silence

    async def recover(self, member: Subsystem, *, age: float = UNSETTLED_SECONDS) -> None:
        """Ask the first subsystem about reports whose process was killed before it could say.

        What it holds was, or may have been, acknowledged: its copies go. What it does not hold was
        acknowledged to nobody. A subsystem that answers is done with what it was sent so long ago.
        """
        async with self._database.writing() as connection:
            lost = await deliveries.claim_unsettled(
                connection, member.id, age=age, most=MOST_UNSETTLED
            )
        held: list[bytes] = []
        unheld: list[bytes] = []
        for copy in lost:
            try:
                (held if await self._holds(member, copy) else unheld).append(copy.identity)
            except Silent:
                break
        if lost:
            async with self._database.writing() as connection:
                await deliveries.release(connection, held)
                await deliveries.forget(connection, unheld)

    async def _holds(self, member: Subsystem, copy: Delivery) -> bool:
        headers = self._members.headers(_reporter(copy), member.id)
        async with asyncio.timeout(CALL_SECONDS):
            found = await ask_versions(
                self._members.client, member.query_url, copy.uri, headers=headers
            )
        return any(
            version.declaration == copy.declaration
            and version.party == copy.subject
            and (copy.declaration or version.stored.content == copy.content)
            for version in found
        )

    async def _sweep(self) -> None:
        while True:
            try:
                async with self._database.writing() as connection:
                    await deliveries.sweep(connection)
            except Unavailable:
                pass  # the next one will do
            await asyncio.sleep(SWEEP_SECONDS)


def _pause(failures: int) -> float:
    """Seconds until the next try: twice as long each time, and never the same for two of us."""
    longest = min(POLL_SECONDS * 2.0**failures, LONGEST_PAUSE_SECONDS)
    return longest * _CHANCE.uniform(0.5, 1)


def _parts(due: Sequence[Delivery]) -> Iterator[list[Delivery]]:
    """Copies by their reporters, in parts of a size that a subsystem reads."""
    ordered = sorted(due, key=_on_behalf)
    for _, copies in groupby(ordered, key=_on_behalf):
        part: list[Delivery] = []
        size = 0
        for copy in copies:
            if part and size + len(copy.document) > MOST_BYTES:
                yield part
                part, size = [], 0
            part.append(copy)
            size += len(copy.document)
        yield part


def _on_behalf(copy: Delivery) -> tuple[str, ...]:
    return (copy.role, copy.party or "", copy.home or "", copy.language)


def _reporter(copy: Delivery, *, delivered: bool = False) -> Caller:
    party = recognise(copy.party, use=Use.PARTY) if copy.party is not None else None
    return Caller(CallerRole(copy.role), party, copy.home, delivered)


def _settled(part: Sequence[Delivery], rejected: Sequence[_Rejected]) -> dict[bytes, str | None]:
    problems: dict[bytes, str | None] = {copy.identity: None for copy in part}
    for fault in rejected:
        if 0 <= fault.index < len(part):
            problem = _written(fault.code, fault.pointer, fault.detail)
            problems[part[fault.index].identity] = problem
    return problems


def _written(code: str, pointer: str, detail: str) -> str:
    return msgspec.json.encode({"code": code, "pointer": pointer, "detail": detail}).decode()
