"""The page in a browser: what is shown, what keys reach, where numbers lead, and that nothing which a device sent does anything."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from fieldwatch.cli import page as pages
from fieldwatch.cli import page_data
from fieldwatch.cli.language import Language
from fieldwatch.cli.page import page
from fieldwatch.pipeline import Result, inspect
from fieldwatch.vulnerabilities.basis import basis

if TYPE_CHECKING:
    from tests.conftest import Capture
    from tests.web.conftest import Browser

HERE = Path(__file__).parent
PLANT = str(HERE.parents[1] / "examples" / "plant" / "plant.pcap")
EVIL = '</script><script>hit=1</script><img src=x onerror=hit=1>\u202e"'
"""What a device calls itself: an end of the data, a script, an image that fails, and a sign that turns the text round."""

VIEWS = ("overview", "assets", "findings", "map", "operations", "conversations", "logins", "undecoded", "malformed")
USED = {"button", "link", "checkbox", "searchbox", "grid", "dialog"}
"""Roles of what a person uses."""

CONTRAST, TEXTS = ((HERE / name).read_text(encoding="utf-8") for name in ("contrast.js", "texts.js"))
SHOWN = """[...document.querySelectorAll(".rows .row")].map((row) => [...row.children].map((cell) => cell.innerText.trim()))"""
FOOT = """document.querySelector(".foot").innerText"""
MARKED = """[...document.querySelectorAll(".proof")].map((proof) =>
    [...proof.querySelectorAll("mark")].map((mark) => mark.innerText).filter((text) => /^[0-9a-f]{2}$/.test(text)).join(""))"""


@pytest.fixture(scope="module")
def works(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the shipped plant."""
    return written(tmp_path_factory.mktemp("works"), page(assessed()))


def assessed() -> Result:
    """The shipped plant, held against the starter pack."""
    return inspect([PLANT], fenced=False, secret_key=b"key").assessed(basis(with_starter=True), b"key")


def written(folder: Path, text: str) -> Path:
    path = folder / "page.html"
    path.write_text(text, encoding="utf-8")
    return path


def hostile(plant: Capture, folder: Path) -> Path:
    """The page of a plant in which a controller calls its vendor `EVIL`."""
    name = EVIL.encode()
    answer = bytes.fromhex("ff2b0e010100000100") + bytes([len(name)]) + name
    plant.modbus(("10.0.0.5", 40000), ("10.0.0.10", 502), 500, bytes.fromhex("ff2b0e0100"), answer)
    return written(folder, page(inspect([plant.write(folder / "a.pcap")], fenced=False)))


def quiet(browser: Browser, file: Path) -> bool:
    """True where the page said nothing, and asked for nothing but itself."""
    addresses = {address.partition("#")[0] for address in browser.loaded()}
    return browser.said() == [] and addresses <= {file.as_uri(), "about:blank"}


def test_every_page_is_shown_and_asks_for_nothing(browser: Browser, works: Path) -> None:
    browser.open(works, "overview")
    for view in VIEWS:
        browser.go(view)
        assert quiet(browser, works), (view, browser.said(), browser.loaded())
        assert browser.js("document.querySelector('nav [aria-current]').hash") == f"#/{view}"
        assert browser.js("document.querySelector('main').innerText.length") > 40, view
    browser.go("assets")
    assert any("INTAKE_STATION" in row for row in browser.js(SHOWN))


def test_what_a_device_sent_is_inert(browser: Browser, plant: Capture, tmp_path: Path) -> None:
    file = hostile(plant, tmp_path)
    browser.open(file, "overview")
    for view in (*VIEWS, "assets?q=script"):
        browser.go(view)
        browser.keys("j", "Enter")
        assert quiet(browser, file), (view, browser.said(), browser.loaded())
        assert browser.js("[typeof hit, document.scripts.length, document.images.length]") == ["undefined", 2, 0]
        assert "\u202e" not in browser.js("document.body.innerText"), view
    browser.go("assets?q=img")
    (row,) = browser.js(SHOWN)
    assert any(cell.startswith("</script>") and "\\u202e" in cell for cell in row), "it is shown as it is, its turning sign made visible"


def test_search_filters_and_has_an_address(browser: Browser, works: Path) -> None:
    browser.open(works, "assets")
    all_rows = len(browser.js(SHOWN))
    browser.keys("/", *"vendor:siemens")
    browser.js("new Promise((done) => setTimeout(done, 200))")
    rows = browser.js(SHOWN)
    assert 0 < len(rows) < all_rows
    assert all("Siemens" in " ".join(row) for row in rows)
    assert browser.js(FOOT).startswith(f"{len(rows)} of ")
    assert browser.js("location.hash") == "#/assets?q=vendor%3Asiemens"
    browser.keys("Escape")
    assert len(browser.js(SHOWN)) == all_rows


def test_headings_sort_and_the_order_has_an_address(browser: Browser, works: Path) -> None:
    browser.open(works, "operations")
    click = """[...document.querySelectorAll('[role=columnheader] button')].find((one) => one.innerText.startsWith('Times')).click()"""
    browser.js(click)
    browser.js(click)
    column = browser.js("[...document.querySelectorAll('[role=columnheader]')].findIndex((one) => one.innerText.startsWith('Times'))")
    times = [int(row[column].replace(",", "")) for row in browser.js(SHOWN)]
    assert times == sorted(times, reverse=True)
    assert times[0] > times[-1]
    assert browser.js("location.hash") == "#/operations?sort=-times"
    assert browser.js("document.querySelector('[aria-sort=descending]').innerText") == "Times ↓"


def test_evidence_shows_the_bytes_that_were_read(browser: Browser, plant: Capture, tmp_path: Path) -> None:
    file = hostile(plant, tmp_path)
    browser.open(file, "assets?q=script")
    browser.keys("j", "Enter")
    assert browser.js("document.querySelector('.drawer h2').innerText") == "10.0.0.10"
    browser.js("for (const one of document.querySelectorAll('.drawer details')) one.open = true")
    assert EVIL.encode() in [bytes.fromhex(text) for text in browser.js(MARKED)]
    browser.open(file, "operations")
    browser.keys("j", "e")
    (written_value,) = browser.js(MARKED)
    frames = [frame for _, frame in plant.frames]
    command = browser.js("document.querySelector('.drawer .command code').innerText").split()
    assert command[:2] == ["fieldwatch", "evidence"]
    assert bytes.fromhex(written_value) in frames[int(command[-1]) - 1]
    assert browser.js("document.activeElement.className") == "proof"


def test_keys_reach_everything(browser: Browser, works: Path) -> None:
    browser.open(works, "overview")
    browser.keys("g", "a", "j", "j", "Enter")
    first = browser.js("location.hash")
    assert first.startswith("#/assets?open=asset")
    assert browser.js("[document.activeElement.className, document.querySelectorAll('.row.at').length]") == ["drawer", 1]
    browser.keys("k")
    assert browser.js("location.hash") != first, "the drawer follows"
    browser.keys("Escape")
    assert browser.js("[location.hash, document.querySelector('.drawer').hidden]") == ["#/assets", True]
    browser.keys("?")
    assert browser.js("document.querySelector('dialog').open") is True
    browser.keys("?", "4")
    assert browser.js("location.hash") == "#/map"
    browser.js("new Promise((done) => { addEventListener('hashchange', done, { once: true }); history.back(); })")
    browser.drawn()
    assert browser.js("[location.hash, document.querySelector('nav [aria-current]').hash]") == ["#/assets", "#/assets"]


def test_numbers_open_the_rows_that_they_count(browser: Browser, works: Path) -> None:
    doors = "[...document.querySelectorAll('.columns table:first-of-type .right .door, .lead .door')]"
    browser.open(works, "overview")
    for at in range(browser.js(f"{doors}.length")):
        browser.go("overview")
        said = browser.js(f"{doors}[{at}].innerText").split()[0]
        browser.js(f"{doors}[{at}].click()")
        browser.drawn()
        assert browser.js(FOOT).split()[0] == said, browser.js("location.hash")


def test_findings_are_filtered_by_when_to_act(browser: Browser, works: Path) -> None:
    browser.open(works, "findings")
    whens = """[...new Set([...document.querySelectorAll(".rows .row")].map((row) => row.querySelector(".mark").innerText.trim()))]"""
    assert browser.js(whens) == ["▲ now", "◆ next", "○ never"]
    browser.js("document.querySelector('.filters [data-when=now]').click()")
    browser.drawn()
    assert browser.js(whens) == ["▲ now"]
    assert browser.js("location.hash") == "#/findings?q=when%3Anow"
    pressed = "[...document.querySelectorAll('.filters [aria-pressed=true]')].map((one) => one.dataset.when)"
    assert browser.js(pressed) == ["now"]
    said = int(browser.js("document.querySelector('.filters [data-when=now] .number').innerText"))
    assert browser.js(FOOT).startswith(f"{said} of ")
    browser.js("document.querySelector('.filters [data-when=\"\"]').click()")
    browser.drawn()
    assert browser.js(pressed) == [""]
    assert len(browser.js(whens)) == 3


def test_a_finding_opens_with_its_whole_reasoning(browser: Browser, works: Path) -> None:
    browser.open(works, "findings?q=CVE-2018-19282")
    browser.keys("j", "Enter")
    text = browser.js("document.querySelector('.drawer').innerText")
    for said in (
        *("◆ next · affected", "CVE-2018-19282: ", "of high severity and reached from its own segment", "<= 5.001", "is in '<= 5.001'"),
        *("7.5 high", "not listed", "ICSA-19-087-01", "Rockwell Automation", "PowerFlex", "step", "Where no patch can be"),
    ):
        assert said in text, said
    browser.keys("e")
    assert browser.js(MARKED)[0], "the bytes of the firmware are marked"
    assert browser.js("document.activeElement.className") == "proof"
    browser.js("document.querySelector('.drawer dd .door').click()")
    browser.drawn()
    assert browser.js("location.hash").startswith("#/findings?q=CVE-2018-19282&open=asset%2F") is True
    assert "Findings (" in browser.js("document.querySelector('.drawer').innerText")


def test_the_legend_of_the_map_filters(browser: Browser, works: Path) -> None:
    browser.open(works, "map")
    visible = "[...document.querySelectorAll('.edge.high')].filter((edge) => getComputedStyle(edge).display !== 'none').length"
    assert browser.js(visible) > 0
    browser.js("document.querySelector('.legend.high input').click()")
    assert browser.js(visible) == 0
    assert browser.js("location.hash") == "#/map?hide=high"
    browser.open(works, "map?hide=high")
    assert browser.js(visible) == 0


def test_ten_thousand_rows_are_there_and_only_those_in_view_exist(
    browser: Browser, plant: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = page_data.page_data(inspect([plant.write(tmp_path / "a.pcap")], fenced=False))
    model = {**data["assets"][0], "parent": -1, "protocols": ["modbus"], "attributes": {}}
    data["assets"] = [{**model, "id": f"ip:{at}", "address": f"10.{at // 256}.{at % 256}.1"} for at in range(10_000)]
    data.update(ends=[], talks=[], operations=[], logins=[], malformed=[], frames={}, findings=[], resolutions={})
    monkeypatch.setattr(page_data, "page_data", lambda *_: data)
    file = written(tmp_path, pages.page(inspect([plant.write(tmp_path / "a.pcap")], fenced=False)))
    browser.open(file, "assets")
    assert browser.js("document.querySelector('[role=grid]').ariaRowCount") == "10001"
    browser.js("document.querySelector('.rows').scrollTop = 1e9")
    browser.drawn()
    rows = browser.js(SHOWN)
    assert rows[-1][2] == "10.39.15.1"
    assert len(rows) < 100


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_text_stands_out(browser: Browser, works: Path, scheme: str) -> None:
    """WCAG 2.2, 1.4.3: at least 4.5:1, measured on every text that is to be seen."""
    browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    browser.open(works, "overview")
    for view in (*VIEWS, "operations?open=operation/0", "findings?open=finding/0", "findings?open=finding/1"):
        browser.go(view)
        assert browser.js(CONTRAST) == [], view


def test_everything_that_can_be_used_has_a_name(browser: Browser, works: Path) -> None:
    browser.open(works, "overview")
    for view in (*VIEWS, "operations?open=operation/0", "findings?open=finding/0", "findings?open=finding/1"):
        browser.go(view)
        nodes: list[dict[str, Any]] = browser.call("Accessibility.getFullAXTree")["nodes"]
        used = [node for node in nodes if not node["ignored"] and node["role"]["value"] in USED]
        assert used, view
        assert [node["role"]["value"] for node in used if not node["name"]["value"]] == [], view


def test_german_pages_hold_no_english_text(browser: Browser, tmp_path: Path) -> None:
    """No text that the catalogue translates stands on the page in English."""
    german = Language("de")
    translated = {one for one, text in german.texts().items() if text != one}
    file = written(tmp_path, page(assessed(), german))
    browser.open(file, "overview")
    for view in (*VIEWS, "operations?open=operation/0", "findings?open=finding/0", "findings?open=finding/1"):
        browser.go(view)
        assert sorted({*browser.js(TEXTS)} & translated) == [], view
    assert browser.js("document.documentElement.lang") == "de"
    assert browser.js("document.querySelector('nav').innerText").startswith("Übersicht")
