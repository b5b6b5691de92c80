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

from suyuan.web.pages import content_security_policy
from suyuan.web.pages.environment import form_security_policy
from tests.web import chromium, devtools
from tests.web.chromium import Site
from tests.web.devtools import Tab
from tests.web.gallery import PAGES, STATES

# Pictures of every page, for people to look at; git leaves the folder alone.
PICTURES = Path(__file__).parents[2] / "build" / "pages"
SLOW = {"latency": 300, "downloadThroughput": 50_000, "uploadThroughput": 50_000}  # 400 kbit/s


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
    return site.put(f"/{name}", PAGES[name], Content_Security_Policy=policy_of(name))


def policy_of(name: str) -> str:
    has_form = name.startswith(("complaint", "directory", "home"))
    return form_security_policy() if has_form else content_security_policy()


@pytest.mark.parametrize("name", ["issued", "incomplete", "unissued"])
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


@pytest.fixture(scope="module")
def phone() -> Iterator[tuple[Site, Tab]]:
    """A browser that stays open, and its site with every page."""
    chromium.executable()
    with chromium.site() as served, devtools.tab(served.port) as tab:
        for name in PAGES:
            put(served, name)
        yield served, tab


@pytest.mark.parametrize("name", PAGES)
def test_axe_has_nothing_against_a_page(phone: tuple[Site, Tab], name: str) -> None:
    _, tab = phone
    tab.open(f"http://{chromium.HOST}/{name}")
    assert tab.violations() == []
    assert tab.console() == []


def test_axe_would_tell_of_pale_text_without_a_language(phone: tuple[Site, Tab]) -> None:
    site, tab = phone
    tab.open(site.put("/poor", POOR))
    assert {"color-contrast", "html-has-lang"} <= {v.partition(":")[0] for v in tab.violations()}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_looks_like_something_on_a_phone(phone: tuple[Site, Tab], name: str) -> None:
    _, tab = phone
    tab.open(f"http://{chromium.HOST}/{name}")
    PICTURES.mkdir(parents=True, exist_ok=True)
    tab.photograph(PICTURES / f"{name}.png")
    with Image.open(PICTURES / f"{name}.png") as picture:
        assert picture.width == 780
        assert picture.height >= 1688 / 2
        small = picture.convert("RGB").reduce(4)
    colours = small.getcolors(maxcolors=1 << 20) or []
    most, _ = max(colours)
    assert len(colours) > 50
    assert most < 0.9 * small.width * small.height


@pytest.mark.parametrize("name", ["issued", "issued-en", "recalled-large", "unissued"])
def test_first_content_comes_within_a_second_on_a_slow_line(
    phone: tuple[Site, Tab], name: str
) -> None:
    _, tab = phone
    tab.call("Network.emulateNetworkConditions", offline=False, **SLOW)
    try:
        tab.open(f"http://{chromium.HOST}/{name}")
        painted = tab.evaluate(FIRST_CONTENT)
    finally:
        fast = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
        tab.call("Network.emulateNetworkConditions", offline=False, **fast)
    assert 300 < painted <= 1000


FIRST_CONTENT = """
new Promise(function (found) {
  new PerformanceObserver(function (list) {
    list.getEntriesByName('first-contentful-paint').forEach(function (e) { found(e.startTime); });
  }).observe({type: 'paint', buffered: true});
})
"""


def test_a_page_is_whole_with_scripts_off(phone: tuple[Site, Tab]) -> None:
    _, tab = phone
    tab.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        tab.open(f"http://{chromium.HOST}/issued")
        seen = tab.call("Page.captureSnapshot")["data"]
    finally:
        tab.call("Emulation.setScriptExecutionDisabled", value=False)
    assert "</footer>" in seen


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
    if (e.tagName === 'OPTION') continue;  // drawn by the browser, as the whole phone's are
    var a = luminance(rgb(s.color)), b = luminance(ground(view, e));
    texts.push({text: node.data.trim().slice(0, 20), size: parseFloat(s.fontSize),
      line: parseFloat(s.lineHeight) / parseFloat(s.fontSize),
      contrast: (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)});
  }
  doc.querySelectorAll('a,button,select,textarea,input:not([type=hidden])').forEach(function (a) {
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
    with chromium.site() as site:
        for name, body in PAGES.items():
            policy = policy_of(name).replace("frame-ancestors 'none'", "frame-ancestors *")
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
    elder = name.endswith("large")
    assert len(seen["texts"]) > 8
    assert [t for t in seen["texts"] if t["size"] < (24 if elder else 18)] == []
    assert [t for t in seen["texts"] if not t["line"] >= 1.3] == []
    assert [t for t in seen["texts"] if not t["contrast"] >= 4.5] == []
    target = 60 if elder else 44
    assert [a for a in seen["links"] if min(a["width"], a["height"]) < target] == []


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_page_never_has_to_be_moved_sideways(audited: dict[str, Any], name: str) -> None:
    assert audited[name]["width"] == 390


def test_every_state_is_there_in_both_languages_and_sizes() -> None:
    assert len(PAGES) == 4 * len(STATES)


def test_the_audit_would_tell_of_small_pale_text(audited: dict[str, Any]) -> None:
    pale = audited["poor"]["texts"][0]
    assert pale["size"] == 10
    assert pale["line"] == 1
    assert pale["contrast"] < 3
    assert audited["poor"]["links"][0]["height"] < 44
