"""What tests of the pipeline share: a wire to listen at, and a store that takes batches as the rules of `facts.batch` say."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import pytest
from bench._wire import has_wire, inside, lay

from fieldwatch.facts import Batch, Claim, Conversation, Gap, Login, Operation, Proof, Row, Sighting, Slice, Source
from fieldwatch.facts.batch import key


def run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


class Wire:
    """Two interfaces of a namespace, joined: what is sent into `play` arrives at `seen`."""

    def __init__(self, name: str) -> None:
        self.name = name

    def inside(self, *command: str) -> tuple[str, ...]:
        return (*inside(self.name), *command)

    def replay(self, path: str, *options: str) -> None:
        run(*self.inside("tcpreplay", "-q", "--topspeed", *options, "-i", "play", path))

    def down(self) -> None:
        run("ip", "-n", self.name, "link", "set", "seen", "down")

    def sent_by_seen(self) -> int:
        (link,) = json.loads(run("ip", "-n", self.name, "-s", "-j", "link", "show", "dev", "seen"))
        return int(link["stats64"]["tx"]["packets"])

    def start(self, source: str, *arguments: str) -> subprocess.Popen[str]:
        """A Python program in the namespace, which has said that it is ready."""
        command = self.inside(sys.executable, "-c", source, *arguments)
        program = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert program.stdout is not None
        line = program.stdout.readline()
        assert line == "ready\n", program.communicate(timeout=10)[1]
        return program

    @contextmanager
    def program(self, source: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
        """The same for as long as it is wanted, and then until it ends by itself."""
        with self.start(source, *arguments) as program:
            try:
                yield program
                _, problems = program.communicate(timeout=60)
                assert program.returncode == 0, problems
            finally:
                program.kill()


@pytest.fixture
def wire(namespace: str) -> Wire:
    if why := has_wire():
        pytest.skip(why)
    lay(namespace)
    return Wire(namespace)


class Store:
    """The rows of one source, taken batch by batch: numbers in order and each once, rows replace rows, slices add up."""

    def __init__(self) -> None:
        self.source: Source | None = None
        self.number = 0
        self.is_over = False
        self.rows: dict[tuple[object, ...], Row] = {}
        self.proofs: dict[int, Proof] = {}
        self.slices: Counter[tuple[object, ...]] = Counter()
        self.unanswered: Counter[tuple[object, ...]] = Counter()
        self.starts: set[int] = set()

    def take(self, batches: Iterable[Batch]) -> Store:
        for batch in batches:
            if batch.number <= self.number:
                continue
            assert (batch.number, self.is_over) == (self.number + 1, False)
            self.source, self.number, self.is_over = batch.source, batch.number, batch.is_last
            for row in batch.rows:
                self._row(row)
        return self

    def _row(self, row: Row) -> None:
        place = (type(row).__name__, *key(row))
        if isinstance(row, Slice):
            for start_ns, times, unanswered in row.counts:
                self.slices[key(row)] += times
                self.unanswered[key(row)] += unanswered
                self.starts.add(start_ns)
        elif isinstance(row, Proof):
            self.proofs[row.frame] = row
        else:
            self.rows[place] = self._with_parts(row, self.rows.get(place))

    def _with_parts(self, row: Row, known: Row | None) -> Row:
        if isinstance(row, Conversation) and isinstance(known, Conversation):
            messages = {one[:3]: one for one in (*known.messages, *row.messages)}
            return row._replace(messages=tuple(sorted(messages.values())))
        if isinstance(row, Operation) and isinstance(known, Operation):
            new = {one.frame for one in row.occurrences}
            kept = [one for one in known.occurrences if one.frame not in new]
            return row._replace(occurrences=tuple(sorted([*kept, *row.occurrences], key=lambda one: one.frame)))
        return row

    def of(self, kind: type) -> list[Row]:
        return [row for row in self.rows.values() if isinstance(row, kind)]

    def classes(self) -> tuple[Counter[tuple[object, ...]], Counter[tuple[object, ...]]]:
        """How often each message class was seen, and how often unanswered, as the conversations say it."""
        times: Counter[tuple[object, ...]] = Counter()
        unanswered: Counter[tuple[object, ...]] = Counter()
        for row in self.rows.values():
            if isinstance(row, Conversation):
                for one in row.messages:
                    times[row[:4] + one[:3]] += one.times
                    unanswered[row[:4] + one[:3]] += one.unanswered
        return times, unanswered

    def without_times(self) -> set[str]:
        """All rows without the times, which a live interface has of its own."""
        return {repr((place, *self._what(row))) for place, row in self.rows.items()}

    def _what(self, row: Row) -> tuple[object, ...]:
        if isinstance(row, Claim):
            return (row.evidence.spans,)
        if isinstance(row, Conversation):
            return (*row[4:7], sorted(one[:6] for one in row.messages))
        if isinstance(row, Operation):
            occurrences = sorted((one.frame, one.values, one.result) for one in row.occurrences)
            return (row.times, occurrences, row.evidence.spans)
        if isinstance(row, Login):
            return (row.times, row.frames)
        if isinstance(row, Sighting):
            return (row.packets, row.frame)
        if isinstance(row, Gap):
            return (row.times, row.size_bytes)
        return (row.times, row.evidence.spans)  # type: ignore[union-attr]


@pytest.fixture
def store() -> Callable[[], Store]:
    """Makes empty stores."""
    return Store
