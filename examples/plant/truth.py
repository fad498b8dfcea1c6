"""The truth of a recording: what was configured and what the actors wrote down. The capture is not read for it.

`assets[].identity` is everything that the stack is configured to say; `assets[].told` is what of it this run brought to the wire: what
daemons announce by themselves, and what the journal says was asked and answered. A gateway's units stand in both under `modbus unit N`.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import works

ANNOUNCED = ("lldp", "dhcp", "pn_dcp")
"""Protocols whose devices tell who they are without being asked."""

Told = Mapping[str, Mapping[str, set[str]]]


def journal(folder: Path) -> list[dict[str, Any]]:
    """Every actor's lines, in order of time."""
    lines = [json.loads(line) for path in sorted(folder.glob("*.jsonl")) for line in path.read_text(encoding="utf-8").splitlines()]
    return sorted(lines, key=lambda line: (line["time"], line["source"]))


def identities(host: works.Host) -> dict[str, dict[str, str]]:
    """What that host is configured to say, units of a gateway included."""
    own = {protocol: dict(said) for protocol, said in host.says.items()}
    return own | {f"modbus unit {unit}": dict(said) for unit, said in host.units.items()}


def told(operations: Iterable[Mapping[str, Any]]) -> Told:
    """By host and protocol, the attributes that some answer carried."""
    known: defaultdict[str, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for host in works.HOSTS:
        for protocol in ANNOUNCED:
            if protocol in host.says:
                known[host.name][protocol] |= host.says[protocol].keys()
    for operation in operations:
        for teller, protocols in operation["tells"].items():
            said = identities(works.BY_NAME[teller])
            for protocol, names in protocols.items():
                known[teller][protocol] |= set(names or said.get(protocol, {})) & said.get(protocol, {}).keys()
    return known


def asset(host: works.Host, known: Told) -> dict[str, Any]:
    said = known.get(host.name, {})
    return {
        "name": host.name,
        "ip": host.ip,
        "mac": host.mac,
        "role": host.role,
        "purdue_level": host.purdue_level,
        "maker_by_mac": host.maker,
        "identity": identities(host),
        "told": {protocol: sorted(names) for protocol, names in sorted(said.items()) if names},
    }


def truth(operations: Sequence[Mapping[str, Any]], recording: Mapping[str, Any]) -> dict[str, Any]:
    """The whole document."""
    known = told(operations)
    return {
        "plant": works.NAME,
        "subnet": works.SUBNET,
        **recording,
        "operations_by_label": dict(Counter(line["label"] for line in operations)),
        "operations_by_technique": dict(sorted(Counter(line["technique"] for line in operations if line["technique"]).items())),
        "assets": [asset(host, known) for host in works.HOSTS],
        "operations": [{key: value for key, value in line.items() if key != "tells"} for line in operations],
    }


def write(path: Path, document: Mapping[str, Any]) -> None:
    """One line for each asset and operation: a change of one shows as one line."""
    parts = []
    for key, value in document.items():
        rows = ",\n".join(f"  {json.dumps(row)}" for row in value) if isinstance(value, list) else ""
        parts.append(f" {json.dumps(key)}: " + (f"[\n{rows}\n ]" if isinstance(value, list) else json.dumps(value)))
    path.write_text("{\n" + ",\n".join(parts) + "\n}\n", encoding="utf-8")
