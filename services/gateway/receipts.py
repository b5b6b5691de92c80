"""What a subsystem answers to reports: hostile input, like any answer of another system.

What is no answer of an ingest service says nothing of what became of the reports. It counts as no
answer, and the copies wait until the subsystem says what it holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from suyuan.sources.asking import Reply


class _Fault(msgspec.Struct):
    index: int
    pointer: str


class _Advice(msgspec.Struct):
    index: int


class _Taken(msgspec.Struct):
    """What a subsystem says of each report, as far as anything is made of it."""

    accepted: int
    repeated: int
    ids: list[str | None]
    rejected: list[_Fault]
    advice: list[_Advice] = []


class _Problem(msgspec.Struct):
    detail: str


_taken = msgspec.json.Decoder(_Taken)
_problem = msgspec.json.Decoder(_Problem)


@dataclass(frozen=True, slots=True)
class Receipt:
    """A subsystem's answer as it came, and what it says.

    ``told`` is what became of each report, ``None`` where the batch as a whole was refused, for
    the reason ``detail``; ``ids`` are those of the reports that it holds now.
    """

    reply: Reply
    told: dict[str, Any] | None
    detail: str = ""
    ids: Sequence[str | None] = ()

    def is_about(self, count: int) -> bool:
        """Whether what is told is of ``count`` reports, and no others."""
        told = () if self.told is None else (*self.told["rejected"], *self.told.get("advice", ()))
        return all(0 <= one["index"] < count for one in told)


def read_receipt(reply: Reply) -> Receipt:
    """What a subsystem told. Raises ValueError when that is no answer to reports."""
    try:
        if reply.status == 200:
            told, ids = _read_told(reply.body)
            return Receipt(reply, told, ids=ids)
        if reply.status < 400:
            raise ValueError("reports follow no redirect")
        try:
            told, _ = _read_told(reply.body)
        except msgspec.MsgspecError:
            return Receipt(reply, None, _problem.decode(reply.body).detail)
        return Receipt(reply, told)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(f"not an answer to reports: {error}") from error


def _read_told(body: bytes) -> tuple[dict[str, Any], Sequence[str | None]]:
    ids = _taken.decode(body).ids
    told: dict[str, Any] = msgspec.json.decode(body)
    return told, ids
