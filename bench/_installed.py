"""Fieldwatch as it is installed in a box: its units, what their processes may do, and the platform that they are together."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from bench._box import Box
from bench._stage import Stage, until

PREFIX, DATA = "/opt/fieldwatch", "/var/lib/fieldwatch"
PAGES, DOOR = 8484, 8485
SERVER = ("fieldwatch-serve", "fieldwatch-worker")
SENSOR = "fieldwatch-sensor@seen"
NET_RAW = 1 << 13
"""CAP_NET_RAW of include/uapi/linux/capability.h, as a bit of a set."""

FILTERED = "2"
"""Of `Seccomp` in /proc/PID/status (proc(5)): a filter decides which system calls it may use."""


class Rights(NamedTuple):
    """What the main process of a unit may do: its user, the capabilities that it has or could get, whether it can gain any, its filter."""

    user: int
    capabilities: int
    gains_none: bool
    filtered: bool


class Installed(Stage):
    """The platform of a box, for who asks its API and its pages."""

    def __init__(self, folder: Path, machine: Box) -> None:
        super().__init__(folder, inside=machine.network)
        self.machine = machine
        self.pages, self.door = PAGES, DOOR

    def python(self, code: str, *words: str) -> str:
        """The program runs as the server's user, with the Python that is installed."""
        return self.as_server("env", "DJANGO_SETTINGS_MODULE=fieldwatch.server.settings", f"{PREFIX}/bin/python", "-c", code, *words)

    def as_server(self, *words: str) -> str:
        """What a command says that the server's user gives."""
        user = ("setpriv", "--reuid", "fieldwatch", "--regid", "fieldwatch", "--init-groups", "--reset-env")
        return self.machine.run(*user, "env", f"FIELDWATCH_DATA={DATA}", *words)

    def count(self, path: str) -> int:
        """How many rows a list of the API has."""
        return int(str(self.ask("GET", path)["count"]))

    def rows(self, path: str) -> list[dict[str, object]]:
        """The rows of the first page of a list of the API."""
        found = self.ask("GET", path)["items"]
        assert isinstance(found, list)
        return found


def rights(machine: Box, unit: str) -> Rights:
    """What the main process of a unit may do."""
    (number,) = machine.shows(unit, "MainPID")
    told = dict(re.findall(r"^(\w+):\t(.*)$", machine.run("cat", f"/proc/{number}/status"), re.MULTILINE))
    held = int(told["CapEff"], 16) | int(told["CapBnd"], 16)
    return Rights(int(told["Uid"].split()[0]), held, told["NoNewPrivs"] == "1", told["Seccomp"] == FILTERED)


def killed(machine: Box, unit: str, is_well: Callable[[], bool]) -> float:
    """Kills the main process of a unit; how many seconds until systemd has started another one, and all is well."""
    (number,) = machine.shows(unit, "MainPID")
    machine.run("kill", "-KILL", number)
    began = time.monotonic()

    def runs() -> bool:
        state, main = machine.shows(unit, "ActiveState", "MainPID")
        return state == "active" and main not in (number, "0")

    wait(runs, unit)
    wait(is_well, unit)
    return time.monotonic() - began


def wait(is_there: Callable[[], bool], what: str, patience_s: float = 300.0) -> float:
    """How many seconds it took until it was there. Raises TimeoutError."""
    began = time.monotonic()
    until(is_there, what, patience_s)
    return time.monotonic() - began
