"""``GET /v1/codes/{text}``: the readings in a sector's order, and one key in every order."""

from __future__ import annotations

import pytest

from suyuan.web import chains
from tests.web.service import serving

# Twenty digits: a drug's code, or a market's ticket.
TEXT = "83857930000879766660"


@pytest.mark.parametrize(
    ("own", "asked", "first"),
    [
        (None, None, "drug_code"),
        (None, "meat", "meat_trace"),
        (None, "drugs", "drug_code"),
        ("meat", None, "meat_trace"),
        ("meat", "drugs", "drug_code"),
    ],
)
async def test_the_readings_are_in_the_order_of_the_sector(
    own: str | None, asked: str | None, first: str
) -> None:
    async with serving(chains.router, sector=own) as client:
        plain = (await client.get(f"/v1/codes/{TEXT}?sector=liquor")).json()
        answer = await client.get(f"/v1/codes/{TEXT}", params={"sector": asked} if asked else {})
    told = answer.json()
    assert told["candidates"][0]["scheme"] == first
    assert told["canonical"] == plain["canonical"]
    assert sorted(c["scheme"] for c in told["candidates"]) == sorted(
        c["scheme"] for c in plain["candidates"]
    )


async def test_a_sector_that_there_is_not_is_told_and_an_addresss_own_parameters_are_not() -> None:
    async with serving(chains.router) as client:
        refused = await client.get(f"/v1/codes/{TEXT}?sector=fish")
        assert refused.status_code == 422
        (fault,) = refused.json()["errors"]
        assert (fault["pointer"], fault["code"]) == ("/query/sector", "unknown_word")
        link = "https://id.gs1.org/01/06901234567892/10/L1?17=261231&linkType=all"
        assert (await client.get(f"/v1/codes/{link}")).status_code == 200
