"""One label: what its symbol carries, and what is written beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from suyuan.domain.coding.ranges import CodeRange, Run
from suyuan.domain.coding.schemes import SCHEMES, Keys

_GS1 = "https://id.gs1.org/"
_NATIONAL = "urn:suyuan:cn:"


@dataclass(frozen=True, slots=True)
class Label:
    """``address`` is what the symbol carries, ``code`` what a person types, ``key`` canonical."""

    key: str
    code: str
    address: str


def labels(public_url: str, given: CodeRange, run: Run, keys: Keys) -> Iterator[Label]:
    """The labels of a run of a range, in order; addresses as ``suyuan.web.qr`` makes them."""
    base = public_url.rstrip("/")
    scheme = SCHEMES[given.scheme]
    for key in scheme.keys_of(given.stem, run.first, run.count, keys):
        if key.startswith(_NATIONAL):
            digits = key.removeprefix(_NATIONAL)
            yield Label(key, digits, f"{base}/t/{digits}")
        else:
            path = key.removeprefix(_GS1)
            yield Label(key, _elements(path, given.lot), f"{base}/{path}")


def _elements(path: str, lot: str | None) -> str:
    """A GS1 path as an element string with brackets; the lot before the serial, as GS1 asks."""
    segments = path.split("/")
    pairs = list(zip(segments[::2], segments[1::2], strict=True))
    if lot is not None:
        pairs.insert(1, ("10", lot))
    return "".join(f"({ai}){value}" for ai, value in pairs)
