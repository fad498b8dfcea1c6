"""Operations that change what the plant does, the gravest first, gathered by who did it to whom."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from fieldwatch.facts import Effect

if TYPE_CHECKING:
    from fieldwatch.cli.names import Names
    from fieldwatch.facts import Operation, Subject


class Priority(NamedTuple):
    """One of the priorities of a page: a word, a shape and a colour of the terminal; never the colour alone."""

    word: str
    shape: str
    style: str


HIGH, MEDIUM, LOW, JOURNAL = (
    Priority("high", "▲", "bold red"),
    Priority("medium", "◆", "yellow"),
    Priority("low", "●", "cyan"),
    Priority("journal", "○", "dim"),
)
"""What was done to the plant, as ISA-18.2 ranks alarms: three priorities, and what is only written down."""

PRIORITIES: dict[Effect, Priority] = {
    Effect.FIRMWARE: HIGH,
    Effect.PROGRAM_DOWNLOAD: HIGH,
    Effect.PROGRAM_EDIT: HIGH,
    Effect.STOP: HIGH,
    Effect.RESET: HIGH,
    Effect.MODE: MEDIUM,
    Effect.FORCE: MEDIUM,
    Effect.CONFIGURE: MEDIUM,
    Effect.START: MEDIUM,
    Effect.TIME_SET: LOW,
    Effect.OPERATE: LOW,
    Effect.WRITE: JOURNAL,
}
"""The dangerous effects in the order in which they are shown: writes and commands are a plant's daily work, a stop or a download is not."""


class Danger(NamedTuple):
    """All operations of one effect and protocol between two assets. `refused` counts what the target was seen to refuse."""

    effect: Effect
    priority: Priority
    protocol: str
    actor: Subject
    target: Subject
    names: tuple[str, ...]
    times: int
    refused: int
    first_ns: int
    capture: str
    frame: int


def dangers(operations: Iterable[Operation], names: Names) -> list[Danger]:
    """The dangerous operations, gathered; the gravest first, then the earliest."""
    gathered: dict[tuple[Effect, str, str, str], list[Operation]] = {}
    for one in operations:
        if one.effect in PRIORITIES:
            gathered.setdefault((one.effect, one.protocol, names.key(one.actor), names.key(one.target)), []).append(one)
    found = [_danger(group) for group in gathered.values()]
    order = list(PRIORITIES)
    return sorted(
        found, key=lambda one: (order.index(one.effect), one.first_ns, one.capture, one.frame, one.protocol, one.actor, one.target)
    )


def _danger(group: list[Operation]) -> Danger:
    first = min(group, key=lambda one: (one.evidence.seen_ns, one.evidence))
    occurrences = [each for one in group for each in one.occurrences]
    return Danger(
        first.effect,
        PRIORITIES[first.effect],
        first.protocol,
        first.actor,
        first.target if len(group) == 1 else first.target._replace(component=""),
        tuple(sorted({one.name for one in group})),
        sum(one.times for one in group),
        sum(each.result not in {"", "ok"} for each in occurrences),
        first.evidence.seen_ns,
        first.evidence.source,
        first.occurrences[0].frame,
    )
