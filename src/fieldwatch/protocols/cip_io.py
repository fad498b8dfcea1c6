"""Implicit CIP messages over UDP: the cyclic input and output data of class 0 and 1 connections.

Standards: [V2] CIP Networks Library, Volume 2: EtherNet/IP Adaptation of CIP, Edition 1.27, 3-2.2 and 2-6.
Not decoded: CIP Safety frames, the layout of assemblies (it is in the device's EDS file, not on the wire).

A message says neither what it is nor for whom: the Forward Open that opened its connection does, and is the context: component,
application path, transport class and direction. Without it the data are counted all the same.
"""

from __future__ import annotations

from collections.abc import Iterator

from fieldwatch.facts import Effect
from fieldwatch.protocols._cursor import Cursor
from fieldwatch.protocols._protocol import (
    At,
    Broken,
    Bytes,
    Case,
    Context,
    Done,
    Exchange,
    Facts,
    Ignored,
    Looks,
    Part,
    Port,
    Protocol,
    Role,
    Side,
    Unread,
    Value,
)

# ------------------------------------------------------------------------------------------------------------------ tables

SEQUENCED_ADDRESS, CONNECTED_DATA = 0x8002, 0xB1
"""[V2] 2-6.2: the two items of an implicit message."""

NAMES = {"O->T": "cyclic output data", "T->O": "cyclic input data"}
"""[V1] 3-4: the originator of a connection sends outputs to its target, which sends inputs back."""

FOLLOWED = 16
"""Words of four bytes that are followed one by one; the rest is one value."""

# ------------------------------------------------------------------------------------------------------------ declarations

LOOKS = Looks(parts=(Part(0, (b"\2\0\2\x80\x08\0",)), Part(14, (b"\xb1\0",))), least=18)

CASES = (Case(role=Role.ALONE, kind=(Bytes(0, 4),), context=(Bytes(6, 4),)),)
"""The context is opened under the connection id."""

# ------------------------------------------------------------------------------------------------------------------- parse


def parse(exchange: Exchange, context: Context) -> Facts:
    """What is sent, in which direction of which connection. Cyclic data are a read: who may send them was settled by the Forward Open."""
    raw = exchange.request
    if raw is None:
        return
    cursor = Cursor(raw)
    component, path, transport, direction = context or ("", "", "", "")
    yield Done(NAMES.get(direction, "cyclic data"), Effect.READ, At(Side.REQUEST, 0, min(len(raw), 2)), path, (), "", "", component)
    for _ in range(cursor.u16le()):
        kind, length = cursor.u16le(), cursor.u16le()
        cursor.skip(length)
        at = cursor.at - length
        if kind == SEQUENCED_ADDRESS and length == 8:
            yield Ignored(Side.REQUEST, at, 8)  # connection id and sequence number of the encapsulation
        elif kind == CONNECTED_DATA:
            yield from _data(at, length, transport != "class 0")
        else:
            yield Unread(f"item 0x{kind:04x}", "not of implicit messages")
    if cursor.left:
        yield Broken("length", "[V2] 2-6.1", At(Side.REQUEST, cursor.at, cursor.left), f"{cursor.left} bytes more", "none")


def _data(at: int, length: int, sequenced: bool) -> Iterator[Ignored | Value]:
    """[V1] 3-4.4: class 1 data begin with a sequence count of two bytes, class 0 data have none; unknown is taken for class 1."""
    end = at + length
    if sequenced and length >= 2:
        yield Ignored(Side.REQUEST, at, 2)
        at += 2
    for _ in range(FOLLOWED):
        size = min(4, end - at)
        if size > 0:
            yield Value(Side.REQUEST, at, size, "little")
            at += size
    if at < end:
        yield Value(Side.REQUEST, at, end - at, "little")


PROTOCOL = Protocol(
    name="cip-io",
    title="CIP implicit messages (cyclic I/O)",
    parse=parse,
    where=(Port(2222, "udp"),),
    looks=(LOOKS,),
    cases=CASES,
    kinds={b"\2\0\2\x80": "cyclic data"},
    decoded=("connection, direction and data of class 0 and 1 messages",),
    not_decoded=("CIP Safety frames", "layout of assemblies"),
)
