"""Certificates as a department or the city enters them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from suyuan.domain.register import today
from tests.city import SELLER

PATH = "/v1/certificates"
TODAY = today(datetime.now(UTC))


def certificate(number: str = "TRC-1", **members: Any) -> dict[str, Any]:
    """One of the seller, valid for a year around today."""
    said: dict[str, Any] = {
        "number": number,
        "issuer": {"names": {"zh": "厦门某认证公司（虚构）"}},
        "party": SELLER,
        "sectors": ["meat"],
        "standards": ["GB/T 38155-2019"],
        "valid_from": str(TODAY - timedelta(days=180)),
        "valid_to": str(TODAY + timedelta(days=180)),
        **members,
    }
    return {name: value for name, value in said.items() if value is not None}


def entered(client: httpx.Client, **members: Any) -> dict[str, Any]:
    answer = client.post(PATH, json=certificate(**members))
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"].startswith(PATH)
    found: dict[str, Any] = answer.json()
    return found
