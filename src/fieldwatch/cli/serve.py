"""`fieldwatch serve`: the pages, the API and the worker, on this machine."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from fieldwatch.cli.platform import add_data, opened
from fieldwatch.cli.refuse import refuse

if TYPE_CHECKING:
    from fieldwatch.server.options import Options

PAUSES_S = (0.5, 2.0, 10.0, 30.0)
"""How long a worker that ended is left before it is started again: longer each time, unless it worked for a minute."""


def declare(verbs: Any) -> None:
    """The verb and its arguments."""
    verb = verbs.add_parser("serve", help="Serves the pages and the API on this machine, and starts the worker.", description=__doc__)
    add_data(verb)
    verb.add_argument("--host", help="address to serve at (usual: 127.0.0.1)")
    verb.add_argument("--port", type=int, help="port (usual: 8484)")
    verb.add_argument("--no-worker", action="store_true", help="start no worker: one runs elsewhere")
    verb.add_argument("--share", type=int, help=argparse.SUPPRESS)
    verb.add_argument("--parent", type=int, help=argparse.SUPPRESS)
    verb.set_defaults(run=run)


def run(given: argparse.Namespace) -> None:
    """Serves until SIGTERM."""
    for name, value in (("HOST", given.host), ("PORT", given.port)):
        if value is not None:
            os.environ[f"FIELDWATCH_SERVER_{name}"] = str(value)
    if given.share is not None:
        _share(given)
        return
    chosen = opened(given)
    _refuse_open_door(chosen)
    _refuse_bad_certificate(chosen)
    from fieldwatch.server.serving import listening, serve

    try:
        pages = listening(chosen)
    except OSError as error:
        refuse(f"server.host = {chosen['server.host']}, server.port = {chosen['server.port']}: cannot be served at: {error.strerror}")
    keepers = list(_keepers(chosen, pages.fileno(), with_worker=not given.no_worker))
    try:
        serve(chosen, pages, _say)
    finally:
        for keeper in keepers:
            keeper.end()


def _share(given: argparse.Namespace) -> None:
    """One of several processes that serve pages at the socket of the first."""
    import socket

    from fieldwatch.pipeline.confine import end_with

    end_with(given.parent, signal.SIGTERM)
    chosen = opened(given, migrated=False)
    from fieldwatch.server.serving import serve

    serve(chosen, socket.socket(fileno=given.share), None)


def _keepers(chosen: Options, pages: int, *, with_worker: bool) -> Iterator[Keeper]:
    """What runs beside this process: the worker, and further processes for pages."""
    rest = ["--data", str(chosen.data), "--parent", str(os.getpid())]
    if with_worker:
        yield Keeper("the worker", ["worker", *rest])
    for number in range(2, chosen["server.processes"] + 1):
        yield Keeper(f"process {number} of the pages", ["serve", *rest, "--share", str(pages)], pages)


def _refuse_open_door(chosen: Options) -> None:
    host = chosen["server.host"]
    if host not in {"127.0.0.1", "::1", "localhost"} and not chosen["server.certificate"] and not chosen["server.behind_proxy"]:
        refuse(f"server.host = {host}: other machines are served with TLS only; set server.certificate and server.key (docs/server.md)")


def _refuse_bad_certificate(chosen: Options) -> None:
    from fieldwatch.sensor.diagnosis import Diagnosis
    from fieldwatch.server.doctor.certificate import unusable

    files = chosen["server.certificate"], chosen["server.key"]
    found = unusable(*files) if any(files) else None
    if isinstance(found, Diagnosis):
        refuse(f"server.certificate, server.key: {found.words}; {found.remedy}")


def _say(words: str) -> None:
    print(words, flush=True)


class Keeper:
    """Keeps a process of ours running beside this one: one that ends is started again."""

    def __init__(self, name: str, words: list[str], *handed: int) -> None:
        self.name, self.handed = name, handed
        self.command = [sys.executable, "-m", "fieldwatch", *words]
        self.ended = threading.Event()
        self.process: subprocess.Popen[bytes] | None = None
        self.thread = threading.Thread(target=self._keep, name=name, daemon=True)
        self.thread.start()

    def _keep(self) -> None:
        tries = 0
        while not self.ended.is_set():
            began = time.monotonic()
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, start_new_session=True, pass_fds=self.handed)
            code = self.process.wait()
            tries = 0 if time.monotonic() - began > 60 else tries + 1
            if not self.ended.is_set():
                pause = PAUSES_S[min(tries, len(PAUSES_S) - 1)]
                print(f"fieldwatch: {self.name} ended with {code}; it is started again in {pause} s", file=sys.stderr, flush=True)
                self.ended.wait(pause)

    def end(self) -> None:
        """Ends the process after what is at hand, and waits for it."""
        self.ended.set()
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
