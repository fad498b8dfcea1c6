"""A protocol of another package is found by its entry point."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

MODULE = """
from fieldwatch.protocols._protocol import Port, Protocol

TITLE = "A protocol of another package"
PROTOCOL = Protocol(name="elsewhere", title=TITLE, where=(Port("tcp", 41234),), parse=lambda exchange, context: ())
"""


def test_an_entry_point_adds_a_protocol(tmp_path: Path) -> None:
    (tmp_path / "outside.py").write_text(MODULE)
    info = tmp_path / "outside-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: outside\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[fieldwatch.protocols]\nelsewhere = outside:PROTOCOL\n")
    code = "from fieldwatch.protocols import registry; print(registry().by_name['elsewhere'].title)"
    path = os.pathsep.join([str(tmp_path), *filter(None, sys.path)])
    done = subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "A protocol of another package", done.stderr
