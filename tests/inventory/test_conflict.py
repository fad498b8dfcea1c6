"""Two devices that use one address."""

from __future__ import annotations

from fieldwatch.facts import Claim, Evidence, Span, Subject
from fieldwatch.inventory import Sighting, fold

PLC, PC = "00:1d:9c:00:00:01", "00:0c:29:00:00:02"


def sent(ip: str, mac: str, frame: int, ttl: int = 64) -> Sighting:
    return Sighting(ip, mac, 0, 0, 100, 5, "capture", frame, ttl)


def arp(ip: str, mac: str, frame: int) -> Claim:
    return Claim(Subject(ip, mac), "ip_address", ip, Evidence("capture", (Span(frame, 28, 4),), 50, "arp"))


def quarrels(claims: list[Claim], sightings: list[Sighting]) -> dict[str, list[tuple[str, list[int]]]]:
    found = {}
    for asset in fold(claims, [], sightings).assets:
        attribute = asset.attribute("address_conflict")
        if attribute:
            found[asset.id] = [(one.value, [proof.frame for proof in one.evidence]) for one in attribute.rivals]
    return found


def test_each_is_told_of_the_other_with_the_frame_that_shows_it() -> None:
    seen = [sent("10.0.0.1", PLC, 3), sent("10.0.0.1", PC, 8), sent("10.0.0.2", PC, 9), sent("10.0.0.3", PC, 9, 63)]
    assert quarrels([arp("10.0.0.1", PLC, 1)], seen) == {
        PLC: [(f"10.0.0.1 is used by {PC}, too", [8])],
        PC: [(f"10.0.0.1 is used by {PLC}, too", [3, 1])],
    }


def test_two_that_answer_for_one_address() -> None:
    assert quarrels([arp("10.0.0.1", PLC, 1), arp("10.0.0.1", PC, 2)], []) == {
        PLC: [(f"10.0.0.1 is used by {PC}, too", [2])],
        PC: [(f"10.0.0.1 is used by {PLC}, too", [1])],
    }


def test_two_ports_of_one_device_do_not_quarrel() -> None:
    port = Claim(Subject("", PC), "chassis_id", PLC, Evidence("capture", (), 50, "lldp"))
    assert quarrels([arp("10.0.0.1", PLC, 1), arp("10.0.0.1", PC, 2), port], []) == {}


def test_nobody_quarrels_over_addresses_of_their_own() -> None:
    assert quarrels([arp("10.0.0.1", PLC, 1), arp("10.0.0.2", PC, 2)], [sent("10.0.0.1", PLC, 3), sent("10.0.0.2", PC, 4)]) == {}
