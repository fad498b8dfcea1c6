"""What a device is for, and on which Purdue level: inferred, with the reason.

Signs, from strong to weak: what the device says that it is (device type, order number, model), what its parts are, what it asks or
answers, what it forwards. The surest sign gives the role; among equals the more special role, in the order of `library/data/roles.tsv`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fieldwatch.facts import Effect, Evidence
from fieldwatch.inventory.address import VIRTUAL_ROUTER
from fieldwatch.inventory.asset import Asset, Attribute, Rival
from fieldwatch.inventory.attributes import Voice
from fieldwatch.library.roles import Service, purdue_levels, services, telling_effects

LOOKS_ONLY = frozenset({Effect.DISCOVER, Effect.IDENTIFY})
"""Who does nothing else is looking round: that says nothing about its role."""

CONTROLLERS = frozenset({"PLC", "Safety controller"})
"""Roles that a part gives to the whole: a chassis with a PLC is a PLC."""

FORWARDS = 3
"""A MAC address that sent packets of so many addresses that are not its own is a router's."""


class Activity:
    """What a device was seen to ask and to answer, as far as a role follows from it. Adding a conversation twice changes nothing."""

    __slots__ = ("_seen",)

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str, str], tuple[set[str], list[int]]] = {}

    def answered(self, protocol: str, peer: str, seen_ns: int) -> None:
        """The device answered `peer` in this protocol."""
        self._note(("answers", protocol, ""), peer, seen_ns)

    def asked(self, protocol: str, effects: set[Effect], peer: str, seen_ns: int) -> None:
        """The device asked `peer` for messages of these effects; looking round alone does not count."""
        doing = effects - LOOKS_ONLY
        if doing:
            self._note(("asks", protocol, ""), peer, seen_ns)
        for effect in doing & telling_effects():
            self._note(("asks", "*", effect), peer, seen_ns)

    def take_in(self, other: Activity) -> None:
        """All that the other was seen to do, this one did."""
        for key, (peers, since) in other._seen.items():
            for peer in peers:
                self._note(key, peer, since[0])

    def _note(self, key: tuple[str, str, str], peer: str, seen_ns: int) -> None:
        known = self._seen.get(key)
        if known is not None:
            known[0].add(peer)
            known[1][0] = min(known[1][0], seen_ns)
        elif key in services():
            self._seen[key] = {peer}, [seen_ns]

    def voices(self) -> Iterator[Voice]:
        """The roles that this activity speaks for."""
        for key, (peers, since) in self._seen.items():
            for service in services()[key]:
                if len(peers) >= service.peers:
                    evidence = Evidence("", (), since[0], service.protocol)
                    yield Voice("role", service.role, service.confidence, evidence, _words(service, len(peers)))


DOES = {
    Effect.PROGRAM_DOWNLOAD: "loads programs into",
    Effect.PROGRAM_UPLOAD: "reads back the program of",
    Effect.PROGRAM_EDIT: "changes the program of",
    Effect.FIRMWARE: "loads firmware into",
}
"""What is said of who does it, for each effect that tells a role by itself (`library/data/services.tsv`)."""


def _words(service: Service, peers: int) -> str:
    if service.effect:
        return f"{DOES[Effect(service.effect)]} {_devices(peers)}"
    return f"answers {service.protocol}" if service.end == "answers" else f"asks {_devices(peers)} in {service.protocol}"


def _addresses(number: int) -> str:
    return "1 address that is" if number == 1 else f"{number} addresses that are"


def _devices(number: int) -> str:
    return "1 device" if number == 1 else f"{number} devices"


def forwarding(macs: Iterable[str], passed: int, owns_an_address: bool, counted_down: bool = False) -> Iterator[Voice]:
    """The role of a device that sends packets of addresses that are not its own (see `onlink`); `counted_down`: by their TTL, too."""
    nothing = Evidence("", (), 0, "ethernet")
    if counted_down:
        yield Voice("role", "Router", 0.6, nothing, "sends packets whose TTL a router has counted down")
    if passed >= FORWARDS or (passed and owns_an_address):
        sure = 0.8 if passed >= FORWARDS else 0.5
        yield Voice("role", "Router", sure, nothing, f"sends packets of {_addresses(passed)} not its own")
    for mac in macs:
        if VIRTUAL_ROUTER.match(mac):
            yield Voice("role", "Router", 0.9, nothing, f"{mac} is a virtual router's address")


def of_children(children: Iterable[Asset]) -> Iterator[Voice]:
    """The role of the whole from its parts: a chassis with a PLC is a PLC; many units behind one address are behind a gateway."""
    units = 0
    for child in children:
        role = child.attribute("role")
        units += child.component.startswith("unit ")
        if role and role.value in CONTROLLERS:
            for evidence in role.evidence:
                yield Voice("role", role.value, role.confidence * 0.95, evidence, f"{child.component} is a {role.value}")
    if units > 1:
        yield Voice("role", "Protocol gateway", 0.55, Evidence("", (), 0, "modbus"), f"answers for {units} units")


def role(heard: Iterable[Voice]) -> Attribute | None:
    """The attribute `role`: each role with all its reasons; the surest first, among equals the more special one."""
    order = {name: at for at, name in enumerate(purdue_levels())}
    by_role: dict[str, list[Voice]] = {}
    for voice in heard:
        by_role.setdefault(voice.value, []).append(voice)
    rivals = [_rival(name, said) for name, said in by_role.items()]
    rivals.sort(key=lambda one: (-one.confidence, order.get(one.value, len(order)), one.value))
    return Attribute("role", tuple(rivals)) if rivals else None


def _rival(name: str, said: list[Voice]) -> Rival:
    best = sorted(said, key=lambda voice: (-voice.confidence, voice.reason))
    reasons = list(dict.fromkeys(voice.reason for voice in best))
    evidence = sorted({voice.evidence for voice in said if voice.evidence.seen_ns}, key=lambda one: (one.seen_ns, one))
    return Rival(name, round(best[0].confidence, 3), tuple(evidence), "; ".join(reasons))


def purdue_level(given: Attribute) -> Attribute | None:
    """The attribute `purdue_level` that follows from a role; None where the role stands on many levels. Rival roles give rival levels."""
    levels = purdue_levels()
    rivals: dict[str, Rival] = {}
    if not levels.get(given.value):
        return None
    for one in given.rivals:
        level = levels.get(one.value, "")
        if level and level not in rivals:
            rivals[level] = one._replace(value=level, reason=f"{one.value}: {one.reason}")
    return Attribute("purdue_level", tuple(rivals.values()))
