"""What was done to the plant, the gravest first."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from fieldwatch.cli.dangers import HIGH, JOURNAL, PRIORITIES, dangers
from fieldwatch.cli.names import Names
from fieldwatch.facts import DANGEROUS, Effect
from fieldwatch.pipeline import inspect

if TYPE_CHECKING:
    from tests.conftest import Capture


def test_every_dangerous_effect_has_a_priority() -> None:
    assert set(PRIORITIES) == DANGEROUS


def test_the_gravest_come_first_and_are_gathered(plant: Capture, tmp_path: Path) -> None:
    hmi, plc = ("10.0.0.5", 40000), ("10.0.0.10", 502)
    for number in range(3):
        register = bytes([0xFF, 6, 0, number, 0, 1])
        plant.modbus(hmi, plc, 200 + number, register, register)
    restart = bytes.fromhex("ff0800010000")
    plant.modbus(hmi, plc, 300, restart, restart)
    result = inspect([plant.write(tmp_path / "a.pcap")], fenced=False)
    reset, write = dangers(result.facts.operations, Names(result))
    assert (reset.effect, reset.priority, reset.times, reset.refused) == (Effect.RESET, HIGH, 1, 0)
    assert (write.effect, write.priority, write.times) == (Effect.WRITE, JOURNAL, 4)
    assert (write.actor.ip, write.target.ip) == ("10.0.0.5", "10.0.0.10")


def test_refusals_are_counted(plant: Capture, tmp_path: Path) -> None:
    plant.modbus(("10.0.0.5", 40000), ("10.0.0.10", 502), 300, bytes.fromhex("ff0600990001"), bytes.fromhex("ff8602"))
    result = inspect([plant.write(tmp_path / "a.pcap")], fenced=False)
    (write,) = dangers(result.facts.operations, Names(result))
    assert (write.times, write.refused) == (2, 1)
