"""Handles that make one device of several addresses, and what forbids it."""

from __future__ import annotations

from fieldwatch.facts import Claim, Evidence, Span, Subject
from fieldwatch.inventory.identity import MOST_PORTS, Places, join_all
from fieldwatch.inventory.onlink import links

PORT_1, PORT_2, OTHER = "00:a0:45:00:00:01", "00:a0:45:00:00:02", "00:1d:9c:00:00:03"


def claim(subject: Subject, attribute: str, value: str, protocol: str = "cip") -> Claim:
    return Claim(subject, attribute, value, Evidence("capture", (Span(1, 0, 1),), 5, protocol))


def places(*claims: Claim) -> Places:
    found = Places(links(claims, []))
    join_all(found, claims)
    return found


def same(found: Places, one: str, other: str) -> bool:
    return found.device(one) == found.device(other)


def identity(mac: str, serial: str = "0x60b4f17d", **more: str) -> list[Claim]:
    told = {"vendor": "Maker", "model": "1769-L33ER", "serial_number": serial, **more}
    return [claim(Subject("", mac), attribute, value) for attribute, value in told.items()]


def test_serial_joins_two_ports_of_one_maker() -> None:
    assert same(places(*identity(PORT_1), *identity(PORT_2)), PORT_1, PORT_2)


def test_serial_does_not_join_other_models() -> None:
    assert not same(places(*identity(PORT_1), *identity(PORT_2, model="1769-L30ER")), PORT_1, PORT_2)


def test_serial_does_not_join_interfaces_of_different_makers() -> None:
    assert not same(places(*identity(PORT_1), *identity(OTHER)), PORT_1, OTHER)


def test_serial_does_not_join_virtual_machines() -> None:
    one, other = "02:42:ac:00:00:01", "02:42:ac:00:00:02"
    assert not same(places(*identity(one), *identity(other)), one, other)


def test_serial_does_not_join_devices_with_different_names() -> None:
    assert not same(places(*identity(PORT_1, device_name="a"), *identity(PORT_2, device_name="b")), PORT_1, PORT_2)
    assert same(places(*identity(PORT_1, device_name="a"), *identity(PORT_2, device_name="a")), PORT_1, PORT_2)


def test_placeholders_are_no_serial_numbers() -> None:
    for serial in ("0x00000000", "0", "00-00", "1111", ""):
        assert not same(places(*identity(PORT_1, serial), *identity(PORT_2, serial)), PORT_1, PORT_2)


def test_a_serial_of_very_many_is_no_handle() -> None:
    macs = [f"00:a0:45:00:01:{n:02x}" for n in range(MOST_PORTS + 1)]
    assert same(places(*(one for mac in macs[:-1] for one in identity(mac))), macs[0], macs[1])
    assert not same(places(*(one for mac in macs for one in identity(mac))), macs[0], macs[1])


def test_one_contradiction_undoes_the_serial_for_all() -> None:
    found = places(*identity(PORT_1), *identity(PORT_2), *identity(OTHER))
    assert not same(found, PORT_1, PORT_2)


def test_chassis_id_that_is_a_mac_names_the_device_of_all_ports() -> None:
    chassis = "00:a0:45:00:00:00"
    found = places(*(claim(Subject("", port), "chassis_id", chassis.upper(), "lldp") for port in (PORT_1, PORT_2)))
    assert same(found, PORT_1, PORT_2)
    assert found.joined({PORT_1}) == {PORT_1, PORT_2, chassis}


def test_chassis_id_that_is_text_joins_ports_of_one_maker_only() -> None:
    found = places(*(claim(Subject("", port), "chassis_id", "switch", "lldp") for port in (PORT_1, PORT_2, OTHER)))
    assert same(found, PORT_1, PORT_2)
    assert not same(found, PORT_1, OTHER)


def test_chassis_id_that_is_a_name_joins_who_bears_it() -> None:
    port = claim(Subject("", PORT_1), "chassis_id", "x208", "lldp")
    owner, twin, stranger = (claim(Subject("", mac), "station_name", "x208", "pn_dcp") for mac in (PORT_2, "00:a0:45:00:00:03", OTHER))
    assert same(places(port, owner, stranger), PORT_1, PORT_2)
    assert not same(places(port, owner, stranger), PORT_1, OTHER)
    assert not same(places(owner, twin), PORT_2, "00:a0:45:00:00:03")
    assert not same(places(port, owner, twin), PORT_1, PORT_2)


def test_management_address_joins_its_owner() -> None:
    found = places(
        claim(Subject("", PORT_1), "ip_address", "10.0.0.3", "lldp"), claim(Subject("10.0.0.3", PORT_2), "ip_address", "10.0.0.3", "arp")
    )
    assert same(found, PORT_1, PORT_2)


def test_management_address_of_nobody_else_is_the_ports() -> None:
    assert same(places(claim(Subject("", PORT_1), "ip_address", "10.0.0.3", "lldp")), PORT_1, "10.0.0.3")


def test_loopback_is_no_management_address() -> None:
    found = places(*(claim(Subject("", mac), "ip_address", "127.0.0.1", "lldp") for mac in (PORT_1, OTHER)))
    assert not same(found, PORT_1, OTHER)


def test_node_of_a_subject() -> None:
    found = places(claim(Subject("10.0.0.3", PORT_1), "ip_address", "10.0.0.3", "arp"))
    assert found.node(Subject("10.0.0.3", PORT_1), 0) == PORT_1
    assert found.node(Subject("10.0.0.3", ""), 0) == PORT_1
    assert found.node(Subject("10.0.0.3", OTHER), 0) == PORT_1  # seen behind a router
    assert found.node(Subject("10.0.0.4", OTHER), 0) == "10.0.0.4"
    assert found.node(Subject("", OTHER), 0) == OTHER
    assert found.node(Subject("0.0.0.0", OTHER), 0) == OTHER
    assert found.node(Subject("127.0.0.1", "00:00:00:00:00:00"), 0) == "127.0.0.1"
    assert found.node(Subject("10.0.0.255", "ff:ff:ff:ff:ff:ff"), 0) == ""
    assert found.node(Subject("224.0.0.1", OTHER), 0) == ""
    assert found.node(Subject("", ""), 0) == ""


def test_order_of_joins_does_not_matter() -> None:
    nodes = ["a", "b", "c", "d"]
    one, other = Places(links([], [])), Places(links([], []))
    for left, right in [("a", "b"), ("c", "d"), ("b", "c")]:
        one.join(left, right)
    for left, right in [("d", "b"), ("c", "d"), ("b", "a")]:
        other.join(left, right)
    assert {one.device(node) for node in nodes} == {other.device(node) for node in nodes} == {"a"}
    assert one.joined({"d"}) == other.joined({"a"}) == set(nodes)
