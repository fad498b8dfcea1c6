"""BACnet: who is there, what is read and written, restarts. Goldens: `bacnet.hex`."""

from pathlib import Path

import pytest

from fieldwatch.facts import DANGEROUS, Effect
from fieldwatch.protocols import bacnet
from fieldwatch.protocols._golden import Goldens
from fieldwatch.protocols._protocol import Done, Side, Value

GOLDENS = Goldens(Path(__file__).with_name("bacnet.hex"), bacnet.PROTOCOL)


def said(golden: str) -> list[tuple[str, str]]:
    return [(claim.attribute, claim.value) for _, claim in GOLDENS.read(golden).claims]


def components(golden: str) -> set[str]:
    return {claim.component for _, claim in GOLDENS.read(golden).claims}


def done(golden: str) -> Done:
    ((_, one),) = GOLDENS.read(golden).done
    return one


# ---------------------------------------------------------------------------------------------------------- who a device is


@pytest.mark.parametrize("golden", ["i am", "i am, behind a router", "i am, forwarded", "over Ethernet"])
def test_a_device_says_its_number_and_its_maker(golden: str) -> None:
    claims = dict(said(golden))
    assert claims["device_instance"] == ("8" if "router" in golden else "123")
    assert claims["vendor"]


def test_a_vendor_of_no_registry_is_a_number() -> None:
    assert said("i am of no vendor") == [("device_instance", "123"), ("vendor_id", "65534")]


def test_the_component_is_the_device_object_and_its_address_behind_a_router() -> None:
    assert components("i am") == {"device 123"}
    assert components("i am, behind a router") == {"device 8 via net 3:8"}
    assert components("read the name of a device behind a router") == {"device 123 via net 3:8"}
    assert components("i have, of an unnamed device") == {"net 3:8"}
    assert components("read the name of any device") == {"device 123"}


def test_a_forwarded_device_has_its_own_address() -> None:
    assert {claim.ip for _, claim in GOLDENS.read("i am, forwarded").claims} == {"10.0.0.9"}


def test_properties_of_the_device_object_are_identity() -> None:
    assert said("read the model") == [("model", "ACX")]
    assert said("read several") == [("device_name", "Pump"), ("firmware", "1.2")]
    assert said("i have") == [("device_name", "PUMP")]
    assert said("read several, one refused") == []
    assert said("i have an input") == []
    assert [attribute for attribute, _ in said("read numbers of a device")] == ["vendor", "device_instance", "protocol_version"]
    assert said("who am i")[1:] == [("model", "LMC"), ("serial_number", "123")]


@pytest.mark.parametrize(
    ("golden", "claims"),
    [("the answer alone", [("model", "ACX")]), ("several, the answer alone", [("device_name", "Pump")])],
)
def test_an_answer_alone_says_who_a_device_is(golden: str, claims: object) -> None:
    assert said(golden) == claims
    assert done(golden).effect is Effect.READ


# --------------------------------------------------------------------------------------------------------- what services do

PRESENT = "analog-value 3 present-value"


@pytest.mark.parametrize(
    ("golden", "name", "effect", "object", "values", "result"),
    [
        ("who is", "who-Is", Effect.DISCOVER, "all devices", {}, ""),
        ("who is, in every network", "who-Is", Effect.DISCOVER, "all devices", {}, ""),
        ("who is one of a range", "who-Is", Effect.DISCOVER, "devices 5-9", {}, ""),
        ("who has a name", "who-Has", Effect.DISCOVER, "SYNERGY", {}, ""),
        ("who has an object", "who-Has", Effect.DISCOVER, "from device 5 to 9 analog-input 3", {}, ""),
        ("you are", "you-Are", Effect.CONFIGURE, "Delta Controls LMC 123 device 3", {}, ""),
        ("read a value", "readProperty", Effect.READ, "analog-input 3 present-value", {"value": "21"}, "ok"),
        ("read the model", "readProperty", Effect.IDENTIFY, "device 123 model-name", {"value": "ACX"}, "ok"),
        ("read several, one refused", "readPropertyMultiple", Effect.IDENTIFY, "device 123 location", {}, "ok"),
        ("a first segment", "readProperty", Effect.READ, "device 123 object-list", {"value": "device 123"}, "ok"),
        ("subscribe to changes", "subscribeCOV", Effect.READ, "analog-input 3", {"lifetime": "300"}, "ok"),
        (
            "subscribe to changes of a property",
            "subscribeCOVProperty",
            Effect.READ,
            "analog-input 3 present-value[2]",
            {"lifetime": "60", "increment": "1"},
            "",
        ),
        (
            "a change",
            "unconfirmedCOVNotification",
            Effect.READ,
            "device 123 analog-input 3 present-value status-flags",
            {"present-value": "42", "status-flags": "0000"},
            "",
        ),
        (
            "several changes",
            "confirmedCOVNotificationMultiple",
            Effect.READ,
            "device 123 analog-input 3 present-value",
            {"present-value": "42"},
            "",
        ),
        ("read a log", "readRange", Effect.READ, "trend-log 1 log-buffer", {"position": "1", "count": "10"}, "ok"),
        ("events that are active", "getEventInformation", Effect.READ, "after analog-input 3", {}, "ok"),
        (
            "an event",
            "confirmedEventNotification",
            Effect.ALARM,
            "device 123 analog-input 3 out-of-range alarm from normal to high-limit",
            {"priority": "100", "text": "hi"},
            "ok",
        ),
        ("an alarm is acknowledged", "acknowledgeAlarm", Effect.ALARM, "analog-input 3 high-limit", {"source": "ME"}, "ok"),
        ("silence", "lifeSafetyOperation", Effect.WRITE, "silence life-safety-point 1", {"source": "ME"}, "ok"),
        ("a text", "confirmedTextMessage", Effect.WRITE, "device 5 class 3", {"text": "hi"}, ""),
        ("write a value", "writeProperty", Effect.WRITE, f"{PRESENT} priority 8", {"value": "42"}, "ok"),
        ("write a parameter", "writeProperty", Effect.WRITE, "analog-value 3 description", {"value": "ab"}, ""),
        ("give back", "writeProperty", Effect.WRITE, f"{PRESENT}[1] priority 16", {"value": "null"}, ""),
        ("out of service", "writeProperty", Effect.FORCE, "analog-input 3 out-of-service", {"value": "true"}, ""),
        ("back in service", "writeProperty", Effect.WRITE, "analog-input 3 out-of-service", {"value": "false"}, ""),
        ("write several", "writePropertyMultiple", Effect.WRITE, f"{PRESENT} priority 8", {PRESENT: "42"}, ""),
        (
            "write several parameters",
            "writePropertyMultiple",
            Effect.FORCE,
            "analog-value 3 description, analog-value 4 out-of-service",
            {"analog-value 3 description": "ab", "analog-value 4 out-of-service": "true"},
            "",
        ),
        (
            "write to a group",
            "writeGroup",
            Effect.WRITE,
            "group 7 priority 8 channel 1 channel 2",
            {"channel 1": "42", "channel 2": "42"},
            "",
        ),
        ("add to a list", "addListElement", Effect.CONFIGURE, "notification-class 1 recipient-list", {"recipient-list": "5"}, ""),
        ("create an object", "createObject", Effect.CONFIGURE, "analog-input 3 object-name", {"object-name": "ab"}, "ok"),
        ("create an object of a type", "createObject", Effect.CONFIGURE, "analog-value", {}, ""),
        ("delete an object", "deleteObject", Effect.CONFIGURE, "analog-input 3", {}, "ok"),
        ("read a file", "atomicReadFile", Effect.PROGRAM_UPLOAD, "file 1", {"position": "0", "bytes": "3"}, "ok"),
        ("write a file", "atomicWriteFile", Effect.PROGRAM_DOWNLOAD, "file 1", {"position": "0", "data": "010203"}, ""),
        (
            "write records of a file",
            "atomicWriteFile",
            Effect.PROGRAM_DOWNLOAD,
            "file 1",
            {"record": "0", "records": "1", "data": "0102"},
            "ok",
        ),
        ("open a terminal", "vtOpen", Effect.AUTHENTICATE, "ansi-x3-64", {}, "ok"),
        ("type at a terminal", "vtData", Effect.WRITE, "", {"data": "0d0a"}, ""),
        ("a private transfer of no vendor", "unconfirmedPrivateTransfer", Effect.CONFIGURE, "vendor 65534 service 7", {}, ""),
        ("set the time", "timeSynchronization", Effect.TIME_SET, "", {"date": "2024-1-2", "time": "10:11:12"}, ""),
        ("restart", "reinitializeDevice", Effect.RESET, "warm start", {}, "ok"),
        ("start a backup", "reinitializeDevice", Effect.MODE, "start backup", {}, ""),
        ("activate changes", "reinitializeDevice", Effect.CONFIGURE, "activate changes", {}, ""),
        ("restart in no state", "reinitializeDevice", Effect.RESET, "state 8", {}, ""),
        ("stop communication", "deviceCommunicationControl", Effect.STOP, "disable", {"minutes": "5"}, ""),
        ("stop to begin communication", "deviceCommunicationControl", Effect.STOP, "disable initiation", {}, ""),
        ("start communication", "deviceCommunicationControl", Effect.START, "enable", {}, "ok"),
        ("a password, cut", "deviceCommunicationControl", Effect.START, "enable", {}, ""),
    ],
)
def test_each_service_has_its_effect(golden: str, name: str, effect: Effect, object: str, values: dict[str, str], result: str) -> None:
    one = done(golden)
    assert (one.name, one.effect, one.object, dict(one.values), one.result) == (name, effect, object, values, result)


@pytest.mark.parametrize(
    ("golden", "name", "effect", "object", "result"),
    [
        ("register a foreign device", "Register-Foreign-Device", Effect.AUTHENTICATE, "", ""),
        ("a result", "BVLC-Result", Effect.DIAGNOSE, "", "Register-Foreign-Device NAK"),
        ("a result that is fine", "BVLC-Result", Effect.DIAGNOSE, "", "ok"),
        (
            "a table of broadcasts is written",
            "Write-Broadcast-Distribution-Table",
            Effect.CONFIGURE,
            "10.0.0.1:47808, 10.0.1.2:47808 mask 255.255.255.0",
            "",
        ),
        ("a table of foreign devices", "Read-Foreign-Device-Table-Ack", Effect.READ, "10.0.0.9:47808", ""),
        ("a foreign device is deleted", "Delete-Foreign-Device-Table-Entry", Effect.CONFIGURE, "10.0.0.9:47808", ""),
        ("who is a router", "Who-Is-Router-To-Network", Effect.DISCOVER, "network 3", ""),
        ("i am a router", "I-Am-Router-To-Network", Effect.DISCOVER, "network 3, network 13", ""),
        ("rejected by a router", "Reject-Message-To-Network", Effect.ERROR, "network 5: no route", ""),
        ("a routing table is written", "Initialize-Routing-Table", Effect.CONFIGURE, "network 3 port 1, network 13 port 2", ""),
        ("a routing table is asked for", "Initialize-Routing-Table", Effect.READ, "", ""),
        ("connect a network", "Establish-Connection-To-Network", Effect.CONFIGURE, "network 7", ""),
        ("a rejection alone", "reject", Effect.ERROR, "", "reject: unrecognized-service"),
    ],
)
def test_the_lower_layers_have_effects_too(golden: str, name: str, effect: Effect, object: str, result: str) -> None:
    one = done(golden)
    assert (one.name, one.effect, one.object, one.result) == (name, effect, object, result)


@pytest.mark.parametrize(
    ("golden", "technique"),
    [
        ("write a value", "T0855"),
        ("write a parameter", "T0836"),
        ("write an element among several", "T0855"),
        ("read a value", "T0801"),
        ("read the model", "T0888"),
        ("silence", "T0878"),
        ("reset of life safety", "T0855"),
        ("restart", "T0816"),
        ("start communication", ""),
        ("stop communication", "T0814"),
        ("a routing table is written", "T0836"),
        ("a routing table is asked for", ""),
    ],
)
def test_the_technique_follows_from_what_is_done(golden: str, technique: str) -> None:
    assert done(golden).technique == technique


def test_what_is_done_behind_a_router_is_done_to_a_component() -> None:
    assert done("write behind a router").component == "net 13:61"
    assert done("who is, in every network").component == ""


def test_no_read_is_dangerous() -> None:
    names = {"readProperty", "readPropertyMultiple", "readRange", "getAlarmSummary", "getEventInformation", "getEnrollmentSummary"}
    effects = {
        one.effect for golden in GOLDENS.by_name for _, one in GOLDENS.read(golden).done if one.name.removesuffix(" answer") in names
    }
    assert effects == {Effect.READ, Effect.IDENTIFY}
    assert not effects & DANGEROUS


@pytest.mark.parametrize(("golden", "word"), [("write refused", "error: "), ("rejected", "reject: "), ("aborted", "abort: ")])
def test_a_refusal_is_the_result(golden: str, word: str) -> None:
    result = done(golden).result
    assert result.startswith(word)
    assert len(result) > len(word)


def test_a_refusal_in_a_wrapping_is_read() -> None:
    assert done("remove from a list").result == "error: write-access-denied"


def test_each_type_of_value_is_told() -> None:
    (value,) = (text for name, text in done("read all kinds of values").values if name == "value")
    assert value == "null, true, -300, 42, 01020304, 101001011010, 2024-1-2, 10:11:12"


def test_what_is_written_is_a_value() -> None:
    assert Value(Side.REQUEST, 19, 4) in GOLDENS.read("write a value").marks


def test_a_password_is_only_in_the_login() -> None:
    reading = GOLDENS.read("restart")
    assert [(login.secret, login.result) for _, login in reading.logins] == [(b"pass", "ok")]
    assert "pass" not in str(reading.done)
    assert GOLDENS.read("restart without a password").logins == []
    ((_, login),) = GOLDENS.read("an operator logs in").logins
    assert (login.username, login.secret, login.cleartext) == ("Bob", b"pass", True)


# ------------------------------------------------------------------------------------------------ segments, and what is broken


@pytest.mark.parametrize("golden", ["a first segment", "a first segment alone", "a first segment of a request"])
def test_a_first_segment_is_read_as_far_as_it_goes(golden: str) -> None:
    reading = GOLDENS.read(golden)
    assert done(golden).object in {"device 123 object-list", "analog-value 3 description"}
    assert reading.broken == []


UNREAD = ("a later segment", "a second segment", "a segment out of turn", "a segment of another device", "a later segment of a request")


@pytest.mark.parametrize("golden", UNREAD)
def test_later_segments_are_unread_where_the_one_before_is_not_known(golden: str) -> None:
    ((_, unread, _),) = GOLDENS.read(golden).unread
    assert unread.function.startswith("segment of ")
    assert GOLDENS.read(golden).opens == []


def test_a_segment_is_acknowledged() -> None:
    assert done("segment ack").name == "segmentAck"


def test_a_list_is_read_over_all_its_segments() -> None:
    assert done("a first segment").values == (("value", "device 123"),)
    assert done("the middle of a list").object == done("the end of a list").object == "device 123 object-list"
    assert done("the middle of a list").values == (("value", "analog-input 1, analog-input 2"),)
    assert done("the end of a list").values == (("value", "analog-input 3"),)
    assert GOLDENS.read("the end of a list").broken == []


def test_each_segment_opens_the_next_under_its_invoke_id_and_the_last_closes() -> None:
    opened = [GOLDENS.read(golden).opens[0][1] for golden in ("a first segment", "the middle of a list", "the end of a list")]
    assert [one.value and one.value.sequence for one in opened] == [1, 2, None]
    assert {one.key for one in opened} == {b"\x02"}
    assert GOLDENS.read("several values, begun behind a router").opens[0][1].key == bytes.fromhex("06 0003 01 08")


def test_a_segment_that_comes_again_is_the_first() -> None:
    again, first = GOLDENS.read("the beginning of a list, again"), GOLDENS.read("a first segment alone")
    assert (again.done, again.opens) == (first.done, first.opens)


def test_a_string_that_two_segments_share_is_one_claim() -> None:
    assert said("who a device is, begun") == [("model", "Ctrl1")]
    assert said("who a device is, ended") == [("firmware", "1.23"), ("device_name", "ahu1")]
    (_, firmware), (_, name) = GOLDENS.read("who a device is, ended").claims
    raw = GOLDENS.by_name["who a device is, ended"].exchange.answer or b""
    assert raw[firmware.at.offset :][: firmware.at.length] == b"23"
    assert raw[name.at.offset :][: name.at.length] == b"\0ahu1"
    assert components("who a device is, ended") == {"device 123"}


def test_several_values_go_on_with_the_next_object() -> None:
    assert done("several values, ended behind a router").values == (("analog-input 2 present-value[1]", "21"),)
    assert done("several values, ended behind a router").component == "net 3:8"


def test_a_list_that_ends_too_early_breaks_a_rule() -> None:
    ((_, rule),) = GOLDENS.read("the end of a list, cut").broken
    assert rule.reason == "truncated"


def test_of_other_services_the_first_segment_alone_is_read() -> None:
    assert GOLDENS.read("a segment of a file").opens == []
    assert GOLDENS.read("a segment of a file").broken == []


@pytest.mark.parametrize(
    ("golden", "reason"),
    [
        ("another version", "NPDU version"),
        ("a lying length", "BVLC length"),
        ("an answer to another service", "service of the answer"),
        ("read a value, cut", "truncated"),
        ("who is without the high limit", "truncated"),
    ],
)
def test_a_broken_rule_is_said(golden: str, reason: str) -> None:
    assert [rule.reason for _, rule in GOLDENS.read(golden).broken] == [reason]


@pytest.mark.parametrize(
    ("golden", "function"),
    [
        ("an unknown service", "unconfirmed service 200"),
        ("an unknown confirmed service", "confirmed service 200"),
        ("an answer of no type", "PDU type 9"),
        ("secured", "BVLC function 0x0c"),
        ("a function of no standard", "BVLC function 0x0d"),
        ("a message of a vendor", "network message 0x80"),
        ("a message of no network", "network message 0x20"),
    ],
)
def test_what_is_not_read_is_said(golden: str, function: str) -> None:
    assert [unread.function for _, unread, _ in GOLDENS.read(golden).unread] == [function]


def test_what_changes_the_plant_has_a_reserve() -> None:
    """Kinds as the native core cuts them: type of the PDU and service; 0x10 unconfirmed, 0xff network, 0x81 virtual link."""
    vital = bacnet.PROTOCOL.vital
    for kind in ("000f", "0010", "0011", "0014", "0007", "1000", "1006", "1009", "ff06", "8101", "8105", "8108"):
        assert bytes.fromhex(kind) in vital
    for kind in ("000c", "000e", "1008", "ff00", "8102"):
        assert bytes.fromhex(kind) not in vital
