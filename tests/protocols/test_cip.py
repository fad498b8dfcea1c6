"""CIP: services on objects and tags, routed, packed and on connections. Goldens: `cip.hex`."""

from pathlib import Path

import pytest

from fieldwatch.facts import Effect
from fieldwatch.protocols import cip
from fieldwatch.protocols._golden import Goldens
from fieldwatch.protocols._protocol import Scope, Side, Value
from fieldwatch.protocols._reading import Registry

GOLDENS = Goldens(Path(__file__).with_name("cip.hex"), cip.PROTOCOL, Registry([cip.PROTOCOL]))


def said(golden: str) -> dict[str, tuple[str, str]]:
    return {claim.attribute: (claim.value, claim.component) for _, claim in GOLDENS.read(golden).claims}


def test_identity_is_claimed_whole_or_in_part() -> None:
    claims = said("identity, all attributes")
    assert claims["device_type"] == ("Communications Adapter", "")
    assert (claims["firmware"], claims["serial_number"], claims["model"]) == (("10.003", ""), ("0x01020304", ""), ("1756-EN2", ""))
    assert said("identity, one attribute") == {"model": ("1756-EN2", "")}


def test_a_module_behind_the_backplane_is_a_component() -> None:
    assert said("identity through the backplane")["model"] == ("1756-L61", "slot 3")


@pytest.mark.parametrize(
    ("golden", "effect", "object", "values", "result"),
    [
        ("read a tag", Effect.READ, "Level1", (("value", "42"),), "ok"),
        ("read an array of reals", Effect.READ, "Temps 2 elements", (("0", "1"), ("1", "2")), "ok"),
        ("write a tag", Effect.WRITE, "Setpoint", (("value", "42"),), "ok"),
    ],
)
def test_tags_are_read_and_written(golden: str, effect: Effect, object: str, values: object, result: str) -> None:
    ((_, done),) = GOLDENS.read(golden).done
    assert (done.effect, done.object, done.values, done.result) == (effect, object, values, result)


def test_a_refusal_is_the_result() -> None:
    ((_, done),) = GOLDENS.read("write refused").done
    assert (done.effect, done.values) == (Effect.WRITE, (("value", "42"),))
    assert done.result not in ("", "ok")


def test_what_changes_a_device_has_its_effect() -> None:
    assert [done.effect for _, done in GOLDENS.read("reset").done] == [Effect.RESET]
    assert [done.effect for _, done in GOLDENS.read("set an attribute").done] == [Effect.CONFIGURE]


def test_each_service_of_a_packet_is_its_own() -> None:
    reading = GOLDENS.read("multiple services")
    assert [(done.object, done.values) for _, done in reading.done] == [("Level1", (("value", "1"),)), ("Level2", (("value", "2"),))]
    assert [mark for mark in reading.marks if mark.side == Side.ANSWER] == [
        Value(Side.ANSWER, 16, 4, "little"),
        Value(Side.ANSWER, 26, 4, "little"),
    ]


def test_a_connection_opens_a_context_under_both_ids() -> None:
    opens = GOLDENS.read("forward open of a class 3 connection").opens
    assert [(name, opened.key.hex(), opened.scope) for name, opened in opens] == [
        ("enip", "aabbccdd", Scope.HOSTS),
        ("enip", "11110000", Scope.HOSTS),
    ]
    assert {opened.value for _, opened in opens} == {("slot 0", "Message Router 1", "class 3")}


def test_what_does_not_fit_is_said() -> None:
    assert [rule.reason for _, rule in GOLDENS.read("multiple services, lying offset").broken] == ["packet offset"]
    assert [rule.reason for _, rule in GOLDENS.read("an unknown path segment").broken] == ["path segment"]
    assert [rule.reason for _, rule in GOLDENS.read("a reply to another service").broken] == ["reply service"]
    assert [unread.function for _, unread, _ in GOLDENS.read("an unknown service").unread] == ["service 0x6f on Identity 1"]
    assert [unread.reason for _, unread, _ in GOLDENS.read("an answer alone").unread] == ["the request was not seen"]
