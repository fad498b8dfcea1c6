"""The names of families: each maker's devices, and siblings that must not have the name."""

from __future__ import annotations

import re

import pytest

from fieldwatch.library.family import names
from fieldwatch.library.makers import maker
from fieldwatch.library.table import table

ROWS = table("families.tsv").rows


def called(vendor: str, code: str, product: str = "") -> list[str]:
    return [str(name) for name in names(vendor, code, product)]


@pytest.mark.parametrize(
    ("vendor", "code", "name", "not_name"),
    [
        ("Rockwell Automation", "1756-L61", "ControlLogix 5560", "ControlLogix 5570"),
        ("Rockwell Automation", "1756-L71", "ControlLogix 5570", "GuardLogix 5570"),
        ("Rockwell Automation", "1756-L71S", "GuardLogix 5570", "ControlLogix 5570"),
        ("Rockwell Automation", "1756-L83E", "ControlLogix 5580", "GuardLogix 5580"),
        ("Rockwell Automation", "1756-L84ES", "GuardLogix 5580", "ControlLogix 5580"),
        ("Rockwell Automation", "1756-L85EP", "ControlLogix 5580 Process", "GuardLogix 5580"),
        ("Rockwell Automation", "1769-L16ER-BB1B", "CompactLogix 5370 L1", "CompactLogix 5370 L2"),
        ("Rockwell Automation", "1769-L24ER-QBFC1B", "CompactLogix 5370 L2", "CompactLogix 5370 L1"),
        ("Rockwell Automation", "1769-L33ER", "CompactLogix 5370 L3", "Compact GuardLogix 5370"),
        ("Rockwell Automation", "1769-L33ERMS", "Compact GuardLogix 5370", "CompactLogix 5370"),
        ("Rockwell Automation", "1769-L35E", "1769 CompactLogix", "CompactLogix 5370"),
        ("Rockwell Automation", "5069-L306ER", "CompactLogix 5380", "Compact GuardLogix 5380"),
        ("Rockwell Automation", "5069-L320ERMS2", "Compact GuardLogix 5380", "CompactLogix 5380"),
        ("Rockwell Automation", "5069-L46ERMW", "CompactLogix 5480", "CompactLogix 5380"),
        ("Rockwell Automation", "1763-L16AWA", "MicroLogix 1100", "MicroLogix 1400"),
        ("Rockwell Automation", "1766-L32BXB", "MicroLogix 1400", "MicroLogix 1100"),
        ("Rockwell Automation", "2080-LC50-24QWB", "Micro850", "Micro830"),
        ("Rockwell Automation", "25B-D010N104", "PowerFlex 525", "PowerFlex 527"),
        ("Rockwell Automation", "1783-BMS10CL", "Stratix 5700", "ArmorStratix 5700"),
        ("Schneider Electric", "TM221CE16R", "Modicon M221", "Modicon M241"),
        ("Schneider Electric", "BMXP342020", "Modicon M340", "Modicon M580"),
        ("Schneider Electric", "BMEP584040S", "Modicon M580 CPU Safety", "Modicon M340"),
        ("Schneider Electric", "BMEP584040", "Modicon M580 CPU", "Modicon M580 CPU Safety"),
        ("Schneider Electric", "BMXNOE0100", "M340 Communication Ethernet modules", "Modicon M340"),
        ("Schneider Electric", "140CPU65150", "Modicon Quantum", "Modicon Premium"),
        ("Schneider Electric", "TSXP574634M", "Modicon Premium", "Modicon Quantum"),
        ("Siemens", "6ES7315-2EH14-0AB0", "SIMATIC S7-300 CPU 315-2 PN/DP", "SIMATIC S7-300 CPU 315F-2 PN/DP"),
        ("Siemens", "6ES7 318-3EL01-0AB0", "SIMATIC S7-300 CPU 319-3 PN/DP", "SIMATIC S7-400"),
        ("Siemens", "6ES7414-3EM07-0AB0", "SIMATIC S7-400 PN/DP V7 CPU family", "SIMATIC S7-400 PN/DP V6 CPU family"),
        ("Siemens", "6ES7212-1BE40-0XB0", "SIMATIC S7-1200 CPU 1212C AC/DC/Rly", "SIMATIC S7-1200 CPU 1212FC"),
        ("Siemens", "6ES7214-1AD23-0XB0", "SIMATIC S7-200", "SIMATIC S7-1200"),
        ("Siemens", "6ES7511-1FK02-0AB0", "SIMATIC S7-1500 CPU 1511F-1 PN", "SIMATIC S7-1500 CPU 1511-1 PN"),
        ("Siemens", "6ES7512-1DK01-0AB0", "SIMATIC ET 200SP CPU 1512SP-1 PN", "SIMATIC S7-1500 CPU 1512C-1 PN"),
        ("Siemens", "6ES7155-6AU01-0BN0", "SIMATIC ET200SP IM155-6 PN ST", "SIMATIC ET200SP IM155-6 PN HF"),
        ("Siemens", "6GK7343-1CX10-0XE0", "SIMATIC CP 343-1 Lean", "SIMATIC CP 343-1 Advanced"),
        ("Siemens", "6GK7343-1EX30-0XE0", "SIMATIC CP 343-1", "SIMATIC CP 343-1 Lean"),
        ("Siemens", "6GK5208-0BA10-2AA3", "SCALANCE X-200 switch family", "SCALANCE XC-200"),
        ("Siemens", "6GK5208-0BA00-2AC2", "SCALANCE XC-200", "SCALANCE X-200"),
        ("Siemens", "6GK5204-0BA00-2BA3", "SCALANCE X-200IRT", "SCALANCE X-200"),
        ("Siemens", "6GK5408-8GS00-2AM2", "SCALANCE XM-400", "SCALANCE X-300"),
        ("Siemens", "6AG1315-2EH14-7AB0", "SIMATIC S7-300 CPU 315-2 PN/DP", "SCALANCE X-300"),
        ("Siemens", "6AG1208-0BA00-7AC2", "SCALANCE XC-200", "SIMATIC S7-1200"),
        ("Siemens", "7SJ85", "SIPROTEC 5", "SIPROTEC 4"),
        ("Siemens", "7SJ64", "SIPROTEC 4", "SIPROTEC 5"),
        ("Siemens", "7SJ80", "SIPROTEC Compact", "SIPROTEC 5"),
        ("Siemens", "RSG2300", "RUGGEDCOM ROS RSG2300", "RUGGEDCOM ROX II"),
        ("Ruggedcom", "RX1500", "RUGGEDCOM ROX II", "RUGGEDCOM ROS"),
        ("Moxa", "UC-8112-LX", "UC-8100 Series", "UC-8200 Series"),
        ("Moxa", "UC-8112A-ME-T-LX", "UC-8100A-ME-T Series", "UC-8100 Series"),
        ("Johnson Controls", "MS-NAE8500-0", "NAE85", "NAE55"),
        ("Johnson Controls", "NAE5510-2", "NAE55", "NAE85"),
        ("Omron", "CJ2M-CPU33", "CJ series", "CS series"),
        ("Omron", "NJ501-1300", "NJ series", "NX series"),
        ("Mitsubishi Electric", "R04ENCPU", "MELSEC iQ-R series", "MELSEC iQ-F series"),
        ("Mitsubishi Electric", "R08SFCPU", "MELSEC iQ-R series Safety CPU R08SFCPU", "MELSEC iQ-R Series R08CPU"),
        ("Mitsubishi Electric", "FX5U-32MT/ES", "MELSEC iQ-F series", "MELSEC-F series"),
        ("Mitsubishi Electric", "FX3U-32MT/ES", "MELSEC-F series", "MELSEC iQ-F series"),
        ("Mitsubishi Electric", "GT2710-STBA", "GT27 model", "GT25 model"),
        ("Hitachi Energy", "REL670", "Relion 670", "Relion 650"),
        ("ABB", "REL670", "Relion 670 series", "Relion 650 series"),
        ("ABB", "REF615", "Relion 615", "Relion 670"),
        ("Hitachi Energy", "560CMU05", "RTU500 series CMU", "AFS670"),
        ("SEL", "SEL-751A", "SEL-751", "SEL-351"),
        ("APC", "AP9631", "Network Management Card 2", "Network Management Card 3"),
        ("WAGO", "750-8202/025-000", "PFC200", "PFC100"),
        ("Innominate", "mGuard rs4000", "mGuard", "FL SWITCH"),
        ("GE Fanuc", "IC695CPE330", "PACSystems RX3i", "PACSystems RX7i"),
        ("General Electric", "D60-H00-HCH-F8F-H6P", "D60", "L90"),
        ("Philips", "M8007A", "IntelliVue MP70", "IntelliVue MP90"),
        ("BD", "8015", "Alaris PC Unit", "Alaris Gateway Workstation"),
        ("Hikvision", "DS-KH6320-WTE1", "DS-KH63 Series", "DS-KH62 Series"),
        ("AutomationDirect", "D0-06DD1", "DL06", "DL05"),
        ("Yokogawa", "NFCP501-S00", "STARDOM Controller FCN-500", "CENTUM VP"),
        ("Siemens", "PXC100-E.D", "Desigo PXC100-E.D", "Desigo PXC64-U"),
    ],
)
def test_a_device_has_the_names_of_its_family_and_not_of_its_siblings(vendor: str, code: str, name: str, not_name: str) -> None:
    found = called(vendor, code)
    assert name in found
    assert not_name not in found


def test_names_go_from_narrow_to_wide() -> None:
    assert called("Rockwell Automation", "1756-L61") == ["ControlLogix 5560", "ControlLogix", "Logix"]
    assert [name.width for name in names("Rockwell Automation", "1756-L61")] == [0, 1, 2]


@pytest.mark.parametrize(
    ("product", "name"),
    [
        ("LOGIX5561", "ControlLogix 5560"),
        ("1756-L83E/B LOGIX5583E", "ControlLogix 5580"),
        ("1756-L84ES/B LOGIX5584ES", "GuardLogix 5580"),
        ("Allen-Bradley MicroLogix 1400", "MicroLogix 1400"),
    ],
)
def test_the_product_is_read_as_well_as_the_code(product: str, name: str) -> None:
    found = called("Rockwell Automation", "", product)
    assert name in found
    assert not ("Guard" not in name and any("Guard" in other for other in found))


def test_without_a_maker_a_distinctive_code_is_enough_and_another_is_not() -> None:
    assert called("", "1756-L61") == called("Rockwell Automation", "1756-L61")
    assert called("", "6GK5208-0BA10-2AA3")[0] == "SCALANCE X208"
    assert called("", "8015") == [] or called("", "8015") == called("BD", "8015")
    assert called("WAGO", "1756-L61") == []


def test_what_no_rule_knows_has_no_names() -> None:
    assert names("Acme", "X-1") == ()
    assert names("Siemens", "") == ()
    assert names("", "") == ()


def test_hostile_codes_end() -> None:
    assert names("Siemens", "6ES7" * 5000, "S7-1500" + "-" * 5000)
    assert names("Rockwell Automation", "1756-L" + "S" * 5000) == ()


def test_no_name_holds_the_number_of_a_sibling() -> None:
    listed = re.compile(r"\d/\d|\dxx|[A-Z]\d+/[A-Z]?\d| and |, [A-Z0-9]+,")
    assert [(row[1], name) for row in ROWS for name in row[2].split("|") if listed.search(name)] == []


def test_every_row_has_a_maker_of_the_house_names_a_source_and_a_date() -> None:
    assert len({(row[0], row[1]) for row in ROWS}) == len(ROWS)
    for vendor, code, said, source, date in ROWS:
        assert maker(vendor) == vendor
        groups = re.compile(code).groups
        assert all(int(number) <= groups for number in re.findall(r"\\(?:g<)?(\d+)", said)), code
        assert all(said.split("|")), code
        assert source
        assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", date)
