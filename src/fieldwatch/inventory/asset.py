"""What the fold returns: assets, their attributes, and for each attribute every rival value."""

from __future__ import annotations

from typing import NamedTuple

from fieldwatch.facts import Claim, Evidence, Subject

SHOWN = ("name", "vendor", "model", "order_number", "firmware", "hardware_version", "serial_number", "os", "role", "purdue_level")
"""The attributes that every asset has a place for; an asset may have others (any attribute that is claimed)."""


class Rival(NamedTuple):
    """One value of an attribute: how much it is trusted (0 to 1), all its evidence in order of time, and why it is believed."""

    value: str
    confidence: float
    evidence: tuple[Evidence, ...]
    reason: str


class Attribute(NamedTuple):
    """An attribute with all its rivals, best first; the first is the shown value."""

    name: str
    rivals: tuple[Rival, ...]

    @property
    def value(self) -> str:
        """The shown value."""
        return self.rivals[0].value

    @property
    def confidence(self) -> float:
        """How much the shown value is trusted, 0 to 1."""
        return self.rivals[0].confidence

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """All evidence of the shown value."""
        return self.rivals[0].evidence

    @property
    def reason(self) -> str:
        """Why the shown value is believed."""
        return self.rivals[0].reason


class Asset(NamedTuple):
    """A device, or a part of one (then `parent` is the id of the whole, and `component` says which part).

    The id is the least MAC address of the asset, else its least IP address; a child's is its parent's, a slash and the component.
    """

    id: str
    parent: str
    component: str
    attributes: tuple[Attribute, ...]
    ips: tuple[str, ...]
    macs: tuple[str, ...]
    vlans: tuple[int, ...]
    children: tuple[Asset, ...]
    protocols: tuple[str, ...]
    first_ns: int
    last_ns: int

    def attribute(self, name: str) -> Attribute | None:
        """The attribute of this name, if anything is known of it."""
        return next((one for one in self.attributes if one.name == name), None)

    def value(self, name: str) -> str:
        """The shown value of the attribute; "" where nothing is known."""
        found = self.attribute(name)
        return found.value if found else ""


class Inventory(NamedTuple):
    """All assets; where each end of a conversation belongs; and what could not become an asset.

    `home` maps ends (without component) to asset ids; an address that changed hands has its first holder. `silent` were spoken to and never
    seen to send. `unplaced` are claims about addresses of groups or about no address at all. `forged` are addresses in whose names a flood
    was sent, each with the MAC that sent it: no devices.
    """

    assets: tuple[Asset, ...]
    home: dict[Subject, str]
    silent: tuple[Subject, ...]
    unplaced: tuple[Claim, ...]
    forged: tuple[Subject, ...] = ()
