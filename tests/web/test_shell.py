"""The frame and the parts of the server's pages in a browser: no inline script, no other host, contrast, keys, drawer, lists, uploads."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.web.gallery.server import STATIC, Gallery

if TYPE_CHECKING:
    from tests.web.conftest import Browser

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PAGES = ("overview", "list", "empty", "failed", "asset", "form", "bare")
CONTRAST = (HERE / "contrast.js").read_text(encoding="utf-8")
USED = {"button", "link", "checkbox", "searchbox", "combobox", "textbox", "dialog", "DisclosureTriangle"}
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
DRAWER = "/list.html?drawer=/evidence/213.html"
AT = "document.querySelector('tr.at')?.dataset.row"
OPEN = "document.querySelector('#drawer').hidden === false"
SETTLED = "!document.querySelector('.loading.on, .htmx-request, .htmx-swapping, .htmx-settling, .htmx-added')"
LONG = """for (const one of document.querySelectorAll(".rail .label, h1, .tools .btn, .tabs a, dt, summary, .grid thead a")) {
    const text = [...one.childNodes].find((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
    if (text) text.data += " Betriebsmittelkennzeichnung";
}"""


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gallery]:
    """The gallery, written by a process of its own: its settings are not those of the server."""
    if not (STATIC / "fieldwatch" / "shell.js").exists():
        pytest.skip("the pages' script is not built")
    folder = tmp_path_factory.mktemp("gallery")
    environment = os.environ | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    subprocess.run([sys.executable, "-m", "tests.web.gallery", folder], check=True, cwd=ROOT, env=environment)
    server = Gallery(folder)
    yield server
    server.close()


@pytest.fixture
def shown(browser: Browser, gallery: Gallery) -> Iterator[Browser]:
    """The browser as a person first meets it."""
    browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark"}])
    browser.call("Network.clearBrowserCookies")
    yield browser
    browser.call("Emulation.setDeviceMetricsOverride", width=1280, height=800, deviceScaleFactor=1, mobile=False)
    browser.call("Page.navigate", url="about:blank")


def go(browser: Browser, gallery: Gallery, path: str) -> None:
    """Loads a page of the gallery, and waits until it is drawn and asks for nothing more."""
    browser.events.clear()
    browser.call("Page.navigate", url=gallery.address + path)
    while not any(one.get("method") == "Page.loadEventFired" for one in browser.events):
        browser.events.append(browser._read())
    browser.drawn()
    until(browser, SETTLED)


def until(browser: Browser, condition: str) -> None:
    """Waits until something holds in the page."""
    end = time.monotonic() + 10
    while not browser.js(f"Boolean({condition})"):
        assert time.monotonic() < end, condition
        time.sleep(0.02)


def size(browser: Browser, width: int, height: int) -> None:
    browser.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)


def path(browser: Browser) -> str:
    return str(browser.js("location.pathname + location.search"))


@pytest.mark.parametrize("page", [*(f"/{page}.html" for page in PAGES), DRAWER])
def test_a_page_says_nothing_and_asks_no_other_host(shown: Browser, gallery: Gallery, page: str) -> None:
    go(shown, gallery, page)
    assert shown.said() == []
    assert {address for address in shown.loaded() if not address.startswith(gallery.address + "/")} == set()
    assert shown.js("typeof hit") == "undefined"
    assert shown.js("document.title").endswith(" · Fieldwatch")
    drawn = set(re.findall(r'<symbol id="([a-z-]+)"', (STATIC / "fieldwatch" / "icons.svg").read_text(encoding="utf-8")))
    assert set(shown.js("[...document.querySelectorAll('use')].map((one) => one.getAttribute('href').split('#')[1])")) <= drawn


@pytest.mark.parametrize("page", PAGES)
def test_no_script_or_style_stands_in_a_page(gallery: Gallery, page: str) -> None:
    source = (gallery.folder / f"{page}.html").read_text(encoding="utf-8")
    assert "<style" not in source
    assert re.findall(r"<script(?![^>]* src=)", source) == []
    assert re.findall(r"<[^>]*\s(?:style|on[a-z]+|hx-on[^=]*)=", source) == []
    assert re.findall(r'(?:src|href)="(?:https?:)?//', source) == []


@pytest.mark.parametrize(("width", "height"), [(1024, 768), (1280, 800), (1920, 1080)])
def test_nothing_runs_out_of_the_page(shown: Browser, gallery: Gallery, width: int, height: int) -> None:
    """Also where every label is as long as German ones are."""
    size(shown, width, height)
    for page in PAGES:
        go(shown, gallery, f"/{page}.html")
        for wide in ("", LONG, "document.documentElement.dataset.size = 'wall'"):
            shown.js(wide)
            shown.drawn()
            measured = "[document.documentElement, document.querySelector('main')].map((one) => one.scrollWidth - one.clientWidth)"
            assert max(shown.js(measured)) <= 0, (page, wide)


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_text_stands_out(shown: Browser, gallery: Gallery, scheme: str) -> None:
    """WCAG 2.2, 1.4.3: at least 4.5:1, measured on every text that is to be seen, also on a row that is selected or under the keys."""
    shown.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    for page in (*(f"/{page}.html" for page in PAGES), DRAWER):
        go(shown, gallery, page)
        shown.js("for (const one of document.querySelectorAll('details')) one.open = true")
        if page == "/list.html":
            shown.keys("j", "x", "j", "x", "j")
        assert shown.js(CONTRAST) == [], page


def test_rows_are_32_pixels_and_as_tall_as_is_chosen(shown: Browser, gallery: Gallery) -> None:
    go(shown, gallery, "/list.html")
    heights = "[...new Set([...document.querySelectorAll('tbody tr')].map((row) => row.getBoundingClientRect().height))]"
    assert shown.js(heights) == [32]
    shown.js("document.querySelector('[data-choose=density]').click()")
    assert shown.js(heights) == [40]
    assert "fieldwatch_density=roomy" in shown.js("document.cookie")


def test_the_theme_is_kept_for_the_server(shown: Browser, gallery: Gallery) -> None:
    go(shown, gallery, "/overview.html")
    ground = "getComputedStyle(document.body).backgroundColor"
    dark = shown.js(ground)
    shown.keys("t")
    assert shown.js("[document.documentElement.dataset.theme, document.cookie]") == ["light", "fieldwatch_theme=light"]
    assert shown.js(ground) != dark
    shown.js("document.querySelector('[data-choose=theme][data-value=\"\"]').click()")
    assert shown.js("[document.documentElement.dataset.theme ?? '', document.cookie]") == ["", ""]


def test_keys_reach_everything(shown: Browser, gallery: Gallery) -> None:
    go(shown, gallery, "/list.html")
    shown.keys("?")
    assert shown.js("document.querySelector('#keys').open") is True
    shown.keys("?", "/")
    assert shown.js("document.activeElement.name + document.activeElement.closest('form').className") == "qhead-search"
    shown.keys("Escape", "f")
    assert shown.js("document.activeElement.id") == "table-assets-find"
    shown.keys("Escape", "j", "j", "j", "k")
    assert shown.js(AT) == "1"
    shown.keys("x", "j", "x")
    assert shown.js("document.querySelector('[data-bulk]').innerText").startswith("2 selected")
    shown.keys("e")
    until(shown, OPEN)
    assert path(shown) == DRAWER
    shown.keys("Escape")
    until(shown, f"!({OPEN})")
    assert path(shown) == "/list.html"
    assert shown.js("document.activeElement.dataset.row") == "2", "the focus is where it was"
    shown.keys("Enter")
    until(shown, "location.pathname === '/asset.html'")
    until(shown, "document.readyState === 'complete'")
    assert path(shown) == "/asset.html?id=2"


def test_two_keys_lead_to_every_section(shown: Browser, gallery: Gallery) -> None:
    go(shown, gallery, "/overview.html")
    doors = "[...document.querySelectorAll('.rail [data-go]')].map((link) => [link.dataset.go, link.pathname])"
    letters = dict(shown.js(doors))
    assert len(letters) == 11
    said = "[...document.querySelectorAll('#keys dt')].map((one) => one.innerText || one.textContent)"
    assert {text.split()[-1] for text in shown.js(said) if text.startswith("g ")} == set(letters)
    shown.js(
        "document.addEventListener('click', (event) => (event.preventDefault(), window.went = event.target.closest('a').pathname), true)"
    )
    for letter, place in letters.items():
        shown.keys("g", letter)
        assert shown.js("window.went") == place


def test_the_drawer_has_an_address_and_the_back_button_closes_it(shown: Browser, gallery: Gallery) -> None:
    go(shown, gallery, "/asset.html")
    shown.js("document.querySelector('.nameplate .mark-evidence').click()")
    until(shown, "document.querySelector('#drawer .hexdump')")
    assert path(shown) == "/asset.html?drawer=/evidence/213.html"
    assert shown.js("document.querySelector('#drawer-title').innerText") == "Frame 213 · firmware V3.3.10"
    marked = "[...document.querySelectorAll('.hexdump .byte.value')].map((one) => one.innerText).join('')"
    assert bytes.fromhex(shown.js(marked)) == b"V3.3.10"
    shown.js("document.querySelector('[data-bytes]').dispatchEvent(new PointerEvent('pointerover', { bubbles: true }))")
    lit = "[...document.querySelectorAll('.hexdump .sign.at')].map((one) => one.textContent).join('')"
    assert shown.js(lit) == "6ES7 317-2EK14-0AB0"
    shown.js("history.back()")
    until(shown, f"!({OPEN})")
    assert path(shown) == "/asset.html"
    go(shown, gallery, "/asset.html?drawer=/evidence/213.html")
    until(shown, "document.querySelector('#drawer .hexdump')")


def test_the_focus_stays_in_the_drawer(shown: Browser, gallery: Gallery) -> None:
    go(shown, gallery, DRAWER)
    until(shown, "document.querySelector('#drawer .hexdump')")
    for _ in range(12):
        shown.call("Input.dispatchKeyEvent", type="keyDown", key="Tab", windowsVirtualKeyCode=9)
        shown.call("Input.dispatchKeyEvent", type="keyUp", key="Tab", windowsVirtualKeyCode=9)
        assert shown.js("document.querySelector('#drawer').contains(document.activeElement)")


@pytest.mark.parametrize(
    "hostile", ["//evil.example/evidence/1", "https://evil.example/evidence/1", "/list.html", "javascript:hit=1/evidence/1"]
)
def test_the_drawer_shows_only_what_is_ours_and_evidence(shown: Browser, gallery: Gallery, hostile: str) -> None:
    go(shown, gallery, f"/overview.html?drawer={hostile}")
    assert shown.js(OPEN) is False
    assert [address for address in shown.loaded() if "evil" in address and not address.startswith(gallery.address)] == []


def test_a_request_that_fails_is_said(shown: Browser, gallery: Gallery) -> None:
    go(shown, gallery, "/list.html?drawer=/evidence/broken")
    until(shown, "document.querySelector('.toast[data-level=error]')")
    assert "could not do this" in shown.js("document.querySelector('.toast[data-level=error]').innerText")


def test_a_list_is_sorted_and_searched_in_place(shown: Browser, gallery: Gallery) -> None:
    go(shown, gallery, "/list.html")
    shown.js("window.same = true; document.querySelectorAll('thead a')[3].click()")
    until(shown, f"location.search === '?sort=Role' && {SETTLED}")
    shown.keys("f", *"abc", "Enter")
    until(shown, f"location.search === '?sort=-risk&q=abc' && {SETTLED}")
    same, lists, rows = shown.js("[window.same, document.querySelectorAll('.list').length, document.querySelectorAll('tbody tr').length]")
    assert (same, lists, rows) == (True, 1, 40)
    assert shown.said() == []


def test_bulk_sends_what_is_selected(shown: Browser, gallery: Gallery) -> None:
    go(shown, gallery, "/list.html")
    shown.js(
        "document.addEventListener('submit', (event) => (event.preventDefault(), window.sent = new FormData(event.target).getAll('id')))"
    )
    shown.js("document.querySelector('[data-select-all]').click()")
    shown.js("document.querySelectorAll('[data-select]')[3].click()")
    shown.js("document.querySelector('[data-bulk] [type=submit]').click()")
    assert shown.js("window.sent") == [str(at) for at in range(40) if at != 3]


def test_events_of_the_server_reach_the_page(shown: Browser, gallery: Gallery) -> None:
    go(shown, gallery, "/overview.html")
    until(shown, "document.querySelector('[data-live]').dataset.state === 'live'")
    assert shown.js("document.querySelector('[data-live]').innerText") == "live"
    shown.js("document.addEventListener('fieldwatch:asset', (event) => (window.heard = event.detail))")
    until(shown, "window.heard")
    assert shown.js("window.heard.id") == 12


def test_times_are_those_of_the_site_and_utc_is_beside(shown: Browser, gallery: Gallery) -> None:
    go(shown, gallery, "/asset.html")
    seen = shown.js("(({ innerText, title, dateTime }) => [innerText, title, dateTime])(document.querySelector('time[data-relative]'))")
    assert seen[0].startswith("2026-03-04 03:47:09")
    assert seen[1:] == ["2026-03-04 02:47:09 UTC", "2026-03-04T02:47:09Z"]
    assert shown.js("document.querySelector('[data-clock]').innerText").split()[1] in ("CET", "CEST")
    assert shown.js("document.querySelector('[data-clock]').title").endswith(" UTC")


def test_a_file_is_sent_in_pieces_and_goes_on_where_it_stopped(shown: Browser, gallery: Gallery) -> None:
    go(shown, gallery, "/asset.html")
    shown.js(
        """(() => {
        const bytes = new Uint8Array(9 * 2 ** 20).map((_, at) => at % 251);
        const given = new DataTransfer();
        given.items.add(new File([bytes], "a.pcap"));
        const input = document.querySelector("[data-upload] input[type=file]");
        input.files = given.files;
        input.dispatchEvent(new Event("change", { bubbles: true }));
    })()"""
    )
    until(shown, "document.querySelector('[data-upload] li')?.dataset.state === 'done'")
    total = 9 * 2**20
    first, step = f"PUT 0-{2**23 - 1}", f"PUT 1-{2**23}"
    assert gallery.asked == [f"POST a.pcap {total}", first, step, f"PUT {2**23 + 1}-{total - 1}"]
    assert gallery.uploaded == bytes(at % 251 for at in range(total))
    assert shown.js("document.querySelector('[data-upload] li a').pathname") == "/list.html"


def test_everything_that_can_be_used_has_a_name(shown: Browser, gallery: Gallery) -> None:
    for page in ("/list.html", "/asset.html", "/form.html", DRAWER):
        go(shown, gallery, page)
        nodes: list[dict[str, Any]] = shown.call("Accessibility.getFullAXTree")["nodes"]
        used = [node for node in nodes if not node["ignored"] and node["role"]["value"] in USED]
        assert used, page
        assert [node["role"]["value"] for node in used if not node["name"]["value"]] == [], page


def test_axe_finds_nothing(shown: Browser, gallery: Gallery) -> None:
    """WCAG 2 A and AA and what is held good besides, as far as axe-core can see it; of every impact."""
    if not AXE.exists():
        pytest.skip("axe-core is not there; npm ci in web/ brings it")
    script = AXE.read_text(encoding="utf-8")
    for page in (DRAWER, *(f"/{page}.html" for page in PAGES if page != "list")):
        go(shown, gallery, page)
        shown.js(script + "; 0")
        found = shown.js(
            "axe.run().then(({ violations }) => violations.map((one) => [one.impact, one.id, one.nodes[0].html.slice(0, 120)]))"
        )
        assert found == [], page


def test_the_style_is_small() -> None:
    file = STATIC / "fieldwatch" / "shell.css"
    if not file.exists():
        pytest.skip("the pages' style is not built")
    assert 10_000 < file.stat().st_size < 250_000
