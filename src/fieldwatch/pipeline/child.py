"""Captures that nobody vouches for are read apart: in a process without network, with bounds on memory and time, whose word is checked.

Whatever such a capture does to its reader, this process goes on, and says in the operator's words what became of it.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import fieldwatch
from fieldwatch.facts import Batch
from fieldwatch.pipeline.codec import MOST_BYTES, BadBatch, decode
from fieldwatch.pipeline.confine import Limits
from fieldwatch.pipeline.reader import BATCH, DONE, HEAD, MEMORY, PROGRESS, UNUSABLE, WARNING
from fieldwatch.pipeline.sources import UnusableInput

PIECE = 1 << 16
LAST_WORDS = 4096
"""Bytes of what a reader says on standard error that are kept."""

USUAL = Limits()


class Progress(NamedTuple):
    """How far the reading is: packets and bytes of the file, the share of the facts (0 to 1) of which batches were given; and what the
    operator should know about the reader, if anything."""

    packets: int
    size_bytes: int
    told: float = 0.0
    warnings: tuple[str, ...] = ()


def read_apart(
    path: str, identity: str, name: str, secret_key: bytes, *, limits: Limits = USUAL, wall_s: float = 3600
) -> Iterator[Batch | Progress]:
    """The batches of one capture, as `reading.read_capture` gives them, with how far it is in between.

    Raises `UnusableInput` that says why where it is no capture, or where its reader ends before the end. Batches that came before that are
    whole, but what they are of is not: the last one has `is_last`. `wall_s` counts the time for which the reader is waited for.
    """
    reader = _Reader(path, identity, name, secret_key, limits, wall_s)
    try:
        yield from reader.messages()
    finally:
        reader.end()


class _Reader:
    """A reader process, and what it has said."""

    def __init__(self, path: str, identity: str, name: str, secret_key: bytes, limits: Limits, wall_s: float) -> None:
        self.name = name
        self.limits = limits
        self.wall_s = self.left_s = wall_s
        self.said = bytearray()
        self.last_words = b""
        self.progress = Progress(0, 0)
        command = [sys.executable, "-B", "-m", "fieldwatch.pipeline.reader", path, identity, name, str(os.getpid()), *map(str, limits)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=_environment(), close_fds=True
        )
        assert self.process.stdin
        assert self.process.stdout
        assert self.process.stderr
        self.watched = selectors.DefaultSelector()
        self.watched.register(self.process.stdout, selectors.EVENT_READ, self.said)
        self.watched.register(self.process.stderr, selectors.EVENT_READ, None)
        try:
            with self.process.stdin as stdin:
                stdin.write(secret_key)
        except BrokenPipeError:
            pass  # it is dead already, and what it said is read below

    def messages(self) -> Iterator[Batch | Progress]:
        """What it tells, up to its end. Raises where that is not the end of the capture."""
        while (message := self._message()) is not None:
            what, content = message
            if what == DONE:
                return
            if what == BATCH:
                yield self._batch(content)
            elif what in {PROGRESS, WARNING}:
                yield self._progress(what, content)
            elif what == UNUSABLE:
                raise UnusableInput(content.decode(errors="replace"))
            elif what == MEMORY:
                raise UnusableInput(self._out_of_memory())
            else:
                raise self._broken(f"a message {what!r}")
        raise UnusableInput(self._end_in_words())

    def _batch(self, content: bytes) -> Batch:
        try:
            return decode(content)
        except BadBatch as error:
            raise self._broken(str(error)) from error

    def _progress(self, what: bytes, content: bytes) -> Progress:
        if what == WARNING:
            warnings = (*self.progress.warnings, content.decode(errors="replace"))
            self.progress = self.progress._replace(warnings=warnings[:8])
            return self.progress
        try:
            packets, size_bytes, told = json.loads(content)
            self.progress = self.progress._replace(packets=int(packets), size_bytes=int(size_bytes), told=float(told))
        except (ValueError, TypeError) as error:
            raise self._broken(f"no progress: {error}") from error
        return self.progress

    def _message(self) -> tuple[bytes, bytes] | None:
        """The next message; None where the reader has closed its end."""
        while True:
            if len(self.said) >= HEAD.size:
                what, length = HEAD.unpack_from(self.said)
                if length > MOST_BYTES:
                    raise self._broken(f"a message of {length:,} bytes")
                if len(self.said) >= HEAD.size + length:
                    content = bytes(self.said[HEAD.size : HEAD.size + length])
                    del self.said[: HEAD.size + length]
                    return what, content
            if not self._listen():
                return None

    def _listen(self) -> bool:
        """Takes in what the reader says; False where it says nothing more."""
        begun = time.monotonic()
        ready = self.watched.select(max(self.left_s, 0))
        self.left_s -= time.monotonic() - begun
        if not ready:
            raise UnusableInput(
                f"{self.name}: not read to its end in {self.wall_s:g} s; allow more time, or cut it into smaller captures (editcap -c)"
            )
        for key, _ in ready:
            piece = os.read(key.fd, PIECE)
            if not piece:
                self.watched.unregister(key.fileobj)
            elif key.data is None:
                self.last_words = (self.last_words + piece)[-LAST_WORDS:]
            else:
                self.said += piece
        return bool(self.watched.get_map())

    def end(self) -> None:
        """Ends the reader, whatever it does, and leaves nothing of it behind."""
        self.process.kill()
        self.process.wait()
        self.watched.close()
        for stream in (self.process.stdout, self.process.stderr):
            if stream:
                stream.close()

    def _end_in_words(self) -> str:
        code = self.process.wait()
        text = self.last_words.decode(errors="replace").strip()
        last = text.splitlines()[-1][:300] if text else "it said nothing"
        if "memory allocation of" in text or (code and last.startswith("MemoryError")):  # the native core's last words, and Python's
            return self._out_of_memory()
        if code == -signal.SIGXCPU:
            return f"{self.name}: not read to its end in {self.limits.cpu_s} s of processor time; allow more, or cut it (editcap -c)"
        if code == -signal.SIGKILL:
            return f"{self.name}: its reader was killed, by a person or because the machine has no memory left; try again"
        return f"{self.name}: its reader ended before the end (code {code}): {last}"

    def _out_of_memory(self) -> str:
        return (
            f"{self.name}: reading it takes more memory than the {self.limits.memory_mib} MiB that a reader may use; allow more, "
            "or cut it into smaller captures (editcap -c)"
        )

    def _broken(self, what: str) -> UnusableInput:
        return UnusableInput(f"{self.name}: its reader said what no reader says ({what}); nothing more is taken from it")


def _environment() -> dict[str, str]:
    """What a reader is told of the environment: where this program is, and nothing that may be secret."""
    return {"PYTHONPATH": str(Path(fieldwatch.__file__).parents[1]), "PATH": os.defpath, "LC_ALL": "C.UTF-8"}


__all__ = ["Progress", "read_apart"]
