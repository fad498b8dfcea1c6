"""LLMNR: hosts that answer to a name. Goldens: `llmnr.hex`."""

from pathlib import Path

from fieldwatch.protocols import llmnr
from fieldwatch.protocols._golden import Goldens

GOLDENS = Goldens(Path(__file__).with_name("llmnr.hex"), llmnr.PROTOCOL)


def test_who_answers_has_the_name() -> None:
    assert [(claim.attribute, claim.value) for _, claim in GOLDENS.read("a name and who has it").claims] == [("host_name", "hmi4")]
    assert GOLDENS.read("nobody answers").claims == []


def test_a_question_is_a_discovery() -> None:
    ((_, done),) = GOLDENS.read("nobody answers").done
    assert (done.name, "hmi5" in done.object, done.result) == ("Query", True, "")


def test_a_loop_of_names_is_a_broken_rule() -> None:
    assert GOLDENS.read("a loop").broken != []
