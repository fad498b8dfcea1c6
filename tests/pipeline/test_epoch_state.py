"""What an epoch remembers is there again, whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fieldwatch.facts import Batch, Proof, Source
from fieldwatch.pipeline.codec import MOST_BYTES
from fieldwatch.pipeline.epoch_state import State, load, save, sendable
from fieldwatch.pipeline.pins import Pin

SOURCE = Source("live:s1:eth0:1", "live", "eth0", 5, 300, 1, 2, "", (("dead_ns", 3),))
STATE = State(
    "live:s1:eth0:1",
    first=4,
    number=7,
    told_ns=300_000_000_000,
    told_frame=40,
    frame=90,
    was="live:s1:eth0:0",
    deaths={17: 5_000_000_000},
    pins={3: Pin(("10.0.0.1", "02:00:00:00:00:01"), ("10.0.0.2", ""), 7, "tcp", 502)},
    telling=(Batch(SOURCE, 6, 300_000_000_000, (Proof(1, 1, 5, b"\0\xff", 60),), False),),
)


def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "epoch.json"
    assert load(path) is None
    save(path, STATE)
    assert load(path) == STATE
    save(path, STATE._replace(is_over=True, telling=()))
    assert load(path) == STATE._replace(is_over=True, telling=())
    assert [one.name for one in tmp_path.iterdir()] == ["epoch.json"]
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_file_that_is_half_written_disturbs_nothing(tmp_path: Path) -> None:
    path = tmp_path / "epoch.json"
    save(path, STATE)
    (tmp_path / "epoch.new").write_text('{"form": 1')
    assert load(path) == STATE
    save(path, STATE)
    assert load(path) == STATE


@pytest.mark.parametrize(
    "change", [{"form": 2}, {"pins": {"x": 1}}, {"telling": ["AAAA"]}, {"more": 1}, {"deaths": None}, {"identity": ...}]
)
def test_what_cannot_be_used_is_said_and_a_new_epoch_begins(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, change: dict[str, object]
) -> None:
    path = tmp_path / "epoch.json"
    save(path, STATE)
    told = json.loads(path.read_text()) | change
    path.write_text(json.dumps({name: value for name, value in told.items() if value is not ...}))
    assert load(path) is None
    assert "cannot be used, a new epoch begins" in caplog.text


def test_noise_is_no_state(tmp_path: Path) -> None:
    path = tmp_path / "epoch.json"
    for content in (b"", b"null", b"[]", b"\xff\xfe", b"{}"):
        path.write_bytes(content)
        assert load(path) is None


def test_rows_that_are_too_large_are_left_out_and_said(caplog: pytest.LogCaptureFixture) -> None:
    batch = STATE.telling[0]
    assert sendable(batch) == batch
    large = batch._replace(rows=(Proof(1, 1, 5, bytes(MOST_BYTES), 60),))
    assert sendable(large) == batch._replace(rows=())
    assert "rows cannot be told" in caplog.text
