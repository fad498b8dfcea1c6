"""Connections of CIP that are opened and closed.

Standards: [V1] CIP Networks Library, Volume 1, Edition 3.33, 3-5.5 (Connection Manager).
"""

from __future__ import annotations

from collections.abc import Iterator

from fieldwatch.protocols._cip_call import Call, Read, as_ignored
from fieldwatch.protocols._cip_path import broken_path, read_path, route
from fieldwatch.protocols._cursor import Cursor
from fieldwatch.protocols._protocol import Facts, Ignored, Open, Scope, Side


def forward_open(call: Call) -> Read:
    """[V1] 3-5.5.2: Forward_Open and Large_Forward_Open. A success opens both directions' connection ids, as the answer has them."""
    ask, large = call.ask, call.code == 0x5B
    ask.skip(2)
    yield from as_ignored(ask, 8)  # connection ids that the originator proposes
    yield from as_ignored(ask, 2)  # connection serial number
    ask.skip(2)  # originator vendor id
    yield from as_ignored(ask, 4)  # originator serial number
    ask.skip(4)  # timeout multiplier, reserved
    ask.skip(16 if large else 12)  # requested packet intervals and connection parameters, both ways
    transport = ask.u8() & 0xF
    words = ask.u8()
    begin = ask.at
    ask.skip(words * 2)
    path = read_path(Cursor(ask.data, begin, ask.at))
    yield from broken_path(path, ask.data, Side.REQUEST)
    opened = (route(call.component, path.hops), path.text, f"class {transport}")
    if call.answer is not None and call.answer.left >= 26:
        yield from _opened(call.answer, opened, transport)
    elif call.answer is not None and call.answer.left >= 8:
        yield from _serials(call.answer)
    return f", {', '.join(filter(None, opened))}", ()


def _opened(answer: Cursor, opened: tuple[str, str, str], transport: int) -> Facts:
    """[V1] 3-5.5.2: the ids under which both directions run: of explicit messages (class 2, 3), or of I/O over UDP (class 0, 1)."""
    for direction in ("O->T", "T->O"):
        key = answer.take(4)
        yield Ignored(Side.ANSWER, answer.at - 4, 4)
        if transport >= 2:
            yield Open(opened, key, Scope.HOSTS, "enip")
        else:
            yield Open((*opened, direction), key, Scope.HOSTS, "cip-io")
    yield from _serials(answer)


def _serials(cursor: Cursor) -> Iterator[Ignored]:
    """The triad that names a connection; the originator's vendor id is class."""
    yield from as_ignored(cursor, 2)
    cursor.skip(2)
    yield from as_ignored(cursor, 4)


def forward_close(call: Call) -> Read:
    """[V1] 3-5.5.3: Forward_Close: names the connection by its triad."""
    call.ask.skip(2)
    yield from _serials(call.ask)
    words = call.ask.u8()
    call.ask.skip(1)
    begin = call.ask.at
    call.ask.skip(words * 2)
    path = read_path(Cursor(call.ask.data, begin, call.ask.at))
    yield from broken_path(path, call.ask.data, Side.REQUEST)
    if call.answer is not None and call.answer.left >= 8:
        yield from _serials(call.answer)
    return f", {', '.join(filter(None, (route(call.component, path.hops), path.text)))}", ()
