"""Privileges that were given up do not come back. In processes of their own: there is no way back."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import fieldwatch
from fieldwatch.sensor.privileges import CAP_NET_RAW, NotConfined, effective, keep_only

GIVES_UP = """
import socket, subprocess, sys
from fieldwatch.sensor.privileges import effective, keep_only
keep_only(eval(sys.argv[1]))
print(effective())
try:
    socket.socket(socket.AF_PACKET, socket.SOCK_RAW).close()
    print("raw")
except PermissionError:
    print("no raw")
print(subprocess.run(["grep", "CapEff", "/proc/self/status"], capture_output=True, text=True).stdout.split()[1])
"""


def given_up(kept: int | None) -> list[str]:
    environment = {**os.environ, "PYTHONPATH": str(Path(fieldwatch.__file__).parents[1])}
    command = [sys.executable, "-c", GIVES_UP, repr(kept)]
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environment, timeout=60).stdout.split("\n")


@pytest.mark.namespace
def test_one_is_kept_and_no_other() -> None:
    if not effective() >> CAP_NET_RAW & 1:
        pytest.skip("needs CAP_NET_RAW")
    mask, raw, child, *_ = given_up(CAP_NET_RAW)
    assert (int(mask), raw) == (1 << CAP_NET_RAW, "raw")
    assert int(child, 16) & ~(1 << CAP_NET_RAW) == 0


def test_all_are_given_up() -> None:
    mask, raw, child, *_ = given_up(None)
    assert (int(mask), raw, int(child, 16)) == (0, "no raw", 0)


def test_with_a_second_thread_it_would_be_half_done() -> None:
    held, ended = effective(), threading.Event()
    other = threading.Thread(target=ended.wait)
    other.start()
    try:
        with pytest.raises(NotConfined, match="before threads"):
            keep_only(None)
    finally:
        ended.set()
        other.join()
    assert effective() == held
