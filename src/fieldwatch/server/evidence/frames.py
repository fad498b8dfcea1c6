"""The bytes of a frame: from the capture where it is kept, else from the frames that a sensor sent along as proofs."""

from __future__ import annotations

from pathlib import Path

from fieldwatch.pipeline.slice import Frame, frames
from fieldwatch.pipeline.sources import UnusableInput
from fieldwatch.store.captures import place
from fieldwatch.store.models import Login, Proof, Source


def frame(data: Path, source: Source, number: int) -> Frame | None:
    """The frame; None where its bytes are kept nowhere."""
    return several(data, source, [number]).get(number)


def several(data: Path, source: Source, numbers: list[int]) -> dict[int, Frame]:
    """Those of the frames that are kept."""
    if source.kept:
        path = place(data, source.identity)
        try:
            return frames(str(path), numbers) if path.exists() else {}
        except UnusableInput:
            return {}
    rows = Proof.objects.filter(source=source, frame__in=numbers)
    return {row.frame: Frame(row.frame, row.link, row.seen_ns, bytes(row.data), row.wire_length) for row in rows}


def holds_login(source: Source, number: int) -> bool:
    """True where credentials were read in this frame: then nothing of it is shown that is not known to be something else."""
    return any(number in row for row in Login.objects.filter(source=source).values_list("frames", flat=True)[:10_000])
