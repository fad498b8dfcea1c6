"""Role and Purdue level, with the reason."""

from __future__ import annotations

from fieldwatch.facts import Effect, Evidence
from fieldwatch.inventory.asset import Attribute
from fieldwatch.inventory.attributes import Voice
from fieldwatch.inventory.role import DOES, FORWARDS, Activity, forwarding, purdue_level, role
from fieldwatch.library.roles import telling_effects

READ = {Effect.READ}


def said(value: str, confidence: float, reason: str, seen_ns: int = 1) -> Voice:
    return Voice("role", value, confidence, Evidence("capture", (), seen_ns, "cip"), reason)


def judged(activity: Activity) -> Attribute | None:
    return role(activity.voices())


def test_the_surest_sign_gives_the_role_and_every_reason_is_told() -> None:
    found = role([said("Controller", 0.5, "answers modbus"), said("PLC", 0.9, "model 1756-L61"), said("PLC", 0.95, "device type")])
    assert found is not None
    assert (found.value, found.confidence, found.reason) == ("PLC", 0.95, "device type; model 1756-L61")
    assert [one.value for one in found.rivals] == ["PLC", "Controller"]


def test_among_equals_the_more_special_role_is_shown() -> None:
    found = role([said("Controller", 0.5, "a"), said("PLC", 0.5, "b")])
    assert found is not None
    assert found.value == "PLC"


def test_no_sign_no_role() -> None:
    assert role([]) is None


def test_level_follows_from_the_role() -> None:
    found = role([said("PLC", 0.9, "model"), said("HMI", 0.4, "asks"), said("RTU", 0.3, "answers")])
    assert found is not None
    level = purdue_level(found)
    assert level is not None
    assert (level.value, level.confidence, level.reason) == ("1", 0.9, "PLC: model")
    assert [one.value for one in level.rivals] == ["1", "2"]


def test_a_role_of_many_levels_leaves_the_level_unknown() -> None:
    found = role([said("Switch", 0.9, "lldp"), said("PLC", 0.3, "answers")])
    assert found is not None
    assert purdue_level(found) is None


def test_who_answers_a_control_protocol_is_a_controller() -> None:
    activity = Activity()
    activity.answered("modbus", "10.0.0.9", 5)
    found = judged(activity)
    assert found is not None
    assert (found.value, found.reason) == ("Controller", "answers modbus")
    assert found.evidence[0].seen_ns == 5


def test_who_asks_few_is_an_hmi_and_who_asks_many_is_scada() -> None:
    activity = Activity()
    for peer in ("a", "b"):
        activity.asked("modbus", READ, peer, 1)
    found = judged(activity)
    assert found is not None
    assert (found.value, found.reason) == ("HMI", "asks 2 devices in modbus")
    activity.asked("modbus", READ, "c", 1)
    found = judged(activity)
    assert found is not None
    assert (found.value, found.reason) == ("SCADA server", "asks 3 devices in modbus")


def test_looking_round_says_nothing() -> None:
    activity = Activity()
    for peer in "abcdef":
        activity.asked("modbus", {Effect.IDENTIFY, Effect.DISCOVER}, peer, 1)
    assert judged(activity) is None


def test_who_loads_programs_is_an_engineering_workstation() -> None:
    activity = Activity()
    activity.asked("s7comm", {Effect.READ, Effect.PROGRAM_DOWNLOAD}, "plc", 7)
    found = judged(activity)
    assert found is not None
    assert (found.value, found.reason) == ("Engineering workstation", "loads programs into 1 device")
    level = purdue_level(found)
    assert level is not None
    assert level.value == "3"


def test_every_effect_that_tells_a_role_has_words() -> None:
    assert set(DOES) == telling_effects()


def test_the_same_conversation_twice_changes_nothing() -> None:
    once, twice = Activity(), Activity()
    once.asked("modbus", READ, "a", 3)
    for seen_ns in (3, 9, 3):
        twice.asked("modbus", READ, "a", seen_ns)
    assert list(once.voices()) == list(twice.voices())


def test_forwarding_makes_a_router() -> None:
    assert [voice.confidence for voice in forwarding([], FORWARDS, False)] == [0.8]
    assert [voice.confidence for voice in forwarding([], 1, True)] == [0.5]
    assert list(forwarding(["00:1d:9c:00:00:01"], FORWARDS - 1, False)) == []
    assert [voice.reason for voice in forwarding([], 1, False, counted_down=True)] == ["sends packets whose TTL a router has counted down"]
    assert [voice.value for voice in forwarding(["00:00:5e:00:01:01"], 0, False)] == ["Router"]
