"""Order numbers by the makers' grammars, and the wildcards of advisories."""

from __future__ import annotations

import re

import pytest

from fieldwatch.library.makers import maker
from fieldwatch.library.order_number import MOST, matches, order_number, same
from fieldwatch.library.table import table

ROWS = table("order_numbers.tsv").rows


@pytest.mark.parametrize(
    ("text", "vendor", "code", "maker_of_it", "grammar"),
    [
        ("6ES7 315-2EH14-0AB0", "", "6ES7315-2EH14-0AB0", "Siemens", "siemens-mlfb"),
        ("6es73152eh140ab0", "SIEMENS AG", "6ES7315-2EH14-0AB0", "Siemens", "siemens-mlfb"),
        ("6GK7 343-1CX10-0XE0", "", "6GK7343-1CX10-0XE0", "Siemens", "siemens-mlfb"),
        ("6AV2 124-0GC01-0AX0", "", "6AV2124-0GC01-0AX0", "Siemens", "siemens-mlfb"),
        ("7KM2112-0BA00-3AA0", "", "7KM2112-0BA00-3AA0", "Siemens", "siemens-mlfb"),
        ("7SJ82", "", "7SJ82", "Siemens", "siemens-siprotec"),
        ("A5E00105246", "", "A5E00105246", "Siemens", "siemens-a5e"),
        ("1756-L61", "", "1756-L61", "Rockwell Automation", "rockwell-logix"),
        ("1734-AENT", "Allen-Bradley", "1734-AENT", "Rockwell Automation", "rockwell-io"),
        ("2711P-T10C4D8", "", "2711P-T10C4D8", "Rockwell Automation", "rockwell-panel"),
        ("25B-D010N104", "Rockwell Automation", "25B-D010N104", "Rockwell Automation", "rockwell-powerflex"),
        ("BMX P34 2020", "", "BMXP342020", "Schneider Electric", "schneider-m340"),
        ("BMEP584040S", "", "BMEP584040S", "Schneider Electric", "schneider-m580"),
        ("140 CPU 651 50", "", "140CPU65150", "Schneider Electric", "schneider-quantum"),
        ("TSX P57 4634M", "", "TSXP574634M", "Schneider Electric", "schneider-premium"),
        ("TM221CE16R", "", "TM221CE16R", "Schneider Electric", "schneider-tm"),
        ("AP9631", "APC", "AP9631", "APC", "apc-nmc"),
        ("AP9631", "Schneider Electric", "AP9631", "APC", "apc-nmc"),
        ("750-880/025-000", "WAGO", "750-880/025-000", "WAGO", "wago"),
        ("2700974", "PHOENIX CONTACT", "2700974", "Phoenix Contact", "phoenix-contact"),
        ("CJ2M-CPU31", "", "CJ2M-CPU31", "Omron", "omron-cj"),
        ("NJ501-1300", "", "NJ501-1300", "Omron", "omron-nj"),
        ("R04ENCPU", "", "R04ENCPU", "Mitsubishi Electric", "mitsubishi-r"),
        ("Q03UDVCPU", "", "Q03UDVCPU", "Mitsubishi Electric", "mitsubishi-q"),
        ("FX5U-32MT/ES", "", "FX5U-32MT/ES", "Mitsubishi Electric", "mitsubishi-fx"),
        ("QJ71E71-100", "Mitsubishi Electric", "QJ71E71-100", "Mitsubishi Electric", "mitsubishi-qj"),
        ("EDS-408A-MM-SC", "Moxa Inc.", "EDS-408A-MM-SC", "Moxa", "moxa"),
        ("NPort 5110A", "Moxa", "NPORT5110A", "Moxa", "moxa"),
        ("SEL-351S", "", "SEL-351S", "SEL", "sel"),
        ("IC695CPE330", "GE Fanuc", "IC695CPE330", "Emerson", "ge-ic"),
        ("IC695CPE330", "General Electric", "IC695CPE330", "Emerson", "ge-ic"),
        ("1SAP120600R0071", "", "1SAP120600R0071", "ABB", "abb-product-id"),
        ("REL670", "ABB", "REL670", "Hitachi Energy", "hitachi-relion"),
        ("REF615", "ABB", "REF615", "ABB", "abb-relion"),
        ("ADAM-6050", "Advantech", "ADAM-6050", "Advantech", "advantech"),
        ("PCD3.M5340", "", "PCD3.M5340", "Saia-Burgess", "saia"),
    ],
)
def test_numbers_of_each_maker(text: str, vendor: str, code: str, maker_of_it: str, grammar: str) -> None:
    found = order_number(text, vendor)
    assert found is not None
    assert (found.code, found.vendor, found.grammar) == (code, maker_of_it, grammar)


@pytest.mark.parametrize(
    ("text", "vendor"),
    [
        ("", ""),
        ("S7-1200", ""),
        ("MicroLogix 1100", "Rockwell Automation"),
        ("Acme 2000", ""),
        ("750-880", ""),
        ("750-880", "Siemens"),
        ("2700974", ""),
        ("AP9631", "Siemens"),
        ("6ES7 315-2EH14", "WAGO"),
        ("1769-L35E Ethernet Port", "Rockwell Automation"),
        ("SEL", "SEL"),
        ("1" * (MOST + 1), "Phoenix Contact"),
    ],
)
def test_what_is_no_number_of_this_maker(text: str, vendor: str) -> None:
    assert order_number(text, vendor) is None


@pytest.mark.parametrize(
    ("text", "code", "hardware", "firmware"),
    [
        ("1756-L61/B", "1756-L61", "B", ""),
        ("1756-EN2T Series D", "1756-EN2T", "D", ""),
        ("1763-L16AWA B/16.00", "1763-L16AWA", "B", "16.00"),
        ("1763-L16AWA", "1763-L16AWA", "", ""),
    ],
)
def test_series_behind_a_catalogue_number(text: str, code: str, hardware: str, firmware: str) -> None:
    found = order_number(text)
    assert found is not None
    assert (found.code, found.hardware, found.firmware) == (code, hardware, firmware)


def test_the_parts_of_a_number() -> None:
    found = order_number("6ES7 315-2EH14-0AB0")
    assert found is not None
    assert dict(found.parts) == {"head": "6ES7", "type": "315", "variant": "2EH14", "version": "0AB0"}


@pytest.mark.parametrize(
    ("a", "b", "equal"),
    [
        ("6ES7 315-2EH14-0AB0", "6ES7315-2EH14-0AB0", True),
        ("bmxp342020", "BMX P34 2020", True),
        ("6ES7315-2EH14-0AB0", "6ES7315-2EH13-0AB0", False),
        ("750-880", "750-881", False),
        ("", "", False),
        (" - ", "-", False),
    ],
)
def test_same(a: str, b: str, equal: bool) -> None:
    assert same(a, b) is equal


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("BMXP34*", "BMX P34 2020", "BMEP342020"),
        ("BMEP58*S", "BMEP584040S", "BMEP584040"),
        ("140CPU65xxxxx", "140CPU65150", "140CPU67160"),
        ("750-331/xxx-xxx", "750-331/000-001", "750-332/000-001"),
        ("750-82xx", "750-8202", "750-8302"),
        ("CJ2M-CPU □ □", "CJ2M-CPU31", "CJ2M-CPU3"),
        ("CS1D-CPU[][]H", "CS1D-CPU65H", "CS1D-CPU65P"),
        ("CJ2H-CPU**(-EIP)", "CJ2H-CPU68-EIP", "CJ2M-CPU68"),
        ("R04(EN)CPU", "R04ENCPU", "R04PCPU"),
        ("R04(EN)CPU", "R04CPU", "R08CPU"),
        ("L26CPU-(P)BT", "L26CPU-PBT", "L26CPU"),
        ("QJ71C24N(-R2/R4)", "QJ71C24N-R2", "QJ71C24N-R3"),
        ("DS-2CD2xx2FWD", "DS-2CD2142FWD", "DS-2CD4142FWD"),
        ("DS-K1T320XXX", "DS-K1T320MFX", "DS-K1T321MFX"),
        ("TM2xx", "TM221CE16R", "TM172PDG07R"),
        ("FX5U-**M*/**", "FX5U-32MT/ES", "FX5UC-32MT/D"),
        ("1756-EN2*", "1756-EN2TR", "1756-EN3TR"),
        ("6GK7343…", "6GK7343-1CX10-0XE0", "6GK7443-1EX30-0XE0"),
        ("XC208", "XC208", "XB208"),
    ],
)
def test_wildcards(pattern: str, yes: str, no: str) -> None:
    assert matches(pattern, yes)
    assert not matches(pattern, no)


@pytest.mark.parametrize(("pattern", "code"), [("*", "750-880"), ("xxx", "abc"), ("", ""), ("750-880", ""), ("X" * 500, "X" * 500)])
def test_a_pattern_of_wildcards_alone_stands_for_nothing(pattern: str, code: str) -> None:
    assert not matches(pattern, code)


def test_hostile_patterns_and_codes_end() -> None:
    assert not matches("*a" * 40, "b" * 5000)
    assert not matches("x*" * 40 + "1", "a" * 5000)
    assert order_number("6ES7" + "-" * 5000) is None
    assert order_number("1756-" + "A-" * 40 + "!") is None


def test_every_row_has_a_maker_of_the_house_a_date_and_a_source() -> None:
    assert len({row[0] for row in ROWS}) == len(ROWS)
    for name, vendor, pattern, _, certain, source, date in ROWS:
        assert maker(vendor) == vendor, name
        assert re.compile(pattern)
        assert certain in {"yes", "no"}
        assert source
        assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", date)
