"""Reach: how far away the peers of a device are, and who began."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fieldwatch.facts import Conversation, Subject
from fieldwatch.inventory import Asset, Inventory
from fieldwatch.vulnerabilities.reach import Place, contacts, how_far, reach

OWN = Subject("10.61.8.11", "00:1b:1b:3e:70:11")


def talk(client: Subject, server: Subject, protocol: str = "s7comm", packets: int = 8, first_ns: int = 5) -> Conversation:
    return Conversation(client, server, "tcp", 102, protocol, packets, 800, first_ns, first_ns + 1, ())


def plant(asset: Asset) -> Inventory:
    return Inventory((asset,), {OWN: asset.id}, (), ())


@pytest.mark.parametrize(
    ("own", "peer", "mask", "place"),
    [
        ("10.61.8.11", "10.61.8.255", "", Place.SEGMENT),
        ("10.61.8.11", "10.61.9.0", "", Place.NETWORKS),
        ("10.61.8.11", "10.61.9.255", "255.255.254.0", Place.SEGMENT),
        ("10.61.8.11", "10.61.10.0", "255.255.254.0", Place.NETWORKS),
        ("10.61.8.11", "10.61.8.16", "255.255.255.240", Place.NETWORKS),
        ("10.61.8.11", "10.61.8.12", "nonsense", Place.SEGMENT),
        ("10.61.8.11", "8.8.8.8", "", Place.INTERNET),
        ("10.61.8.11", "100.64.0.1", "", Place.NETWORKS),
        ("10.61.8.11", "192.0.2.7", "", Place.NETWORKS),
        ("10.61.8.11", "169.254.3.3", "", Place.SEGMENT),
        ("134.249.62.1", "8.8.8.8", "", Place.NETWORKS),
        ("134.249.62.1", "134.249.62.9", "", Place.SEGMENT),
        ("fd00::1", "fd00::ffff:1:1:1", "", Place.SEGMENT),
        ("fd00::1", "fd00:0:0:1::1", "", Place.NETWORKS),
        ("fd00::1", "2606:4700::1", "", Place.INTERNET),
        ("10.61.8.11", "239.1.1.1", "", Place.UNSEEN),
        ("10.61.8.11", "255.255.255.255", "", Place.UNSEEN),
        ("10.61.8.11", "0.0.0.0", "", Place.UNSEEN),
        ("10.61.8.11", "", "", Place.UNSEEN),
        ("", "10.61.8.11", "", Place.UNSEEN),
    ],
)
def test_how_far_a_peer_is(own: str, peer: str, mask: str, place: Place) -> None:
    assert how_far(own, peer, mask) is place


def test_the_farthest_who_began_counts(device: Callable[..., Asset]) -> None:
    near, far, out = (Subject(ip, "") for ip in ("10.61.8.61", "10.61.9.5", "8.8.8.8"))
    asset = device()
    held = contacts(plant(asset), [talk(near, OWN), talk(far, OWN, "http"), talk(OWN, out, "dns")])[asset.id]
    assert reach(held) == (Place.NETWORKS, "10.61.9.5", "http")
    assert reach(held, frozenset({"s7comm"})) == (Place.SEGMENT, "10.61.8.61", "s7comm")
    assert reach(held, frozenset({"telnet"})).place is Place.UNSEEN
    assert [one.place for one in held if not one.came_in] == [Place.INTERNET]


def test_the_mask_of_the_device_says_what_its_segment_is(device: Callable[..., Asset]) -> None:
    asset = device(subnet_mask="255.255.0.0")
    held = contacts(plant(asset), [talk(Subject("10.61.9.5", ""), OWN)])[asset.id]
    assert reach(held).place is Place.SEGMENT


@pytest.mark.parametrize(("packets", "place"), [(1, Place.UNSEEN), (2, Place.SEGMENT)])
def test_one_packet_is_no_conversation(device: Callable[..., Asset], packets: int, place: Place) -> None:
    asset = device()
    held = contacts(plant(asset), [talk(Subject("10.61.8.61", ""), OWN, packets=packets)]).get(asset.id, ())
    assert reach(held).place is place


def test_who_talks_to_itself_reaches_nothing(device: Callable[..., Asset]) -> None:
    assert contacts(plant(device()), [talk(OWN, OWN)]) == {}
