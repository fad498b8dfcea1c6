"""The whole sensor as a process: a folder and an interface, over mutual TLS, killed and stopped."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import fieldwatch
from fieldwatch.facts import Batch
from fieldwatch.pipeline.codec import read_packed
from fieldwatch.pipeline.reading import read_capture
from fieldwatch.sensor.journal import Journal
from fieldwatch.sensor.privileges import CAP_NET_RAW

LONG_S = 30.0


@contextmanager
def sensor(centre: Any, state: Path, *what: str, inside: str = "") -> Iterator[subprocess.Popen[str]]:
    """`fieldwatch sensor` at work; with its first token, where it has none yet."""
    token = state.parent / "token"
    if not token.exists():
        token.write_text(centre.token())
    command = [sys.executable, "-m", "fieldwatch", "sensor", *what, "--to", centre.url, "--token-file", str(token), "--state", str(state)]
    command = ["ip", "netns", "exec", inside, *command] if inside else command
    environment = {**os.environ, "PYTHONPATH": str(Path(fieldwatch.__file__).parents[1])}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as process:
        try:
            yield process
        finally:
            process.kill()


def until(reached: Callable[[], bool]) -> None:
    end = time.monotonic() + LONG_S
    while not reached():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.02)


def batches(centre: Any) -> list[Batch]:
    return [read_packed(waiting.packed) for waiting in centre.inbox.take()]


def test_a_folder_ends_at_the_centre_as_the_pipeline_reads_it_whatever_is_killed(centre: Any, tmp_path: Path, plant: Any) -> None:
    folder, chance = tmp_path / "captures", random.Random(11)
    folder.mkdir()
    path = plant.write(folder / "plant.pcap")
    (folder / "noise.pcap").write_bytes(b"no capture")
    identity = "sha256:" + hashlib.sha256(Path(path).read_bytes()).hexdigest()
    expected = list(read_capture(path, identity, "plant.pcap", b"k" * 32))
    with sensor(centre, tmp_path / "state", "--watch", str(folder)):
        until((tmp_path / "state" / "captures.sqlite3").exists)
        time.sleep(chance.random() * 3)  # killed at its end
    journal = Journal(tmp_path / "state" / "captures.sqlite3")
    with sensor(centre, tmp_path / "state", "--watch", str(folder)) as process:
        until(lambda: len(batches(centre)) == len(expected) and bool(journal.unread()))
        status = Path(f"/proc/{process.pid}/status").read_text()
        process.send_signal(signal.SIGTERM)
        said = process.communicate(timeout=LONG_S)[1]
    assert process.returncode == 0, said
    assert batches(centre) == expected
    assert [one.name for one in journal.unread()] == ["noise.pcap"]
    journal.close()
    assert "CapEff:\t0000000000000000" in status
    assert "NoNewPrivs:\t1" in status
    assert centre.register.healths[-1][1]["version"] == fieldwatch.__version__


@pytest.mark.namespace
def test_an_interface_is_told_as_one_epoch_that_ends(namespace: str, centre_in: Any, tmp_path: Path, plant: Any) -> None:
    wired(namespace)
    with centre_in(namespace) as centre:
        with sensor(centre, tmp_path / "state", "--interface", "seen", "--ring-gib", "1", inside=namespace) as process:
            until(lambda: bool(list((tmp_path / "state").glob("live/seen/*/*.pcap"))) or process.poll() is not None)
            replay(namespace, plant, tmp_path)
            until(lambda: any(batch.source.packets >= len(plant.frames) for batch in batches(centre)))
            capabilities = [line for line in Path(f"/proc/{process.pid}/status").read_text().splitlines() if line.startswith("Cap")]
            process.send_signal(signal.SIGTERM)
            said = process.communicate(timeout=LONG_S)[1]
        assert process.returncode == 0, said
        told = batches(centre)
        (sensor_name,) = centre.register.known
        assert {batch.source.identity.rpartition(":")[0] for batch in told} == {f"live:{sensor_name}:seen"}
        assert [batch.number for batch in told] == list(range(1, len(told) + 1))
        assert [batch.is_last for batch in told] == [False] * (len(told) - 1) + [True]
        assert {int(line.split()[1], 16) & ~(1 << CAP_NET_RAW) for line in capabilities} == {0}
        assert list((tmp_path / "state" / "spool").iterdir()) == []
        assert centre.register.healths[-1][1]["interface"] == "seen"


def wired(namespace: str) -> None:
    """In the namespace: its loopback, and a pair of interfaces that stands for a mirror port."""
    for words in ("link set lo up", "link add sent type veth peer name seen", "link set sent up", "link set seen up"):
        subprocess.run(["ip", "-n", namespace, *words.split()], check=True, capture_output=True, timeout=30)


REPLAY = """
import socket, struct, sys
data = open(sys.argv[1], "rb").read()
out = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
out.bind(("sent", 0))
at = 24
while at < len(data):
    (length,) = struct.unpack_from("<I", data, at + 8)
    out.send(data[at + 16 : at + 16 + length])
    at += 16 + length
"""


def replay(namespace: str, plant: Any, folder: Path) -> None:
    """Sends the frames of a capture into the wire."""
    path = plant.write(folder / "replay.pcap")
    command = ["ip", "netns", "exec", namespace, sys.executable, "-c", REPLAY, path]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
