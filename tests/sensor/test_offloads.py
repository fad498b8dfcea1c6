"""The kernel is asked for the offloads of an interface."""

from __future__ import annotations

from fieldwatch.sensor.offloads import joining


def test_an_interface_that_knows_none_joins_none() -> None:
    assert joining("no-such-if") == ()
    assert joining("a-name-that-is-longer-than-any-interface") == ()


def test_the_names_are_those_of_ethtool() -> None:
    assert set(joining("lo")) <= {"gro", "lro"}
