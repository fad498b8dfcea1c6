"""EtherNet/IP: sessions, identity of devices, and the CIP inside. Goldens: `enip.hex`."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fieldwatch.facts import Effect
from fieldwatch.pipeline import inspect
from fieldwatch.protocols import cip, enip
from fieldwatch.protocols._golden import Goldens
from fieldwatch.protocols._protocol import Ignored, Side
from fieldwatch.protocols._reading import Registry

if TYPE_CHECKING:
    from tests.conftest import Capture

GOLDENS = Goldens(Path(__file__).with_name("enip.hex"), enip.PROTOCOL, Registry([enip.PROTOCOL, cip.PROTOCOL]))


def test_a_device_that_is_listed_says_what_it_is() -> None:
    claims = {claim.attribute: claim.value for _, claim in GOLDENS.read("list identity").claims}
    assert claims == {
        "ip_address": "10.0.10.101",
        "vendor": "Rockwell Automation/Allen-Bradley",
        "device_type": "Programmable Logic Controller",
        "product_code": "54",
        "firmware": "20.005",
        "serial_number": "0x12345678",
        "model": "1756-L61/B",
    }


@pytest.mark.parametrize(
    ("golden", "name", "result"),
    [
        ("register a session", "RegisterSession", "ok"),
        ("unregister", "UnRegisterSession", ""),
        ("refused session", "RegisterSession", "unsupported protocol revision"),
    ],
)
def test_sessions_are_opened_and_closed(golden: str, name: str, result: str) -> None:
    ((_, done),) = GOLDENS.read(golden).done
    assert (done.name, done.effect, done.result) == (name, Effect.AUTHENTICATE, result)


@pytest.mark.parametrize(("golden", "component"), [("read a tag without a connection", ""), ("read a tag on a connection", "slot 0")])
def test_what_is_inside_is_read_as_cip(golden: str, component: str) -> None:
    ((protocol, done),) = GOLDENS.read(golden).done
    assert (protocol, done.effect, done.object, done.result, done.component) == ("cip", Effect.READ, "Level1", "ok", component)
    assert done.values == (("value", "42"),)


def test_handles_are_ignored() -> None:
    marks = GOLDENS.read("read a tag on a connection").marks
    assert {Ignored(Side.REQUEST, 4, 4), Ignored(Side.REQUEST, 12, 12), Ignored(Side.REQUEST, 36, 4), Ignored(Side.REQUEST, 44, 2)} <= set(
        marks
    )


def test_what_does_not_fit_is_said() -> None:
    assert [rule.reason for _, rule in GOLDENS.read("no data item").broken] == ["data item"]
    assert [(rule.reason, rule.have, rule.allowed) for _, rule in GOLDENS.read("a length that is not the message's").broken] == [
        ("length", "5", "4")
    ]
    assert [unread.function for _, unread, _ in GOLDENS.read("an unknown command").unread] == ["command 0x0099"]
    assert [unread.function for _, unread, _ in GOLDENS.read("another interface").unread] == ["interface 0x00000001"]


def message(command: int, session: int = 0, data: bytes = b"") -> bytes:
    """[V2] 2-3: a message of the encapsulation, its sender context all zeros."""
    return struct.pack("<HHII8xI", command, len(data), session, 0, 0) + data


def test_an_answer_belongs_to_the_request_of_its_command(capture: Capture, tmp_path: Path) -> None:
    client, server = ("10.0.0.5", 40000), ("10.0.0.10", 44818)
    capture.connect(client, server)
    for request in (message(0x01), message(enip.LIST_SERVICES), message(enip.LIST_INTERFACES), message(enip.REGISTER, 0, b"\1\0\0\0")):
        capture.tcp(client, server, request)
    for answer in (message(0x01, 0, b"\0\0"), message(enip.LIST_SERVICES, 0, b"\0\0"), message(enip.LIST_INTERFACES, 0, b"\0\0")):
        capture.tcp(server, client, answer)
    capture.tcp(server, client, message(enip.REGISTER, 0x1234, b"\1\0\0\0"))
    facts = inspect([capture.write(tmp_path / "commands.pcap")], fenced=False).facts
    counts = {one.operation: (one.times, one.unanswered) for one in facts.conversations[0].messages}
    assert counts == {"ListServices": (1, 0), "ListInterfaces": (1, 0), "RegisterSession": (1, 0)}
    assert [(one.function, one.times) for one in facts.undecoded] == [("command 0x0001", 1)]
