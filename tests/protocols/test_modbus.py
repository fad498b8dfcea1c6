"""Modbus/TCP: each function, each refusal, both sides of each limit. Goldens: `modbus.hex`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fieldwatch.facts import Effect
from fieldwatch.pipeline import inspect
from fieldwatch.protocols._golden import Goldens
from fieldwatch.protocols._protocol import Broken, Claimed, Done
from fieldwatch.protocols.modbus import PROTOCOL

if TYPE_CHECKING:
    from tests.conftest import Capture

GOLDENS = Goldens(Path(__file__).with_name("modbus.hex"), PROTOCOL)


def done(name: str) -> Done:
    ((_, only),) = GOLDENS.read(name).done
    return only


def claims(name: str) -> list[Claimed]:
    return [claim for _, claim in GOLDENS.read(name).claims]


def broken(name: str) -> list[Broken]:
    return [rule for _, rule in GOLDENS.read(name).broken]


@pytest.mark.parametrize(
    ("golden", "name", "object", "values", "component"),
    [
        ("read coils", "Read Coils", "coil 19-37", "1011001111010110101", ""),
        ("read discrete inputs", "Read Discrete Inputs", "discrete input 196-217", "0011010111011011101011", ""),
    ],
)
def test_a_read_of_bits_ties_each_bit_to_its_address(golden: str, name: str, object: str, values: str, component: str) -> None:
    operation = done(golden)
    assert (operation.name, operation.effect, operation.object, operation.component) == (name, Effect.READ, object, component)
    assert "".join(value for _, value in operation.values) == values
    first, last = object.rsplit(maxsplit=1)[-1].split("-")
    assert [operation.values[0][0], operation.values[-1][0]] == [first, last]


def test_a_read_of_registers_ties_each_value_to_its_address() -> None:
    operation = done("read holding registers")
    assert (operation.object, operation.result, operation.component) == ("holding register 107-109", "ok", "unit 1")
    assert operation.values == (("107", "555"), ("108", "0"), ("109", "100"))
    assert done("read input registers").values == (("8", "10"),)


def test_an_answer_alone_says_that_its_request_was_not_seen() -> None:
    operation = done("answer without its request")
    assert (operation.name, operation.object, operation.values, operation.result) == (
        "Read Holding Registers",
        "holding register (request not seen)",
        (),
        "ok",
    )


def test_a_request_alone_has_no_result() -> None:
    assert done("read without an answer") == done("read holding registers")._replace(values=(), result="")


@pytest.mark.parametrize(
    ("golden", "result"),
    [
        ("illegal data address", "illegal data address"),
        ("exception of no standard", "exception 42"),
        ("exception without its request", "illegal function"),
        ("read coils, one too many", "illegal data value"),
    ],
)
def test_an_exception_is_the_result(golden: str, result: str) -> None:
    assert done(golden).result == result


@pytest.mark.parametrize(
    ("golden", "name", "object", "values"),
    [
        ("write single coil on", "Write Single Coil", "coil 172", (("172", "1"),)),
        ("write single coil off", "Write Single Coil", "coil 172", (("172", "0"),)),
        ("write single register", "Write Single Register", "holding register 1", (("1", "3"),)),
        ("write single register, answer alone", "Write Single Register", "holding register 1", (("1", "3"),)),
        ("write multiple coils", "Write Multiple Coils", "coil 19-28", tuple(zip(map(str, range(19, 29)), "1011001110", strict=True))),
        ("write multiple registers", "Write Multiple Registers", "holding register 1-2", (("1", "10"), ("2", "258"))),
        ("write multiple registers, answer alone", "Write Multiple Registers", "holding register 1-2", ()),
        ("mask write register", "Mask Write Register", "holding register 4", (("and", "0x00f2"), ("or", "0x0025"))),
        (
            "read and write multiple registers",
            "Read/Write Multiple Registers",
            "holding register 14-16, reading holding register 3-8",
            (("14", "255"), ("15", "255"), ("16", "255")),
        ),
    ],
)
def test_a_write_says_what_is_written_where(golden: str, name: str, object: str, values: tuple[tuple[str, str], ...]) -> None:
    operation = done(golden)
    assert (operation.name, operation.effect, operation.technique) == (name, Effect.WRITE, "T0855")
    assert (operation.object, operation.values) == (object, values)


@pytest.mark.parametrize(
    ("golden", "name", "effect", "object"),
    [
        ("read exception status", "Read Exception Status", Effect.DIAGNOSE, ""),
        ("return query data", "Diagnostics: Return Query Data", Effect.DIAGNOSE, ""),
        ("restart communications", "Diagnostics: Restart Communications Option", Effect.RESET, ""),
        ("restart communications and clear the log", "Diagnostics: Restart Communications Option", Effect.RESET, "and clear the event log"),
        ("change the delimiter", "Diagnostics: Change ASCII Input Delimiter", Effect.CONFIGURE, ""),
        ("force listen only mode", "Diagnostics: Force Listen Only Mode", Effect.MODE, ""),
        ("clear counters", "Diagnostics: Clear Counters and Diagnostic Register", Effect.DIAGNOSE, ""),
        ("return bus message count", "Diagnostics: Return Bus Message Count", Effect.DIAGNOSE, ""),
        ("diagnostics of no standard", "Diagnostics: Sub-function 153", Effect.DIAGNOSE, ""),
        ("get comm event counter", "Get Comm Event Counter", Effect.DIAGNOSE, ""),
        ("get comm event log", "Get Comm Event Log", Effect.DIAGNOSE, ""),
        ("report server id", "Report Server ID", Effect.IDENTIFY, ""),
        ("read file record", "Read File Record", Effect.READ, "file 4 record 1-2, file 3 record 9-10"),
        ("write file record", "Write File Record", Effect.CONFIGURE, "file 4 record 7-9"),
        ("read fifo queue", "Read FIFO Queue", Effect.READ, "FIFO at holding register 1246"),
        ("device identification", "Read Device Identification", Effect.IDENTIFY, "basic"),
        ("extended device identification behind a gateway", "Read Device Identification", Effect.IDENTIFY, "extended"),
        ("one object of the device identification", "Read Device Identification", Effect.IDENTIFY, "object 2"),
        ("canopen general reference", "CANopen General Reference", Effect.CONFIGURE, ""),
        ("user-defined function", "User-defined Function 65", Effect.CONFIGURE, ""),
    ],
)
def test_every_other_function_says_what_it_does(golden: str, name: str, effect: Effect, object: str) -> None:
    operation = done(golden)
    assert (operation.name, operation.effect, operation.object) == (name, effect, object)


def test_device_identification_claims_what_the_device_says() -> None:
    said = [(claim.attribute, claim.value, claim.component) for claim in claims("device identification")]
    assert said == [("vendor", "Acme", ""), ("product_code", "RTU-14", ""), ("firmware", "V2.11", "")]
    said = [(claim.attribute, claim.value, claim.component) for claim in claims("extended device identification behind a gateway")]
    assert said == [
        ("vendor_url", "acme.example", "unit 5"),
        ("model", "Remote I", "unit 5"),
        ("model", "R-14", "unit 5"),
        ("application_name", "Mill", "unit 5"),
    ]


def test_a_claim_points_at_its_text() -> None:
    answer = GOLDENS.by_name["device identification"].exchange.answer
    assert answer is not None
    for claim in claims("device identification"):
        assert answer[claim.at.offset :][: claim.at.length].decode() == claim.value


def test_server_id_is_kept_as_bytes_and_as_text() -> None:
    said = [(claim.attribute, claim.value, claim.component) for claim in claims("report server id")]
    assert said == [("server_id_hex", "01ff41636d652052545520312e34", "unit 10"), ("server_id_text", "Acme RTU 1.4", "unit 10")]
    assert [claim.attribute for claim in claims("report server id without text")] == ["server_id_hex"]


@pytest.mark.parametrize(
    ("golden", "functions"),
    [
        ("umas", ["UMAS"]),
        ("user-defined function", ["User-defined Function 65"]),
        ("function of no standard", ["function 99"]),
        ("canopen general reference", ["CANopen General Reference"]),
        ("encapsulated interface of no standard", ["Encapsulated Interface Transport, MEI type 99"]),
        ("diagnostics of no standard", ["diagnostics sub-function 153"]),
        ("extended device identification behind a gateway", ["Read Device Identification"]),
    ],
)
def test_what_is_not_decoded_is_counted(golden: str, functions: list[str]) -> None:
    assert [unread.function for _, unread, _ in GOLDENS.read(golden).unread] == functions


@pytest.mark.parametrize(
    ("golden", "reason", "have"),
    [
        ("read coils, one too many", "quantity", "2001"),
        ("read holding registers, one too many", "quantity", "126"),
        ("read none", "quantity", "0"),
        ("read past the last register", "address range", "65535 + 2"),
        ("answer with another byte count", "byte count", "4"),
        ("exception of no standard", "exception code", "42"),
        ("exception in a request", "exception in a request", "134"),
        ("write single coil to no state", "coil state", "0x0100"),
        ("restart communications with other data", "diagnostic data", "0x0001"),
        ("diagnostics answered by another sub-function", "sub-function", "12"),
        ("get comm event log, too short", "byte count", "5"),
        ("write multiple registers with another byte count", "byte count", "4"),
        ("read file record, past the last", "record number", "10000"),
        ("read file 0", "file number", "0"),
        ("read file record of another reference type", "reference type", "5"),
        ("read fifo queue, one too many", "FIFO count", "32"),
        ("read fifo queue with another byte count", "byte count", "7"),
        ("device identification of no level", "read device ID code", "5"),
        ("encapsulated interface answered by another type", "MEI type", "13"),
        ("function 0", "function code", "0"),
        ("answer to another function", "answer to another function", "4"),
        ("another protocol identifier", "protocol identifier", "1"),
        ("length beyond the message", "length", "7"),
        ("bytes after the end", "bytes after the end", "1 bytes"),
    ],
)
def test_a_broken_rule_is_a_fact(golden: str, reason: str, have: str) -> None:
    (rule,) = broken(golden)
    assert (rule.reason, rule.have) == (reason, have)
    assert rule.clause.startswith(("[APP] ", "[TCP] "))


def test_a_request_longer_than_a_pdu_breaks_two_rules() -> None:
    assert [rule.reason for rule in broken("write multiple registers, one too many")] == ["length", "quantity"]


@pytest.mark.parametrize(
    "golden",
    [
        "read coils, most",
        "read holding registers, most",
        "read the last register",
        "write multiple registers, most",
        "read file record, last record",
        "read fifo queue, most",
        "change the delimiter",
    ],
)
def test_what_the_limits_allow_is_not_broken(golden: str) -> None:
    assert broken(golden) == []
    assert done(golden).name


def test_a_write_that_is_cut_short_is_a_write_all_the_same() -> None:
    golden = GOLDENS.by_name["write multiple registers"].exchange
    assert golden.request is not None
    reading = GOLDENS.registry.read(PROTOCOL, golden._replace(request=golden.request[:14], answer=None))
    assert [operation.effect for _, operation in reading.done] == [Effect.WRITE]
    assert "truncated" in [rule.reason for _, rule in reading.broken]


@pytest.mark.parametrize(
    ("what", "request_bytes", "answer_bytes", "protocol"),
    [
        ("Read Coils", "00070000000611010000000a", "00070000000511010203ff", "modbus"),
        ("an LDAP bind, RFC 4511 4.2", "300c020101600702010304008000", "308400000010020101618400000007" + "0a010004000400", "unknown"),
    ],
)
def test_it_is_known_on_another_port_and_nothing_else_is(
    what: str, request_bytes: str, answer_bytes: str, protocol: str, capture: Capture, tmp_path: Path
) -> None:
    client, server = ("10.0.0.5", 40000), ("10.0.0.10", 3268)
    capture.connect(client, server)
    capture.tcp(client, server, bytes.fromhex(request_bytes))
    capture.tcp(server, client, bytes.fromhex(answer_bytes))
    facts = inspect([capture.write(tmp_path / "port.pcap")], fenced=False).facts
    assert [conversation.protocol for conversation in facts.conversations] == [protocol], what
    assert facts.malformed == []
