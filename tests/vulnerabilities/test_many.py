"""Many devices at once: their order is kept, and the number of processes changes nothing."""

from __future__ import annotations

import os

import pytest

from fieldwatch.vulnerabilities.many import AT_ONCE, cores, in_order


@pytest.mark.parametrize("count", [0, 1, AT_ONCE - 1, AT_ONCE, AT_ONCE + 1, 5 * AT_ONCE + 7])
@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_the_order_is_kept(count: int, jobs: int) -> None:
    assert list(in_order(lambda one: one * one, range(count), jobs)) == [one * one for one in range(count)]


def test_other_processes_work() -> None:
    """More than one portion is more than one process does at once, so this process does none of it."""
    assert os.getpid() not in set(in_order(lambda _: os.getpid(), range(3 * AT_ONCE), 2))


def test_a_mistake_in_the_work_is_told() -> None:
    def work(one: int) -> int:
        return 1 // (one - AT_ONCE)

    with pytest.raises(ZeroDivisionError):
        list(in_order(work, range(2 * AT_ONCE), 2))


def test_there_is_a_core() -> None:
    assert cores() >= 1
