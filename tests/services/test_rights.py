"""Every route of every service, and who gets past its door: anybody else is refused.

The doors alone: what a caller sees behind one, field by field, is tested in
``tests/domain/test_policy.py`` and with each route. A route without a line here fails.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.city import SELLER, City

OPENAPI = Path(__file__).parents[2] / "openapi"
AT = {"ingest": "food", "query": "food", "gateway": "gateway"}

CALLERS = {
    "nobody": None,
    "enterprise": "seller",
    "inspector": "inspector food",
    "other inspector": "inspector meat",
    "department": "department food",
    "other department": "department meat",
    "city": "city",
}
ANYBODY = set(CALLERS)
KEYS = ANYBODY - {"nobody"}
OFFICIALS = KEYS - {"enterprise"}
OWN_OFFICIALS = {"inspector", "department", "city"}
REPORTERS = {"enterprise", "department"}
RECALLERS = {"department", "city"}
ENTERPRISES = {"enterprise"}
REVIEWERS = {"department"}
GATEWAY_ALONE: set[str] = set()

# Of a subsystem; at the gateway the same, and there another department's officials are at home too.
DOORS: dict[str, set[str]] = {
    "GET /healthz": ANYBODY,
    "GET /readyz": ANYBODY,
    "POST /v1/events": REPORTERS,
    "GET /v1/schemas/city": ANYBODY,
    "GET /v1/events": KEYS,
    "GET /v1/events/{event_id}": ANYBODY,
    "GET /v1/files/template.csv": ANYBODY,
    "GET /v1/files/template.xlsx": ANYBODY,
    "POST /v1/files": REPORTERS,
    # A job is found by who has sent its file; to anybody else there is none.
    "GET /v1/jobs/{job_id}": ANYBODY,
    "DELETE /v1/jobs/{job_id}": ANYBODY,
    "GET /v1/jobs/{job_id}/report.csv": ANYBODY,
    "GET /v1/jobs/{job_id}/result": ANYBODY,
    "PUT /v1/parties/{entry_id}": REPORTERS,
    "PUT /v1/places/{entry_id}": REPORTERS,
    "PUT /v1/products/{entry_id}": REPORTERS,
    "GET /v1/parties/{entry_id}": ANYBODY,
    "GET /v1/places/{entry_id}": ANYBODY,
    "GET /v1/products/{entry_id}": ANYBODY,
    "POST /v1/filings": ENTERPRISES,
    "GET /v1/filings": OWN_OFFICIALS | ENTERPRISES,
    "GET /v1/filings/{filing_id}": OWN_OFFICIALS | ENTERPRISES,
    "PUT /v1/filings/{filing_id}": ENTERPRISES,
    "POST /v1/filings/{filing_id}/withdraw": ENTERPRISES,
    "POST /v1/filings/{filing_id}/approve": REVIEWERS,
    "POST /v1/filings/{filing_id}/return": REVIEWERS,
    "POST /v1/filings/{filing_id}/revoke-licence": REVIEWERS,
    "POST /v1/filings/{filing_id}/reinstate-licence": REVIEWERS,
    "POST /v1/filings/{filing_id}/revoke": REVIEWERS,
    "GET /v1/directory": ANYBODY,
    "GET /directory": ANYBODY,
    "GET /": ANYBODY,
    "GET /t": ANYBODY,
    "POST /v1/code-ranges": REPORTERS,
    "GET /v1/code-ranges": REPORTERS,
    "GET /v1/code-ranges/{range_id}": REPORTERS,
    "GET /v1/code-ranges/{range_id}/codes.csv": REPORTERS,
    "POST /v1/code-ranges/{range_id}/notices": REPORTERS,
    "POST /v1/code-ranges/{range_id}/labels": REPORTERS,
    "GET /v1/code-status/{code}": ANYBODY,
    "POST /v1/recalls": RECALLERS,
    "GET /v1/recalls": RECALLERS,
    "GET /v1/recalls/in-force": ANYBODY,
    "GET /v1/recalls/{recall_id}": RECALLERS,
    "GET /v1/recalls/{recall_id}/things": RECALLERS,
    "GET /v1/recalls/{recall_id}/things.csv": RECALLERS,
    "GET /v1/recalls/{recall_id}/things.xlsx": RECALLERS,
    "GET /v1/recalls/{recall_id}/notices": RECALLERS,
    "POST /v1/recalls/{recall_id}/rescope": RECALLERS,
    "POST /v1/recalls/{recall_id}/approve": RECALLERS,
    "POST /v1/recalls/{recall_id}/publish": RECALLERS,
    "POST /v1/recalls/{recall_id}/close": RECALLERS,
    "POST /v1/recalls/{recall_id}/lift": RECALLERS,
    "POST /v1/recalls/{recall_id}/withdraw": RECALLERS,
    "POST /v1/recalls/{recall_id}/holes/{number}/sign-off": RECALLERS,
    "GET /v1/notices": ENTERPRISES,
    "POST /v1/notices/{recall_id}/acknowledge": ENTERPRISES,
    "GET /v1/webhook": ENTERPRISES,
    "PUT /v1/webhook": ENTERPRISES,
    "DELETE /v1/webhook": ENTERPRISES,
    "GET /v1/confirmations": OWN_OFFICIALS | ENTERPRISES,
    "POST /v1/confirmations": ENTERPRISES,
    # Whether an enterprise keeps a gate is known once its body says of which sector.
    "POST /v1/admissions": KEYS,
    "POST /v1/purchasers": ENTERPRISES,
    "POST /v1/purchasers/open": REVIEWERS,
    "GET /v1/purchasers/openings": {"department", "city"},
    "POST /v1/versions": GATEWAY_ALONE,
    "POST /v1/lookups": GATEWAY_ALONE,
    "GET /v1/changes": GATEWAY_ALONE,
    "POST /v1/names": GATEWAY_ALONE,
    "GET /v1/made-at": GATEWAY_ALONE,
    "GET /v1/accesses": {"department", "city"},
    "GET /v1/certificates": ANYBODY,
    "GET /v1/certificates/{certificate_id}": ANYBODY,
    "POST /v1/certificates": RECALLERS,
    "POST /v1/certificates/{certificate_id}/suspend": RECALLERS,
    "POST /v1/certificates/{certificate_id}/resume": RECALLERS,
    "POST /v1/certificates/{certificate_id}/withdraw": RECALLERS,
    "GET /v1/coverage": OWN_OFFICIALS,
    "GET /v1/coverage.csv": OWN_OFFICIALS,
    "GET /v1/coverage.xlsx": OWN_OFFICIALS,
    "GET /v1/reach/{code}": OWN_OFFICIALS,
    "GET /v1/destinations/{code}": OWN_OFFICIALS,
    "GET /v1/lots": OWN_OFFICIALS,
    "GET /v1/chains/{code}": ANYBODY,
    "GET /v1/codes/{text}": ANYBODY,
    "GET /v1/catalogue": ANYBODY,
    "GET /v1/catalogue/{sector}": ANYBODY,
    "GET /v1/qr/{code}.svg": ANYBODY,
    "GET /v1/qr/{code}.png": ANYBODY,
    "GET /v1/exports/chains/{code}.csv": ANYBODY,
    "GET /v1/exports/chains/{code}.xlsx": ANYBODY,
    "GET /v1/traceability/{code}": ANYBODY,
    "GET /.well-known/gs1resolver": ANYBODY,
    "GET /{ai}/{key}": ANYBODY,
    "GET /t/{code}": ANYBODY,
    "GET /complaints": ANYBODY,
    "GET /complaints/new": ANYBODY,
    "POST /complaints": ANYBODY,
    "GET /complaints/{number}": ANYBODY,
    # Another department's officials get what their own subsystem knows: here nothing.
    "GET /v1/complaints": OFFICIALS,
    "POST /v1/complaints/{number}/answers": RECALLERS | {"other department"},
    "GET /v1/deliveries": KEYS,
    "GET /v1/subsystems": ANYBODY,
    "GET /v1/exchanges": OFFICIALS,
    "GET /v1/holders/{code}": OFFICIALS,
}
HOME_AT_THE_GATEWAY = {"inspector": "other inspector", "department": "other department"}

FILLED = {
    "{event_id}": "urn:uuid:00000000-0000-4000-8000-000000000000",
    "{code}": "(01)06901234567892(10)RIGHTS",
    "{text}": "06901234567892",
    "{ai}/{key}": "01/06901234567892",
    "{number}": "1",
    "{sector}": "food",
    "{job_id}": "00000000-0000-4000-8000-000000000000",
    "{filing_id}": "00000000-0000-4000-8000-000000000000",
    "{range_id}": "00000000-0000-4000-8000-000000000000",
    "{certificate_id}": "00000000-0000-4000-8000-000000000000",
    "{recall_id}": "00000000-0000-4000-8000-000000000000",
}
OWN_IDS = {"parties": SELLER, "places": f"urn:suyuan:{SELLER}:yard", "products": "06901234567892"}
# Where a door looks at what is asked for, it is asked for something that there could be.
QUERIES = {
    "/v1/filings/{filing_id}": {"step": "1"},
    "/v1/lots": {"party": SELLER, "lot": "L1"},
    "/v1/made-at": {"place": "urn:suyuan:cn:350203001", "from": "2026-01-01T00:00:00Z"},
}
NAMED = {"names": {"zh": "示例"}}
BODIES: dict[str, Any] = {f"/v1/{kind}/{{entry_id}}": NAMED for kind in OWN_IDS}


def routes() -> Iterator[tuple[str, str, str]]:
    for name in AT:
        described = json.loads((OPENAPI / f"{name}.json").read_text())
        for path, methods in described["paths"].items():
            for method in methods:
                yield name, method.upper(), path


def address(path: str) -> str:
    for kind, own in OWN_IDS.items():
        path = path.replace(f"/{kind}/{{entry_id}}", f"/{kind}/{own}")
    for name, value in FILLED.items():
        path = path.replace(name, value)
    return path


def expected(service: str, door: str) -> set[str]:
    pass_here = DOORS[door]
    if service != "gateway":
        return pass_here
    return pass_here | {HOME_AT_THE_GATEWAY[c] for c in pass_here if c in HOME_AT_THE_GATEWAY}


def test_every_door_is_named_and_no_other() -> None:
    assert {f"{method} {path}" for _, method, path in routes()} == DOORS.keys()


@pytest.mark.parametrize("service", AT)
def test_who_gets_in(city: City, service: str) -> None:
    clients = {caller: city.client(key, at=AT[service]) for caller, key in CALLERS.items()}
    found = {}
    for name, method, path in routes():
        if name == service:
            found[f"{method} {path}"] = {
                caller
                for caller, client in clients.items()
                if gets_in(client, method, path, named=caller != "nobody")
            }
    assert found == {door: expected(service, door) for door in found}


def gets_in(client: httpx.Client, method: str, path: str, *, named: bool) -> bool:
    answer = client.request(
        method,
        address(path),
        params=QUERIES.get(path),
        json=BODIES.get(path, {}) if method in ("POST", "PUT") else None,
    )
    assert answer.status_code < 500, (path, answer.text)
    assert answer.status_code != 401 or not named, (path, answer.text)
    return answer.status_code not in (401, 403)
