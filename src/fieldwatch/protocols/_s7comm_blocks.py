"""Blocks of a controller's program as S7 communication names and moves them.

Known from Wireshark 4.0.17 (packet-s7comm), for no standard is public.
"""

from __future__ import annotations

import hashlib
from collections.abc import Generator

from fieldwatch.facts import Values
from fieldwatch.protocols._cursor import Cursor, text
from fieldwatch.protocols._protocol import Value

BLOCK_TYPES = {b"08": "OB", b"0A": "DB", b"0B": "SDB", b"0C": "FC", b"0D": "SFC", b"0E": "FB", b"0F": "SFB"}
"""Block types in file names."""


def contents(cursor: Cursor) -> Generator[Value, None, Values]:
    """The digest of the piece of a block that an answer brings."""
    if cursor.left < 4:
        return ()
    length = cursor.u16()
    cursor.skip(2)
    piece = cursor.take(min(length, cursor.left))
    if not piece:
        return ()
    yield Value(cursor.side, cursor.at - len(piece), len(piece))
    return (("sha256", hashlib.sha256(piece).hexdigest()[:32]),)


def block_name(raw: bytes) -> str:
    """`_0A00001P` as `DB1`; other file names as they are."""
    if len(raw) in (8, 9):
        kind, number = raw[-8:-6], raw[-6:-1]
        if kind in BLOCK_TYPES and number.isdigit():
            return f"{BLOCK_TYPES[kind]}{int(number)}"
    return text(raw, "latin-1")
