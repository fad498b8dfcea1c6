"""The units of systemd: what they start is understood by the program, systemd understands them, and nobody has rights that it needs not."""

from __future__ import annotations

import configparser
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from fieldwatch.cli.app import parser

ROOT = Path(__file__).resolve().parents[2]
UNITS = sorted((ROOT / "packaging" / "systemd").glob("*.service"))
PROGRAM = "/opt/fieldwatch/bin/fieldwatch"
SPECIFIERS = {"%I": "eth1", "%i": "eth1", "%S": "/var/lib", "%d": "/run/credentials", "${FIELDWATCH_CENTRE}": "https://centre:8485"}

TIGHT = {
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "ProtectProc": "invisible",
    "PrivateDevices": "yes",
    "PrivateTmp": "yes",
    "MemoryDenyWriteExecute": "yes",
    "RestrictSUIDSGID": "yes",
    "SystemCallArchitectures": "native",
}
"""What every unit says."""

MOST_EXPOSED = 2.5
"""Of 10, as `systemd-analyze security` counts."""


class Unit:
    """A unit's file; of a key that stands in it twice, both."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self.text = path.read_text(encoding="utf-8")
        self.first = configparser.RawConfigParser(strict=False)
        self.first.optionxform = str  # type: ignore[assignment, method-assign]
        self.first.read_string(self.text)

    def __getitem__(self, key: str) -> str:
        return self.first["Service"][key]

    def words(self) -> list[str]:
        """What it starts, with its specifiers filled in."""
        line = self["ExecStart"]
        for name, value in SPECIFIERS.items():
            line = line.replace(name, value)
        return shlex.split(line)


@pytest.fixture(params=UNITS, ids=lambda path: path.stem)
def unit(request: pytest.FixtureRequest) -> Unit:
    return Unit(request.param)


def test_there_are_units() -> None:
    assert [path.stem for path in UNITS] == ["fieldwatch-sensor@", "fieldwatch-serve", "fieldwatch-worker"]


def test_the_program_understands_what_a_unit_starts(unit: Unit) -> None:
    program, *words = unit.words()
    assert program == PROGRAM
    assert parser().parse_args(words).run
    assert not re.search(r"%\w|\$", " ".join(words))


def test_a_unit_is_tight(unit: Unit) -> None:
    assert {key: unit[key] for key in TIGHT} == TIGHT
    assert "@system-service" in unit.text
    assert unit["MemoryMax"].endswith("G")


def test_only_the_sensor_has_a_capability(unit: Unit) -> None:
    wanted = "CAP_NET_RAW" if "sensor" in unit.name else ""
    assert (unit["CapabilityBoundingSet"], unit["AmbientCapabilities"]) == (wanted, wanted)
    assert ("AF_PACKET" in unit["RestrictAddressFamilies"]) is bool(wanted)


def test_only_readers_of_captures_may_make_namespaces() -> None:
    """They leave the network by one of their own."""
    assert {one.name: one["RestrictNamespaces"] for one in map(Unit, UNITS)} == {
        "fieldwatch-sensor@.service": "yes",
        "fieldwatch-serve.service": "user net",
        "fieldwatch-worker.service": "user net",
    }


def test_systemd_understands_a_unit(unit: Unit, tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("needs systemd-analyze")
    for path in UNITS:  # the program is not installed here: another one stands in
        (tmp_path / path.name).write_text(path.read_text(encoding="utf-8").replace(PROGRAM, shutil.which("true") or ""))
    place = str(tmp_path / unit.name)
    verified = subprocess.run(["systemd-analyze", "verify", place], check=False, capture_output=True, text=True, timeout=60)
    assert (verified.returncode, verified.stdout + verified.stderr) == (0, "")
    told = subprocess.run(["systemd-analyze", "security", "--offline=yes", place], check=False, capture_output=True, text=True, timeout=60)
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", told.stdout)
    assert found, told.stderr
    assert float(found[1]) <= MOST_EXPOSED
