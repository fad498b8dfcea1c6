"""The ends of a conversation as they were told first: the MAC address of a server that has not spoken yet is not known, and what is told of
a conversation must not change its name when it is.

So a conversation is told once both addresses are known, or after a while without; and from then on under the ends that it had then.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from fieldwatch.pipeline.stream import Stream
from fieldwatch.wire.rows import ConversationRow

HOLD_NS = 10_000_000_000
"""So long after its first packet, a conversation is told with what is known of its ends."""


class Pin(NamedTuple):
    """The addresses, VLAN, carrier and port under which a conversation was told."""

    client: tuple[str, str]
    server: tuple[str, str]
    vlan: int
    carrier: str
    port: int

    def is_of(self, row: ConversationRow) -> bool:
        """True where the row is of the same conversation: numbers of forgotten ones are used again."""
        return (self.client[0], self.server[0], self.carrier, self.port) == (row.client[0], row.server[0], row.carrier, row.port)


class Pins:
    """The ends under which the conversations of one source are told, by the core's number for them."""

    def __init__(self, known: Mapping[int, Pin] | None = None) -> None:
        self.known = dict(known or {})

    def apply(self, stream: Stream, *, needed: Collection[int] = (), is_end: bool = False) -> tuple[Stream, frozenset[int]]:
        """The stream with the ends that are told; and the conversations that are not told yet. Those that are `needed` are told now."""
        latest_ns = max((row.last[2] for row in stream.conversations), default=0)
        rows, without = [], set()
        for number, row in enumerate(stream.conversations):
            pin = self.known.get(number)
            if pin is None or not pin.is_of(row):
                is_late = is_end or number in needed or latest_ns - row.first[2] >= HOLD_NS
                if not is_late and not (row.client[1] and row.server[1]):
                    without.add(number)
                    rows.append(row)
                    continue
                pin = self.known[number] = Pin(row.client, row.server, row.vlan, row.carrier, row.port)
            rows.append(row._replace(client=pin.client, server=pin.server, vlan=pin.vlan))
        return stream._replace(conversations=rows), frozenset(without)

    def lacking(self) -> dict[int, Pin]:
        """The pins without an address, which cannot be found again by reading once more."""
        return {number: pin for number, pin in self.known.items() if not (pin.client[1] and pin.server[1])}


__all__ = ["Pin", "Pins"]
