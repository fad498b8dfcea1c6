"""Kinds of addresses, both sides of each limit."""

from __future__ import annotations

import pytest

from fieldwatch.inventory.address import (
    VIRTUAL_ROUTER,
    interface_id,
    is_group,
    is_link_local,
    is_local,
    is_loopback,
    names_a_device,
    names_an_interface,
    prefix64,
)


@pytest.mark.parametrize("ip", ["1.0.0.1", "10.0.0.5", "127.0.0.1", "169.254.1.1", "223.255.255.254", "fe80::1", "2001:db8::1", "::1"])
def test_devices(ip: str) -> None:
    assert names_a_device(ip)


@pytest.mark.parametrize(
    "ip", ["", "0.0.0.0", "0.1.2.3", "::", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "ff02::1", "FF05::2", "x"]
)
def test_no_devices(ip: str) -> None:
    assert not names_a_device(ip)


@pytest.mark.parametrize(
    ("mac", "interface", "group"),
    [
        ("00:1d:9c:c8:bd:e7", True, False),
        ("02:42:ac:11:00:02", True, False),
        ("AA:00:04:00:00:01", True, False),
        ("01:0e:cf:00:00:00", False, True),
        ("33:33:00:00:00:01", False, True),
        ("ff:ff:ff:ff:ff:ff", False, True),
        ("00:00:00:00:00:00", False, False),
        ("", False, False),
        ("00:1d:9c", False, False),
    ],
)
def test_interfaces_and_groups(mac: str, interface: bool, group: bool) -> None:
    assert names_an_interface(mac) is interface
    assert is_group(mac) is group


def test_local_addresses_have_the_second_lowest_bit() -> None:
    assert is_local("02:42:ac:11:00:02")
    assert is_local("5e:00:00:00:00:01")
    assert not is_local("00:1d:9c:c8:bd:e7")
    assert not is_local("5c:88:16:b1:33:66")


def test_link_local_and_loopback() -> None:
    assert [is_link_local(ip) for ip in ("169.254.0.1", "fe80::1", "febf::1", "fec0::1", "169.253.0.1")] == [True, True, True, False, False]
    assert [is_loopback(ip) for ip in ("127.0.0.1", "127.255.0.1", "::1", "128.0.0.1", "::2")] == [True, True, True, False, False]


def test_prefix_and_interface_id() -> None:
    assert prefix64("2001:db8:0:1::5") == ("2001", "db8", "0", "1")
    assert prefix64("2001:db8::1:2:3:4") == ("2001", "db8", "0", "0")
    assert prefix64("2001:0db8:0000:0001:a:b:c:d") == prefix64("2001:db8:0:1::9")
    assert interface_id("00:1d:9c:c8:bd:e7") == "21d:9cff:fec8:bde7"
    assert interface_id("02:00:00:00:00:01") == "0:ff:fe00:1"


def test_virtual_routers() -> None:
    assert VIRTUAL_ROUTER.match("00:00:5e:00:01:0a")
    assert VIRTUAL_ROUTER.match("00:00:0c:07:ac:01")
    assert not VIRTUAL_ROUTER.match("00:00:5e:00:53:01")
