"""Whose IP address it is: one test a rule, both sides."""

from __future__ import annotations

import pytest

from fieldwatch.facts import Claim, Conversation, Evidence, Sighting, Span, Subject
from fieldwatch.inventory.onlink import LEAST_FORGED, MOST_PACKETS, MOST_REFUSALS, links, tenant

PLC, PC, ROUTER = "00:1d:9c:00:00:01", "00:0c:29:00:00:02", "00:1b:0d:00:00:03"


def sent(ip: str, mac: str, first_ns: int = 0, last_ns: int = 100, vlan: int = 0, ttl: int = 0) -> Sighting:
    return Sighting(ip, mac, vlan, first_ns, last_ns, 5, "capture", 1, ttl)


def says(mac: str, ip: str, seen_ns: int = 50, protocol: str = "arp", vlan: int = 0) -> Claim:
    return Claim(Subject(ip, mac, vlan), "ip_address", ip, Evidence("capture", (Span(1, 0, 4),), seen_ns, protocol))


def test_arp_proves() -> None:
    found = links([says(PLC, "10.0.0.1")], [])
    assert found.own[PLC] == {"10.0.0.1"}
    assert [one.mac for one in found.tenancies["10.0.0.1"]] == [PLC]


def test_an_address_in_the_body_of_a_routed_protocol_proves_nothing() -> None:
    claim = Claim(Subject("10.9.0.1", ROUTER), "ip_address", "10.9.0.1", Evidence("capture", (), 5, "niagara-fox"))
    assert links([claim], [sent("10.9.0.2", ROUTER), sent("10.9.0.1", ROUTER)]).own[ROUTER] == set()


def test_the_only_address_of_a_mac_is_its_own() -> None:
    assert links([], [sent("10.0.0.1", PLC)]).own[PLC] == {"10.0.0.1"}


@pytest.mark.parametrize(
    ("ttl", "own"),
    [(0, 1), (1, 1), (33, 1), (34, 0), (55, 0), (59, 0), (60, 1), (63, 0), (64, 1), (120, 1), (127, 0), (128, 1), (254, 0), (255, 1)],
)
def test_a_ttl_that_was_counted_down_tells_a_router(ttl: int, own: int) -> None:
    assert len(links([], [sent("10.0.0.1", PLC, ttl=ttl)]).own[PLC]) == own


def test_what_is_proven_needs_no_ttl() -> None:
    assert links([says(PLC, "10.0.0.1")], [sent("10.0.0.1", PLC, ttl=63)]).own[PLC] == {"10.0.0.1"}


def test_who_counts_down_is_a_router() -> None:
    seen = [sent("10.0.0.1", PLC, ttl=64), sent("10.0.9.1", ROUTER, ttl=63)]
    assert links([], seen).counted_down == {ROUTER}
    assert links([says(ROUTER, "10.0.9.1")], seen).counted_down == frozenset()


def test_a_first_ttl_tells_that_a_few_addresses_are_one_hosts() -> None:
    for count, own in ((4, 4), (5, 0)):
        assert len(links([], [sent(f"10.0.0.{n}", PC, ttl=128) for n in range(count)]).own[PC]) == own
    mixed = links([], [sent("10.0.0.1", PC, ttl=64), sent("10.0.0.2", PC, ttl=64), sent("10.9.0.2", PC, ttl=63)])
    assert mixed.own[PC] == {"10.0.0.1", "10.0.0.2"}


def test_two_unproven_addresses_are_nobodys() -> None:
    found = links([], [sent("10.0.0.1", ROUTER), sent("10.0.9.1", ROUTER)])
    assert found.own[ROUTER] == set()
    assert found.passed[ROUTER] == {"10.0.0.1", "10.0.9.1"}
    assert found.tenancies == {}


def test_a_router_owns_only_what_it_answers_for() -> None:
    found = links([says(ROUTER, "10.0.0.254")], [sent(f"10.1.0.{n}", ROUTER) for n in range(1, 9)])
    assert found.own[ROUTER] == {"10.0.0.254"}
    assert len(found.passed[ROUTER]) == 8


def test_link_local_addresses_are_never_routed() -> None:
    found = links([], [sent("fe80::1", ROUTER), sent("169.254.3.4", ROUTER), sent("10.1.0.1", ROUTER), sent("10.1.0.2", ROUTER)])
    assert found.own[ROUTER] == {"fe80::1", "169.254.3.4"}


def test_one_address_of_each_family_is_one_host() -> None:
    found = links([], [sent("10.0.0.1", PC), sent("2001:db8::99", PC), sent("fe80::5", PC)])
    assert found.own[PC] == {"10.0.0.1", "2001:db8::99", "fe80::5"}


def test_privacy_addresses_share_the_prefix_of_the_address_made_from_the_mac() -> None:
    made = "2001:db8:0:1:20c:29ff:fe00:2"
    found = links([], [sent(made, PC), sent("2001:db8:0:1::77", PC), sent("2001:db8:0:2::77", PC)])
    assert found.own[PC] == {made, "2001:db8:0:1::77"}


def test_a_flood_in_the_names_of_many_is_forged() -> None:
    def flood(count: int, packets: int = 1, ttl: int = 64) -> list[Sighting]:
        return [sent(f"77.{n}.3.4", PC, ttl=ttl)._replace(packets=packets) for n in range(count)]

    assert len(links([], flood(LEAST_FORGED)).forged[PC]) == LEAST_FORGED
    assert links([], flood(LEAST_FORGED)).passed[PC] == set()
    for seen in (flood(LEAST_FORGED - 1), flood(LEAST_FORGED, packets=MOST_PACKETS + 1), flood(LEAST_FORGED, ttl=63)):
        assert links([], seen).forged[PC] == set()
    refused = [sent(f"77.{n}.3.4", ROUTER, ttl=64)._replace(packets=MOST_REFUSALS + (n == 0)) for n in range(LEAST_FORGED)]
    assert links([], [*flood(LEAST_FORGED), *refused]).nobodys == {f"77.{n}.3.4" for n in range(1, LEAST_FORGED)}
    of_others = [says(PLC, "77.0.3.4"), Claim(Subject("77.1.3.4", PC), "model", "M", Evidence("capture", (), 5, "cip"))]
    assert links(of_others, flood(LEAST_FORGED + 2)).forged[PC] == {f"77.{n}.3.4" for n in range(2, LEAST_FORGED + 2)}


def test_who_answers_for_many_does_not_take_a_hosts_address() -> None:
    proxy = [says(ROUTER, f"10.0.0.{n}") for n in range(1, 5)]
    found = links([*proxy, says(PLC, "10.0.0.1")], [])
    assert [one.mac for one in found.tenancies["10.0.0.1"]] == [PLC]
    assert found.own[ROUTER] == {"10.0.0.2", "10.0.0.3", "10.0.0.4"}


def test_two_equal_claimants_conflict_and_both_keep_the_address() -> None:
    found = links([says(PLC, "10.0.0.1"), says(PC, "10.0.0.1")], [])
    assert {one.mac for one in found.tenancies["10.0.0.1"]} == {PLC, PC}


def test_addresses_that_talk_to_each_other_are_not_one_hosts() -> None:
    seen = [sent("10.0.0.8", PC, ttl=64), sent("10.0.0.9", PC, ttl=64)]
    talk = Conversation(Subject("10.0.0.8", PC), Subject("10.0.0.9", PLC), "tcp", 20000, "dnp3", 2, 99, 1, 2, ())
    assert links([], seen, [talk]).own[PC] == set()
    assert len(links([], seen, [talk._replace(server=Subject("10.0.0.7", PLC))]).own[PC]) == 2


@pytest.mark.parametrize(
    ("ttl", "vlan", "at_ns", "is_rival"),
    [(64, 0, 50, True), (63, 0, 50, False), (0, 0, 50, False), (64, 7, 50, False), (64, 0, 101, False)],
)
def test_who_sends_from_an_owners_address_on_its_link_is_a_rival(ttl: int, vlan: int, at_ns: int, is_rival: bool) -> None:
    seen = [sent("10.0.0.1", PLC, ttl=64), *(sent(f"10.9.0.{n}", PC, ttl=64) for n in range(9))]
    found = links([says(PLC, "10.0.0.1")], [*seen, sent("10.0.0.1", PC, at_ns, at_ns, vlan, ttl)])
    assert found.rivals == ({"10.0.0.1": {PLC, PC}} if is_rival else {})


def test_who_sends_from_many_owners_addresses_passes_them_on() -> None:
    told = [says(f"00:1d:9c:00:00:{n:02x}", f"10.0.0.{n}") for n in range(1, 4)]
    seen = [sent(f"10.0.0.{n}", ROUTER, ttl=64) for n in range(1, 4)]
    assert links(told, seen).rivals == {}
    assert len(links(told, seen[:2]).rivals) == 2


def test_who_answers_for_anothers_address_is_a_rival_unless_they_share_a_router() -> None:
    assert links([says(PLC, "10.0.0.1"), says(PC, "10.0.0.1")], []).rivals == {"10.0.0.1": {PLC, PC}}
    assert links([says(PLC, "10.0.0.1", 10), says(PC, "10.0.0.1", 900)], []).rivals == {}
    assert links([says(PLC, "10.0.0.1"), says("00:00:5e:00:01:07", "10.0.0.1")], []).rivals == {}
    for ip in ("169.254.0.1", "127.0.0.1"):
        assert links([says(PLC, ip), says(PC, ip)], []).rivals == {}


def test_an_address_changes_hands_in_time() -> None:
    found = links([says(PLC, "10.0.0.1", 10), says(PC, "10.0.0.1", 900), says(PC, "10.0.0.7", 900)], [])
    held = found.tenancies["10.0.0.1"]
    assert [one.mac for one in held] == [PLC, PC]
    assert [tenant(held, at, 0) for at in (0, 10, 400, 500, 900, 5000)] == [PLC, PLC, PLC, PC, PC, PC]


def test_the_same_address_in_another_vlan_is_another_host() -> None:
    found = links([says(PLC, "10.0.0.1", vlan=10), says(PC, "10.0.0.1", vlan=20), says(PC, "10.0.0.2", vlan=20)], [])
    held = found.tenancies["10.0.0.1"]
    assert (tenant(held, 50, 10), tenant(held, 50, 20)) == (PLC, PC)


def test_groups_and_unspecified_addresses_belong_to_nobody() -> None:
    found = links([says(PLC, "0.0.0.0")], [sent("224.0.0.1", PLC), sent("0.0.0.0", PC), sent("10.0.0.1", "ff:ff:ff:ff:ff:ff")])
    assert found.tenancies == {}
    assert found.own.get(PLC, set()) == set()
