"""The main job, over captures that the tests make."""

from __future__ import annotations

import os
import pickle
import random
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import pytest

from fieldwatch.facts import Effect, MessageClass, Subject
from fieldwatch.pipeline import UnusableInput, document, inspect
from fieldwatch.pipeline.sources import NOT_TEXT

if TYPE_CHECKING:
    from tests.conftest import Capture


def test_a_small_plant(plant: Capture, tmp_path: Path) -> None:
    result = inspect([plant.write(tmp_path / "a.pcap")], fenced=False)
    (plc,) = [asset for asset in result.inventory.assets if "10.0.0.10" in asset.ips]
    assert (plc.value("vendor"), plc.value("firmware")) == ("Acme!", "V2.1")
    (write,) = result.facts.operations
    assert (write.effect, write.times, write.occurrences[0].frame) == (Effect.WRITE, 1, len(plant.frames) - 1)
    (talk,) = [one for one in result.facts.conversations if one.port == 502]
    assert {message.operation: message.times for message in talk.messages}["Read Holding Registers"] == 20
    assert result.facts.malformed == []
    assert result.facts.undecoded == []


def test_evidence_is_where_the_bytes_are(plant: Capture, tmp_path: Path) -> None:
    result = inspect([plant.write(tmp_path / "a.pcap")], fenced=False)
    for claim in result.facts.claims:
        raw = b"".join(plant.frames[span.frame - 1][1][span.offset : span.offset + span.length] for span in claim.evidence.spans)
        if claim.evidence.protocol == "modbus":
            assert raw.decode() == claim.value


def test_order_doubles_and_jobs_change_nothing(plant: Capture, tmp_path: Path) -> None:
    whole = [plant.write(tmp_path / f"{name}.pcap") for name in "abc"]
    plant.now_ns += 3600 * 10**9
    plant.modbus(("10.0.0.6", 40001), ("10.0.0.10", 502), 1, bytes.fromhex("ff0600080001"), bytes.fromhex("ff0600080001"))
    plant.frames = plant.frames[-2:]
    paths = [*whole, plant.write(tmp_path / "later.pcap")]
    first = orjson.dumps(document(inspect(paths, fenced=False)))
    assert len(orjson.loads(first)["skipped"]) == 2
    for seed in range(3):
        shuffled = random.Random(seed).sample(paths, len(paths))
        assert orjson.dumps(document(inspect(shuffled, fenced=False, jobs=1 + seed))) == first


def test_rotated_files_are_one_stream(plant: Capture, tmp_path: Path) -> None:
    """A file that ends in the middle of an exchange, and goes on in the next one, reads like the whole."""
    whole = inspect([plant.write(tmp_path / "whole.pcap")], fenced=False)
    frames = plant.frames
    half = len(frames) // 2 | 1
    plant.frames = frames[:half]
    first = plant.write(tmp_path / "1.pcap")
    plant.frames = frames[half:]
    parts = inspect([plant.write(tmp_path / "2.pcap"), first], fenced=False)
    assert [(one.operation, one.times, one.unanswered) for talk in parts.facts.conversations for one in talk.messages] == [
        (one.operation, one.times, one.unanswered) for talk in whole.facts.conversations for one in talk.messages
    ]
    assert {claim.evidence.source for claim in parts.facts.claims} == {first, str(tmp_path / "2.pcap")}


def test_a_cut_capture_is_read_up_to_the_cut(plant: Capture, tmp_path: Path) -> None:
    path = tmp_path / "cut.pcap"
    path.write_bytes(plant.pcap()[:-20])
    result = inspect([str(path)], fenced=False)
    (capture,) = result.facts.captures
    assert capture.packets == len(plant.frames) - 1
    assert capture.truncated
    assert len(result.facts.operations) == 1


@pytest.mark.parametrize(("content", "word"), [(b"", "no"), (b"hello world, no capture", "no")])
def test_what_is_no_capture_is_refused_with_the_reason(content: bytes, word: str, tmp_path: Path) -> None:
    path = tmp_path / "a.pcap"
    path.write_bytes(content)
    with pytest.raises(UnusableInput) as refused:
        inspect([str(path)])
    assert str(path) in str(refused.value)


def test_a_missing_file_and_an_empty_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match="no such file"):
        inspect([str(tmp_path / "nothing.pcap")])
    with pytest.raises(UnusableInput, match="no capture in there"):
        inspect([str(tmp_path)])


def test_bad_files_beside_good_ones_are_listed(plant: Capture, tmp_path: Path) -> None:
    plant.write(tmp_path / "good.pcap")
    (tmp_path / "bad.pcap").write_bytes(b"nonsense nonsense nonsense")
    result = inspect([str(tmp_path)], fenced=False)
    assert [Path(one.path).name for one in result.skipped] == ["bad.pcap"]
    assert result.facts.operations


def test_a_name_that_is_not_utf8_is_listed(plant: Capture, tmp_path: Path) -> None:
    plant.write(tmp_path / "good.pcap")
    plant.write(Path(os.fsdecode(os.fsencode(tmp_path) + b"/bad\xff\xfe.pcap")))
    result = inspect([str(tmp_path)], fenced=False)
    assert [(Path(one.path).name, one.why) for one in result.skipped] == [("bad\\xff\\xfe.pcap", NOT_TEXT)]
    assert [Path(one.path).name for one in result.facts.captures] == ["good.pcap"]
    assert rb"bad\\xff\\xfe.pcap" in orjson.dumps(document(result))


def test_only_a_name_that_is_not_utf8_is_refused(plant: Capture, tmp_path: Path) -> None:
    path = os.fsdecode(os.fsencode(tmp_path) + b"/\xe9t\xe9.pcap")
    plant.write(Path(path))
    with pytest.raises(UnusableInput, match=r"\\xe9t\\xe9.pcap: the name of the file is not UTF-8"):
        inspect([path])


def test_who_sends_in_anothers_name_is_told(plant: Capture, tmp_path: Path) -> None:
    """The TTL tells that no router is between: the sender is on the link, and it is not the owner of the address."""
    plant.wrap = lambda frame: frame[:6] + bytes.fromhex("020000000066") + frame[12:]
    frame = plant.udp(("10.0.0.5", 5000), ("10.0.0.10", 5001), b"in the name of the HMI")
    plant.udp(("10.0.0.66", 5000), ("10.0.0.10", 5001), b"in its own name")
    plant.wrap = lambda frame: frame
    plant.udp(("10.0.0.5", 5000), ("10.0.0.10", 5002), b"the HMI itself")
    assets = {asset.id: asset for asset in inspect([plant.write(tmp_path / "a.pcap")], fenced=False).inventory.assets}
    said = assets["02:00:00:00:00:05"].attribute("address_conflict")
    assert said is not None
    assert (said.value, said.evidence[0].frame) == ("10.0.0.5 is used by 02:00:00:00:00:66, too", frame)
    assert assets["02:00:00:00:00:66"].value("address_conflict") == "10.0.0.5 is used by 02:00:00:00:00:05, too"


def test_loss_is_a_gap_and_reading_goes_on(capture: Capture, tmp_path: Path) -> None:
    hmi, plc = ("10.0.0.5", 40000), ("10.0.0.10", 502)
    capture.connect(hmi, plc)
    poll, answer = bytes.fromhex("ff0300000001"), bytes.fromhex("ff03020001")
    for number in range(40):
        head = number.to_bytes(2, "big") + b"\0\0"
        capture.tcp(hmi, plc, head + b"\0\6" + poll, lost=number == 10)
        capture.tcp(plc, hmi, head + b"\0\5" + answer, lost=number == 20)
    result = inspect([capture.write(tmp_path / "a.pcap")], fenced=False)
    assert [(gap.times, gap.size_bytes) for gap in result.facts.gaps] == [(2, 12 + 11)]
    (talk,) = result.facts.conversations
    assert sum(one.times for one in talk.messages) == 40


def test_what_a_connection_leaves_unfinished_is_counted(capture: Capture, tmp_path: Path) -> None:
    hmi, plc = ("10.0.0.5", 40000), ("10.0.0.10", 502)
    capture.connect(hmi, plc)
    capture.modbus(hmi, plc, 1, bytes.fromhex("ff0300000002"), bytes.fromhex("ff030400010002"))
    capture.tcp(hmi, plc, bytes.fromhex("0002000000ffff10000100"))
    facts = inspect([capture.write(tmp_path / "a.pcap")], fenced=False).facts
    assert dict(facts.captures[0].counters)["messages_unfinished"] == 1


def test_facts_are_the_same_in_another_process(plant: Capture, tmp_path: Path) -> None:
    facts = inspect([plant.write(tmp_path / "a.pcap")], fenced=False).facts
    there = pickle.loads(pickle.dumps(facts))
    assert there == facts
    assert [type(message) for one in there.conversations for message in one.messages] == [MessageClass] * 4
    assert {type(one.client) for one in there.conversations} == {Subject}
