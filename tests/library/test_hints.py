"""What values give away: every kind of row has a value that fits and one that does not."""

from __future__ import annotations

import re

import pytest

from fieldwatch.library.hints import Hint, hints
from fieldwatch.library.roles import purdue_levels
from fieldwatch.library.table import table

ROWS = table("hints.tsv").rows


@pytest.mark.parametrize(
    ("protocol", "attribute", "value", "says", "concluded"),
    [
        ("cip", "device_type", "Programmable Logic Controller", "role", "PLC"),
        ("cip", "device_type", "Communications Adapter", "role", "Communication module"),
        ("s7comm", "order_number", "6ES7 315-2EH14-0AB0", "role", "PLC"),
        ("s7comm", "order_number", "6ES7 412-2EK06-0AB0", "role", "PLC"),
        ("s7comm", "order_number", "6ES7 516-3AN01-0AB0", "role", "PLC"),
        ("s7comm", "order_number", "6ES7212-1BE40-0XB0", "role", "PLC"),
        ("pn_dcp", "order_number", "6ES7 155-6AU01-0BN0", "role", "Remote I/O"),
        ("s7comm", "order_number", "6GK7 343-1EX30-0XE0", "role", "Communication module"),
        ("lldp", "order_number", "6GK5 208-0BA10-2AA3", "role", "Switch"),
        ("s7comm", "order_number", "6ES7 315-2EH14-0AB0", "vendor", "Siemens"),
        ("enip", "model", "1756-L61/B LOGIX5561", "role", "PLC"),
        ("enip", "model", "1756-L61/B LOGIX5561", "order_number", "1756-L61/B"),
        ("enip", "model", "1756-ENBT/A", "order_number", "1756-ENBT/A"),
        ("enip", "model", "1756-ENBT/A", "role", "Communication module"),
        ("modbus", "model", "BMX P34 2020", "role", "PLC"),
        ("pn_dcp", "role", "IO-Device", "role", "Remote I/O"),
        ("pn_dcp", "type_of_station", "S7-300", "role", "PLC"),
        ("dnp3", "role", "outstation", "role", "RTU"),
        ("cdp", "model", "cisco WS-C2950-12", "role", "Switch"),
        ("ssh", "banner", "SSH-2.0-OpenSSH_8.2p1 Ubuntu-4ubuntu0.5", "os", "Linux"),
        ("http", "server_banner", "Microsoft-IIS/7.5", "os", "Windows"),
        ("snmp", "system_description", "Linux gw 4.19.0 #1 SMP x86_64", "os", "Linux"),
    ],
)
def test_value_that_fits(protocol: str, attribute: str, value: str, says: str, concluded: str) -> None:
    assert (says, concluded) in [(hint.says, hint.value) for hint in hints(protocol, attribute, value)]


@pytest.mark.parametrize(
    ("protocol", "attribute", "value"),
    [
        ("cip", "device_type", "Programmable Logic Controllers"),
        ("snmp", "role", "IO-Device"),
        ("s7comm", "order_number", "6XX7 315-2EH14-0AB0"),
        ("snmp", "model", "cisco WS-C2950-12"),
        ("cip", "firmware", "20.011"),
        ("cip", "model", ""),
    ],
)
def test_value_that_fits_not(protocol: str, attribute: str, value: str) -> None:
    assert hints(protocol, attribute, value) == ()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[1]}:{row[2]}")
def test_row_is_sound(row: list[str]) -> None:
    _, _, pattern, says, value, confidence = row
    assert re.compile(pattern)
    assert 0 < float(confidence) < 1
    assert says in {"role", "vendor", "os", "order_number"}
    if says == "role":
        assert value in purdue_levels()


def test_hint_is_what_the_row_says() -> None:
    assert hints("dnp3", "role", "master") == (Hint("role", "SCADA server", 0.6),)
