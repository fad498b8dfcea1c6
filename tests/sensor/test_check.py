"""What a check says, well and not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fieldwatch.sensor.centre import BadAddress, address
from fieldwatch.sensor.check import check
from fieldwatch.sensor.enrol import enrol
from fieldwatch.sensor.run import Plan
from fieldwatch.sensor.state import BrokenState, State


def said(plan: Plan, state: State, url: str) -> dict[str, tuple[bool, str]]:
    return {line.words.split(":")[0]: line for line in check(plan, state, url)}


def test_an_enrolled_sensor_with_a_folder_is_well(centre: Any, tmp_path: Path) -> None:
    state = State(tmp_path / "state")
    enrol(state, centre.url, centre.token(), "north")
    lines = said(Plan("", tmp_path, 4, 1), state, centre.url)
    assert list(lines) == ["folder", "disk", "enrolment", "centre", "clock"]
    assert all(lines[name][0] for name in ("folder", "enrolment", "centre", "clock"))


def test_what_is_missing_is_said_with_what_to_do(centre: Any, tmp_path: Path) -> None:
    lines = said(Plan("no/such", None, 10**6, 1), State(tmp_path / "state"), centre.url)
    assert "there is no no/such; there are" in lines["interface"][1]
    assert "token" in lines["enrolment"][1]
    assert [lines[name][0] for name in ("interface", "disk", "enrolment", "centre")] == [False, False, False, True]
    centre.stop()
    lines = said(Plan("", tmp_path / "none", 1, 1), State(tmp_path / "state"), centre.url)
    assert [lines[name][0] for name in ("folder", "centre")] == [False, False]
    centre.start()


@pytest.mark.parametrize(
    ("told", "full"),
    [
        ("centre", "https://centre:8485"),
        ("https://10.0.0.9:99/", "https://10.0.0.9:99"),
        ("https://[fd00::1]", "https://[fd00::1]:8485"),
        *[(bad, "") for bad in ("http://centre", "https://", "https://c/x", "https://c:x", "https://u@c", "https://c?x", "")],
    ],
)
def test_addresses_are_https_and_nothing_else(told: str, full: str) -> None:
    if full:
        assert address(told) == full
    else:
        with pytest.raises(BadAddress, match="is allowed"):
            address(told)


def test_a_broken_state_is_said(tmp_path: Path) -> None:
    state = State(tmp_path / "state")
    for text in ("", "[]", "{}", '{"url": 1, "sensor": 2, "authority": 3, "config": 4, "secret_key": "zz"}'):
        (state.folder / "centre.json").write_text(text)
        with pytest.raises(BrokenState, match="enrol with a new token"):
            state.enrolled()
