"""The web page of a controller (Python's http.server) behind Basic authentication (RFC 7617)."""

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import works

LOGIN = "USER:USER"
"""What the maker ships; nobody changed it."""


def handler(said: "dict[str, str]") -> type[BaseHTTPRequestHandler]:
    """A handler that names itself as that device does."""

    class Page(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def version_string(self) -> str:
            return said["server_banner"]

        def do_GET(self) -> None:
            allowed = self.headers.get("Authorization", "").startswith("Basic ")
            body = f"<html><head><title>{said['page_title']}</title></head><body>Status: RUN</body></html>".encode()
            self.send_response(200 if allowed else 401)
            if not allowed:
                self.send_header("WWW-Authenticate", f'Basic realm="{said["auth_realm"]}"')
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return Page


if __name__ == "__main__":
    ThreadingHTTPServer(("0.0.0.0", 80), handler(dict(works.says(sys.argv[1], "http")))).serve_forever()
