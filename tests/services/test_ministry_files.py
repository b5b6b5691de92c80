"""The ministry's XML as a file job: all good rows in, all bad rows listed, chains linked."""

from __future__ import annotations

from typing import Any

import httpx

from tests.city import City
from tests.services.files import ended, report, send
from tests.wire.ministry.rows import (
    BATCH,
    SLIP,
    STALL,
    TICKET,
    document,
    entry,
    scale,
    trade,
)

XML = "application/xml"


def counts(job: dict[str, Any]) -> tuple[str, int, int, int, int]:
    return (job["state"], job["rows_read"], job["accepted"], job["repeated"], job["rejected"])


def chain(client: httpx.Client, code: str) -> dict[str, Any]:
    told: dict[str, Any] = client.get(f"/v1/chains/{code}").json()
    return told


def test_good_rows_are_in_and_bad_ones_listed_and_the_slip_leads_to_the_batch(city: City) -> None:
    meat = city.client("department meat", at="meat")
    broken = scale("tran_id", TICKET).replace("</weight>", "</wieght>")
    body = document(trade(), entry("tran_id", TICKET), broken, scale("tran_id", TICKET))
    job = ended(meat, send(meat, body, XML, name="rows.xml"))
    assert counts(job) == ("done", 4, 4, 0, 1)
    (bad,) = report(meat, job)
    assert (bad["sale_tran_id"], bad["行号"], bad["出错列"]) == (SLIP, "3", "weight")
    assert "mismatched tag" in bad["原因"]
    told = chain(meat, SLIP)
    assert [e["activity"] for e in told["events"]] == ["sale", "receive", "sale", "split"]
    # All links hold; only how the batch came in is in no row.
    gaps = [f["code"] for f in told["findings"] if f["type"] == "gap"]
    assert gaps == [f"urn:suyuan:cn:{BATCH}"]
    assert {t["code"] for t in told["things"]} == {
        f"urn:suyuan:cn:{code}" for code in (BATCH, TICKET, SLIP)
    }
    assert counts(ended(meat, send(meat, body, XML)))[:4] == ("done", 4, 0, 4)


def test_the_strength_of_a_link_shows_on_the_chain(city: City) -> None:
    meat = city.client("department meat", at="meat")
    market = city.client("seller", at="meat")
    ended(market, send(market, document(entry("batch_id", BATCH)), XML))
    ended(market, send(market, document(entry("tran_id", TICKET)), XML))
    by_batch, by_ticket = chain(meat, BATCH), chain(meat, TICKET)
    assert [e["standing"] for e in by_batch["events"]] == ["asserted"]
    assert "asserted" in [f["type"] for f in by_batch["findings"]]
    assert [e["standing"] for e in by_ticket["events"]] == ["evidenced"]
    assert by_ticket["events"][0]["extra"]["linked_by"] == "ticket"


def test_a_market_sends_its_own_rows_as_itself(city: City) -> None:
    market = city.client("seller", at="meat")
    job = ended(market, send(market, document(entry("tran_id", TICKET)), XML))
    assert counts(job) == ("done", 1, 1, 0, 0)
    (received,) = chain(city.client("department meat", at="meat"), TICKET)["events"]
    assert received["to"]["party"] == STALL
