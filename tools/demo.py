"""`make demo`: reads the shipped plant, shows what is in it, and serves the page with the evidence on this machine only."""

from __future__ import annotations

import argparse
import http.server
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

ROOT = Path(__file__).parent.parent
PLANT = ROOT / "examples" / "plant" / "plant.pcap"


def main() -> int:
    """Exit code 0 once the report was made (and the page was left, unless `--once`)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--once", action="store_true", help="exit after the report")
    parser.add_argument("--port", type=int, default=8484, help="port on loopback at which the page is served")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fieldwatch-demo-") as folder:
        page = Path(folder) / "index.html"
        fieldwatch = Path(sys.executable).with_name("fieldwatch")
        subprocess.run([fieldwatch, "inspect", PLANT, "--starter", "--html", page], check=True)
        if not options.once:
            serve(folder, options.port)
    return 0


def serve(folder: str, port: int) -> None:
    """Serves the folder on loopback until interrupted."""
    handler = partial(http.server.SimpleHTTPRequestHandler, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        print(f"\nThe page is at http://127.0.0.1:{server.server_port}/ (Ctrl-C ends it)")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()


sys.exit(main())
