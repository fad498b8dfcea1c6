"""From claims to attributes: every value that is claimed is a rival; the order among rivals is stated here.

The vendor is shown by its usual name, whatever the spelling (see `library.makers`); the claims keep the words that were said.

The order: the more trusted (see `library.trust`), then the latest seen (firmware changes), then the one with more evidence, then what
stands later in its message (Modbus gives the product's name, then the model's: the more special comes last), then by text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from fieldwatch.facts import Claim, Evidence
from fieldwatch.inventory.asset import Attribute, Rival
from fieldwatch.library.hints import hints
from fieldwatch.library.makers import maker
from fieldwatch.library.registries import profinet_vendor
from fieldwatch.library.trust import trust


class Source(NamedTuple):
    """A claimed attribute that gives a shown one, and how much of the trust is left on the way."""

    shown: str
    weight: float


SOURCES: dict[str, tuple[Source, ...]] = {
    "station_name": (Source("name", 1.0),),
    "device_name": (Source("name", 0.98),),
    "tag": (Source("name", 0.96),),
    "host_name": (Source("name", 0.95),),
    "fqdn": (Source("name", 0.9),),
    "type_of_station": (Source("model", 0.8),),
    "os_version": (Source("os", 0.6),),
}
"""Which claimed attributes stand for which shown ones. A claim of a shown attribute stands for itself."""

SOURCES_OF: dict[tuple[str, str], tuple[Source, ...]] = {
    ("modbus", "product_code"): (Source("model", 0.7), Source("order_number", 0.7)),
}
"""The same for attributes that mean so in one protocol only: [APP] 6.21 calls the catalogue number ProductCode, CIP a mere number."""

NO_NAMES = frozenset({"unknown", "none", "n/a", "null", "undefined", "default", "localhost", "localhost.localdomain", "noname", "not set"})
"""Words in the place of a name that name nobody; what was claimed is kept under its own attribute."""

CALLED = {"os": "operating system", "purdue_level": "Purdue level", "ip_address": "IP address", "mac_address": "MAC address"}
"""Attributes that are not simply called by their name."""

INFERRED = frozenset({"role"})
"""Claims that are not shown as they are: the role is inferred from them among others (see `role`)."""

PARTS = {"": 1.0, "module": 0.95, "hardware": 0.9, "firmware": 0.9}
"""Weight of what is said about a part of the device itself (a component without a number); of others, half."""

REGISTRIES = frozenset({"pn_dcp", "s7comm"})
"""Protocols whose `vendor_id` is a manufacturer ID of PI."""


def called(name: str) -> str:
    """`order_number` as people read it, in English."""
    return CALLED.get(name, name.replace("_", " "))


class Voice(NamedTuple):
    """One fact that speaks for a value."""

    attribute: str
    value: str
    confidence: float
    evidence: Evidence
    reason: str


def is_part(component: str) -> bool:
    """True for a component without a number (`module`, `bootloader`): a part of the device, not a device of its own."""
    return not any(letter.isdigit() for letter in component)


def voices(claims: Iterable[Claim]) -> Iterator[Voice]:
    """What the claims say, and what follows from it; roles too, for `role` to judge."""
    for subject, attribute, value, evidence in claims:
        if not value:
            continue
        protocol = evidence.protocol
        weight = PARTS.get(subject.component, 0.5) if is_part(subject.component) else 1.0
        sure = trust(protocol, attribute) * weight
        said = f"{protocol}: {attribute}" + (f" of {subject.component}" if subject.component else "")
        if attribute not in INFERRED:
            yield Voice(attribute, value, sure, evidence, said)
        for shown, left in (Source(attribute, 1.0), *SOURCES.get(attribute, ()), *SOURCES_OF.get((protocol, attribute), ())):
            if shown == "name" and value.casefold() in NO_NAMES:
                continue
            if shown != attribute:
                yield Voice(shown, value, sure * left, evidence, said)
            for hint in hints(protocol, shown, value):
                yield Voice(hint.says, hint.value, hint.confidence * weight * left, evidence, f"{said} {value}")
        if attribute == "vendor_id" and protocol in REGISTRIES:
            yield from _registered(value, sure, evidence, said)


def _registered(value: str, sure: float, evidence: Evidence, said: str) -> Iterator[Voice]:
    try:
        name = profinet_vendor(int(value, 0))
    except ValueError:
        return
    if name:
        yield Voice("vendor", name, sure * 0.98, evidence, f"{said} {value}")


def attributes(heard: Iterable[Voice]) -> tuple[Attribute, ...]:
    """The attributes by name, each with its rivals in the stated order."""
    by_value: dict[str, dict[str, list[Voice]]] = {}
    for voice in heard:
        known = _usual(voice) if voice.attribute == "vendor" else voice
        by_value.setdefault(known.attribute, {}).setdefault(known.value, []).append(known)
    return tuple(Attribute(name, _in_order(map(_rival, by_value[name].values()))) for name in sorted(by_value))


def _usual(voice: Voice) -> Voice:
    """The vendor by its usual name; the reason keeps the words."""
    name = maker(voice.value)
    return voice if name == voice.value else voice._replace(value=name, reason=f"{voice.reason}: {voice.value}")


def _rival(said: list[Voice]) -> Rival:
    """One value: as sure as its surest voice, with the evidence of all."""
    best = min(said, key=lambda voice: (-voice.confidence, voice.reason))
    evidence = sorted({voice.evidence for voice in said}, key=lambda one: (one.seen_ns, one))
    return Rival(best.value, round(best.confidence, 3), tuple(evidence), best.reason)


def _in_order(rivals: Iterable[Rival]) -> tuple[Rival, ...]:
    return tuple(sorted(rivals, key=lambda one: (-one.confidence, -_last(one), -len(one.evidence), -_place(one), one.value)))


def _last(rival: Rival) -> int:
    return rival.evidence[-1].seen_ns if rival.evidence else 0


def _place(rival: Rival) -> int:
    """Where in its frame the value was said last."""
    spans = rival.evidence[-1].spans if rival.evidence else ()
    return spans[-1].offset if spans else 0
