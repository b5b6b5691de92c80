"""The fingerprint covers what is shown, and whoever has the public chain computes the same."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from suyuan.domain import policy
from suyuan.domain.caller import CONSUMER
from suyuan.domain.chain import Chain, Via
from suyuan.domain.events import Document, Endpoint, Item, Product
from suyuan.domain.temperature import Temperature
from suyuan.web.pages.fingerprint import MEMBERS, fingerprint
from suyuan.web.responses import json_response
from suyuan.wire.chains import write_chain
from tests.web.chains import CODE, IMPORTER, chain_event, chain_of, journey, page

DOCS = Path(__file__).parents[2] / "docs" / "pages.md"


def public_json(chain: Chain) -> Any:
    """The chain as a consumer's ``GET /v1/chains/{code}`` gives it."""
    seen = policy.view(chain, CONSUMER)
    body = write_chain(seen, asked=CODE.key, language="zh", now=datetime.now(UTC))
    return json.loads(json_response(body).body)


def recomputed(chain: Chain) -> str:
    """What the program in the documentation prints for the public chain."""
    program = re.findall(r"```python\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)[0]
    names: dict[str, Any] = {}
    exec(program, names)
    return str(names["fingerprint"](public_json(chain)))


HOSTILE = chain_event(
    product=Product(name='"\\/\u2028\x7f\t\n é 😀'),
    documents=(Document("test_report", "号/7", url="https://a.example/?a=1&b=<2>"),),
)
MEASURED = chain_event(
    temperature=Temperature(Decimal("-18.50"), Decimal(4), None, Decimal(8)),
    documents=(Document("test_report", "7", result="passed"),),
)
UTC_EVENT = chain_event(time=datetime(2026, 3, 1, 8, 0, 0, 120_000, tzinfo=UTC))


@pytest.mark.parametrize(
    "chain",
    [
        journey(),
        chain_of(HOSTILE, UTC_EVENT),
        chain_of(chain_event(), chain_event("wholesale", "sale", hours=2, via=Via.DOWN)),
        chain_of(),
        chain_of(MEASURED),
    ],
    ids=["journey", "hostile", "downstream", "empty", "measured"],
)
def test_the_program_in_the_documentation_computes_it_from_the_public_chain(chain: Chain) -> None:
    assert fingerprint(policy.view(chain, CONSUMER)) == recomputed(chain)


def test_it_stands_in_the_page() -> None:
    assert fingerprint(journey()) in page(journey())


def test_it_is_what_its_definition_says() -> None:
    line = (
        '["retail-sale-0","2026-02-11T09:30:00+08:00","retail","sale","retail_selling",'
        f'"retail_sold","{IMPORTER.short}",null,null,[],"enterprise"]\n'
    )
    assert fingerprint(chain_of(chain_event())) == sha256(line.encode()).hexdigest()
    assert len(MEMBERS) == 11


def test_it_changes_with_every_step_and_every_member_that_is_shown() -> None:
    one = chain_event()
    changed = [
        replace(one, said_by="both"),
        chain_event(hours=1),
        chain_event(place="350203001"),
        chain_event(product=Product(name="x")),
    ]
    prints = {fingerprint(chain_of(*events)) for events in ((one,), (one, one), *zip(changed))}
    assert len(prints) == 6


def test_it_says_nothing_of_what_is_hidden() -> None:
    """Else a stranger could try prices and buyers until the hash fits."""
    plain = chain_event()
    secret = chain_event(
        items=(Item(CODE, Decimal("73.125"), "KGM"),),
        destination=Endpoint(IMPORTER),
        extra={"price": "38.80"},
    )
    assert plain.stored.content != secret.stored.content
    assert fingerprint(chain_of(plain)) == fingerprint(chain_of(secret))
