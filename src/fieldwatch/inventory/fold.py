"""Assets from facts: a pure function of the *set* of facts, whatever their order, their grouping, and how often each is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fieldwatch.facts import Claim, Conversation, Evidence, Operation, Sighting, Span, Subject
from fieldwatch.inventory import role as roles
from fieldwatch.inventory.address import is_loopback, names_an_interface
from fieldwatch.inventory.asset import Asset, Attribute, Inventory
from fieldwatch.inventory.attributes import Voice, attributes, is_part, voices
from fieldwatch.inventory.conflict import conflicts
from fieldwatch.inventory.identity import Places, join_all
from fieldwatch.inventory.onlink import links
from fieldwatch.inventory.part import Part, by_number, lifted, merged
from fieldwatch.library.hints import hints
from fieldwatch.library.makers import maker
from fieldwatch.library.registries import oui

OUI_TRUST = 0.4
"""Whose MAC address it is tells the maker of the interface, not always of the device."""


PRODUCT = ("vendor", "model", "order_number", "firmware")
"""What a whole may be called by its controller; serial numbers and names are the part's own."""

PART_TRUST = 0.5
"""How much of the trust in a part's word is left for the whole: what the whole says of itself is shown before it."""


class _Device(Part):
    """A device: its nodes, and the components that are said to be in it or behind it."""

    __slots__ = ("components", "nodes", "seen_by", "vlans")

    def __init__(self) -> None:
        super().__init__()
        self.nodes: set[str] = set()
        self.vlans: set[int] = set()
        self.components: dict[str, Part] = {}
        self.seen_by: dict[str, Evidence] = {}

    def component(self, name: str) -> Part:
        return self.components.setdefault(name, Part())


class _Plant:
    """All devices while they are being gathered."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.devices: dict[str, _Device] = {}
        self.unplaced: set[Claim] = set()
        self.silent: set[Subject] = set()
        self.forged: set[Subject] = set()
        self.ends: dict[Subject, tuple[int, str]] = {}
        self._steady: dict[Subject, tuple[str, _Device | None]] = {}

    def at(self, node: str) -> _Device:
        name = self.places.device(node)
        device = self.devices.get(name)
        if device is None:
            device = self.devices[name] = _Device()
        device.nodes.add(node)
        return device

    def find(self, subject: Subject, seen_ns: int) -> tuple[str, _Device | None]:
        """The name of the subject's device ("" for groups), and the device where it is known to exist."""
        end = subject._replace(component="") if subject.component else subject
        steady = self._steady.get(end)
        if steady is not None:
            return steady
        node = self.places.node(end, seen_ns)
        name = self.places.device(node) if node else ""
        found = self.devices.get(name)
        if not self.places.changes_hands(end.ip):
            self._steady[end] = name, found
        if found is not None:
            known = self.ends.get(end)
            if known is None or (seen_ns, name) < known:
                self.ends[end] = (seen_ns, name)
        return name, found


def fold(
    claims: Iterable[Claim],
    conversations: Iterable[Conversation] = (),
    sightings: Iterable[Sighting] = (),
    operations: Iterable[Operation] = (),
) -> Inventory:
    """The inventory that these facts give. A device exists when it was seen to send (a sighting), or when something is claimed of it."""
    told, seen, talks = set(claims), set(sightings), tuple(conversations)
    places = Places(links(told, seen, talks))
    join_all(places, told)
    plant = _Plant(places)
    for sighting in seen:
        _sight(plant, sighting)
    for claim in told:
        _tell(plant, claim)
    for sighting in seen:
        plant.find(Subject(sighting.ip, sighting.mac, sighting.vlan), sighting.first_ns)
    for claim in told:
        plant.find(claim.subject, claim.evidence.seen_ns)
    for talk in talks:
        _converse(plant, talk)
    for operation in operations:
        _operate(plant, operation)
    quarrels = conflicts(places, told, seen)
    assets = {name: _asset(plant, device, quarrels.get(name, [])) for name, device in plant.devices.items()}
    home = {end: assets[name].id for end, (_, name) in plant.ends.items()}
    ordered = tuple(sorted(assets.values(), key=lambda asset: asset.id))
    return Inventory(ordered, home, tuple(sorted(plant.silent)), tuple(sorted(plant.unplaced)), tuple(sorted(plant.forged)))


def _sight(plant: _Plant, sighting: Sighting) -> None:
    subject = Subject(sighting.ip, sighting.mac, sighting.vlan)
    node = plant.places.node(subject, sighting.first_ns)
    if not node:
        return
    if node in plant.places.known.nobodys:
        if node in plant.places.known.forged[sighting.mac]:
            plant.forged.add(subject)
        node = sighting.mac
    device = plant.at(node)
    device.see(sighting.first_ns, sighting.last_ns)
    device.vlans.add(sighting.vlan)
    if names_an_interface(sighting.mac):
        shared = device if node == sighting.mac else plant.at(sighting.mac)
        shared.see(sighting.first_ns, sighting.last_ns)
        shared.vlans.add(sighting.vlan)
        proof = Evidence(sighting.source, (Span(sighting.frame, 0, 0),), sighting.first_ns, "ethernet")
        known = shared.seen_by.get(sighting.mac)
        if known is None or (proof.seen_ns, proof) < (known.seen_ns, known):
            shared.seen_by[sighting.mac] = proof


def _tell(plant: _Plant, claim: Claim) -> None:
    subject = claim.subject
    node = plant.places.node(subject, claim.evidence.seen_ns)
    if not node:
        plant.unplaced.add(claim)
        return
    device = plant.at(node)
    device.vlans.add(subject.vlan)
    part = device if is_part(subject.component) else device.component(subject.component)
    part.hear(claim)
    if part is not device:
        device.see(claim.evidence.seen_ns, claim.evidence.seen_ns)
        device.protocols.add(claim.evidence.protocol)


def _converse(plant: _Plant, talk: Conversation) -> None:
    client, asker = plant.find(talk.client, talk.first_ns)
    server, answerer = plant.find(talk.server, talk.first_ns)
    protocol = talk.protocol
    if asker:
        asker.protocols.add(protocol)
        if server:
            asker.activity.asked(protocol, {message.effect for message in talk.messages}, server, talk.first_ns)
    if answerer:
        if client != server and _has_answer(talk):
            answerer.protocols.add(protocol)
            answerer.activity.answered(protocol, client, talk.first_ns)
    elif server:
        plant.silent.add(talk.server._replace(component=""))


def _has_answer(talk: Conversation) -> bool:
    """False where messages were counted and none was answered."""
    if not talk.messages:
        return True
    for message in talk.messages:  # noqa: SIM110 - 30,000 of these in a fold: a generator costs twice the time
        if message.times > message.unanswered:
            return True
    return False


def _operate(plant: _Plant, operation: Operation) -> None:
    """A component that did what it was asked exists, though it never said what it is."""
    component = operation.target.component
    if not component or is_part(component):
        return
    times = [one.seen_ns for one in operation.occurrences if one.result == "ok"]
    _, device = plant.find(operation.target, operation.evidence.seen_ns)
    if device is None or not times:
        return
    part = device.component(component)
    part.see(min(times), max(times))
    part.protocols.add(operation.protocol)
    part.activity.answered(operation.protocol, operation.actor.ip or operation.actor.mac, min(times))


def _asset(plant: _Plant, device: _Device, quarrels: list[Voice]) -> Asset:
    places = plant.places
    nodes = device.nodes | places.joined(device.nodes)
    macs = sorted(node for node in nodes if names_an_interface(node))
    own = {ip for mac in macs for ip in places.known.own.get(mac, ())}
    ips = own | {node for node in nodes if not names_an_interface(node)}
    name = min(macs) if macs else min(ips)
    components = merged(device.components)
    own_parts = [components.pop(component) for component in lifted(device.claims, components)]
    children = tuple(_child(name, component, components[component]) for component in sorted(components, key=by_number))
    heard = list(voices(device.claims.union(*(part.claims for part in own_parts))))
    heard += [
        *_makers(device),
        *_of_controller(children),
        *quarrels,
        *_forged(device, sum(len(places.known.forged.get(mac, ())) for mac in macs)),
    ]
    passed = {ip for mac in macs for ip in places.known.passed.get(mac, ()) if ip not in ips and not is_loopback(ip)}
    counted_down = any(mac in places.known.counted_down for mac in macs)
    signs = [*device.activity.voices(), *roles.forwarding(macs, len(passed), bool(own), counted_down), *roles.of_children(children)]
    for part in own_parts:
        signs += part.activity.voices()
    return Asset(
        name, "", "", _attributes(heard, signs), tuple(sorted(ips, key=_ip_order)), tuple(macs), tuple(sorted(device.vlans)), children,
        tuple(sorted(device.protocols)), device.first_ns, device.last_ns,
    )  # fmt: skip


def _child(parent: str, component: str, part: Part) -> Asset:
    heard = list(voices(part.claims))
    shown = _attributes(heard, list(part.activity.voices()))
    name = f"{parent}/{component}"
    return Asset(name, parent, component, shown, (), (), (), (), tuple(sorted(part.protocols)), part.first_ns, part.last_ns)


def _attributes(heard: list[Voice], signs: list[Voice]) -> tuple[Attribute, ...]:
    """All attributes by name, with the role and the level that follow from the signs."""
    found = list(attributes(voice for voice in heard if voice.attribute != "role"))
    role = roles.role([*(voice for voice in heard if voice.attribute == "role"), *signs])
    if role:
        found.append(role)
        level = roles.purdue_level(role)
        if level:
            found.append(level)
    return tuple(sorted(found))


def _of_controller(children: Iterable[Asset]) -> Iterator[Voice]:
    """What the only controller among the parts says of itself also stands for the whole, where nothing better is known."""
    controllers = [child for child in children if child.value("role") in roles.CONTROLLERS]
    if len(controllers) == 1:
        for attribute in filter(None, map(controllers[0].attribute, PRODUCT)):
            for proof in attribute.evidence:
                yield Voice(attribute.name, attribute.value, attribute.confidence * PART_TRUST, proof, attribute.reason)


def _forged(device: _Device, number: int) -> Iterator[Voice]:
    """That the device sent in the names of so many others."""
    if number:
        proof = min(device.seen_by.values(), key=lambda one: (one.seen_ns, one))
        reason = "a packet or two each, with a TTL that no router has counted down"
        yield Voice("forged_sources", f"{number} addresses", 0.7, proof, reason)


def _makers(device: _Device) -> Iterator[Voice]:
    for mac, proof in device.seen_by.items():
        registered = oui(mac)
        if registered:
            yield Voice("vendor", registered, OUI_TRUST, proof, f"{mac[:8].upper()} is registered to it (IEEE)")
            for hint in hints("oui", "vendor", maker(registered)):
                yield Voice(hint.says, hint.value, hint.confidence, proof, f"{mac[:8].upper()} is a MAC address of {maker(registered)}")


def _ip_order(ip: str) -> tuple[bool, tuple[int, ...], str]:
    """IPv4 by number, then IPv6 by text."""
    if ":" in ip:
        return True, (), ip
    return False, tuple(int(part) if part.isdigit() else 256 for part in ip.split(".")), ip
