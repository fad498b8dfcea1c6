"""What a command costs: CPU, time, and memory, of the whole process from its start to its end."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from typing import NamedTuple

from bench._part import Missing

LAUNCHER = """
import json, os, sys, time
null = os.open(os.devnull, os.O_RDWR)
doors = [(os.POSIX_SPAWN_DUP2, null, end) for end in (0, 1, 2)]
begin = time.monotonic()
running = [os.posix_spawnp(command[0], command, os.environ, file_actions=doors) for command in json.loads(sys.argv[1])]
ended = [os.wait4(pid, 0) for pid in running]
wall = time.monotonic() - begin
used = [(os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime, usage.ru_maxrss) for _, status, usage in ended]
print(json.dumps([wall, used]))
"""
"""A small process starts the commands: the kernel counts the peak of whoever starts one as the peak of the command, so that at least this
launcher's 10 MiB are seen. What a command says goes nowhere."""


class Cost(NamedTuple):
    """CPU seconds (user and system, with those of finished children), wall seconds, and the peak of the largest process in MiB."""

    cpu_s: float
    wall_s: float
    peak_mib: float


def run(*commands: Sequence[str]) -> Cost:
    """Runs the commands at once, and waits for all. One that fails raises `RuntimeError`; one that is not installed, `Missing`."""
    for command in commands:
        if shutil.which(command[0]) is None:
            raise Missing(f"{command[0]} is not installed")
    launcher = [sys.executable, "-I", "-S", "-c", LAUNCHER, json.dumps(commands)]
    said = subprocess.run(launcher, check=True, capture_output=True, text=True).stdout
    wall_s, used = json.loads(said)
    for command, (code, _, _) in zip(commands, used, strict=True):
        if code:
            raise RuntimeError(f"{' '.join(command)}: ended with {code}")
    return Cost(sum(cpu_s for _, cpu_s, _ in used), wall_s, max(peak_kib for _, _, peak_kib in used) / 1024)


def in_turn(times: int, *commands: Sequence[str]) -> list[list[Cost]]:
    """Runs the commands one after the other, `times` rounds; the costs of each command, in the order of the rounds."""
    rounds = [[run(command) for command in commands] for _ in range(times)]
    return [list(costs) for costs in zip(*rounds, strict=True)]


def version(tool: str, *ask: str) -> str:
    """The first number with dots that the tool says about itself."""
    if shutil.which(tool) is None:
        raise Missing(f"{tool} is not installed")
    said = subprocess.run([tool, *ask], check=False, capture_output=True, text=True)
    found = re.search(r"\d+\.\d[\w.]*", said.stdout + said.stderr)
    return f"{tool} {found[0]}" if found else tool
