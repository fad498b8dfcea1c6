"""The laws of what is bounded: a flood hides nothing that is vital, what is left out is counted and told, chance has no say in a result."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from fieldwatch.cli.blind import blind_spots
from fieldwatch.facts import Effect, Operation
from fieldwatch.inventory import fold
from fieldwatch.pipeline import inspect, stream
from fieldwatch.pipeline.assemble import OVER_BUDGET, Assembler, Facts
from fieldwatch.pipeline.document import document, text
from fieldwatch.pipeline.inspect import Result
from fieldwatch.pipeline.stream import Reader
from fieldwatch.protocols import registry
from fieldwatch.protocols._golden import load
from fieldwatch.wire.rows import TallyRow

if TYPE_CHECKING:
    from tests.conftest import Capture

HMI, PLC, DRIVE, LAPTOP = ("10.0.0.5", 40000), ("10.0.0.10", 502), ("10.0.0.11", 102), ("10.0.0.6", 40000)
STOCK = 4096
"""New messages of one conversation that are read at once; one more every two seconds."""


def poll(capture: Capture, number: int, client: tuple[str, int] = HMI) -> None:
    """A read of one holding register, of a number of its own, that nobody has read before."""
    request = struct.pack(">BBHH", 1, 3, number, 1)
    capture.modbus(client, PLC, number & 0xFFFF, request, bytes([1, 3, 2, 0, number & 0xFF]))


def flood(capture: Capture, times: int, client: tuple[str, int] = HMI) -> None:
    for number in range(times):
        poll(capture, number, client)


def stop(capture: Capture) -> None:
    """A laptop stops a controller: COTP connection, setup, and PLC Stop."""
    capture.connect(LAPTOP, DRIVE)
    for protocol, name in (("cotp", "connect"), ("s7comm", "setup"), ("s7comm", "PLC stop")):
        path = Path(__file__).parent.parent / "protocols" / f"{protocol}.hex"
        (golden,) = (one for one in load(path) if one.name == name)
        for end, other, message in ((LAPTOP, DRIVE, golden.exchange.request), (DRIVE, LAPTOP, golden.exchange.answer)):
            body = message or b""
            head = b"" if protocol == "cotp" else struct.pack(">BBHBBB", 3, 0, 7 + len(body), 2, 0xF0, 0x80)
            capture.tcp(end, other, head + body)


def write(capture: Capture, client: tuple[str, int] = HMI) -> None:
    capture.modbus(client, PLC, 7, bytes.fromhex("010600070034"), bytes.fromhex("010600070034"))


def read(capture: Capture, path: Path, **limits: int) -> Facts:
    """What the capture shows under these limits."""
    return Assembler(Reader(registry(), fenced=False, limits=limits).read([capture.write(path)]), b"key").assemble()


def result(facts: Facts) -> Result:
    return Result(facts, fold(facts.claims, facts.conversations, [], facts.operations), ())


def count(facts: Facts, name: str) -> int:
    return sum(dict(one.counters).get(name, 0) for one in facts.captures)


def with_effect(facts: Facts, effect: Effect) -> list[Operation]:
    return [one for one in facts.operations if one.effect is effect]


def counted(facts: Facts, port: int) -> int:
    """Messages of the conversations with this port that are counted under their class."""
    return sum(one.times for row in facts.conversations if row.port == port for one in row.messages)


def test_a_flood_in_one_conversation_hides_no_stop_in_another(capture: Capture, tmp_path: Path) -> None:
    capture.connect(HMI, PLC)
    flood(capture, 6_000)
    stop(capture)
    facts = read(capture, tmp_path / "a.pcap")
    assert count(facts, "refused") > 1_500
    (stopped,) = with_effect(facts, Effect.STOP)
    assert (stopped.actor.ip, stopped.target.ip) == (LAPTOP[0], DRIVE[0])


def test_a_flood_hides_no_change_in_its_own_conversation(capture: Capture, tmp_path: Path) -> None:
    capture.connect(HMI, PLC)
    flood(capture, 6_000)
    write(capture)
    facts = read(capture, tmp_path / "a.pcap")
    (change,) = with_effect(facts, Effect.WRITE)
    assert [dict(one.values) for one in change.occurrences] == [dict(change.occurrences[0].values)]
    assert "52" in dict(change.occurrences[0].values).values()


def test_floods_of_all_conversations_hide_no_stop(capture: Capture, tmp_path: Path) -> None:
    """The whole house has a stock, too, of which the vital has its own."""
    for number in range(20):
        client = (f"10.0.1.{number + 1}", 40000)
        capture.connect(client, PLC)
        for register in range(50):
            poll(capture, 1000 * number + register, client)
    stop(capture)
    facts = read(capture, tmp_path / "a.pcap", novelty=100)
    assert count(facts, "refused") > 500
    assert len(with_effect(facts, Effect.STOP)) == 1


def test_a_stop_that_is_not_read_is_told_by_its_name(capture: Capture, tmp_path: Path) -> None:
    """A flood of changes in many conversations may spend what is kept for the vital, too: the stop is counted and named, with its frame."""
    for number in range(20):
        client = (f"10.0.1.{number + 1}", 40000)
        capture.connect(client, PLC)
        for register in range(100):
            pdu = struct.pack(">BBHH", 1, 6, 100 * number + register, 1)
            capture.modbus(client, PLC, register, pdu, pdu)
    stop(capture)
    facts = read(capture, tmp_path / "a.pcap", novelty=100)
    named = {one.function: one for one in facts.undecoded}
    read_as_such = len(with_effect(facts, Effect.STOP))
    assert read_as_such + (named["PLC Stop"].times if "PLC Stop" in named else 0) == 1
    assert sum(one.times for one in facts.operations if one.protocol == "modbus") + named["Write Single Register"].times == 2000
    if not read_as_such:
        assert [span.frame for span in named["PLC Stop"].evidence.spans] == [len(capture.frames) - 1]


def test_what_is_not_read_is_counted_and_told(capture: Capture, tmp_path: Path) -> None:
    """Read or refused: together they are all; and the report says how many, of which function, and where the first of them is."""
    capture.connect(HMI, PLC)
    flood(capture, STOCK)
    assert read(capture, tmp_path / "a.pcap").undecoded == []
    flood(capture, STOCK)  # known by now
    for number in range(STOCK, STOCK + 300):
        poll(capture, number)
    facts = read(capture, tmp_path / "a.pcap")
    (left_out,) = facts.undecoded
    assert (left_out.protocol, left_out.function, left_out.reason) == ("modbus", "Read Holding Registers", OVER_BUDGET)
    assert left_out.times == count(facts, "refused") > 200
    assert counted(facts, 502) + left_out.times == 2 * STOCK + 300
    whole = result(facts)
    (row,) = document(whole)["undecoded"]
    assert (row["count"], row["reason"]) == (left_out.times, OVER_BUDGET)
    assert {spot.detail: spot.times for spot in blind_spots(whole)}["refused"] == left_out.times


def test_a_known_message_costs_nothing(capture: Capture, tmp_path: Path) -> None:
    """The budget is for what is new: polls that were read before the flood are counted through it."""
    capture.connect(HMI, PLC)
    for _ in range(3):
        poll(capture, 9)
    flood(capture, STOCK + 400)
    for _ in range(500):
        poll(capture, 9)
    facts = read(capture, tmp_path / "a.pcap")
    known = [one.times for row in facts.conversations for one in row.messages if one.object == "holding register 9"]
    assert known == [3 + 1 + 500]


def test_classes_beyond_the_room_lose_their_object_and_are_counted(
    capture: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    capture.connect(HMI, PLC)
    flood(capture, 50)
    monkeypatch.setattr(stream, "MOST_CLASSES", 20)
    facts = read(capture, tmp_path / "a.pcap")
    (row,) = (row for row in facts.conversations if row.port == 502)
    objects = {one.object: one.times for one in row.messages}
    assert (len(objects), objects[""]) == (21, 30)
    assert count(facts, "objects_shed") == 30
    assert {spot.detail: spot.times for spot in blind_spots(result(facts))}["objects_shed"] == 30


# -------------------------------------------------------------------------------------------------------------- eviction


def test_of_too_many_flows_the_longest_silent_goes_first(capture: Capture, tmp_path: Path) -> None:
    """Three connections where two find room: the request of the one that was silent longest is told as unanswered, no other is lost."""
    ends = [(f"10.0.0.{number}", 40000) for number in (21, 22, 23)]
    request, answer = bytes.fromhex("000100000006010300010001"), bytes.fromhex("0001000000050103020000")
    first, silent, third = ends
    for end in (first, silent):
        capture.tcp(end, PLC, request)
    capture.tcp(PLC, first, b"", 0x10)
    capture.tcp(third, PLC, request)
    for end in (first, third):
        capture.tcp(PLC, end, answer)
    reader = Reader(registry(), fenced=False, limits={"flows": 2})
    found = reader.read([capture.write(tmp_path / "a.pcap")])
    tallies = [TallyRow(*row) for row in found.session.tallies()]
    answered = {found.conversations[one.conversation].client[0]: (found.templates[one.template].has_answer, one.times) for one in tallies}
    assert answered == {first[0]: (True, 1), silent[0]: (False, 1), third[0]: (True, 1)}
    assert found.counters["flows_shed"] == 1


def test_evicted_flows_lose_no_message(capture: Capture, tmp_path: Path) -> None:
    """Forty connections take turns in a table of eight: each comes back in its middle, and every exchange is counted."""
    ends = [(f"10.0.0.{number}", 40000) for number in range(30, 70)]
    for end in ends:
        capture.connect(end, PLC)
    for round_ in range(5):
        for end in ends:
            poll(capture, round_, end)
    whole, narrow = read(capture, tmp_path / "a.pcap"), read(capture, tmp_path / "a.pcap", flows=8)
    assert counted(whole, 502) == counted(narrow, 502) == 5 * len(ends)
    assert sum(row.packets for row in narrow.conversations) == len(capture.frames)
    assert count(whole, "flows_shed") == 0
    assert count(narrow, "flows_shed") > 200


# ---------------------------------------------------------------------------------------------------------------- chance


def busy(capture: Capture) -> None:
    """Something of everything: many conversations, changes, a stop, refusals, losses, copies."""
    for number in range(12):
        client = (f"10.0.2.{number + 1}", 40000)
        capture.connect(client, PLC)
        for register in range(8):
            poll(capture, 100 * number + register, client)
            poll(capture, register, client)
        capture.tcp(client, PLC, b"lost", lost=True)
        poll(capture, 9, client)
        write(capture, client)
    stop(capture)


def test_the_seeds_of_a_run_change_nothing(capture: Capture, tmp_path: Path) -> None:
    """Every engine hashes with seeds of its own; the document is the same, byte for byte."""
    busy(capture)
    path = capture.write(tmp_path / "a.pcap")
    documents = {b"".join(text(inspect([path], fenced=False))) for _ in range(6)}
    assert len(documents) == 1
    assert len(documents.pop()) > 10_000


@pytest.mark.parametrize("limits", [{"novelty": 5}, {"flows": 3}, {"flows": 1}, {"buffered": 1}, {"novelty": 0}], ids=str)
def test_what_is_left_out_is_the_same_in_every_run(limits: dict[str, int], capture: Capture, tmp_path: Path) -> None:
    busy(capture)
    documents: list[dict[str, Any]] = [document(result(read(capture, tmp_path / "a.pcap", **limits))) for _ in range(4)]
    assert all(one == documents[0] for one in documents[1:])
    assert len(with_effect(read(capture, tmp_path / "a.pcap", **limits), Effect.STOP)) == 1
