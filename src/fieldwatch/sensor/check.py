"""Whether a sensor can do its work here: privileges, interface or folder, disk, enrolment, centre. One line for each, with what to do."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from fieldwatch.sensor.centre import Away, Centre, address, trusting, unverified
from fieldwatch.sensor.device import device, is_up, known
from fieldwatch.sensor.enrol import expires
from fieldwatch.sensor.health import free_bytes
from fieldwatch.sensor.privileges import can_capture
from fieldwatch.sensor.run import Plan
from fieldwatch.sensor.state import State

LEAST_FREE_BYTES = 1 << 30


class Line(NamedTuple):
    """One thing that was looked at."""

    is_well: bool
    words: str


def check(plan: Plan, state: State, url: str) -> Iterator[Line]:
    """What was looked at. Raises BadAddress, BrokenState."""
    yield from _folder(plan.folder) if plan.folder else _interface(plan.interface)
    free = free_bytes(state.folder)
    need = LEAST_FREE_BYTES + (0 if plan.folder else plan.ring_gib << 30)
    yield Line(free >= need, f"disk: {free >> 30} GiB are free for {state.folder}; {need >> 30} GiB are needed for ring and spool")
    yield from _centre(state, address(url))


def _interface(name: str) -> Iterator[Line]:
    yield Line(can_capture(), "privilege: CAP_NET_RAW, " + ("is there" if can_capture() else "is missing; use the systemd unit, or setcap"))
    place = device(name)
    if place is None:
        yield Line(False, f"interface: there is no {name}; there are {known()}")
        return
    yield Line(is_up(place), f"interface: {name} is {'up' if is_up(place) else f'down; bring it up (ip link set {name} up)'}")


def _folder(folder: Path) -> Iterator[Line]:
    is_well = folder.is_dir() and os.access(folder, os.R_OK | os.X_OK)
    yield Line(is_well, f"folder: {folder} {'can be read' if is_well else 'is no folder that this user may read'}")


def _centre(state: State, url: str) -> Iterator[Line]:
    enrolled = state.enrolled()
    if enrolled is None:
        yield Line(False, "enrolment: none; make a token on the page of sensors and give it with --token-file")
        centre = Centre(url, unverified())
    else:
        until = expires(state)
        yield Line(until > datetime.now(UTC), f"enrolment: as {enrolled.sensor}, certificate until {until:%Y-%m-%d}")
        centre = Centre(url, trusting(enrolled.authority, state.identity))
    try:
        reply = centre.get("/sensor/v1/config" if enrolled else "/sensor/v1/authority")
        error = reply.body.get("error", "")
        yield Line(reply.status == 200, f"centre: {url} answers {reply.status}{f': {error}' if error else ''}")
        if reply.skew_ns is not None:
            yield Line(abs(reply.skew_ns) < 5e9, f"clock: {abs(reply.skew_ns) / 1e9:.1f} s from the centre's")
    except Away as away:
        yield Line(False, f"centre: {away}")
    finally:
        centre.close()


__all__ = ["Line", "check"]
