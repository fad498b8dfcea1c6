"""Text from the network made harmless for a terminal: what a device sent is shown, never obeyed.

Control characters (C0, C1), direction marks, invisible and unassigned characters and line separators become visible escapes.
Rich markup is not interpreted because such text is only ever put into `rich.text.Text`.
"""

from __future__ import annotations

import functools
import unicodedata

SEPARATORS = frozenset({"Zl", "Zp"})
"""Unicode categories that break a line; all that begin with C (control, format, surrogate, private, unassigned) are escaped too."""


@functools.lru_cache(maxsize=4096)
def visible(text: str) -> str:
    """The text with every character that is not seen, or that moves others, as `\\xNN` or `\\uNNNN`."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escaped(one) if is_unseen(one) else one for one in text)


def is_unseen(character: str) -> bool:
    """True for a character that a terminal would obey or not show."""
    category = unicodedata.category(character)
    return category[0] == "C" or category in SEPARATORS


def _escaped(character: str) -> str:
    number = ord(character)
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
