"""A platform that is really served: `fieldwatch serve` as a process of its own, with a data folder, a free port and a worker."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60


class Served(NamedTuple):
    """Where it is, its folder, and the link that makes the first account."""

    origin: str
    data: Path
    link: str
    process: subprocess.Popen[bytes]


def environment(data: Path) -> dict[str, str]:
    """The environment of a program of ours with this folder."""
    held = {name: value for name, value in os.environ.items() if not name.startswith("FIELDWATCH_")}
    return held | {"FIELDWATCH_DATA": str(data), "FIELDWATCH_SENSORS_PORT": "0", "PYTHONPATH": str(ROOT / "src")}


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


@contextmanager
def served(data: Path, port: int = 0) -> Iterator[Served]:
    """Serves the folder as long as it lasts, at this port (0: a free one)."""
    log, port = data / "serve.log", port or free_port()
    data.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as stream:
        command = [sys.executable, "-m", "fieldwatch", "serve", "--data", str(data), "--port", str(port)]
        process = subprocess.Popen(command, env=environment(data), stdout=stream, stderr=stream, cwd=data)
    try:
        yield Served(f"http://localhost:{port}", data, _link(process, log), process)
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _link(process: subprocess.Popen[bytes], log: Path) -> str:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until and process.poll() is None:
        said = log.read_text(encoding="utf-8")
        found = re.search(r"http://localhost:\d+/setup/\S+", said)
        if found:
            return found[0]
        if "serves http" in said and "Nobody has" not in said and process.poll() is None:
            time.sleep(0.3)
            if "Nobody has" not in log.read_text(encoding="utf-8"):
                return ""
        time.sleep(0.1)
    raise AssertionError(f"it does not serve: {log.read_text(encoding='utf-8')[-2000:]}")
