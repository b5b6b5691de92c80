"""What a chain says of who had no licence: by the events' own days, at a subsystem and over all."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.city import City
from tests.services.entries import put
from tests.services.filings import LICENCE, approved, dossier, party, stepped

CODE = "(01)06901234567892(10)LICENCE"
SALES = ("2026-02-01", "2026-04-01")


def sell(seller: httpx.Client) -> None:
    """One lot, sold twice: in February and in April."""
    events = [
        {
            "id": f"sale-{day}",
            "kind": "wholesale",
            "activity": "sale",
            "time": f"{day}T08:00:00+08:00",
            "items": [{"code": CODE, "quantity": "5", "unit": "KGM"}],
        }
        for day in SALES
    ]
    seller.post("/v1/events", json=events).raise_for_status()


def found(city: City, at: str) -> list[tuple[str, str]]:
    """The findings of licences and filings, each with the day of its event."""
    chain: dict[str, Any] = city.client("city", at=at).get(f"/v1/chains/{CODE}").json()
    return sorted(
        (f["type"], f["event"].rpartition("sale-")[2])
        for f in chain["findings"]
        if f["type"].startswith(("licence", "filing"))
    )


@pytest.mark.parametrize("at", ["meat", "gateway"])
def test_a_revoked_licence_is_found_from_its_day_on(
    city: City, seller: httpx.Client, department: httpx.Client, at: str
) -> None:
    sell(seller)
    decided = approved(seller, department)
    assert found(city, at) == []
    why = {"licence": LICENCE, "note": "出借许可证", "from": "2026-03-01"}
    revoked = stepped(department, decided, "revoke-licence", **why)
    assert found(city, at) == [("licence_revoked", SALES[1])]
    # Whatever its holder says of himself.
    own = f"/v1/parties/{decided['party']}"
    put(seller, own, **dossier()["party"])
    assert found(city, at) == [("licence_revoked", SALES[1])]
    put(seller, own, names={"zh": "某人"}, type="person")
    assert found(city, at) == [("licence_revoked", SALES[1])]
    stepped(department, revoked, "reinstate-licence", licence=LICENCE, note="查错了")
    assert found(city, at) == []


@pytest.mark.parametrize("at", ["meat", "gateway"])
def test_a_revoked_filing_is_found_until_another_holds(
    city: City, seller: httpx.Client, department: httpx.Client, at: str
) -> None:
    sell(seller)
    stepped(
        department,
        approved(seller, department),
        "revoke",
        note="虚假备案",
        **{"from": "2026-02-01"},
    )
    assert found(city, at) == [("filing_revoked", day) for day in SALES]
    approved(seller, department, dossier(valid_from="2026-03-15"))
    assert found(city, at) == [("filing_revoked", SALES[0])]


@pytest.mark.parametrize("at", ["meat", "gateway"])
def test_a_licence_is_judged_by_the_register_of_the_day(
    city: City, seller: httpx.Client, department: httpx.Client, at: str
) -> None:
    sell(seller)
    until_march = {"number": LICENCE, "valid_from": "2025-01-01", "valid_to": "2026-03-01"}
    approved(seller, department, party(licences=[until_march]))
    assert found(city, at) == [("licence_expired", SALES[1])]
    # A new licence, since May: February's sale was in order then, April's was not.
    later = {"number": "JY13502030000027", "valid_from": "2026-05-01"}
    approved(seller, department, dict(party(licences=[later]), valid_from="2026-05-01"))
    assert found(city, at) == [("licence_expired", SALES[1])]
    # A licence that had been renewed in time, and was registered late.
    renewed = {"number": "JY13502030000035", "valid_from": "2026-03-02"}
    approved(seller, department, dict(party(licences=[renewed]), valid_from="2026-06-01"))
    assert found(city, at) == []
