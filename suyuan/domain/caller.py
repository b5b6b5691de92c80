"""Who is asking: the roles of a caller, and what each may do at all."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from suyuan.domain.codes import Code


class CallerRole(StrEnum):
    CONSUMER = "consumer"  # no key
    ENTERPRISE = "enterprise"
    DEPARTMENT = "department"
    INSPECTOR = "inspector"
    CITY = "city"


@dataclass(frozen=True, slots=True)
class Caller:
    """The one who asks.

    ``party``  of an enterprise: its code (USCC or GLN)
    ``home``   the subsystem of a department or inspector; where an enterprise's reports go
    ``owner``  a short id for logs and for "who posted this": the party's short form,
               ``department:<subsystem>``, ``inspector:<subsystem>``, ``city``, ``consumer``
    ``delivered``  the gateway brings a copy of what was reported elsewhere
    ``key``    which of the owner's keys: the beginning of its hash. Two persons of one department
               have two keys; who may do what does not depend on it
    ``sectors``  of the subsystem that is asked, by the gateway's registry; empty where nobody said
    """

    role: CallerRole
    party: Code | None = None
    home: str | None = None
    delivered: bool = False
    key: str | None = field(default=None, compare=False)
    sectors: tuple[str, ...] = field(default=(), compare=False)

    @property
    def owner(self) -> str:
        if self.party is not None:
            return self.party.short
        return f"{self.role.value}:{self.home}" if self.home else self.role.value

    @property
    def may_report(self) -> bool:
        return self.role in (CallerRole.ENTERPRISE, CallerRole.DEPARTMENT)


CONSUMER = Caller(CallerRole.CONSUMER)
