"""`make demo`: reads the shipped plant, shows what is in it, then fills a store with it and serves the pages on this machine only."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
PLANT = ROOT / "examples" / "plant" / "plant.pcap"
FIELDWATCH = Path(sys.executable).with_name("fieldwatch")

OPTIONS = """# The demo is served on this machine only, and is gone when it ends.
[server]
port = {port}

[sensors]
port = 0

[accounts]
require_second_factor = false
"""

PLAN = """{
  "site": {"name": "Elmsbrook water works", "timezone": "Europe/Berlin", "description": "The example plant that comes along"},
  "zones": [
    {"name": "Process control", "level": 1}, {"name": "Supervision", "level": 2}, {"name": "Engineering", "level": 3}
  ],
  "subnets": [
    {"network": "10.61.8.0/26", "name": "controllers and devices", "zone": "Process control"},
    {"network": "10.61.8.56/29", "name": "HMI and SCADA", "zone": "Supervision"},
    {"network": "10.61.8.64/26", "name": "engineering stations", "zone": "Engineering"}
  ]
}
"""


def main() -> int:
    """Exit code 0 once the report was made (and the pages were left, unless `--once`)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--once", action="store_true", help="exit after the report")
    parser.add_argument("--port", type=int, default=8484, help="port on loopback at which the pages are served")
    options = parser.parse_args()
    subprocess.run([FIELDWATCH, "inspect", PLANT, "--starter"], check=True)
    with tempfile.TemporaryDirectory(prefix="fieldwatch-demo-") as folder:
        data = Path(folder)
        (data / "fieldwatch.toml").write_text(OPTIONS.format(port=options.port), encoding="utf-8")
        (data / "plan.json").write_text(PLAN, encoding="utf-8")
        subprocess.run([FIELDWATCH, "site", "plan", "elmsbrook", data / "plan.json", "--data", data], check=True)
        subprocess.run([FIELDWATCH, "ingest", PLANT, "--site", "elmsbrook", "--data", data], check=True)
        return 0 if options.once else serve(data)


def serve(data: Path) -> int:
    """Serves until interrupted."""
    server = subprocess.Popen([FIELDWATCH, "serve", "--data", data], start_new_session=True)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: os.kill(server.pid, signal.SIGTERM))
    return server.wait()


sys.exit(main())
