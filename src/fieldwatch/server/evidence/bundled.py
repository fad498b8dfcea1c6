"""The bundle of an exhibit: its frames, and as many of those before them as reading them again needs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.utils import timezone

from fieldwatch.pipeline.bundle import Expected, blanked, pack, read_again
from fieldwatch.pipeline.slice import Frame
from fieldwatch.server.evidence.exhibit import Exhibit, Place
from fieldwatch.server.evidence.frames import holds_login, several
from fieldwatch.server.evidence.reading import read
from fieldwatch.wire import time_text


def bundle_of(data: Path, exhibit: Exhibit) -> bytes | None:
    """The bundle of the first place whose frames are kept; None where there is none."""
    for place in exhibit.places:
        numbers = sorted({span.frame for span in place.spans})
        kept = several(data, place.source, numbers)
        if kept and len(kept) == len(numbers):
            frames = [_bare(place, kept[number]) for number in numbers]
            return pack(_statement(exhibit, place), frames, _expected(place, frames))
    return None


def _bare(place: Place, frame: Frame) -> Frame:
    """The frame without credentials."""
    has_login = holds_login(place.source, frame.number)
    return blanked(frame, read(frame, has_login=True)) if has_login else frame


def _expected(place: Place, frames: list[Frame]) -> list[Expected]:
    """What reading these frames gives at the bytes that are stated; all that it gives in their frames, where nothing stands there."""
    at = {frame.number: number for number, frame in enumerate(frames, 1)}
    wanted = {(at[span.frame], span.offset) for span in place.spans if span.frame in at}
    found = read_again(frames)
    here = [one for one in found if (one.frame, one.offset) in wanted]
    return here or found[:50]


def _statement(exhibit: Exhibit, place: Place) -> dict[str, Any]:
    return {
        "made": timezone.now().isoformat(timespec="seconds"),
        "title": exhibit.title,
        "subject": exhibit.subject,
        "said": [{"what": str(one.label), "value": one.value, "why": one.why} for one in exhibit.said],
        "rule": exhibit.rule,
        "judged": exhibit.judged or None,
        "source": {"identity": place.source.identity, "name": place.source.name, "site": place.source.site.name},
        "protocol": place.protocol,
        "seen": time_text(place.seen_ns),
        "spans": [span._asdict() for span in place.spans],
    }
