"""`fieldwatch serve`: the pages, the API and the worker, on this machine."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import threading
import time
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
    verb.set_defaults(run=run)


def run(given: argparse.Namespace) -> None:
    """Serves until SIGTERM."""
    for name, value in (("HOST", given.host), ("PORT", given.port)):
        if value is not None:
            os.environ[f"FIELDWATCH_SERVER_{name}"] = str(value)
    chosen = opened(given)
    _refuse_open_door(chosen)
    keeper = None if given.no_worker else Keeper(chosen)
    from fieldwatch.server.serving import serve

    try:
        serve(chosen, _say)
    finally:
        if keeper is not None:
            keeper.end()


def _refuse_open_door(chosen: Options) -> None:
    host = chosen["server.host"]
    if host not in {"127.0.0.1", "::1", "localhost"} and not chosen["server.certificate"] and not chosen["server.behind_proxy"]:
        refuse(f"server.host = {host}: other machines are served with TLS only; set server.certificate and server.key (docs/server.md)")


def _say(words: str) -> None:
    print(words, flush=True)


class Keeper:
    """Keeps a worker running beside this process: one that ends is started again."""

    def __init__(self, chosen: Options) -> None:
        self.command = [sys.executable, "-m", "fieldwatch", "worker", "--data", str(chosen.data), "--parent", str(os.getpid())]
        self.ended = threading.Event()
        self.process: subprocess.Popen[bytes] | None = None
        self.thread = threading.Thread(target=self._keep, name="keeper", daemon=True)
        self.thread.start()

    def _keep(self) -> None:
        tries = 0
        while not self.ended.is_set():
            began = time.monotonic()
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, start_new_session=True)
            code = self.process.wait()
            tries = 0 if time.monotonic() - began > 60 else tries + 1
            if not self.ended.is_set():
                pause = PAUSES_S[min(tries, len(PAUSES_S) - 1)]
                print(f"fieldwatch: the worker ended with {code}; it is started again in {pause} s", file=sys.stderr, flush=True)
                self.ended.wait(pause)

    def end(self) -> None:
        """Ends the worker after the batch at hand, and waits for it."""
        self.ended.set()
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
