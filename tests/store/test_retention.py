"""What is kept no longer goes in small steps, and what was found out stays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fieldwatch.facts import Batch, Conversation, Effect, Evidence, MessageClass, Occurrence, Operation, Slice, Source, Span, Subject
from fieldwatch.facts.batch import SLICE_NS
from fieldwatch.store import audit, models, retention
from fieldwatch.store.captures import place
from fieldwatch.store.history.read import History
from fieldwatch.store.ingest import Writer
from fieldwatch.store.retention import DAY_NS, Keep, Removed, retain

NOW_NS = 1_700_000_000_000_000_000 // DAY_NS * DAY_NS
ALL = Keep(10**18, 0, 0, 0, 0)
PLC, HMI = Subject("10.0.0.10", ""), Subject("10.0.0.5", "")

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def data(tmp_path: Path, settings: Any) -> Path:
    settings.DATA = tmp_path
    return tmp_path


def fill(data: Path, slug: str, days: range) -> int:
    """A site that saw one write and one slice on each of these days before now."""
    site = models.Site.objects.create(slug=slug, name=slug).pk
    times = [NOW_NS - day * DAY_NS for day in days]
    seen = tuple(Occurrence(at, one, (), "ok") for at, one in enumerate(times, 1))
    done = Operation(
        HMI, PLC, "modbus", "write", Effect.WRITE, "1", "", len(seen), seen, Evidence("", (Span(1, 0, 1),), min(times), "modbus")
    )
    said = MessageClass("read", Effect.READ, "1", len(times), 0, 1, min(times), max(times))
    talk = Conversation(HMI, PLC, "tcp", 502, "modbus", 9, 9, min(times), max(times), (said,))
    writer, source = Writer(data / "history"), Source(f"live:{slug}", "live", slug, 9, 9, None, None, "", ())
    writer.take(site, Batch(source, 1, 0, (done, talk), False))
    for number, one in enumerate(times, 2):
        told = Slice(HMI, PLC, "tcp", 502, "read", Effect.READ, "1", ((one // SLICE_NS * SLICE_NS, 1, 0),))
        writer.take(site, Batch(source, number, 0, (told,), False))
    return site


def test_nothing_goes_where_all_is_kept(data: Path) -> None:
    fill(data, "works", range(5))
    assert retain(data, ALL, NOW_NS) == Removed()
    assert not models.AuditEvent.objects.exists()


def test_by_age(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "MOST", 3)
    fill(data, "works", range(20))
    removed = retain(data, ALL._replace(history_days=15, operations_days=10), NOW_NS)
    assert removed == Removed(history_files=4, occurrences=9)
    assert models.Occurrence.objects.count() == 11
    assert models.Operation.objects.get().times == 20
    assert models.MessageClass.objects.get().times == 20
    with History(data / "history") as history:
        assert sum(row.times for row in history.counts().rows) == 16
    entry = models.AuditEvent.objects.get()
    assert (entry.action, entry.detail) == ("retention", {"history_files": 4, "occurrences": 9})


def test_by_number_the_oldest_of_all_sites_go(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "MOST", 1)
    fill(data, "north", range(10, 16))
    fill(data, "south", range(13, 19))
    assert retain(data, ALL._replace(operations_rows=5), NOW_NS).occurrences == 7
    left = sorted((NOW_NS - one) // DAY_NS for one in models.Occurrence.objects.values_list("seen_ns", flat=True))
    assert left in ([10, 11, 12, 13, 13], [10, 11, 12, 13, 14])


def test_captures_by_size_the_oldest_first(data: Path) -> None:
    sites = [models.Site.objects.create(slug=one, name=one) for one in ("north", "south")]
    for number, state in enumerate(("queued", "done", "done", "done")):
        path = place(data, f"sha256:{number:064x}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * 100)
        for site in sites[: 2 if number == 1 else 1]:
            models.Source.objects.create(
                site=site, identity=f"sha256:{number:064x}", kind="capture", name="a", state=state, kept=True, file_bytes=100
            )
    assert retain(data, ALL._replace(captures_bytes=250), NOW_NS) == Removed(captures=2, captures_bytes=200)
    assert [place(data, f"sha256:{number:064x}").exists() for number in range(4)] == [True, False, False, True]
    assert models.Source.objects.filter(kept=True).count() == 2
    assert models.Source.objects.count() == 5
    assert retain(data, ALL._replace(captures_bytes=250), NOW_NS) == Removed()


def test_the_audit_log_by_age(data: Path) -> None:
    for day in (9, 8, 1):
        audit.append(actor="ada", address="", action=audit.AuditAction.EXPORT, object="x", at_ns=NOW_NS - day * DAY_NS)
    assert retain(data, ALL._replace(audit_days=5), NOW_NS).audit_entries == 2
    assert models.AuditEvent.objects.count() == 2
    audit.write_head()
    assert audit.verify().is_whole
