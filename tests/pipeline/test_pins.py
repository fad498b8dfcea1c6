"""Under which ends a conversation is told, and that they never change."""

from __future__ import annotations

from fieldwatch.pipeline.pins import HOLD_NS, Pin, Pins
from fieldwatch.pipeline.stream import Reader, Stream
from fieldwatch.protocols import registry
from fieldwatch.wire.rows import ConversationRow

NAMELESS = ""


def row(server_mac: str, *, first_ns: int = 0, last_ns: int = 0, server: str = "10.0.0.2", vlan: int = 0) -> ConversationRow:
    ends = (("10.0.0.1", "02:00:00:00:00:01"), (server, server_mac))
    moments = ((0, 1, first_ns), (0, 2, last_ns))
    return ConversationRow(*ends, vlan, "tcp", 502, None, (1, 0), (60, 0), *moments, (0, 0, 0, 1), [])


def stream(*rows: ConversationRow) -> Stream:
    return Reader(registry()).read(())._replace(conversations=list(rows))


MAC = "02:00:00:00:00:02"


def test_one_with_both_addresses_is_told() -> None:
    told, without = Pins().apply(stream(row(MAC)))
    assert (told.conversations, without) == ([row(MAC)], frozenset())


def test_one_without_waits_for_its_address() -> None:
    pins = Pins()
    assert pins.apply(stream(row(NAMELESS)))[1] == {0}
    told, without = pins.apply(stream(row(MAC)))
    assert (told.conversations, without, pins.lacking()) == ([row(MAC)], frozenset(), {})


def test_both_sides_of_how_long_it_waits() -> None:
    for late_ns, without in ((HOLD_NS - 1, {0}), (HOLD_NS, set())):
        assert Pins().apply(stream(row(NAMELESS, last_ns=late_ns)))[1] == without


def test_what_was_told_without_keeps_its_name() -> None:
    pins = Pins()
    assert pins.apply(stream(row(NAMELESS)), needed={0})[1] == frozenset()
    told, _ = pins.apply(stream(row(MAC, vlan=7)))
    assert told.conversations == [row(NAMELESS)]
    assert list(pins.lacking()) == [0]
    again, _ = Pins(pins.lacking()).apply(stream(row(MAC, vlan=7)))
    assert again.conversations == told.conversations


def test_at_the_end_all_is_told() -> None:
    assert Pins().apply(stream(row(NAMELESS), row(MAC)), is_end=True)[1] == frozenset()


def test_a_number_that_is_used_again_is_another_conversation() -> None:
    pins = Pins({0: Pin(("10.0.0.1", "02:00:00:00:00:01"), ("10.0.0.9", MAC), 0, "tcp", 502)})
    told, _ = pins.apply(stream(row(MAC)))
    assert told.conversations == [row(MAC)]
