"""A fresh machine without a network, from the bundle to the first inventory; and whether the units do all their work under systemd.

    make prove PART=install

Needs root and systemd. The machine is a box (see `_box`): its files are a copy of this machine's, so that it has what this one has.
"""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TypeVar

from bench import _wire
from bench._box import Box, Failed, box, has_box
from bench._feeds import PLANT
from bench._installed import DATA, NET_RAW, PREFIX, SENSOR, SERVER, Installed, killed, rights, wait
from bench._machine import ROOT
from bench._part import Outcome, Part, Promise, Spoilt
from bench._table import table
from bench._visitor import Visitor

PLACE = "srv/fieldwatch"
"""Where the bundle lies in the box."""

TO_INVENTORY_S = 15 * 60
"""From a fresh host to its first inventory, at most."""

TO_BE_SEEN_S = 60
"""From the first frame of a device to its row, at most."""

PIECE = 4 << 20
PPS = 2000
UPLOADED, LIVE = "upload", "live"
"""Sites: what is uploaded, and what the sensor hears."""

Promises = Iterator[Promise]
Done = TypeVar("Done")


def run(_: int) -> Outcome:
    """Measures it once: each step stands on the one before."""
    took: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        bundle = _timed(took, "`make bundle`, with a network", lambda: _bundle(folder / "dist"))
        (folder / "box").mkdir()
        with box(folder / "box") as machine:
            try:
                promises = tuple(_all(machine, Installed(folder / "seen", machine), bundle, took))
            except (Failed, TimeoutError) as error:
                raise Spoilt(f"{error}\n{machine.run('journalctl', '--no-pager', '--lines=40')}") from error
        size = bundle.stat().st_size / 2**20
    rows = [(what, f"{seconds:.1f} s") for what, seconds in took.items()]
    text = f"A bundle of {size:.0f} MiB; a box that has a wire and its loopback, and no other network.\n\n{table(['step', 'took'], rows)}"
    return Outcome(text, promises)


def _all(machine: Box, made: Installed, bundle: Path, took: dict[str, float]) -> Promises:
    yield from _refused(machine, bundle)
    yield from _first_inventory(machine, made, took)
    yield from _evidence(made)
    yield from _heard(machine, made, took)
    yield from _confined(machine)
    yield from _killed(machine, made, took)
    yield from _again(machine, made, took)
    yield from _ended(machine, took)


def _bundle(out: Path) -> Path:
    subprocess.run([ROOT / "tools" / "bundle.sh", out], check=True, capture_output=True, cwd=ROOT)
    (made,) = out.glob("*.tar")
    return made


def _refused(machine: Box, bundle: Path) -> Promises:
    """A bundle that is not what was made is not installed; then it is mended."""
    place = machine.root / PLACE
    place.mkdir(parents=True)
    subprocess.run(["tar", "-xf", bundle, "-C", place, "--strip-components=1"], check=True)
    whole = (place / "requirements.txt").read_bytes()
    (place / "requirements.txt").write_bytes(whole + b"\n")
    machine.run(f"/{PLACE}/install.sh", wanted=1)
    there = (machine.root / PREFIX.lstrip("/")).exists()
    yield Promise("a bundle of which a file is not what was made", "refused", "refused", not there)
    (place / "requirements.txt").write_bytes(whole)


def _first_inventory(machine: Box, made: Installed, took: dict[str, float]) -> Promises:
    began = time.monotonic()
    _timed(took, "`install.sh`", lambda: machine.run(f"/{PLACE}/install.sh"))
    machine.run("systemctl", "enable", "--now", *SERVER)
    took["from the start of the units until the pages say how to make an account"] = wait(lambda: "/setup/" in _said(machine), "the link")
    made.prepare(UPLOADED, LIVE)
    made.upload(PLANT, UPLOADED, PIECE)
    wait(lambda: _is_read(made) and made.count(f"/api/v1/assets?site={UPLOADED}") > 0, "the inventory")
    whole_s = time.monotonic() - began
    took["from `install.sh` to the devices of the plant's capture, all together"] = whole_s
    yield Promise("from a fresh host to its first inventory", f"{TO_INVENTORY_S // 60} min", f"{whole_s:.0f} s", whole_s <= TO_INVENTORY_S)
    told = machine.run("journalctl", "--output=cat", "--no-pager", "--unit=fieldwatch-worker")
    free = "the reader of captures keeps its access" in told
    yield Promise("the reader of captures leaves the network", "yes", "no" if free else "yes", not free)


def _said(machine: Box) -> str:
    return machine.run("journalctl", "--output=cat", "--no-pager", "--unit=fieldwatch-serve")


def _is_read(made: Installed) -> bool:
    return all(row["state"] == "done" for row in made.rows(f"/api/v1/captures?site={UPLOADED}"))


def _evidence(made: Installed) -> Promises:
    """The frame of a firmware is read by a process of the pages' own."""
    row = next(row for row in made.rows(f"/api/v1/assets?site={UPLOADED}&limit=100") if row["firmware"])
    seen = Visitor(made).sees(f"/assets/{row['id']}/evidence/firmware/")
    is_shown = seen.status == 200 and str(row["firmware"]) in seen.text and "0000" in seen.text
    yield Promise("the frame that proves a firmware", "shown", "shown" if is_shown else str(seen), is_shown)


def _heard(machine: Box, made: Installed, took: dict[str, float]) -> Promises:
    """A sensor at the wire: what it hears gives the assets that the upload gave, and it sends nothing."""
    (machine.root / "etc/fieldwatch/sensor.env").write_text(f"FIELDWATCH_CENTRE=https://127.0.0.1:{made.door}\n")
    (machine.root / "etc/fieldwatch/sensor.token").write_text(made.tokens.sensors[LIVE])
    machine.run("systemctl", "enable", "--now", SENSOR)
    wait(made.listens, "the sensor listens", 30)
    sender = subprocess.Popen(
        [*_wire.inside(machine.network), "tcpreplay", "-q", "-i", "play", f"--pps={PPS}", str(PLANT)], stdout=subprocess.DEVNULL
    )
    seen_s = wait(lambda: made.count(f"/api/v1/assets?site={LIVE}") > 0, "the first device")
    took["from the first frame on the wire to the first device in the inventory"] = seen_s
    yield Promise("from a device's first frame to its row", f"{TO_BE_SEEN_S} s", f"{seen_s:.1f} s", seen_s <= TO_BE_SEEN_S)
    sender.wait()
    wanted = made.count(f"/api/v1/assets?site={UPLOADED}")
    try:
        wait(lambda: made.count(f"/api/v1/assets?site={LIVE}") == wanted, "the same assets", 60)
    finally:
        heard = made.count(f"/api/v1/assets?site={LIVE}")
    yield Promise("assets of the live sensor", f"{wanted}, as of the upload", f"{heard}", heard == wanted)
    sent = int(machine.run("cat", "/sys/class/net/seen/statistics/tx_packets"))
    yield Promise("packets that the sensor's interface sent", "0", f"{sent}", sent == 0)


def _confined(machine: Box) -> Promises:
    """What the processes may do: nobody is root or can become it, and only the sensor has a capability."""
    for unit in (*SERVER, SENSOR):
        found = rights(machine, unit)
        wanted = NET_RAW if unit == SENSOR else 0
        kept = found.user != 0 and found.capabilities == wanted and found.gains_none and found.filtered
        has = "CAP_NET_RAW" if wanted else "none"
        measured = f"user {found.user}, {found.capabilities:#x}, gains {'none' if found.gains_none else 'some'}, filter {found.filtered}"
        yield Promise(f"{unit}: capabilities of a user that is not root", has, has if kept else measured, kept)


def _killed(machine: Box, made: Installed, took: dict[str, float]) -> Promises:
    for unit in (*SERVER, SENSOR):
        seconds = killed(machine, unit, made.answers if unit != SENSOR else made.listens)
        took[f"{unit}: killed, until it is there again"] = seconds
        yield Promise(f"{unit}: killed", "started again", "started again", True)
    told = made.as_server(f"{PREFIX}/bin/fieldwatch", "doctor", "--data", DATA).count("\N{BALLOT X}")
    yield Promise("`fieldwatch doctor`: what is to be done", "0", f"{told}", told == 0)


def _again(machine: Box, made: Installed, took: dict[str, float]) -> Promises:
    """`install.sh` run again is an upgrade: what ran runs again, and what was there is there."""
    before = [made.count(f"/api/v1/assets?site={site}") for site in (UPLOADED, LIVE)]
    _timed(took, "`install.sh` again", lambda: machine.run(f"/{PLACE}/install.sh"))
    wait(made.answers, "the pages after the upgrade")
    wait(made.listens, "the sensor after the upgrade")
    after = [made.count(f"/api/v1/assets?site={site}") for site in (UPLOADED, LIVE)]
    yield Promise("assets after an upgrade", f"{before[0]}, {before[1]}", f"{after[0]}, {after[1]}", before == after)


def _ended(machine: Box, took: dict[str, float]) -> Promises:
    for unit in (SENSOR, *reversed(SERVER)):
        _timed(took, f"{unit}: stopped", partial(machine.run, "systemctl", "stop", unit))
        result, code = machine.shows(unit, "Result", "ExecMainStatus")
        yield Promise(f"{unit}: stopped", "success, 0", f"{result}, {code}", (result, code) == ("success", "0"))


def _timed(took: dict[str, float], what: str, work: Callable[[], Done]) -> Done:
    began = time.monotonic()
    done = work()
    took[what] = time.monotonic() - began
    return done


def _lacks() -> str:
    there = [place for place in (PREFIX, DATA) if Path(place).exists()]
    return has_box() or (f"this machine has a Fieldwatch already: {', '.join(there)}" if there else "")


PART = Part("install", "From a bundle to the first inventory without a network, and the units under systemd", run, 1, _lacks)
