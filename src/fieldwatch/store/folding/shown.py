"""The columns of an asset's row, and the rows of its attributes, from what was folded."""

from __future__ import annotations

import json
from functools import cache, lru_cache
from hashlib import blake2b
from typing import Any

from fieldwatch.facts import Evidence
from fieldwatch.inventory import Asset, Inventory, Rival
from fieldwatch.library.gazetteer import Gazetteer
from fieldwatch.library.identity import Identity
from fieldwatch.library.makers import maker
from fieldwatch.library.oui import oui
from fieldwatch.library.resolve import resolve
from fieldwatch.store.folding.kind import kind
from fieldwatch.store.folding.observed import Observed, address, order
from fieldwatch.vulnerabilities.assess import identity

COLUMNS = {
    "name": "name",
    "vendor": "vendor",
    "model": "model",
    "order_number": "order_number",
    "hardware_version": "hardware",
    "firmware": "firmware",
    "serial_number": "serial_number",
    "os": "os",
    "role": "role",
    "mode": "run_state",
}
"""Attribute -> column of the row."""

SHORT = {"role": 64, "run_state": 64, "ip": 45, "mac": 17}
"""Characters of columns that are not free text."""

FIRST, LAST = 8, 2
"""Proofs of a value that are kept: the first and the last ones."""

MOST_RIVALS = 100
"""Values of one attribute that are kept, the best ones."""

MOST_LISTED = 500
"""Addresses of one asset that stand in its row."""


def columns(asset: Asset, whole: Asset | None, observed: Observed) -> dict[str, Any]:
    """What a row shows of an asset (`whole`: the asset that it is a part of), without what people decide and without its place."""
    ip = address(asset, observed)
    found: dict[str, Any] = {column: asset.value(attribute) for attribute, column in COLUMNS.items()}
    found |= {
        "handle": asset.id,
        "component": asset.component,
        "kind": asset.value("kind") or kind(asset.value("role")),
        "level": level(asset.value("purdue_level")),
        "family": asset.value("family") or family(asset, whole),
        "ip": ip,
        "ip_order": order(ip) or _behind(asset, whole, observed),
        "mac": asset.macs[0] if asset.macs else "",
        "nic_vendor": nic_vendor(asset.macs),
        "ips": list(asset.ips[:MOST_LISTED]),
        "macs": list(asset.macs[:MOST_LISTED]),
        "vlans": list(asset.vlans[:MOST_LISTED]),
        "protocols": list(asset.protocols),
        "services": list(observed.services.get(asset.id, ())),
        "sensors": list(observed.sensors.get(asset.id, ())),
        "first_ns": asset.first_ns if asset.last_ns >= 0 else 0,
        "last_ns": max(asset.last_ns, 0),
    }
    return found | {name: found[name][:most] for name, most in SHORT.items()}


def level(text: str) -> int:
    """A Purdue level in tenths; -1 where it is not known."""
    try:
        tenths = round(float(text) * 10)
    except (ValueError, OverflowError):
        return -1
    return tenths if 0 <= tenths <= 50 else -1


def nic_vendor(macs: tuple[str, ...]) -> str:
    """Who made the interface of the first address that is registered."""
    return next((maker(name) for mac in macs if (name := oui(mac))), "")


def _behind(part: Asset, whole: Asset | None, observed: Observed) -> str:
    """Where a part without an address stands in the order of addresses: behind its whole."""
    return f"{order(address(whole, observed))}/{part.component}"[:48] if whole is not None else ""


def family(asset: Asset, whole: Asset | None) -> str:
    """The widest name of its product, as the library knows it; "" where nothing says what product it is."""
    inventory = Inventory((whole,) if whole else (), {}, (), ())
    asked = identity(asset, inventory)
    return _family(asked._replace(serial_number="", firmware="")) if asked.product or asked.order_number else ""


@cache
def _gazetteer() -> Gazetteer:
    return Gazetteer(())


@lru_cache(maxsize=65536)
def _family(asked: Identity) -> str:
    return resolve(asked, _gazetteer())[0].family


ATTRIBUTE = ("name", "rank", "value", "confidence", "reason", "evidence", "proofs")
"""Columns of `AssetAttribute`, in the order of `attribute_rows`."""


def attribute_rows(asset: Asset, sources: dict[str, int]) -> list[dict[str, Any]]:
    """The values of all attributes with their evidence, as `AssetAttribute` has them; `sources`: id by identity."""
    return [
        {"name": attribute.name, "rank": rank, **value_row(rival, sources)}
        for attribute in asset.attributes
        if len(attribute.name) <= 64
        for rank, rival in enumerate(attribute.rivals[:MOST_RIVALS])
    ]


def value_row(rival: Rival, sources: dict[str, int]) -> dict[str, Any]:
    """One value with its evidence."""
    return {
        "value": rival.value,
        "confidence": rival.confidence,
        "reason": rival.reason,
        "evidence": proofs(rival.evidence, sources),
        "proofs": len(rival.evidence),
    }


def proofs(evidence: tuple[Evidence, ...], sources: dict[str, int]) -> list[list[Any]]:
    """The first and the last proofs: source id (0 for none), seen_ns, protocol, spans."""
    kept = evidence if len(evidence) <= FIRST + LAST else evidence[:FIRST] + evidence[-LAST:]
    return [[sources.get(one.source, 0), one.seen_ns, one.protocol, [list(span) for span in one.spans]] for one in kept]


def digest(rows: list[dict[str, Any]]) -> bytes:
    """The same for the same rows."""
    return blake2b(json.dumps(rows, sort_keys=True).encode(), digest_size=16).digest()
