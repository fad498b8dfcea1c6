"""What the ends of conversations are called: by the asset that they belong to, with its name where it has one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fieldwatch.facts import Subject
    from fieldwatch.inventory import Asset
    from fieldwatch.pipeline import Result


class Names:
    """The assets of a result by id, and the words for each end. All text is as the network sent it: escape it before it is shown."""

    def __init__(self, result: Result) -> None:
        self.home = result.inventory.home
        self.assets = {asset.id: asset for asset in result.inventory.assets}

    def asset(self, end: Subject) -> Asset | None:
        """The asset that the end belongs to; None for groups and for what was never seen to send."""
        return self.assets.get(self.home.get(end._replace(component=""), ""))

    def key(self, end: Subject) -> str:
        """What is the same for all ends of one asset: its id, else the end's own address."""
        asset = self.asset(end)
        return asset.id if asset else end.ip or end.mac

    def of(self, end: Subject) -> str:
        """`PLC-7 (10.0.0.10) unit 3`, or the address alone."""
        asset = self.asset(end)
        address = end.ip or end.mac
        name = asset.value("name") if asset else ""
        words = f"{name} ({address})" if name and name != address else address
        return f"{words} {end.component}" if end.component else words


def address(asset: Asset) -> str:
    """The first address of an asset that a person would type: IPv4 before IPv6 before MAC."""
    return min(asset.ips, key=lambda ip: (":" in ip, len(ip), ip), default="") or next(iter(asset.macs), asset.id)
