"""`fieldwatch worker`: takes what sensors and people brought. `serve` starts one by itself."""

from __future__ import annotations

import argparse
import signal
from typing import TYPE_CHECKING, Any

from fieldwatch.cli.platform import add_data, opened
from fieldwatch.cli.refuse import refuse

if TYPE_CHECKING:
    from fieldwatch.server.worker.loop import Worker


def declare(verbs: Any) -> None:
    """The verb and its arguments."""
    verb = verbs.add_parser("worker", help="Takes batches and captures into the store; serve starts one.", description=__doc__)
    add_data(verb)
    verb.add_argument("--until-idle", action="store_true", help="end when nothing waits any more")
    verb.add_argument("--parent", type=int, metavar="PID", help="end when this process, which started it, ends")
    verb.set_defaults(run=run)


def run(given: argparse.Namespace) -> None:
    """Works until SIGTERM."""
    if given.parent is not None:
        from fieldwatch.pipeline.confine import end_with

        end_with(given.parent, signal.SIGTERM)
    chosen = opened(given)
    from fieldwatch.server.worker.lock import Lock
    from fieldwatch.server.worker.loop import Worker

    lock = Lock(chosen.data)
    if not lock.take():
        refuse(f"{chosen.data}: another worker is at work there; one is enough")
    worker = Worker(chosen)
    stop_with_signals(worker)
    worker.run_until_idle() if given.until_idle else worker.run()


def stop_with_signals(worker: Worker) -> None:
    """SIGTERM and SIGINT end the worker after the batch at hand."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: worker.stop())
