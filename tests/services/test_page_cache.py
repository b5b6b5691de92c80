"""Pages are kept for a moment, and never shown to the wrong reader or after the facts changed."""

from __future__ import annotations

from time import monotonic, sleep
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from services.gateway.recall_board import FederatedBoard
from suyuan.domain.errors import TooMany
from suyuan.storage.engine import Database
from suyuan.storage.provision import service_url
from suyuan.storage.scans import of_code
from suyuan.web import page_cache
from suyuan.web.page_cache import KEEP_SECONDS
from suyuan.web.quotas import Quotas
from tests.city import City
from tests.services.recalls import OTHER, SOURCE, Recall, trade, wait
from tests.services.reports import GTIN
from tests.services.test_consumer_pages import destroyed, made, report

PHONE = {
    "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
    "User-Agent": "Mozilla/5.0 (Linux; Android 14) Chrome/126 Mobile",
}
SERIAL = f"/01/{GTIN}/21/"
BANNER = "此产品已被召回"

PAGES_ARE_KEPT = True


@pytest.fixture
def traced(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The codes of the pages that were made, not taken from what is kept.

    They are kept for longer: on a machine that runs other things too, two looks take their time.
    """
    monkeypatch.setattr(page_cache, "KEEP_SECONDS", 30.0)
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


def test_a_kept_page_is_counted_and_logged_as_one_that_was_made(
    city: City, traced: list[str]
) -> None:
    report(city, made(f"(01){GTIN}(21)C8"))
    path = SERIAL + "C8"
    own = "0190f2c4-5b7e-7c3e-9d2a-3f1f0a2b4c5d"
    look(city, path)
    before = answered(city)
    with capture_logs() as lines:
        kept = look(city, path, **{"X-Request-Id": own.upper()})
        # It is written down once the reader has the answer.
        until = monotonic() + 5
        while not (own_lines := [line for line in lines if line.get("request_id") == own]):
            assert monotonic() < until
            sleep(0.005)
    assert len(traced) == 1
    assert answered(city) == before + 1
    assert kept.headers["x-request-id"] == own
    (line,) = own_lines
    assert 0 <= line.pop("ms") < 1000
    assert line == {
        "event": "request",
        "log_level": "info",
        "method": "GET",
        "route": "/{ai:ai}/{key:text}",
        "status": 200,
        "role": "consumer",
        "owner": "consumer",
        "request_id": own,
    }


def answered(city: City) -> int:
    """How many pages the gateway's metrics count."""
    told = city.client().get("/metrics").text
    series = 'suyuan_requests_total{method="GET",route="/{ai:ai}/{key:text}",status="200"}'
    return int(
        float(next(line for line in told.splitlines() if line.startswith(series)).split()[1])
    )


def test_who_asks_too_often_gets_no_kept_page_either(
    city: City, traced: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    report(city, made(f"(01){GTIN}(21)C9"))
    path = SERIAL + "C9"
    assert look(city, path).status_code == 200

    def refuse(*_: object) -> None:
        raise TooMany(retry_after=7, rate=1.0)

    monkeypatch.setattr(Quotas, "count_stranger", refuse)
    refused = look(city, path)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "7")
    assert refused.json()["code"] == "too_many_requests"
    assert len(traced) == 1


def test_a_change_shows_within_two_seconds(city: City) -> None:
    report(city, made(f"(01){GTIN}(21)C3"))
    path = SERIAL + "C3"
    assert look(city, path).status_code == 200
    report(city, destroyed(f"(01){GTIN}(21)C3"))
    began = monotonic()
    while look(city, path).status_code != 410:
        assert monotonic() - began < 2
        sleep(0.05)


def test_a_departments_recall_shows_on_a_kept_page_of_the_city_within_two_seconds(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FederatedBoard, "known_seconds", 1.0)
    trade(city)
    recall = Recall(city.client("department meat", at="meat"))
    recall.scoped()
    assert recall.step("approve", city.client("city", at="meat")).status_code == 200
    # The worst there is: the page is made last thing before what is known of recalls is asked anew.
    look(city, f"/01/{OTHER}/10/N1")
    known = monotonic()
    assert recall.step("publish", city.client("city", at="meat")).status_code == 200
    published = monotonic()
    sleep(max(0.0, known + 0.9 - monotonic()))
    while BANNER not in look(city, f"/01/{SOURCE}/10/L1").text:
        assert monotonic() - published < 2
        sleep(0.02)
    assert monotonic() - published < 2


def test_who_asks_for_recalls_often_is_told_when_nothing_has_changed(city: City) -> None:
    trade(city)
    recall = Recall(city.client("department meat", at="meat"))
    recall.publish(city.client("city", at="meat"))
    for at in ("gateway", "meat"):
        asking = city.client(at=at)
        first = _told_of_recalls(asking, recall.path)
        known = {"If-None-Match": first.headers["etag"]}
        again = asking.get("/v1/recalls/in-force", headers=known)
        assert (again.status_code, again.content) == (304, b"")
        other = asking.get("/v1/recalls/in-force", headers={"If-None-Match": '"other"'})
        assert other.content == first.content
    assert recall.step("lift", city.client("city", at="meat"), note="x").status_code == 200
    assert _told_of_recalls(asking, None).headers["etag"] != first.headers["etag"]


def _told_of_recalls(asking: httpx.Client, path: str | None) -> httpx.Response:
    """The recalls in force, once it is that of an address alone, or none."""
    wanted = [] if path is None else [path.rpartition("/")[2]]

    def look() -> httpx.Response | None:
        answer = asking.get("/v1/recalls/in-force")
        return answer if [one["id"] for one in answer.json()["recalls"]] == wanted else None

    return wait(look, 3)


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
