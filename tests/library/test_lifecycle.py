"""Ends of sale and support: a well-formed table, and rows that fit what they should and no more."""

from __future__ import annotations

import datetime
import re

import pytest

from fieldwatch.library.lifecycle import ended, last_day, lifecycle
from fieldwatch.library.makers import maker
from fieldwatch.library.table import table

DATE = re.compile(r"(<=)?\d{4}(-\d\d(-\d\d)?)?")
ROWS = pytest.mark.parametrize("row", table("lifecycle.tsv").rows, ids=lambda row: row[2])


def test_the_table_is_as_large_as_it_should_be() -> None:
    assert len({(row[0], row[2]) for row in table("lifecycle.tsv").rows}) >= 60


@ROWS
def test_rows_are_well_formed(row: list[str]) -> None:
    vendor, pattern, family, sale, support, source, read = row
    assert vendor == maker(vendor)
    assert re.compile(pattern)
    assert "" not in (vendor, family)
    assert sale or support
    assert source.startswith("https://")
    assert datetime.date(2026, 1, 1) <= datetime.date.fromisoformat(read)
    for date in filter(None, (sale, support)):
        assert DATE.fullmatch(date)
        assert datetime.date(2000, 1, 1) <= last_day(date) <= datetime.date(2040, 1, 1)
        assert not date.startswith("<=") or last_day(date) <= datetime.date.fromisoformat(read)
    assert not (sale and support) or last_day(sale) <= last_day(support)


@ROWS
def test_patterns_hold_no_blank_and_fit_their_first_alternative(row: list[str]) -> None:
    assert " " not in row[1]
    assert not re.fullmatch(row[1], "", re.I)
    assert not re.fullmatch(row[1], "unknown device", re.I)


@pytest.mark.parametrize(
    ("vendor", "word", "family"),
    [
        ("Siemens", "6ES7 314-6EH04-0AB0", "SIMATIC S7-300"),
        ("SIEMENS AG", "CPU 314C-2 PN/DP", "SIMATIC S7-300"),
        ("Siemens", "6ES7 318-3EL01-0AB0", "SIMATIC S7-300"),
        ("Siemens", "6AG1315-2EH14-7AB0", "SIMATIC S7-300"),
        ("Siemens", "6ES5 095-8MA03", "SIMATIC S5"),
        ("Siemens", "6ES7 214-1AD23-0XB0", "SIMATIC S7-200"),
        ("Siemens", "6ES7 214-1AG40-0XB0", "SIMATIC S7-1200 (first generation)"),
        ("Siemens", "CPU 1214C DC/DC/DC", "SIMATIC S7-1200 (first generation)"),
        ("Siemens", "6ES7 153-2BA02-0XB0", "SIMATIC ET 200M"),
        ("Rockwell Automation/Allen-Bradley", "1785-L40C15", "PLC-5"),
        ("Rockwell Automation", "1763-L16BWA B/16.00", "MicroLogix 1100"),
        ("Rockwell Automation", "1756-L61/B LOGIX5561", "ControlLogix L55 and L6x"),
        ("Schneider Electric", "140CPU65150", "Modicon Quantum"),
        ("Schneider Electric", "TSX P57 4634M", "Modicon Premium"),
        ("Microsoft", "Windows 7 Professional", "Windows 7"),
        ("Microsoft", "Microsoft Windows Server 2008 R2 Standard", "Windows Server 2008 R2"),
        ("Microsoft", "Windows Server 2008 Standard", "Windows Server 2008"),
        ("Microsoft", "Windows XP Embedded", "Windows XP Embedded"),
        ("Microsoft", "Windows 10 Enterprise LTSC 2021", "Windows 10 Enterprise LTSC 2021"),
        ("Microsoft", "Windows 10 IoT Enterprise LTSC 2021", "Windows 10 IoT Enterprise LTSC 2021"),
        ("Microsoft", "Windows 10 Pro", "Windows 10"),
        ("Microsoft", "Windows 8.1 Pro", "Windows 8.1"),
        ("OpenSSL", "OpenSSL/1.0.2k", "OpenSSL 1.0.2"),
        ("VMware", "VMware ESXi 6.7.0", "ESXi 6.7"),
        ("Trane", "Tracer SC", "Tracer SC"),
        ("Moxa", "AWK-3121-EU", "AWK-3121"),
    ],
)
def test_what_fits(vendor: str, word: str, family: str) -> None:
    found = lifecycle(vendor, ["", word])
    assert found is not None
    assert found.family == family


@pytest.mark.parametrize(
    ("vendor", "word"),
    [
        ("Siemens", "6ES7 511-1AK02-0AB0"),
        ("Siemens", "CPU 1511-1 PN"),
        ("Siemens", "6ES7 414-3EM07-0AB0"),
        ("Siemens", "6ES7 288-1ST20-0AA0"),
        ("Siemens", "S7-200 SMART"),
        ("Siemens", "6ES7 212-1BG50-0XB0"),
        ("Siemens", "6ES7 155-6AU01-0BN0"),
        ("Siemens", "SIMATIC ET 200MP"),
        ("Siemens", "SCALANCE S615"),
        ("Rockwell Automation", "1766-L32BXB"),
        ("Rockwell Automation", "1756-L73"),
        ("Rockwell Automation", "1769-L30ER"),
        ("Schneider Electric", "BMX P34 2020"),
        ("Microsoft", "Windows 11 Pro"),
        ("Microsoft", "Windows 10 IoT Enterprise"),
        ("Microsoft", "Windows Server 2025"),
        ("Trane", "Tracer SC+"),
        ("OpenSSL", "OpenSSL/3.5.1"),
        ("Moxa", "AWK-3131A"),
        ("Nobody", "Windows 7"),
        ("", ""),
    ],
)
def test_what_does_not_fit(vendor: str, word: str) -> None:
    assert lifecycle(vendor, [word]) is None


def test_no_words_and_endless_words() -> None:
    assert lifecycle("Siemens", []) is None
    assert lifecycle("Siemens", ["6ES7 3" + "1" * 100_000]) is None
    assert lifecycle("Microsoft", ["Windows 10" + "LTSC " * 100_000]) is None


@pytest.mark.parametrize(
    ("date", "last"),
    [
        ("2020-09-30", (2020, 9, 30)),
        ("2017-06", (2017, 6, 30)),
        ("2016-02", (2016, 2, 29)),
        ("2013", (2013, 12, 31)),
        ("<=2021-01-05", (2021, 1, 5)),
    ],
)
def test_the_last_day_that_a_date_may_mean(date: str, last: tuple[int, int, int]) -> None:
    assert last_day(date) == datetime.date(*last)


@pytest.mark.parametrize(
    ("date", "today", "over"),
    [
        ("2020-09-30", "2020-09-30", False),
        ("2020-09-30", "2020-10-01", True),
        ("2017-06", "2017-06-30", False),
        ("2017-06", "2017-07-01", True),
        ("2013", "2013-12-31", False),
        ("2013", "2014-01-01", True),
        ("<=2021-01-05", "2021-01-04", False),
        ("<=2021-01-05", "2021-01-05", True),
        ("", "2099-01-01", False),
    ],
)
def test_whether_it_is_over(date: str, today: str, over: bool) -> None:
    assert ended(date, datetime.date.fromisoformat(today)) is over
