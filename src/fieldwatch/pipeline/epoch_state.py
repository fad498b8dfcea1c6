"""What an epoch remembers on disk, so that one that was ended at any moment goes on as the same source: one small file, replaced at once.

The batches that are being told stand in it before anybody gets them. Whoever starts again tells exactly them first, under their numbers:
what was taken already is known by its number, and nothing is lost or doubled.
"""

from __future__ import annotations

import base64
import json
import logging
import os
from pathlib import Path
from typing import Any, NamedTuple

from fieldwatch.facts import Batch
from fieldwatch.pipeline.codec import BadBatch, encode, pack, read_packed
from fieldwatch.pipeline.pins import Pin

log = logging.getLogger(__name__)

FORM = 1


class State(NamedTuple):
    """Of one epoch: who it is, its frames, what was told, and the batches that were told last.

    `first` is the number of its first frame, `frame` the last one whose rows were told; `told_frame` and `told_ns` are where its slices end
    that were told; `number` is that of the next batch; `deaths` says after which frames nobody listened, and for how many nanoseconds;
    `was` is the epoch whose packets it took over, `untimed` how many frames of that one stand in no slice, as its last was not over;
    `ended_ns` is when it was over, `paused_ns` when the epoch before it was.
    """

    identity: str
    first: int = 1
    number: int = 1
    told_ns: int = 0
    told_frame: int = 0
    frame: int = 0
    was: str = ""
    untimed: int = 0
    is_over: bool = False
    ended_ns: int = 0
    paused_ns: int = 0
    deaths: dict[int, int] = {}  # noqa: RUF012 - never changed
    pins: dict[int, Pin] = {}  # noqa: RUF012 - never changed
    telling: tuple[Batch, ...] = ()


def load(path: Path) -> State | None:
    """What the file says; None where there is none, or where it cannot be used, which is logged: then a new epoch begins."""
    try:
        told = json.loads(path.read_bytes())
        if told.pop("form") != FORM:
            raise ValueError("another form")
        pins = {int(number): _pin(pin) for number, pin in told.pop("pins").items()}
        telling = tuple(read_packed(base64.b64decode(one)) for one in told.pop("telling"))
        deaths = {int(frame): int(dead_ns) for frame, dead_ns in told.pop("deaths").items()}
        return State(**told, deaths=deaths, pins=pins, telling=telling)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError, AttributeError, BadBatch) as error:
        log.warning("%s: cannot be used, a new epoch begins: %s", path, error)
        return None


def save(path: Path, state: State) -> None:
    """Replaces the file; from then on it is what `load` gives, whatever happens to this process or machine."""
    told: dict[str, Any] = {"form": FORM, **state._asdict()}
    told["pins"] = {str(number): pin for number, pin in state.pins.items()}
    told["telling"] = [base64.b64encode(pack(encode(one))).decode() for one in state.telling]
    fresh = path.with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
        json.dump(told, stream)
        stream.flush()
        os.fsync(stream.fileno())
    fresh.replace(path)


def sendable(batch: Batch) -> Batch:
    """The batch; without its rows where these are too large to be sent, which is logged: one hostile message must not end an epoch."""
    try:
        encode(batch)
    except BadBatch as error:
        log.error("rows cannot be told: %s", error)
        return batch._replace(rows=())
    return batch


def _pin(told: list[Any]) -> Pin:
    client, server, vlan, carrier, port = told
    return Pin((client[0], client[1]), (server[0], server[1]), vlan, carrier, port)


__all__ = ["State", "load", "save", "sendable"]
