"""The core's rows by name. Their order is that of `native/python/src/report.rs`."""

from __future__ import annotations

from typing import NamedTuple

Moment = tuple[int, int, int]
Piece = tuple[int, int, int, int]
"""file, frame, offset, length"""


class RefusedRow(NamedTuple):
    """Messages of a conversation that were not read, by protocol and function bytes."""

    protocol: int
    kind: bytes
    times: int
    first: Moment
    last: Moment


class ConversationRow(NamedTuple):
    """A client and one service of a server. Pairs are (client's, server's); `losses` is gaps, gap bytes, unread bytes, connections."""

    client: tuple[str, str]
    server: tuple[str, str]
    vlan: int
    carrier: str
    port: int
    protocol: int | None
    packets: tuple[int, int]
    size_bytes: tuple[int, int]
    first: Moment
    last: Moment
    losses: tuple[int, int, int, int]
    refused: list[tuple[int, bytes, int, Moment, Moment]]


class TallyRow(NamedTuple):
    """A template's repetitions in one conversation."""

    conversation: int
    template: int
    times: int
    first: Moment
    last: Moment
    request_pieces: list[Piece]
    answer_pieces: list[Piece]
    distinct: int
    kept: tuple[list[tuple[int, int, int, int]], int] | None
    longest_ns: int


class SightingRow(NamedTuple):
    """A sender as its frames show it."""

    mac: str
    ip: str
    vlan: int
    packets: int
    first: Moment
    last: Moment
    least_ttl: int
    greatest_ttl: int


class BadRow(NamedTuple):
    """Messages that break their protocol's framing."""

    conversation: int
    protocol: int
    from_server: bool
    rule: str
    have: int
    times: int
    first: Moment
    piece: Piece


class FileRow(NamedTuple):
    """What was read of one file."""

    packets: int
    packet_bytes: int
    read_bytes: int
    cut: str | None
    skipped_blocks: int
    capturer_drops: int
    not_handed_out: int
