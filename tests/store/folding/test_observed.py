"""Addresses as text that sorts as they do."""

from __future__ import annotations

from fieldwatch.store.folding.observed import order


def test_addresses_sort_as_numbers_version_four_first() -> None:
    wanted = ["9.255.255.255", "10.0.0.2", "10.0.0.10", "10.0.1.1", "192.168.0.1", "2001:db8::2", "2001:db8::10", "fe80::1"]
    assert sorted(sorted(wanted), key=order) == wanted
    assert all(len(order(one)) <= 48 for one in wanted)


def test_what_is_no_address_has_no_place() -> None:
    assert order("") == order("x") == order("10.0.0.256") == ""
    assert order("fe80::1%eth0") == order("fe80::1")
