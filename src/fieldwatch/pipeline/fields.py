"""What Fieldwatch reads from the bytes of one frame: each fact whose evidence stands in it, as a field with a name and a value."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from fieldwatch.facts import Evidence, Operation, Span
from fieldwatch.pipeline.assemble import Facts
from fieldwatch.pipeline.inspect import inspect
from fieldwatch.pipeline.slice import Frame, write_pcap

HEADERS = 42
"""Bytes of Ethernet, IPv4 and UDP headers: in a frame with credentials whose place is not known, nothing behind them is shown."""


class Field(NamedTuple):
    """Bytes of the frame and what was read from them. `secret`: they hold credentials. `alone`: read without the frames before it."""

    offset: int
    length: int
    name: str
    value: str
    secret: bool = False
    alone: bool = False


def read_fields(path: str, frame: Frame) -> list[Field]:
    """The fields of the frame, in order of their place.

    A message that repeats an earlier one is only counted, so its frame proves nothing new: then the frame is read alone.
    """
    facts = inspect([path]).facts
    found = list(fields(facts, frame.number))
    if not any(field.length for field in found):
        found += [field._replace(alone=True) for field in _alone(frame)]
    if any(frame.number in login.frames for login in facts.logins) and not any(field.secret for field in found):
        found.append(Field(HEADERS, max(0, len(frame.data) - HEADERS), "login", "somewhere in these bytes", secret=True))
    return sorted(set(found), key=lambda field: (field.offset, -field.length, field))


def _alone(frame: Frame) -> Iterator[Field]:
    with tempfile.TemporaryDirectory(prefix="fieldwatch-") as folder:
        path = Path(folder) / "frame.pcap"
        write_pcap(path, [frame])
        yield from fields(inspect([str(path)]).facts, 1)


def fields(facts: Facts, frame: int) -> Iterator[Field]:
    """The facts whose evidence stands in this frame, as fields."""
    for claim in facts.claims:
        of = f" of {claim.subject.component}" if claim.subject.component else ""
        yield from _named(claim.evidence, frame, f"{claim.evidence.protocol} {claim.attribute}{of}", claim.value)
    for operation in facts.operations:
        yield from _operation(operation, frame)
    for login in facts.logins:
        value = " ".join(part for part in (login.username and f"user {login.username}", login.result) if part)
        for span in _here(login.evidence, frame):
            yield Field(span.offset, span.length, f"{login.protocol} login", value, secret=True)
    for bad in facts.malformed:
        rule = f"{bad.reason}{f' ({bad.clause})' if bad.clause else ''}: {bad.have}, allowed {bad.allowed}"
        yield from _named(bad.evidence, frame, f"{bad.protocol} broken rule", rule)
    for row in facts.undecoded:
        yield from _named(row.evidence, frame, f"{row.protocol} {row.function}", row.reason)


def owners(size: int, found: list[Field]) -> list[int | None]:
    """For each of `size` bytes the field that marks it: the smallest one that covers it, and credentials before all others."""
    owner: list[int | None] = [None] * size
    order = sorted(range(len(found)), key=lambda at: (found[at].secret, -found[at].length, -at))
    for at in order:
        one = found[at]
        for byte in range(max(0, one.offset), min(size, one.offset + one.length)):
            owner[byte] = at
    return owner


def _operation(operation: Operation, frame: int) -> Iterator[Field]:
    for each in operation.occurrences:
        if each.frame == frame:
            values = " ".join(f"{name}={value}" for name, value in each.values)
            what = " ".join(part for part in (operation.effect.value, operation.object, values, each.result) if part)
            name = f"{operation.protocol} {operation.name}"
            places = list(_here(operation.evidence, frame))
            yield from (Field(span.offset, span.length, name, what) for span in places)
            if not places:
                yield Field(0, 0, name, what)


def _named(evidence: Evidence, frame: int, name: str, value: str) -> Iterable[Field]:
    return (Field(span.offset, span.length, name, value) for span in _here(evidence, frame))


def _here(evidence: Evidence, frame: int) -> Iterable[Span]:
    return (span for span in evidence.spans if span.frame == frame)
