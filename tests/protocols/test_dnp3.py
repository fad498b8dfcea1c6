"""DNP3: each function, each kind of object, each broken rule. Goldens: `dnp3.hex`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fieldwatch.facts import Effect
from fieldwatch.pipeline.assemble import Assembler
from fieldwatch.pipeline.stream import Reader
from fieldwatch.protocols import registry
from fieldwatch.protocols._dnp3_functions import FUNCTIONS
from fieldwatch.protocols._dnp3_objects import LAYOUTS, layout_of
from fieldwatch.protocols._golden import Goldens
from fieldwatch.protocols._protocol import Broken, Done, Exchange, Who
from fieldwatch.protocols.dnp3 import PROTOCOL

if TYPE_CHECKING:
    from tests.conftest import Capture

GOLDENS = Goldens(Path(__file__).with_name("dnp3.hex"), PROTOCOL)


def done(name: str) -> Done:
    """The operation; what the outstation indicates beside it is not asked for."""
    return GOLDENS.read(name).done[0][1]


def broken(name: str) -> list[Broken]:
    return [rule for _, rule in GOLDENS.read(name).broken]


@pytest.mark.parametrize(
    ("golden", "name", "effect", "object"),
    [
        ("read classes", "Read", Effect.READ, "class 1, class 2, class 3, class 0"),
        ("read without an answer", "Read", Effect.READ, "analog input 0-9"),
        ("read points by index", "Read", Effect.READ, "analog input 0-1, 5"),
        ("read at most ten events", "Read", Effect.READ, "binary input event, at most 10"),
        ("response without its request", "Response", Effect.READ, "binary input 0 (request not seen)"),
        ("write time", "Write", Effect.TIME_SET, "time"),
        ("clear the restart indication", "Write", Effect.WRITE, "internal indication 7"),
        ("write deadband", "Write", Effect.WRITE, "analog input deadband 3"),
        ("write a device attribute", "Write", Effect.WRITE, "device attribute 247"),
        ("select", "Select", Effect.OPERATE, "binary output 3"),
        ("operate", "Operate", Effect.OPERATE, "binary output 3"),
        ("direct operate two points", "Direct Operate", Effect.OPERATE, "binary output 3-4"),
        ("direct operate without acknowledgement", "Direct Operate No Ack", Effect.OPERATE, "binary output 7"),
        ("immediate freeze", "Immediate Freeze", Effect.WRITE, "counter"),
        ("freeze and clear without acknowledgement", "Freeze and Clear No Ack", Effect.WRITE, "counter 0-4"),
        ("freeze at time", "Freeze at Time", Effect.WRITE, "time, counter"),
        ("cold restart", "Cold Restart", Effect.RESET, ""),
        ("warm restart", "Warm Restart", Effect.RESET, ""),
        ("start application", "Start Application", Effect.START, "application load"),
        ("stop application", "Stop Application", Effect.STOP, "application load"),
        ("save configuration", "Save Configuration", Effect.CONFIGURE, ""),
        ("enable unsolicited", "Enable Unsolicited", Effect.CONFIGURE, "class 1, class 2, class 3"),
        ("disable unsolicited", "Disable Unsolicited", Effect.CONFIGURE, "class 1"),
        ("assign class", "Assign Class", Effect.CONFIGURE, "class 1, binary input 0-4, analog input"),
        ("delay measurement", "Delay Measurement", Effect.DIAGNOSE, ""),
        ("record current time", "Record Current Time", Effect.TIME_SET, ""),
        ("unsolicited response", "Unsolicited Response", Effect.ALARM, "binary input event"),
        ("confirm", "Confirm", Effect.READ, ""),
        ("open file to read", "Open File", Effect.PROGRAM_UPLOAD, "file /log.txta"),
        ("open file to write", "Open File", Effect.PROGRAM_DOWNLOAD, "file ab.bin"),
        ("read a file block", "Read", Effect.READ, "file block"),
        ("write a file block", "Write", Effect.PROGRAM_DOWNLOAD, "file block"),
        ("close file", "Close File", Effect.PROGRAM_UPLOAD, ""),
        ("delete file", "Delete File", Effect.CONFIGURE, "file ab.bin"),
        ("get file info", "Get File Info", Effect.DISCOVER, "file ab.bin"),
        ("authenticate file", "Authenticate File", Effect.AUTHENTICATE, "user admin"),
        ("activate configuration", "Activate Configuration", Effect.CONFIGURE, "file ab.bin"),
        ("challenge reply", "Authentication Request", Effect.AUTHENTICATE, "user 1"),
        ("session key change", "Authentication Request", Effect.AUTHENTICATE, "user 1"),
        ("aggressive mode", "Direct Operate", Effect.OPERATE, "user 1, binary output 3"),
        ("device attributes", "Read", Effect.IDENTIFY, "device attribute 254"),
        ("request link status", "Request Link Status", Effect.DIAGNOSE, ""),
        ("link status", "Link Status", Effect.DIAGNOSE, ""),
    ],
)
def test_each_function_says_what_it_does_to_what(golden: str, name: str, effect: Effect, object: str) -> None:
    operation = done(golden)
    assert (operation.name, operation.effect, operation.object) == (name, effect, object)
    assert broken(golden) == []


@pytest.mark.parametrize(
    ("golden", "values"),
    [
        ("read points by index", {"analog input 5": "256"}),
        ("read at most ten events", {"binary input 7": "1"}),
        ("write time", {"time": "1341264626386 ms"}),
        ("clear the restart indication", {"internal indication 7": "0"}),
        ("write a device attribute", {"device attribute 247": "Plant"}),
        ("select", {"binary output 3": "CLOSE PULSE_ON x1 100/100 ms"}),
        ("direct operate two points", {"binary output 3": "LATCH_ON", "binary output 4": "TRIP LATCH_OFF CLEAR"}),
        (
            "direct operate analog outputs",
            {"analog output 1": "1000", "analog output 2": "-2", "analog output 3": "1.5", "analog output 4": "1.5"},
        ),
        ("octet string of no length", {"virtual terminal output 5": ""}),
        ("cold restart", {"time delay": "10 s"}),
        ("delay measurement", {"time delay": "5 ms"}),
        ("unsolicited response", {"binary input 5": "1"}),
        ("write a file block", {"block": "1"}),
    ],
)
def test_values_stand_beside_their_points(golden: str, values: dict[str, str]) -> None:
    assert dict(done(golden).values) == values


def test_values_of_every_layout() -> None:
    found: dict[str, list[str]] = {}
    for point, value in done("read every layout").values:
        found.setdefault(point.rstrip("0123456789").strip(), []).append(value)
    assert found == {
        "binary input": list("1010101010"),
        "double-bit input": ["intermediate", "off", "on", "indeterminate", "on", "off"],
        "binary output": ["1", "0", "1", "1", "0"],
        "binary output command": ["1", "0 local"],
        "counter": ["10", "9"],
        "frozen counter": ["5", "9"],
        "analog input": ["-1", "1.5", "1.5", "100"],
        "frozen analog input": ["2", "1"],
        "analog input deadband": ["10"],
        "analog output": ["5", "10"],
        "analog output command": ["5"],
        "time": ["6618611909121 ms"],
        "common time of occurrence": ["6618611909121 ms"],
        "time delay": ["5 s", "5 ms"],
        "unsigned integer": ["7"],
        "security statistic": ["9"],
        "octet string": ["hello", "abc"],
    }
    assert GOLDENS.read("read every layout").unread == []


def test_flags_are_told_where_a_point_is_not_plainly_online() -> None:
    assert dict(done("read classes").values)["analog input 1"] == "-2 flags 0x09"


@pytest.mark.parametrize(("group", "variation"), LAYOUTS)
@pytest.mark.parametrize(("prefix", "size"), [(0, 0), (1, 1), (2, 2), (4, 4)])
def test_an_index_makes_an_object_longer_by_its_size(group: int, variation: int, prefix: int, size: int) -> None:
    bare, indexed = layout_of(group, variation, 0), layout_of(group, variation, prefix)
    assert bare is not None
    assert indexed is not None
    assert indexed.fields.size == bare.fields.size + size
    assert indexed.value == bare.value + bool(size)


@pytest.mark.parametrize(
    ("golden", "result"),
    [
        ("read classes", "ok"),
        ("read without an answer", ""),
        ("confirm", ""),
        ("unsolicited response", ""),
        ("response without its request", "ok"),
        ("operate", "no select"),
        ("direct operate analog outputs", "out of range"),
        ("control with a status of no standard", "status 80"),
        ("stop application", "function not supported"),
        ("disable unsolicited", "object unknown"),
        ("write a device attribute", "parameter error"),
        ("save configuration", "already executing"),
        ("open file to write", "permission denied"),
        ("write a file block in vain", "handle expired"),
        ("delete file", "file not found"),
        ("challenge", "authentication challenge"),
        ("session key status", "ok"),
        ("authentication error", "authentication error 1"),
    ],
)
def test_the_result_is_what_the_outstation_answers(golden: str, result: str) -> None:
    assert done(golden).result == result


@pytest.mark.parametrize(
    ("golden", "told"),
    [
        ("read with nothing to report", []),
        ("clear the restart indication", ["device restart"]),
        ("unsolicited restart", ["device restart"]),
        ("trouble", ["local control, device trouble, device restart, event buffer overflow, configuration corrupt"]),
    ],
)
def test_indications_out_of_the_ordinary_are_told(golden: str, told: list[str]) -> None:
    assert [operation.object for _, operation in GOLDENS.read(golden).done[1:]] == told


def test_each_speaker_claims_its_address_and_its_role() -> None:
    said = {(claim.who, claim.attribute, claim.value, claim.component) for _, claim in GOLDENS.read("read classes").claims}
    assert said == {
        (Who.ASKER, "dnp3_address", "3", ""),
        (Who.ASKER, "role", "master", "dnp3 address 3"),
        (Who.ANSWERER, "dnp3_address", "10", ""),
        (Who.ANSWERER, "role", "outstation", "dnp3 address 10"),
    }
    alone = {(claim.who, claim.value) for _, claim in GOLDENS.read("unsolicited response").claims}
    assert alone == {(Who.ASKER, "10"), (Who.ASKER, "outstation")}


def test_the_target_is_the_address_that_is_asked() -> None:
    assert done("read classes").component == "dnp3 address 10"
    assert done("response without its request").component == "dnp3 address 10"
    assert done("unsolicited response").component == "dnp3 address 3"
    broadcast = done("disable unsolicited, broadcast")
    assert (broadcast.component, broadcast.object) == ("", "class 1 (broadcast)")


def sealed(frame: bytes) -> bytes:
    """A frame of one block with the right CRCs in place of those that it has (IEEE 1815, 9.2.4)."""

    def crc(block: bytes) -> bytes:
        total = 0
        for byte in block:
            total ^= byte
            for _ in range(8):
                total = total >> 1 ^ 0xA6BC if total & 1 else total >> 1
        return (~total & 0xFFFF).to_bytes(2, "little")

    head, data = frame[:8], frame[10:-2]
    return head + crc(head) + data + crc(data)


def test_answers_of_outstations_that_share_a_connection_belong_to_their_own_requests(capture: Capture, tmp_path: Path) -> None:
    """Outstations 10 and 11 behind one gateway are restarted under the same sequence number; 11 answers first, and refuses."""
    master, gateway = ("10.0.0.5", 40000), ("10.0.0.10", 20000)
    capture.connect(master, gateway)
    for request in ("0564 08 c4 0a00 0300 0000 c0 c2 0d 0000", "0564 08 c4 0b00 0300 0000 c0 c2 0d 0000"):
        capture.tcp(master, gateway, sealed(bytes.fromhex(request)))
    for answer in ("0564 0a 44 0300 0b00 0000 c0 c2 81 0001 0000", "0564 0a 44 0300 0a00 0000 c0 c2 81 0000 0000"):
        capture.tcp(gateway, master, sealed(bytes.fromhex(answer)))
    stream = Reader(registry(), fenced=False).read([capture.write(tmp_path / "shared.pcap")])
    operations = Assembler(stream, b"key").assemble().operations
    assert {(one.name, one.target.component, one.occurrences[0].result) for one in operations} == {
        ("Cold Restart", "dnp3 address 10", "ok"),
        ("Cold Restart", "dnp3 address 11", "function not supported"),
    }


def test_device_attributes_claim_what_the_device_is() -> None:
    claims = [claim for _, claim in GOLDENS.read("device attributes").claims if claim.attribute not in ("dnp3_address", "role")]
    assert {(claim.attribute, claim.value) for claim in claims} == {
        ("firmware", "V1.03"),
        ("hardware_version", "B"),
        ("location", "Pump1"),
        ("user_assigned_id", "K17"),
        ("device_name", "RTU17"),
        ("serial_number", "1234"),
        ("model", "R-1400"),
        ("vendor", "Acme"),
    }
    assert {(claim.who, claim.component) for claim in claims} == {(Who.ANSWERER, "dnp3 address 10")}
    own = {claim.attribute for _, claim in GOLDENS.read("device attributes of a vendor's set").claims}
    assert own == {"dnp3_address", "role"}


def test_file_credentials_are_a_login() -> None:
    ((_, login),) = GOLDENS.read("authenticate file").logins
    assert (login.username, login.secret, login.cleartext, login.result) == ("admin", b"pass", True, "ok")


@pytest.mark.parametrize(
    ("golden", "functions"),
    [
        ("data set", ["group 87 variation 1"]),
        ("group of no known size", ["group 200 variation 1"]),
        ("file of no known variation", ["group 70 variation 9"]),
        ("authentication of no known variation", ["group 120 variation 16"]),
        ("function of no standard", ["function 34"]),
    ],
)
def test_what_is_not_decoded_is_counted(golden: str, functions: list[str]) -> None:
    assert [unread.function for _, unread, _ in GOLDENS.read(golden).unread] == functions


@pytest.mark.parametrize(
    ("golden", "reasons"),
    [
        ("control that carries a status", ["control status"]),
        ("count of all objects with data", ["qualifier"]),
        ("qualifier of no standard", ["qualifier"]),
        ("index and range", ["qualifier"]),
        ("size without objects", ["qualifier"]),
        ("stop before start", ["range"]),
        ("function of no standard", ["function code"]),
        ("response by a master", ["direction"]),
        ("request by an outstation", ["direction"]),
        ("reserved source address", ["source address"]),
        ("reserved indications", ["internal indications"]),
        ("file name beyond its object", ["truncated"]),
        ("objects cut short", ["truncated"]),
        ("header of data only", ["user data", "truncated"]),
        ("link function of no standard", ["link function"]),
        ("user data in a link frame", ["user data"]),
        ("length below the least", ["length"]),
        ("length beyond the message", ["length"]),
    ],
)
def test_a_broken_rule_is_a_fact(golden: str, reasons: list[str]) -> None:
    assert [rule.reason for rule in broken(golden)] == reasons


@pytest.mark.parametrize("golden", ["stop at start", "four-byte range", "octet string of no length"])
def test_what_the_limits_allow_is_not_broken(golden: str) -> None:
    assert broken(golden) == []


@pytest.mark.parametrize(
    ("golden", "effect", "object", "values"),
    [
        ("objects cut short", Effect.OPERATE, "binary output", {}),
        ("second command cut short", Effect.OPERATE, "binary output 3", {"binary output 3": "LATCH_ON"}),
        ("second input cut short", Effect.READ, "binary input 0-1 (request not seen)", {"binary input 0": "1"}),
        ("packed outputs cut short", Effect.WRITE, "binary output 0-8", {}),
    ],
)
def test_of_objects_that_are_cut_short_those_that_are_there_are_read(
    golden: str, effect: Effect, object: str, values: dict[str, str]
) -> None:
    operation = done(golden)
    assert (operation.effect, operation.object, dict(operation.values)) == (effect, object, values)
    assert [rule.reason for rule in broken(golden)] == ["truncated"]


def test_what_has_two_headers_is_named_once() -> None:
    assert done("the same header twice").object == "virtual terminal output 5"


def test_a_count_beyond_the_message_costs_nothing() -> None:
    """Ranges of four billion points, with and without data, in a message of a few bytes."""
    for function, group in ((1, "1e02"), (2, "1e02"), (2, "0101"), (2, "00fa"), (2, "7003"), (4, "7800")):
        request = bytes.fromhex(f"0564 16 c4 0a00 0300 0000 c0 c1 {function:02x} {group} 02 00000000 ffffffff")
        assert GOLDENS.registry.read(PROTOCOL, Exchange(request, None)).done[0][1].name == FUNCTIONS[function].name
