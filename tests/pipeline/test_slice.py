"""Single frames out of captures of every form."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fieldwatch.pipeline import UnusableInput, inspect
from fieldwatch.pipeline.slice import Frame, frame, frames, walk, write_pcap

if TYPE_CHECKING:
    from tests.conftest import Capture

DATA = [bytes([number]) * (60 + number) for number in range(5)]
SEEN_NS = 1_700_000_000_123_456_000


def pcap(order: str = "<", magic: int = 0xA1B2C3D4, unit_ns: int = 1000) -> bytes:
    out = struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 65535, 1)
    for number, data in enumerate(DATA):
        seconds, rest = divmod(SEEN_NS + number * 1_000_000, 10**9)
        out += struct.pack(order + "IIII", seconds, rest // unit_ns, len(data), len(data) + 3) + data
    return out


def block(order: str, kind: int, body: bytes) -> bytes:
    body += bytes(-len(body) % 4)
    return struct.pack(order + "II", kind, len(body) + 12) + body + struct.pack(order + "I", len(body) + 12)


def option(order: str, code: int, value: bytes) -> bytes:
    return struct.pack(order + "HH", code, len(value)) + value + bytes(-len(value) % 4)


def pcapng(order: str = "<", resolution: int = 6) -> bytes:
    ticks = 2 ** (resolution & 0x7F) if resolution & 0x80 else 10**resolution
    out = block(order, 0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1))
    out += block(order, 1, struct.pack(order + "HHI", 1, 0, 65535) + option(order, 9, bytes([resolution])) + option(order, 0, b""))
    out += block(order, 5, bytes(12))
    for number, data in enumerate(DATA):
        stamp = (SEEN_NS + number * 1_000_000) * ticks // 10**9
        head = struct.pack(order + "IIIII", 0, stamp >> 32, stamp & 0xFFFFFFFF, len(data), len(data) + 3)
        out += block(order, 6, head + data)
    return out


FORMS = {
    "pcap": pcap(),
    "big endian": pcap(">"),
    "nanoseconds": pcap("<", 0xA1B23C4D, 1),
    "gzip": gzip.compress(pcap()),
    "pcapng": pcapng(),
    "pcapng big endian": pcapng(">"),
    "pcapng nanoseconds": pcapng("<", 9),
    "pcapng gzip": gzip.compress(pcapng()),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_frames(form: str, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(FORMS[form])
    found = list(walk(str(path)))
    assert [one.data for one in found] == DATA
    assert [one.number for one in found] == [1, 2, 3, 4, 5]
    assert [one.seen_ns for one in found] == [SEEN_NS + number * 1_000_000 for number in range(5)]
    assert {(one.link, one.wire_length - len(one.data)) for one in found} == {(1, 3)}
    assert frame(str(path), 3) == found[2]
    assert frames(str(path), {2, 5, 9}) == {2: found[1], 5: found[4]}


def test_a_resolution_of_powers_of_two(tmp_path: Path) -> None:
    path = tmp_path / "a.pcapng"
    path.write_bytes(pcapng("<", 0x80 | 20))
    assert abs(frame(str(path), 1).seen_ns - SEEN_NS) < 1000


def test_simple_and_obsolete_packet_blocks(tmp_path: Path) -> None:
    head = pcapng()[:28] + block("<", 1, struct.pack("<HHI", 1, 0, 40))
    simple = block("<", 3, struct.pack("<I", 60) + DATA[0][:40])
    old = block("<", 2, struct.pack("<HHIIII", 0, 0, 0, 7, 60, 60) + DATA[0])
    path = tmp_path / "a.pcapng"
    path.write_bytes(head + simple + old)
    one, other = walk(str(path))
    assert (one.data, one.wire_length) == (DATA[0][:40], 60)
    assert (other.data, other.seen_ns, other.number) == (DATA[0], 7000, 2)


@pytest.mark.parametrize("form", ["pcap", "pcapng", "gzip"])
def test_a_file_cut_anywhere_gives_the_frames_before_the_cut(form: str, tmp_path: Path) -> None:
    path, whole = tmp_path / "a", FORMS[form]
    for cut in range(0, len(whole), 7):
        path.write_bytes(whole[:cut])
        try:
            found = [one.data for one in walk(str(path))]
        except UnusableInput:
            assert cut < 12
            continue
        assert found == DATA[: len(found)]


@pytest.mark.parametrize(
    ("content", "word"),
    [(b"nonsense nonsense", "is no capture"), (b"", "is no capture"), (b"\x28\xb5\x2f\xfdxxxx", "zstd")],
)
def test_what_cannot_be_read_is_refused_with_the_reason(content: bytes, word: str, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(content)
    with pytest.raises(UnusableInput, match=word):
        frame(str(path), 1)


def test_missing_files_folders_and_frames_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(FORMS["pcap"])
    for path, number, word in ((tmp_path / "b", 1, "No such file"), (tmp_path, 1, "folder"), (tmp_path / "a", 6, "frames 1 to 5")):
        with pytest.raises(UnusableInput, match=word):
            frame(str(path), number)


def test_a_slice_can_be_read_again(plant: Capture, tmp_path: Path) -> None:
    chosen = [Frame(7, 1, SEEN_NS + 789, plant.frames[6][1], 100), Frame(9, 1, SEEN_NS + 1000, plant.frames[8][1], 60)]
    write_pcap(tmp_path / "s.pcap", chosen)
    assert [one._replace(number=0) for one in walk(str(tmp_path / "s.pcap"))] == [one._replace(number=0) for one in chosen]
    assert inspect([str(tmp_path / "s.pcap")]).facts.captures[0].packets == 2


def test_numbers_are_those_of_the_core(plant: Capture, tmp_path: Path) -> None:
    path = plant.write(tmp_path / "a.pcap")
    for claim in inspect([path], fenced=False).facts.claims:
        found = frame(path, claim.evidence.frame)
        assert found.data == plant.frames[claim.evidence.frame - 1][1]
