"""Another system that is told of events, on loopback."""

from __future__ import annotations

import http.server
import json
import threading
from typing import Any


class Receiver:
    """A system on loopback that is told of events. `status` is what it answers."""

    def __init__(self) -> None:
        self.status, self.headers, self.asked = 200, {"Location": "/elsewhere"}, list[tuple[str, dict[str, str], bytes]]()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.asked.append((self.path, dict(self.headers), body))
                self.send_response(receiver.status)
                for name, value in receiver.headers.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, *given: Any) -> None:
                pass

        self.server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/in?x=1"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    def events(self) -> list[list[int]]:
        return [[one["id"] for one in json.loads(body)["events"]] for _, _, body in self.asked]

    def close(self) -> None:
        """Ends it."""
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(10)
