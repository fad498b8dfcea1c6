"""`make demo`: reads the shipped plant, shows what is in it, then fills a store with it and serves the pages on this machine only."""

from __future__ import annotations

import argparse
import os
import signal
import struct
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

OUTSTATIONS = """{
  "site": {"name": "Elmsbrook outstations", "timezone": "Europe/Berlin",
    "description": "Spring and tower, as a mirror of their two ports alone would see them: part of the same recording"},
  "zones": [{"name": "Outstations", "level": 1}, {"name": "Beyond the mirror", "level": 2}],
  "subnets": [
    {"network": "10.61.8.16/28", "name": "spring and tower", "zone": "Outstations"},
    {"network": "10.61.8.0/24", "name": "the works", "zone": "Beyond the mirror"}
  ]
}
"""
THEIR_MACS = frozenset({bytes.fromhex("0030a70f4221"), bytes.fromhex("0030a70f5b22")})
"""rtu-tower and rtu-spring, as plant.truth.json has them."""


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
        part = data / "outstations.pcap"
        part.write_bytes(frames_of(PLANT.read_bytes(), THEIR_MACS))
        fill(data, "elmsbrook", PLAN, PLANT)
        fill(data, "outstations", OUTSTATIONS, part)
        return 0 if options.once else serve(data)


def fill(data: Path, site: str, plan: str, capture: Path) -> None:
    """A site: its plan, and what the capture shows."""
    document = data / f"{site}.json"
    document.write_text(plan, encoding="utf-8")
    subprocess.run([FIELDWATCH, "site", "plan", site, document, "--data", data], check=True)
    subprocess.run([FIELDWATCH, "ingest", capture, "--site", site, "--data", data], check=True)


def frames_of(pcap: bytes, macs: frozenset[bytes]) -> bytes:
    """The capture without the frames that are neither from nor to one of these addresses (classic pcap, as the plant is recorded)."""
    kept, at = [pcap[:24]], 24
    while at < len(pcap):
        end = at + 16 + struct.unpack_from("<I", pcap, at + 8)[0]
        if macs & {pcap[at + 16 : at + 22], pcap[at + 22 : at + 28]}:
            kept.append(pcap[at:end])
        at = end
    return b"".join(kept)


def serve(data: Path) -> int:
    """Serves until interrupted."""
    server = subprocess.Popen([FIELDWATCH, "serve", "--data", data], start_new_session=True)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: os.kill(server.pid, signal.SIGTERM))
    return server.wait()


sys.exit(main())
