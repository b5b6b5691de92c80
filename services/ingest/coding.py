"""The code service: ranges of codes given out, and what becomes of them told.

An enterprise asks for codes of its own products and under its own stems; a department for any
enterprise in its subsystem.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from suyuan.domain.caller import Caller, CallerRole
from suyuan.domain.codes import Code
from suyuan.domain.coding.ranges import CodeRange, Notice, Run, runs_of
from suyuan.domain.coding.schemes import SCHEMES, Keys
from suyuan.domain.errors import Fault, NotAllowed, NotKnown, ReportRefused
from suyuan.domain.register import Kind
from suyuan.storage import coding
from suyuan.storage.engine import Database, WriteConnection
from suyuan.storage.register import find_holder
from suyuan.wire.coding import Order, Told, not_of_range

_GTIN = "https://id.gs1.org/01/"


@dataclass(frozen=True, slots=True)
class Coding:
    """The code service of one subsystem. ``keys`` are its secrets, the newest first."""

    database: Database
    subsystem: str
    keys: Keys

    async def give(self, order: Order, caller: Caller) -> CodeRange:
        """Give out the next codes that an order asks for.

        Raises ReportRefused and Conflict as ``suyuan.storage.coding.give``, and ReportRefused for
        a GTIN that is not registered for whom the codes are.
        """
        party = _holder(order, caller)
        wanted = coding.Wanted(
            order.scheme.id,
            order.stem,
            order.count,
            party.short,
            order.lot,
            caller.owner,
            order.scheme.numbers,
        )
        async with self.database.writing() as connection:
            if order.scheme.id == "sgtin":
                await _require_product(connection, order.stem, party)
            return await coding.give(connection, wanted)

    async def find(self, range_id: str, caller: Caller) -> CodeRange:
        """The range of an id. Raises NotKnown where the caller may not see one of it."""
        try:
            async with self.database.writing() as connection:
                given = await coding.find(connection, UUID(range_id))
        except ValueError:
            given = None
        if given is None or not self._may_see(given, caller):
            raise NotKnown("range_unknown", id=range_id)
        return given

    async def given_to(self, caller: Caller, before: UUID | None, limit: int) -> list[CodeRange]:
        """The caller's ranges, of a department those of its whole subsystem, the newest first."""
        owner = caller.owner if caller.role is CallerRole.ENTERPRISE else ""
        async with self.database.writing() as connection:
            return await coding.list_ranges(connection, owner, before, limit)

    async def tell(self, given: CodeRange, told: Told, caller: Caller) -> None:
        """Note what is told of codes of a range.

        Raises ReportRefused with every code that is not of the range, Conflict for void ones.
        """
        runs = self._runs(given, told.codes) if told.codes else [told.run]
        said = coding.Told(told.state, told.reason, told.lot, caller.owner)
        async with self.database.writing() as connection:
            await coding.note(connection, given, runs, said)

    async def notices(self, given: CodeRange) -> list[Notice]:
        """What was told of a range, in order."""
        async with self.database.writing() as connection:
            return await coding.notices(connection, given, given.run)

    def ends(self, given: CodeRange) -> tuple[str, str]:
        """The first and the last code of a range."""
        scheme, last = SCHEMES[given.scheme], given.run.end - 1
        (one,) = scheme.keys_of(given.stem, given.run.first, 1, self.keys)
        (other,) = scheme.keys_of(given.stem, last, 1, self.keys)
        return one, other

    def _runs(self, given: CodeRange, codes: Sequence[str]) -> list[Run]:
        scheme = SCHEMES[given.scheme]
        found = [scheme.number_of(given.stem, key, self.keys) for key in codes]
        numbers = [n for n in found if n is not None and given.run.holds(n)]
        if len(numbers) < len(codes):
            held = set(numbers)
            raise ReportRefused(
                faults=[
                    not_of_range(index, code)
                    for index, (number, code) in enumerate(zip(found, codes, strict=True))
                    if number not in held
                ]
            )
        return runs_of(numbers)

    def _may_see(self, given: CodeRange, caller: Caller) -> bool:
        if caller.role is CallerRole.ENTERPRISE:
            return caller.owner == given.owner
        return caller.role is CallerRole.DEPARTMENT and caller.home == self.subsystem


def require_coding(caller: Caller, subsystem: str) -> None:
    """Raise for a department that is not this subsystem's; enterprises may ask anywhere."""
    if caller.role is CallerRole.DEPARTMENT and caller.home != subsystem:
        raise NotAllowed("department_elsewhere", home=caller.home, subsystem=subsystem)


def _holder(order: Order, caller: Caller) -> Code:
    """Whose codes they become. Raises ReportRefused."""
    if caller.party is None:
        if order.party is None:
            raise ReportRefused(faults=[Fault("coding_party_missing", "/party")])
        return order.party
    if order.party is not None and order.party != caller.party:
        party = {"party": order.party.short}
        raise ReportRefused(faults=[Fault("party_not_yours", "/party", party)])
    return caller.party


async def _require_product(connection: WriteConnection, gtin: str, party: Code) -> None:
    """Codes stand on a product that is registered, so that nobody sits on another's GTIN."""
    if await find_holder(connection, int(Kind.PRODUCT), _GTIN + gtin) != party.key:
        told = {"stem": gtin, "party": party.short}
        raise ReportRefused(faults=[Fault("product_not_yours", "/stem", told)])
