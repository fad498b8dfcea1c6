"""NetBIOS names of hosts and groups. Goldens: `nbns.hex`."""

from pathlib import Path

from fieldwatch.facts import Effect
from fieldwatch.protocols import nbns
from fieldwatch.protocols._golden import Goldens

GOLDENS = Goldens(Path(__file__).with_name("nbns.hex"), nbns.PROTOCOL)


def said(golden: str) -> list[tuple[str, str, str]]:
    return [(claim.attribute, claim.value, claim.ip) for _, claim in GOLDENS.read(golden).claims]


def test_a_host_registers_its_name_and_its_group() -> None:
    assert said("registration of a host") == [("host_name", "HMI4", "")]
    assert said("registration of a group") == [("workgroup", "PLANT", "")]


def test_an_answer_says_who_has_the_name() -> None:
    assert said("query") == [("host_name", "HMI4", "10.0.0.9")]
    ((_, done),) = GOLDENS.read("query").done
    assert (done.name, done.object, done.result) == ("Name query", "HMI4<20>", "ok")


def test_a_node_lists_its_names() -> None:
    assert said("node status") == [("host_name", "HMI4", ""), ("workgroup", "PLANT", "")]
    ((_, done),) = GOLDENS.read("node status").done
    assert (done.effect, done.technique) == (Effect.IDENTIFY, "T0888")


def test_what_does_not_fit_is_said() -> None:
    assert [done.object for _, done in GOLDENS.read("a name of other letters").done] == [""]
    assert [unread.function for _, unread, _ in GOLDENS.read("an unknown opcode").unread] == ["opcode 3"]
