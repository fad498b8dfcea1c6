"""In which zone an asset stands, where nobody chose one: that of the smallest subnet that holds one of its addresses."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from fieldwatch.store import models

Key = tuple[int, int, int]
"""Version, length of the prefix, and the network's bits before it."""


class Subnets:
    """The subnets of a site that have a zone, to look addresses up in."""

    def __init__(self, site: int) -> None:
        self._zones: dict[Key, int] = {}
        rows = models.Subnet.objects.filter(site=site, zone__isnull=False).order_by("pk").values_list("network", "zone_id")
        for text, zone in rows:
            try:
                network = ipaddress.ip_network(text.strip(), strict=False)
            except ValueError:
                continue  # what is no network holds no address
            bits = network.max_prefixlen - network.prefixlen
            self._zones[network.version, network.prefixlen, int(network.network_address) >> bits] = zone
        self._prefixes = sorted({(version, length) for version, length, _ in self._zones}, reverse=True)

    def zone(self, ips: Iterable[str]) -> int | None:
        """The zone of the smallest subnet that holds one of these addresses; None where there is none."""
        found = [match for ip in ips if (match := self._match(ip)) is not None]
        return max(found)[1] if found else None

    def _match(self, ip: str) -> tuple[int, int] | None:
        if not self._prefixes:
            return None
        try:
            address = ipaddress.ip_address(ip.partition("%")[0])
        except ValueError:
            return None
        for version, length in self._prefixes:
            if version == address.version:
                zone = self._zones.get((version, length, int(address) >> (address.max_prefixlen - length)))
                if zone is not None:
                    return length, zone
        return None
