"""What values give away: every kind of row has a value that fits and one that does not."""

from __future__ import annotations

import re

import pytest

from fieldwatch.library.hints import Hint, hints
from fieldwatch.library.roles import purdue_levels
from fieldwatch.library.table import table

ROWS = table("hints.tsv").rows

APC = "APC Web/SNMP Management Card (MB:v4.1.0 PF:v6.9.6 AN1:apc_hw05_sumx_696.bin MN:AP9630 HR:05 SN: 5A2031T44817)"


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
        ("modbus", "model", "Promag W 400", "role", "Sensor"),
        ("telnet", "model", "Matrix N7 Platinum", "role", "Switch"),
        ("cdp", "model", "cisco WS-C2950-12", "model", "WS-C2950-12"),
        ("cdp", "firmware", "Cisco IOS Software, CE500 Software (CE500-LANBASE-M), Version 12.2(25)FY, RELEASE", "firmware", "12.2(25)FY"),
        ("ssh", "banner", "SSH-2.0-OpenSSH_8.2p1 Ubuntu-4ubuntu0.5", "os", "Linux"),
        ("http", "server_banner", "Microsoft-IIS/7.5", "os", "Windows"),
        ("snmp", "system_description", APC, "role", "UPS"),
        ("snmp", "system_description", APC, "model", "AP9630"),
        ("snmp", "system_description", APC, "firmware", "v6.9.6"),
        ("snmp", "system_description", APC, "serial_number", "5A2031T44817"),
        ("snmp", "system_description", APC, "vendor", "APC"),
        ("snmp", "system_description", "HP ETHERNET MULTI-ENVIRONMENT,ROM none,JETDIRECT,JD153", "role", "Printer"),
        ("lldp", "system_description", "Hirschmann RSP30 Rail Switch Power, SW: HiOS-2S-08.7.02", "model", "RSP30"),
        ("snmp", "sys_object_id", "1.3.6.1.4.1.8691.7.69", "vendor", "Moxa"),
        ("snmp", "sys_object_id", "1.3.6.1.4.1.311.1.1.3.1.2", "os", "Windows"),
        ("dhcp", "vendor_class", "AXIS,Network Camera,P3245-LV,10.12.206", "role", "Camera"),
        ("dhcp", "vendor_class", "AXIS,Network Camera,P3245-LV,10.12.206", "model", "P3245-LV"),
        ("dhcp", "vendor_class", "AXIS,Network Camera,P3245-LV,10.12.206", "firmware", "10.12.206"),
        ("mdns", "service_type", "_ipp._tcp.local", "role", "Printer"),
        ("http", "page_title", "AXIS P3245-LV", "role", "Camera"),
        ("telnet", "banner", "Model name : MGate MB3180 Firmware version : 1.5 Build 11", "model", "MGate MB3180"),
        ("telnet", "banner", "Model name : MGate MB3180 Firmware version : 1.5 Build 11", "firmware", "1.5"),
        ("telnet", "banner", "Model name : NPort 5110 login:", "role", "Protocol gateway"),
        ("ftp", "banner", "140NOE77101 FTP server (VxWorks 5.4.2) ready.", "model", "140NOE77101"),
        ("dhcp", "name", "line2-HMI-03", "role", "HMI"),
        ("nbns", "name", "HIST01", "role", "Historian"),
        ("oui", "vendor", "Axis", "role", "Camera"),
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
        ("dhcp", "name", "groups-2"),
        ("dhcp", "name", "camille"),
        ("cip", "vendor", "Axis"),
        ("snmp", "sys_object_id", "1.3.6.1.4.1.90.1"),
    ],
)
def test_value_that_fits_not(protocol: str, attribute: str, value: str) -> None:
    assert hints(protocol, attribute, value) == ()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[1]}:{row[2]}")
def test_row_is_sound(row: list[str]) -> None:
    _, _, pattern, says, value, confidence = row
    assert re.compile(pattern)
    assert 0 < float(confidence) < 1
    assert says in {"role", "vendor", "model", "firmware", "serial_number", "os", "order_number"}
    if says == "role":
        assert value in purdue_levels()


@pytest.mark.parametrize("piece", ["140 1", "MGate firmware 1.", "-hist", "HP HTTP Server; HP ", "APC MN:", "a-"])
def test_hostile_values_are_soon_judged(piece: str) -> None:
    """No pattern goes over a value again and again: a run over every rule ends, whatever is repeated."""
    for protocol, attribute, *_ in ROWS:
        assert all(0 < hint.confidence < 1 for hint in hints(protocol, attribute, piece * 30_000 + "\n"))


def test_hint_is_what_the_row_says() -> None:
    assert hints("dnp3", "role", "master") == (Hint("role", "SCADA server", 0.6),)
