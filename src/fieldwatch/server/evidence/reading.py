"""What is read from the bytes of one frame: by a reader without rights, as captures are."""

from __future__ import annotations

import tempfile
from pathlib import Path

from fieldwatch.facts import Batch, Claim, Login, Malformed, Operation, Undecoded
from fieldwatch.pipeline.assemble import Facts
from fieldwatch.pipeline.child import read_apart
from fieldwatch.pipeline.confine import Limits
from fieldwatch.pipeline.fields import HEADERS, Field, fields
from fieldwatch.pipeline.slice import Frame, write_pcap
from fieldwatch.pipeline.sources import UnusableInput

LIMITS = Limits(memory_mib=1024, cpu_s=20)
WALL_S = 20
KEY = b"one frame"
"""Hashes of credentials are not looked at here: any key will do."""


def read(frame: Frame, *, has_login: bool) -> list[Field]:
    """The fields of the frame as it is read alone, in order of their place; credentials are marked as secret."""
    found = sorted(set(_alone(frame)), key=lambda field: (field.offset, -field.length, field))
    if has_login and not any(field.secret for field in found):
        found.append(Field(HEADERS, max(0, len(frame.data) - HEADERS), "login", "somewhere in these bytes", secret=True))
    return found


def _alone(frame: Frame) -> list[Field]:
    facts = Facts()
    with tempfile.TemporaryDirectory(prefix="fieldwatch-") as folder:
        path = Path(folder) / "frame.pcap"
        write_pcap(path, [frame])
        try:
            for step in read_apart(str(path), "frame", "frame", KEY, limits=LIMITS, wall_s=WALL_S):
                if isinstance(step, Batch):
                    _collect(facts, step)
        except UnusableInput:
            return []
    return list(fields(facts, 1))


def _collect(facts: Facts, batch: Batch) -> None:
    kinds = {Claim: facts.claims, Operation: facts.operations, Login: facts.logins, Malformed: facts.malformed, Undecoded: facts.undecoded}
    for row in batch.rows:
        held = kinds.get(type(row))
        if held is not None:
            held.append(row)  # type: ignore[attr-defined]
