"""Mojibake undone: UTF-8 that was once read as Windows-1252 (`GeutebrÃ¼ck`), as it was written (`Geutebrück`).

Standards: UTF-8 (RFC 3629, 2003); Windows-1252 as the WHATWG Encoding Standard reads it (2024): its five free bytes are C1 controls.
"""

from __future__ import annotations

import re

_RUN = re.compile(r"[^\x00-\x7f]{2,}")
"""A broken character is two to four signs in a row, none of them ASCII."""


def _byte(sign: str) -> bytes:
    return sign.encode("latin-1") if "\x80" <= sign <= "\x9f" else sign.encode("cp1252")


def _undone(run: re.Match[str]) -> str:
    try:
        return b"".join(map(_byte, run.group())).decode("utf-8")
    except UnicodeError:
        return run.group()


def mended(text: str) -> str:
    """The text with each run of broken characters mended; what is no mojibake stays as it is."""
    return text if text.isascii() else _RUN.sub(_undone, text)
