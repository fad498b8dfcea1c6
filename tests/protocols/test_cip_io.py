"""CIP implicit messages. Goldens: `cip-io.hex`."""

from pathlib import Path

from fieldwatch.facts import Effect
from fieldwatch.protocols import cip_io
from fieldwatch.protocols._golden import Goldens
from fieldwatch.protocols._protocol import Ignored, Side, Value

GOLDENS = Goldens(Path(__file__).with_name("cip-io.hex"), cip_io.PROTOCOL)


def test_the_context_says_which_connection_it_is() -> None:
    ((_, done),) = GOLDENS.read("outputs of class 1").done
    assert (done.name, done.effect, done.object, done.component) == ("cyclic output data", Effect.READ, "assembly 150", "slot 1")
    ((_, unknown),) = GOLDENS.read("a connection that was not seen opened").done
    assert (unknown.name, unknown.object) == ("cyclic data", "")


def test_sequences_are_ignored_and_data_are_values() -> None:
    assert GOLDENS.read("outputs of class 1").marks == [
        Ignored(Side.REQUEST, 6, 8),
        Ignored(Side.REQUEST, 18, 2),
        Value(Side.REQUEST, 20, 4, "little"),
        Value(Side.REQUEST, 24, 2, "little"),
    ]
    assert GOLDENS.read("inputs of class 0").marks == [Ignored(Side.REQUEST, 6, 8), Value(Side.REQUEST, 18, 4, "little")]


def test_what_does_not_fit_is_said() -> None:
    assert [rule.have for _, rule in GOLDENS.read("bytes after the last item").broken] == ["1 bytes more"]
    assert [unread.function for _, unread, _ in GOLDENS.read("another item").unread] == ["item 0x8000"]
    assert [rule.reason for _, rule in GOLDENS.read("a lying count").broken] == ["truncated"]
