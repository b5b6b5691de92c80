"""How much of what was made downstream is of one lot: all of it at worst, and its share."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from suyuan.domain.balances import PIECES, Told
from suyuan.domain.codes import Code
from suyuan.domain.lookup import Edge, Role
from suyuan.domain.transfers import ZERO
from suyuan.domain.units import convert


@dataclass(frozen=True, slots=True)
class Affected:
    """A lot that was made of another: all of it at worst, and its share by what went in."""

    code: str
    unit: str
    worst_case: Decimal
    pro_rata: Decimal | None


def affected(told: Told, start: Code) -> list[Affected]:
    """What of each lot downstream of ``start`` is concerned, as far as quantities are told."""
    shares = pro_rata(told, start)
    made: dict[tuple[str, str], Decimal] = {}
    for edge in (e for _, edges in told for e in edges if e.role is Role.OUTPUT):
        if edge.code in shares and edge.code != start.key and edge.quantity is not None:
            key = (edge.code, edge.unit or PIECES)
            made[key] = made.get(key, ZERO) + edge.quantity
    found = []
    for (code, unit), quantity in made.items():
        share = shares[code]
        found.append(Affected(code, unit, quantity, None if share is None else share * quantity))
    return found


def pro_rata(told: Told, start: Code) -> dict[str, Decimal | None]:
    """Which share of each lot downstream is of ``start``, by the quantities that went in.

    ``told`` in order. A share is between 0 and 1, ``None`` where a transformation on the way has
    an input without a quantity, or inputs of units that do not convert.
    """
    shares: dict[str, Decimal | None] = {start.key: Decimal(1)}
    made: dict[str, Decimal] = {}
    inputs: dict[str, list[Edge]] = defaultdict(list)
    for _, edges in told:
        for edge in (e for e in edges if e.role is Role.INPUT and e.other):
            inputs[edge.other or ""].append(edge)
        outputs = [e for e in edges if e.role is Role.OUTPUT and e.other and e.code != start.key]
        nodes = dict.fromkeys(e.other or "" for e in outputs)
        gone_in = {node: _share(inputs[node], shares) for node in nodes}  # once for all outputs
        for edge in outputs:
            _mix(shares, made, edge, gone_in[edge.other or ""])
    return {code: share for code, share in shares.items() if share != 0}


def _share(inputs: list[Edge], shares: dict[str, Decimal | None]) -> Decimal | None:
    if not any(e.code in shares for e in inputs):
        return ZERO
    total, affected = ZERO, ZERO
    for edge in inputs:
        share = shares.get(edge.code, ZERO)
        quantity = edge.quantity
        if quantity is not None and inputs[0].unit != edge.unit:
            quantity = convert(quantity, edge.unit or PIECES, inputs[0].unit or PIECES)
        if share is None or quantity is None:
            return None
        total += quantity
        affected += quantity * share
    return affected / total if total else None


def _mix(
    shares: dict[str, Decimal | None], made: dict[str, Decimal], edge: Edge, share: Decimal | None
) -> None:
    """A lot that was made several times has the shares of all, by what each gave."""
    before, quantity = made.get(edge.code), edge.quantity
    if before is None:
        if share != 0 or edge.code in shares:
            shares[edge.code] = share
    else:
        known = shares.get(edge.code, ZERO)
        if known is None or share is None or quantity is None:
            shares[edge.code] = None
        else:
            shares[edge.code] = (known * before + share * quantity) / (before + quantity)
    made[edge.code] = (before or ZERO) + (quantity or ZERO)
