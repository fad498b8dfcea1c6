"""Captures read apart: the same batches, and a clear word for each way in which a reader may end. It has no network, writes no file."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from fieldwatch.facts import Batch
from fieldwatch.pipeline import child
from fieldwatch.pipeline.child import Progress, read_apart
from fieldwatch.pipeline.codec import MOST_BYTES
from fieldwatch.pipeline.confine import Limits
from fieldwatch.pipeline.reader import BATCH, DONE, HEAD, PROGRESS, WARNING
from fieldwatch.pipeline.reading import read_capture
from fieldwatch.pipeline.sources import UnusableInput

if TYPE_CHECKING:
    from tests.conftest import Capture

KEY = b"k" * 32
Said = tuple[list[Batch], list[Progress]]


def apart(path: str | Path, **how: Any) -> Said:
    batches: list[Batch] = []
    progress: list[Progress] = []
    for one in read_apart(str(path), "sha256:x", "plant.pcap", KEY, **how):
        (batches if isinstance(one, Batch) else progress).append(one)  # type: ignore[arg-type]
    return batches, progress


@pytest.fixture
def instead(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Puts a program of one's own in the place of the reader."""

    def put(source: str) -> None:
        start = subprocess.Popen
        monkeypatch.setattr(subprocess, "Popen", lambda _, **how: start([sys.executable, "-c", source], **how))

    return put


def test_it_gives_what_a_reading_in_the_house_gives(plant: Capture, tmp_path: Path) -> None:
    path = plant.write(tmp_path / "plant.pcap")
    batches, progress = apart(path)
    assert batches == list(read_capture(path, "sha256:x", "plant.pcap", KEY))
    assert batches[-1].is_last
    assert all(isinstance(one, Progress) for one in progress)


def test_random_bytes_are_no_capture(tmp_path: Path) -> None:
    path = tmp_path / "noise"
    path.write_bytes(random.Random(4).randbytes(100_000))
    with pytest.raises(UnusableInput, match=r"^plant\.pcap: not a capture: it begins with"):
        apart(path)


def test_damage_behind_a_right_header_is_read_to_there(plant: Capture, tmp_path: Path) -> None:
    path = tmp_path / "damaged.pcap"
    path.write_bytes(plant.pcap() + random.Random(4).randbytes(100_000))
    batches, _ = apart(path)
    assert batches[-1].source.truncated
    assert batches[-1].source.packets >= len(plant.frames)


def test_a_file_that_is_gone_says_so(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match=r"plant\.pcap: No such file"):
        apart(tmp_path / "gone")


def test_too_little_memory(plant: Capture, tmp_path: Path) -> None:
    path = plant.write(tmp_path / "plant.pcap")
    with pytest.raises(UnusableInput, match=r"plant\.pcap: reading it takes more memory than the 20 MiB that a reader may use; allow more"):
        apart(path, limits=Limits(memory_mib=20))


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "its reader was killed"),
        (
            "import resource; resource.setrlimit(resource.RLIMIT_CPU, (1, 2))\nwhile True: pass",
            "not read to its end in 7 s of processor time",
        ),
        ("import sys; print('what went wrong', file=sys.stderr); sys.exit(3)", r"ended before the end \(code 3\): what went wrong"),
        ("raise MemoryError", "takes more memory than the 4096 MiB"),
        ("pass", r"ended before the end \(code 0\): it said nothing"),
    ],
)
def test_each_way_to_end(instead: Callable[[str], None], source: str, said: str) -> None:
    instead(source)
    with pytest.raises(UnusableInput, match=said):
        apart("x", limits=Limits(cpu_s=7))


def test_out_of_time(instead: Callable[[str], None]) -> None:
    instead("import time; time.sleep(60)")
    with pytest.raises(UnusableInput, match=r"plant\.pcap: not read to its end in 0\.2 s; allow more time"):
        apart("x", wall_s=0.2)


def message(what: bytes, content: bytes) -> str:
    return f"import sys; sys.stdout.buffer.write({HEAD.pack(what, len(content)) + content!r})"


@pytest.mark.parametrize(
    "source",
    [
        message(BATCH, b"no batch"),
        message(PROGRESS, b"[1]"),
        message(PROGRESS, b'["a", 2]'),
        message(b"?", b""),
        f"import sys; sys.stdout.buffer.write({HEAD.pack(BATCH, MOST_BYTES + 1)!r})",
    ],
)
def test_a_reader_that_was_taken_over_is_not_believed(instead: Callable[[str], None], source: str) -> None:
    instead(source)
    with pytest.raises(UnusableInput, match="its reader said what no reader says"):
        apart("x")


def test_much_on_standard_error_stops_nothing(instead: Callable[[str], None]) -> None:
    instead(f"import sys; sys.stderr.write('x' * 1_000_000); {message(WARNING, b'careful')}; {message(DONE, b'')}")
    assert apart("x") == ([], [Progress(0, 0, warnings=("careful",))])


def test_it_ends_with_who_asked(plant: Capture, tmp_path: Path) -> None:
    reader = child._Reader(plant.write(tmp_path / "plant.pcap"), "sha256:x", "x", KEY, Limits(), 60)
    reader.end()
    assert reader.process.returncode == -signal.SIGKILL


def test_a_reader_dies_with_its_parent(tmp_path: Path) -> None:
    """The parent is killed while its reader waits for a pipe that gives nothing."""
    os.mkfifo(tmp_path / "pipe")
    source = """
import sys
from fieldwatch.pipeline.child import _Reader
from fieldwatch.pipeline.confine import Limits
reader = _Reader(sys.argv[1], "sha256:x", "x", b"k", Limits(), 60)
print(reader.process.pid, flush=True)
next(reader.messages())
"""
    with subprocess.Popen([sys.executable, "-c", source, str(tmp_path / "pipe")], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        number = int(parent.stdout.readline())
        assert Path(f"/proc/{number}").exists()
        parent.kill()
    until = time.monotonic() + 10
    while _lives(number) and time.monotonic() < until:
        time.sleep(0.02)
    assert not _lives(number)


def _lives(number: int) -> bool:
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def test_nothing_of_the_environment_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIELDWATCH_DATABASE", "secret")
    assert "secret" not in json.dumps(child._environment())
    assert set(child._environment()) == {"PYTHONPATH", "PATH", "LC_ALL"}
