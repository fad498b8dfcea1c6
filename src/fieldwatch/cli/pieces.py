"""The bytes around what proves a fact, for the page: lines of sixteen, as much as is worth to carry along."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fieldwatch.facts import Evidence

LINE = 16
MOST_LINES = 8
"""Bytes of a line; lines of a frame around one proof."""

MOST_FRAMES = 6000
"""Frames whose bytes the page carries; some 300 bytes of the page each."""

LARGEST = 1 << 28
"""Captures of more bytes are not read a second time for the page."""

Place = tuple[str, int]
"""A capture and the number of a frame in it."""


def pieces(proofs: Iterable[Evidence], secret: Collection[Place], sizes: Mapping[str, int]) -> dict[Place, list[tuple[int, str]]]:
    """For each frame that proves something, its lines around the proof: offset and hex. Not those of `secret`."""
    wanted: dict[str, dict[int, set[int]]] = {}
    count = 0
    for proof in proofs:
        if sizes.get(proof.source, LARGEST + 1) > LARGEST or proof.source == "-":
            continue
        for frame, offset, length in proof.spans[:1]:
            if not length or (proof.source, frame) in secret:
                continue
            frames = wanted.setdefault(proof.source, {})
            if frame not in frames:
                count += 1
                if count > MOST_FRAMES:
                    continue
            first, last = offset // LINE, (offset + length - 1) // LINE
            frames.setdefault(frame, set()).update(range(max(0, first - 1), min(last + 2, first + MOST_LINES)))
    return {place: lines for source in wanted for place, lines in _lines(source, wanted[source])}


def _lines(source: str, wanted: Mapping[int, Collection[int]]) -> Iterable[tuple[Place, list[tuple[int, str]]]]:
    from fieldwatch.pipeline import UnusableInput
    from fieldwatch.pipeline.slice import frames

    try:
        found = frames(source, wanted.keys())
    except UnusableInput:  # a capture that only the core reads (zstd), or that has gone: the page does without its bytes
        return
    for number, frame in found.items():
        lines = [(line * LINE, frame.data[line * LINE : (line + 1) * LINE].hex()) for line in sorted(wanted[number])]
        yield (source, number), [(offset, text) for offset, text in lines if text]
