"""Breaches of a profile as JSON: as they are kept with an event, and as its reporter is told."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

import msgspec

from suyuan.domain.breaches import Breach

# An answer lists this many; the others are kept with their events all the same.
ADVICE_LIMIT = 1_000

_encoder = msgspec.json.Encoder()
_rows_decoder = msgspec.json.Decoder(list[tuple[int, Breach]])
_decoder = msgspec.json.Decoder(tuple[Breach, ...])


def write_breaches(breaches: tuple[Breach, ...]) -> str | None:
    """The text to be kept, ``None`` where there is nothing."""
    return _encoder.encode(breaches).decode() if breaches else None


def read_breaches(kept: str | None) -> tuple[Breach, ...]:
    """What ``write_breaches`` wrote."""
    return _decoder.decode(kept) if kept is not None else ()


def write_kept(rows: list[tuple[int, Breach]]) -> str:
    """What the rows of a file lack, as the text that is kept with its job."""
    return _encoder.encode(rows).decode()


def read_kept(kept: str | None) -> list[tuple[int, Breach]]:
    """What ``write_kept`` wrote."""
    return _rows_decoder.decode(kept) if kept is not None else []


def write_advice(breach: Breach, language: str, **place: int) -> dict[str, object]:
    """A breach as an answer tells it; ``place`` is the event's ``index``, or its ``row``."""
    return {
        **place,
        "pointer": breach.pointer,
        "rule": breach.rule,
        "detail": breach.zh if language == "zh" else breach.en,
        "profile": breach.profile,
    }


def write_all_advice(found: Iterable[tuple[int, Breach]], language: str) -> list[dict[str, object]]:
    """The list of an answer, of ``(index, breach)`` in order, cut at ``ADVICE_LIMIT``."""
    listed = islice(found, ADVICE_LIMIT)
    return [write_advice(breach, language, index=index) for index, breach in listed]
