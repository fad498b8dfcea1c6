"""Numbers that registries give to makers and kinds of devices, and their names as registered.

Each registry is a data file beside this module; it is read when the first number is asked for.
"""

from __future__ import annotations

from fieldwatch.library.oui import oui
from fieldwatch.library.table import names

__all__ = ["bacnet_vendor", "cip_device_type", "cip_vendor", "oui", "profinet_vendor"]


def _named(registry: str, number: int) -> str | None:
    """The name, or None where the number is not given to anybody."""
    name = names(registry).get(number)
    return None if name is None or name.startswith("Reserved") else name


def cip_vendor(number: int) -> str | None:
    """The maker of a CIP vendor ID (ODVA), as registered."""
    return _named("cip_vendors.tsv", number)


def cip_device_type(number: int) -> str | None:
    """The kind of device of a CIP device type (ODVA device profiles)."""
    return _named("cip_device_types.tsv", number)


def bacnet_vendor(number: int) -> str | None:
    """The maker of a BACnet vendor identifier (ASHRAE), as registered."""
    return _named("bacnet_vendors.tsv", number)


def profinet_vendor(number: int) -> str | None:
    """The maker of a PROFIBUS/PROFINET manufacturer ID (PI); the table is short, for the list of PI may not be republished."""
    return _named("profinet_vendors.tsv", number)
