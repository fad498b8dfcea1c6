"""Faults of the machine, each made beneath a platform that works: what people, programs and sensors are told, and what is left of it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from bench import _faults_bytes, _faults_clock, _faults_database, _faults_disk, _faults_large
from bench._faults import LONGEST_S, Fault
from bench._part import Outcome, Part, Promise
from bench._postgres import has_postgres
from bench._table import table

FAULTS: tuple[Callable[[Path], Fault], ...] = (
    _faults_disk.full,
    _faults_database.away,
    _faults_database.held,
    _faults_clock.set_back,
    _faults_bytes.bad,
    _faults_large.upload,
)

TEXT = """\
`fieldwatch serve` with its worker and a sensor that watches a folder, as processes of one machine; captures come by upload and by that
folder. Each fault has a platform of its own. What is quoted is what a signed-in browser was shown (the notice of the page, where it has
one), what a program with a token was answered, and what the door answered to a sensor's batch. After the fault nothing is started or
pressed: the seconds are those until all that came meanwhile is read and folded and the pages say nothing of it any more. Then both sites
are compared with one that read the same captures undisturbed, as in [killed.md](killed.md); the store must be whole, the audit log
unbroken, inbox, spool and uploads empty, and the log of the server without a traceback."""


def run(times: int) -> Outcome:
    """Makes all of them."""
    made = []
    for number, fault in enumerate(FAULTS * times):
        with tempfile.TemporaryDirectory() as folder:
            Path(folder).chmod(0o755)  # PostgreSQL has a user of its own
            place = Path(folder) / f"{number}"
            place.mkdir()
            made.append(fault(place))
            print(f"{made[-1].name}: {made[-1].well_s:.1f} s, {'; '.join(made[-1].wrong) or 'as undisturbed'}", flush=True)
    return Outcome("\n\n".join([TEXT, *map(_told, made)]), tuple(_promises(made)))


def _told(fault: Fault) -> str:
    """A fault in words."""
    rows = [(one.who, f"{one.what}".replace("|", "/").replace("<", "&lt;")) for one in fault.told]
    notes = "\n".join(f"- {note}" for note in fault.notes)
    return f"## {fault.name}\n\n{table(['asked', 'told'], rows)}\n\n{notes}".rstrip()


def _promises(made: Sequence[Fault]) -> Iterator[Promise]:
    for fault in made:
        wrong = "; ".join(fault.wrong).replace("\n", "; ").replace("|", "/")
        yield Promise(f"{fault.name}: answers, and what is left", "as undisturbed", wrong or "as undisturbed", not wrong)
        yield Promise(f"{fault.name}: all well by itself", f"{LONGEST_S:.0f} s", f"{fault.well_s:.1f} s", fault.well_s <= LONGEST_S)


def _lacks() -> str:
    """A small file system needs root, as PostgreSQL does."""
    return has_postgres() or _faults_clock.has_clock()


PART = Part("faults", "Faults of the machine: what is said, what is kept, and how long until all is well", run, 1, _lacks)
