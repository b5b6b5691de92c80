"""The consumer page in a real browser, at the size of a phone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from suyuan.domain.chain import Finding, SourceReport, SourceStatus
from suyuan.domain.events import Product
from suyuan.domain.lookup import Ask, Hole, HoleReason, Key
from suyuan.web.pages import (
    Language,
    PageLinks,
    PageState,
    content_security_policy,
    render_chain,
    render_problem,
)
from tests.web import chromium
from tests.web.chains import ANSWERED, NAMES, chain_event, chain_of, journey
from tests.web.chromium import Site

SILENT: dict[str, Any] = {
    "sources": (*ANSWERED[:2], SourceReport("meat", SourceStatus.TIMED_OUT, 2000)),
    "holes": (Hole("meat", Key(Ask.CONTAINER, "x"), HoleReason.TIMEOUT),),
}


def page(language: Language = "zh", *, elder: bool = False, **chain: Any) -> str:
    links = PageLinks.of(language=language, elder=elder, record="/v1/chains/x")
    return render_chain(journey(**chain), language=language, names=NAMES, links=links, elder=elder)


def recalled() -> str:
    recall = chain_event("inspection", "recall", hours=170, place="350203001")
    chain = chain_of(*journey().events, recall)
    return render_chain(chain, language="zh", names=NAMES, links=PageLinks.of())


def hostile() -> str:
    """Long words without a place to break, and every mark that could widen the page."""
    long = Product(name="W" * 10_000, origin="M" * 10_000, spec="\u202e" + "0" * 10_000)
    event = chain_event(hours=-1, place=f"urn:suyuan:x:{'A' * 400}", product=long)
    chain = chain_of(event, *journey().events)
    return render_chain(chain, language="zh", names=NAMES, links=PageLinks.of())


def incomplete() -> str:
    gap = Finding("gap", "logistics-receive-60", params={"missing": "shipment"})
    return page(findings=(gap, Finding("conflict", "retail-sale-150")), **SILENT)


PAGES = {
    "zh": page(),
    "en": page("en"),
    "elder": page(elder=True),
    "elder-en": page("en", elder=True),
    "incomplete": incomplete(),
    "recalled": recalled(),
    "hostile": hostile(),
    "unknown": render_chain(chain_of(), language="zh", names=NAMES, links=PageLinks.of()),
    "unconfirmed": render_chain(
        chain_of(**SILENT), language="en", names=NAMES, links=PageLinks.of()
    ),
    "malformed": render_problem(
        PageState.MALFORMED, code="0690123456789X", language="zh", links=PageLinks.of()
    ),
}


@pytest.mark.parametrize(
    ("ci", "outcome"), [("", pytest.skip.Exception), ("true", pytest.fail.Exception)]
)
def test_a_missing_browser_is_said_here_and_fails_where_it_must_be_there(
    monkeypatch: pytest.MonkeyPatch, ci: str, outcome: type[BaseException]
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome, match="Chromium is not installed"):
        chromium.executable()


@pytest.fixture
def site() -> Iterator[Site]:
    chromium.executable()
    with chromium.site() as served:
        yield served


def put(site: Site, name: str) -> str:
    return site.put(f"/{name}", PAGES[name], Content_Security_Policy=content_security_policy())


@pytest.mark.parametrize("name", ["zh", "incomplete", "unknown"])
def test_a_page_asks_for_nothing_but_itself_and_its_console_stays_silent(
    site: Site, name: str
) -> None:
    address = put(site, name)
    visited = chromium.visit(address, site.port)
    assert site.asked_by_pages() == [address]
    assert visited.console == ()
    assert "</footer>" in visited.dom


def test_the_browser_would_tell_of_a_third_party_and_of_a_blocked_script(site: Site) -> None:
    address = site.put(
        "/bad",
        "<!DOCTYPE html><link rel=icon href='data:,'><script>0</script>"
        "<img src='http://other.test/a.png'><img src='https://tls.test/b.png'>",
        Content_Security_Policy="default-src 'none'; img-src * data:",
    )
    visited = chromium.visit(address, site.port)
    assert set(site.asked_by_pages()) == {address, "http://other.test/a.png", "tls.test:443"}
    assert "Content Security Policy" in visited.console[0]


@pytest.mark.parametrize("name", ["zh", "elder", "unknown"])
def test_a_page_looks_like_something_on_a_phone(site: Site, name: str, tmp_path: Path) -> None:
    file = tmp_path / f"{name}.png"
    chromium.photograph(put(site, name), site.port, file)
    with Image.open(file) as picture:
        assert picture.size == (780, 1688)
        colours = picture.convert("RGB").getcolors(maxcolors=1 << 20) or []
    most, _ = max(colours)
    assert len(colours) > 50
    assert most < 0.9 * 780 * 1688


# Runs in a page that frames those under test: reads off what a reader with weak eyes and large
# fingers meets, as the browser computed it.
AUDIT = """
<!DOCTYPE html><meta charset=utf-8><link rel=icon href="data:,">
%s<pre id=result></pre>
<script>
function rgb(text) { return (text.match(/[\\d.]+/g) || []).map(Number); }
function luminance(c) {
  var l = c.slice(0, 3).map(function (v) {
    v /= 255; return v <= 0.04045 ? v / 12.92 : Math.pow((v + 0.055) / 1.055, 2.4); });
  return 0.2126 * l[0] + 0.7152 * l[1] + 0.0722 * l[2];
}
function ground(view, e) {
  for (; e; e = e.parentElement) {
    var c = rgb(view.getComputedStyle(e).backgroundColor);
    if (c.length === 3 || c[3] === 1) return c;
  }
  return [255, 255, 255];
}
function audit(view) {
  var doc = view.document, texts = [], links = [], node;
  var walker = doc.createTreeWalker(doc.body, 4);
  while ((node = walker.nextNode())) {
    if (!node.data.trim()) continue;
    var e = node.parentElement, s = view.getComputedStyle(e);
    var a = luminance(rgb(s.color)), b = luminance(ground(view, e));
    texts.push({text: node.data.trim().slice(0, 20), size: parseFloat(s.fontSize),
      line: parseFloat(s.lineHeight) / parseFloat(s.fontSize),
      contrast: (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)});
  }
  doc.querySelectorAll('a').forEach(function (a) {
    var box = a.getBoundingClientRect();
    links.push({text: a.textContent.trim(), width: box.width, height: box.height});
  });
  return {texts: texts, links: links, width: doc.documentElement.scrollWidth};
}
window.onload = function () {
  var found = {};
  document.querySelectorAll('iframe').forEach(function (f) {
    found[f.id] = audit(f.contentWindow); });
  document.getElementById('result').textContent = JSON.stringify(found);
};
</script>
"""
FRAME = '<iframe id="{0}" src="/{0}" width=390 height=844 style="border:0"></iframe>'
POOR = "<!DOCTYPE html><p style='font:10px/1 serif;color:#999'>pale</p><a href='#'>x</a>"


@pytest.fixture(scope="module")
def audited() -> dict[str, Any]:
    """What the audit reads off every page, and off one that is poor on purpose."""
    chromium.executable()
    policy = content_security_policy().replace("frame-ancestors 'none'", "frame-ancestors *")
    with chromium.site() as site:
        for name, body in PAGES.items():
            site.put(f"/{name}", body, Content_Security_Policy=policy)
        site.put("/poor", POOR)
        frames = "".join(FRAME.format(name) for name in [*PAGES, "poor"])
        visited = chromium.visit(site.put("/audit", AUDIT % frames), site.port)
    result = re.search(r'<pre id="result">(.*?)</pre>', visited.dom, re.DOTALL)
    assert result is not None
    found: dict[str, Any] = json.loads(unescape(result[1]))
    return found


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_page_is_legible_and_its_links_are_large_enough_to_touch(
    audited: dict[str, Any], name: str
) -> None:
    seen = audited[name]
    elder = name.startswith("elder")
    assert len(seen["texts"]) > 8
    assert [t for t in seen["texts"] if t["size"] < (24 if elder else 18)] == []
    assert [t for t in seen["texts"] if not t["line"] >= 1.3] == []
    assert [t for t in seen["texts"] if not t["contrast"] >= 4.5] == []
    target = 60 if elder else 44
    assert [a for a in seen["links"] if min(a["width"], a["height"]) < target] == []


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_page_never_has_to_be_moved_sideways(audited: dict[str, Any], name: str) -> None:
    assert audited[name]["width"] == 390


def test_the_audit_would_tell_of_small_pale_text(audited: dict[str, Any]) -> None:
    pale = audited["poor"]["texts"][0]
    assert pale["size"] == 10
    assert pale["line"] == 1
    assert pale["contrast"] < 3
    assert audited["poor"]["links"][0]["height"] < 44
