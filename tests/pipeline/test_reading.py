"""One file, the batches of its one source: the same every time, with the facts of the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fieldwatch.facts import Claim, Operation, Slice
from fieldwatch.pipeline import UnusableInput, inspect
from fieldwatch.pipeline.codec import decode, encode
from fieldwatch.pipeline.reading import read_capture

if TYPE_CHECKING:
    from tests.conftest import Capture
    from tests.pipeline.conftest import Store

KEY = b"k" * 32


def test_the_same_file_gives_the_same_batches(plant: Capture, tmp_path: Path) -> None:
    first, second = (plant.write(tmp_path / name) for name in ("a.pcap", "b.pcap"))
    told = list(read_capture(first, "sha256:x", "plant.pcap", KEY, fenced=False))
    assert told == list(read_capture(second, "sha256:x", "plant.pcap", KEY, fenced=False))
    assert [decode(encode(batch)) for batch in told] == told
    assert [(batch.number, batch.is_last) for batch in told] == [(1, True)]
    assert (told[0].source.identity, told[0].source.kind, told[0].source.name) == ("sha256:x", "capture", "plant.pcap")
    assert isinstance(told[0].rows[-1], Slice)
    assert told[0].told_ns > (told[0].source.last_ns or 0)


def test_the_facts_are_those_of_the_command_line(plant: Capture, tmp_path: Path, store: Callable[[], Store]) -> None:
    path = plant.write(tmp_path / "plant.pcap")
    told = store().take(read_capture(path, "sha256:x", "plant.pcap", KEY, fenced=False))
    facts = inspect([path], fenced=False).facts

    def known(rows: list[Claim]) -> set[tuple[object, ...]]:
        return {(*row[:3], row.evidence.spans, row.evidence.seen_ns) for row in rows}

    assert known([row for row in told.of(Claim) if isinstance(row, Claim)]) == known(facts.claims)
    assert {row[:9] for row in told.of(Operation)} == {row[:9] for row in facts.operations}
    assert facts.slices == []


def test_progress_is_told(plant: Capture, tmp_path: Path) -> None:
    """How far the file is read at first, then how much of it was told."""
    seen: list[tuple[int, int, float]] = []
    for number in range(400):
        plant.modbus(("10.0.0.5", 40000), ("10.0.0.10", 502), number, bytes([255, 100 + number // 256, number % 256]), b"\xff\xe4\x01")
    path = plant.write(tmp_path / "plant.pcap")
    list(read_capture(path, "sha256:x", "x.pcap", KEY, progress=lambda *told: seen.append(told)))
    reading, telling = [one for one in seen if not one[2]], [one for one in seen if one[2]]
    assert reading == sorted(reading)
    assert reading[-1] == (len(plant.frames), Path(path).stat().st_size, 0.0)
    assert telling[-1][2] == 1.0
    assert len(telling) == len(list(read_capture(path, "sha256:x", "x.pcap", KEY)))


@pytest.mark.parametrize("content", [b"", b"no capture at all", b"\xd4\xc3\xb2\xa1"])
def test_what_is_no_capture_says_so_under_its_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "0123456789"
    path.write_bytes(content)
    with pytest.raises(UnusableInput, match=r"^from Anna\.pcap: .*(capture|header)"):
        list(read_capture(str(path), "sha256:x", "from Anna.pcap", KEY))


def test_packets_from_before_1970_have_a_slice(capture: Capture, tmp_path: Path) -> None:
    """A pcapng file may say any time."""
    capture.connect(("10.0.0.5", 40000), ("10.0.0.10", 502))
    capture.modbus(("10.0.0.5", 40000), ("10.0.0.10", 502), 1, bytes.fromhex("ff0300000002"), bytes.fromhex("ff030400000001"))
    path = tmp_path / "old.pcapng"
    path.write_bytes(pcapng([frame for _, frame in capture.frames], offset_s=-(10**9)))
    (batch,) = read_capture(str(path), "sha256:x", "old.pcapng", KEY, fenced=False)
    assert (batch.source.first_ns or 0) < 0
    assert [row.counts for row in batch.rows if isinstance(row, Slice)] == [((0, 1, 0),)]
    assert decode(encode(batch)) == batch


def pcapng(frames: list[bytes], offset_s: int) -> bytes:
    """A pcapng file with an if_tsoffset."""

    def block(kind: int, body: bytes) -> bytes:
        body += b"\0" * (-len(body) % 4)
        size = (len(body) + 12).to_bytes(4, "little")
        return kind.to_bytes(4, "little") + size + body + size

    section = block(0x0A0D0D0A, bytes.fromhex("4d3c2b1a01000000ffffffffffffffff"))
    option = (14).to_bytes(2, "little") + (8).to_bytes(2, "little") + offset_s.to_bytes(8, "little", signed=True) + bytes(4)
    interface = block(1, bytes.fromhex("0100000000000400") + option)
    packets = (block(6, bytes(8) + bytes(4) + 2 * len(one).to_bytes(4, "little") + one) for one in frames)
    return section + interface + b"".join(packets)
