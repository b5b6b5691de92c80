"""Certificates of the producer on the consumer page: what is in force, where it covers, offline."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from suyuan.domain.certificates import Adopted, Certificate, Issuer
from suyuan.domain.codes import Use, recognise
from suyuan.domain.register import Naming, Product, product_key
from suyuan.web.pages import Label, Names
from tests.web.chains import CODE, IMPORTER, chain_event, chain_of, page, text

ISSUER = Issuer(Naming("鹭岛认证（虚构）", "Ludao Certification (fictitious)"))
ONE = Certificate(
    "TRC-2026-0001",
    ISSUER,
    date(2026, 1, 1),
    date(2035, 12, 31),
    ("GB/T 38155-2019", "GB/T 22005-2009"),
    party=IMPORTER,
    sectors=("food",),
    url="https://cert.example/TRC-2026-0001",
)
MADE = chain_of(chain_event("production", "process", sector="food"))


def names(*certificates: Certificate, source: str = "food", **more: object) -> Names:
    adopted = tuple(Adopted(one, source) for one in certificates)
    return Names(certificates={IMPORTER.key: adopted}, **more)  # type: ignore[arg-type]


def test_it_says_standards_number_issuer_end_and_who_adopted_it() -> None:
    read = text(page(MADE, names=names(ONE)))
    assert (
        "生产者的追溯认证 认证的是生产者的追溯管理，不是这批产品。"
        " GB/T 38155-2019、GB/T 22005-2009 编号 TRC-2026-0001 出具单位 鹭岛认证（虚构）"
        " 有效期至 2035-12-31 · 由食品追溯系统采信 查看原件（cert.example）"
    ) in read
    english = text(page(MADE, "en", names=names(ONE, source="city")))
    assert "this product was not" in english
    assert "Issued by Ludao Certification (fictitious)" in english
    assert "Valid to 31 Dec 2035 · adopted by The city" in english


def test_its_original_opens_on_tap_and_nothing_is_loaded() -> None:
    html = page(MADE, names=names(ONE))
    links = re.findall(r'<a href="(https[^"]+)" rel="noopener noreferrer nofollow">', html)
    assert links == ["https://cert.example/TRC-2026-0001"]
    assert re.findall(r"<(?:img|script|iframe|link)[^>]+https?:", html) == []


@pytest.mark.parametrize(
    ("sectors", "made_in", "registered", "shown"),
    [
        (("food",), "food", None, True),
        ((), "food", None, True),
        ((), None, None, True),
        (("drugs",), "food", None, False),
        (("food",), None, None, False),
        (("food",), None, "food", True),
    ],
)
def test_it_stands_where_it_covers_what_the_thing_is(
    sectors: tuple[str, ...], made_in: str | None, registered: str | None, *, shown: bool
) -> None:
    product = Product(CODE, Naming("腊肉"), date(2026, 1, 1), sector=registered)
    known = names(replace(ONE, sectors=sectors), products={product_key(CODE): product})
    read = text(page(chain_of(chain_event("production", "process", sector=made_in)), names=known))
    assert ("TRC-2026-0001" in read) is shown


def test_certificates_of_others_on_the_chain_are_not_the_producers() -> None:
    other = recognise("91350203M000100Y4K", use=Use.PARTY)
    known = Names(certificates={other.key: (Adopted(ONE, "food"),)})
    sold = chain_event("retail", "sale", hours=9, party=other)
    assert "TRC-2026-0001" not in text(page(chain_of(*MADE.events, sold), names=known))
    assert "生产者的追溯认证" not in text(page(chain_of(sold), names=known))


def test_of_many_those_that_last_longest_are_shown() -> None:
    many = [replace(ONE, number=f"N{n}", valid_to=date(2030 + n, 1, 1)) for n in range(5)]
    read = text(page(MADE, names=names(*many)))
    assert re.findall(r"编号 (N\d)", read) == ["N4", "N3", "N2"]


def test_a_hostile_certificate_breaks_nothing() -> None:
    bad = replace(
        ONE,
        number="\u202e<script>1</script>",
        issuer=Issuer(Naming("<img src=x>" * 40)),
        standards=("S" * 300, "x\u0000y"),
        url="https://evil.example/" + "a" * 400,
    )
    html = page(MADE, names=names(bad, parties={IMPORTER.key: Label("夏商", "Xiashang")}))
    assert "<script>" not in html
    assert "<img" not in html
    assert "evil.example" not in html
    assert "S" * 60 not in html
