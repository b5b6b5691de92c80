"""Pages are kept for a moment, and never shown to the wrong reader or after the facts changed."""

from __future__ import annotations

from time import monotonic, sleep
from typing import Any

import httpx
import pytest

from suyuan.storage.engine import Database
from suyuan.storage.provision import service_url
from suyuan.storage.scans import of_code
from suyuan.web import page_cache
from suyuan.web.page_cache import KEEP_SECONDS
from tests.city import City
from tests.services.reports import GTIN
from tests.services.test_consumer_pages import destroyed, made, report

PHONE = {
    "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
    "User-Agent": "Mozilla/5.0 (Linux; Android 14) Chrome/126 Mobile",
}
SERIAL = f"/01/{GTIN}/21/"

PAGES_ARE_KEPT = True


@pytest.fixture
def traced(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The codes of the pages that were made, not taken from what is kept."""
    found: list[str] = []
    mark = page_cache.may_be_kept

    def watched(scope: Any, code: str, began: float) -> None:
        found.append(code)
        mark(scope, code, began)

    monkeypatch.setattr("suyuan.web.consumer.may_be_kept", watched)
    return found


def look(city: City, path: str, **headers: str) -> httpx.Response:
    return city.client().get(path, headers=PHONE | headers)


def test_a_page_is_made_once_for_readers_of_one_language_and_size(
    city: City, traced: list[str]
) -> None:
    report(city, made(f"(01){GTIN}(21)C1", product={"name": "腊肉"}))
    path = SERIAL + "C1"
    first = look(city, path)
    second = look(city, path)
    assert first.content == second.content
    assert len(traced) == 1
    kept = {"content-security-policy", "link", "vary", "content-language", "cache-control"}
    assert {n: first.headers[n] for n in kept} == {n: second.headers[n] for n in kept}
    assert first.headers["x-request-id"] != second.headers["x-request-id"]
    assert look(city, path, **{"Accept-Language": "en"}).headers["content-language"] == "en"
    assert 'class="calm large"' in look(city, path + "?lang=zh&size=large").text
    assert len(traced) == 3


def test_programs_keys_and_other_questions_are_not_answered_from_what_is_kept(
    city: City, traced: list[str]
) -> None:
    report(city, made(f"(01){GTIN}(21)C2"))
    path = SERIAL + "C2"
    look(city, path)
    assert look(city, path, Accept="application/json").json()["complete"]
    assert "linkset" in look(city, path, Accept="application/linkset+json, text/html;q=0.5").json()
    assert look(city, path + "?linkType=linkset").headers["content-type"] != "text/html"
    wrong = look(city, path, Authorization="Bearer wrong")
    assert wrong.status_code == 401
    assert len(traced) == 1
    city.client("city").get(path, headers=PHONE)
    assert len(traced) == 2


def test_a_change_shows_within_two_seconds(city: City) -> None:
    report(city, made(f"(01){GTIN}(21)C3"))
    path = SERIAL + "C3"
    assert look(city, path).status_code == 200
    report(city, destroyed(f"(01){GTIN}(21)C3"))
    began = monotonic()
    while look(city, path).status_code != 410:
        assert monotonic() - began < 2
        sleep(0.05)


def test_a_page_with_holes_is_never_kept(city: City, traced: list[str]) -> None:
    report(city, made(f"(01){GTIN}(21)C4"))
    city.served["imports"].stop()
    try:
        assert "记录可能不全" in look(city, SERIAL + "C4").text
        assert traced == []
    finally:
        city.served["imports"].start()


def scanned(city: City, code: str) -> tuple[int, int]:
    async def read() -> tuple[int, int]:
        database = Database(service_url(city.server_url, "gateway"), roles=False)
        try:
            async with database.reading() as connection:
                count = await of_code(connection, f"https://id.gs1.org{code}")
        finally:
            await database.close()
        return count.consumers, count.trade

    return city.run(read())


def test_scans_of_kept_pages_count_and_those_of_the_trade_apart(city: City) -> None:
    report(city, made(f"(01){GTIN}(21)C5"))
    path = SERIAL + "C5"
    assert "您是第一位扫码的消费者" in look(city, path).text
    for _ in range(3):
        look(city, path)
    look(city, path + "?scan=trade")
    city.client("buyer").get(path, headers=PHONE)
    look(city, path + "?lang=en")
    look(city, path, **{"User-Agent": "curl/8"})
    city.client().head(path, headers=PHONE)
    began = monotonic()
    while scanned(city, path) != (4, 2):
        assert monotonic() - began < 8, scanned(city, path)
        sleep(0.1)
    sleep(KEEP_SECONDS)
    read = look(city, path).text
    assert "消费者已扫 4 次" in read
    assert "经营者和监管者另扫 2 次" in read


def test_a_code_that_is_not_issued_is_not_counted(city: City) -> None:
    path = SERIAL + "C6"
    look(city, path)
    report(city, made(f"(01){GTIN}(21)C6"))
    sleep(0.1)
    assert "您是第一位扫码的消费者" in look(city, path).text
