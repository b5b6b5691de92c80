"""Who made it, under which licence, to which standard: what registers say beside the events."""

from __future__ import annotations

from datetime import date

from suyuan.domain.codes import recognise
from suyuan.domain.events import Document
from suyuan.domain.register import Licence, Naming, Product, ProductLink, product_key
from suyuan.web.pages import Label, Names
from tests.web.chains import CODE, IMPORTER, chain_event, chain_of, journey, page, text

MADE = chain_of(chain_event("production", "process"))
FOOD = Licence("SC10744030704994", valid_to=date(2027, 1, 4))


def registered(**more: object) -> Names:
    key = product_key(CODE)
    product = Product(recognise(key), Naming("腊肉"), date(2026, 1, 1), **more)  # type: ignore[arg-type]
    return Names(products={key: product})


def test_the_producer_stands_with_his_licence_and_its_registered_end() -> None:
    names = Names(
        parties={IMPORTER.key: Label("夏商食品", "Xiashang Foods")},
        licences={IMPORTER.key: (FOOD,)},
    )
    read = text(page(MADE, names=names))
    assert "生产者 夏商食品 许可证 SC10744030704994（登记有效期至 2027-01-04）" in read
    english = text(page(MADE, "en", names=names))
    assert "Licence SC10744030704994 (registered as valid to 4 Jan 2027)" in english


def test_of_many_licences_those_that_last_longest_are_shown() -> None:
    licences = (Licence("A"), Licence("OLD", valid_to=date(2020, 1, 1)), FOOD, Licence("B"))
    read = text(page(MADE, names=Names(licences={IMPORTER.key: licences})))
    assert "许可证 A 许可证 B" in read
    assert "OLD" not in read


def test_standard_and_shelf_life_come_from_the_register() -> None:
    read = text(page(MADE, names=registered(standard="GB 2730-2015", shelf_life="12 个月")))
    assert "保质期 12 个月" in read
    assert "执行标准 GB 2730-2015" in read


def test_a_registered_producer_stands_where_nobody_reported_making_it() -> None:
    sold = chain_of(chain_event())
    assert "生产者" not in text(page(sold))
    assert f"生产者 统一社会信用代码 {IMPORTER.short}" in text(
        page(sold, names=registered(producer=IMPORTER))
    )


def test_a_registered_photo_opens_on_tap_and_never_by_itself() -> None:
    manual = ProductLink("instructions", "https://brand.example/manual")
    picture = ProductLink("relatedImage", "https://img.brand.example/beef.jpg")
    html = page(journey(), names=registered(links=(manual, picture)))
    assert "查看产品照片（img.brand.example）" in text(html)
    link = '<a href="https://img.brand.example/beef.jpg" rel="noopener noreferrer nofollow">'
    assert link in html
    assert "<img" not in html
    assert "照片" not in text(page(journey(), names=registered(links=(manual,))))
    crooked = ProductLink("relatedImage", "javascript:alert(1)")
    assert "javascript" not in page(journey(), names=registered(links=(crooked,)))


def test_a_test_report_says_its_result_or_that_none_was_stated() -> None:
    report = (Document("test_report", "XM-1"),)
    implied = chain_event("inspection", "test", documents=report)
    failed = chain_event(
        None, None, step="inspecting", disposition="non_conformant", documents=report
    )
    assert "结果 上报未载明 " in text(page(chain_of(implied)))
    linked = (Document("test_report", "XM-1", url="https://lab.example/XM-1"),)
    told = text(page(chain_of(chain_event("inspection", "test", documents=linked))))
    assert "结果 上报未载明，见原件 查看原件（lab.example）" in told
    assert "结果 不合格" in text(page(chain_of(failed)))
    passed = chain_event(documents=(Document("quarantine_certificate", "7", result="passed"),))
    assert "结果 合格" in text(page(chain_of(passed)))
    other = chain_event(documents=(Document("quarantine_certificate", "7"),))
    assert "结果" not in text(page(chain_of(other)))
