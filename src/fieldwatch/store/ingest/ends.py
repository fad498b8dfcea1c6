"""The ends of a site: numbers of the subjects of a batch, made where they are new."""

from __future__ import annotations

from collections.abc import Iterable

from fieldwatch.facts.subject import Subject
from fieldwatch.store.ingest.dialect import Dialect
from fieldwatch.store.ingest.known import Known
from fieldwatch.store.ingest.table import Table, table
from fieldwatch.store.models import End

KEY = ("site", "ip", "mac", "vlan", "component")
EndKey = tuple[int, str, str, int, str]


def end_table() -> Table:
    """The table of ends."""
    return table(End, ("id", *KEY), KEY)


def ends(dialect: Dialect, known: Known[EndKey], site: int, subjects: Iterable[Subject]) -> dict[Subject, int]:
    """The number of each subject."""
    keys = {subject: (site, *subject) for subject in subjects}
    found = known.find(dialect, keys.values())
    new = [key for key in keys.values() if key not in found]
    made = known.make(dialect, new)
    dialect.insert(end_table(), [(made[key], *key) for key in new])
    found |= made
    return {subject: found[key] for subject, key in keys.items()}
