"""A machine within this one, to install on: systemd is its first process, its files are a copy that is thrown away, its network a wire.

Standards: Linux man-pages namespaces(7), pivot_root(2); systemd's container interface (https://systemd.io/CONTAINER_INTERFACE/).
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from bench import _wire
from bench._stage import until

BOOT = Path(__file__).with_suffix(".sh")
SYSTEMD = Path("/lib/systemd/systemd")
PATIENCE_S = 60.0


class Failed(Exception):
    """A command in the box failed; the text says what it said."""


def has_box() -> str:
    """Why no box can be made here; "" where one can."""
    missing = [tool for tool in ("unshare", "nsenter", "setpriv") if not shutil.which(tool)] + ([] if SYSTEMD.exists() else ["systemd"])
    return _wire.has_wire() or (f"needs {', '.join(missing)}" if missing else "")


class Box:
    """A box whose systemd runs as process `first` of this machine. `network` is the name of its network namespace."""

    def __init__(self, first: int, network: str) -> None:
        self.first, self.network = first, network
        self.root = Path(f"/proc/{first}/root")

    def run(self, *words: str, wanted: int = 0, patience_s: float = 600.0) -> str:
        """What a command in the box says. Raises Failed where its end is another one than is wanted, with what it said."""
        done = subprocess.run([*self.within(), *words], check=False, capture_output=True, text=True, timeout=patience_s)
        if done.returncode != wanted:
            raise Failed(f"{' '.join(words)[:200]}: {done.returncode}, not {wanted}: {(done.stdout + done.stderr)[-2000:]}")
        return done.stdout

    def within(self) -> tuple[str, ...]:
        """What stands before a command that is to run in the box."""
        return ("nsenter", "--target", str(self.first), "--mount", "--pid", "--uts", "--ipc", "--cgroup", "--net")

    def shows(self, unit: str, *names: str) -> list[str]:
        """Properties of a unit, in the order in which they were asked for."""
        told = self.run("systemctl", "show", unit, *(f"--property={name}" for name in names))
        found = dict(line.split("=", 1) for line in told.splitlines())
        return [found[name] for name in names]


@contextmanager
def box(folder: Path) -> Iterator[Box]:
    """A box for as long as it lasts. `folder` is empty; what it gets there is mounted in the box's own namespace."""
    with _wire.namespace(f"fieldwatch-box-{os.getpid()}") as network:
        spaces = ("--mount", "--pid", "--uts", "--ipc", "--cgroup", "--fork", "--kill-child")
        command = [*_wire.inside(network), "unshare", *spaces, "sh", str(BOOT), str(folder)]
        with (folder.with_suffix(".log")).open("wb") as said:
            outer = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        try:
            made = Box(_first(outer), network)
            until(partial(_is_up, made), "systemd is up", PATIENCE_S)
            yield made
        finally:
            outer.kill()
            outer.wait()


def _first(outer: subprocess.Popen[bytes]) -> int:
    """The number of the box's first process, once systemd runs in it."""
    children = Path(f"/proc/{outer.pid}/task/{outer.pid}/children")
    found: list[int] = []

    def begins() -> bool:
        if outer.poll() is not None:
            raise Failed(f"systemd did not begin ({outer.poll()})")
        found[:] = [one for one in map(int, children.read_text().split()) if os.path.realpath(f"/proc/{one}/exe").endswith("/systemd")]
        return bool(found)

    until(begins, "systemd begins", PATIENCE_S)
    return found[0]


def _is_up(made: Box) -> bool:
    """Whether systemd has started what it starts by itself."""
    try:
        made.run("systemctl", "is-system-running")
    except Failed:
        return False
    return True
