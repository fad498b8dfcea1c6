"""Fills a store as a large plant would: assets, conversations, operations through the ingest itself, history as the roll-up would leave it.

python -m bench.fill --data FOLDER [--assets 10000] [--operations 1000000] [--history 10000000]
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from fieldwatch.facts import (
    Claim,
    Conversation,
    Effect,
    Evidence,
    Login,
    MessageClass,
    Occurrence,
    Operation,
    Row,
    Sighting,
    Source,
    Span,
    Subject,
)
from fieldwatch.facts.batch import SLICE_NS

SEED = 4
END_NS = 1_780_000_000_000_000_000
DAYS = 30
DAY_NS = 86_400_000_000_000
SITES = (("north", "North works", 0.7), ("south", "South works", 0.3))

PROTOCOLS = (("s7comm", 102), ("modbus", 502), ("cip", 44818), ("bacnet", 47808), ("dnp3", 20000))
READS = (("Read Var", Effect.READ), ("Read Holding Registers", Effect.READ), ("Identify", Effect.IDENTIFY))
CHANGES = (
    ("Write Var", Effect.WRITE, "T0855"), ("PLC Stop", Effect.STOP, "T0858"), ("PLC Start", Effect.START, "T0858"),
    ("Request Download", Effect.PROGRAM_DOWNLOAD, "T0843"), ("Set Clock", Effect.TIME_SET, ""), ("Force", Effect.FORCE, "T0831"),
)  # fmt: skip
ROLES = ("plc",) * 12 + ("io device",) * 3 + ("hmi",) * 2 + ("engineering station",) + ("server",) * 2


class Size(NamedTuple):
    """How much of each."""

    assets: int
    operations: int
    history: int


class Device(NamedTuple):
    """A device of the plant: its end, what it says of itself, its protocol."""

    end: Subject
    said: tuple[tuple[str, str], ...]
    protocol: str
    port: int
    role: str


def devices(count: int, site: int, draw: random.Random) -> list[Device]:
    """The devices of one site."""
    from bench._devices import devices as named
    from fieldwatch.vulnerabilities import starter

    identities = named(starter.starter(), count)
    return [_device(number, site, identities[number], draw) for number in range(count)]


def _device(number: int, site: int, identity: object, draw: random.Random) -> Device:
    high, low = divmod(number, 250)
    end = Subject(
        f"10.{40 + site}.{high}.{low + 1}", f"02:{site:02x}:{number >> 16 & 255:02x}:{number >> 8 & 255:02x}:{number & 255:02x}:01"
    )
    protocol, port = draw.choice(PROTOCOLS)
    role = draw.choice(ROLES)
    said = [("station_name", f"{role[:3].upper()}-{site}{number:05d}"), ("serial_number", f"SN{draw.randrange(10**9):09d}")]
    for ours, theirs in (("vendor", "vendor"), ("product", "model"), ("order_number", "order_number"), ("firmware", "firmware")):
        value = getattr(identity, ours)
        if value:
            said.append((theirs, value))
    return Device(end, tuple(said), protocol, port, role)


def rows(found: list[Device], size: Size, source: str, draw: random.Random) -> Iterator[Row]:
    """All facts of a site."""
    masters = [one for one in found if one.role in {"hmi", "engineering station", "server"}] or found[:1]
    share = max(1, size.operations // len(found))
    first = END_NS - DAYS * DAY_NS
    for number, device in enumerate(found):
        seen_ns = first + number * 1_000_000
        yield Sighting(device.end.ip, device.end.mac, 0, seen_ns, END_NS - number * 1_000_000_000, 1000, source, number + 1, 64)
        proof = Evidence(source, (Span(number + 1, 54, 20),), seen_ns, device.protocol)
        yield from (Claim(device.end, attribute, value, proof) for attribute, value in device.said)
        for master in draw.sample(masters, min(3, len(masters))):
            if master is not device:
                yield _talk(master, device, first, draw)
        yield from _done(draw.choice(masters), device, share, first, proof, draw)
        if number % 20 == 0:
            frames = (number + 1,)
            yield Login(masters[0].end, device.end, "telnet", draw.choice(("admin", "operator", "root")), "", True, "ok", 3, frames, proof)


def _talk(master: Device, device: Device, first: int, draw: random.Random) -> Conversation:
    times = draw.randrange(1000, 100_000)
    said = [MessageClass(name, effect, f"DB{draw.randrange(99)}", times, 0, 0, first, END_NS) for name, effect in READS]
    if draw.random() < 0.3:
        said.append(MessageClass("Write Var", Effect.WRITE, f"DB{draw.randrange(99)}", 40, 0, 0, first, END_NS))
    row = (device.protocol, times * 4, times * 400, first, END_NS, tuple(sorted(said)))
    return Conversation(master.end, device.end, "tcp", device.port, *row)


def _done(master: Device, device: Device, count: int, first: int, proof: Evidence, draw: random.Random) -> Iterator[Operation]:
    left = count
    while left > 0:
        name, effect, technique = draw.choice(CHANGES) if draw.random() < 0.3 else CHANGES[0]
        here = min(left, draw.randrange(20, 200))
        left -= here
        frame = draw.randrange(1 << 40)
        times = sorted(draw.randrange(first, END_NS) for _ in range(here))
        kept = tuple(Occurrence(frame + at, seen_ns, (("value", str(at % 97)),), "ok") for at, seen_ns in enumerate(times))
        obj = f"DB{draw.randrange(999)}.{draw.randrange(99)}"
        yield Operation(master.end, device.end, device.protocol, name, effect, obj, technique, here, kept, proof._replace(seen_ns=times[0]))


def fill(data: Path, size: Size, say: object = print) -> None:
    """Fills the store of the data folder (Django is set up). Sites that are there already are left as they are."""
    from fieldwatch.pipeline.batches import batches
    from fieldwatch.store.ingest import Writer
    from fieldwatch.store.models import Site

    draw, writer = random.Random(SEED), Writer(data / "history")
    for number, (slug, name, share) in enumerate(SITES):
        site, is_new = Site.objects.get_or_create(slug=slug, defaults={"name": name, "timezone": "Europe/Berlin"})
        if not is_new:
            continue
        here = Size(int(size.assets * share), int(size.operations * share), int(size.history * share))
        began = time.monotonic()
        source = Source(f"sha256:{number:064x}", "capture", f"{slug}.pcap", 10**8, 10**10, END_NS - DAYS * DAY_NS, END_NS, "", ())
        for batch in batches(source, rows(devices(here.assets, number, draw), here, source.identity, draw)):
            writer.take(site.pk, batch)
        _say(say, f"{slug}: facts taken in {time.monotonic() - began:.0f} s")
        began = time.monotonic()
        history(data, site.pk, here.history)
        _say(say, f"{slug}: history written in {time.monotonic() - began:.0f} s")


def history(data: Path, site: int, count: int) -> None:
    """`count` rows of conversation, class and hour, a file a day, as the roll-up leaves them."""
    from fieldwatch.store.models import MessageClass as Known

    classes = list(Known.objects.filter(site=site).order_by("pk").values_list("pk", "conversation_id"))
    hour = 12 * SLICE_NS
    for day in range(DAYS if classes else 0):
        start = (END_NS - (DAYS - day) * DAY_NS) // hour * hour
        chosen = [(*classes[at % len(classes)], start + (at // len(classes)) % 24 * hour, 3600, 0) for at in range(count // DAYS)]
        _put(data / "history", site, chosen, hour)


def _put(folder: Path, site: int, chosen: list[tuple[int, int, int, int, int]], grain_ns: int) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from fieldwatch.store.history.files import SCHEMA, close, enlist, place

    chosen.sort(key=lambda row: (row[0], row[2]))
    table = pa.Table.from_arrays([pa.array(column, pa.int64()) for column in zip(*chosen, strict=True)], schema=SCHEMA)
    path, waiting = place(folder, site)
    pq.write_table(table, waiting, compression="zstd")
    times = [row[2] for row in chosen]
    enlist(site, grain_ns, [close(folder, path, waiting, min(times), max(times), len(chosen))])


def _say(say: object, words: str) -> None:
    if callable(say):
        say(words)


def main() -> int:
    """Fills, folds, judges."""
    options = argparse.ArgumentParser(prog="python -m bench.fill", description=__doc__)
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--assets", type=int, default=10_000)
    options.add_argument("--operations", type=int, default=1_000_000)
    options.add_argument("--history", type=int, default=10_000_000)
    given = options.parse_args()
    os.environ["FIELDWATCH_DATA"] = str(given.data.absolute())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fieldwatch.server.settings")
    import django

    django.setup()
    from fieldwatch.server.options import options as chosen
    from fieldwatch.server.worker.loop import Worker
    from fieldwatch.store.upgrade import upgrade

    upgrade(given.data)
    fill(given.data, Size(given.assets, given.operations, given.history))
    began = time.monotonic()
    Worker(chosen()).run_until_idle()
    print(f"folded and judged in {time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
