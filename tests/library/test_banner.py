"""Banners taken apart into cells: the forms in which devices of each maker name themselves."""

from __future__ import annotations

import re

import pytest

from fieldwatch.library.banner import CELLS, MOST, split
from fieldwatch.library.identity import Identity
from fieldwatch.library.makers import maker
from fieldwatch.library.table import CERTIFICATE, table

RA, PHOENIX = "Rockwell Automation", "Phoenix Contact"
NMC = (
    "APC Web/SNMP Management Card (MB:v4.1.0 PF:v6.9.6 PN:apc_hw{}_aos_696.bin AF1:v6.9.6 AN1:apc_hw{}_sumx_696.bin "
    "MN:{} HR:05 SN: ZA1234567890 MD:01/02/2013) (Embedded PowerNet SNMP Agent SW v2.2 compatible)"
)
CP343 = "Siemens, SIMATIC NET, CP 343-1 Lean, 6GK7 343-1CX10-0XE0, HW: Version 3, FW: Version V3.1.3, SVPF8112233"
CPU1200 = "Siemens, SIMATIC S7, CPU-1200, 6ES7 214-1BG40-0XB0 , HW: 1, FW: V.4.1.3, S C-F8RT12345678"
IOS = (
    "Cisco IOS Software, C2960 Software (C2960-LANBASEK9-M), Version 12.2(55)SE5, RELEASE SOFTWARE (fc1)\r\n"
    "Technical Support: http://www.cisco.com/techsupport\r\nCopyright (c) 1986-2012 by Cisco Systems, Inc."
)
IOS_XE = "Cisco IOS Software [Everest], ISR Software (X86_64_LINUX_IOSD-UNIVERSALK9-M), Version 16.6.4, RELEASE SOFTWARE (fc3)"
IOS_OLD = (
    "Cisco Internetwork Operating System Software \r\nIOS (tm) C2950 Software (C2950-I6Q4L2-M), Version 12.1(22)EA4, RELEASE SOFTWARE (fc1)"
)
NPORT = (
    "Model name       : NPort 5210\r\nMAC address      : 00:90:E8:11:22:33\r\n"
    "Serial No        : 1234\r\nFirmware version : 2.8 Build 17110215\r\n"
)
HIRSCHMANN = "Copyright (c) 2004-2012 Hirschmann Automation and Control GmbH\r\n\r\nAll rights reserved\r\n\r\nMACH4000 Release L3P-09.0.12"
MGUARD = "Phoenix Contact GmbH & Co. KG, FL MGUARD RS4000, 2700634, FW: 8.6.1"
ROS = "Rugged Operating System v3.11.0 (Apr 26 2013) Product: RS900 Serial Number: RS900-1234"

FORMS = [
    ("1756-L61/B LOGIX5561", Identity(RA, "LOGIX5561", "1756-L61", "", "B")),
    ("1756-EN2T/D", Identity(RA, "1756-EN2T", "1756-EN2T", "", "D")),
    ("Rockwell Automation 1756-ENBT/A", Identity(RA, "1756-ENBT", "1756-ENBT", "", "A")),
    ("1734-AENT Series B", Identity(RA, "1734-AENT", "1734-AENT", "", "B")),
    ("1763-L16AWA B/16.00", Identity(RA, "1763-L16AWA", "1763-L16AWA", "16.00", "B")),
    ("1747-L552/C C/13 - DC 3.46", Identity(RA, "1747-L552", "1747-L552", "13", "C")),
    ("1769-L35E Ethernet Port", Identity(RA, "1769-L35E", "1769-L35E")),
    ("1769-L33ER CompactLogix 5370", Identity(RA, "CompactLogix 5370", "1769-L33ER")),
    (CP343, Identity("Siemens", "CP 343-1 Lean", "6GK7 343-1CX10-0XE0", "V3.1.3", "3", "SVPF8112233")),
    (CPU1200, Identity("Siemens", "CPU-1200", "6ES7 214-1BG40-0XB0", "V.4.1.3", "1", "S C-F8RT12345678")),
    ("Siemens SIMATIC S7 CPU 315-2 PN/DP 6ES7 315-2EH14-0AB0", Identity("Siemens", "SIMATIC S7 CPU 315-2 PN/DP", "6ES7 315-2EH14-0AB0")),
    ("Siemens, SIMATIC S7, CPU 1511-1 PN, 6ES7 511-1AK01-0AB0", Identity("Siemens", "SIMATIC S7, CPU 1511-1 PN", "6ES7 511-1AK01-0AB0")),
    (IOS, Identity("Cisco", "IOS Software, C2960", "", "12.2(55)SE5")),
    (IOS_XE, Identity("Cisco", "IOS Software [Everest], ISR", "", "16.6.4")),
    (IOS_OLD, Identity("Cisco", "IOS (tm) C2950", "", "12.1(22)EA4")),
    ("Cisco Adaptive Security Appliance Version 9.8(2)", Identity("Cisco", "Adaptive Security Appliance", "", "9.8(2)")),
    ("Hirschmann Railswitch", Identity("Hirschmann", "Railswitch")),
    (HIRSCHMANN, Identity("Hirschmann", "MACH4000", "", "L3P-09.0.12")),
    ("MOXA EDS-408A", Identity("Moxa", "EDS-408A")),
    ("MOXA NPort 5150A Ver 1.3 Build 15092114", Identity("Moxa", "NPort 5150A", "", "1.3 Build 15092114")),
    (NPORT, Identity("Moxa", "NPort 5210", "", "2.8 Build 17110215", "", "1234")),
    (NMC.format("02", "02", "AP9619"), Identity("APC", "Network Management Card 1 (NMC1)", "AP9619", "v6.9.6", "05", "ZA1234567890")),
    (NMC.format("05", "05", "AP9630"), Identity("APC", "Network Management Card 2 (NMC2)", "AP9630", "v6.9.6", "05", "ZA1234567890")),
    (NMC.format("21", "21", "AP9640"), Identity("APC", "Network Management Card 3 (NMC3)", "AP9640", "v6.9.6", "05", "ZA1234567890")),
    (NMC.format("99", "99", "AP9999"), Identity("APC", "Web/SNMP Management Card", "AP9999", "v6.9.6", "05", "ZA1234567890")),
    ("RuggedCom RS900G", Identity("Ruggedcom", "RuggedCom RS900G")),
    ("Siemens RUGGEDCOM RX1500 v2.13.0", Identity("Ruggedcom", "RUGGEDCOM RX1500", "", "2.13.0")),
    (ROS, Identity("Ruggedcom", "RS900", "", "v3.11.0", "", "RS900-1234")),
    ("Rugged Operating System v4.3.1", Identity("Ruggedcom", "Rugged Operating System", "", "v4.3.1")),
    ("Westermo Lynx", Identity("Westermo", "Lynx")),
    ("Westermo RedFox Industrial, primary: v4.32.4, backup: v4.31.0", Identity("Westermo", "RedFox Industrial", "", "v4.32.4")),
    ("Phoenix Contact FL SWITCH SMCS 8GT", Identity(PHOENIX, "FL SWITCH SMCS 8GT")),
    ("Phoenix Contact AXC F 2152 2404267", Identity(PHOENIX, "AXC F 2152", "2404267")),
    (MGUARD, Identity(PHOENIX, "FL MGUARD RS4000", "2700634", "8.6.1")),
    ("FID=SEL-351S-6-R510-V0-Z103103-D20110429", Identity("SEL", "SEL-351S-6", "", "R510-V0")),
    ("SEL-751A-R318-V0-Z006003-D20101203", Identity("SEL", "SEL-751A", "", "R318-V0")),
    ('"FID=SEL-421-4-R324-V0-Z016012-D20130829","0915"', Identity("SEL", "SEL-421-4", "", "R324-V0")),
    ("Schneider Electric BMX P34 2020 v2.5", Identity("Schneider Electric", "BMX P34 2020", "", "2.5")),
    ("Schneider-WEB/V2.1.4", Identity("Schneider Electric", "Schneider-WEB", "", "V2.1.4")),
    ("GoAhead-Webs/2.5.0 PeerSec-MatrixSSL/3.1.3-OPEN", Identity("", "GoAhead-Webs", "", "2.5.0")),
    ("JACE-8000 4.10.0.154", Identity("", "JACE-8000", "", "4.10.0.154")),
    ("Vendor Name: Trane, Model Name: Tracer SC, Firmware Revision: 4.20", Identity("Trane", "Tracer SC", "", "4.20")),
    ("ProductName=UaServer; ManufacturerName=Beckhoff; SoftwareVersion=4.4.1", Identity("Beckhoff", "UaServer", "", "4.4.1")),
    ("Model X v1.2.3", Identity("", "Model X", "", "1.2.3")),
    ("Model X firmware 1.2.3", Identity("", "Model X", "", "1.2.3")),
    ("Model X FW: 1.2", Identity("", "Model X", "", "1.2")),
    ("Model X (FRN 20.11)", Identity("", "Model X", "", "20.11")),
    ("Model X HW: Version 3", Identity("", "Model X", "", "", "3")),
    ("Model X, Rev. B", Identity("", "Model X", "", "", "B")),
    ("Model X Ser A", Identity("", "Model X", "", "", "A")),
    ("Model X Series A", Identity("", "Model X", "", "", "A")),
    ("Model X Series A v1.2.3, SN: 12345", Identity("", "Model X", "", "1.2.3", "A", "12345")),
]


@pytest.mark.parametrize(("text", "cells"), FORMS)
def test_forms_of_devices(text: str, cells: Identity) -> None:
    """Each form gives its cells, says which row it was, and has nothing more to give."""
    found, steps = split(Identity(product=text))
    assert found == cells
    names = {row[0] for row in table("banners.tsv").rows}
    assert steps
    assert all(step.stage == "banner" and step.source in names and step.concluded for step in steps)
    again, _ = split(found)
    assert again == found


@pytest.mark.parametrize("cell", CELLS)
def test_a_banner_may_stand_in_any_cell(cell: str) -> None:
    found, _ = split(Identity(**{cell: "1763-L16AWA B/16.00"}))
    assert found._replace(product="1763-L16AWA") == Identity(RA, "1763-L16AWA", "1763-L16AWA", "16.00", "B")


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "NAE55",
        "LOGO! 8.3",
        "PowerFlex 525 1P 110V .50HP",
        "SIMATIC STEP 7 (TIA Portal) V16",
        "BACnet/IP",
        "v1.2.3",
        "Series A",
        "中兴 \x00",
    ],
)
def test_text_of_no_known_form_stays(text: str) -> None:
    assert split(Identity(product=text)) == (Identity(product=text), ())


@pytest.mark.parametrize(
    "vendor",
    [
        "Hirschmann Automation and Control GmbH",
        "Moxa Technologies",
        "Phoenix Contact GmbH & Co. KG",
        "RuggedCom Inc.",
        "Westermo Teleindustri AB",
    ],
)
@pytest.mark.parametrize("cell", ["vendor", "product"])
def test_a_makers_full_name_is_no_banner(vendor: str, cell: str) -> None:
    said = Identity(**{cell: vendor})
    assert split(said) == (said, ())


def test_cells_that_are_set_win() -> None:
    found, (step,) = split(Identity("Siemens AG", CP343, "6GK7343-1CX10-0XE0", "V3.2", "", "S1"))
    assert found == Identity("Siemens AG", "CP 343-1 Lean", "6GK7343-1CX10-0XE0", "V3.2", "3", "S1")
    assert step.read == CP343
    assert step.concluded == "product CP 343-1 Lean, hardware 3"


def test_a_version_beside_another_firmware_is_part_of_the_name() -> None:
    edition = Identity("Siemens", "SIMATIC WinCC V7.5", firmware="7.5.2.3")
    assert split(edition) == (edition, ())
    assert split(Identity(product="Model X v1.2.3", firmware="V1.2.3"))[0] == Identity(product="Model X", firmware="V1.2.3")


@pytest.mark.parametrize(
    ("firmware", "version"),
    [("FW: Version V3.1.3", "V3.1.3"), ("Firmware Version: 2.8", "2.8"), ("Ver. 1.2", "1.2"), ("FRN 20.11", "20.11"), ("20.011", "20.011")],
)  # fmt: skip
def test_labels_in_the_cell_of_the_firmware(firmware: str, version: str) -> None:
    assert split(Identity(firmware=firmware))[0] == Identity(firmware=version)


@pytest.mark.parametrize(
    ("hardware", "revision"), [("HW: Version 3", "3"), ("Rev. B", "B"), ("Ser A", "A"), ("Series A", "A"), ("C", "C"), ("Rev 1.2", "1.2")]
)
def test_labels_in_the_cell_of_the_hardware(hardware: str, revision: str) -> None:
    assert split(Identity(hardware=hardware))[0] == Identity(hardware=revision)


def test_a_firmware_string_of_sel_names_its_maker() -> None:
    assert split(Identity(firmware="FID=R510-V0-Z103103-D20110429"))[0] == Identity("SEL", firmware="R510-V0")


def test_a_banner_is_not_left_in_a_cell_of_which_it_says_nothing() -> None:
    found, _ = split(Identity(order_number="FID=SEL-351S-6-R510-V0-Z103103-D20110429"))
    assert found == Identity("SEL", "SEL-351S-6", "", "R510-V0")


def test_no_more_than_the_limit_is_looked_at() -> None:
    tail = " v1.2.3"
    at = "M" * (MOST - len(tail)) + tail
    assert split(Identity(product=at))[0].firmware == "1.2.3"
    assert split(Identity(product="M" + at)) == (Identity(product="M" + at), ())


@pytest.mark.parametrize("text", [text for text, _ in FORMS])
def test_every_cut_is_survived(text: str) -> None:
    for end in range(len(text)):
        found, steps = split(Identity(product=text[:end]))
        assert bool(steps) or found == Identity(product=text[:end])


@pytest.mark.parametrize(
    "noise", [" ", ",", "(", "a", "1", "1.", ", ", "A-", "(tm)", "Siemens, ", "6ES7 ", "v1.", "Series A ", "\x00", "\ud800"]
)
@pytest.mark.parametrize(
    "head", ["", "Siemens, ", "APC x (PF:", "Cisco IOS Software, ", "Cisco NX-OS", "Rugged Operating System v1 ", "1756-"]
)
def test_hostile_runs_end(head: str, noise: str) -> None:
    text = head + noise * (4 * MOST)
    found, steps = split(Identity(*[text] * 6))
    assert isinstance(found, Identity)
    assert all(len(step.read) <= MOST for step in steps)


def test_the_table_is_whole() -> None:
    found = table("banners.tsv")
    assert set(found.certificate) == set(CERTIFICATE)
    assert len({row[0] for row in found.rows}) == len(found.rows)
    for name, cell, kind, pattern, vendor, _, source, date in found.rows:
        assert (kind, cell) in {*(("whole", cell) for cell in (*CELLS, "any")), ("tail", "product")}, name
        groups = set(re.compile(pattern).groupindex)
        assert set() < groups <= set(Identity._fields), name
        assert maker(vendor) == vendor, name
        assert all((source, date)), name
