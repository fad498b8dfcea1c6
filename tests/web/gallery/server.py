"""Shows the gallery: its files, what was built, a stream of events, a place for uploads; all under the policy of the server."""

from __future__ import annotations

import http.server
import json
import re
import threading
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

STATIC = Path(__file__).resolve().parents[3] / "src" / "fieldwatch" / "server" / "static"
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'"
RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")


class Gallery(http.server.ThreadingHTTPServer):
    """A server on loopback that remembers what was uploaded and how."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), partial(Answers, directory=str(folder)))
        self.address = f"http://127.0.0.1:{self.server_address[1]}"
        self.folder = folder
        self.uploaded = bytearray()
        self.asked = list[str]()
        self.refusals = 1
        """How many pieces are refused before the first is taken."""
        self.over = threading.Event()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Ends the server and its streams."""
        self.over.set()
        self.shutdown()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that goes elsewhere breaks its connections: that is no error."""


class Answers(http.server.SimpleHTTPRequestHandler):
    """One request."""

    server: Gallery

    def translate_path(self, path: str) -> str:
        """The file of a path: of the gallery, or built."""
        place = urlsplit(path).path
        return str(STATIC / place.removeprefix("/static/")) if place.startswith("/static/") else super().translate_path(place)

    def end_headers(self) -> None:
        """The policy goes with everything."""
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def do_GET(self) -> None:
        """A file, or the stream of events."""
        if urlsplit(self.path).path == "/events":
            self.events()
        elif self.path == "/evidence/broken":
            self.answer(500, {})
        else:
            super().do_GET()

    def events(self) -> None:
        """A beat, and then the same event until the browser or the server goes."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        self.wfile.write(b'data: {"kind": "beat"}\n\n')
        while not self.server.over.wait(0.2):
            self.wfile.write(b'id: 7\ndata: {"kind": "asset", "id": 12}\n\n')

    def do_POST(self) -> None:
        """Opens an upload, of which one byte is there already."""
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(f"POST {asked['name']} {asked['size']}")
        self.answer(201, {"url": "/uploads/1", "offset": 0})

    def do_PUT(self) -> None:
        """Takes a piece; the first is refused, as if one byte of it had come before."""
        piece = self.rfile.read(int(self.headers["Content-Length"]))
        found = RANGE.fullmatch(self.headers["Content-Range"])
        assert found, self.headers["Content-Range"]
        start, _, size = map(int, found.groups())
        self.server.asked.append(f"PUT {found[1]}-{found[2]}")
        if self.server.refusals:
            self.server.refusals -= 1
            self.server.uploaded += piece[:1]
            return self.answer(409, {"offset": 1})
        assert start == len(self.server.uploaded)
        self.server.uploaded += piece
        there = len(self.server.uploaded)
        return self.answer(200, {"offset": there} | ({"next": "/list.html"} if there == size else {}))

    def answer(self, status: int, body: dict[str, Any]) -> None:
        """JSON."""
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is said on the terminal."""
