"""Reports in the city form, as an ERP would send them."""

from __future__ import annotations

from typing import Any

GTIN = "06901234567892"
LOT = f"https://id.gs1.org/01/{GTIN}/10/L1"


def report(event_id: str | None = None, **members: Any) -> dict[str, Any]:
    """A harvest of one lot, unless the members say otherwise."""
    event: dict[str, Any] = {
        "kind": "production",
        "activity": "harvest",
        "time": "2026-03-01T08:00:00+08:00",
        "place": "350203001",
    }
    if not {"items", "inputs", "outputs", "parent"} & set(members):
        event["items"] = [{"code": f"(01){GTIN}(10)L1", "quantity": "100", "unit": "KGM"}]
    if event_id is not None:
        event["id"] = event_id
    return {**event, **members}


def item(code: str, quantity: str | None = None) -> dict[str, Any]:
    return (
        {"code": code} if quantity is None else {"code": code, "quantity": quantity, "unit": "KGM"}
    )
