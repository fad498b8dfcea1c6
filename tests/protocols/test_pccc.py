"""PCCC: older Rockwell controllers. Goldens: `cip-pccc.hex`."""

from pathlib import Path

import pytest

from fieldwatch.facts import Effect
from fieldwatch.protocols import pccc
from fieldwatch.protocols._golden import Goldens

GOLDENS = Goldens(Path(__file__).with_name("cip-pccc.hex"), pccc.PROTOCOL)


@pytest.mark.parametrize(
    ("golden", "effect", "object", "values", "result"),
    [
        ("read an integer", Effect.READ, "N7:0 2 bytes", (), "ok"),
        ("read far away", Effect.READ, "N300:256 2 bytes", (), "ok"),
        ("write an integer", Effect.WRITE, "N7:5 2 bytes", (("value", "42"),), "ok"),
        ("write bits under a mask", Effect.WRITE, "B3:1 2 bytes", (("mask", "0f00"), ("value", "5")), "ok"),
        ("write refused", Effect.WRITE, "N7:5 2 bytes", (("value", "42"),), "status 0xf0: 0x07"),
        ("change the mode", Effect.MODE, "remote program", (), "ok"),
        ("disable forces", Effect.FORCE, "", (), ""),
        ("disable outputs", Effect.STOP, "", (), ""),
        ("a plain write", Effect.WRITE, "", (), ""),
    ],
)
def test_each_command_has_its_effect(golden: str, effect: Effect, object: str, values: object, result: str) -> None:
    ((_, done),) = GOLDENS.read(golden).done
    assert (done.effect, done.object, done.values, done.result) == (effect, object, values, result)


def test_the_status_names_the_controller() -> None:
    reading = GOLDENS.read("diagnostic status")
    assert [(claim.attribute, claim.value) for _, claim in reading.claims] == [("model", "1747-L542")]
    assert [done.effect for _, done in reading.done] == [Effect.IDENTIFY]


def test_what_does_not_fit_is_said() -> None:
    assert [unread.function for _, unread, _ in GOLDENS.read("an unknown function").unread] == ["command 0x0f function 0xe0"]
    assert [unread.reason for _, unread, _ in GOLDENS.read("a reply alone").unread] == ["the request was not seen"]
    assert [rule.reason for _, rule in GOLDENS.read("a reply in the place of a request").broken] == ["reply bit"]
    cut = GOLDENS.read("cut in the address")
    assert [done.effect for _, done in cut.done] == [Effect.WRITE]
    assert [rule.reason for _, rule in cut.broken] == ["truncated"]
