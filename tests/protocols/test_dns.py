"""DNS: names that are asked for, addresses that are given. Goldens: `dns.hex`."""

from pathlib import Path

from fieldwatch.facts import Effect
from fieldwatch.protocols import dns
from fieldwatch.protocols._golden import Goldens
from fieldwatch.protocols._protocol import Distinct, Side, Value

GOLDENS = Goldens(Path(__file__).with_name("dns.hex"), dns.PROTOCOL)


def test_a_name_is_class_and_its_address_a_value() -> None:
    reading = GOLDENS.read("a name and its address")
    ((_, done),) = reading.done
    assert (done.name, done.effect, done.values, done.result) == ("Query", Effect.DISCOVER, (("A", "10.0.0.9"),), "ok")
    assert "hmi4.plant" in done.object
    assert Value(Side.ANSWER, 40, 4) in reading.marks
    assert reading.distinct == Distinct(Side.REQUEST, 12, 16)


def test_a_refusal_is_the_result() -> None:
    ((_, done),) = GOLDENS.read("no such name").done
    assert done.result not in ("", "ok")


def test_an_update_configures() -> None:
    assert [done.effect for _, done in GOLDENS.read("an update").done] == [Effect.CONFIGURE]
    assert [unread.function for _, unread, _ in GOLDENS.read("an unknown opcode").unread] == ["opcode 11"]


def test_broken_rules_are_facts() -> None:
    assert GOLDENS.read("a name that points to itself").broken != []
    assert GOLDENS.read("more records than there are").broken != []
