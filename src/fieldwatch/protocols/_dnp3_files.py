"""Objects of DNP3 that carry their own size: files, and secure authentication.

Standards: [1815] IEEE 1815-2012, A.27 (group 70) and A.45 (group 120).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from fieldwatch.protocols._cursor import Cursor, text
from fieldwatch.protocols._dnp3_content import Content
from fieldwatch.protocols._dnp3_objects import FILE_STATUS
from fieldwatch.protocols._protocol import At, Facts, Ignored, Short, Unread

WRITING = (2, 3)
"""[1815] A.27: modes of opening a file in which it is written: write and append."""

NOT_THE_LAST = 0x7FFFFFFF
"""[1815] A.27: the bits of a block number that number it; the highest marks the last block."""


def file(cursor: Cursor, variation: int, content: Content) -> Facts:
    """[1815] A.27: file objects. Handles, keys and request ids are ignored; names, modes and states are class."""
    reader = READERS.get(variation)
    if reader is None:
        content.value(cursor.at, cursor.left)
        yield Unread(f"group 70 variation {variation}")
        return
    yield from reader(cursor, content)


def _credentials(cursor: Cursor, content: Content) -> Iterator[Ignored]:
    """[1815] A.27: a user name and a password in clear; the answer gives a key for the open request that follows."""
    start = cursor.at
    user_at, user_size, secret_at, secret_size = (cursor.u16le() for _ in range(4))
    yield from _ignored(cursor, 4)
    username = _string(cursor, start + user_at, user_size)
    secret = _slice(cursor, start + secret_at, secret_size)
    if user_size:
        content.objects.append(f"user {username}")
        content.credentials = (username, secret, At(cursor.side, start + user_at, user_size))


def _open(cursor: Cursor, content: Content) -> Iterator[Ignored]:
    """Variation 3: which file, how to open it, with which key."""
    start = cursor.at
    offset, size = cursor.u16le(), cursor.u16le()
    _valued(cursor, 6, content)
    cursor.skip(2)
    yield from _ignored(cursor, 4)
    _valued(cursor, 4, content)
    content.to_write = cursor.u16le() in WRITING
    cursor.skip(2)
    yield from _ignored(cursor, 2)
    content.objects.append(f"file {_string(cursor, start + offset, size)}")


def _opened(cursor: Cursor, content: Content) -> Iterator[Ignored]:
    """Variation 4: the handle, the size and the state of a file."""
    yield from _ignored(cursor, 4)
    _valued(cursor, 4, content)
    cursor.skip(2)
    yield from _ignored(cursor, 2)
    _state(cursor.u8(), content)


def _block(cursor: Cursor, content: Content) -> Iterator[Ignored]:
    """Variation 5: a block of a file; what is in it is value."""
    yield from _ignored(cursor, 4)
    block = cursor.u32le()
    content.value(cursor.at - 4, 4 + cursor.left)
    content.objects.append("file block")
    content.values.append(("block", str(block & NOT_THE_LAST)))


def _block_taken(cursor: Cursor, content: Content) -> Iterator[Ignored]:
    """Variation 6: how a block was taken."""
    yield from _ignored(cursor, 4)
    block = cursor.u32le()
    content.value(cursor.at - 4, 4)
    content.objects.append("file block")
    content.values.append(("block", str(block & NOT_THE_LAST)))
    _state(cursor.u8(), content)


def _described(cursor: Cursor, content: Content) -> Iterator[Ignored]:
    """Variation 7: the name, the kind and the size of a file."""
    start = cursor.at
    offset, size = cursor.u16le(), cursor.u16le()
    cursor.skip(2)
    file_size = int.from_bytes(_valued(cursor, 4, content), "little")
    _valued(cursor, 6, content)
    cursor.skip(2)
    yield from _ignored(cursor, 2)
    name = _string(cursor, start + offset, size)
    content.objects.append(f"file {name}")
    content.values.append((f"size of {name}", str(file_size)))


def _specified(cursor: Cursor, content: Content) -> Iterator[Ignored]:
    """Variation 8: the specification string of a file, its path."""
    content.objects.append(f"file {text(cursor.rest())}")
    yield from ()


READERS: dict[int, Callable[[Cursor, Content], Iterator[Ignored]]] = {
    2: _credentials,
    3: _open,
    4: _opened,
    5: _block,
    6: _block_taken,
    7: _described,
    8: _specified,
}
"""Readers of group 70 by variation."""


def authentication(cursor: Cursor, variation: int, content: Content) -> Facts:
    """[1815] A.45: secure authentication. Sequence numbers, challenges, codes and wrapped keys are ignored; the user is the object."""
    if variation == 9:
        yield from _ignored(cursor, cursor.left)
        return
    if variation not in (1, 2, 5, 6, 7):
        content.value(cursor.at, cursor.left)
        yield Unread(f"group 120 variation {variation}")
        return
    yield from _ignored(cursor, 4)
    content.objects.append(f"user {cursor.u16le()}")
    if variation == 1:
        cursor.skip(2)
        content.result = "authentication challenge"
        yield from _ignored(cursor, cursor.left)
    elif variation == 5:
        cursor.skip(5)
        yield from _ignored(cursor, cursor.left)
    elif variation == 7:
        cursor.skip(2)
        content.result = f"authentication error {cursor.u8()}"
        yield from _ignored(cursor, 6)
    else:
        yield from _ignored(cursor, cursor.left)


def _ignored(cursor: Cursor, length: int) -> Iterator[Ignored]:
    """Passes over bytes that say nothing."""
    cursor.skip(length)
    if length:
        yield Ignored(cursor.side, cursor.at - length, length)


def _valued(cursor: Cursor, length: int, content: Content) -> bytes:
    """Reads bytes that are value."""
    data = cursor.take(length)
    content.value(cursor.at - length, length)
    return data


def _slice(cursor: Cursor, at: int, size: int) -> bytes:
    """Bytes of the object by place; what lies outside of the object is cut short."""
    if size and not cursor.at <= at <= at + size <= cursor.end:
        raise Short(cursor.side, min(at, cursor.end), size, max(0, cursor.end - at))
    return cursor.data[at : at + size]


def _string(cursor: Cursor, at: int, size: int) -> str:
    """Text of the object by place."""
    return text(_slice(cursor, at, size)) if size else ""


def _state(code: int, content: Content) -> None:
    """The state of a file is the result, where it is not success."""
    if code and not content.result:
        content.result = FILE_STATUS.get(code, f"status {code}")
