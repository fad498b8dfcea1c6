"""Components: one and the same, the device itself, or children."""

from __future__ import annotations

import pytest

from fieldwatch.facts import Claim, Evidence, Subject
from fieldwatch.inventory.part import Part, by_number, lifted, merged


def part(*claims: tuple[str, str], seen_ns: int = 5) -> Part:
    made = Part()
    for attribute, value in claims:
        made.hear(Claim(Subject("10.0.0.1", ""), attribute, value, Evidence("capture", (), seen_ns, "bacnet")))
    return made


def test_a_way_is_the_device_at_its_end() -> None:
    way, device = part(("name", "a"), seen_ns=1), part(("model", "b"), seen_ns=9)
    way.activity.answered("modbus", "10.0.0.9", 1)
    found = merged({"net 3:8": way, "device 8 via net 3:8": device, "slot 1": part()})
    assert set(found) == {"device 8 via net 3:8", "slot 1"}
    whole = found["device 8 via net 3:8"]
    assert {claim.value for claim in whole.claims} == {"a", "b"}
    assert (whole.first_ns, whole.last_ns) == (1, 9)
    assert [voice.value for voice in whole.activity.voices()] == ["Controller"]


def test_a_way_that_nothing_or_that_two_were_reached_by_stays() -> None:
    assert set(merged({"net 3:8": part(), "device 8 via net 3:9": part()})) == {"net 3:8", "device 8 via net 3:9"}
    three = {"net 3:8", "device 8 via net 3:8", "device 9 via net 3:8"}
    assert set(merged({name: part() for name in three})) == three


@pytest.mark.parametrize(
    ("components", "own"),
    [
        ({"device 18", "slot 1"}, {"device 18"}),
        ({"device 18", "device 19"}, set()),
        ({"device 18 via net 3:8"}, set()),
        ({"unit 255"}, {"unit 255"}),
        ({"unit 3"}, set()),
        ({"dnp3 address 10"}, {"dnp3 address 10"}),
    ],
)
def test_one_alone_of_its_kind_is_the_device(components: set[str], own: set[str]) -> None:
    assert lifted(set(), {name: part() for name in components}) == own


def test_the_devices_own_serial_number_lifts() -> None:
    of_device = part(("serial_number", "0x1234")).claims
    assert lifted(of_device, {"slot 1": part(("serial_number", "0x1234")), "slot 2": part(("serial_number", "0x99"))}) == {"slot 1"}


def test_a_slot_that_says_nothing_is_the_controller_that_the_device_is() -> None:
    of_device = part(("device_type", "Programmable Logic Controller")).claims
    assert lifted(of_device, {"slot 0": part(), "slot 1": part(("model", "1734-IB8"))}) == {"slot 0"}
    assert lifted(part(("device_type", "Communications Adapter")).claims, {"slot 0": part()}) == set()


def test_numbers_count_as_numbers() -> None:
    some = ["slot 10", "slot 2", "device 9 via net 3:10", "device 9 via net 3:8", "module", "slot 2²"]
    assert sorted(some, key=by_number) == ["device 9 via net 3:8", "device 9 via net 3:10", "module", "slot 2", "slot 2²", "slot 10"]
