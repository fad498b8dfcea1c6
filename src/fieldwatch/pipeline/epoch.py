"""An epoch of a live interface: one source that goes on. What changed is told again and again, in batches; its packets are kept on disk.

How often: when there is something new, at least `least_s` apart, and so that telling takes a tenth of the time at most. An epoch that was
ended at any moment goes on as the same source: its packets are read again, and the time for which nobody listened is a `Gap`; so is the
time between an epoch that came to its end and the next one.
"""

from __future__ import annotations

import fcntl
import logging
import os
import time
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

from fieldwatch.facts import Batch, Gap, Source, Subject
from fieldwatch.pipeline.assemble import Assembler, Facts
from fieldwatch.pipeline.batches import batches, rows, source_of
from fieldwatch.pipeline.by_time import Clock
from fieldwatch.pipeline.epoch_state import State, load, save, sendable
from fieldwatch.pipeline.live import RING_MIB, Kept, LiveReader
from fieldwatch.pipeline.pins import Pins
from fieldwatch.pipeline.proofs import SETTLE_S, Proofs, secret
from fieldwatch.pipeline.reading import uncollected
from fieldwatch.pipeline.ring import Segment, last_frame, prune, segments
from fieldwatch.pipeline.slice import Frame
from fieldwatch.pipeline.sources import UnusableInput
from fieldwatch.pipeline.told import Told
from fieldwatch.protocols import registry
from fieldwatch.wire import CaptureError

log = logging.getLogger(__name__)

SHARE = 10
"""Telling may take one part in so many of the time."""

HELD_S = 0.3
"""So long an epoch that is told to end goes on listening: a block of the kernel's ring that is not full is handed over by then."""

NOBODY = Subject("", "")


class Epoch:
    """One epoch of an interface, in a folder of its own: `epoch.json` and the packets. `batches` is its life; it has one."""

    def __init__(
        self,
        interface: str,
        sensor: str,
        secret_key: bytes,
        folder: Path,
        *,
        ring_mib: int = RING_MIB,
        segment_mib: int = 64,
        keep_mib: int = 4096,
        fenced: bool = True,
        least_s: float = 1.0,
        settle_s: float = SETTLE_S,
    ) -> None:
        self.interface, self.sensor, self.secret_key = interface, sensor, secret_key
        self.folder = folder
        self.ring_mib, self.segment_mib, self.keep_mib = ring_mib, segment_mib, keep_mib
        self.fenced, self.least_s, self.settle_s = fenced, least_s, settle_s
        self.cost_s = 0.0
        """Processor time that the last telling took."""

    def batches(self, goes_on: Callable[[], bool]) -> Iterator[Batch]:
        """The batches of the epoch, until `goes_on` (asked at least every 0.2 s) says no, or the interface is lost: the last one `is_last`.

        Who asks for the next one has the one before in safe keeping. First come those that were not yet safe when the epoch before ended;
        they may be of another source, and may have been taken before. Raises `UnusableInput` where the interface or folder cannot be used.
        """
        with self._locked():
            yield from self._begin()
            self._open()
            lost, due = None, 0.0
            try:
                while goes_on():
                    self.reader.advance()
                    if time.monotonic() >= due and self._frame() > self.state.frame:
                        yield from self._tell()
                        due = time.monotonic() + max(self.least_s, SHARE * self.cost_s)
                self._drain()
            except CaptureError as error:
                log.warning("%s", error)
                lost = str(error)
            yield from self._tell(lost, is_end=True)

    def _drain(self) -> None:
        """Reads what came until now: the kernel holds frames back for a moment."""
        end = time.monotonic() + HELD_S
        while time.monotonic() < end:
            self.reader.advance()

    # ------------------------------------------------------------------------------------------------------- beginning

    def _locked(self) -> _Lock:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return _Lock(self.folder / "lock")

    def _begin(self) -> Iterator[Batch]:
        """Tells again what may not have been taken; then `state` is that of the epoch that goes on, or of a new one."""
        state = load(self._file)
        if state:
            yield from state.telling
        if state is None or state.is_over:
            self.state = State(self._new_identity(), paused_ns=state.ended_ns if state else 0)
            return
        kept = segments(self._packets(state.identity if not state.was or self._packets(state.identity).is_dir() else state.was))
        if state.frame < state.first or (kept and kept[0].first <= state.first):
            self.state = state
            return
        yield from self._give_way(state)

    def _give_way(self, old: State) -> Iterator[Batch]:
        """The packets with which the epoch began are gone: it ends, and a new one takes over those that were not told."""
        log.warning("%s: the packets of its beginning are no longer kept, a new epoch takes over", old.identity)
        last: tuple[Batch, ...] = ()
        if old.telling:
            last = (Batch(old.telling[-1].source, old.number, old.told_ns, (), True),)
        untimed = max(old.frame - max(old.told_frame, old.first - 1), 0)
        self.state = State(self._new_identity(), first=old.frame + 1, frame=old.frame, was=old.identity, untimed=untimed, telling=last)
        save(self._file, self.state)
        yield from last

    def _new_identity(self) -> str:
        return f"live:{self.sensor}:{self.interface}:{time.time_ns()}"

    @property
    def _file(self) -> Path:
        return self.folder / "epoch.json"

    def _packets(self, identity: str) -> Path:
        """The folder with the packets of an epoch."""
        return self.folder / identity.rpartition(":")[2]

    def _open(self) -> None:
        """Reads again what is kept of the epoch, and listens from there on."""
        packets = self._packets(self.state.identity)
        if self.state.was and not packets.exists() and (before := self._packets(self.state.was)).is_dir():
            before.rename(packets)
        packets.mkdir(mode=0o700, exist_ok=True)
        kept = segments(packets)
        last = _last(kept)
        self._note_death(last)
        save(self._file, self.state)
        prune(self.folder, self.keep_mib, packets)
        self.pins, self.told = Pins(self.state.pins), Told()
        self.proofs = Proofs(packets, settle_s=self.settle_s)
        self.clock = Clock(widens=False, told_frame=self.state.told_frame)
        try:
            self.reader = LiveReader(
                registry(),
                self.interface,
                ring_mib=self.ring_mib,
                fenced=self.fenced,
                clock=self.clock,
                kept=Kept(str(packets), self.segment_mib, self.keep_mib),
                first=self.state.first,
                before=max(self.state.frame, self.state.first - 1),
                replay=_replay(kept, self.state.first),
            )
        except CaptureError as error:
            raise UnusableInput(str(error)) from error
        self._note_death(last)

    def _note_death(self, last: Frame | None) -> None:
        """After which frame (0: before the first) nobody listened any more, and for how long that is by now."""
        number, since_ns = (last.number, last.seen_ns) if last else (0, self.state.paused_ns)
        if since_ns:
            self.state = self.state._replace(deaths=self.state.deaths | {number: max(time.time_ns() - since_ns, 0)})

    # --------------------------------------------------------------------------------------------------------- telling

    def _frame(self) -> int:
        """The last frame that was read and counted."""
        return self.reader.frame + self.reader.session.progress()[0] - (self.reader.session.held() is not None)

    def _tell(self, lost: str | None = None, *, is_end: bool = False) -> Iterator[Batch]:
        """What changed since the last time, which is on disk before it is told."""
        begun = time.process_time()
        with uncollected():
            telling = self._changed(lost, is_end)
        packets = self._packets(self.state.identity)
        save(self._file, self.state)
        prune(self.folder, self.keep_mib, packets)
        self.cost_s = time.process_time() - begun
        yield from telling

    def _changed(self, lost: str | None, is_end: bool) -> tuple[Batch, ...]:
        frame = self._frame()
        stream = self.reader.end(lost) if is_end else self.reader.snapshot(lost)
        needed = {one.conversation for one in stream.counts}
        stream, without = self.pins.apply(stream, needed=needed, is_end=is_end)
        assembler = Assembler(stream, self.secret_key, without=without)
        facts = assembler.assemble()
        self.clock.counts.clear()
        self._add_gap(facts)
        hidden = assembler.secret_frames | secret(facts)
        state = self.state
        changed = chain(self.told.changed(rows(facts, state.identity)), self.proofs.due(facts, hidden, frame, is_end=is_end))
        told_ns = max(state.told_ns, self.clock.ended_ns)
        told = batches(self._source(facts), changed, first=state.number, told_ns=told_ns, is_end=is_end)
        telling = tuple(map(sendable, told))
        self.state = state._replace(
            number=state.number + len(telling),
            told_ns=told_ns,
            told_frame=max(state.told_frame, self.clock.ended_frame),
            frame=frame,
            is_over=is_end,
            ended_ns=time.time_ns() if is_end else 0,
            pins=self.pins.lacking(),
            telling=telling,
        )
        return telling

    def _add_gap(self, facts: Facts) -> None:
        """The times for which nobody listened."""
        if self.state.deaths:
            facts.gaps.append(Gap("capture", NOBODY, NOBODY, len(self.state.deaths), 0))

    def _source(self, facts: Facts) -> Source:
        source = source_of(facts, self.state.identity, "live", self.interface)
        own = (
            ("dead_ns", sum(self.state.deaths.values())),
            ("frames_not_kept", self.reader.session.kept()[1]),
            ("frames_not_read_again", self.reader.missing),
            ("frames_not_timed", self.state.untimed),
        )
        return source._replace(counters=(*source.counters, *own))


def _replay(kept: list[Segment], first: int) -> Iterator[tuple[str, int, int]]:
    """The segments that hold frames from `first` on: their paths, the frames before them, and the frames of them to pass over."""
    for number, one in enumerate(kept):
        is_before = number + 1 < len(kept) and kept[number + 1].first <= first
        if not is_before:
            yield str(one.path), one.first - 1, max(first - one.first, 0)


def give_up(folder: Path) -> None:
    """The epoch of the folder is not gone on with: the next one begins anew, and tells for how long nobody listened in between."""
    file = folder / "epoch.json"
    state = load(file)
    if state:
        last = _last(segments(folder / state.identity.rpartition(":")[2]))
        ended_ns = state.ended_ns or (last.seen_ns if last else time.time_ns())
        save(file, State(state.identity, is_over=True, ended_ns=ended_ns))


def _last(kept: list[Segment]) -> Frame | None:
    """The last frame that is kept, under its number in the epoch."""
    return next((last for one in reversed(kept) if (last := last_frame(one))), None)


class _Lock:
    """A file that one process holds for as long as it works in the folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> None:
        self.file = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self.file)
            raise UnusableInput(
                f"{self.path.parent}: another process works in this folder; give each interface a folder of its own"
            ) from None

    def __exit__(self, *_: object) -> None:
        os.close(self.file)


__all__ = ["Epoch", "give_up"]
