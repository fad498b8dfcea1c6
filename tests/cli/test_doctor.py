"""What the doctor prints, and how it ends; a server, a capture, and an interface with a bad mirror behind it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Done
    from tests.conftest import Capture

PLC = ("10.0.0.10", 502)

SEND = """
import socket, struct, sys, time
frames = open(sys.argv[1], "rb").read()[24:]
door = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
door.bind(("play", 0))
while frames:
    length = struct.unpack_from("<I", frames, 8)[0]
    door.send(frames[16:16 + length])
    frames = frames[16 + length:]
    time.sleep(0.0005)
"""
"""Sends the frames of a capture, not through the kernel's own stack."""


def test_a_capture_of_a_bad_mirror(capture: Capture, tmp_path: Path, run_cli: Callable[..., Done]) -> None:
    done = run_cli("doctor", "--capture", capture.write(tmp_path / "empty.pcap"))
    assert done.exit_code == 1
    assert "act   traffic: no packet came" in done.output


def test_a_good_capture_ends_with_0_and_can_be_json(plant: Capture, tmp_path: Path, run_cli: Callable[..., Done]) -> None:
    done = run_cli("doctor", "--json", "--capture", plant.write(tmp_path / "plant.pcap"))
    assert done.exit_code == 0
    told = json.loads(done.output)
    assert set(told["checks"][0]) == {"check", "standing", "words", "remedy"}
    assert told["standing"] in {"ok", "look"}


@pytest.mark.parametrize(
    "words", [("--capture", "none.pcap"), ("--capture", __file__), ("--capture", "x", "--interface", "lo"), ("--seconds", "0")]
)
def test_what_cannot_be_looked_at_is_refused(run_cli: Callable[..., Done], words: tuple[str, ...]) -> None:
    done = run_cli("doctor", *words)
    assert done.exit_code == 2
    assert done.output == ""


def test_an_interface_that_is_not_there(run_cli: Callable[..., Done]) -> None:
    done = run_cli("doctor", "--interface", "no/such")
    assert done.exit_code == 1
    assert "there is no no/such; name one of" in done.output


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path, run_cli: Callable[..., Done]) -> None:
    done = run_cli("doctor", "--data", str(tmp_path / "none"))
    assert done.exit_code == 1
    assert "there is no such folder" in done.output
    assert list(tmp_path.iterdir()) == []


@pytest.mark.namespace
@pytest.mark.parametrize("fault", ["one way", "doubled"])
def test_a_bad_mirror_is_seen_at_an_interface(capture: Capture, namespace: str, tmp_path: Path, fault: str) -> None:
    for client in range(6):
        capture.connect((f"10.0.0.{20 + client}", 40000), PLC)
        for number in range(5):
            capture.modbus((f"10.0.0.{20 + client}", 40000), PLC, number, bytes.fromhex("ff0300000002"), bytes.fromhex("ff030400000001"))
    if fault == "one way":
        capture.frames = [one for one in capture.frames if one[1][6:12] != bytes.fromhex("02000000000a")]
    else:
        capture.frames = [one for one in capture.frames for _ in range(2)]
    told = heard(namespace, capture.write(tmp_path / "sent.pcap"))
    standing = {one["check"]: one["standing"] for one in told["checks"]}
    assert standing["directions" if fault == "one way" else "duplicates"] == "act"
    assert standing["directions" if fault == "doubled" else "duplicates"] == "ok"
    assert {standing[name] for name in ("interface", "privilege", "traffic", "loss", "mirror", "frame length", "silence")} == {"ok"}


def heard(namespace: str, path: str) -> Any:
    """What the doctor says of one end of a cable, while the capture is sent into the other."""

    def inside(*command: str) -> list[str]:
        return ["ip", "netns", "exec", namespace, *command]

    subprocess.run(["ip", "-n", namespace, "link", "add", "seen", "type", "veth", "peer", "name", "play"], check=True, timeout=30)
    for end in ("seen", "play"):
        subprocess.run(inside("sysctl", "-qw", f"net.ipv6.conf.{end}.disable_ipv6=1"), check=True, timeout=30)
        subprocess.run(["ip", "-n", namespace, "link", "set", end, "up"], check=True, timeout=30)
    command = inside(sys.executable, "-m", "fieldwatch", "doctor", "--interface", "seen", "--seconds", "3", "--json")
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as doctor:
        time.sleep(1.5)
        while doctor.poll() is None:
            subprocess.run(inside(sys.executable, "-c", SEND, path), check=True, timeout=30)
        output, problems = doctor.communicate()
    assert doctor.returncode in {0, 1}, problems
    return json.loads(output)
