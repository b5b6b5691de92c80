"""The consumer page shows nothing that is not a shopper's to see."""

from __future__ import annotations

from decimal import Decimal

import pytest

from suyuan.domain.chain import Via
from suyuan.domain.codes import Code, Level, Use, recognise
from suyuan.domain.events import Document, Endpoint, Item
from suyuan.domain.policy import WITHHELD
from tests.web.chains import (
    CODE,
    chain_event,
    chain_of,
    page,
    text,
    timeline,
)


def test_nothing_outside_the_allow_list_is_ever_rendered() -> None:
    secret = chain_event(
        items=(Item(CODE, Decimal("73.125"), "KGM"),),
        source=Endpoint(Code("urn:suyuan:cn:SELLER"), Code("urn:suyuan:x:SELLERPLACE")),
        destination=Endpoint(Code("urn:suyuan:cn:BUYER"), Code("urn:suyuan:x:BUYERPLACE")),
        documents=(Document("invoice", "INV-1", "ISSUER"),),
        transformation="urn:suyuan:transformation:T1",
        extra={"price": "38.80", "driver": "李四"},
    )
    html = page(chain_of(secret))
    for word in (
        "BUYER", "SELLER", "73.125", "KGM", "INV-1", "ISSUER", "38.80", "price", "李四", "T1",
    ):  # fmt: skip
        assert word not in html
    assert "另有单据不对公众公开。" in text(html)


def test_downstream_events_and_corrections_are_not_shown() -> None:
    down = chain_event("wholesale", "sale", hours=2, via=Via.DOWN)
    html = page(chain_of(chain_event(), down))
    assert "批发销售" not in html
    assert html.count("<time") == 1


@pytest.mark.parametrize(
    "party",
    [
        recognise("张三 13900001111", owner="91350200M000100Y48", use=Use.PARTY),
        Code("urn:suyuan:cn:1.2.156.326.8.1.0.1.1.350203199001011234", "farm_oid", Level.OTHER),
        WITHHELD,
    ],
)
def test_a_party_that_may_be_a_person_stays_unnamed(party: Code) -> None:
    html = page(chain_of(chain_event(party=party)))
    assert "名称未公开的经营者" in timeline(html)
    for part in ("张三", "1390000", "350203199001011234"):
        assert part not in html
