"""Versions against ranges: both sides of every limit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldwatch.vulnerabilities.range import EVERY, Bound, Range, answer, understand, within

SIDES: list[tuple[str, str, str, str, str]] = [
    # scheme, range, inside, outside, no answer
    ("components", "< 00.0A", "", "", "00.09 00.08"),
    ("components", "<= 4.4", "4.4 4.4.0 4.4.73.24 4.3.9 4.4-12", "4.5 4.40 5", "4.4a"),
    ("components", "< 4.4", "4.3.9 4.3", "4.4 4.4.73 4.5", ""),
    ("components", ">= 4.4", "4.4 4.4.1 5.0", "4.3.99", ""),
    ("components", "> 4.4", "4.4.73 4.5", "4.4 4.3", ""),
    ("components", "<= 33", "33 33.013 32.999", "34 34.011", ""),
    ("components", "<= 33.013", "33.013 33.012 33", "33.014 34", ""),
    ("components", "<= 6.00.327", "6.00.327 6.0.326 5.9", "6.00.328 6.1", ""),
    ("components", "<= 2.0", "2.0 2.0.73 2.0.0.9 1.9", "2.1 2.9", "2.0.9"),
    ("components", "vers:all/<V2.9.6", "V2.9.5 02.09.05", "V2.9.6 02.09.06 V2.10", ""),
    ("components", "< 1.10.30", "1.9.62", "1.10.30 1.11", ""),
    ("components", "5.1", "5.1 5.1.0", "5.2 5.0.9", "5.1.3"),
    ("components", "20", "20 20.013", "21 19.9", ""),
    ("components", "12.2.*", "12.2 12.2.5", "12.3 12.1.9", ""),
    ("components", "1.5.x | 1.6.x", "1.5.0 1.6.9", "1.4.9 1.7.0", ""),
    ("components", "<= 12.2.x.x", "12.2 12.2.9.9", "12.3", ""),
    ("components", "< V3.X.14", "V3.2.13 V3.9.13 V2.9.99", "V3.2.14 V3.9.15 V4.0", ""),
    ("components", ">= 2.3x | <= 6.00.327", "2.30 2.39 6.00.327", "2.29 6.00.328", ""),
    ("components", "<= 7.2x", "7.20 7.29", "7.30", ""),
    ("components", "< 8.1x", "8.09", "8.10 8.11", ""),
    ("components", "20-33", "20 33 33.013", "19.9 34", ""),
    ("components", "5.0|5.1", "5.0 5.1", "5.2 4.9", ""),
    (
        "components",
        "< V7.5 SP2 Upd5",
        "V7.5|V7.5 SP1|V7.5 SP2|V7.5 SP2 Upd4|V7.4 SP9",
        "V7.5 SP2 Upd5|V7.5 SP3|V7.6",
        "V7.5 SP2 UC4|V7.5.3",
    ),
    ("components", "<= 2020 R2", "2020 R2|2020", "2020 R3|2023", "2020_R2_SP1"),
    ("components", "< 5.3.0-64", "5.3.0-63 5.2.9-99", "5.3.0-64 5.3.1", "5.3.0"),
    ("components", "<= 3.3.8 Build 16102416", "3.3.8 Build 16102416|3.3.7", "3.3.8 Build 16102417|3.3.9", "3.3.8"),
    ("components", "<= 2.004E", "2.004D 2.004E 2.003Z", "2.004F 2.005A", ""),
    ("components", "< FW14", "FW13 13", "FW14 FW15", ""),
    ("components", ">= R3.10.00 | <= R3.75.00", "R3.10.00 3.75.00", "R3.09.99 R3.75.01", ""),
    ("components", "<=N", "M N", "O AA", ""),
    ("components", "<=A12", "A12 A01", "A13 B01", "12"),
    ("components", "<v36.011_v35.013_v34.014", "33.011 34.013 35.012 36.010", "34.014 35.013 36.011 37.011", ""),
    ("components", "< 1.28.16 | < 1.24.69", "1.24.68 1.28.15 1.28.0", "1.24.69 1.28.16 1.29", "1.25.0 1.27.9"),
    ("components", "MX-V4.0.1.15", "MX-V4.0.1.15 4.0.1.15", "MX-V4.0.1.16", "4.0.1.16"),
    ("components", "<= 9 Rev.ZD", "9 Rev.ZD|9 Rev T|8 Rev.ZE", "9 Rev.ZE|10", "9|9.40"),
    ("components", "<=V", "V B", "W AA", ""),
    ("components", "<= R7x", "R7 R7a R7x R75 R6c", "R8 R8a R80", "R10 R65"),
    ("components", ">=R16x|<=R162.10", "R160.1 R162.10", "R162.11 R15", "R159.2"),
    ("components", "R15x", "R150.1 R158", "R160 R14", ""),
    (
        "components",
        "<= 4.02C (aka <= Version 10.95.208.31)",
        "4.02C 4.01B 10.95.208.31 10.94.1.1",
        "4.02D 4.04E 10.95.208.32 10.96",
        "10.95.208",
    ),
    (
        "components",
        "< 1.2 FP2 HF10 (Build Nr. 1.2.14002.506)",
        "1.2 FP2 HF9|1.2.14002.257|1.1",
        "1.2 FP2 HF10|1.2.14002.506|1.3",
        "1.2.14002",
    ),
    ("components", "< 2017 (1.9.0)", "2016 R2|1.8.1", "2017|1.9.0", "1"),
    ("components", "<= 2017", "2017|2016 R2", "2018", "3.5.1|2017 R2"),
    ("components", ">= 3.5", "3.5.1", "3.4", "2017"),
    ("components", ">=2003|<=2006", "2003 2005-04 2006 2006-12-31", "2002 2007 2007-01-01", "5.0.4"),
    ("decimal", "< 2.9", "2.50 2.89 SV2.80", "2.9 2.90 2.91 3.0", "unknown"),
    ("decimal", "<= 2.50", "2.5 2.49 1.9", "2.51 2.9", ""),
    ("decimal", ">= 2.80", "2.80 2.9", "2.79 2.5", ""),
    ("ios", "< 15.2(6)E2a", "15.2(6)E2 15.2(5)E9 15.2(5)EA 15.0(2)EY", "15.2(6)E2a 15.2(7)E3", "15.2(6)EA 12.2(55)SE"),
    ("ios", "<= 15.2(6)E0a", "15.2(6)E0a 15.2(6)E", "15.2(6)E1", "15.2(6)EA"),
    ("relay", ">=R301-V0|<R301-V6", "SEL-700BT-R301-V5-Z001001-D20200101 R301-V0", "R301-V6 R302-V0 R300-V9", ""),
    ("relay", ">=R100-V0|<R302-V1", "R100-V0 R301-V6 R302-V0", "R99-V9 R302-V1", ""),
    ("relay", "<= R302-V1", "R302-V1 R302-V0", "R302-V2", "R301-V0"),
    ("relay", ">= R100-V0 | <= R302-V1", "R302-V1", "R302-V2", "A:0 1.2"),
    ("firmware_index", "< FW14", "FW13 01.07.13(13)", "FW14 01.07.13(14)", "1.1.6"),
    ("firmware_index", "< 02.07.07(10)", "02.06.20(09) FW08", "02.07.07(10) FW11", ""),
    ("components", "<= first five digits of serial number 24061", "24061 240610001 240519999", "24062 240620001", "2406"),
    ("components", "<=the_first_3_digits_of_serial_number_20X", "20X0001 2090001 19Z0001", "20Y0001 2110001", ""),
    ("components", "<=production_date_December_2020", "2020-12-31 2019-01-01", "2021-01-01", ""),
    ("components", "< January 31 2014", "2014-01-30", "2014-01-31 20140201", ""),
]


def texts(line: str) -> list[str]:
    return line.split("|") if "|" in line else line.split()


@pytest.mark.parametrize(("scheme", "text", "inside", "outside", "open_"), SIDES, ids=[f"{side[0]} {side[1]}" for side in SIDES])
def test_both_sides(scheme: str, text: str, inside: str, outside: str, open_: str) -> None:
    found = understand(text)
    assert isinstance(found, Range), found
    got = {version: within(found, version, scheme) for line in (inside, outside, open_) for version in texts(line)}
    wanted = {version: verdict for line, verdict in ((inside, True), (outside, False), (open_, None)) for version in texts(line)}
    assert got == wanted


@pytest.mark.parametrize(
    ("text", "version", "reason"),
    [
        ("<= 4.4", "4.4.73", "<= 4.4"),
        ("<= 4.4", "4.5", "4.5 is not <= 4.4"),
        ("<= 4.4", "", "firmware unknown"),
        ("<= 4.4", "not telling", "'not telling' is no version as components are counted"),
        ("<= 4.4", "4.4 SP1", "whether 4.4 SP1 is still 4.4"),
        ("< 5.3.0-64", "5.3.0", "5.3.0-64 names a build, 5.3.0 does not"),
        ("< V14 SP1", "14.0.1", "14.0.1 and V14 SP1 are counted differently"),
        ("<= first five digits of serial number 24061", "24", "24 is shorter than 24061"),
        ("<= serial number 24061", "", "serial_number unknown"),
        ("vers:all/*", "", "every version"),
    ],
)
def test_the_reason_is_said(text: str, version: str, reason: str) -> None:
    found = understand(text)
    assert isinstance(found, Range)
    assert answer(found, version, "components").reason == reason


def test_what_is_in_doubt_has_no_answer() -> None:
    found = Range(((Bound("<=", "1.03D"),),), "<= 1.03D", "H", doubt=EVERY)
    assert within(found, "1.03D", "components") is True
    assert within(found, "1.04A", "components") is None


def test_no_alternative_is_no_version() -> None:
    assert within(Range((), "none", "C"), "1.0", "components") is False


PART = st.integers(0, 30)
DOTTED = st.lists(PART, min_size=1, max_size=4).map(lambda parts: ".".join(map(str, parts)))


@given(DOTTED, DOTTED, st.sampled_from(["<", ">="]))
def test_a_bound_and_its_opposite_divide_all_versions(limit: str, version: str, op: str) -> None:
    opposite = {"<": ">=", ">=": "<"}[op]
    one = within(Range(((Bound(op, limit),),), "", "C"), version, "components")
    two = within(Range(((Bound(opposite, limit),),), "", "C"), version, "components")
    assert one is not None
    assert one is not two


@given(DOTTED, DOTTED)
def test_an_inclusive_limit_covers_its_own_line_and_all_before(limit: str, version: str) -> None:
    covered = within(Range(((Bound("<=", limit),),), "", "C"), version, "components")
    before = within(Range(((Bound("<", limit),),), "", "C"), version, "components")
    parts, line = [*map(int, version.split("."))], [*map(int, limit.split("."))]
    deeper = [*parts, *[0] * len(line)][: len(line)] == line
    assert covered is (before or deeper)


@given(st.text(max_size=40), st.sampled_from(["components", "decimal", "ios", "relay", "firmware_index"]))
def test_any_text_has_an_answer(version: str, scheme: str) -> None:
    found = understand(">= V7.5 | <= V7.5 SP2 Upd5")
    assert isinstance(found, Range)
    assert within(found, version, scheme) in (True, False, None)
