"""What `fieldwatch serve` refuses at its start, with what to do."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"HOST": "0.0.0.0"}, "other machines are served with TLS only; set server.certificate and server.key"),
        (
            {"CERTIFICATE": "/nowhere.pem", "KEY": "/nowhere.key"},
            "/nowhere.pem: No such file or directory; name a file that the server may read",
        ),
        ({"CERTIFICATE": "/nowhere.pem"}, "server.key is not set; set server.certificate and server.key, or neither"),
    ],
)
def test_it_refuses_a_door_that_is_open_or_cannot_be_shut(options: dict[str, str], words: str, tmp_path: Path) -> None:
    environment = os.environ | {f"FIELDWATCH_SERVER_{name}": value for name, value in options.items()}
    command = [sys.executable, "-m", "fieldwatch", "serve", "--no-worker", "--port", "0", "--data", str(tmp_path / "data")]
    told = subprocess.run(command, env=environment, check=False, capture_output=True, text=True, timeout=60)
    assert told.returncode == 2
    assert words in told.stderr
    assert "Traceback" not in told.stderr
