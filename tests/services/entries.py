"""Entries of the register, as an enterprise would send them."""

from __future__ import annotations

from typing import Any

import httpx

from tests.city import BUYER, SELLER

FARM = f"urn:suyuan:{SELLER}:FARM-7"


def put(client: httpx.Client, path: str, **body: Any) -> dict[str, Any]:
    """What a PUT that must be taken answers."""
    answer = client.put(path, json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


SELLER_NAMES = {"zh": "鹭洋肉品", "en": "Luyang Meat"}
BUYER_NAMES = {"zh": "闽味香肠厂", "en": "Minwei Sausages"}

__all__ = ["BUYER", "BUYER_NAMES", "FARM", "SELLER", "SELLER_NAMES", "put"]
