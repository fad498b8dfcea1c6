"""A platform whose server, worker and sensors are killed: at moments drawn by chance, and at each commit point of each of them."""

from __future__ import annotations

import os
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench._killed import LAST_S, Left, Lost, at_first, at_points, at_random, traced
from bench._kills import INTERFACE, REACHED_S, Point
from bench._part import Outcome, Part, Promise
from bench._postgres import has_postgres, postgres
from bench._table import table
from bench._wire import has_wire, namespace

KILLS = 50
"""Of each process, at random moments."""

FEWER = 20
"""Of each process, beside PostgreSQL."""

SEED = 4
SIDE_BY_SIDE = 3
"""New platforms at a time: they wait more than they work."""


FIRST = frozenset({
    "fsync server/keys.py:_make", "link server/keys.py:_make", "unlink server/keys.py:_make",
    "commit server/sensors/stored.py:admit", "statement server/accounts/tokens.py:authenticate",
    "fsync sensor/state.py:write", "replace sensor/state.py:write", "unlink sensor/state.py:keep", "rename sensor/spool.py:_new",
    "commit store/folding/site.py:_point", "commit store/folding/judging.py:_insert",
})  # fmt: skip
"""Places that only a new platform comes to: keys are made, a sensor enrols, a token is used first, assets and findings are new."""


def run(times: int) -> Outcome:
    with tempfile.TemporaryDirectory() as made, namespace(f"fieldwatch-{os.getpid()}") as inside:
        folder, began = Path(made), time.monotonic()
        by_chance = at_random(folder / "chance", KILLS * times, inside=inside, seed=SEED)
        with postgres() as url:
            on_postgres = at_random(folder / "postgres", FEWER * times, url=url, seed=SEED)
        chance_s = time.monotonic() - began
        points = traced(folder / "trace", inside=inside, seed=SEED)
        again = {name: [point for point in some if point.place not in FIRST] for name, some in points.items()}
        at_each, missed = at_points(folder / "points", again, inside=inside, seed=SEED)
        first, missed_first = _first(folder, points, inside)
        points_s = time.monotonic() - began - chance_s
    text = _text(by_chance, on_postgres, chance_s, points, at_each, first, [*missed, *missed_first], points_s)
    return Outcome(text, tuple(_promises(by_chance, on_postgres, at_each, first)))


def _first(folder: Path, points: dict[str, list[Point]], inside: str) -> tuple[list[Left], list[str]]:
    """The points that only a new platform comes to, each on one of its own: some side by side, those that need the wire by turns."""

    def die(number: int, name: str, point: Point) -> tuple[Left, bool]:
        return at_first(folder / f"first-{number}", name, point, inside=inside if name == INTERFACE else "", seed=SEED)

    wanted = [(name, point) for name, some in points.items() for point in some if point.place in FIRST]
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        begun = [pool.submit(die, number, *one) for number, one in enumerate(wanted) if one[0] != INTERFACE]
        found = [one.result() for one in begun]
    found += [die(number, *one) for number, one in enumerate(wanted) if one[0] == INTERFACE]
    in_turn = sorted(wanted, key=lambda one: one[0] == INTERFACE)
    missed = [f"{name}: {point}" for (name, point), (_, reached) in zip(in_turn, found, strict=True) if not reached]
    return [left for left, _ in found], missed


def _text(
    by_chance: Left,
    on_postgres: Left,
    chance_s: float,
    points: dict[str, list[Point]],
    at_each: Left,
    first: Sequence[Left],
    missed: Sequence[str],
    points_s: float,
) -> str:
    at_any = Counter(at_each.kills)
    for one in first:
        at_any.update(one.kills)
    runs = by_chance.kills, on_postgres.kills, {name: len(some) for name, some in points.items()}, at_any
    kills = [(name, *(f"{one.get(name, 0)}" for one in runs)) for name in by_chance.kills]
    lost = [_row("at random moments", by_chance.lost), _row("at commit points", at_each.lost)]
    head = ["run", "sent", "missing", "holes", "seconds of holes", "`Gap` says", "s of them", "kept twice", "counted by the store"]
    not_reached = "\n".join(f"- {one}" for one in missed) or "- none"
    return f"""\
`fieldwatch serve`, `worker` and two sensors (a watched folder; an interface with 100 numbered frames a second) as processes of one
machine, killed with SIGKILL and started again. Captures come meanwhile, each by upload and by the watched folder:
{by_chance.captures} and, beside PostgreSQL, {on_postgres.captures} in the {chance_s:.0f} s of random moments (seed {SEED}),
{at_each.captures} in the {points_s:.0f} s of commit points.
Commit points are the ends of transactions, statements outside of one, fsync, rename, link and unlink of our code; each is died at before
and after, and after a later time. {len(first)} of them are come to by a new platform only, which is set up, or takes in its first
captures: each of these had one of its own.

At the end the sites are compared with one of an undisturbed store that read the same captures: claims, sightings, logins, operations with
each occurrence, conversations, message classes, slices of the history, assets with attributes and addresses, findings; changes of values
must follow from each other; the store must be whole, the audit log unbroken, inbox, spool and uploads empty.

{table(["process", "kills at random moments", "beside PostgreSQL", "commit points", "kills at them"], kills)}

{table(head, lost)}

Commit points that were not come to within {2 * REACHED_S:.0f} s:

{not_reached}"""


def _row(name: str, lost: Lost | None) -> tuple[str, ...]:
    assert lost
    counts = (lost.sent, lost.frames, lost.holes)
    told = f"{lost.seconds:.1f}", f"{lost.gaps} times", f"{lost.dead_s:.1f}", f"{lost.doubled}", f"{lost.counted:,}"
    return name, *(f"{count:,}" for count in counts), *told


def _promises(by_chance: Left, on_postgres: Left, at_each: Left, first: Sequence[Left]) -> Iterator[Promise]:
    wrong = [one.differences for one in first if one.differences]
    yield Promise(
        "kills of each process at random moments", f"{KILLS}", f"{min(by_chance.kills.values())}", min(by_chance.kills.values()) >= KILLS
    )
    yield _same("random moments", by_chance.differences)
    yield _same("random moments, PostgreSQL", on_postgres.differences)
    yield _same("commit points", at_each.differences)
    yield _same("commit points of a new platform", "; ".join(wrong))
    for name, one in (("random moments", by_chance.lost), ("commit points", at_each.lost)):
        assert one
        kept = one.sent - one.frames
        found = "; ".join(one.unexplained) or "none"
        yield Promise(f"interface, {name}: holes beyond the time dead and {LAST_S:.0f} s", "none", found, not one.unexplained)
        same = one.counted == kept and not one.doubled
        yield Promise(f"interface, {name}: frames counted once", f"{kept:,}", f"{one.counted:,}", same)
        yield Promise(f"interface, {name}: holes that stand as a Gap", f"{one.holes}", f"{one.gaps}", one.gaps >= one.holes)


def _same(name: str, differences: str) -> Promise:
    told = differences.replace("\n", "; ").replace("|", "/")
    return Promise(f"upload and watched folder, {name}", "as undisturbed", told or "as undisturbed", not differences)


PART = Part("killed", "Server, worker and sensors killed: what is lost, and what is doubled", run, 1, lambda: has_wire() or has_postgres())
