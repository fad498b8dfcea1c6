"""The fold: small plants told as facts, and the laws that make captures mergeable."""

from __future__ import annotations

import time
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from fieldwatch.facts import Claim, Conversation, Effect, Evidence, MessageClass, Occurrence, Operation, Span, Subject
from fieldwatch.inventory import Asset, Inventory, Sighting, fold

PLC, PC, ROUTER = "00:1d:9c:00:00:01", "00:0c:29:00:00:02", "00:1b:0d:00:00:03"


def claim(subject: Subject, attribute: str, value: str, protocol: str = "cip", seen_ns: int = 50, frame: int = 1) -> Claim:
    return Claim(subject, attribute, value, Evidence("capture", (Span(frame, 0, 1),), seen_ns, protocol))


def arp(ip: str, mac: str, seen_ns: int = 50) -> Claim:
    return claim(Subject(ip, mac), "ip_address", ip, "arp", seen_ns)


def sent(ip: str, mac: str, first_ns: int = 0, last_ns: int = 100, vlan: int = 0) -> Sighting:
    return Sighting(ip, mac, vlan, first_ns, last_ns, 5, "capture", 1)


def talk(client: Subject, server: Subject, protocol: str = "modbus", effect: Effect = Effect.READ, unanswered: int = 0) -> Conversation:
    said = (MessageClass("read", effect, "x", 3, unanswered, 1, 10, 20),)
    return Conversation(client, server, "tcp", 502, protocol, 6, 600, 10, 20, said)


def done(target: Subject, result: str) -> Operation:
    at = Evidence("capture", (Span(1, 0, 1),), 30, "modbus")
    occurrence = Occurrence(1, 30, (), result)
    return Operation(Subject("10.0.0.9", PC), target, "modbus", "read", Effect.READ, "x", "", 1, (occurrence,), at)


def only(inventory: Inventory) -> Asset:
    assert len(inventory.assets) == 1
    return inventory.assets[0]


def test_a_host_that_sent_is_an_asset() -> None:
    asset = only(fold([], [], [sent("10.0.0.1", PLC, 5, 70, 12)]))
    assert (asset.id, asset.ips, asset.macs, asset.vlans) == (PLC, ("10.0.0.1",), (PLC,), (12,))
    assert (asset.first_ns, asset.last_ns, asset.children, asset.protocols) == (5, 70, (), ())
    vendor = asset.attribute("vendor")
    assert vendor is not None
    assert (vendor.value, vendor.confidence) == ("Rockwell Automation", 0.4)
    assert vendor.evidence == (Evidence("capture", (Span(1, 0, 0),), 5, "ethernet"),)
    assert asset.attribute("role") is None
    assert asset.value("purdue_level") == ""


def test_who_was_only_spoken_to_is_no_asset() -> None:
    found = fold([], [talk(Subject("10.0.0.9", PC), Subject("10.0.0.1", ""), unanswered=3)], [sent("10.0.0.9", PC)])
    assert only(found).id == PC
    assert found.silent == (Subject("10.0.0.1", ""),)


def test_groups_are_no_assets() -> None:
    ends = [Subject("10.0.0.255", "ff:ff:ff:ff:ff:ff"), Subject("239.1.1.1", "01:00:5e:01:01:01"), Subject("", "01:0e:cf:00:00:00")]
    found = fold([claim(end, "model", "x") for end in ends], [talk(Subject("10.0.0.9", PC), end) for end in ends], [sent("10.0.0.9", PC)])
    assert only(found).id == PC
    assert found.silent == ()
    assert {one.subject for one in found.unplaced} == set(ends)


def test_a_layer_2_device_is_kept_by_its_mac() -> None:
    asset = only(fold([claim(Subject("", PLC), "station_name", "et200", "pn_dcp")]))
    assert (asset.id, asset.value("name"), asset.ips, asset.protocols) == (PLC, "et200", (), ("pn_dcp",))


def test_claims_by_ip_and_by_mac_meet_where_arp_says_so() -> None:
    asset = only(fold([arp("10.0.0.1", PLC), claim(Subject("10.0.0.1", ""), "model", "1756-L61"), claim(Subject("", PLC), "tag", "A")]))
    assert (asset.value("model"), asset.value("name"), asset.ips) == ("1756-L61", "A", ("10.0.0.1",))


def test_hosts_behind_a_router_are_not_merged() -> None:
    remote = [sent(f"10.1.0.{n}", ROUTER) for n in range(1, 6)]
    told = [arp("10.0.0.254", ROUTER), claim(Subject("10.1.0.1", ROUTER), "model", "far PLC")]
    found = fold(told, [], [*remote, sent("10.0.0.254", ROUTER)])
    assert {asset.id for asset in found.assets} == {ROUTER, *(f"10.1.0.{n}" for n in range(1, 6))}
    by_id = {asset.id: asset for asset in found.assets}
    assert by_id["10.1.0.1"].value("model") == "far PLC"
    assert by_id["10.1.0.1"].macs == ()
    assert by_id["10.1.0.1"].attribute("vendor") is None
    assert by_id[ROUTER].ips == ("10.0.0.254",)
    role = by_id[ROUTER].attribute("role")
    assert role is not None
    assert (role.value, role.reason) == ("Router", "sends packets of 5 addresses that are not its own")


def test_a_capture_on_both_sides_of_a_router_gives_each_host_once() -> None:
    near = [arp("10.1.0.1", PLC), arp("10.0.0.254", ROUTER)]
    behind = [sent("10.1.0.1", ROUTER), sent("10.1.0.2", ROUTER), sent("10.1.0.1", PLC)]
    found = fold([*near, claim(Subject("10.1.0.1", ROUTER), "model", "PLC")], [], behind)
    assert {asset.id: asset.value("model") for asset in found.assets} == {PLC: "PLC", ROUTER: "", "10.1.0.2": ""}


def test_an_address_that_changed_hands_belongs_to_two() -> None:
    told = [arp("10.0.0.1", PLC, 10), arp("10.0.0.1", PC, 900), claim(Subject("10.0.0.1", ""), "model", "old", seen_ns=20)]
    found = fold([*told, claim(Subject("10.0.0.1", ""), "model", "new", seen_ns=910)])
    assert {asset.id: (asset.value("model"), asset.ips) for asset in found.assets} == {
        PLC: ("old", ("10.0.0.1",)),
        PC: ("new", ("10.0.0.1",)),
    }


def test_slots_are_children_and_tell_the_role_of_the_whole() -> None:
    chassis = Subject("10.0.0.1", PLC)
    cpu = chassis._replace(component="slot 0")
    told = [claim(chassis, "device_type", "Communications Adapter"), claim(cpu, "device_type", "Programmable Logic Controller")]
    asset = only(fold([*told, claim(cpu, "model", "1756-L61/B LOGIX5561", seen_ns=80)]))
    (child,) = asset.children
    assert (child.id, child.parent, child.component) == (f"{PLC}/slot 0", PLC, "slot 0")
    assert (child.value("model"), child.value("role"), child.value("order_number")) == ("1756-L61/B LOGIX5561", "PLC", "1756-L61/B")
    assert (asset.value("role"), asset.value("purdue_level")) == ("PLC", "1")
    model = asset.attribute("model")
    assert model is not None
    assert (model.value, model.confidence, model.reason) == ("1756-L61/B LOGIX5561", 0.475, "cip: model of slot 0")
    whole = only(fold([*told, claim(cpu, "model", "1756-L61/B LOGIX5561"), claim(chassis, "model", "1756-ENBT/A")]))
    assert whole.value("model") == "1756-ENBT/A"
    assert asset.last_ns == 80


def test_a_component_alone_of_its_kind_is_the_device_itself() -> None:
    for component in ("device 18", "unit 1", "address 10", "unit 255"):
        asset = only(fold([claim(Subject("10.0.0.1", PLC, 0, component), "model", "M", "bacnet")]))
        assert (asset.value("model"), asset.children) == ("M", ())


def test_two_of_a_kind_or_behind_a_router_or_a_serial_line_are_children() -> None:
    for components in (["device 18", "device 19"], ["device 29 via net 3:29"], ["unit 3"], ["slot 0"], ["unit 1", "unit 2"]):
        asset = only(fold([claim(Subject("10.0.0.1", PLC, 0, component), "model", "M", "bacnet") for component in components]))
        assert (asset.value("model"), [child.component for child in asset.children]) == ("", components)


def test_a_component_with_the_devices_own_serial_is_the_device() -> None:
    device = Subject("10.0.0.1", PLC)
    told = [claim(device, "serial_number", "0x0051823f"), claim(device._replace(component="slot 1"), "serial_number", "0x0051823f")]
    assert only(fold([*told, claim(device._replace(component="slot 1"), "model", "EN2T")])).value("model") == "EN2T"


def test_parts_without_number_are_the_device() -> None:
    asset = only(fold([claim(Subject("10.0.0.1", PLC, 0, "bootloader"), "firmware", "A1", "s7comm")]))
    assert (asset.value("firmware"), asset.children) == ("A1", ())


def test_units_exist_when_they_did_something() -> None:
    target = Subject("10.0.0.1", PLC)
    operations = [
        done(target._replace(component=f"unit {n}"), "ok" if n in {3, 4} else "gateway target device failed to respond")
        for n in range(2, 9)
    ]
    asset = only(fold([], [], [sent("10.0.0.1", PLC)], operations))
    assert [child.component for child in asset.children] == ["unit 3", "unit 4"]
    assert [child.value("role") for child in asset.children] == ["Controller", "Controller"]
    assert (asset.value("role"), asset.attribute("role").reason) == ("Protocol gateway", "answers for 2 units")  # type: ignore[union-attr]


def test_what_is_done_to_an_address_behind_a_router_is_done_to_the_device_there() -> None:
    router = Subject("10.0.0.1", PLC)
    told = [claim(router._replace(component="device 61 via net 13:61"), "model", "VAV", "bacnet", seen_ns=50)]
    asset = only(fold(told, [], [], [done(router._replace(component="net 13:61"), "ok")]))
    (child,) = asset.children
    assert (child.component, child.value("model"), child.value("role")) == ("device 61 via net 13:61", "VAV", "Controller")
    assert (child.first_ns, child.protocols) == (30, ("bacnet", "modbus"))


def test_an_address_behind_a_router_that_two_devices_claim_is_neither() -> None:
    router = Subject("10.0.0.1", PLC)
    told = [claim(router._replace(component=f"device {n} via net 3:8"), "model", "VAV", "bacnet") for n in (8, 9)]
    asset = only(fold(told, [], [], [done(router._replace(component="net 3:8"), "ok")]))
    assert [child.component for child in asset.children] == ["device 8 via net 3:8", "device 9 via net 3:8", "net 3:8"]


def test_a_mac_of_a_maker_of_one_kind_of_device_tells_a_role() -> None:
    asset = only(fold([], [], [sent("10.0.0.1", "00:40:8c:00:00:01")]))
    role = asset.attribute("role")
    assert role is not None
    assert (role.value, role.reason, asset.value("purdue_level")) == ("Camera", "00:40:8C is a MAC address of Axis", "2")


def test_forged_addresses_are_no_assets_and_their_sender_is_told() -> None:
    flood = [sent(f"77.{n}.3.4", PC)._replace(packets=1, greatest_ttl=64) for n in range(40)]
    found = fold([], [talk(Subject("77.1.3.4", PC), Subject("10.0.0.1", PLC), unanswered=3)], [*flood, sent("10.0.0.1", PLC)])
    assert [asset.id for asset in found.assets] == [PC, PLC]
    assert found.assets[0].value("forged_sources") == "40 addresses"
    assert found.assets[0].value("role") == ""
    assert found.forged == tuple(sorted(Subject(f"77.{n}.3.4", PC) for n in range(40)))
    passed_on = [sent(f"77.{n}.3.4", ROUTER)._replace(packets=1, greatest_ttl=63) for n in range(40)]
    again = fold([], [], [*flood, *passed_on])
    assert [(asset.id, asset.value("role")) for asset in again.assets] == [(PC, ""), (ROUTER, "Router")]
    assert again.forged == found.forged


def test_who_counts_down_is_a_router() -> None:
    asset = {one.id: one for one in fold([], [], [sent("10.0.9.1", ROUTER)._replace(greatest_ttl=63)]).assets}[ROUTER]
    assert (asset.value("role"), asset.ips) == ("Router", ())


def test_children_are_in_the_order_of_their_numbers() -> None:
    told = [claim(Subject("10.0.0.1", PLC, 0, f"slot {n}"), "model", "M") for n in (10, 2, 0)]
    assert [child.component for child in only(fold(told)).children] == ["slot 0", "slot 2", "slot 10"]


def test_roles_follow_from_who_asks_whom() -> None:
    pc, plc = Subject("10.0.0.9", PC), Subject("10.0.0.1", PLC)
    found = fold([], [talk(pc, plc), talk(pc, plc, "s7comm", Effect.PROGRAM_DOWNLOAD)], [sent("10.0.0.9", PC), sent("10.0.0.1", PLC)])
    roles = {asset.id: (asset.value("role"), asset.value("purdue_level"), asset.protocols) for asset in found.assets}
    assert roles == {PC: ("Engineering workstation", "3", ("modbus", "s7comm")), PLC: ("PLC", "1", ("modbus", "s7comm"))}


def test_a_server_that_never_answers_a_protocol_does_not_speak_it() -> None:
    pc, plc = Subject("10.0.0.9", PC), Subject("10.0.0.1", PLC)
    found = fold([], [talk(pc, plc, unanswered=3)], [sent("10.0.0.9", PC), sent("10.0.0.1", PLC)])
    assert {asset.id: asset.protocols for asset in found.assets} == {PC: ("modbus",), PLC: ()}


def test_every_end_that_exists_has_a_home() -> None:
    pc, plc = Subject("10.0.0.9", PC), Subject("10.0.0.1", "")
    found = fold([arp("10.0.0.1", PLC)], [talk(pc, plc)], [sent("10.0.0.9", PC)])
    assert found.home[pc] == PC
    assert found.home[plc] == PLC


Told = tuple[list[Claim], list[Conversation], list[Sighting], list[Operation]]

IPS = ["10.0.0.1", "10.0.0.2", "10.1.0.1", "10.1.0.2", "fe80::1", "2001:db8::1", "0.0.0.0", "224.0.0.1", ""]
MACS = [PLC, PC, ROUTER, "02:42:ac:00:00:01", "00:a0:45:00:00:01", "00:a0:45:00:00:02", "ff:ff:ff:ff:ff:ff", ""]
times = st.integers(0, 40)
subjects = st.builds(
    Subject,
    st.sampled_from(IPS),
    st.sampled_from(MACS),
    st.sampled_from([0, 0, 7]),
    st.sampled_from(["", "", "slot 1", "unit 1", "unit 3", "module", "net 3:8", "device 8 via net 3:8", "device 9 via net 3:8"]),
)
evidences = st.builds(
    Evidence, st.sampled_from(["a", "b"]), st.just((Span(1, 0, 1),)), times, st.sampled_from(["arp", "cip", "lldp", "s7comm", "pn_dcp"])
)
claims = st.builds(
    Claim,
    subjects,
    st.sampled_from(["ip_address", "vendor", "model", "serial_number", "chassis_id", "station_name", "device_type"]),
    st.sampled_from([*IPS, PLC, "Maker", "0x60b4f17d", "6ES7 315-2EH14-0AB0", "Programmable Logic Controller"]),
    evidences,
)
sightings = st.builds(
    Sighting,
    st.sampled_from(IPS),
    st.sampled_from(MACS),
    st.sampled_from([0, 7]),
    times,
    st.integers(40, 60),
    st.just(3),
    st.sampled_from(["a", "b"]),
    times,
    st.sampled_from([0, 63, 64]),
)
messages = st.builds(
    MessageClass, st.just("m"), st.sampled_from(list(Effect)), st.just("o"), st.just(2), st.integers(0, 2), st.just(1), times, times
)
conversations = st.builds(
    Conversation,
    subjects,
    subjects,
    st.just("tcp"),
    st.just(502),
    st.sampled_from(["modbus", "s7comm", "http"]),
    st.just(4),
    st.just(9),
    times,
    times,
    st.lists(messages, max_size=2).map(tuple),
)
operations = st.builds(done, subjects, st.sampled_from(["ok", "", "illegal function"]))
facts = st.tuples(
    st.lists(claims, max_size=12), st.lists(conversations, max_size=5), st.lists(sightings, max_size=8), st.lists(operations, max_size=4)
)


def together(one: Told, other: Told) -> Told:
    return one[0] + other[0], one[1] + other[1], one[2] + other[2], one[3] + other[3]


@settings(max_examples=150, deadline=None)
@given(facts, st.randoms(use_true_random=False))
def test_any_order_and_told_twice_gives_the_same(told: Told, chance: Random) -> None:
    again = together(told, told)
    for kind in again:
        chance.shuffle(kind)
    assert fold(*again) == fold(*told)


@settings(max_examples=80, deadline=None)
@given(facts, facts)
def test_any_grouping_gives_the_same(one: Told, other: Told) -> None:
    assert fold(*together(one, other)) == fold(*together(other, one))


@settings(max_examples=150, deadline=None)
@given(facts)
def test_nothing_is_lost_and_nothing_is_told_twice(told: Told) -> None:
    found = fold(*told)
    ids = [asset.id for asset in found.assets] + [child.id for asset in found.assets for child in asset.children]
    assert len(ids) == len(set(ids))
    macs = [mac for asset in found.assets for mac in asset.macs]
    assert len(macs) == len(set(macs))
    kept = {
        (one.name, rival.value)
        for asset in found.assets
        for part in (asset, *asset.children)
        for one in part.attributes
        for rival in one.rivals
    }
    placed = set(told[0]) - set(found.unplaced)
    assert {(one.attribute, one.value) for one in placed if one.value} <= kept
    assert set(found.home.values()) <= set(ids)
    assert all(asset.first_ns <= asset.last_ns for asset in found.assets)


def test_a_large_plant_is_folded_quickly() -> None:
    hosts = [(f"10.0.{n >> 8}.{n & 255}", f"00:1d:9c:00:{n >> 8:02x}:{n & 255:02x}") for n in range(1000)]
    ends = [Subject(*host) for host in hosts]
    told = [
        claim(ends[n * 7 % 1000], ("model", "vendor", "firmware", "serial_number", "station_name")[n % 5], f"v{n % 90}", seen_ns=n)
        for n in range(5000)
    ]
    talks = [talk(ends[n % 1000], ends[n * 31 % 1000], ("modbus", "s7comm", "http")[n % 3]) for n in range(30_000)]
    seen = [sent(*host) for host in hosts]
    took = []
    for _ in range(3):
        start = time.perf_counter()
        found = fold(told, talks, seen)
        took.append(time.perf_counter() - start)
    assert len(found.assets) == 1000
    assert min(took) < 1.0  # 0.2 s on a quiet machine: a guard against the square of anything, not a benchmark
