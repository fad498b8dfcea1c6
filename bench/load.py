"""Twenty people over all lists of a large store, while facts are taken in: how long they wait for a list, on SQLite and on PostgreSQL.

The store is made by `bench.fill` (kept in build/load from run to run, as it takes minutes); PostgreSQL is Debian's, started for the run.
"""

from __future__ import annotations

import csv
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from bench._part import Missing, Outcome, Part, Promise
from bench._postgres import has_postgres, start, stop
from bench._table import table

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / "build" / "load"
PEOPLE = 20
SECONDS = 60
MEDIAN_MS, LATE_MS = 500, 2_000
LIMITS_OFF = {"FIELDWATCH_LIMITS_PERSON_PER_MINUTE": "0", "FIELDWATCH_LIMITS_ADDRESS_PER_MINUTE": "0"}
PORT = 8497


class Waited(NamedTuple):
    """What was asked, how often, how long it took (ms), how often it failed."""

    name: str
    asked: int
    failed: int
    median: float
    late: float
    slowest: float


def environment(data: Path, url: str) -> dict[str, str]:
    """The environment of all processes of one run."""
    made = {
        **os.environ, **LIMITS_OFF, "FIELDWATCH_DATA": str(data), "FIELDWATCH_SENSORS_PORT": "0", "FIELDWATCH_SERVER_PROCESSES": "2",
        "DJANGO_SETTINGS_MODULE": "fieldwatch.server.settings", "PYTHONPATH": f"{ROOT}/src:{ROOT}",
    }  # fmt: skip
    return made | ({"FIELDWATCH_DATABASE_URL": url} if url else {})


def python(*words: str, env: dict[str, str]) -> str:
    """Runs a program of ours to its end."""
    done = subprocess.run([sys.executable, *words], env=env, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Missing(f"{' '.join(words)[:80]}: {done.stderr[-800:]}")
    return done.stdout


def filled(data: Path, url: str) -> None:
    """The store, where it is not there already."""
    if not (data / "filled").exists():
        data.mkdir(parents=True, exist_ok=True)
        python("-m", "bench.fill", "--data", str(data), env=environment(data, url))
        (data / "filled").touch()


SESSIONS = """
import django; django.setup()
from django.contrib.sessions.backends.db import SessionStore
from fieldwatch.store.models import Membership, User
for number in range({count}):
    user, is_new = User.objects.get_or_create(username=f"visitor-{{number}}", defaults={{"email": f"visitor-{{number}}@example.org"}})
    Membership.objects.get_or_create(user=user, role="analyst")
    session = SessionStore()
    session["_auth_user_id"] = str(user.pk)
    session["_auth_user_backend"] = "allauth.account.auth_backends.AuthenticationBackend"
    session["_auth_user_hash"] = user.get_session_auth_hash()
    session["second_factor"] = True
    session.save()
    print(session.session_key)
"""

TAKING = """
import time, django; django.setup()
import random
from pathlib import Path
from bench.fill import Size, devices, rows, END_NS
from fieldwatch.facts import Source
from fieldwatch.pipeline.batches import batches
from fieldwatch.store.ingest import Writer
from fieldwatch.store.models import Site
draw, writer = random.Random(time.time_ns()), Writer()
site = Site.objects.order_by("pk").first()
taken, began = 0, time.monotonic()
while True:
    name = "sha256:%064x" % draw.getrandbits(256)
    source = Source(name, "capture", "load.pcap", 1, 1, END_NS, END_NS, "", ())
    for batch in batches(source, rows(devices(300, 9, draw), Size(300, 30000, 0), name, draw)):
        writer.take(site.pk, batch)
        taken += 1
        print(taken, round(time.monotonic() - began, 1), flush=True)
        time.sleep(0.2)
"""


@contextmanager
def running(words: list[str], env: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is ended at the end."""
    with log.open("wb") as stream:
        process = subprocess.Popen(words, env=env, cwd=ROOT, stdout=stream, stderr=stream, start_new_session=True)
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def ready(port: int) -> None:
    """Waits until the pages answer."""
    for _ in range(200):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/accounts/login/", timeout=2).close()
            return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise Missing("the server does not answer")


def visited(data: Path, url: str, folder: Path) -> tuple[list[Waited], float]:
    """Visits the lists while facts are taken in. Returns what was waited for, and how many batches a second were taken."""
    env = environment(data, url)
    (folder / "sessions").write_text(python("-c", SESSIONS.format(count=PEOPLE), env=env), encoding="utf-8")
    serve = [sys.executable, "-m", "fieldwatch", "serve", "--data", str(data), "--port", str(PORT), "--no-worker"]
    taking = [sys.executable, "-c", TAKING]
    with running(serve, env, folder / "serve.log"), running(taking, env, folder / "taking.log"):
        ready(PORT)
        words = ["-m", "locust", "-f", "bench/_visitors.py", "--headless", "-u", str(PEOPLE), "-r", "5", "-t", f"{SECONDS}s"]
        words += ["--host", f"http://127.0.0.1:{PORT}", "--csv", str(folder / "load"), "--only-summary"]
        subprocess.run(
            [sys.executable, *words],
            cwd=ROOT,
            check=False,
            capture_output=True,
            env=env | {"FIELDWATCH_SESSIONS": str(folder / "sessions")},
        )
    lines = (folder / "taking.log").read_text(encoding="utf-8").split("\n")
    last = next((line.split() for line in reversed(lines) if len(line.split()) == 2 and line[0].isdigit()), ["0", "1"])
    return list(_waited(folder / "load_stats.csv")), float(last[0]) / float(last[1])


def _waited(path: Path) -> Iterator[Waited]:
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            yield Waited(
                row["Name"], int(row["Request Count"]), int(row["Failure Count"]), float(row["50%"] or 0), float(row["95%"] or 0),
                float(row["100%"] or 0),
            )  # fmt: skip


def run(times: int) -> Outcome:
    """Measures both databases."""
    text, promises = [], []
    for name, url in _databases():
        data = KEPT / name.lower()
        filled(data, url)
        with tempfile.TemporaryDirectory(prefix="fieldwatch-load-") as folder:
            found, taken = visited(data, url, Path(folder))
        rows = [[one.name, *(f"{value:.0f}" for value in one[1:])] for one in found]
        heading = f"**{name}**, {taken:.1f} batches of up to 1,000 rows a second taken in meanwhile:"
        text += [heading, table(["list", "asked", "failed", "median ms", "95 % ms", "slowest ms"], rows)]
        whole = next(one for one in found if one.name == "Aggregated")
        promises += [
            Promise(f"{name}: median of all lists", f"< {MEDIAN_MS} ms", f"{whole.median:.0f} ms", whole.median < MEDIAN_MS),
            Promise(f"{name}: 95th percentile", f"< {LATE_MS} ms", f"{whole.late:.0f} ms", whole.late < LATE_MS),
            Promise(f"{name}: requests that failed", "0", str(whole.failed), whole.failed == 0),
        ]
    return Outcome("\n\n".join(text), tuple(promises))


def _has_locust() -> bool:
    return subprocess.run([sys.executable, "-c", "import locust"], capture_output=True, check=False).returncode == 0


def _databases() -> Iterator[tuple[str, str]]:
    """SQLite, and PostgreSQL where it is installed."""
    yield "SQLite", ""
    folder = KEPT / "server"
    folder.mkdir(parents=True, exist_ok=True)
    url = start(folder)
    try:
        yield "PostgreSQL", url
    finally:
        stop(folder)


def _lacks() -> str:
    there = shutil.which("locust") is not None or _has_locust()
    return has_postgres() if there else "locust is not installed; `make setup` installs it"


PART = Part("load", "Twenty people over all lists of 10,000 assets and 1,000,000 operations, while facts are taken in", run, 1, _lacks)
