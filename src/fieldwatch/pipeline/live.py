"""A live interface, read into the same facts as a capture file: for a time, for a number of packets, or until somebody stops it.

The native core holds the ring and only listens. Evidence names the interface, and frames are numbered from 1 in the order of their arrival;
they are kept nowhere, but where somebody gives them a folder (`Kept`).
"""

from __future__ import annotations

import logging
import secrets
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NamedTuple

from fieldwatch.pipeline.assemble import Assembler, Facts
from fieldwatch.pipeline.by_time import Clock
from fieldwatch.pipeline.sources import UnusableInput
from fieldwatch.pipeline.stream import Reader, Stream
from fieldwatch.protocols import Registry, registry
from fieldwatch.wire import CaptureError
from fieldwatch.wire.rows import FileRow

log = logging.getLogger(__name__)

RING_MIB = 64
"""Size of the ring where none is asked for: at a million small packets a second it fills in half a second."""

Progress = Callable[[int, int], None]
"""Called a few times a second with the packets received and the packets dropped so far."""


class Kept(NamedTuple):
    """Where the packets of an interface are kept on disk, in files of which size, and how much of them."""

    folder: str
    segment_mib: int = 64
    keep_mib: int = 1024


class LiveReader(Reader):
    """Reads one interface; before it the segments of `replay`: their paths, the frames before them, the frames of them to pass over.

    Frames are numbered from `first`, those of the interface from `before` + 1, or behind the segments.
    """

    def __init__(
        self,
        registry: Registry,
        interface: str,
        *,
        ring_mib: int = RING_MIB,
        fenced: bool = True,
        clock: Clock | None = None,
        kept: Kept | None = None,
        first: int = 1,
        before: int = 0,
        replay: Iterable[tuple[str, int, int]] = (),
    ) -> None:
        super().__init__(registry, fenced=fenced, clock=clock)
        self.interface = interface
        self.frame = before
        """The number of the last frame before those of the interface."""
        self.missing = 0
        """Frames that were numbered once, and that no segment holds."""
        self.passed = 0
        self._end = first - 1
        for path, frames_before, skip in replay:
            self._replay(path, frames_before, skip)
        self.missing += self.frame - self._end
        folder, segment_mib, keep_mib = kept or (None, 1, 1)
        self.session.open_live(interface, ring_mib, folder, segment_mib, keep_mib, before=self.frame, file=0)

    def _replay(self, path: str, before: int, skip: int) -> None:
        """Reads a segment; one that ends within a frame, or within its header, ends there: its writer was ended."""
        try:
            self.session.open(path, 0, before, skip)
            self._advance(0, None)
        except CaptureError as error:
            log.warning("%s: not read again: %s", path, error)
            return
        row = FileRow(*self.session.files()[-1])
        self.missing += max(before - self._end, 0)
        self._end = before + row.packets + row.not_handed_out
        self.frame = max(self.frame, self._end)
        self.passed += skip

    def advance(self) -> str:
        """Reads on, for 0.2 s at most, and learns. Raises `CaptureError` where the interface is lost."""
        step = self._run()
        if step == "novel":
            self._learn()
        elif step == "time" and self.clock:
            self.clock.turn(self.session)
        return step

    def snapshot(self, lost: str | None = None) -> Stream:
        """What is known by now; the reading goes on."""
        self.session.catch_up()
        return self._stream((f"interface {self.interface}",), [self._file(lost)])

    def end(self, lost: str | None = None) -> Stream:
        """What is known at the end."""
        return self.read(())._replace(paths=(f"interface {self.interface}",), files=[self._file(lost)])

    def _file(self, lost: str | None) -> FileRow:
        """All that was read, as one file's row."""
        rows = [FileRow(*row) for row in self.session.files()]
        packets, size_bytes = self.session.progress()
        drops = self.session.drops()[1] + sum(row.capturer_drops for row in rows)
        packets += sum(row.packets for row in rows) - self.passed
        size_bytes += sum(row.packet_bytes for row in rows)
        return FileRow(packets, size_bytes, size_bytes, lost, 0, drops, 0)

    def listen(self, goes_on: Callable[[], bool], progress: Progress | None = None) -> Stream:
        """Reads until `goes_on` says no (it is asked at least every 0.2 s), or the interface is lost: then the file's row says so."""
        lost = None
        try:
            while goes_on():
                if self.advance() != "novel" and progress:
                    progress(*self.session.drops())
        except CaptureError as error:
            log.warning("%s", error)
            lost = str(error)
        return self.end(lost)


def listen(
    interface: str,
    *,
    seconds: float | None = None,
    packets: int | None = None,
    ring_mib: int = RING_MIB,
    secret_key: bytes | None = None,
    fenced: bool = True,
    progress: Progress | None = None,
) -> Facts:
    """What an interface shows in `seconds`, or until `packets` have come, or until SIGINT or SIGTERM: the first of them ends it.

    A few packets more than `packets` may be read: those that came in the same fifth of a second. Raises `UnusableInput` where the
    interface cannot be opened, with what to do; one that is lost later ends the reading, and what was read stays.
    """
    try:
        reader = LiveReader(registry(), interface, ring_mib=ring_mib, fenced=fenced)
    except CaptureError as error:
        raise UnusableInput(str(error)) from error
    until = None if seconds is None else time.monotonic() + seconds
    with _stopped() as stopped:

        def goes_on() -> bool:
            late = until is not None and time.monotonic() >= until
            return not (stopped() or late or (packets is not None and reader.session.progress()[0] >= packets))

        stream = reader.listen(goes_on, progress)
    return Assembler(stream, secret_key or secrets.token_bytes(32)).assemble()


@contextmanager
def _stopped() -> Iterator[Callable[[], bool]]:
    """While it lasts, SIGINT and SIGTERM end nothing: they are noted, so that what was read is kept. Signals reach the main thread only."""
    noted = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield noted.is_set
        return

    def note(_number: int, _frame: FrameType | None) -> None:
        noted.set()

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield noted.is_set
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


__all__ = ["Kept", "LiveReader", "listen"]
