"""An interface, as a person listens to it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Done

ASK = """
import socket
who_is = bytes.fromhex("810b000c0120ffff00ff1008")
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(who_is, ("127.0.0.1", 47808))
"""
"""Sends one BACnet Who-Is to the own machine."""


def run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=30)


@pytest.mark.namespace
def test_what_is_heard_is_shown_and_written(namespace: str, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    run("ip", "-n", namespace, "link", "set", "lo", "up")
    inside = ("ip", "netns", "exec", namespace, sys.executable)
    command = [*inside, "-m", "fieldwatch", "listen", "lo", "--packets", "3", "--seconds", "30", "--json", str(out)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as program:
        while program.poll() is None:
            run(*inside, "-c", ASK)
        text, problems = program.communicate()
    assert program.returncode == 0, problems
    assert "bacnet 1" in text
    whole = orjson.loads(out.read_bytes())
    (capture,) = whole["captures"]
    assert capture["path"] == "interface lo"
    assert capture["packets"] >= 3
    (conversation,) = [one for one in whole["conversations"] if one["protocol"] == "bacnet"]
    assert conversation["messages"][0]["operation"] == "who-Is"


def test_an_interface_that_is_not_there_is_refused(run_cli: Callable[..., Done]) -> None:
    done = run_cli("listen", "no-such-interface", "--seconds", "1")
    assert done.exit_code == 2
    assert "no-such-interface" in done.errors
    assert len(done.errors.strip().splitlines()) == 1
