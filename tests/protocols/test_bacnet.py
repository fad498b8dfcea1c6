"""BACnet: who is there, what is read and written, restarts. Goldens: `bacnet.hex`."""

from pathlib import Path

import pytest

from fieldwatch.facts import Effect
from fieldwatch.protocols import bacnet
from fieldwatch.protocols._golden import Goldens
from fieldwatch.protocols._protocol import Side, Value

GOLDENS = Goldens(Path(__file__).with_name("bacnet.hex"), bacnet.PROTOCOL)


def said(golden: str) -> list[tuple[str, str]]:
    return [(claim.attribute, claim.value) for _, claim in GOLDENS.read(golden).claims]


@pytest.mark.parametrize("golden", ["i am", "i am, behind a router", "i am, forwarded", "over Ethernet"])
def test_a_device_says_its_number_and_its_maker(golden: str) -> None:
    claims = dict(said(golden))
    assert claims["device_instance"] == ("8" if "router" in golden else "123")
    assert claims["vendor"]


def test_a_device_behind_a_router_is_a_component_and_a_forwarded_one_has_its_own_address() -> None:
    assert {claim.component for _, claim in GOLDENS.read("i am, behind a router").claims} == {"net 3:8"}
    assert {claim.ip for _, claim in GOLDENS.read("i am, forwarded").claims} == {"10.0.0.9"}


def test_properties_of_the_device_object_are_identity() -> None:
    assert said("read the model") == [("model", "ACX")]
    assert said("read several") == [("device_name", "Pump"), ("firmware", "1.2")]
    assert said("i have") == [("device_name", "PUMP")]
    assert said("read several, one refused") == []


@pytest.mark.parametrize(
    ("golden", "name", "effect", "object", "values", "result"),
    [
        ("who is", "who-Is", Effect.DISCOVER, "all devices", (), ""),
        ("who is one of a range", "who-Is", Effect.DISCOVER, "devices 5-9", (), ""),
        ("read a value", "readProperty", Effect.READ, "analog-input 3 present-value", (("value", "21"),), "ok"),
        ("write a value", "writeProperty", Effect.WRITE, "analog-value 3 present-value priority 8", (("value", "42"),), "ok"),
        (
            "write several",
            "writePropertyMultiple",
            Effect.WRITE,
            "analog-value 3 present-value",
            (("analog-value 3 present-value", "42"),),
            "",
        ),
        ("restart", "reinitializeDevice", Effect.RESET, "warm start", (), "ok"),
        ("stop communication", "deviceCommunicationControl", Effect.STOP, "disable", (), ""),
        ("set the time", "timeSynchronization", Effect.TIME_SET, "", (("date", "2024-1-2"), ("time", "10:11:12")), ""),
        ("write a file", "atomicWriteFile", Effect.PROGRAM_DOWNLOAD, "file 1", (), ""),
        ("register a foreign device", "Register-Foreign-Device", Effect.AUTHENTICATE, "", (), ""),
        ("a result", "BVLC-Result", Effect.DISCOVER, "", (), "result 0x0030"),
        ("who is a router", "Who-Is-Router-To-Network", Effect.DISCOVER, "", (), ""),
    ],
)
def test_each_service_has_its_effect(golden: str, name: str, effect: Effect, object: str, values: object, result: str) -> None:
    ((_, done),) = GOLDENS.read(golden).done
    assert (done.name, done.effect, done.object, done.values, done.result) == (name, effect, object, values, result)


@pytest.mark.parametrize(("golden", "word"), [("write refused", "error: "), ("rejected", "reject: "), ("aborted", "abort: ")])
def test_a_refusal_is_the_result(golden: str, word: str) -> None:
    ((_, done),) = GOLDENS.read(golden).done
    assert done.result.startswith(word)
    assert len(done.result) > len(word)


def test_what_is_written_is_a_value() -> None:
    assert Value(Side.REQUEST, 19, 4) in GOLDENS.read("write a value").marks


def test_a_password_is_only_in_the_login() -> None:
    reading = GOLDENS.read("restart")
    assert [(login.secret, login.result) for _, login in reading.logins] == [(b"pass", "ok")]
    assert "pass" not in str(reading.done)


def test_what_is_not_read_or_broken_is_said() -> None:
    assert [rule.reason for _, rule in GOLDENS.read("another version").broken] == ["NPDU version"]
    assert [rule.reason for _, rule in GOLDENS.read("a lying length").broken] == ["BVLC length"]
    assert [unread.function for _, unread, _ in GOLDENS.read("an unknown service").unread] == ["unconfirmed service 200"]
    assert [unread.function for _, unread, _ in GOLDENS.read("an unknown confirmed service").unread] == ["confirmed service 200"]
    assert "segment" in GOLDENS.read("a later segment").unread[0][1].function
    assert [done.name for _, done in GOLDENS.read("segment ack").done] == ["segmentAck"]
