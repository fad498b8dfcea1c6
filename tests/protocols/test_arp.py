"""ARP: who has which address. Goldens: `arp.hex`."""

from pathlib import Path

import pytest

from fieldwatch.facts import Effect
from fieldwatch.protocols import arp
from fieldwatch.protocols._golden import Goldens
from fieldwatch.protocols._protocol import Side

GOLDENS = Goldens(Path(__file__).with_name("arp.hex"), arp.PROTOCOL)


@pytest.mark.parametrize(
    ("golden", "name", "values"),
    [
        ("request", "ARP request", (("target", "10.0.0.2"),)),
        ("reply, padded", "ARP reply", (("target", "10.0.0.1"),)),
        ("probe", "ARP probe", (("target", "10.0.0.9"),)),
        ("announcement", "ARP announcement", ()),
    ],
)
def test_each_operation_has_its_name_and_whom_it_looks_for(golden: str, name: str, values: tuple[tuple[str, str], ...]) -> None:
    ((_, done),) = GOLDENS.read(golden).done
    assert (done.name, done.effect, done.values) == (name, Effect.DISCOVER, values)


def test_the_sender_has_its_address() -> None:
    ((_, claim),) = GOLDENS.read("reply, padded").claims
    assert (claim.attribute, claim.value, claim.mac) == ("ip_address", "10.0.0.2", "02:11:22:33:44:66")
    assert GOLDENS.read("probe").claims == []


def test_what_is_asked_for_is_a_value_and_padding_is_ignored() -> None:
    marks = GOLDENS.read("reply, padded").marks
    assert {(type(mark).__name__, mark.side, mark.offset, mark.length) for mark in marks} == {
        ("Ignored", Side.REQUEST, 28, 18),
        ("Value", Side.REQUEST, 18, 6),
        ("Value", Side.REQUEST, 24, 4),
    }


def test_what_cannot_be_read_says_why() -> None:
    assert [(rule.reason, rule.have) for _, rule in GOLDENS.read("wrong lengths of addresses").broken] == [("address lengths", "8 and 4")]
    assert [rule.reason for _, rule in GOLDENS.read("cut").broken] == ["truncated"]
    assert [unread.function for _, unread, _ in GOLDENS.read("reverse request").unread] == ["RARP request"]
    assert [unread.function for _, unread, _ in GOLDENS.read("not for IPv4").unread] == ["hardware 6 protocol 0x0806"]
