"""One text as a range: every grammar."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldwatch.vulnerabilities.range import CLASSES, EVERY, Bound, Range, Unread, understand
from fieldwatch.vulnerabilities.range.phrase import LONGEST


def said(found: Range) -> str:
    """The alternatives in short: bounds with a comma for "and", a bar for "or"."""
    return " | ".join(", ".join(f"{bound.op}{bound.version}" for bound in bounds) for bounds in found.alternatives)


@pytest.mark.parametrize(
    ("grammar", "text", "bounds"),
    [
        ("A", "vers:all/*", ""),
        ("A", "All versions", ""),
        ("A", "*", ""),
        ("A", "all firmware versions", ""),
        ("B", "vers:all/<V7.0.3", "<V7.0.3"),
        ("B", "vers:all/>=V3.2.7", ">=V3.2.7"),
        ("C", "< V5.7", "<V5.7"),
        ("C", ">=v2.01.510", ">=v2.01.510"),
        ("C", "=< 1.2.4.0 ", "<=1.2.4.0"),
        ("C", "Versions 4.4 and prior", "<=4.4"),
        ("C", "versions prior to v1.04", "<v1.04"),
        ("C", "1.8.0 and older", "<=1.8.0"),
        ("C", "v6.12 or lower", "<=v6.12"),
        ("C", "Version 1 and later", ">=1"),
        ("C", "All versions up to and including v8.22", "<=v8.22"),
        ("C", "versions older than 1.7.5.0", "<1.7.5.0"),
        ("C", "3.01 and all versions prior", "<=3.01"),
        ("C", "Version 1.1.0 and below", "<=1.1.0"),
        ("D", "All versions < V3.2.1", "<V3.2.1"),
        ("D", "All Versions <  V7.0.6", "<V7.0.6"),
        ("E", ">= 12.1.0 | <= 12.1.6", ">=12.1.0, <=12.1.6"),
        ("E", "> 6.1 | < 6.1.4", ">6.1, <6.1.4"),
        ("F", ">= V9.20 < V9.30", ">=V9.20, <V9.30"),
        ("F", ">= V4.3 and < V6.4", ">=V4.3, <V6.4"),
        ("F", "16 <= 20", ">=16, <=20"),
        ("F", ">= 9.3.0 -  but not including 9.3.8", ">=9.3.0, <9.3.8"),
        ("F", "Versions 9.3.0 and later up to but not including 9.3.8", ">=9.3.0, <9.3.8"),
        ("F", "Versions 2.00 to 6.11", ">=2.00, <=6.11"),
        ("F", "12.4.1-12.4.11", ">=12.4.1, <=12.4.11"),
        ("F", "20-33", ">=20, <=33"),
        ("F", "28  - 32", ">=28, <=32"),
        ("F", "Versions 6.1 prior to 6.1.4", ">=6.1, <6.1.4"),
        ("F", "All versions between V2.5 (including) and V2.7 (excluding)", ">=V2.5, <V2.7"),
        ("F", "vers:all/>=V2022.4<V2023.1", ">=V2022.4, <V2023.1"),
        ("G", "< V4.94 HF5", "<V4.94 HF5"),
        ("G", "<=2020_SP1", "<=2020 SP1"),
        ("G", "All versions < V4.1.1 Patch 05", "<V4.1.1 Patch 05"),
        ("G", "< 1.2 FP2 HF6 (Build Nr. 1.2.14002.257)", "<1.2 FP2 HF6"),
        ("G", "<= 2018 R2 SP1 Version 2.2.0.183", "<=2018 R2 SP1"),
        ("J", "<= 2.0 (Build 683.003)", "<=2.0 (Build 683.003)"),
        ("C", "<=9.40083.00.05 (Rev T)", "<=9.40083.00.05 Rev T"),
        ("C", "Versions 9 Rev.ZD and prior", "<=9 Rev.ZD"),
        ("G", "<=Update_19", "<=Update 19"),
        ("H", "<= 2.004E", "<=2.004E"),
        ("H", "<= 1.05 F", "<=1.05F"),
        ("H", "All versions < V10.0a", "<V10.0a"),
        ("H", "<=4.04E_v10.95.210.01", "<=4.04E"),
        ("I", "< FW14", "<FW14"),
        ("I", "<=firmware_32", "<=32"),
        ("I", "< CPC80 V16.30", "<V16.30"),
        ("I", "<=QRTB_2.12.7", "<=2.12.7"),
        ("I", "<=V", "<=V"),
        ("I", "<=LF", "<=LF"),
        ("C", "< 12.4 (firmware 1.46)", "<1.46"),
        ("J", "< 5.3.0-64", "<5.3.0-64"),
        ("J", " <1.000.HW04.3.20190813", "<1.000.HW04.3.20190813"),
        ("J", "< 02.07.07(10)", "<02.07.07(10)"),
        ("J", "<= 3.3.8 Build 16102416", "<=3.3.8 Build 16102416"),
        ("J", "<15.2{7}E2", "<15.2{7}E2"),
        ("L", ">=R400-V0|<R400-V2", ">=R400-V0, <R400-V2"),
        ("L", ">= R1.01.00 | <= R3.77.00", ">=R1.01.00, <=R3.77.00"),
        ("L", ">FW19_up_to_and_including_FW26", ">FW19, <=FW26"),
        ("L", "V4.7: < V4.7 HF27", ">=V4.7, <V4.7 HF27"),
        ("L", "1.265B -1.285X", ">=1.265B, <=1.285X"),
        ("M", "< V3.X.17", "<V3.X.17"),
        ("M", "<= 12.2.x.x", "<=12.2.x.x"),
        ("M", "< 8.1x", "<8.1x"),
        ("N", "6.1", "=6.1"),
        ("N", "12.2.*", "=12.2.*"),
        ("N", "1.2 *", "=1.2.*"),
        ("N", "Version 2.2.0 all revisions", "=2.2.0.*"),
        ("N", "Firmware__20.011", "=20.011"),
        ("N", "R16A", "=R16A"),
        ("O", "5.0|5.1", "=5.0 | =5.1"),
        ("O", "28.011 | 28.012 | 28.013", "=28.011 | =28.012 | =28.013"),
        ("O", "V15, V15.1 and V16", "=V15 | =V15.1 | =V16"),
        ("O", "<= 1.12.0.25 | 1.12.13.2", "<=1.12.0.25 | =1.12.13.2"),
        ("O", "<v35.013_v34.014", "<v34.014 | >=35, <v35.013"),
        ("O", "<= 2.0.11 / 3.0.11", "<=2.0.11 | >=3, <=3.0.11"),
        ("O", "5.1.0-x | >= 6.0.0-1 | <= 6.0.0-3", "=5.1.0-x | >=6.0.0-1, <=6.0.0-3"),
    ],
)
def test_grammars(grammar: str, text: str, bounds: str) -> None:
    found = understand(text)
    assert isinstance(found, Range), found
    assert (found.grammar, said(found), found.condition, found.subject) == (grammar, bounds, "", "firmware")
    assert grammar in CLASSES


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("< 1.2 FP2 HF6 (Build Nr. 1.2.14002.257)", ["1.2.14002.257"]),
        ("<= Version 4.02C (aka <= Version 10.95.208.31)", ["10.95.208.31"]),
        ("Version 4.02C (10.95.208.31) and earlier", ["10.95.208.31"]),
        (">=4.00A_v10.95.201.23|<=4.04E_v10.95.210.01", ["10.95.201.23", "10.95.210.01"]),
        ("All versions < V12.1a (2018 R1)", ["2018 R1"]),
        ("< 2017 (1.9.0)", ["1.9.0"]),
        ("<= 2018 SP3 Version 3.4.430.460", ["3.4.430.460"]),
        ("<= 3.3.8 Build 16102416", [""]),
        ("<= 2.0 (Build 683.003)", [""]),
        ("< 02.07.07(10)", [""]),
    ],
)
def test_the_same_release_in_another_count(text: str, counts: list[str]) -> None:
    found = understand(text)
    assert isinstance(found, Range)
    assert [bound.also for bounds in found.alternatives for bound in bounds] == counts


@pytest.mark.parametrize(
    ("text", "bounds", "subject"),
    [
        ("ME prior to V11.8.50.3425 and BIOS prior to R1.21.0", "<V11.8.50.3425 | <R1.21.0", "ME, BIOS"),
        ("< 11.8.50.3425 (ME) | < R1.21.0 (BIOS)", "<11.8.50.3425 | <R1.21.0", "ME, BIOS"),
        ("FW Versions 2.22 and prior ETH-FW Versions 1.01 and prior", "<=2.22 | <=1.01", "FW, ETH-FW"),
        ("VDS R7.50 and prior and FCN/FCJ Simulator R4.20 and prior", "<=R7.50 | <=R4.20", "VDS, FCN/FCJ Simulator"),
    ],
)
def test_two_parts_with_limits_of_their_own(text: str, bounds: str, subject: str) -> None:
    found = understand(text)
    assert isinstance(found, Range)
    assert (said(found), found.subject) == (bounds, subject)


@pytest.mark.parametrize("text", ["Versions 5.02 and prior V6.01 and prior", "FW 2.22 and prior FW 1.01 and prior"])
def test_words_that_name_no_parts(text: str) -> None:
    found = understand(text)
    assert isinstance(found, Unread) or found.subject == "firmware"


@pytest.mark.parametrize("text", [">=2003|<=2006", "2014-2016", "2003 to 2006"])
def test_from_one_year_to_another_is_a_time(text: str) -> None:
    found = understand(text)
    assert isinstance(found, Range)
    assert (found.grammar, found.subject) == ("P", "date")


@pytest.mark.parametrize("text", ["<= 2017", "2016", "2015 | 2016", ">= 2018-1 | <= 2021-1", ">= 2014 R2 | <= 2017"])
def test_one_year_or_more_than_years_is_a_version(text: str) -> None:
    found = understand(text)
    assert isinstance(found, Range)
    assert found.subject == "firmware"


@pytest.mark.parametrize(
    ("text", "op", "number"),
    [
        ("<= first five digits of serial number 24061", "<=", "24061"),
        ('<=The_first_5_digits_of_serial_No._"26041"', "<=", "26041"),
        ("<= first 2  digits of serial number are 08", "<=", "08"),
        ("<=with_the_first_5_digits_of_serial_number_24061", "<=", "24061"),
        ("5  digits of serial number <= 24031", "<=", "24031"),
        ("First five digits of serial number 24061 and prior", "<=", "24061"),
        ("serial number 20121 and prior", "<=", "20121"),
        ("<= Serial Numbers 2310****", "<=", "2310"),
    ],
)
def test_serial_numbers(text: str, op: str, number: str) -> None:
    found = understand(text)
    assert isinstance(found, Range)
    assert (found.grammar, found.subject, found.alternatives) == ("K", "serial_number", ((Bound(op, number),),))


@pytest.mark.parametrize(
    ("text", "op", "date"),
    [
        ("<May/5/2023", "<", "May/5/2023"),
        ("< June 30 2015", "<", "June 30 2015"),
        ("<May_1_2024", "<", "May 1_2024"),
        ("<=production_date_December_2020", "<=", "December 2020"),
        ("manufactured before 2021-8-13", "<", "2021-8-13"),
        ("manufactured and distributed prior to April 1 2018", "<", "April 1 2018"),
        ("<8/30/2024", "<", "8/30/2024"),
    ],
)
def test_dates(text: str, op: str, date: str) -> None:
    found = understand(text)
    assert isinstance(found, Range)
    assert (found.grammar, found.subject, found.alternatives) == ("P", "date", ((Bound(op, date),),))


@pytest.mark.parametrize(
    ("text", "bounds", "condition"),
    [
        ("All versions with Ethernet interface", "", "with Ethernet interface"),
        ("<V8.89_installed_on_CP100_devices", "<V8.89", "installed on CP100 devices"),
        (">= R6.01.10 | <= R6.09.00 - (if VP6E5000 is installed)", ">=R6.01.10, <=R6.09.00", "(if VP6E5000 is installed)"),
        ("<with_Nozomi_Guardian_/_CMC_23.4.1", "", "with Nozomi Guardian / CMC 23.4.1"),
        ("All versions < V8.2 SP1 with WinCC V7.4 SP1 Upd11", "<V8.2 SP1", "with WinCC V7.4 SP1 Upd11"),
        ("<=B13__without_Special_Modification_Patch_BRD-C62W003-A0_installed", "<=B13", None),
        ("4.1 and prior versions released before January 20 2017", "<=4.1", "released before January 20 2017"),
        ("7.0 to 10.1.3 included in Other Suite Versions 2014R3 and prior", ">=7.0, <=10.1.3", None),
        ("Versions including affected DNS modules", "", "including affected DNS modules"),
        ("All deployments with Runtime Custom Setting x set to False", "", "with Runtime Custom Setting x set to False"),
        ("v5 and prior included in Communicator 3.15 and prior", "<=v5", "included in Communicator 3.15 and prior"),
        ("R3.08 through R3.09. These vulnerabilities affect this product if CAMS is installed", ">=R3.08, <=R3.09", None),
        (">= R3.72 | <= R3.80 (these product versions are affected if CAMS is installed)", ">=R3.72, <=R3.80", None),
        ("<=Ver.2.41_affected_only_by", "<=2.41", "affected only by vulnerabilities that the document does not name"),
    ],
)
def test_conditions(text: str, bounds: str, condition: str | None) -> None:
    found = understand(text)
    assert isinstance(found, Range)
    assert (found.grammar, said(found)) == ("Q", bounds)
    assert condition is None or found.condition == condition
    assert found.condition


@pytest.mark.parametrize(
    "text",
    [
        "<= 2.01 (end-of-life Nov 2017)",
        "3.3 SP2 (part of SPR1 2023.0)",
        "<= 1.54 (integrated into GE MobileLink)",
        "Versions 5.05 and prior Released May 2021",
        "< 1.031 (These products are sold in limited regions)",
    ],
)
def test_remarks_are_no_conditions(text: str) -> None:
    found = understand(text)
    assert isinstance(found, Range)
    assert not found.condition


@pytest.mark.parametrize(
    ("text", "cves"),
    [
        (">= 20.8 (only affected by CVE-2019-10943)", ("CVE-2019-10943",)),
        ("* (only affected by CVE-2019-10943)", ("CVE-2019-10943",)),
        ("All versions prior to 7.10 are affected by CVE-2020-16233", ("CVE-2020-16233",)),
        ("Version 2.X (Impacted by CVE-2020- 6962 and CVE-2020-6965)", ("CVE-2020-6962", "CVE-2020-6965")),
        ("<= 2.4.17  (CVE-2022-3386 and CVE-2022-3385 only)", ("CVE-2022-3386", "CVE-2022-3385")),
        ("< 7.10", ()),
    ],
)
def test_vulnerabilities_named_alone(text: str, cves: tuple[str, ...]) -> None:
    found = understand(text)
    assert isinstance(found, Range)
    assert (found.cves, found.condition) == (cves, "")


@pytest.mark.parametrize(
    ("text", "name", "subject"),
    [
        ("BIOS < V22.01.04", "SIMATIC Field-PG M5", "BIOS"),
        ("All BIOS versions < V1.0.212N", "RUGGEDCOM APE1808", "BIOS"),
        ("ME prior to V6.2.61.3535", "SIMATIC IPC627C", "ME"),
        ("NMC2 <= 6.9.6", "Smart-UPS", "NMC2"),
        ("NMC2 AOS v6.9.6 and prior", "Smart-UPS", "NMC2"),
        ("< PI Vision 2020", "PI Vision 2020", "firmware"),
        ("<= PI AF Client 2018 SP3", "Applications using PI Asset Framework (AF) Client", "firmware"),
    ],
)
def test_components(text: str, name: str, subject: str) -> None:
    found = understand(text, name)
    assert isinstance(found, Range)
    assert found.subject == subject


def test_an_order_number_before_the_range_is_the_model() -> None:
    found = understand("1046568  (Starterkit) version 1.x")
    assert isinstance(found, Range)
    assert (found.model, said(found)) == ("1046568", "=1.x")
    module = understand("TSXETY4103 *")
    assert isinstance(module, Range)
    assert (module.model, module.alternatives) == ("TSXETY4103", EVERY)
    panel = understand("1SAP551100R0001 (revision index B1 with BSP <= UN30 1.76)")
    assert isinstance(panel, Range)
    assert (panel.model, said(panel), panel.condition) == ("1SAP551100R0001", "<=1.76", "revision index B1, BSP UN30")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no version given"),
        ("No version", "no version given"),
        ("<=", "an operator without a number"),
        (">= <= 2.2 | 2.5.1", "two operators in a row"),
        (">= 1.0 | >= 2.4", "a lower limit, and no upper limit after it"),
        (">= 4.5.0 | =< 3.5.20304.x", "a lower limit above the upper limit"),
        ("5.011  | < 8.011", "a single number inside a limit"),
        ("< 15.1 | 7", "a single number inside a limit"),
        ("< august 28", "the word 'august'"),
        ("<  numbers ending ...9A ...9B ...9C etc.", "the word 'numbers'"),
        ("< 17.0 ?.10", "characters that no version has"),
        ("< cesne_r2d14_03.esw", "the word 'cesne'"),
        ("< R02 (or Software Version 1.1.13166)", "a limit or another number"),
        ("<= U61 |<= L81", "several upper limits of lines that letters name"),
        ("BIOS ME < V3.4", "two components"),
        ("<= R4.03 (only if CAMS is used) Versions R5.01 through R5.04", "a range after a condition"),
        ("Versions 5.0.27 5.1.19 and prior", "whether one number of a list or all have earlier versions with them"),
        ("1" * (LONGEST + 1), f"longer than {LONGEST} characters"),
    ],
)
def test_what_stays_unread(text: str, why: str) -> None:
    found = understand(text)
    assert isinstance(found, Unread), found
    assert found.why == why


def test_every_version_is_one_empty_alternative() -> None:
    found = understand("All versions")
    assert isinstance(found, Range)
    assert found.alternatives == EVERY == ((),)


PIECES = [
    "<",
    "<=",
    ">=",
    "|",
    " and ",
    " or ",
    "v1.2",
    "V3.X.17",
    "SP1",
    "Upd",
    "(",
    ")",
    "CVE-2020-1",
    "prior",
    " to ",
    "all versions",
    "with ",
    "_",
    "x",
]


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join) | st.text(max_size=80))
def test_any_text_is_read_or_unread(text: str) -> None:
    found = understand(text)
    assert isinstance(found, Unread) or found.alternatives


@pytest.mark.parametrize(
    "piece", ["1.", "1-", "v ", "a_", "CVE-2020-1,", "and prior ", "SP1 ", "( ", "only affected by CVE-1-1 ", "9" * 50 + " "]
)
@pytest.mark.timeout(60)
def test_hostile_repetition_ends(piece: str) -> None:
    assert isinstance(understand((piece * LONGEST)[:LONGEST]), Range | Unread)
