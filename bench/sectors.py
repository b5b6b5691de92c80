"""Events of every sector, as its enterprises report them: what a profile is timed with."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from suyuan.domain.codes import Use, recognise
from suyuan.domain.events import Event
from suyuan.wire.city import read_event

REPORTER = recognise("91350100M000100Y43", use=Use.PARTY)
_SELLER = {"party": "91350200MA0000000R", "place": "350203001"}
_LOT = {"code": "(01)06901234567892(10)A213B1", "quantity": "12.5", "unit": "KGM"}
_PASSED = {"type": "release_certificate", "number": "F1", "issuer": "示例厂"}
_RESTRICTED = {"restricted": True}

# One in nine breaks a rule: the last but one names no certificate, as shops forget to.
_REPORTS: list[dict[str, Any]] = [
    {
        "sector": "food",
        "kind": "production",
        "activity": "process",
        "outputs": [_LOT],
        "product": {"name": "肉丸", "produced_on": "2026-03-01", "expires_on": "2026-05-30"},
    },
    {
        "sector": "food",
        "kind": "retail",
        "activity": "receive",
        "items": [_LOT],
        "from": _SELLER,
        "documents": [_PASSED],
        "extra": {"pushed_at": "2026-03-01T06:00:00+08:00"},
    },
    {
        "sector": "drugs",
        "kind": "wholesale",
        "activity": "sale",
        "items": [{"code": "83857930000879766660"}],
        "to": _SELLER,
        "extra": {"cold_chain_temperature": "5.1"},
    },
    {
        "sector": "liquor",
        "kind": "wholesale",
        "activity": "entry",
        "items": [{"code": "106141412345678908"}],
        "from": _SELLER,
        "documents": [{"type": "liquor_slip", "number": "350000012345"}],
    },
    {
        "sector": "produce",
        "kind": "production",
        "activity": "harvest",
        "items": [{"code": "V260301", "quantity": "40", "unit": "KGM"}],
        "product": {"name": "上海青", "origin": "福建厦门"},
    },
    {
        "sector": "inputs",
        "kind": "retail",
        "activity": "sale",
        "items": [{"code": "10929271001123456789012345678901"}],
        "extra": _RESTRICTED,
    },
    {
        "sector": "imports",
        "kind": "import",
        "activity": "declare",
        "items": [_LOT],
        "product": {"name": "红酒", "origin": "法国"},
        "documents": [{"type": "customs_declaration", "number": "370120261000012345"}],
    },
    {
        "sector": "meat",
        "kind": "wholesale",
        "activity": "entry",
        "items": [{"code": "3502121020000001", "quantity": "75", "unit": "KGM"}],
        "from": _SELLER,
    },
    {
        "sector": "meat",
        "kind": "retail",
        "activity": "sale",
        "items": [{"code": "35020310100070000178", "quantity": "1.2", "unit": "KGM"}],
        "extra": {"goods": "21113021", "price": "29.80"},
    },
]


def events() -> list[Event]:
    """One event of each kind."""
    found = []
    for index, report in enumerate(_REPORTS):
        told = {"id": f"e{index}", "time": "2026-03-01T08:00:00+08:00", "place": "350203001"}
        event, faults = read_event(
            {**told, **report}, index=index, reporter=REPORTER, now=datetime.now(UTC)
        )
        assert event is not None, faults
        found.append(event)
    return found
