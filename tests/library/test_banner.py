"""Banners taken apart: the forms of each maker, what is set wins, and what is not known stays."""

from __future__ import annotations

import re

import pytest

from fieldwatch.library.banner import MOST, split
from fieldwatch.library.identity import Identity
from fieldwatch.library.table import table

ROWS = table("banners.tsv").rows

APC = (
    "APC Web/SNMP Management Card (MB:v4.1.0 PF:v6.4.6 PN:apc_hw05_aos_646.bin AF1:v6.4.6 AN1:apc_hw05_sumx_646.bin "
    "MN:AP9631 HR:05 SN: ZA1234567890 MD:01/01/2015)"
)
CP = "Siemens, SIMATIC NET, CP 343-1 Lean, 6GK7 343-1CX10-0XE0, HW: Version 3, FW: Version V3.1.3, SVPL6147920"
IOS = "Cisco IOS Software, S5700 Software (S5700-UNIVERSALK9-M), Version 15.2(6)E0a, RELEASE SOFTWARE (fc1)"
LINUX_IOS = "Cisco IOS Software, C2960 Software (C2960-LANBASEK9-M), Version 12.2(55)SE, RELEASE SOFTWARE (fc2)"


@pytest.mark.parametrize(
    ("product", "said"),
    [
        ("1756-L61/B LOGIX5561", Identity("Rockwell Automation", "LOGIX5561", "1756-L61", "", "B")),
        ("1763-L16AWA B/16.00", Identity("Rockwell Automation", "1763-L16AWA", "1763-L16AWA", "16.00", "B")),
        ("1747-L552/C C/13 - DC 3.46", Identity("Rockwell Automation", "1747-L552", "1747-L552", "13", "C")),
        ("1769-L35E Ethernet Port", Identity("Rockwell Automation", "1769-L35E", "1769-L35E")),
        ("1756-EN2T/D", Identity("Rockwell Automation", "1756-EN2T", "1756-EN2T", "", "D")),
        ("1756-EN2T Series B", Identity("Rockwell Automation", "1756-EN2T", "1756-EN2T", "", "B")),
        (CP, Identity("Siemens", "CP 343-1 Lean", "6GK7343-1CX10-0XE0", "3.1.3", "3", "SVPL6147920")),
        ("6ES7 315-2EH14-0AB0 V3.2.6", Identity("Siemens", "6ES7315-2EH14-0AB0", "6ES7315-2EH14-0AB0", "3.2.6")),
        ("CPU 315-2 PN/DP 6ES7 315-2EH14-0AB0", Identity("Siemens", "CPU 315-2 PN/DP", "6ES7315-2EH14-0AB0")),
        ("SCALANCE X208 (6GK5208-0BA10-2AA3)", Identity("Siemens", "SCALANCE X208", "6GK5208-0BA10-2AA3")),
        ("RuggedSwitch RSG2100, ROS v3.12.1", Identity("Siemens", "RSG2100", "", "3.12.1")),
        (APC, Identity("APC", "Network Management Card 2 (NMC2)", "AP9631", "v6.4.6", "05", "ZA1234567890")),
        ("FID=SEL-351S-6-R510-V0-Z103103-D20110429", Identity("SEL", "SEL-351S-6", "SEL-351S-6", "R510-V0")),
        ("Schneider Electric M340 BMX P34 2020 V2.50", Identity("Schneider Electric", "M340", "BMXP342020", "V2.50")),
        ("Product: BMX P34 2020 - CPU, FwId: 02.50", Identity("Schneider Electric", "BMX P34 2020", "BMXP342020", "02.50")),
        (IOS, Identity("Rockwell Automation", "Stratix 5700", "", "15.2(6)E0a")),
        (LINUX_IOS, Identity("Cisco", "IOS", "", "12.2(55)SE")),
        ("Hirschmann RS20 SW: L2P-05.3.02 CH: 1.10", Identity("Hirschmann", "RS20", "RS20", "05.3.02")),
        ("Moxa EDS-408A-MM-SC V3.8 Build 19040914", Identity("Moxa", "EDS-408A-MM-SC", "EDS-408A-MM-SC", "V3.8 Build 19040914")),
        ("Westermo WeOS v4.24.0, Lynx+ L210-F2G", Identity("Westermo", "Lynx+", "L210-F2G", "4.24.0")),
        ("WAGO 750-881 PFC ETHERNET", Identity("WAGO", "PFC ETHERNET", "750-881")),
        ("; AXIS P1343; Network Camera; 5.40.9.2; Apr 16 2012 10:29; 198; 1;", Identity("Axis", "AXIS P1343", "", "5.40.9.2")),
        ("Westermo RedFox Industrial, primary: v4.32.4, backup: v4.31.0", Identity("Westermo", "RedFox Industrial", "", "4.32.4")),
        (
            "Phoenix Contact GmbH & Co. KG, FL MGUARD RS4000, 2700634, FW: 8.6.1",
            Identity("Phoenix Contact", "FL MGUARD RS4000", "2700634", "8.6.1"),
        ),
        ("ProductName=UaServer; ManufacturerName=Beckhoff; SoftwareVersion=4.4.1", Identity("Beckhoff", "UaServer", "", "4.4.1")),
        ("Vendor Name: Trane, Model Name: Tracer SC, Firmware Revision: 4.20", Identity("Trane", "Tracer SC", "", "4.20")),
        ("Model X (FRN 20.11)", Identity("", "Model X", "", "20.11")),
        ("Model X Series A v1.2.3, SN: 12345", Identity("", "Model X", "", "v1.2.3", "A", "12345")),
        (
            "Rugged Operating System v3.11.0 Product: RS900 Serial Number: RS900-1",
            Identity("Siemens", "RS900", "", "3.11.0", "", "RS900-1"),
        ),
        ("Schneider-WEB/V2.1.4", Identity("Schneider Electric", "Schneider-WEB")),
        ("IC695CPE330-ABAL", Identity("Emerson", "IC695CPE330", "IC695CPE330", "", "ABAL")),
        ("R04ENCPU", Identity("Mitsubishi Electric", "R04ENCPU", "R04ENCPU")),
        ("eBMGR_V3.40", Identity("", "eBMGR", "", "3.40")),
        ("CN=S7-1500,O=Siemens,C=DE", Identity("Siemens", "S7-1500")),
        ("CN=10.1.2.3,O=Siemens", Identity("Siemens")),
        ("urn:Siemens:S7-1500:PLC_1", Identity("Siemens", "S7-1500")),
        ("AirLink RV50, ALEOS Software Version 4.4.5.006", Identity("Sierra Wireless", "AirLink RV50", "", "4.4.5.006")),
        ("NPort 5110 - Web Console", Identity("", "NPort 5110")),
        ("Model: Thing 7, Firmware: 1.2, S/N: A123", Identity("", "Thing 7", "", "1.2", "", "A123")),
        ("Model X firmware 1.2.3", Identity("", "Model X", "", "1.2.3")),
        ("Model X v1.2.3", Identity("", "Model X", "", "v1.2.3")),
        ("Model X HW: Version 3", Identity("", "Model X", "", "", "3")),
        ("Model X Rev. B", Identity("", "Model X", "", "", "B")),
        ("Model X Series A", Identity("", "Model X", "", "", "A")),
        ("Niagara 4.4.73.24", Identity("", "Niagara", "", "4.4.73.24")),
    ],
)
def test_a_banner_in_the_product(product: str, said: Identity) -> None:
    assert split(Identity(product=product))[0] == said


@pytest.mark.parametrize(
    ("identity", "said"),
    [
        (Identity(order_number="1763-L16AWA B/16.00"), Identity("Rockwell Automation", "1763-L16AWA", "1763-L16AWA", "16.00", "B")),
        (Identity(order_number="6ES7 315-2EH14-0AB0"), Identity("Siemens", "6ES7315-2EH14-0AB0", "6ES7315-2EH14-0AB0")),
        (Identity(firmware="FID=SEL-351S-6-R510-V0-Z103103-D20110429"), Identity("SEL", "SEL-351S-6", "SEL-351S-6", "R510-V0")),
        (Identity(vendor="SEL", firmware="R510-V0-Z103103-D20110429"), Identity("SEL", firmware="R510-V0")),
        (Identity(firmware="FW: Version V3.1.3", hardware="HW: Version 3"), Identity(firmware="V3.1.3", hardware="3")),
        (Identity(firmware="HW: 2, FW: V4.1"), Identity(firmware="V4.1", hardware="2")),
        (Identity(firmware="B/16.00"), Identity(firmware="16.00", hardware="B")),
        (Identity(vendor="Hirschmann", firmware="HiOS-2A-07.0.02"), Identity("Hirschmann", firmware="07.0.02")),
        (Identity(hardware="Series A"), Identity(hardware="A")),
        (Identity(hardware="/A"), Identity(hardware="A")),
        (Identity(vendor=APC), Identity("APC", "Network Management Card 2 (NMC2)", "AP9631", "v6.4.6", "05", "ZA1234567890")),
        (Identity(vendor="unknown", product="n/a", firmware="-"), Identity()),
        (Identity(vendor="Moxa", product="Moxa  NPort\t5110A"), Identity("Moxa", "NPort 5110A", "NPORT5110A")),
    ],
)
def test_other_cells(identity: Identity, said: Identity) -> None:
    assert split(identity)[0] == said


def test_a_cell_that_is_set_wins() -> None:
    assert split(Identity(vendor="Acme", product=CP, firmware="V9"))[0] == Identity(
        "Acme", "CP 343-1 Lean", "6GK7343-1CX10-0XE0", "V9", "3", "SVPL6147920"
    )


@pytest.mark.parametrize(
    "product",
    [
        "Some thing nobody knows",
        "SIMATIC S7-400 CPU 414-3 PN/DP V7",
        "Device 192.168.0.1",
        "HC900 C50",
        "Windows 10",
    ],
)
def test_text_of_no_known_form_stays(product: str) -> None:
    clean, steps = split(Identity(product=product))
    assert clean == Identity(product=product)
    assert steps == ()


def test_a_version_beside_another_firmware_is_part_of_the_name() -> None:
    edition = Identity("Siemens", "SIMATIC WinCC V7.5", firmware="7.5.2.3")
    assert split(edition) == (edition, ())
    assert split(Identity(product="Model X v1.2.3", firmware="V1.2.3"))[0] == Identity(product="Model X", firmware="V1.2.3")


def test_a_brand_stays_part_of_the_product() -> None:
    assert split(Identity(product="Modicon M221"))[0] == Identity("Schneider Electric", "Modicon M221")


def test_every_step_says_what_was_read_and_why() -> None:
    steps = split(Identity(product="1756-L61/B LOGIX5561"))[1]
    assert [(step.stage, step.read) for step in steps] == [("banner", "1756-L61/B LOGIX5561")]
    assert "hardware B" in steps[0].concluded
    assert steps[0].source.startswith("rockwell-enip: ")


@pytest.mark.parametrize("sign", ["A", " ", "-", ",", "1.", "(", "v1", "Siemens, ", "CN=", "\x00", "FW: ", "APC "])
def test_hostile_text_ends_in_every_cell(sign: str) -> None:
    clean, _ = split(Identity(*[sign * 20000] * len(Identity._fields)))
    assert all(len(cell) <= MOST for cell in clean)


def test_a_clean_identity_is_its_own_clean_form() -> None:
    clean = split(Identity(product=CP))[0]
    assert split(clean)[0] == clean


def test_every_row_compiles_and_says_cells_source_and_date() -> None:
    cells = {*Identity._fields, "*"}
    for form, places, pattern, said, source, date in ROWS:
        assert set(places.partition("@")[0].split(",")) <= cells, form
        groups = re.compile(pattern.replace("{cell}", "product", 1)).groupindex
        assert set(groups) <= {*Identity._fields, "type", "rest"}, form
        assert {word.partition("=")[0] for word in said.split("|") if word} <= cells, form
        assert source
        assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", date)
