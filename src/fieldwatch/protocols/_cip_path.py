"""Paths of CIP: which object, or which symbol, of which device behind which route.

Standards: [V1] CIP Networks Library, Volume 1, Edition 3.33, C-1.4 (EPATH).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from fieldwatch.library.table import names
from fieldwatch.protocols._cip_services import CLASSES, SYMBOL
from fieldwatch.protocols._cursor import Cursor, text
from fieldwatch.protocols._protocol import At, Broken, Side


class Path(NamedTuple):
    """An EPATH: its text, its last class, instance and attribute (-1: none), whether it names a symbol, the hops of its port segments."""

    text: str = ""
    class_id: int = -1
    instance: int = -1
    attribute: int = -1
    symbolic: bool = False
    hops: tuple[str, ...] = ()
    unknown: int = -1
    """The offset of the first segment that is not known, after which nothing is read."""


LOGICAL = ("", " {}", " member {}", " point {}", " attribute {}")
"""[V1] C-1.4.2: logical segment types 0 to 4 (class, instance, member, connection point, attribute), as text."""


def read_path(cursor: Cursor) -> Path:
    """Reads the padded EPATH that fills the cursor ([V1] C-1.4)."""
    words, ids, hops, symbolic = "", [-1] * 5, [], False
    while cursor.left:
        at = cursor.at
        segment = cursor.u8()
        kind = segment >> 5
        if kind == 1 and segment & 0x1C == 0x14:  # [V1] C-1.4.2: special, the electronic key
            cursor.skip({4: 8, 5: 12}.get(cursor.u8(), cursor.left))
        elif kind == 1 and segment & 3 < 3 and segment & 0x1C < 0x14:
            part = segment >> 2 & 7
            number = ids[part] = _logical(cursor, segment & 3)
            if part == 0:
                words += (" > " if words else "") + (CLASSES.get(number) or names("cip_classes.tsv").get(number) or f"class 0x{number:02x}")
            elif part == 2 and (symbolic or ids[0] == SYMBOL):
                words = f"{words[:-1]},{number}]" if words.endswith("]") else f"{words}[{number}]"
            else:
                words += LOGICAL[part].format(number)
        elif segment == 0x91:  # [V1] C-1.4.5.2: ANSI extended symbol
            length = cursor.u8()
            words += ("." if words else "") + text(cursor.take(length), "latin-1")
            cursor.skip(length & 1 if cursor.left else 0)
            symbolic = True
        elif kind == 0:
            hops.append(_hop(cursor, segment))
        elif kind == 2:  # [V1] C-1.4.3: network segments say when, not what
            cursor.skip(cursor.u8() * 2 if segment & 0x10 else 1)
        elif segment == 0x80:  # [V1] C-1.4.5.1: simple data, the configuration of a connection
            cursor.skip(cursor.u8() * 2)
        else:
            return Path(words, ids[0], ids[1], ids[4], symbolic, tuple(hops), at)
    return Path(words, ids[0], ids[1], ids[4], symbolic, tuple(hops))


def _logical(cursor: Cursor, form: int) -> int:
    """The number of a logical segment of 8, 16 or 32 bits; the longer ones begin with a pad byte."""
    if form == 0:
        return cursor.u8()
    cursor.skip(1)
    return cursor.u16le() if form == 1 else cursor.u32le()


def _hop(cursor: Cursor, segment: int) -> str:
    """[V1] C-1.4.1: a port segment: through which port, to which link address. Port 1 is the backplane, whose addresses are slots."""
    port = segment & 0xF
    size = cursor.u8() if segment & 0x10 else 0
    if port == 15:
        port = cursor.u16le()
    if not size:
        address = cursor.u8()
        return f"slot {address}" if port == 1 else f"port {port} address {address}"
    link = cursor.take(size)
    cursor.skip(size & 1 if cursor.left else 0)
    return f"port {port} address {text(link, 'latin-1')}"


def broken_path(path: Path, raw: bytes, side: Side) -> Iterator[Broken]:
    """A rule broken by a segment that is not known."""
    if path.unknown >= 0:
        yield Broken("path segment", "[V1] C-1.4", At(side, path.unknown, 1), f"0x{raw[path.unknown]:02x}", "a segment type that is in use")


def route(outer: str, hops: tuple[str, ...]) -> str:
    """The sub-unit that a route leads to, from the sub-unit where it begins."""
    return " > ".join(filter(None, (outer, *hops)))
