"""Notices by webhook: signed, tried again, never sent into a private network."""

from __future__ import annotations

import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import pytest

from suyuan.storage.engine import Database
from suyuan.storage.provision import service_url
from suyuan.web.recalls import webhooks
from suyuan.web.recalls.webhooks import WebhookSender, pause_after, signature
from tests.city import City
from tests.services.recalls import Recall, trade, wait


class Receiver:
    """An enterprise's server: ``status`` is what it answers, ``got`` what it was sent."""

    def __init__(self) -> None:
        self.status = 200
        self.got: list[tuple[str, bytes]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.got.append((self.headers["suyuan-signature"], body))
                self.send_response(receiver.status)
                self.send_header("Location", "http://127.0.0.1:1/elsewhere")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/notices"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @contextmanager
    def listening(self) -> Iterator[Receiver]:
        self._thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver().listening() as listening:
        yield listening


@pytest.fixture
def buyer(city: City) -> httpx.Client:
    return city.client("buyer", at="meat")


def published(city: City) -> Recall:
    trade(city)
    recall = Recall(city.client("department meat", at="meat"))
    recall.publish(city.client("city", at="meat"))
    return recall


def set_webhook(buyer: httpx.Client, url: str) -> str:
    answer = buyer.put("/v1/webhook", json={"url": url})
    assert answer.status_code == 200, answer.text
    secret: str = answer.json()["secret"]
    return secret


def test_a_notice_is_sent_with_a_signature_that_only_its_receiver_can_check(
    city: City, buyer: httpx.Client, receiver: Receiver
) -> None:
    secret = set_webhook(buyer, receiver.url)
    recall = published(city)
    signed, body = wait(lambda: receiver.got[0] if receiver.got else None)
    at = signed.split(",")[0].removeprefix("t=")
    right = hmac.new(bytes.fromhex(secret), f"{at}.".encode() + body, sha256).hexdigest()
    assert signed == f"t={at},v1={right}"
    told = json.loads(body)
    assert recall.path.endswith(told["recall"])
    assert told["about"]["level"] == 1
    delivered = wait(lambda: buyer.get("/v1/notices").json()["notices"][0]["delivered_at"])
    assert delivered
    assert len(receiver.got) == 1


def test_a_notice_from_before_the_webhook_was_set_is_sent_too(
    city: City, buyer: httpx.Client, receiver: Receiver
) -> None:
    published(city)
    set_webhook(buyer, receiver.url)
    wait(lambda: receiver.got or None)


def test_what_is_not_taken_is_tried_again(
    city: City, buyer: httpx.Client, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "_FIRST_PAUSE", 0.1)
    receiver.status = 503
    set_webhook(buyer, receiver.url)
    published(city)
    wait(lambda: len(receiver.got) >= 2 or None)
    assert buyer.get("/v1/notices").json()["notices"][0]["problem"] == "status 503"
    receiver.status = 204
    wait(lambda: buyer.get("/v1/notices").json()["notices"][0]["delivered_at"])


def test_a_redirect_is_not_followed(city: City, buyer: httpx.Client, receiver: Receiver) -> None:
    receiver.status = 307
    set_webhook(buyer, receiver.url)
    published(city)
    wait(lambda: buyer.get("/v1/notices").json()["notices"][0]["problem"])
    assert buyer.get("/v1/notices").json()["notices"][0]["problem"] == "status 307"


def test_a_receiver_that_is_away_costs_nobody_else_anything(
    city: City, buyer: httpx.Client, receiver: Receiver
) -> None:
    set_webhook(buyer, "http://127.0.0.1:1/closed")
    set_webhook(city.client("seller", at="meat"), receiver.url)
    published(city)
    wait(lambda: receiver.got or None)
    told = wait(lambda: buyer.get("/v1/notices").json()["notices"][0]["problem"])
    assert "ConnectError" in told


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "10.0.0.1", "169.254.169.254", "192.168.1.1"]
)
async def test_an_address_in_a_private_network_is_not_connected_to(city: City, host: str) -> None:
    database = Database(service_url(city.server_url, "meat"))
    sender = WebhookSender(database, private=False)
    due = webhooks.Due(None, "x", 1, None, 1, f"http://{host}:80/", "00" * 32)  # type: ignore[arg-type]
    assert await sender._post(due, b"{}") == "ConnectError: not a public address"
    await sender._pool.aclose()
    await database.close()


@pytest.mark.parametrize(
    "url", ["", "ftp://x.example/", "https://", "https://me:pw@x.example/", "x", "http://x:99999/"]
)
def test_what_is_no_web_address_is_refused(buyer: httpx.Client, url: str) -> None:
    assert buyer.put("/v1/webhook", json={"url": url}).status_code == 422


def test_a_webhook_can_be_seen_and_taken_away_and_its_secret_is_told_once(
    buyer: httpx.Client,
) -> None:
    secret = set_webhook(buyer, "https://erp.example/notices")
    assert len(secret) == 64
    assert buyer.get("/v1/webhook").json() == {"url": "https://erp.example/notices"}
    assert buyer.delete("/v1/webhook").status_code == 204
    assert buyer.get("/v1/webhook").json() == {"url": None}


@pytest.mark.parametrize(("who", "status"), [(None, 401), ("city", 403), ("department meat", 403)])
def test_only_an_enterprise_has_an_inbox(city: City, who: str | None, status: int) -> None:
    client = city.client(who, at="meat")
    assert client.get("/v1/notices").status_code == status
    assert client.put("/v1/webhook", json={"url": "https://x.example"}).status_code == status


def test_pauses_double_up_to_six_hours() -> None:
    assert [pause_after(n) for n in (1, 2, 3)] == [10, 20, 40]
    assert pause_after(30) == 6 * 3600


def test_a_signature_is_of_the_time_too() -> None:
    assert signature("00" * 32, b"{}", 1) != signature("00" * 32, b"{}", 2)
