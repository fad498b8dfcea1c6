"""A whole platform in processes of its own, on a folder: pages with API and door, worker, sensors; people's programs; a wire to listen at.

Each process is the one that an operator would start; what is killed is killed by its number. With a namespace all of them run in it.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import closing
from http.client import HTTPException
from pathlib import Path
from typing import NamedTuple

from bench._machine import ROOT
from bench._wire import entered, inside

PATIENCE_S = 120.0
PIECE = 64 * 1024
"""Bytes of a piece of an upload here: small, so that kills fall between pieces."""

RUNNING = 5
"""The column of /proc/net/packet that says whether a socket gets frames."""

PREPARE = """
import datetime, json, sys, django
django.setup()
from django.conf import settings
from fieldwatch.store.upgrade import upgrade
upgrade(settings.DATA)
from django.utils import timezone
from fieldwatch.server.accounts import people, tokens
from fieldwatch.server.accounts.sensor_token import make_token
from fieldwatch.store.models import Site
person = people.create("stage", "stage@plant.example")
people.give(person, "administrator")
told = {"api": tokens.make(person, "stage", "write", None, timezone.now() + datetime.timedelta(days=2)), "sensors": {}}
for slug in sys.argv[1:]:
    site = Site.objects.create(slug=slug, name=slug)
    told["sensors"][slug] = make_token(site, slug, person)
print(json.dumps(told))
"""
"""Makes the store, its sites, and what lets programs in."""


class Tokens(NamedTuple):
    """What lets programs in: an API token, and an enrolment token of each site."""

    api: str
    sensors: dict[str, str]


class Stage:
    """A platform on `folder`; `data` is its data folder, which may be elsewhere. `url`: its PostgreSQL; without it, SQLite.

    `lent` stands in the environment of the server's and the worker's processes.
    """

    def __init__(self, folder: Path, *, inside: str = "", url: str = "", options: str = "", data: Path | None = None) -> None:
        self.folder, self.inside, self.url = folder, inside, url
        folder.mkdir(parents=True, exist_ok=True)
        self.data = data or folder / "data"
        self.data.mkdir(parents=True, exist_ok=data is not None)
        self.lent: dict[str, str] = {}
        self.pages, self.door = _free_port(), _free_port()
        told = f"[server]\nport = {self.pages}\n[sensors]\nport = {self.door}\n[limits]\nperson_per_minute = 0\n"
        (self.data / "fieldwatch.toml").write_text(told + (f'[database]\nurl = "{url}"\n' if url else "") + options)
        self._running: list[subprocess.Popen[bytes]] = []
        self.tokens = Tokens("", {})

    # -------------------------------------------------------------------------------------------------------- beginning

    def prepare(self, *sites: str) -> None:
        """Makes the store with these sites."""
        told = json.loads(self.python(PREPARE, *sites))
        self.tokens = Tokens(told["api"], told["sensors"])

    def python(self, code: str, *words: str) -> str:
        """What a program in Python says that has the platform's code, and its store."""
        command = [sys.executable, "-c", code, *words]
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, env=self.environment(), cwd=self.folder, text=True).stdout

    def environment(self, **more: str) -> dict[str, str]:
        """The environment of a program of ours on this folder."""
        held = {name: value for name, value in os.environ.items() if not name.startswith(("FIELDWATCH_", "FATAL_"))}
        held |= {"FIELDWATCH_DATA": str(self.data), "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}", **more}
        return held | {"DJANGO_SETTINGS_MODULE": "fieldwatch.server.settings"}

    def start(self, *words: str, log: str, fatal: str = "", trace: str = "") -> subprocess.Popen[bytes]:
        """Starts a verb; with `fatal` one that dies at that commit point, with `trace` one that notes all of them (see `_fatal`)."""
        module = "bench._fatal" if fatal or trace else "fieldwatch"
        command = [*self.within(), sys.executable, "-m", module, *words]
        with (self.folder / f"{log}.log").open("ab") as said:
            environment = self.environment(FATAL_POINT=fatal, FATAL_TRACE=trace, **({} if words[0] == "sensor" else self.lent))
            process = subprocess.Popen(command, stdout=said, stderr=said, env=environment, cwd=self.folder)
        self._running.append(process)
        return process

    def serve(self, *words: str, fatal: str = "", trace: str = "") -> subprocess.Popen[bytes]:
        """Starts pages, API and door; the worker too, unless told not to."""
        return self.start("serve", "--data", str(self.data), *words, log="serve", fatal=fatal, trace=trace)

    def worker(self, *words: str, fatal: str = "", trace: str = "") -> subprocess.Popen[bytes]:
        """Starts a worker."""
        return self.start("worker", "--data", str(self.data), *words, log="worker", fatal=fatal, trace=trace)

    def sensor(self, site: str, *what: str, fatal: str = "", trace: str = "") -> subprocess.Popen[bytes]:
        """Starts the sensor of a site, which watches or listens as told. Its state is in `sensor-SITE`."""
        token = self.folder / f"{site}.token"
        token.write_text(self.tokens.sensors[site])
        told = ("--to", f"https://127.0.0.1:{self.door}", "--token-file", str(token), "--state", str(self.state(site)), "--ring-gib", "1")
        return self.start("sensor", *what, *told, log=f"sensor-{site}", fatal=fatal, trace=trace)

    def state(self, site: str) -> Path:
        """Where the sensor of a site keeps everything."""
        return self.folder / f"sensor-{site}"

    def within(self) -> Sequence[str]:
        """What stands before a command that is to run in the namespace."""
        return inside(self.inside) if self.inside else ()

    # -------------------------------------------------------------------------------------------------------------- use

    def answers(self) -> bool:
        """Whether the pages answer."""
        try:
            self.ask("GET", "/api/v1/sites")
        except (OSError, Refused):
            return False
        return True

    def ask(self, method: str, path: str, body: bytes | None = None, **head: str) -> dict[str, object]:
        """One request to the API. Raises OSError where no answer comes, or a part of one, and Refused where the answer is no."""
        names = {name.replace("_", "-"): value for name, value in head.items()}
        names |= {"Authorization": f"Bearer {self.tokens.api}"}
        names |= {"Content-Type": "application/json"} if body and "Content-Range" not in names else {}
        request = urllib.request.Request(f"http://127.0.0.1:{self.pages}{path}", body, names, method=method)
        try:
            with entered(self.inside), urllib.request.urlopen(request, timeout=60) as answer:
                told: dict[str, object] = json.loads(answer.read() or b"{}")
                return told
        except urllib.error.HTTPError as error:
            raise Refused(f"{error.code} {error.read(300)!r}") from error
        except HTTPException as error:
            raise ConnectionError(f"a part of an answer: {error}") from error

    def upload(self, path: Path, site: str, piece_bytes: int = PIECE) -> None:
        """Uploads a capture as a browser does: piece after piece, and again until it is there, whoever dies meanwhile."""
        content = path.read_bytes()
        opening = json.dumps({"name": path.name, "size": len(content), "modified": 1, "site": site}).encode()
        until = time.monotonic() + 2 * PATIENCE_S
        while True:
            try:
                told = self.ask("POST", "/api/v1/captures", opening)
                while told["capture"] is None:
                    at = int(str(told["offset"]))
                    piece = content[at : at + piece_bytes]
                    span = f"bytes {at}-{max(at + len(piece) - 1, 0)}/{len(content)}"
                    told = self.ask("PUT", str(told["url"]), piece, Content_Range=span)
                return
            except (OSError, Refused):
                if time.monotonic() > until:
                    raise
                time.sleep(0.3)

    def listens(self) -> bool:
        """Whether somebody listens at the wire of the namespace. A socket is there before its ring is made and it hears anything."""
        told = subprocess.run([*self.within(), "cat", "/proc/net/packet"], capture_output=True, check=True, timeout=60, text=True).stdout
        return any(line.split()[RUNNING] == "1" for line in told.splitlines()[1:])

    def is_folded(self, site: str) -> bool:
        """Whether everything that is known of the site is folded."""
        ((facts, folded),) = self.query(f"SELECT facts, folded FROM store_site WHERE slug = '{site}'")
        return facts == folded

    def is_over(self, site: str) -> bool:
        """Whether the last batch of all that came to the site is taken, and the site folded."""
        states = self.query(f"SELECT state FROM store_source WHERE site_id = (SELECT id FROM store_site WHERE slug = '{site}')")
        return self.is_folded(site) and {str(row[0]) for row in states} == {"done"}

    def settled(self, sites: Sequence[str], captures: int) -> bool:
        """Whether so many captures of each of the sites are read, and the sites folded."""
        sources = "SELECT count(*) FROM store_source WHERE kind = 'capture' AND state IN ('done', 'failed')"
        for site in sites:
            ((done,),) = self.query(f"{sources} AND site_id = (SELECT id FROM store_site WHERE slug = '{site}')")
            if done < captures or not self.is_folded(site):
                return False
        return True

    def query(self, text: str) -> list[tuple[int, ...]]:
        """Rows of the store, read beside everybody."""
        if self.url:
            import psycopg

            with psycopg.connect(self.url) as store:
                return store.execute(text).fetchall()
        with closing(sqlite3.connect(f"file:{self.data / 'fieldwatch.sqlite3'}?mode=ro", uri=True, timeout=60)) as store:
            return store.execute(text).fetchall()

    def end(self) -> None:
        """Ends all that runs."""
        for process in self._running:
            if process.poll() is None:
                process.terminate()
        for process in self._running:
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


class Refused(Exception):
    """The API said no."""


def kill(process: subprocess.Popen[bytes]) -> None:
    """Ends a process as a power cut does."""
    process.send_signal(signal.SIGKILL)
    process.wait()


def until(reached: Callable[[], bool], what: str, patience_s: float = PATIENCE_S) -> None:
    """Waits for something. Raises TimeoutError that says what did not come."""
    end = time.monotonic() + patience_s
    while not reached():
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {patience_s:.0f} s")
        time.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])
