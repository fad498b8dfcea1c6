"""Text from the network as both databases hold it, and the digests that stand for it in indexes.

PostgreSQL refuses NUL in text, and no encoding has lone surrogates. So that both databases hold the same, NUL becomes U+2400 (its picture)
and a lone surrogate U+FFFD, everywhere: in values, in the names of values, and in what digests are made of. Nothing is cut.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from hashlib import blake2b

NUL = "\u2400"
_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode
SURROGATE = re.compile("[\ud800-\udfff]")


def clean(text: str) -> str:
    """The text without what a database cannot hold."""
    if text.isascii():
        return text if "\0" not in text else text.replace("\0", NUL)
    return SURROGATE.sub("\ufffd", text.replace("\0", NUL))


def digest(*parts: object) -> bytes:
    """BLAKE2b (128 bits) of texts, numbers and tuples of them; different parts never read the same."""
    return blake2b(ascii(parts).encode("ascii"), digest_size=16).digest()


def json_of(value: object) -> str:
    """JSON of names and values that are clean."""
    return _encode(value)


def numbers(rows: Iterable[Iterable[int]]) -> str:
    """JSON of rows of numbers."""
    return "[" + ",".join(["[" + ",".join(map(str, row)) + "]" for row in rows]) + "]"
