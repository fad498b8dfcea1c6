"""Versions: what is read, and the laws of their order."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldwatch.library.version import LONGEST, Version, compare, extends, parse, schemes


def order(a: str, b: str, scheme: str = "components") -> int | None:
    one, two = parse(a, scheme), parse(b, scheme)
    assert one is not None
    assert two is not None
    return compare(one, two)


@pytest.mark.parametrize(
    ("scheme", "rising"),
    [
        ("components", "1.9.62 1.10.30"),
        ("components", "FW08 FW09 FW14"),
        ("components", "V2.9.5 02.09.06 V2.9.7"),
        ("components", "1.2.1 1.2.1.S0 1.2.1.S1"),
        ("components", "1.52 1.52A 1.52E 1.53"),
        ("components", "2.003Z 2.004 2.004E 2.005"),
        ("components", "V10.0|V10.0a|V10.0b|V10.1"),
        ("components", "V7.5|V7.5 Upd1|V7.5 SP1|V7.5 SP2 Upd5|V7.5 SP2 Update 6|V7.5 SP2 Upd6 HF1|V7.6"),
        ("components", "2020|2020 SP1|2020_R2|2020 R2 SP1|2020_R2_SP1_P01|2023"),
        ("components", "5.3.0|5.3.0-63|5.3.0-64|5.3.1-1"),
        ("components", "3.3.8 Build 16102415|3.3.8 Build 16102416|3.3.9 Build 1"),
        ("components", "1.000.HW01.33.20190812 1.000.HW01.33.20190813"),
        ("components", "1.5.0.0 Beta 4|1.5.0.0"),
        ("components", "SE2021MP6 SE2021MP7 SE2021MP12"),
        ("components", "R6.03.10 R6.03.11 R6.04.00"),
        ("components", "R14A R15A R15B R16A"),
        ("components", "R510.2_HF14|R511.5_TCU4|R511.5_TCU4_HF4"),
        ("components", "A B N R V W Z AA LF"),
        ("components", "8 Rev.T|9|9 Rev.A|9 Rev T|9 (Rev.ZD)|9 Rev.ZE|10"),
        ("components", "A17 B01 B02"),
        ("components", "02.07.07(9) 02.07.07(10)"),
        ("decimal", "2.05 2.50 2.9 2.91 3.0"),
        ("decimal", "SV2.80|V2.9|SV3.51"),
        ("ios", "15.2(5)E1 15.2(6)E 15.2(6)E0a 15.2(6)E2 15.2(6)E2a 15.2(7)E3"),
        ("ios", "15.0(2)EY 15.2(3)EA 15.2(4)EA7 15.2(5)EA 15.2(5)EA.fc4 15.2(6)E0a"),
        ("ios", "16.9.4 16.12.01"),
        ("relay", "SEL-751A-R302-V0-Z004002-D20140210 R302-V1 R302-V10"),
        ("firmware_index", "FW08 01.07.13(10) FW14"),
        ("date", "2003|2006|2018|2019-08-12|20190813|April 1, 2021|2021-8-13|7 Dec 2022|May/5/2023|8/30/2024"),
        ("serial_number", "2406 24061 240610001 24062"),
        ("hardware", "A|Series B|Rev. C"),
        ("hardware", "FS 05|FS: 11"),
    ],
)
def test_rising(scheme: str, rising: str) -> None:
    texts = rising.split("|") if "|" in rising else rising.split()
    for place, lower in enumerate(texts):
        assert order(lower, lower, scheme) == 0
        for higher in texts[place + 1 :]:
            assert order(lower, higher, scheme) == -1, (lower, higher)
            assert order(higher, lower, scheme) == 1, (lower, higher)


@pytest.mark.parametrize(
    ("scheme", "a", "b"),
    [
        ("components", "V2.9.6", "02.09.06"),
        ("components", "1.0", "1"),
        ("components", "v01.401.101", "1.401.101"),
        ("components", "V7.5 SP2 Upd5", "7.5_SP2_Update_5"),
        ("components", "V4.5 Service Pack 1", "V4.5 SP1"),
        ("components", "FW14", "14"),
        ("decimal", "2.9", "2.90"),
        ("relay", "R204", "R204-V0"),
        ("firmware_index", "FW10", "02.07.07(10)"),
        ("date", "May/5/2023", "2023-05-05"),
        ("date", "january 20 2017.", "20170120"),
        ("hardware", "Series A", "A"),
    ],
)
def test_equal(scheme: str, a: str, b: str) -> None:
    assert order(a, b, scheme) == 0


@pytest.mark.parametrize(
    ("scheme", "a", "b"),
    [
        ("ios", "15.2(6)E2a", "15.2(6)EA7"),
        ("ios", "15.2(6)E2a", "15.2(7)S"),
        ("ios", "12.4(3)", "15.2(7)S"),
        ("ios", "15.2(7)E3", "16.12.01"),
        ("relay", "R301-V6", "R302-V1"),
        ("firmware_index", "FW14", "1.1.6"),
        ("components", "V7.5 Upd5", "V7.5 UC5"),
        ("components", "SE2021", "MX-V4.0"),
        ("components", "1.0.a", "1.0.3"),
        ("components", "MP8", "V9.1 MP7"),
    ],
)
def test_incomparable(scheme: str, a: str, b: str) -> None:
    assert order(a, b, scheme) is None


def test_versions_of_two_schemes_are_incomparable() -> None:
    one, two = parse("2.9", "decimal"), parse("2.9", "components")
    assert one is not None
    assert two is not None
    assert compare(one, two) is None


@pytest.mark.parametrize(
    ("scheme", "text"),
    [
        ("components", ""),
        ("components", "unknown"),
        ("components", "with Ethernet interface"),
        ("components", "CODESYS Control for Linux"),
        ("components", "1" * (LONGEST + 1)),
        ("components", "V٢.٩"),
        ("decimal", "2.9 or so"),
        ("date", "august 28"),
        ("date", "2019-13-01"),
        ("serial_number", "?"),
    ],
)
def test_no_version(scheme: str, text: str) -> None:
    assert parse(text, scheme) is None


def test_an_unknown_scheme_is_our_own_mistake() -> None:
    with pytest.raises(ValueError, match="no scheme 'roman'"):
        parse("XIV", "roman")


@pytest.mark.parametrize(
    ("text", "shorter", "expected"),
    [
        ("4.4.73.24", "4.4", True),
        ("4.4", "4.4", True),
        ("4.5", "4.4", False),
        ("4.40", "4.4", False),
        ("2.9", "2.0", False),
        ("5.3.0-64", "5.3.0", True),
        ("V7.5 SP1", "V7.5", None),
        ("1.52E", "1.52", None),
        ("V7.5 SP2 Upd5", "V7.5 SP2", None),
        ("V7.5 SP3", "V7.5 SP2", False),
        ("SE2021", "2021", False),
    ],
)
def test_extends(text: str, shorter: str, expected: bool | None) -> None:
    one, two = parse(text, "components"), parse(shorter, "components")
    assert one is not None
    assert two is not None
    assert extends(one, two) is expected


# --------------------------------------------------------------------------------------------------------------------------- laws

NUMBER = st.integers(0, 12)
DOTTED = st.lists(NUMBER, min_size=1, max_size=4).map(lambda parts: ".".join(map(str, parts)))
LETTER = st.sampled_from(["", "", "", "a", "b", "E"])
UPDATE = st.builds("{}{}".format, st.sampled_from([" SP", " Upd", " UC", " HF", " R"]), st.integers(1, 3))
UPDATES = st.lists(UPDATE, max_size=2, unique_by=lambda update: update[:-1]).map("".join)
BUILD = st.sampled_from(["", "", "-1", "-2", " Build 7", "(3)", " Rev.A", " Rev ZB"])
PREFIX = st.sampled_from(["", "", "V", "FW", "R", "A", "MX-V", "SE"])
TEXTS = {
    "components": st.builds("{}{}{}{}{}".format, PREFIX, DOTTED, LETTER, UPDATES, BUILD),
    "decimal": st.builds("{}.{}".format, st.integers(0, 3), st.sampled_from(["0", "05", "5", "50", "9", "90", "91"])),
    "ios": st.builds(
        "15.{}({}{}){}{}{}".format,
        st.integers(1, 2),
        st.integers(1, 3),
        st.sampled_from(["", "a"]),
        st.sampled_from(["E", "EA", "EY", "SE"]),
        st.integers(1, 3),
        st.sampled_from(["", "a", "b"]),
    )
    | DOTTED,
    "relay": st.builds("R{}-V{}".format, st.integers(300, 302), st.integers(0, 3)),
    "firmware_index": st.builds("FW{:02}".format, st.integers(1, 15))
    | st.builds("01.0{}.03({})".format, st.integers(1, 3), st.integers(1, 15))
    | st.builds("{}.{}.{}".format, NUMBER, NUMBER, NUMBER),
    "date": st.dates().filter(lambda day: day.year >= 1950 and day.year < 2100).map(str),
    "serial_number": st.text("0123456789XYZ", min_size=1, max_size=6),
    "hardware": st.sampled_from(["A", "B", "Z", "AA", "FS 05", "FS 06", "1", "1.2", "Rev. C"]),
}


def versions(scheme: str) -> st.SearchStrategy[Version]:
    def read(text: str) -> Version:
        version = parse(text, scheme)
        assert version is not None, text
        return version

    return TEXTS[scheme].map(read)


TRIPLES = st.sampled_from(sorted(TEXTS)).flatmap(lambda name: st.tuples(versions(name), versions(name), versions(name)))


def test_every_scheme_is_under_the_laws() -> None:
    assert set(TEXTS) == set(schemes())


@settings(max_examples=400)
@given(TRIPLES)
def test_order_is_reflexive_antisymmetric_and_transitive(triple: tuple[Version, Version, Version]) -> None:
    a, b, c = triple
    assert compare(a, a) == 0
    forth, back = compare(a, b), compare(b, a)
    assert (forth is None and back is None) or (forth is not None and back == -forth)
    onward = compare(b, c)
    if forth is not None and onward is not None and forth <= 0 and onward <= 0:
        assert compare(a, c) == min(forth, onward)


@given(st.sampled_from(["decimal", "date", "serial_number"]).flatmap(lambda name: st.tuples(versions(name), versions(name))))
def test_these_schemes_are_total(pair: tuple[Version, Version]) -> None:
    assert compare(*pair) is not None


@given(st.lists(NUMBER, min_size=1, max_size=5), st.lists(NUMBER, min_size=1, max_size=5))
def test_plain_components_are_total_and_ordered_as_lists(a: list[int], b: list[int]) -> None:
    width = max(len(a), len(b))
    one, two = ([*parts, *[0] * (width - len(parts))] for parts in (a, b))
    assert order(".".join(map(str, a)), ".".join(map(str, b))) == (one > two) - (one < two)


@given(st.text(max_size=60), st.sampled_from(sorted(TEXTS)))
def test_any_text_is_a_version_or_none(text: str, scheme: str) -> None:
    version = parse(text, scheme)
    assert version is None or compare(version, version) == 0
