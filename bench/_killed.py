"""Runs in which processes of a platform are killed, and what is left at the end, beside what an undisturbed run leaves."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from bench._content import brief, broken_chains, content, differences
from bench._feeds import Feeder, Kept, Traffic, captures, kept
from bench._kills import Point, Victim, die_at, points, storm, victims
from bench._stage import Stage, until

FED = ("upload", "folder")
LAST_S = 1.0
"""How much of what came right before a kill may be missing."""


class Lost(NamedTuple):
    """What is missing of the frames of an interface: how many frames, in how many holes, how long the holes are, and what the store says.

    `unexplained`: holes in which nobody was killed, or that begin more than a second before, in words. `doubled`: frames kept twice.
    """

    sent: int
    frames: int
    holes: int
    seconds: float
    unexplained: tuple[str, ...]
    doubled: int
    counted: int
    gaps: int
    dead_s: float


class Left(NamedTuple):
    """The end of a run. `differences`: what is not as in the undisturbed run, and what else is wrong, in words; "" where all is well."""

    kills: dict[str, int]
    captures: int
    differences: str
    lost: Lost | None


@contextmanager
def run(folder: Path, *, inside: str = "", url: str = "", seed: int = 4) -> Iterator[tuple[Stage, Feeder, list[Victim], random.Random]]:
    """A platform that runs, with what comes to it; it is ended at the end."""
    stage = Stage(folder, inside=inside, url=url)
    stage.prepare(*FED, "live", "calm")
    dice = random.Random(seed)
    feeder = Feeder(stage, captures(folder / "made", dice))
    try:
        yield stage, feeder, victims(stage), dice
    finally:
        try:
            feeder.stop()
        finally:
            stage.end()


def at_random(folder: Path, wanted: int, *, inside: str = "", url: str = "", seed: int = 4) -> Left:
    """Kills every process at moments drawn by chance, each at least `wanted` times."""
    with run(folder, inside=inside, url=url, seed=seed) as (stage, feeder, chosen, dice):
        begin(stage, chosen)
        traffic = _traffic(stage)
        feeder.start(pause_s=2.0)
        storm(chosen, dice, lambda: all(victim.kills >= wanted for victim in chosen))
        return _left(stage, feeder, chosen, traffic)


def traced(folder: Path, *, inside: str = "", seed: int = 4) -> dict[str, list[Point]]:
    """The commit points of each process, as an undisturbed run goes through them."""
    with run(folder, inside=inside, seed=seed) as (stage, feeder, chosen, _):
        traces = {victim.name: folder / f"{number}.trace" for number, victim in enumerate(chosen)}
        begin(stage, chosen, traces)
        traffic = _traffic(stage)
        feeder.bring()
        feeder.bring()
        until(lambda: stage.settled(FED, 2), "all is read")
        _left(stage, feeder, chosen, traffic)
        return {name: points(path) for name, path in traces.items()}


def at_points(folder: Path, which: Mapping[str, Sequence[Point]], *, inside: str = "", seed: int = 4) -> tuple[Left, list[str]]:
    """Kills each process at its points, one after the other; also the points that were not come to."""
    missed = []
    with run(folder, inside=inside, seed=seed) as (stage, feeder, chosen, _):
        begin(stage, chosen)
        traffic = _traffic(stage)
        for victim in chosen:
            if not which.get(victim.name):
                continue
            victim.kill()
            missed += [f"{victim.name}: {point}" for point in which[victim.name] if not die_at(stage, victim, point, feeder)]
            victim.begin()
        return _left(stage, feeder, chosen, traffic), missed


def at_first(folder: Path, name: str, point: Point, *, inside: str = "", seed: int = 4) -> tuple[Left, bool]:
    """Kills one process at a point that only a new platform comes to, the first time that it runs; also whether it came there."""
    with run(folder, inside=inside, seed=seed) as (stage, feeder, chosen, _):
        (doomed,) = (victim for victim in chosen if victim.name == name)
        later = [victim for victim in chosen if doomed.name == "server" and victim.name == "worker"]  # it makes what the server would make
        others = [victim for victim in chosen if victim is not doomed and victim not in later]
        start(stage, others)
        with supervised(others):
            reached = die_at(stage, doomed, point, feeder)
            start(stage, [doomed, *later])
            enrolled(stage)
        feeder.wait()
        feeder.bring()
        return _left(stage, feeder, chosen, _traffic(stage)), reached


def begin(stage: Stage, chosen: Sequence[Victim], traces: Mapping[str, Path] | None = None) -> None:
    """Starts everything, until the sensors are enrolled."""
    start(stage, chosen, traces)
    enrolled(stage)


def start(stage: Stage, chosen: Sequence[Victim], traces: Mapping[str, Path] | None = None) -> None:
    """Starts them, the server first, where it is among them."""
    for victim in chosen:
        victim.begin(**({"trace": str(traces[victim.name])} if traces else {}))
        if victim.name == "server":
            until(stage.answers, "the pages answer")


def enrolled(stage: Stage) -> None:
    """Waits until the sensors are enrolled."""
    sites = ["folder", "live"] if stage.inside else ["folder"]
    until(lambda: all((stage.state(site) / "centre.json").exists() for site in sites), "the sensors enrol")


@contextmanager
def supervised(chosen: Sequence[Victim]) -> Iterator[None]:
    """Begins those again that end by themselves, as systemd does: a sensor that cannot enrol, as the server is away, says so and ends."""
    over = threading.Event()

    def look() -> None:
        while not over.wait(0.5):
            for victim in chosen:
                if victim.process and victim.process.poll() is not None:
                    victim.begin()

    looks = threading.Thread(target=look, name="supervisor")
    looks.start()
    try:
        yield
    finally:
        over.set()
        looks.join()


def _traffic(stage: Stage) -> Traffic | None:
    if not stage.inside:
        return None
    until(stage.listens, "the sensor listens")
    traffic = Traffic(stage.inside)
    traffic.start()
    return traffic


def _left(stage: Stage, feeder: Feeder, chosen: Sequence[Victim], traffic: Traffic | None) -> Left:
    """Lets everything come to its end, and looks at what is left."""
    feeder.stop()
    _until_read(stage, len(feeder.brought))
    lost = _lost(stage, chosen, traffic) if traffic else None
    wrong = against_calm(stage, feeder) + leftovers(stage)
    kills = {victim.name: victim.kills for victim in chosen}
    return Left(kills, len(feeder.brought), "\n".join(wrong), lost)


def _until_read(stage: Stage, captures: int) -> None:
    """Waits as long as it goes on. Raises TimeoutError where nothing more is read."""
    while not stage.settled(FED, captures):
        until(partial(_goes_on, stage, captures, _batches(stage)), "the next capture is read")


def _goes_on(stage: Stage, captures: int, before: int) -> bool:
    return _batches(stage) > before or stage.settled(FED, captures)


def _batches(stage: Stage) -> int:
    return stage.query("SELECT coalesce(sum(batches), 0) FROM store_source WHERE kind = 'capture'")[0][0]


def against_calm(stage: Stage, feeder: Feeder) -> list[str]:
    """The sites beside one that is given the same captures in the same order, undisturbed: of another store; in PostgreSQL, of this one."""
    calm = stage if stage.url else Stage(stage.folder / "calm")
    if not stage.url:
        shutil.copytree(stage.data / "keys", calm.data / "keys")
        calm.prepare("calm")
    command = [sys.executable, "-m", "fieldwatch", "ingest", *map(str, feeder.brought), "--data", str(calm.data), "--site", "calm"]
    subprocess.run(command, check=True, capture_output=True, env=calm.environment(), cwd=calm.folder)
    expected = content(calm.data, "calm", url=calm.url)
    found = ((site, differences(expected, content(stage.data, site, url=stage.url))) for site in FED)
    return [f"{site}: {brief(each)}" for site, each in found if each]


def leftovers(stage: Stage) -> list[str]:
    """What should not be there: pieces of uploads, batches that wait, a store or an audit log that is not whole."""
    wrong = [f"left: {path}" for path in (stage.data / "uploads").glob("*.part")]
    wrong += [f"left: {path}" for path in (stage.data / "inbox").glob("*.batch*")]
    wrong += [f"left: {path}" for path in (stage.state("folder") / "spool").iterdir()]
    wrong += broken_chains(stage.data, url=stage.url)
    checked = [tuple(row) for row in stage.query("PRAGMA integrity_check")] if not stage.url else [("ok",)]
    wrong += [] if checked == [("ok",)] else [f"store: {checked}"]
    command = [sys.executable, "-m", "fieldwatch", "audit", "verify", "--data", str(stage.data)]
    audit = subprocess.run(command, check=False, capture_output=True, text=True, env=stage.environment(), cwd=stage.folder)
    return wrong + ([f"audit: {audit.stdout}{audit.stderr}"] if audit.returncode else [])


# ------------------------------------------------------------------------------------------------------------ an interface


def _lost(stage: Stage, chosen: Sequence[Victim], traffic: Traffic) -> Lost:
    """Ends traffic and sensor, and compares what was sent with what was kept, and with what the store counts."""
    (victim,) = (one for one in chosen if one.name == "sensor, interface")
    assert victim.process
    until(stage.listens, "the sensor listens")
    until(lambda: not any(stage.state("live").glob("spool/*/*.batch")), "what was told is sent")  # who ends does not wait for a centre
    time.sleep(LAST_S)
    traffic.stop()
    victim.process.terminate()
    victim.process.wait(60)
    until(lambda: stage.is_over("live"), "the interface is told to its end", 180)
    found = kept(stage.state("live"))
    packets, gaps = _counted(stage)
    holes = list(_holes(found, len(traffic.sent_ns)))
    return Lost(
        sent=len(traffic.sent_ns),
        frames=sum(after - before - 1 for before, after in holes),
        holes=len(holes),
        seconds=sum(_length_ns(traffic, *hole) for hole in holes) / 1e9,
        unexplained=tuple(_said(traffic, hole) for hole in holes if not _explained(traffic, hole, victim.ended_ns)),
        doubled=len(found) - len({one.number for one in found}),
        counted=packets,
        gaps=gaps,
        dead_s=_dead_ns(stage) / 1e9,
    )


def _counted(stage: Stage) -> tuple[int, int]:
    """Packets of the conversation, and times that nobody listened, as the store has them."""
    of_site = "site_id = (SELECT id FROM store_site WHERE slug = 'live')"
    ((packets,),) = stage.query(f"SELECT coalesce(sum(packets), 0) FROM store_conversation WHERE port = 9000 AND {of_site}")
    ((gaps,),) = stage.query(f"SELECT coalesce(sum(times), 0) FROM store_gap WHERE protocol = 'capture' AND {of_site}")
    return packets, gaps


def _dead_ns(stage: Stage) -> int:
    rows = stage.query("SELECT json_extract(counters, '$.dead_ns') FROM store_source WHERE kind = 'live'")
    return sum(row[0] or 0 for row in rows)


def _holes(found: Sequence[Kept], sent: int) -> Iterator[tuple[int, int]]:
    """Pairs of the frame before a hole and the frame behind it."""
    numbers = sorted({-1, sent, *(one.number for one in found)})
    yield from ((before, after) for before, after in pairwise(numbers) if after > before + 1)


def _length_ns(traffic: Traffic, before: int, after: int) -> int:
    sent = traffic.sent_ns
    return sent[min(after, len(sent) - 1)] - sent[max(before, 0)]


def _said(traffic: Traffic, hole: tuple[int, int]) -> str:
    """A hole in words: how many frames, and where."""
    first = hole[0] + 1
    return f"{hole[1] - first} frames from {first} on, {(traffic.sent_ns[first] - traffic.sent_ns[0]) / 1e9:.2f} s after the first"


def _explained(traffic: Traffic, hole: tuple[int, int], kills: Sequence[int]) -> bool:
    """Whether somebody was killed in the hole, or up to a second after its first frame was sent."""
    first, last = traffic.sent_ns[hole[0] + 1], traffic.sent_ns[min(hole[1], len(traffic.sent_ns) - 1)]
    inside = [at for at in kills if first <= at <= last]
    return bool(inside) and inside[0] - first <= LAST_S * 1e9
