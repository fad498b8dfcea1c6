"""Which asset of today's fold is which row of yesterday: a device keeps its row through new addresses, and two rows may be found to be one.

A row goes to the folded asset that has, the strongest first: 1. one of its MAC addresses; 2. its handle; 3. a MAC address that it had;
4. its serial number; 5. where the row has no MAC address, its IP address (the row of an address that now shows who has it); where the
folded asset has none, too. The last two take in no row beside others, but for rows without a MAC address: all facts about an address go to
one asset of the fold, so such a row *is* that asset. Rows that went come back by 1 to 4.

All rows of one folded asset are one: the oldest stays, the others are merged into it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import NamedTuple

from fieldwatch.inventory import Asset


class Handle(IntEnum):
    """What a row was recognised by; the less, the surer."""

    MAC = 1
    ID = 2
    PAST_MAC = 3
    SERIAL = 4
    IP = 5


class Known(NamedTuple):
    """A row, as far as it is recognised by it; `past` are all addresses that it had."""

    pk: int
    handle: str
    macs: frozenset[str]
    ips: frozenset[str]
    past: frozenset[str]
    serial: str
    vendor: str
    is_gone: bool


class _Claim(NamedTuple):
    is_gone: bool
    by: Handle
    pk: int
    has_mac: bool


def recognise(assets: Sequence[Asset], rows: Iterable[Known]) -> dict[str, tuple[int, ...]]:
    """By handle of a folded asset, its rows: the one that stays first. Assets without a row are new; rows without an asset are gone."""
    index = _Index(assets)
    claims: dict[str, list[_Claim]] = {}
    for row in rows:
        found = index.find(row)
        if found is not None:
            by, handle = found
            claims.setdefault(handle, []).append(_Claim(row.is_gone, by, row.pk, bool(row.macs)))
    return {handle: _kept(some) for handle, some in claims.items()}


def _kept(claims: list[_Claim]) -> tuple[int, ...]:
    best = min(claims)
    if best.is_gone or best.by >= Handle.SERIAL:
        alone = best.is_gone or best.has_mac
        rows = [best] if alone else [one for one in claims if not one.is_gone and not one.has_mac]
    else:
        rows = [one for one in claims if not one.is_gone and (one.by < Handle.SERIAL or not one.has_mac)]
    return tuple(sorted(one.pk for one in rows))


class _Index:
    """The folded assets by what they are recognised by."""

    def __init__(self, assets: Sequence[Asset]) -> None:
        self.assets = {asset.id: asset for asset in assets}
        self.by_mac = {mac: asset.id for asset in assets for mac in asset.macs}
        self.by_ip: dict[str, list[str]] = {}
        self.by_serial: dict[str, list[str]] = {}
        for asset in assets:
            for ip in asset.ips:
                self.by_ip.setdefault(ip, []).append(asset.id)
            serial = asset.value("serial_number")
            if _tells(serial):
                self.by_serial.setdefault(serial, []).append(asset.id)

    def find(self, row: Known) -> tuple[Handle, str] | None:
        if found := self._by_macs(row, row.macs):
            return Handle.MAC, found
        if row.handle in self.assets:
            return Handle.ID, row.handle
        if found := self._by_macs(row, row.past):
            return Handle.PAST_MAC, found
        same = [one for one in self.by_serial.get(row.serial, ()) if self._may_be(row, one)]
        if len(same) == 1:
            return Handle.SERIAL, same[0]
        return None if row.is_gone else self._by_ip(row)

    def _by_macs(self, row: Known, macs: Iterable[str]) -> str:
        shared: dict[str, int] = {}
        for mac in macs:
            if mac in self.by_mac:
                shared[self.by_mac[mac]] = shared.get(self.by_mac[mac], 0) + 1
        return min(shared, key=lambda handle: (handle != row.handle, -shared[handle], handle), default="")

    def _may_be(self, row: Known, handle: str) -> bool:
        vendor = self.assets[handle].value("vendor")
        return not vendor or not row.vendor or vendor == row.vendor

    def _by_ip(self, row: Known) -> tuple[Handle, str] | None:
        ips = row.ips or row.past
        found = sorted({handle for ip in ips for handle in self.by_ip.get(ip, ()) if not row.macs or not self.assets[handle].macs})
        return (Handle.IP, found[0]) if found else None


def _tells(serial: str) -> bool:
    """Whether a serial number is more than a placeholder (the rule of `inventory.identity`)."""
    return len(set(serial.removeprefix("0x").strip("0 -"))) >= 3


def parts(children: Sequence[Asset], rows: Iterable[tuple[int, str]]) -> dict[str, tuple[int, ...]]:
    """The same for the parts of one asset, by component; a way (`net 3:8`) becomes the one device that was reached by it."""
    by_component: dict[str, list[int]] = {}
    for pk, component in sorted(rows):
        by_component.setdefault(component, []).append(pk)
    found: dict[str, tuple[int, ...]] = {}
    for child in children:
        way = child.component.partition(" via ")[2]
        held = by_component.pop(child.component, []) + (by_component.pop(way, []) if way else [])
        if held:
            found[child.component] = tuple(sorted(held))
    return found
