"""Reports for benches: a market's day, in the city form, some 730 bytes each.

Every lot goes through five events: made of one animal, entered, sold, packed, received. A batch of
a thousand is two hundred lots, whose facts and papers are the same in all five, as ERPs send them.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import msgspec

_encode = msgspec.json.Encoder().encode

SELLER, BUYER = "91350200MA0000000R", "91350203MA00000005"
STEPS = 5

_ZONE = timezone(timedelta(hours=8))
_FIRST = datetime(2025, 1, 1, 8, tzinfo=_ZONE)
# Scattered lots lie anywhere in a year, beyond those that come in order.
_SPAN = 31_536_000
# Coprime with the span: neighbours are thrown far apart, and no two onto one place.
_STRIDE = 7_919_317

_YARD, _MARKET = {"party": SELLER, "place": "350203001"}, {"party": BUYER, "place": "350203002"}
_STEPS: tuple[dict[str, Any], ...] = (
    {"kind": "production", "activity": "slaughter"},
    {"kind": "wholesale", "activity": "entry", "from": _YARD, "to": _MARKET},
    {"kind": "wholesale", "activity": "sale", "from": _YARD, "to": _MARKET},
    {"kind": "logistics", "activity": "pack"},
    {"kind": "retail", "activity": "receive", "from": _YARD, "to": _MARKET},
)


def report(number: int, *, scattered: bool = False) -> dict[str, Any]:
    """The event of a number: its id, its lot and its time follow from it."""
    lot, step = divmod(number, STEPS)
    if scattered:
        lot = lot * _STRIDE % _SPAN + _SPAN
    code = f"(01)06901234567892(10)B{lot:09}"
    amount = {"code": code, "quantity": f"{40 + lot % 80 / 8}", "unit": "KGM"}
    return {
        "id": f"ERP-2026-{lot:09}-{step}",
        **_STEPS[step],
        "time": (_FIRST + timedelta(seconds=lot % _SPAN, minutes=step)).isoformat(),
        "place": "350203001",
        **_things(step, lot, amount),
        "product": {
            "name": "鲜猪肉 白条半片 Fresh pork, half carcass",
            "lot": f"B{lot:09}",
            "produced_on": "2025-01-01",
            "expires_on": "2025-01-31",
            "origin": "福建省漳州市龙海区",
            "spec": "半片, 45-50 kg",
        },
        "documents": [
            {
                "type": "quarantine_certificate",
                "number": f"35{lot:012}",
                "issuer": "漳州市动物卫生监督所",
                "issued_on": "2025-01-01",
                "url": f"https://certificates.example.org/quarantine/35{lot:012}",
            }
        ],
    }


def _things(step: int, lot: int, amount: dict[str, str]) -> dict[str, Any]:
    if step == 0:
        return {"inputs": [{"code": f"PIG-{lot:09}"}], "outputs": [amount]}
    if step == 3:
        return {"parent": f"BOX-{lot:09}", "children": [amount]}
    return {"items": [amount]}


class Supply:
    """Reports that were not handed out before."""

    def __init__(self) -> None:
        self._next = 0

    def texts(self, count: int, *, scattered: bool = False) -> list[bytes]:
        """The JSON text of each of the next ``count`` reports."""
        first, self._next = self._next, self._next + count
        return [_encode(report(n, scattered=scattered)) for n in range(first, first + count)]


def bodies(texts: list[bytes], size: int) -> list[bytes]:
    """JSON arrays of ``size`` reports each."""
    return [b"[" + b",".join(texts[n : n + size]) + b"]" for n in range(0, len(texts), size)]
