"""Live capture: what an interface shows is what a file of the same frames shows. A veth pair in a network namespace stands for the wire."""

from __future__ import annotations

import pickle
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from fieldwatch.pipeline import UnusableInput, inspect
from fieldwatch.pipeline.assemble import Facts
from fieldwatch.pipeline.live import listen

if TYPE_CHECKING:
    from tests.conftest import Capture
    from tests.pipeline.conftest import Wire

LISTEN = """
import pickle, sys
from fieldwatch.pipeline.live import listen

facts = listen(
    "seen", packets=int(sys.argv[1]), seconds=float(sys.argv[2]), ring_mib=2, fenced=False,
    progress=lambda *_: print("ready", flush=True),
)
pickle.dump(facts, open(sys.argv[3], "wb"))
"""
"""Listens at one end of the pair; says "ready" with each tick."""

STALL = """
import pickle, sys
from fieldwatch.pipeline.assemble import Assembler
from fieldwatch.pipeline.live import LiveReader
from fieldwatch.protocols import registry

reader = LiveReader(registry(), "seen", ring_mib=1)
print("ready", flush=True)
sys.stdin.readline()
drops = reader.session.drops()
ticks = iter([True] * 10 + [False])
facts = Assembler(reader.listen(lambda: next(ticks)), b"key").assemble()
pickle.dump((drops, facts), open(sys.argv[1], "wb"))
"""
"""Opens the interface and reads nothing until a line comes."""


LOOK = """
import pickle, sys
from fieldwatch.pipeline.assemble import Assembler
from fieldwatch.pipeline.live import LiveReader
from fieldwatch.protocols import registry

reader = LiveReader(registry(), "seen", ring_mib=2, fenced=False)
print("ready", flush=True)
for number in (1, 2, 3):
    sys.stdin.readline()
    while reader.session.progress()[0] < number * int(sys.argv[1]):
        reader.advance()
    pickle.dump(Assembler(reader.snapshot(), b"key").assemble(), open(f"{sys.argv[2]}/facts{number}", "wb"))
    print("looked", flush=True)
"""
"""Looks at what is known each time a line comes."""


def without_times(facts: Facts) -> dict[str, list[Any]]:
    """What must be the same, however the frames came. A live interface has its own times."""
    return {
        "claims": sorted((one.subject, one.attribute, one.value, one.evidence.protocol, one.evidence.spans) for one in facts.claims),
        "conversations": sorted(
            (*one[:7], tuple((message[:6]) for message in one.messages))  # to the bytes; then the messages without their times
            for one in facts.conversations
        ),
        "operations": sorted(
            (*one[:8], tuple((each.frame, each.values, each.result) for each in one.occurrences), one.evidence.spans)
            for one in facts.operations
        ),
        "sightings": sorted((one.mac, one.ip, one.vlan, one.packets, one.evidence.spans) for one in facts.sightings),
        "malformed": sorted((*one[:7], one.evidence.spans) for one in facts.malformed),
    }


@pytest.mark.namespace
def test_an_interface_shows_what_a_file_shows(wire: Wire, plant: Capture, tmp_path: Path) -> None:
    path = plant.write(tmp_path / "plant.pcap")
    with wire.program(LISTEN, str(len(plant.frames)), "30", str(tmp_path / "facts")):
        wire.replay(path)
    facts: Facts = pickle.loads((tmp_path / "facts").read_bytes())
    file = inspect([path], fenced=False).facts
    assert without_times(facts) == without_times(file)
    assert len(facts.operations) == 1
    (capture,) = facts.captures
    assert (capture.path, capture.packets, capture.truncated) == ("interface seen", len(plant.frames), "")
    assert {claim.evidence.source for claim in facts.claims} == {"interface seen"}
    assert dict(capture.counters)["capturer_drops"] == 0
    assert wire.sent_by_seen() == 0


@pytest.mark.namespace
def test_what_is_known_by_now_is_all_and_the_reading_goes_on(wire: Wire, plant: Capture, tmp_path: Path) -> None:
    """Three looks at a plant whose connection stays open: each shows what a file of the frames so far shows; frames go on."""
    path = plant.write(tmp_path / "plant.pcap")
    with wire.program(LOOK, str(len(plant.frames)), str(tmp_path)) as program:
        for _ in range(3):
            assert program.stdin is not None
            wire.replay(path)
            program.stdin.write("\n")
            program.stdin.flush()
            assert program.stdout is not None
            assert program.stdout.readline() == "looked\n"
    frames = list(plant.frames)
    for number in range(1, 4):
        plant.frames = frames * number
        facts: Facts = pickle.loads((tmp_path / f"facts{number}").read_bytes())
        file = inspect([plant.write(tmp_path / "so-far.pcap")], fenced=False).facts
        assert without_times(facts) == without_times(file)
        assert facts.captures[0].packets == len(plant.frames)


@pytest.mark.namespace
def test_the_kernel_cannot_hide_vlan_tags(wire: Wire, plant: Capture, tmp_path: Path) -> None:
    """802.1Q tags, and an 802.1ad tag around one, are where they were: offsets, lengths and VLANs are those of the file."""
    for number, tags in enumerate(("81006064", "88a800078100000c"), 1):
        plant.wrap = lambda frame, tags=tags: frame[:12] + bytes.fromhex(tags) + frame[12:]  # type: ignore[misc]
        client, server = (f"10.0.{number}.5", 40000 + number), (f"10.0.{number}.10", 502)
        plant.connect(client, server)
        plant.modbus(client, server, 7, bytes.fromhex("ff0600070034"), bytes.fromhex("ff0600070034"))
    path = plant.write(tmp_path / "plant.pcap")
    with wire.program(LISTEN, str(len(plant.frames)), "30", str(tmp_path / "facts")):
        wire.replay(path)
    facts: Facts = pickle.loads((tmp_path / "facts").read_bytes())
    assert without_times(facts) == without_times(inspect([path], fenced=False).facts)
    assert {one.client.vlan for one in facts.conversations} == {0, 100, 7}


@pytest.mark.namespace
def test_times_are_the_kernels_in_nanoseconds(wire: Wire, plant: Capture, tmp_path: Path) -> None:
    path = plant.write(tmp_path / "plant.pcap")
    before = (tmp_path / "plant.pcap").stat().st_mtime_ns
    with wire.program(LISTEN, str(len(plant.frames)), "30", str(tmp_path / "facts")):
        wire.replay(path)
    facts: Facts = pickle.loads((tmp_path / "facts").read_bytes())
    times = [one.first_ns for one in facts.sightings] + [one.last_ns for one in facts.sightings]
    assert before < min(times) <= max(times) < (tmp_path / "facts").stat().st_mtime_ns
    assert any(time % 1000 for time in times)


@pytest.mark.namespace
def test_drops_are_counted(wire: Wire, capture: Capture, tmp_path: Path) -> None:
    """Four times as much as the ring holds, while nobody reads: every frame is either read or counted as dropped."""
    for number in range(100):
        capture.udp(("10.0.0.1", 1000), ("10.0.0.2", 9), bytes([number]) * 1400)
    path = capture.write(tmp_path / "many.pcap")
    with wire.program(STALL, str(tmp_path / "facts")) as program:
        wire.replay(path, "--loop", "30")
        assert program.stdin is not None
        program.stdin.write("\n")
        program.stdin.flush()
    (received, dropped), facts = pickle.loads((tmp_path / "facts").read_bytes())
    assert (received + dropped, dropped > 0) == (3000, True)
    (row,) = facts.captures
    assert (row.packets, dict(row.counters)["capturer_drops"]) == (received, dropped)


@pytest.mark.namespace
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_and_keeps_what_was_read(wire: Wire, plant: Capture, tmp_path: Path, number: signal.Signals) -> None:
    path = plant.write(tmp_path / "plant.pcap")
    with wire.program(LISTEN, "1000000", "60", str(tmp_path / "facts")) as program:
        wire.replay(path)
        assert program.stdout is not None
        for _ in range(2):
            assert program.stdout.readline() == "ready\n"
        program.send_signal(number)
    facts: Facts = pickle.loads((tmp_path / "facts").read_bytes())
    assert facts.captures[0].packets == len(plant.frames)


@pytest.mark.namespace
def test_an_interface_that_goes_down_keeps_what_was_read(wire: Wire, plant: Capture, tmp_path: Path) -> None:
    path = plant.write(tmp_path / "plant.pcap")
    with wire.program(LISTEN, "1000000", "60", str(tmp_path / "facts")):
        wire.replay(path)
        wire.down()
    facts: Facts = pickle.loads((tmp_path / "facts").read_bytes())
    (capture,) = facts.captures
    assert capture.packets == len(plant.frames)
    assert capture.truncated == "interface seen is down; bring it up with: ip link set seen up"


@pytest.mark.namespace
def test_what_cannot_be_opened_says_what_to_do(wire: Wire) -> None:
    wire.down()
    program = "import sys\nfrom fieldwatch.pipeline.live import listen\nlisten(sys.argv[1], seconds=0)"

    def said(interface: str, *before: str) -> str:
        command = wire.inside(*before, sys.executable, "-c", program, interface)
        return subprocess.run(command, check=False, capture_output=True, text=True, timeout=60).stderr

    assert "interface seen is down; bring it up with: ip link set seen up" in said("seen")
    assert 'there is no interface "sean" here; there is: ' in (nothing := said("sean"))
    assert {"lo", "play", "seen"} <= set(nothing.rsplit(": ", 1)[1].replace(",", "").split())
    deprived = said("play", "setpriv", "--bounding-set=-net_raw", "--inh-caps=-net_raw")
    assert "interface play: reading packets needs the capability CAP_NET_RAW" in deprived


@pytest.mark.parametrize("ring_mib", [0, 1025])
def test_both_sides_of_the_rings_bounds(ring_mib: int) -> None:
    with pytest.raises(UnusableInput, match=f"a ring of {ring_mib} MiB; allowed: 1 to 1024"):
        listen("lo", seconds=0, ring_mib=ring_mib)
