"""Server, worker and sensors may be killed at any moment: nothing is lost but the time dead of an interface, and nothing is doubled.

The short form of `make prove PART=killed`.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from bench._killed import Left, at_points, at_random
from bench._kills import Point
from bench._wire import has_wire, lay

POINTS = {
    "server": [Point("replace store/captures.py:keep", 1, "after"), Point("fsync server/sensors/inbox.py:_keep_names", 1, "before")],
    "worker": [Point("commit store/ingest/writer.py:_take", 1, "after"), Point("rename store/history/files.py:close", 1, "after")],
    "sensor, watched folder": [Point("replace sensor/spool.py:_write", 1, "before")],
    "sensor, interface": [Point("replace pipeline/epoch_state.py:save", 1, "after")],
}
"""Where two things must last together, and only one does yet."""


@pytest.fixture
def inside(namespace: str) -> str:
    if has_wire():
        pytest.skip(has_wire())
    lay(namespace)
    return namespace


def is_whole(left: Left, kills: int) -> None:
    """Holds a run to what is promised."""
    assert set(left.kills) == set(POINTS)
    assert min(left.kills.values()) >= kills
    assert left.captures > 0
    assert left.differences == ""
    assert left.lost
    assert (left.lost.unexplained, left.lost.doubled) == ((), 0)
    assert left.lost.counted == left.lost.sent - left.lost.frames > 0
    assert left.lost.holes <= left.lost.gaps <= left.kills["sensor, interface"]


@pytest.mark.namespace
def test_killed_at_random_moments(tmp_path: Path, inside: str) -> None:
    is_whole(at_random(tmp_path / "run", 4, inside=inside), 4)


@pytest.mark.namespace
def test_killed_at_commit_points(tmp_path: Path, inside: str) -> None:
    left, missed = at_points(tmp_path / "run", POINTS, inside=inside)
    assert missed == []
    is_whole(left, 1)
