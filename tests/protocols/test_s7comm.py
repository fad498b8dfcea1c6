"""S7 communication: each function with and without its answer, each refusal, fragments. Goldens: `s7comm.hex`."""

from pathlib import Path

import pytest

from fieldwatch.facts import Effect
from fieldwatch.protocols import _s7comm_functions as functions
from fieldwatch.protocols._golden import Goldens
from fieldwatch.protocols._protocol import At, Claimed, Done, Ignored, Side, Value, Who
from fieldwatch.protocols.s7comm import PROTOCOL, Rest

GOLDENS = Goldens(Path(__file__).with_name("s7comm.hex"), PROTOCOL)


def done(name: str) -> Done:
    ((_, only),) = GOLDENS.read(name).done
    return only


def claims(name: str) -> list[Claimed]:
    return [claim for _, claim in GOLDENS.read(name).claims]


def items(name: str) -> list[tuple[str, str, str]]:
    """Object, value and result of each operation of the golden."""
    return [(one.object, one.values[0][1] if one.values else "", one.result) for _, one in GOLDENS.read(name).done]


# ---------------------------------------------------------------------------------------------------------------- variables


@pytest.mark.parametrize(
    ("golden", "expected"),
    [
        ("read var", [("DB10.DBX4.0 REAL 1", "10", "ok"), ("M16.0 BYTE 3", "1 2 3", "ok"), ("I1.1 BIT 1", "1", "ok")]),
        ("read timers and counters", [("T5 TIMER 1", "2127", "ok"), ("C7 COUNTER 2", "00010002", "ok")]),
        ("read refused", [("DB99.DBX0.0 BYTE 1", "", "object does not exist"), ("Q0.0 WORD 1", "4660", "ok")]),
        ("read refused with a length", [("DB99.DBX0.0 BYTE 1", "", "object does not exist"), ("Q0.0 WORD 1", "", "invalid address")]),
        ("read refused as a whole", [("DB1.DBX0.0 BYTE 1", "", "service not implemented")]),
        ("read without answer", [("DB1.DBX1.0 INT 2", "", "")]),
        ("answer without its request", [("(request not seen)", "", "ok")]),
        ("read of data blocks", [("DB74.DBX108.0 BYTE 2, DB76.DBX404.0 BYTE 4", "ff1122ff334455", "ok")]),
        ("read of another area", [("AREA68:0.0 TYPE23 1", "", "")]),
    ],
)
def test_read_var_ties_each_value_to_its_address(golden: str, expected: list[tuple[str, str, str]]) -> None:
    assert items(golden) == expected
    assert {one.effect for _, one in GOLDENS.read(golden).done} == {Effect.READ}


@pytest.mark.parametrize(
    ("golden", "expected"),
    [
        ("write var", [("DB1.DBX2.0 INT 1", "-10", "ok"), ("Q1.2 BIT 1", "1", "ok")]),
        ("write of odd length", [("M0.0 BYTE 1", "17", "ok"), ("M1.0 BYTE 1", "34", "invalid address")]),
        ("write refused", [("M0.0 BYTE 1", "17", "accessing the object not allowed")]),
        ("write without answer", [("M0.0 BYTE 1", "17", "")]),
        ("answer to a write alone", [("(request not seen)", "", "ok")]),
    ],
)
def test_write_var_says_what_is_written_where(golden: str, expected: list[tuple[str, str, str]]) -> None:
    assert items(golden) == expected
    assert {(one.effect, one.technique) for _, one in GOLDENS.read(golden).done} == {(Effect.WRITE, "T0855")}


def test_an_item_points_to_its_address_and_its_data_are_values() -> None:
    reading = GOLDENS.read("read var")
    assert [one.at for _, one in reading.done] == [At(Side.REQUEST, at, 12) for at in (12, 24, 36)]
    assert [mark for mark in reading.marks if isinstance(mark, Value)] == [
        Value(Side.ANSWER, 18, 4),
        Value(Side.ANSWER, 26, 3),
        Value(Side.ANSWER, 34, 1),
    ]
    assert [mark for mark in reading.marks if isinstance(mark, Ignored)] == [Ignored(side, 4, 2) for side in Side]


def test_long_values_are_cut() -> None:
    ((_, value),) = done("read of many bytes").values
    assert value == "aa" * 64 + "..."


# ------------------------------------------------------------------------------------------------------- blocks and services


@pytest.mark.parametrize(
    ("golden", "name", "effect", "object", "result"),
    [
        ("setup", "Setup communication", Effect.DISCOVER, "", "ok"),
        ("setup without answer", "Setup communication", Effect.DISCOVER, "", ""),
        ("request download", "Request download", Effect.PROGRAM_DOWNLOAD, "DB10", "ok"),
        ("download block", "Download block", Effect.PROGRAM_DOWNLOAD, "DB10", "ok"),
        ("download ended", "Download ended", Effect.PROGRAM_DOWNLOAD, "DB10", "ok"),
        ("start upload", "Start upload", Effect.PROGRAM_UPLOAD, "OB1", "ok"),
        ("upload", "Upload", Effect.PROGRAM_UPLOAD, "OB1", "ok"),
        ("end upload", "End upload", Effect.PROGRAM_UPLOAD, "OB1", "ok"),
        ("upload of an unknown block", "Upload", Effect.PROGRAM_UPLOAD, "", ""),
        ("upload refused", "Start upload", Effect.PROGRAM_UPLOAD, "OB1", "not permitted in current protection level"),
        ("upload of a file", "Start upload", Effect.PROGRAM_UPLOAD, "/_N_X", ""),
        ("activate blocks", "Activate block", Effect.PROGRAM_DOWNLOAD, "OB1, DB10", "ok"),
        ("delete block", "Delete block", Effect.PROGRAM_EDIT, "FC49", "ok"),
        ("cold restart", "PLC start", Effect.START, "cold restart", "ok"),
        ("warm restart", "PLC start", Effect.START, "warm restart", "service not implemented"),
        ("copy RAM to ROM", "Copy RAM to ROM", Effect.CONFIGURE, "EP", "ok"),
        ("compress memory", "Compress memory", Effect.CONFIGURE, "", "ok"),
        ("unknown service", "PI-Service", Effect.OPERATE, "_XXXX AB", "ok"),
        ("answer to a service alone", "PI-Service", Effect.OPERATE, "(request not seen)", "ok"),
        ("PLC stop", "PLC Stop", Effect.STOP, "P_PROGRAM", "ok"),
        ("PLC stop without answer", "PLC Stop", Effect.STOP, "P_PROGRAM", ""),
    ],
)
def test_jobs(golden: str, name: str, effect: Effect, object: str, result: str) -> None:
    operation = done(golden)
    assert (operation.name, operation.effect, operation.object, operation.result) == (name, effect, object, result)


@pytest.mark.parametrize(
    ("golden", "by"),
    [
        ("request download", Who.ASKER),
        ("download block", Who.ANSWERER),
        ("download ended", Who.ANSWERER),
        ("upload", Who.ASKER),
        ("activate blocks", Who.ASKER),
    ],
)
def test_a_controller_that_fetches_a_block_does_not_load_its_station(golden: str, by: Who) -> None:
    assert done(golden).by is by


def test_a_piece_of_a_block_is_kept_as_its_digest() -> None:
    ((name, digest),) = done("download block").values
    assert (name, len(digest)) == ("sha256", 32)
    assert done("upload").values[0][1] != digest


def test_an_upload_id_stands_for_its_block() -> None:
    ((_, opened),) = GOLDENS.read("start upload").opens
    assert (opened.value, opened.key) == ("OB1", b"\0\0\0\7")
    assert Ignored(Side.ANSWER, 16, 4) in GOLDENS.read("start upload").marks


# ----------------------------------------------------------------------------------------------------------------- userdata


@pytest.mark.parametrize(
    ("golden", "name", "effect", "object", "result"),
    [
        ("SZL 0F11 is a head only", "Read SZL", Effect.IDENTIFY, "SZL 0x0f11 index 0x0000", "ok"),
        ("SZL refused", "Read SZL", Effect.IDENTIFY, "SZL 0x0222 index 0x5050", "SZL index not available"),
        ("SZL without answer", "Read SZL", Effect.IDENTIFY, "SZL 0x0011 index 0x0000", ""),
        ("a fragment whose first was not seen", "Read SZL", Effect.IDENTIFY, "(first fragment not seen)", "ok"),
        ("SZL 00A0, second fragment", "Read SZL", Effect.IDENTIFY, "SZL 0x00a0 index 0x0000", "ok"),
        ("list blocks", "List blocks", Effect.READ, "", "ok"),
        ("list blocks of type", "List blocks of type", Effect.READ, "DB", "ok"),
        ("list blocks, second fragment", "List blocks of type", Effect.READ, "SFC", "ok"),
        ("block info", "Get block info", Effect.READ, "DB1", "ok"),
        ("block info refused", "Get block info", Effect.READ, "DB1", "block not found"),
        ("subscribe to events", "Message service", Effect.READ, "mode transition, alarm", "ok"),
        ("unsubscribe from events", "Message service", Effect.READ, "nothing", "ok"),
        ("diagnostic message", "Diagnostic message", Effect.ALARM, "event 0x4304 STOP by PG or SFB 20", ""),
        ("alarm", "ALARM_8 indication", Effect.ALARM, "", ""),
        ("alarm lock", "ALARM_8 lock", Effect.CONFIGURE, "", "ok"),
        ("variable status", "Variable status", Effect.DIAGNOSE, "T5 TIMER 1, M0.0 BYTE 6", "ok"),
        ("result of a variable table", "Variable status", Effect.READ, "result of a job", ""),
        ("enable job", "Enable job", Effect.DIAGNOSE, "Modify variable", "ok"),
        ("force", "Force", Effect.FORCE, "", "ok"),
        ("memory reset", "Memory reset", Effect.RESET, "", "ok"),
        ("flash LED", "Flash LED", Effect.DISCOVER, "", "ok"),
        ("cyclic transfer", "Cyclic transfer", Effect.READ, "DB1.DBX0.0 BYTE 2", "ok"),
        ("cyclic data", "Cyclic transfer", Effect.READ, "cyclic data", ""),
        ("unsubscribe cyclic", "Unsubscribe", Effect.READ, "", "ok"),
        ("change driven transfer modify", "Change driven transfer modify", Effect.READ, "DB81.DBX370.0 BYTE 5", "ok"),
        ("mode transition", "Mode transition: STOP", Effect.STOP, "", ""),
        ("NC upload", "NC start upload", Effect.PROGRAM_UPLOAD, "", "ok"),
    ],
)
def test_userdata(golden: str, name: str, effect: Effect, object: str, result: str) -> None:
    operation = done(golden)
    assert (operation.name, operation.effect, operation.object, operation.result) == (name, effect, object, result)


def test_identification_of_the_module() -> None:
    assert [(claim.component, claim.attribute, claim.value) for claim in claims("SZL 0011")] == [
        ("module", "order_number", "6ES7 315-2EH14-0AB0"),
        ("module", "hardware_version", "3"),
        ("hardware", "order_number", "6ES7 315-2EH14-0AB0"),
        ("hardware", "hardware_version", "3"),
        ("firmware", "firmware", "V3.2.7"),
        ("bootloader", "component_name", "Boot Loader"),
        ("bootloader", "firmware", "A 9.9"),
    ]
    assert claims("SZL 0011")[0].at == At(Side.ANSWER, 34, 28)
    assert [claim.value for claim in claims("SZL 0011 alone")] == ["6ES7 412-2EK06-0AB0", "2"]
    assert claims("SZL 0F11 is a head only") == []


def test_identification_of_the_components() -> None:
    assert {claim.attribute: claim.value for claim in claims("SZL 001C")} == {
        "station_name": "LINE 3",
        "device_name": "PLC_1",
        "tag": "MIXER",
        "copyright": "Original Siemens Equipment",
        "serial_number": "S C-B1U393142011",
        "model": "CPU 315-2 PN/DP",
        "memory_card_serial": "MMC 4A1AC019",
        "vendor_id": "0x002a",
        "vendor": "SIEMENS AG",
        "location": "HALL 2",
    }


def test_a_record_that_spans_fragments_is_read_with_the_last() -> None:
    assert [claim.value for claim in claims("SZL 001C, first fragment")] == ["LINE 3"]
    ((_, opened),) = GOLDENS.read("SZL 001C, first fragment").opens
    assert (opened.key, opened.value) == (b"\2", Rest("SZL 0x001c index 0x0000", 0x1C, 34, b"\0\2PLC"))
    assert [claim.value for claim in claims("SZL 001C, second fragment")] == ["PLC_1"]
    assert claims("SZL 001C, second of three fragments") == []
    assert [claim.value for claim in claims("SZL 001C, third of three fragments")] == ["PLC_1"]
    assert done("SZL 001C, third of three fragments").object == "SZL 0x001c index 0x0000"


def test_lists_of_the_state_are_values() -> None:
    mode = done("operating mode")
    assert (mode.effect, mode.technique, mode.values) == (Effect.READ, "T0868", (("mode", "RUN"), ("previous_mode", "STOP")))
    assert done("protection level").values == (("protection_level", "3"), ("mode_selector", "RUN"))


def test_a_password_is_unmasked() -> None:
    ((_, login),) = GOLDENS.read("password").logins
    assert (login.username, login.secret, login.cleartext, login.result) == ("", b"valve", True, "ok")
    ((_, refused),) = GOLDENS.read("password refused").logins
    assert refused.result == "wrong password"
    assert done("password").effect is Effect.AUTHENTICATE


def test_clocks() -> None:
    assert done("read clock").values == (("time", "2016-02-08 22:05:12"),)
    assert (done("set clock").effect, done("set clock").values) == (Effect.TIME_SET, (("time", "1995-12-31 23:59:58"),))


def test_modify_variable_says_what_is_written_where() -> None:
    operation = done("modify variable")
    assert operation.effect is Effect.WRITE
    assert operation.values == (("M0.0 DWORD 1", "1093895455"), ("DB10.DBX4.0 WORD 1", "57005"), ("I8.1 BIT 1", "1"))


# --------------------------------------------------------------------------------------------------------- what is not read


@pytest.mark.parametrize(
    ("golden", "function"),
    [
        ("read of a symbol", "Read Var item of syntax 0xb2"),
        ("unknown service", "PI-Service _XXXX"),
        ("CPU services", "CPU services"),
        ("unknown function", "function 0x77"),
        ("ack", "Ack without function"),
        ("unknown ROSCTR", "ROSCTR 5"),
        ("alarm", "CPU functions: ALARM_8 indication"),
        ("force", "Programmer commands: Force"),
        ("unknown userdata", "PBC BSEND/BRECV: subfunction 0x09"),
        ("unknown group", "group 13: subfunction 0x01"),
    ],
)
def test_what_is_not_decoded_is_said(golden: str, function: str) -> None:
    assert [unread.function for _, unread, _ in GOLDENS.read(golden).unread] == [function]


@pytest.mark.parametrize(
    ("golden", "reason", "have", "allowed"),
    [
        ("wrong variable specification", "variable specification", "0x13", "0x12"),
        ("wrong item count", "item count", "2", "1"),
        ("answer to another function", "answer to another function", "0x05", "0x04"),
        ("wrong length", "length", "26", "18"),
        ("wrong protocol identifier", "protocol identifier", "0x72", "0x32"),
    ],
)
def test_a_broken_rule_is_named(golden: str, reason: str, have: str, allowed: str) -> None:
    ((_, rule),) = GOLDENS.read(golden).broken
    assert (rule.reason, rule.have, rule.allowed) == (reason, have, allowed)


def test_kinds_that_change_the_plant_are_vital() -> None:
    vital = functions.vital()
    assert {b"\x01\x29", b"\x01\x05", b"\x01\x1a", b"\x07\x45\x01", b"\x07\x49\x01"} & vital == {
        b"\x01\x29",
        b"\x01\x05",
        b"\x01\x1a",
        b"\x07\x45\x01",
    }
    assert not {b"\x01\x04", b"\x03\x04", b"\x07\x42\x01"} & vital
