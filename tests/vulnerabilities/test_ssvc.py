"""SSVC decision points: of CVE records and of lines."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldwatch.vulnerabilities.ssvc import Decision, UnreadableDecisions, line, read

POINTS = [{"Exploitation": "active"}, {"Automatable": "yes"}, {"Technical Impact": "total"}]


def record(*metrics: dict[str, Any], cve: str = "CVE-2024-0012") -> bytes:
    container = {"providerMetadata": {"shortName": "CISA-ADP"}, "metrics": [*metrics]}
    return orjson.dumps({"cveMetadata": {"cveId": cve}, "containers": {"cna": {}, "adp": [container]}})


def ssvc(points: Any = POINTS) -> dict[str, Any]:
    return {"other": {"type": "ssvc", "content": {"id": "CVE-2024-0012", "options": points}}}


def test_a_record() -> None:
    kev = {"other": {"type": "kev", "content": {}}}
    assert read(record({"cvssV3_1": {}}, kev, ssvc()), "here") == {"CVE-2024-0012": Decision("active", "yes", "total")}


def test_the_last_of_several_counts() -> None:
    older = ssvc([{"Exploitation": "none"}, {"Automatable": "no"}, {"Technical Impact": "partial"}])
    assert read(record(older, ssvc()), "here")["CVE-2024-0012"].exploitation == "active"


def test_a_record_without_points() -> None:
    assert read(record(), "here") == {}
    assert line(record(), "here") == b'{"cve":"CVE-2024-0012","ssvc":null}\n'


def test_a_record_as_a_line_says_the_same() -> None:
    assert read(line(record(ssvc()), "here"), "there") == read(record(ssvc()), "here")
    assert read(line(record(), "here"), "there") == {}


def test_lines() -> None:
    first = b'{"cve":"CVE-2024-0001","ssvc":{"Exploitation":"PoC","Automatable":"no","Technical Impact":"partial"}}'
    text = first + b'\n\n{"cve":"CVE-2024-0002","ssvc":null}\n'
    assert read(text, "here") == {"CVE-2024-0001": Decision("poc", "no", "partial")}


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (b"", "here: "),
        (b"<html>", "here:1: "),
        (b'{"cve":"CVE-2024-0001","ssvc":null}\n{"cve":"CVE-2', "here:2: "),
        (b'{"cve":"CVE-2024-0001","ssvc":{}}\n[]\n', "here:2: "),
        (b'{"cve":"CVE-2024-0001","ssvc":null}\n\n{"cve":"CVE-2024-0001","ssvc":null}\n', "here: no line"),
        (b"[]", "here: no CVE record"),
        (b"7", "here: no CVE record"),
        (b"{}", "here: no CVE record"),
    ],
)
def test_what_holds_no_points(text: bytes, where: str) -> None:
    with pytest.raises(UnreadableDecisions) as error:
        read(text, "here")
    assert str(error.value).startswith(where)
    assert "\n" not in str(error.value)


@given(
    st.recursive(
        st.none() | st.integers(-9, 9) | st.text(max_size=4),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["options", "content", "x"]), inner, max_size=3),
        max_leaves=9,
    )
)
def test_any_points_are_read_or_refused(value: Any) -> None:
    for data in (record(ssvc(value)), record({"other": value}), orjson.dumps({"cve": "CVE-2024-0001", "ssvc": value}), orjson.dumps(value)):
        with contextlib.suppress(UnreadableDecisions):
            assert isinstance(read(data, "here"), dict)


@pytest.mark.corpus
def test_the_points_of_2024(corpus: Path) -> None:
    found = read((corpus / "advisories" / "vulnrichment" / "vulnrichment-ot.jsonl").read_bytes(), "ssvc")
    assert len(found) == 929
    assert found["CVE-2016-9952"] == Decision("none", "no", "total")
