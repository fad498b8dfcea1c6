"""Whether an asset belongs to the plant (OT), to the office (IT), to the building's small devices (IoT), or to the network between them."""

from __future__ import annotations

KINDS = {
    "OT": (
        "PLC", "Safety controller", "RTU", "Protective relay", "Building controller", "Motion controller", "Remote I/O",
        "Communication module", "Protocol gateway", "Controller", "Power meter", "Drive", "Motor starter", "Sensor", "Actuator", "HMI",
        "SCADA server", "Building management workstation", "OPC UA server", "Engineering workstation", "Historian",
    ),
    "IoT": ("Camera", "UPS", "MQTT broker", "Printer"),
    "IT": ("Network management", "Domain controller", "Time server", "Server", "Workstation"),
    "network": ("Switch", "Router", "Firewall", "Access point"),
}  # fmt: skip
"""Own classification of the roles in `library/data/roles.tsv`."""

_OF = {role: kind for kind, roles in KINDS.items() for role in roles}


def kind(role: str) -> str:
    """The kind of a role; "" where the role is not known."""
    return _OF.get(role, "")
