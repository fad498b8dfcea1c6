"""Token buckets."""

from __future__ import annotations

import pytest

from fieldwatch.server.accounts import bucket
from fieldwatch.server.accounts.bucket import Buckets


def test_a_minutes_worth_then_one_at_a_time() -> None:
    buckets = Buckets(60)
    assert [buckets.wait_s("a", 0.0) for _ in range(60)] == [0.0] * 60
    assert buckets.wait_s("a", 0.0) == pytest.approx(1.0)
    assert buckets.wait_s("a", 0.5) == pytest.approx(0.5), "what is refused takes nothing"
    assert buckets.wait_s("a", 1.0) == 0.0
    assert buckets.wait_s("a", 1.0) == pytest.approx(1.0)


def test_it_never_holds_more_than_a_minutes_worth() -> None:
    buckets = Buckets(2)
    assert [buckets.wait_s("a", 10_000.0) for _ in range(3)] == [0.0, 0.0, pytest.approx(30.0)]


def test_others_have_their_own_and_zero_is_no_limit() -> None:
    buckets = Buckets(1)
    assert buckets.wait_s("a", 0.0) == 0.0
    assert buckets.wait_s("b", 0.0) == 0.0
    assert not any(Buckets(0).wait_s("a", 0.0) for _ in range(100))


def test_the_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bucket, "MOST_KEYS", 3)
    buckets = Buckets(1)
    for key in "abcde":
        buckets.wait_s(key, 0.0)
    assert list(buckets.held) == ["c", "d", "e"]
