"""The journal: each actor writes down what it did, when and to whom, as one JSON line an operation."""

import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import works

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Done:
    """What an operation is called and what it does to the plant; `effect` is a word of the closed set of effects."""

    protocol: str
    operation: str
    effect: str
    technique: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)
    tells: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """What the answer tells about who answers: protocol (with the unit, if any) to attributes; no attributes means all."""


@dataclass
class Journal:
    """Appends the operations of one actor to one file."""

    source: str
    label: str = "normal"
    path: Path = field(default_factory=lambda: Path(os.environ["PLANT_JOURNAL"]))

    def note(self, destination: str, done: Done, started: float, ended: float, *, error: str = "", told_by: Sequence[str] = ()) -> None:
        """Write one operation down; `destination` is a host's name or an address of none, such as a broadcast."""
        tellers = told_by or ([destination] if destination in works.BY_NAME else [])
        line = {
            "time": round(started, 6),
            "ended": round(ended, 6),
            "source": self.source,
            "source_ip": works.address(self.source),
            "destination": destination,
            "destination_ip": works.BY_NAME[destination].ip if destination in works.BY_NAME else destination,
            "protocol": done.protocol,
            "operation": done.operation,
            "effect": done.effect,
            "detail": dict(done.detail),
            "label": self.label,
            "technique": done.technique if self.label == "attack" else None,
            "ok": not error,
            "tells": {teller: {key: list(names) for key, names in done.tells.items()} for teller in tellers if not error and done.tells},
        }
        if error:
            line["error"] = error
        with self.path.open("a", encoding="utf-8") as out:
            out.write(json.dumps(line) + "\n")

    def run(self, destination: str, done: Done, act: Callable[[], T], told_by: Callable[[T], Sequence[str]] | None = None) -> T | None:
        """Do it and write it down, also when it fails: a failure is the plant's answer, so the actor goes on with None.

        `told_by` names, from the result, the hosts that answered a broadcast.
        """
        started = time.time()
        try:
            result = act()
        except Exception as failure:
            self.note(destination, done, started, time.time(), error=f"{type(failure).__name__}: {failure}"[:200])
            return None
        self.note(destination, done, started, time.time(), told_by=told_by(result) if told_by else ())
        return result
