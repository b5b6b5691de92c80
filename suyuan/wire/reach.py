"""A reach as NDJSON: one line a thing, and one at the end that says whether it is whole."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from suyuan.domain.reach import Reached

_encode = msgspec.json.Encoder().encode_into
_NATIONAL = "urn:suyuan:cn:"


def write_things(things: Iterable[Reached], *, with_last: bool = True) -> bytes:
    """``{"code", "level", "last": {"time", "state", "holder", "place", "event", "reporter"}}``.

    ``holder`` and ``place`` are where it was sent to if it is in transit, and null if not said.
    Without ``with_last`` a line is ``{"code", "level"}``.
    """
    lines = bytearray()
    for thing in things:
        _encode(_thing(thing) if with_last else _name(thing), lines, -1)
        lines += b"\n"
    return bytes(lines)


def write_end(*, things: int, by_walk: int, complete: bool, cut: list[str]) -> bytes:
    """The last line: ``{"end": {"things", "by_walk", "complete", "cut"}}``."""
    end = {"things": things, "by_walk": by_walk, "complete": complete, "cut": cut}
    return msgspec.json.encode({"end": end}) + b"\n"


def _thing(thing: Reached) -> dict[str, Any]:
    last = thing.last
    told = last and {
        "time": last.time,
        "state": last.state(is_lot=thing.is_lot).value,
        "holder": _short(last.holder),
        "place": _short(last.where),
        "event": last.id,
        "reporter": _short(last.party),
    }
    return {**_name(thing), "last": told}


def _name(thing: Reached) -> dict[str, Any]:
    return {"code": thing.code, "level": "lot" if thing.is_lot else "serial"}


def _short(key: str | None) -> str | None:
    """As people type it; a reach has the keys alone."""
    return None if key is None else key.removeprefix(_NATIONAL)
