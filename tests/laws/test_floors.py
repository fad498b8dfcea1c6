"""The floors of the house: a part imports only parts on lower floors; a new arrow is a change to these tables."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

HOUSE = Path(__file__).resolve().parents[2] / "src" / "fieldwatch"

FLOORS = {
    "facts": 1,
    "protocols": 2, "library": 2, "wire": 2,
    "inventory": 3, "vulnerabilities": 3,
    "network": 4, "soc": 4,
    "risk": 5, "detection": 5, "access": 5, "query": 5,
    "store": 6,
    "pipeline": 7, "sensor": 7,
    "cli": 8, "server": 8, "__main__": 8,
}  # fmt: skip
"""Part -> floor. `__main__` is the door that `python -m` opens."""

SAME_FLOOR = {("protocols", "library"), ("vulnerabilities", "inventory"), ("sensor", "pipeline"), ("__main__", "cli"), ("cli", "server")}
"""Arrows on one floor: protocols name makers from the registries; findings are about assets; the sensor is the pipeline at the edge;
`-m` opens the terminal; the terminal starts the server."""

REACH_OUT = frozenset(
    {
        "socket",
        "ssl",
        "subprocess",
        "urllib",
        "http",
        "socketserver",
        "ftplib",
        "smtplib",
        "telnetlib",
        "xmlrpc",
        "asyncio",
        "httpx",
        "requests",
    }
)
"""Modules of the standard library, and packages, that open connections or start programs."""

HARMLESS = ("urllib.parse",)
"""Modules of such packages that only read text."""

EDGE_FILES: frozenset[str] = frozenset(
    {
        "vulnerabilities/feeds/fetch.py",  # advisories, from where the operator says
        "pipeline/child.py",  # starts the reader of captures, which has no network
        "sensor/enrol.py", "sensor/centre.py",  # the sensor to its centre
        "sensor/offloads.py",  # asks the kernel about an interface, by a socket that is never connected
        "server/serving.py", "server/sensors/door.py", "server/sensors/peer.py", "server/api/live.py",  # the listening sockets
        "server/sensors/authority.py",  # client certificates of sensors: contexts of TLS, no connection
        "server/accounts/directory.py",  # the organisation's directory
        "server/accounts/openid/adapter.py",  # the organisation's provider of sign-in
        "server/api/webhooks.py",  # tells other systems
        "store/snapshot.py",  # starts pg_dump and pg_restore
        "cli/serve.py",  # starts the worker
    }
)  # fmt: skip
"""Files that may import them, as paths below `fieldwatch`. Live capture reaches the network in the native core."""


class Import(NamedTuple):
    """A module that a file imports, with the line."""

    file: str
    line: int
    module: str


def files() -> list[Path]:
    return sorted(HOUSE.rglob("*.py"))


def imports(file: Path) -> Iterator[Import]:
    name = file.relative_to(HOUSE).as_posix()
    package = ["fieldwatch", *file.relative_to(HOUSE).parent.parts]
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(name, node.lineno, alias.name)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:
                yield Import(name, node.lineno, f"{module}.{alias.name}")


def part(path: str) -> str:
    """The part that a file (`protocols/modbus.py`) or a module below `fieldwatch` (`protocols.modbus`) belongs to."""
    return path.replace("/", ".").removesuffix(".py").split(".")[0]


ALL = [found for file in files() for found in imports(file)]
INSIDE = [one for one in ALL if one.module.startswith("fieldwatch.")]


def test_every_part_has_a_floor() -> None:
    parts = {part(file.relative_to(HOUSE).as_posix()) for file in files()} - {"__init__"}
    assert parts
    assert parts <= set(FLOORS)


def test_parts_import_only_lower_floors() -> None:
    wrong = []
    for one in INSIDE:
        here, there = part(one.file), part(one.module.removeprefix("fieldwatch."))
        if here == "__init__" or there not in FLOORS:  # the package itself: its version
            continue
        if here != there and FLOORS[there] >= FLOORS[here] and (here, there) not in SAME_FLOOR:
            wrong.append(one)
    assert wrong == []


def test_facts_import_the_standard_library_only() -> None:
    outside = [one for one in ALL if part(one.file) == "facts" and not one.module.startswith("fieldwatch.facts")]
    assert outside == [] or all(one.module.split(".")[0] in sys.stdlib_module_names for one in outside)


def test_protocols_never_import_each_other() -> None:
    """Files with a leading underscore are the contract and what several protocols share; so is the package's front."""
    siblings = [
        one
        for one in INSIDE
        if one.module.startswith("fieldwatch.protocols.")
        and part(one.file) == "protocols"
        and one.file != "protocols/__init__.py"
        and (HOUSE / "protocols" / f"{one.module.split('.')[2]}.py").exists()
        and not one.module.split(".")[2].startswith("_")
    ]
    assert siblings == []


def test_only_edge_files_reach_out() -> None:
    found = {one.file for one in ALL if one.module.split(".")[0] in REACH_OUT and not one.module.startswith(HARMLESS)}
    assert found == EDGE_FILES


def test_the_reader_of_imports_sees_every_form(tmp_path: Path) -> None:
    """Without this, a test that finds nothing would pass for ever."""
    source = "import socket as s, http.client\nfrom urllib import request\ndef late():\n    from subprocess import run\n"
    file = HOUSE / "facts" / "__init__.py"
    assert any(one.module == "fieldwatch.facts.effect.Effect" for one in imports(file))
    found = [node for node in ast.walk(ast.parse(source)) if isinstance(node, (ast.Import, ast.ImportFrom))]
    assert len(found) == 3
