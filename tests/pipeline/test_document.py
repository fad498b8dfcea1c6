"""The document is what its schema says, and nothing else."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldwatch.facts import Effect
from fieldwatch.inventory import SHOWN
from fieldwatch.pipeline import document, inspect
from fieldwatch.vulnerabilities.basis import Basis
from fieldwatch.wire import time_text

if TYPE_CHECKING:
    from tests.conftest import Capture

SCHEMA = json.loads((Path(__file__).resolve().parents[2] / "docs" / "schema" / "inspect.schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def errors(whole: dict[str, Any]) -> list[str]:
    return [f"{'/'.join(map(str, one.absolute_path))}: {one.message}" for one in VALIDATOR.iter_errors(orjson.loads(orjson.dumps(whole)))]


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_the_schema_names_the_same_effects_and_attributes() -> None:
    assert SCHEMA["$defs"]["effect"]["enum"] == [effect.value for effect in Effect]
    assert set(SHOWN) <= set(SCHEMA["$defs"]["asset"]["required"])


def test_a_plant_with_everything_fits(plant: Capture, tmp_path: Path) -> None:
    """Claims, operations, a login, a broken rule, something undecoded, a gap, a cut file and a file that is none."""
    hmi, plc, server = ("10.0.0.5", 40000), ("10.0.0.10", 502), ("10.0.0.20", 21)
    plant.modbus(hmi, plc, 300, bytes.fromhex("ff0300000000"), bytes.fromhex("ff8303"))
    plant.modbus(hmi, plc, 301, bytes.fromhex("ff2b0d00"), bytes.fromhex("ff2b0d00"))
    plant.tcp(hmi, plc, bytes.fromhex("012e00000006ff0300000001"), lost=True)
    plant.modbus(hmi, plc, 303, bytes.fromhex("ff0300000001"), bytes.fromhex("ff03020001"))
    plant.connect(("10.0.0.5", 40001), server)
    for side, line in ((server, "220 ready"), (0, "USER anna"), (server, "331 password"), (0, "PASS geh3im!"), (server, "230 ok")):
        ends = (("10.0.0.5", 40001), server)
        source, target = (ends[1], ends[0]) if side == server else ends
        plant.tcp(source, target, line.encode() + b"\r\n")
    plant.udp(("10.0.0.5", 5000), ("10.0.0.10", 5001), b"nobody reads this")
    (tmp_path / "bad.pcap").write_bytes(b"nonsense nonsense nonsense")
    (tmp_path / "cut.pcap").write_bytes(plant.pcap() + bytes(7))
    whole = document(inspect([str(tmp_path)], fenced=False).assessed(Basis(), b""))
    assert whole.pop("resolutions") == [], "no advisories were given"
    empty = [name for name, rows in whole.items() if isinstance(rows, list) and not rows]
    assert empty == []
    assert errors({**whole, "resolutions": []}) == []
    assert b"geh3im!" not in orjson.dumps(whole)


def test_an_empty_capture_fits(capture: Capture, tmp_path: Path) -> None:
    assert errors(document(inspect([capture.write(tmp_path / "a.pcap")], fenced=False))) == []


def test_a_value_that_is_given_twice_is_kept_twice(plant: Capture, tmp_path: Path) -> None:
    result = inspect([plant.write(tmp_path / "a.pcap")], fenced=False)
    (write,) = result.facts.operations
    values = (("input 0", "1"), ("input 1", "1"), ("input 0", "1"), ("input 0", "0"))
    result.facts.operations[:] = [write._replace(occurrences=(write.occurrences[0]._replace(values=values),))]
    whole = document(result)
    for shown in (whole["operations"][0], whole["operations"][0]["occurrences"][0]):
        assert shown["values"] == {"input 0": ["1", "1", "0"], "input 1": "1"}
    assert errors(whole) == []


def test_the_schema_refuses_what_it_does_not_know(plant: Capture, tmp_path: Path) -> None:
    whole = document(inspect([plant.write(tmp_path / "a.pcap")], fenced=False))
    whole["operations"][0]["effect"] = "explode"
    whole["claims"][0]["password"] = "x"
    assert len(errors(whole)) == 2


@pytest.mark.parametrize(
    ("seen_ns", "text"),
    [
        (0, "1970-01-01T00:00:00.000000000Z"),
        (1_700_000_000_123_456_789, "2023-11-14T22:13:20.123456789Z"),
        (-1, "1969-12-31T23:59:59.999999999Z"),
        (951_827_696_000_000_001, "2000-02-29T12:34:56.000000001Z"),
    ],
)
def test_times(seen_ns: int, text: str) -> None:
    assert time_text(seen_ns) == text
    jsonschema.Draft202012Validator(SCHEMA["$defs"]["time"]).validate(text)


@pytest.mark.corpus
def test_the_corpus_fits(corpus: Path) -> None:
    assert errors(document(inspect([str(corpus / "captures")]))) == []


@given(st.integers(-(2**62), 2**62 - 1))
def test_every_time_that_a_packet_can_have_is_that_of_the_calendar(seen_ns: int) -> None:
    seconds, ns = divmod(seen_ns, 1_000_000_000)
    calendar = (datetime(1970, 1, 1) + timedelta(seconds=seconds)).isoformat(timespec="seconds")
    assert time_text(seen_ns) == f"{calendar}.{ns:09d}Z"
