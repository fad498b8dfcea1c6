"""EPSS scores: in every form that they come in, and refused when they were cut."""

from __future__ import annotations

import contextlib
import gzip
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldwatch.vulnerabilities import epss
from fieldwatch.vulnerabilities.epss import Likelihood, UnreadableScores, read

TABLE = b"""#model_version:v2025.03.14,score_date:2026-01-10T12:55:00Z
cve,epss,percentile
CVE-2021-22681,0.94321,0.99912
CVE-2024-0002,0.00042,0.05
"""
SCORES = {"CVE-2021-22681": Likelihood(0.94321, 0.99912, "2026-01-10"), "CVE-2024-0002": Likelihood(0.00042, 0.05, "2026-01-10")}


def test_the_daily_table_plain_and_packed() -> None:
    assert read(TABLE, "here") == SCORES
    assert read(gzip.compress(TABLE), "here") == SCORES
    assert read(TABLE.replace(b"\n", b"\r\n"), "here") == SCORES
    assert read(b"\xef\xbb\xbf" + TABLE, "here") == SCORES


def test_the_answers_of_the_interface() -> None:
    lines = [
        {"cve": "CVE-2021-22681", "epss": "0.943210000", "percentile": "0.999120000", "date": "2026-01-10"},
        {"cve": "CVE-2024-0002", "epss": "0.00042", "percentile": "0.05", "date": "2026-01-10"},
    ]
    assert read(orjson.dumps({"status": "OK", "data": lines}), "here") == SCORES


def test_a_table_with_other_names_and_more_columns() -> None:
    text = b'CVE,CVSS3,EPSS,EPSS Percentile,Description\nCVE-2024-0002,9.8,0.5,0.9,"one, two"\n'
    assert read(text, "here") == {"CVE-2024-0002": Likelihood(0.5, 0.9, "")}


PACKED = gzip.compress(TABLE)


@pytest.mark.parametrize("cut", range(2, len(PACKED)))
def test_a_packed_table_cut_anywhere_is_refused(cut: int) -> None:
    with pytest.raises(UnreadableScores, match=r"^here: "):
        read(PACKED[:cut], "here")


@pytest.mark.parametrize("at", range(2, len(PACKED), 5))
def test_a_packed_table_with_a_wrong_byte_is_refused_or_the_same(at: int) -> None:
    changed = bytearray(PACKED)
    changed[at] ^= 0x55
    with contextlib.suppress(UnreadableScores):
        assert read(bytes(changed), "here") == SCORES  # the header's time, name and system are not covered by the CRC


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"cve,epss,percentile\n",
        b"cve,epss\nCVE-2024-0002,0.1\n",
        b"cve,epss,percentile\nCVE-2024-0002,0.1\n",
        b"cve,epss,percentile\nCVE-2024-0002,x,0.1\n",
        b"cve,epss,percentile\nCVE-2024-0002,1.1,0.1\n",
        b"cve,epss,percentile\nCVE-2024-0002,0.1,-0.1\n",
        b"cve,epss,percentile\nCVE-2024-0002,nan,0.1\n",
        b"<html>",
        b"{}",
        b'{"data": 7}',
        b'{"data": [7]}',
        b'{"data": []}',
        b"\xff\xfe\x00",
    ],
)
def test_what_holds_no_scores(text: bytes) -> None:
    with pytest.raises(UnreadableScores, match=r"^here: ") as error:
        read(text, "here")
    assert "\n" not in str(error.value)


def test_a_bomb_is_left_early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(epss, "LARGEST", 1000)
    with pytest.raises(UnreadableScores, match="more than 0 MB unpacked"):
        read(gzip.compress(b"cve,epss,percentile\n" + b"CVE-2024-0002,0.1,0.1\n" * 1000), "here")


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for head in (b"", b"cve,epss,percentile\n", b"\x1f\x8b\x08\x00"):
        with contextlib.suppress(UnreadableScores):
            assert read(head + data, "here")


@pytest.mark.corpus
def test_the_scores_of_2026(corpus: Path) -> None:
    found = read((corpus / "advisories" / "epss" / "epss_kev_nvd.csv").read_bytes(), "epss")
    assert len(found) == 1556
    assert found["CVE-2025-62593"] == Likelihood(0.01015, 0.60644, "")
