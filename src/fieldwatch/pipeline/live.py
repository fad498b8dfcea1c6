"""A live interface, read into the same facts as a capture file: for a time, for a number of packets, or until somebody stops it.

The native core holds the ring and only listens. The frames of a live interface are kept nowhere: evidence names the interface, and frames
are numbered from 1 in the order of their arrival.
"""

from __future__ import annotations

import logging
import secrets
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from fieldwatch.pipeline.assemble import Assembler, Facts
from fieldwatch.pipeline.sources import UnusableInput
from fieldwatch.pipeline.stream import Reader, Stream
from fieldwatch.protocols import Registry, registry
from fieldwatch.wire import CaptureError

log = logging.getLogger(__name__)

RING_MIB = 64
"""Size of the ring where none is asked for: at a million small packets a second it fills in half a second."""

Progress = Callable[[int, int], None]
"""Called a few times a second with the packets received and the packets dropped so far."""


class LiveReader(Reader):
    """Reads one interface."""

    def __init__(self, registry: Registry, interface: str, *, ring_mib: int = RING_MIB, fenced: bool = True) -> None:
        super().__init__(registry, fenced=fenced)
        self.interface = interface
        self.session.open_live(interface, ring_mib)

    def listen(self, goes_on: Callable[[], bool], progress: Progress | None = None) -> Stream:
        """Reads until `goes_on` says no (it is asked at least every 0.2 s), or the interface is lost: then the file's row says so."""
        lost = None
        try:
            while goes_on():
                if self.session.run() == "novel":
                    self._learn()
                elif progress:
                    progress(*self.session.drops())
        except CaptureError as error:
            log.warning("%s", error)
            lost = str(error)
        stream = self.read(())
        return stream._replace(paths=(f"interface {self.interface}",), files=[stream.files[0]._replace(cut=lost)])


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


__all__ = ["LiveReader", "listen"]
