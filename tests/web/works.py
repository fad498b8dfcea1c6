"""A plant of any size as the server tells it to the map, and a server that tells it."""

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

if TYPE_CHECKING:
    from tests.web.conftest import Browser

ROOT = Path(__file__).parents[2]
BUILT = ROOT / "src" / "fieldwatch" / "server" / "static" / "fieldwatch"
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
        "id": f"{dice.getrandbits(64):016x}-{at}",
        "label": f"{(role or 'host').upper()[:4]}-{at:04}",
        "level": level,
        "zone": zone,
        "role": role,
        "vendor": vendor,
        "priority": dice.choices(["now", "next", "never", ""], [2, 5, 10, 83])[0],
        "new": dice.random() < 0.04,
        "url": f"/assets/{at}",
        "first_ns": str(first),
        "last_ns": str(first + DAY * 3),
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
        "from": one["id"],
        "to": other["id"],
        "protocols": [dice.choice(["s7comm", "modbus", "cip", "opcua"])],
        "effects": effects | ({more: 3} if more else {}),
        "packets": effects["read"] * 2,
        "first_ns": first,
        "last_ns": str(int(first) + DAY),
        "new": dice.random() < 0.03,
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
        styles = "".join(
            f'<link rel="{rel}" href="{href}">'
            for rel, href in (("icon", "/page.css"), ("stylesheet", "/page.css"), ("stylesheet", "/atlas.css"))
        )
        place = f"""<div id="map" data-source="/plan" data-pins="/pins" data-labels='{labels}'></div>"""
        head = f'<head><meta charset="utf-8">{styles}</head>'
        body = f'<body>{place}<script type="module" src="/atlas.js"></script></body>'
        return f'<!doctype html><html lang="en" data-theme="{self.theme}">{head}{body}</html>'


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

    def do_DELETE(self) -> None:
        self.do_PUT()

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        self.server.told.append((self.command, self.path, body, self.headers.get("X-CSRFToken", "")))
        self.answer(self.server.status, "application/json", "{}" if self.server.status == 200 else '{"detail": "You may not move this."}')

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
