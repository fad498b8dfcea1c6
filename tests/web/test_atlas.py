"""The map in a browser: where things stand, what is filtered, what leaves it as a file; and nothing that a device sent does anything."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import pytest
from tests.web.works import BUILT, LABELS, ROOT, SETTLED, Server, plant, served, visit

if TYPE_CHECKING:
    from tests.web.conftest import Browser


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server for all tests here; skipped where the script of the map was not built."""
    if not (BUILT / "atlas.js").exists():
        pytest.skip("the script of the map is not built")
    with served() as found:
        yield found


PLACES = "(({plan, done}) => Object.fromEntries(plan.nodes.map((node, at) => [node.id, [done.x[at], done.y[at]]])))(map.atlas.view)"
FIGURES = "[Number(map.dataset.nodes), Number(map.dataset.edges)]"
LISTED = "[...document.querySelectorAll('.atlas-table')].map((one) => Number(one.dataset.count))"
ENTRIES = "[...document.querySelectorAll('.atlas-entry')].map((one) => [one.children[1].textContent, one.children[2].textContent])"
CHOSEN = "map.atlas.view.plan.nodes[map.atlas.view.chosen]?.label ?? ''"
CARD = (136, 40)
SVG = "{http://www.w3.org/2000/svg}"


def shown(browser: Browser, server: Server, plan: Any, theme: str = "light", status: int = 200) -> None:
    """The page with this plan, drawn."""
    server.plan, server.theme, server.status = plan, theme, status
    server.told.clear()
    visit(browser, server)


def press(browser: Browser, word: str) -> None:
    """Presses the button with this word in legend or tools."""
    browser.js(f"""[...document.querySelectorAll(".atlas button")].find((one) =>
        (one.querySelector(".atlas-word") ?? one).textContent === {json.dumps(word)}).click()""")
    browser.drawn()


def enter(browser: Browser, place: str, value: str, event: str) -> None:
    """Puts a value into the first such input, as a hand would."""
    browser.js(f"""((one) => {{ one.value = {json.dumps(value)}; one.dispatchEvent(new Event("{event}")); }})(
        document.querySelector({json.dumps(place)}))""")


def drawing(browser: Browser) -> ElementTree.Element:
    return ElementTree.fromstring(browser.js("map.atlas.svg()").partition("\n")[2])


def marks(root: ElementTree.Element) -> list[str]:
    """The ids of the nodes in a drawing."""
    return [one.get("data-id", "") for group in root.iter(f"{SVG}g") if group.get("class") == "node" for one in group]


def overlapping(places: dict[str, list[float]]) -> list[tuple[str, str]]:
    """Pairs of cards of which one lies on the other."""
    cells: dict[tuple[int, int], list[str]] = {}
    for name, (x, y) in places.items():
        cells.setdefault((int(x // CARD[0]), int(y // CARD[1])), []).append(name)
    near = ((right, down) for right in (-1, 0, 1) for down in (-1, 0, 1))
    steps = list(near)
    return [
        (one, other)
        for (column, row), here in cells.items()
        for right, down in steps
        for one in here
        for other in cells.get((column + right, row + down), ())
        if one < other and abs(places[one][0] - places[other][0]) < CARD[0] and abs(places[one][1] - places[other][1]) < CARD[1]
    ]


def test_every_text_of_the_script_stands_in_the_manual() -> None:
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "web" / "src" / "atlas").glob("*.ts")]
    said = re.compile(r"""(?<!classList\.)\b(?:say|handle|button|toggle)\("([a-z.]+)"|"(column\.[a-z]+)\"""")
    used = {name for source in sources for found in said.findall(source) for name in found if name}
    assert used > {"loading", "zoom.in", "time.from", "column.vendor"}
    assert used <= set(LABELS)


def test_the_same_data_gives_the_same_places_in_any_order(browser: Browser, server: Server) -> None:
    plan = plant(120)
    shown(browser, server, plan)
    before = browser.js(PLACES)
    random.Random(3).shuffle(plan["nodes"])
    random.Random(4).shuffle(plan["zones"])
    shown(browser, server, plan)
    assert browser.js(PLACES) == before
    assert browser.said() == []


@pytest.mark.parametrize("count", [0, 1, 17, 300])
def test_who_comes_later_moves_nobody(browser: Browser, server: Server, count: int) -> None:
    plan, later = plant(count), plant(150, seed=2, day=5)
    shown(browser, server, plan)
    before = browser.js(PLACES)
    if not count:
        assert before == {}
        return
    zones = [*plan["zones"], {"id": "late", "name": "Late", "level": 2}]
    shown(browser, server, plan | {"nodes": later["nodes"] + plan["nodes"], "zones": zones})
    after = browser.js(PLACES)
    assert {name: after[name] for name in before} == before
    assert len(after) == count + 150
    assert overlapping(after) == []


def test_no_card_lies_on_another_among_5000_and_pins_win(browser: Browser, server: Server) -> None:
    plan = plant(5000)
    shown(browser, server, plan)
    free = browser.js(PLACES)
    names = list(free)
    pins = {names[at]: [free[names[-at - 1]][0] + 9, free[names[-at - 1]][1] - 7] for at in range(0, 400, 8)}  # each on the card of another
    shown(browser, server, plan | {"pins": pins})
    pinned = browser.js(PLACES)
    assert {name: pinned[name] for name in pins} == pins
    assert overlapping(free) == overlapping({name: place for name, place in pinned.items() if name not in pins}) == []
    assert [pair for pair in overlapping(pinned) if pair[0] not in pins or pair[1] not in pins] == []
    moved = [name for name in free if free[name] != pinned[name] and name not in pins]
    assert len(moved) < 4 * len(pins), "only who was under a pin makes room"


def test_picture_list_and_drawing_agree_under_every_filter(browser: Browser, server: Server) -> None:
    plan = plant(300)
    shown(browser, server, plan)
    press(browser, "List")
    for word in ("read and other talk", "write", "now", "no finding", "only abnormal", "s7comm", "Press 1", "no zone"):
        before = browser.js(FIGURES)
        press(browser, word)
        figures = browser.js(FIGURES)
        assert figures == browser.js(LISTED), word
        assert figures != before, word
        assert len(marks(drawing(browser))) == figures[0], word
        press(browser, "reset filters")
        assert browser.js(FIGURES) == browser.js(LISTED) == [300, len(plan["edges"])], word


def test_filters_take_away_what_they_say(browser: Browser, server: Server) -> None:
    plan = plant(300)
    shown(browser, server, plan)
    press(browser, "modbus")
    left = [one for one in plan["edges"] if one["protocols"] != ["modbus"]]
    assert browser.js(FIGURES) == [len({one[end] for one in left for end in ("from", "to")}), len(left)]
    press(browser, "reset filters")
    press(browser, "Paint 1")
    zone = next(one["id"] for one in plan["zones"] if one["name"] == "Paint 1")
    nodes = {one["id"] for one in plan["nodes"] if one["zone"] != zone}
    assert browser.js(FIGURES) == [len(nodes), sum(one["from"] in nodes and one["to"] in nodes for one in plan["edges"])]
    press(browser, "reset filters")
    enter(browser, ".atlas-range input", "900", "input")
    first = min(int(one["first_ns"]) for one in plan["nodes"])
    last = max(int(one["last_ns"]) for one in plan["nodes"])
    since = first + (last - first) * 9 // 10
    nodes = {one["id"] for one in plan["nodes"] if int(one["last_ns"]) >= since}
    assert browser.js(FIGURES)[0] == len(nodes) < 300


def test_each_entry_of_the_legend_has_its_count(browser: Browser, server: Server) -> None:
    plan = plant(300)
    shown(browser, server, plan)
    entries = dict(browser.js(ENTRIES))
    for effect, word in (("write", "write"), ("operate", "operate, start, stop"), ("program_download", "program, configure")):
        assert int(entries[word]) == sum(effect in one["effects"] for one in plan["edges"]) > 0
    assert int(entries["read and other talk"]) == sum(list(one["effects"]) == ["read"] for one in plan["edges"])
    assert int(entries["only abnormal"]) == sum(bool(one["abnormal"]) for one in plan["edges"])
    assert int(entries["now"]) == sum(one["priority"] == "now" for one in plan["nodes"])


def test_a_drawing_has_title_time_legend_and_colour_only_where_it_is_due(browser: Browser, server: Server) -> None:
    shown(browser, server, plant(300))
    root = drawing(browser)
    words = [one.text or "" for one in root.iter(f"{SVG}text")]
    assert "Map of Works North" in words
    assert any(re.search(r"2023-11-1\d .* to 2023-11-1\d .* 300 assets", word) for word in words)
    assert any(word.startswith("program, configure ") for word in words)
    red = [one.get("class", "") for one in root.iter(f"{SVG}g") if "#b3201a" in (one.get("stroke"), one.get("fill"))]
    assert red
    assert all("abnormal" in name or name in ("mark now", "arrow", "legend") for name in red), red


HOSTILE = (
    "<script>hit=1</script>",
    "<img src=x onerror=hit=1>",
    "\u202egnirts\u2066",
    "\u05e9\u05dc\u05d5\u05dd",
    "x" * 300,
    "]]>&amp;",
    "\U0001f3ed" * 60,
    "a\x00b\x1bc",
)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_a_device_calls_itself_is_text(browser: Browser, server: Server, theme: str) -> None:
    plan = plant(17)
    for at, label in enumerate(HOSTILE):
        plan["nodes"][at] |= {"label": label, "vendor": label, "role": label}
        plan["zones"][at % 4]["name"] = label
        plan["edges"][at] |= {"abnormal": label, "protocols": [label], "effects": {label: 1}}
    shown(browser, server, plan, theme)
    root = drawing(browser)
    titles = {one.text for one in root.iter(f"{SVG}title")}
    assert {"<script>hit=1</script>", "\\u202egnirts\\u2066", "x" * 300, "a\\u0000b\\u001bc"} <= titles
    assert len(marks(root)) == 17
    for at in range(len(HOSTILE)):
        browser.js(f"map.atlas.choose({at}, false)")
        browser.drawn()
    press(browser, "List")
    assert browser.js("[typeof hit, document.scripts.length, document.images.length]") == ["undefined", 1, 0]
    assert "\u202e" not in browser.js("document.body.innerText")
    assert "<script>hit=1</script>" in browser.js("document.querySelector('.atlas-list').innerText")
    assert browser.js("document.querySelectorAll('[style*=\"url\"]').length") == 0
    assert browser.said() == []


def test_an_address_that_leads_elsewhere_is_refused(browser: Browser, server: Server) -> None:
    for url in ("javascript:alert(1)", "//evil.example/", "https://evil.example/", "/\\evil.example"):
        plan = plant(3)
        plan["nodes"][1]["url"] = url
        shown(browser, server, plan)
        assert browser.js("map.dataset.state") == "error"
        assert "nodes[1].url" in browser.js("document.querySelector('.atlas-state').innerText")


def test_keys_reach_everything(browser: Browser, server: Server) -> None:
    plan = plant(17)
    shown(browser, server, plan)
    browser.js("document.querySelector('.atlas-canvas').focus()")
    browser.keys("ArrowRight")
    first = browser.js(CHOSEN)
    assert first == plan["nodes"][0]["label"]
    assert first in browser.js("document.querySelector('.atlas-spoken[aria-live]').innerText")
    for key, axis, sign in (("ArrowUp", "y", -1), ("ArrowDown", "y", 1), ("ArrowRight", "x", 1), ("ArrowLeft", "x", -1)):
        here = browser.js(f"map.atlas.view.done.{axis}[map.atlas.view.chosen]")
        browser.keys(key)
        assert (browser.js(f"map.atlas.view.done.{axis}[map.atlas.view.chosen]") - here) * sign > 0, key
    scale = browser.js("map.atlas.view.camera.scale")
    browser.keys("+", "+")
    assert browser.js("map.atlas.view.camera.scale") > scale
    browser.keys("-", "0")
    assert browser.js("map.atlas.view.camera.scale") == pytest.approx(scale)
    browser.keys("p", "ArrowUp", "ArrowUp", "p")
    assert browser.js("map.dataset.path.split(' ').length") >= 2
    browser.keys("Escape")
    assert browser.js(CHOSEN) == ""
    browser.keys("f")
    assert browser.js("document.activeElement.type") == "search"
    assert browser.said() == []


def test_enter_opens_the_page_of_a_node(browser: Browser, server: Server) -> None:
    shown(browser, server, plant(17))
    browser.js("document.querySelector('.atlas-canvas').focus()")
    browser.keys("ArrowRight")
    browser.events.clear()
    browser.keys("Enter")
    assert any(one.endswith("/assets/0") for one in browser.loaded())


def hand(browser: Browser, kind: str, x: float, y: float) -> None:
    browser.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", buttons=1, clickCount=1)


def drag(browser: Browser, node: int, dx: float, dy: float) -> None:
    """Takes a node by the hand and puts it elsewhere."""
    x, y = browser.js(f"""(({{camera, done}}, {{left, top}}) => [left + camera.sx(done.x[{node}]), top + camera.sy(done.y[{node}])])(
        map.atlas.view, document.querySelector(".atlas-canvas").getBoundingClientRect())""")
    hand(browser, "mousePressed", x, y)
    for part in (0.3, 0.7, 1):
        hand(browser, "mouseMoved", x + dx * part, y + dy * part)
    hand(browser, "mouseReleased", x + dx, y + dy)
    browser.js("new Promise((done) => setTimeout(done, 60))")


def test_a_node_stays_where_it_was_put(browser: Browser, server: Server) -> None:
    plan = plant(17)
    shown(browser, server, plan)
    before, scale = browser.js(PLACES), browser.js("map.atlas.view.camera.scale")
    drag(browser, 0, 300, 60)
    ((method, path, body, token),) = server.told
    name = plan["nodes"][0]["id"]
    assert (method, path, token) == ("PUT", f"/pins/{name}", "abc")
    put = json.loads(body)
    assert [put["x"], put["y"]] == browser.js(PLACES)[name]
    assert put["x"] == pytest.approx(before[name][0] + 300 / scale, abs=2)
    assert browser.js(PLACES) | {name: before[name]} == before, "no other moved"
    browser.js("document.querySelector('.atlas-canvas').focus()")
    browser.keys("Delete")
    browser.js("new Promise((done) => setTimeout(done, 60))")
    assert server.told[-1][:2] == ("DELETE", f"/pins/{name}")
    assert browser.js(PLACES) == before


def test_a_place_that_the_server_refuses_is_given_back_and_said(browser: Browser, server: Server) -> None:
    shown(browser, server, plant(17))
    before = browser.js(PLACES)
    server.status = 403
    drag(browser, 0, 300, 60)
    assert browser.js(PLACES) == before
    assert browser.js("document.querySelector('.atlas-note').innerText") == "The place was not kept: 403: You may not move this."


def test_a_search_lights_up_and_hides_nothing(browser: Browser, server: Server) -> None:
    plan = plant(300)
    shown(browser, server, plan)
    enter(browser, ".atlas input[type=search]", "siemens PLC-00", "input")
    found = sum(one["label"].startswith("PLC-00") and one["vendor"] == "Siemens" for one in plan["nodes"])
    assert browser.js("document.querySelector('.atlas-hits').innerText") == f"{found} found"
    assert browser.js(FIGURES)[0] == 300


def test_an_address_brings_back_what_was_looked_at(browser: Browser, server: Server) -> None:
    plan = plant(300)
    shown(browser, server, plan)
    for word in ("write", "modbus", "Paint 1", "never", "show what is new"):
        press(browser, word)
    enter(browser, ".atlas-range input", "400", "input")
    browser.js("map.atlas.choose(map.atlas.view.seen.nodes[7], false)")
    before = browser.js(f"[{FIGURES}, {CHOSEN}, map.atlas.view.filter.fresh, location.hash]")
    assert before[0][0] < 300
    address = browser.js("location.href")
    shown(browser, server, plan)
    assert browser.js(FIGURES)[0] == 300
    browser.call("Page.navigate", url="about:blank")
    browser.call("Page.navigate", url=address)
    browser.js(SETTLED)
    assert browser.js(f"[{FIGURES}, {CHOSEN}, map.atlas.view.filter.fresh, location.hash]") == before
    press(browser, "reset filters")
    assert browser.js(FIGURES) == [300, len(plan["edges"])]
    for hostile in ("kind=__proto__&zones=%00&at=<script>&from=1e999&new=x&find=" + "a" * 9000, "%E0%A4%A", "&&&==="):
        browser.call("Page.navigate", url="about:blank")
        browser.call("Page.navigate", url=f"{server.address}/#{hostile}")
        browser.js(SETTLED)
        assert browser.js(FIGURES) == [300, len(plan["edges"])], hostile[:40]


def test_what_is_new_stands_out(browser: Browser, server: Server) -> None:
    plan = plant(300)
    shown(browser, server, plan)
    press(browser, "show what is new")
    fresh = [one["id"] for one in plan["nodes"] if one["new"]]
    rings = [one for group in drawing(browser).iter(f"{SVG}g") if group.get("class") == "fresh" for one in group]
    assert len(rings) == len(fresh) > 0
    enter(browser, ".atlas-since input", "2023-11-15T06:00", "change")
    since = 1_700_028_000_000_000_000
    rings = [one for group in drawing(browser).iter(f"{SVG}g") if group.get("class") == "fresh" for one in group]
    assert len(rings) == sum(int(one["first_ns"]) >= since for one in plan["nodes"])


@pytest.mark.parametrize(
    ("plan", "status", "state", "words"),
    [
        (plant(0), 200, "empty", "once a capture or a sensor has seen devices"),
        ({"detail": "This site is of another organisation."}, 403, "error", "403: This site is of another organisation."),
        ({"nodes": 3}, 200, "error", "site: undefined"),
        ([], 200, "error", "plan: []"),
    ],
)
def test_a_map_that_cannot_be_shown_says_why(browser: Browser, server: Server, plan: Any, status: int, state: str, words: str) -> None:
    shown(browser, server, plan, status=status)
    assert browser.js("map.dataset.state") == state
    assert words in browser.js("document.querySelector('.atlas-state').innerText")
    if state == "error":
        server.plan, server.status = plant(17), 200
        press(browser, "try again")
        browser.js(SETTLED)
        assert browser.js("[map.dataset.state, map.dataset.nodes]") == ["ready", "17"]


def test_reading_anew_keeps_what_a_person_looks_at(browser: Browser, server: Server) -> None:
    shown(browser, server, plant(300))
    press(browser, "write")
    browser.js("map.atlas.zoom(2), map.atlas.choose(map.atlas.view.seen.nodes[5], false)")
    look = f"(({{x, y, scale}}) => [x, y, scale, {CHOSEN}])(map.atlas.view.camera)"
    before, left = browser.js(look), browser.js(FIGURES)
    later = plant(40, seed=2, day=5)
    server.plan = server.plan | {"nodes": later["nodes"] + server.plan["nodes"]}
    browser.js("map.atlas.load()")
    browser.drawn()
    assert browser.js(look) == before
    assert browser.js(FIGURES) == left, "the newcomers do not talk, and a filter shows only who talks"


def test_too_many_are_shown_by_zone(browser: Browser, server: Server) -> None:
    plan = plant(17)
    plan["nodes"] += [plan["nodes"][at % 17] | {"id": f"more-{at}"} for at in range(10_000)]
    shown(browser, server, plan)
    assert "10,017 assets are too many" in browser.js("document.querySelector('.atlas-note').innerText")
    root = drawing(browser)
    assert marks(root) == []
    assert any((one.text or "").isdigit() for one in root.iter(f"{SVG}text") if one.get("class") == "frame-count")
    press(browser, "Press 1")
    assert len(marks(drawing(browser))) == browser.js(FIGURES)[0] > 0


def test_the_theme_is_followed_and_all_words_stand_out(browser: Browser, server: Server) -> None:
    contrast = (Path(__file__).parent / "contrast.js").read_text(encoding="utf-8")
    for theme in ("light", "dark"):
        shown(browser, server, plant(17), theme)
        browser.js("map.atlas.choose(0, false)")
        browser.drawn()
        assert browser.js(contrast) == [], theme
        press(browser, "List")
        assert browser.js(contrast) == [], theme
    assert browser.js("map.atlas.view.colours.bg") == "#14171a"
    browser.js("document.documentElement.style.setProperty('--fw-bg', '#010203'), new Promise((done) => setTimeout(done, 30))")
    assert browser.js("map.atlas.view.colours.bg") == "#010203"
