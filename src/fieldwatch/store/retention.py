"""What is kept no longer: captures by size, counts by time, occurrences and the audit log by age and number.

Rows go in transactions of at most a thousand. What was found out stays: assets, claims, operations with how often they were seen.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from django.db import transaction

from fieldwatch.store import audit, clock
from fieldwatch.store.captures import place
from fieldwatch.store.history.files import retire
from fieldwatch.store.models import HistoryFile, Occurrence, Site, Source

DAY_NS = 86_400_000_000_000
MOST = 1000
"""Rows that one transaction removes."""


class Keep(NamedTuple):
    """How much is kept; 0 days or rows: all."""

    captures_bytes: int
    history_days: int
    operations_days: int
    operations_rows: int
    audit_days: int


class Removed(NamedTuple):
    """How much was removed."""

    captures: int = 0
    captures_bytes: int = 0
    history_files: int = 0
    occurrences: int = 0
    audit_entries: int = 0


def retain(data: Path, keep: Keep, now_ns: int | None = None) -> Removed:
    """Removes what is kept no longer. What is removed is entered in the audit log. Where the clock is in doubt, nothing goes by its age."""
    now = time.time_ns() if now_ns is None else now_ns
    if clock.doubted(now / 1e9):
        keep = keep._replace(history_days=0, operations_days=0, audit_days=0)
    captures, size_bytes = _captures(data, keep.captures_bytes)
    removed = Removed(
        captures,
        size_bytes,
        _history(data / "history", now - keep.history_days * DAY_NS) if keep.history_days else 0,
        _old_occurrences(now - keep.operations_days * DAY_NS if keep.operations_days else None) + _many_occurrences(keep.operations_rows),
    )
    if any(removed):
        detail = {name: count for name, count in removed._asdict().items() if count}
        audit.append(actor="", address="", action=audit.AuditAction.RETENTION, object="store", detail=detail)
    return removed._replace(audit_entries=_entries(now - keep.audit_days * DAY_NS) if keep.audit_days else 0)


def _captures(data: Path, most_bytes: int) -> tuple[int, int]:
    """The oldest captures go until the rest has room: their files, and that they are kept. One that is being read stays."""
    kept = Source.objects.filter(kept=True)
    sizes = dict(kept.order_by("pk").values_list("identity", "file_bytes"))
    over, files, freed = sum(sizes.values()) - most_bytes, 0, 0
    busy = set(kept.filter(state__in=(Source.State.QUEUED, Source.State.READING)).values_list("identity", flat=True))
    for identity, size_bytes in sizes.items():
        if freed >= over:
            break
        if identity not in busy:
            Source.objects.filter(identity=identity).update(kept=False)
            place(data, identity).unlink(missing_ok=True)
            files, freed = files + 1, freed + size_bytes
    return files, freed


def _history(folder: Path, before_ns: int) -> int:
    """Files whose last slice is too old."""
    removed = 0
    while paths := list(HistoryFile.objects.filter(last_ns__lt=before_ns).values_list("path", flat=True)[:MOST]):
        HistoryFile.objects.filter(path__in=paths).delete()
        retire(folder, paths)
        removed += len(paths)
    return removed


def _old_occurrences(before_ns: int | None) -> int:
    if before_ns is None:
        return 0
    return sum(_oldest(site, MOST, before_ns) for site in _sites() for _ in _while(site, before_ns))


def _while(site: int, before_ns: int) -> Iterator[None]:
    while Occurrence.objects.filter(site_id=site, seen_ns__lt=before_ns).exists():
        yield


def _many_occurrences(most: int) -> int:
    """The oldest ones beyond so many go, whichever site they are of."""
    over, removed = (Occurrence.objects.count() - most) if most else 0, 0
    while removed < over:
        begins = {site: first for site in _sites() if (first := _first_ns(site)) is not None}
        count = _oldest(min(begins, key=lambda site: begins[site]), min(MOST, over - removed), None)
        removed += count
    return removed


def _first_ns(site: int) -> int | None:
    return Occurrence.objects.filter(site_id=site).order_by("seen_ns", "id").values_list("seen_ns", flat=True).first()


def _oldest(site: int, most: int, before_ns: int | None) -> int:
    """Removes the oldest occurrences of a site, in one transaction."""
    rows = Occurrence.objects.filter(site_id=site).order_by("seen_ns", "id")
    if before_ns is not None:
        rows = rows.filter(seen_ns__lt=before_ns)
    with transaction.atomic():
        return Occurrence.objects.filter(pk__in=list(rows.values_list("pk", flat=True)[:most])).delete()[0]


def _entries(before_ns: int) -> int:
    removed = 0
    while count := audit.shorten(before_ns, MOST):
        removed += count
    return removed


def _sites() -> list[int]:
    return list(Site.objects.values_list("pk", flat=True))
