"""Roles, their Purdue levels, and the services that tell them."""

from __future__ import annotations

from fieldwatch.facts import Effect
from fieldwatch.library.roles import purdue_levels, services, telling_effects


def test_levels_are_those_of_the_model() -> None:
    assert set(purdue_levels().values()) <= {"", "0", "1", "2", "3", "3.5", "4", "5"}
    assert purdue_levels()["PLC"] == "1"
    assert purdue_levels()["Sensor"] == "0"
    assert purdue_levels()["HMI"] == "2"
    assert purdue_levels()["Engineering workstation"] == "3"
    assert purdue_levels()["Switch"] == ""


def test_a_special_role_stands_before_the_general_one() -> None:
    order = list(purdue_levels())
    assert order.index("PLC") < order.index("Controller")


def test_every_service_names_a_role_and_a_known_effect() -> None:
    rows = [row for found in services().values() for row in found]
    assert rows
    for row in rows:
        assert row.role in purdue_levels()
        assert row.end in {"asks", "answers"}
        assert row.effect == "" or row.effect in set(Effect)
        assert 0 < row.confidence < 1
        assert row.peers >= 1


def test_telling_effects_are_those_of_any_protocol() -> None:
    assert Effect.PROGRAM_DOWNLOAD in telling_effects()
    assert Effect.READ not in telling_effects()
