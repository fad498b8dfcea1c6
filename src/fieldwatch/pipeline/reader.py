"""The process in which one capture that nobody vouches for is read: `python -m fieldwatch.pipeline.reader`, started by `child`.

Arguments: path, identity, name, the number of the parent process, then memory in MiB, processor seconds and open files that it may use.
The key of hashes comes on standard input. Messages go to standard output: one byte that says what it is, four bytes of length
(big-endian), then the content.
"""

from __future__ import annotations

import json
import struct
import sys
from typing import BinaryIO

from fieldwatch.pipeline.codec import BadBatch, encode
from fieldwatch.pipeline.confine import Limits, confine, end_with
from fieldwatch.pipeline.reading import read_capture
from fieldwatch.pipeline.sources import UnusableInput
from fieldwatch.protocols import registry

BATCH, PROGRESS, WARNING, UNUSABLE, MEMORY, DONE = b"B", b"P", b"W", b"U", b"M", b"D"
"""An encoded batch; packets and bytes read, share of the facts that was told (JSON); something for the operator; why the capture cannot
be read; no memory; all told."""

HEAD = struct.Struct(">cI")

SPARE_BYTES = 1 << 20
"""Held so that the end can still be told when memory is at an end."""


def main(arguments: list[str]) -> int:
    """Reads the capture and tells it; returns 0 where that was done to the end, and also where it is no capture, which was told."""
    path, identity, name, parent, *numbers = arguments
    end_with(int(parent))
    secret_key = sys.stdin.buffer.read()
    out = sys.stdout.buffer
    registry()  # while files may be opened
    for warning in confine(Limits(*map(int, numbers))):
        tell(out, WARNING, warning.encode())
    spare = bytearray(SPARE_BYTES)
    try:
        _read(out, path, identity, name, secret_key)
    except MemoryError:
        del spare
        tell(out, MEMORY)
    except (UnusableInput, BadBatch) as error:
        tell(out, UNUSABLE, str(error).encode(errors="backslashreplace"))
    return 0


def _read(out: BinaryIO, path: str, identity: str, name: str, secret_key: bytes) -> None:
    def progress(packets: int, size_bytes: int, told: float) -> None:
        tell(out, PROGRESS, json.dumps([packets, size_bytes, told]).encode())

    for batch in read_capture(path, identity, name, secret_key, progress=progress):
        tell(out, BATCH, encode(batch))
    tell(out, DONE)


def tell(out: BinaryIO, what: bytes, content: bytes = b"") -> None:
    """One message to the parent."""
    out.write(HEAD.pack(what, len(content)))
    out.write(content)
    out.flush()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
