"""The map in a browser: where things stand, what is filtered, what leaves it as a file, and that nothing which a device sent does anything."""

from __future__ import annotations

import json
import random
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import pytest

if TYPE_CHECKING:
    from tests.web.conftest import Browser

ROOT = Path(__file__).parents[2]
BUILT = ROOT / "src" / "fieldwatch" / "server" / "static" / "fieldwatch"
import os
BUILT = Path(os.environ.get("ATLAS", str(BUILT)))
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'"
DAY = 86_400_000_000_000
BEGIN = 1_700_000_000_000_000_000
LABELS = dict(re.findall(r"^\| ([a-z][a-z0-9.]*) \| (.+) \|$", (ROOT / "docs" / "map.md").read_text(encoding="utf-8"), re.MULTILINE))
CELLS = ("Press", "Paint", "Filling", "Boiler", "Intake", "Kiln", "Mixing", "Packing", "Weld", "Pumps")
KINDS: tuple[tuple[float | None, str, str, int], ...] = (
    *((0, "drive", "Danfoss", 14), (0, "io", "WAGO", 8), (1, "plc", "Siemens", 30), (1, "rtu", "Schneider Electric", 6)),
    *((2, "hmi", "Advantech", 14), (2, "scada", "AVEVA", 5), (3, "historian", "AspenTech", 4), (3, "engineering_station", "Dell", 5)),
    *((3.5, "jump_host", "HPE", 3), (4, "erp", "SAP", 6), (5, "mail", "Microsoft", 2), (None, "", "", 3)),
)
"""Level, role, vendor, and how many of a hundred."""


def plant(count: int, seed: int = 1, day: int = 0) -> dict[str, Any]:
    """A plant of so many nodes as the server tells it: cells that span levels 0 to 2, above them what reads and engineers them."""
    dice = random.Random(seed)
    cells = max(1, count // 45)
    zones = [{"id": f"z{at}", "name": f"{CELLS[at % 10]} {at // 10 + 1}", "level": 1} for at in range(cells)]
    zones += [
        {"id": "ops", "name": "Operations", "level": 3},
        {"id": "dmz", "name": "Remote access", "level": 3.5},
        {"id": "biz", "name": "Office", "level": 4},
    ]
    nodes = [node(dice, at, cells, day) for at in range(count)]
    return {"site": {"id": "1", "name": "Works North"}, "zones": zones, "nodes": nodes, "edges": edges(dice, nodes), "pins": {}}


def node(dice: random.Random, at: int, cells: int, day: int) -> dict[str, Any]:
    ((level, role, vendor, _),) = dice.choices(KINDS, [kind[3] for kind in KINDS])
    above = {3: "ops", 3.5: "dmz", 4: "biz"}.get(level or 0)
    zone = above or (f"z{dice.randrange(cells)}" if level is not None and level < 3 and dice.random() < 0.93 else None)
    first = BEGIN + day * DAY + dice.randrange(DAY // 2)
    return {
        **{
            "id": f"{dice.getrandbits(64):016x}-{at}",
            "label": f"{(role or 'host').upper()[:4]}-{at:04}",
            "level": level,
            "zone": zone,
            "role": role,
            "vendor": vendor,
        },
        **{"priority": dice.choices(["now", "next", "never", ""], [2, 5, 10, 83])[0], "new": dice.random() < 0.04, "url": f"/assets/{at}"},
        **{"first_ns": str(first), "last_ns": str(first + DAY * 3)},
    }


def edges(dice: random.Random, nodes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Four talks for each node: most within a cell, some from operations into the cells, a few that write, operate or program."""
    if len(nodes) < 2:
        return []
    cells: dict[Any, list[dict[str, Any]]] = {}
    for one in nodes:
        cells.setdefault(one["zone"], []).append(one)
    found = {}
    for one in nodes:
        for _ in range(4):
            far = dice.choices(["", "ops", "any"], [87, 11, 2])[0]
            other = dice.choice({"": cells[one["zone"]], "ops": cells.get("ops", nodes), "any": nodes}[far])
            if other is not one:
                pair = (one, other) if (one["level"] or 0) >= (other["level"] or 0) else (other, one)
                found[pair[0]["id"], pair[1]["id"]] = edge(dice, *pair)
    return list(found.values())


def edge(dice: random.Random, one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    effects = {"read": dice.randrange(1, 9000)}
    more = dice.choices(["", "write", "operate", "program_download"], [80, 14, 4, 2])[0]
    first = str(max(int(one["first_ns"]), int(other["first_ns"])))
    return {
        **{
            "from": one["id"],
            "to": other["id"],
            "protocols": [dice.choice(["s7comm", "modbus", "cip", "opcua"])],
            "effects": effects | ({more: 3} if more else {}),
        },
        **{"packets": effects["read"] * 2, "first_ns": first, "last_ns": str(int(first) + DAY), "new": dice.random() < 0.03},
        "abnormal": "programs outside the window of work" if dice.random() < 0.004 else "",
    }


class Server(ThreadingHTTPServer):
    """A server with one page, one plan, and a memory of the pins that it was told."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.plan: Any = plant(0)
        self.theme = "light"
        self.status = 200
        self.told = list[tuple[str, str, str, str]]()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def page(self) -> str:
        labels = json.dumps(LABELS).replace("&", "&amp;").replace("'", "&#39;")
        head = '<meta charset="utf-8"><link rel="icon" href="/atlas.css"><link rel="stylesheet" href="/page.css"><link rel="stylesheet" href="/atlas.css">'
        place = f'<div id="map" data-source="/plan" data-pins="/pins" data-labels=\'{labels}\'></div>'
        return f'<!doctype html><html lang="en" data-theme="{self.theme}"><head>{head}</head><body>{place}<script type="module" src="/atlas.js"></script></body></html>'


class Answers(BaseHTTPRequestHandler):
    """Page, script, style, plan and pins."""

    server: Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        page_css = f"html, body {{ margin: 0; height: 100%; font-family: sans-serif; color-scheme: {self.server.theme} }}"
        files = {"/": ("text/html", self.server.page()), "/page.css": ("text/css", page_css)}
        if self.path in ("/atlas.js", "/atlas.css"):
            kind = "text/javascript" if self.path.endswith("js") else "text/css"
            files[self.path] = (kind, (BUILT / self.path[1:]).read_text(encoding="utf-8"))
        if self.path in files:
            self.answer(200, *files[self.path])
        else:
            self.answer(self.server.status, "application/json", json.dumps(self.server.plan))

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        self.server.told.append((self.command, self.path, body, self.headers.get("X-CSRFToken", "")))
        self.answer(self.server.status, "application/json", "{}" if self.server.status == 200 else '{"detail": "You may not move this."}')

    do_DELETE = do_PUT

    def answer(self, status: int, kind: str, text: str) -> None:
        body = text.encode()
        self.send_response(status)
        headers = {
            "Content-Type": f"{kind}; charset=utf-8",
            "Content-Length": str(len(body)),
            "Content-Security-Policy": POLICY,
            "Set-Cookie": "csrftoken=abc; Path=/",
        }
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


@contextmanager
def served() -> Iterator[Server]:
    """A server on the loopback interface, while the block runs."""
    server = Server()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


SETTLED = """new Promise((done) => { const look = () => { const state = document.getElementById("map")?.dataset.state;
    if (state && state !== "loading") requestAnimationFrame(() => requestAnimationFrame(done)); else setTimeout(look, 10); }; look(); })"""


def visit(browser: Browser, server: Server) -> None:
    """Loads the page anew and waits until the map is drawn, or says why not."""
    browser.events.clear()
    browser.call("Page.navigate", url=server.address + "/")
    while not any(one.get("method") == "Page.loadEventFired" for one in browser.events):
        browser.events.append(browser._read())
    browser.js(SETTLED)


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
    shown(browser, server, plan | {"nodes": later["nodes"] + plan["nodes"], "zones": plan["zones"] + [{"id": "late", "name": "Late", "level": 2}]})
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
    browser.js("(([one]) => { one.value = 900; one.dispatchEvent(new Event('input')); })(document.querySelectorAll('.atlas-range input'))")
    first = min(int(one["first_ns"]) for one in plan["nodes"])
    last = max(int(one["last_ns"]) for one in plan["nodes"])
    since = first + (last - first) * 9 // 10
    nodes = {one["id"] for one in plan["nodes"] if int(one["last_ns"]) >= since}
    assert browser.js(FIGURES)[0] == len(nodes) < 300


def test_each_entry_of_the_legend_has_its_count(browser: Browser, server: Server) -> None:
    plan = plant(300)
    shown(browser, server, plan)
    entries = dict(browser.js("[...document.querySelectorAll('.atlas-entry')].map((one) => [one.children[1].textContent, one.children[2].textContent])"))
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


HOSTILE = ("<script>hit=1</script>", "<img src=x onerror=hit=1>", "\u202egnirts\u2066", "\u05e9\u05dc\u05d5\u05dd", "x" * 300, "]]>&amp;", "\ud83c\udfed" * 60, "a\x00b\x1bc")


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
    assert {one: place for one, place in browser.js(PLACES).items() if one != name} == {one: place for one, place in before.items() if one != name}
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
    browser.js("((one) => { one.value = 'siemens PLC-00'; one.dispatchEvent(new Event('input')); })(document.querySelector('.atlas input[type=search]'))")
    found = sum(one["label"].startswith("PLC-00") and one["vendor"] == "Siemens" for one in plan["nodes"])
    assert browser.js("document.querySelector('.atlas-hits').innerText") == f"{found} found"
    assert browser.js(FIGURES)[0] == 300


def test_an_address_brings_back_what_was_looked_at(browser: Browser, server: Server) -> None:
    plan = plant(300)
    shown(browser, server, plan)
    for word in ("write", "modbus", "Paint 1", "never", "show what is new"):
        press(browser, word)
    browser.js("(([one]) => { one.value = 400; one.dispatchEvent(new Event('input')); })(document.querySelectorAll('.atlas-range input'))")
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
    browser.js("((one) => { one.value = '2023-11-15T06:00'; one.dispatchEvent(new Event('change')); })(document.querySelector('.atlas-since input'))")
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
