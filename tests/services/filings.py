"""Filings, as an enterprise would file them and its department review them."""

from __future__ import annotations

from typing import Any

import httpx

from tests.city import SELLER

PERSON, PHONE = "欧阳示例", "13900001234"
LICENCE = "JY13502030000019"


def dossier(**members: Any) -> dict[str, Any]:
    """A whole dossier; ``members`` change it."""
    told = {
        "party": {
            "names": {"zh": "鹭洋肉品", "en": "Luyang Meat"},
            "categories": ["wholesale"],
            "district": "350212",
            "address": "同安区工业路 4 号",
            "licences": [{"number": LICENCE, "valid_from": "2025-01-01", "valid_to": "2029-12-31"}],
            "brands": [{"names": {"zh": "鹭洋"}, "trademark": "12345678"}],
        },
        "places": [{"id": "350212109", "names": {"zh": "一号冷库"}, "district": "350212"}],
        "products": [{"id": f"urn:suyuan:{SELLER}:PORK", "names": {"zh": "猪肉"}}],
        "people": [{"role": "legal_representative", "name": PERSON, "phone": PHONE}],
        "valid_from": "2026-01-01",
    }
    return {**told, **members}


def party(**members: Any) -> dict[str, Any]:
    """A dossier whose party has other members."""
    told: dict[str, Any] = dossier()["party"]
    return dossier(party={**told, **members})


def filed(enterprise: httpx.Client, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """A filing that must be taken."""
    answer = enterprise.post("/v1/filings", json=body or dossier())
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def stepped(client: httpx.Client, filing: dict[str, Any], name: str, **body: Any) -> dict[str, Any]:
    """A filing after a step that must be taken; it answers the last step."""
    answer = step(client, filing, name, **body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def step(client: httpx.Client, filing: dict[str, Any], name: str, **body: Any) -> httpx.Response:
    """What a step is answered."""
    return client.post(f"/v1/filings/{filing['id']}/{name}", json={"step": filing["step"], **body})


def approved(
    enterprise: httpx.Client, department: httpx.Client, body: dict[str, Any] | None = None
) -> dict[str, Any]:
    """A filing that is filed and approved."""
    return stepped(department, filed(enterprise, body), "approve")
