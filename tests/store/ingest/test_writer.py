"""Batches into the store: each once and in order, whole or not at all, whatever comes between."""

from __future__ import annotations

import itertools
import pickle
import random
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection
from tests.store.children import close, shared, start
from tests.store.ingest.conftest import (
    HMI,
    PLC,
    START_NS,
    as_batches,
    content,
    conversation,
    everything,
    operation,
    random_rows,
    slices,
    source,
)

from fieldwatch.facts import Batch
from fieldwatch.store import models
from fieldwatch.store.effects import bits
from fieldwatch.store.ingest import Answer, StoreAway, StoreBusy, StoreFull, Taken, UnusableBatch, Writer, take
from fieldwatch.store.ingest import dialect as dialects

LIVE = source("live:north:eth0:1", "live")


def live(number: int, *rows: Any, is_last: bool = False) -> Batch:
    return Batch(LIVE, number, START_NS + number, tuple(rows), is_last)


@pytest.mark.django_db
def test_a_row_of_every_type_is_kept(site: int, writer: Writer) -> None:
    assert writer.take(site, Batch(source(), 1, 0, tuple(everything()), True)) == Taken(Answer.TAKEN, 1)
    counts = {model.__name__: model.objects.count() for model in (*MODELS, models.HistoryFile)}
    assert counts == dict.fromkeys(counts, 1) | {"End": 3, "Claim": 2, "Occurrence": 4}
    row = models.Source.objects.get()
    assert (row.state, row.batches, row.packets, row.counters, row.progress) == ("done", 1, 10, {"shed": 1}, 1.0)
    talk = models.Conversation.objects.get()
    assert (talk.messages, talk.unanswered, talk.effects, talk.packets, talk.protocol) == (5, 1, bits(["read"]), 10, "modbus")
    assert models.Site.objects.get().facts == 1


MODELS = (
    *(models.End, models.Claim, models.Sighting, models.Login, models.Malformed, models.Undecoded, models.Gap, models.Proof),
    *(models.Conversation, models.ConversationCount, models.MessageClass, models.MessageCount, models.Operation, models.Occurrence),
)


@pytest.mark.django_db
def test_a_batch_that_was_taken_changes_nothing(site: int, taken: Callable[..., Writer], tmp_path: Path) -> None:
    sent = as_batches(source(), everything(), most=4)
    writer = taken(*sent)
    before, facts = content(tmp_path / "history"), models.Site.objects.get().facts
    for batch in sent:
        assert writer.take(site, batch) == Taken(Answer.ALREADY, len(sent))
    assert content(tmp_path / "history") == before
    assert models.Site.objects.get().facts == facts == len(sent)


@pytest.mark.django_db
def test_a_batch_too_early_is_told_which_is_expected(site: int, writer: Writer) -> None:
    assert writer.take(site, live(2)) == Taken(Answer.EXPECTED, 0)
    assert not models.Source.objects.exists()
    writer.take(site, live(1))
    answer = writer.take(site, live(3))
    assert (answer.answer, answer.expected) == (Answer.EXPECTED, 2)


@pytest.mark.django_db
def test_numbers_start_at_one_and_end_with_the_last_batch(site: int, writer: Writer) -> None:
    with pytest.raises(UnusableBatch, match="numbered from 1"):
        writer.take(site, live(0))
    writer.take(site, live(1, is_last=True))
    with pytest.raises(UnusableBatch, match="after the last one"):
        writer.take(site, live(2))


@pytest.mark.django_db
def test_any_order_of_resends_of_two_sources_gives_the_same(site: int, tmp_path: Path) -> None:
    """Each sends its batches in order, and again, and too early, as a network may bring them."""
    one = as_batches(source("sha256:aa"), [*random_rows(1, 10), conversation(3), slices((0, 3, 1))])
    two = as_batches(source("sha256:bb"), [*random_rows(2, 10), conversation(5), slices((0, 4, 0), (2, 1, 1))])
    expected = None
    for seed in range(3):
        dice, folder = random.Random(seed), tmp_path / str(seed)
        writer, pending = Writer(folder), {0: one, 1: two}
        while any(models.Source.objects.filter(identity=all_[0].source.identity, state="done").count() == 0 for all_ in pending.values()):
            writer.take(site, dice.choice(dice.choice(pending)))
            writer = Writer(folder) if dice.random() < 0.1 else writer
        found = content(folder)
        expected = expected or found
        assert found == expected, seed
        models.Source.objects.all().delete()
        models.End.objects.all().delete()
        models.HistoryFile.objects.all().delete()


@pytest.mark.django_db
def test_rows_of_a_source_that_goes_on_never_double(site: int, taken: Callable[..., Writer]) -> None:
    writer = taken(live(1, conversation(5), operation(1, 2)), live(2, conversation(8), operation(3, times=6)))
    writer.take(site, Batch(source(), 1, 0, (conversation(100),), True))
    taken(live(3, conversation(9), operation(3, times=7, name="write register")))
    talk, said = models.Conversation.objects.get(), models.MessageClass.objects.get()
    assert (said.times, said.unanswered, talk.messages, talk.packets) == (109, 2, 109, 218)
    assert (talk.first_ns, talk.last_ns) == (START_NS, START_NS + 1000)
    assert models.Operation.objects.get().times == 7
    kept = list(models.Occurrence.objects.order_by("frame", "ordinal").values_list("frame", "ordinal"))
    assert kept == [(1, 0), (1, 1), (2, 0), (2, 1), (3, 0), (3, 1)]


@pytest.mark.django_db
def test_fewer_occurrences_of_a_frame_replace_more(taken: Callable[..., Writer]) -> None:
    one = operation(1, 2)
    taken(live(1, one), live(2, one._replace(occurrences=one.occurrences[:1])))
    assert list(models.Occurrence.objects.order_by("frame", "ordinal").values_list("frame", "ordinal")) == [(1, 0), (2, 0), (2, 1)]


@pytest.mark.django_db
def test_totals_are_the_sums_of_what_sources_count(site: int, writer: Writer) -> None:
    for seed in range(3):
        for batch in as_batches(source(f"sha256:{seed}"), random_rows(seed)):
            writer.take(site, batch)
    for said in models.MessageClass.objects.prefetch_related("counts"):
        assert said.times == sum(one.times for one in said.counts.all())
        assert said.first_ns == min(one.first_ns for one in said.counts.all())
    for talk in models.Conversation.objects.prefetch_related("counts", "classes"):
        assert talk.packets == sum(one.packets for one in talk.counts.all())
        assert talk.messages == sum(one.times for one in talk.classes.all())
        assert talk.effects == bits(one.effect for one in talk.classes.all())
        assert talk.protocol == max((one.packets, one.protocol) for one in talk.counts.all())[1]


@pytest.mark.django_db
def test_sums_of_the_history_are_the_times_of_message_classes(site: int, taken: Callable[..., Writer], tmp_path: Path) -> None:
    writer = taken(live(1, slices((0, 3, 1))), live(2, conversation(5), slices((1, 2, 0))))
    writer.take(site, Batch(source(), 1, 0, (conversation(4), slices((1, 4, 1))), True))
    sums = [eval(row)[2] for row in content(tmp_path / "history")["History"]]
    assert sum(sums) == models.MessageClass.objects.get().times == 9
    talk = models.Conversation.objects.get()
    assert (talk.first_ns, talk.last_ns, talk.protocol) == (START_NS, START_NS + 50, "modbus")


@pytest.mark.django_db
def test_the_same_addresses_at_two_sites_are_two_ends(site: int, taken: Callable[..., Writer], writer: Writer) -> None:
    other = models.Site.objects.create(slug="other", name="Other").pk
    taken(live(1, conversation()))
    assert take(other, live(1, conversation())).answer is Answer.TAKEN
    writer.take(other, live(2, operation(1)))
    assert sorted(models.End.objects.values_list("site", "ip")) == sorted((one, end.ip) for one in (site, other) for end in (PLC, HMI))


@pytest.mark.django_db
def test_text_that_no_database_holds(taken: Callable[..., Writer]) -> None:
    bad, long = "a\0b\ud800c", "x" * 20_000
    claim, said = everything()[1], operation(1)
    odd = said._replace(name=bad, occurrences=(said.occurrences[0]._replace(values=((bad, bad),)),))
    taken(live(1, claim._replace(value=bad), claim._replace(value="a\u2400b\ufffdc"), claim._replace(value=long), odd))  # type: ignore[call-arg]
    assert sorted(models.Claim.objects.values_list("value", flat=True)) == ["a\u2400b\ufffdc", long]
    assert models.Operation.objects.get().name == "a\u2400b\ufffdc"
    assert models.Occurrence.objects.get().values == [["a\u2400b\ufffdc", "a\u2400b\ufffdc"]]


@pytest.mark.django_db
def test_a_number_that_fits_no_column_is_refused_whole(site: int, writer: Writer) -> None:
    with pytest.raises(UnusableBatch, match="does not fit"):
        writer.take(site, live(1, conversation(), conversation(packets=2**70, client=PLC)))
    assert not models.Conversation.objects.exists()
    assert writer.take(site, live(1, conversation())).answer is Answer.TAKEN


@pytest.mark.django_db
def test_browsers_are_told_once_a_second_and_at_the_end(taken: Callable[..., Writer]) -> None:
    taken(live(1), live(2), live(3), live(4, is_last=True))
    assert [one.data for one in models.Event.objects.order_by("id")] == [{"done": False}, {"done": True}]
    assert set(models.Event.objects.values_list("kind", "object")) == {("source", str(models.Source.objects.get().pk))}


@pytest.mark.django_db
def test_a_source_that_waited_is_read(site: int, writer: Writer) -> None:
    models.Source.objects.create(site_id=site, identity="sha256:aa", kind="capture", name="mine.pcap", tries=1, reason="killed")
    writer.take(site, Batch(source(), 1, 0, (), False))
    row = models.Source.objects.get()
    assert (row.state, row.tries, row.reason) == ("reading", 1, "")


@pytest.mark.django_db(transaction=True)
def test_rows_that_were_removed_are_forgotten(tmp_path: Path) -> None:
    """Numbers that a writer remembers may be gone; the batch is taken all the same."""
    site, writer = models.Site.objects.create(slug="works", name="Works").pk, Writer(tmp_path / "history")
    writer.take(site, live(1, conversation()))
    models.End.objects.all().delete()
    assert writer.take(site, live(2, conversation())).answer is Answer.TAKEN
    assert models.Conversation.objects.get().messages == 5


class Killed(Exception):
    """Stands for whatever ends a statement."""


STATEMENTS = ("ids", "insert", "upsert", "find", "change", "delete")


@pytest.mark.django_db(transaction=True)
def test_a_failure_at_any_statement_leaves_nothing_and_the_batch_is_taken_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = models.Site.objects.create(slug="works", name="Works").pk
    kind = type(dialects.dialect())
    first, second = live(1, *everything()), live(2, *everything("+"), operation(11), slices((5, 1, 0)))
    writer = Writer(tmp_path / "history")
    assert writer.take(site, first).answer is Answer.TAKEN
    before, calls = content(tmp_path / "history"), {"left": 0}
    for name in STATEMENTS:
        plain = getattr(kind, name)

        def counted(self: Any, *given: Any, plain: Any = plain) -> Any:
            calls["left"] -= 1
            if calls["left"] == 0:
                raise Killed
            return plain(self, *given)

        monkeypatch.setattr(kind, name, counted)
    for at in itertools.count(1):
        calls["left"] = at
        try:
            assert writer.take(site, second).answer is Answer.TAKEN
            break
        except Killed:
            assert content(tmp_path / "history") == before, at
    assert at > 15
    calls["left"] = -1
    after = content(tmp_path / "history")
    undisturbed = Writer(tmp_path / "other")
    other = models.Site.objects.create(slug="other", name="Other").pk
    models.Site.objects.filter(pk=site).delete()
    for batch in (first, second):
        undisturbed.take(other, batch)
    assert content(tmp_path / "other") == after


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("place", ["source", "files", "note"])
def test_a_failure_around_the_statements_leaves_nothing(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site, writer = models.Site.objects.create(slug="works", name="Works").pk, Writer(tmp_path / "history")
    with monkeypatch.context() as broken:

        def fail(*given: Any, **named: Any) -> None:
            raise Killed

        if place == "source":
            broken.setattr("fieldwatch.store.ingest.writer._source", fail)
        elif place == "files":
            broken.setattr("fieldwatch.store.history.files.enlist", fail)
        else:
            broken.setattr(models.Event.objects, "create", fail)
        with pytest.raises(Killed):
            writer.take(site, live(1, *everything()))
    assert not models.Source.objects.exists()
    assert not models.End.objects.exists()
    assert not models.HistoryFile.objects.exists()
    assert writer.take(site, live(1, *everything())).answer is Answer.TAKEN


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("database is locked", StoreBusy),
        ("database or disk is full", StoreFull),
        ("disk I/O error", StoreFull),
        ("server closed the connection unexpectedly", StoreAway),
    ],
)
def test_a_store_that_cannot_take_says_why(words: str, kind: type[Exception], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site, writer = models.Site.objects.create(slug="works", name="Works").pk, Writer(tmp_path / "history")

    def fail(*given: Any) -> None:
        raise OperationalError(words)

    with monkeypatch.context() as broken:
        broken.setattr(type(dialects.dialect()), "insert", fail)
        with pytest.raises(kind):
            writer.take(site, live(1, *everything()))
    assert writer.take(site, live(1, *everything())).answer is Answer.TAKEN


TAKE = """
import pickle, sys
import django
django.setup()
from pathlib import Path
from fieldwatch.store.ingest import Writer
site, batches = pickle.loads(Path(sys.argv[1]).read_bytes())
writer = Writer()
print("ready", flush=True)
for batch in batches:
    writer.take(site, batch)
"""


@pytest.mark.django_db(transaction=True)
def test_killed_at_any_moment_it_goes_on_where_it_was(tmp_path: Path) -> None:
    """kill -9 at seeded moments, until a process comes to the end: the store is as if nothing had happened."""
    rows = [*random_rows(7, 80), conversation(3), slices(*((number, 1, 0) for number in range(40)))]
    sent = [*as_batches(LIVE, rows), *as_batches(source(), [*rows, slices((50, 2, 1))])]
    undisturbed = models.Site.objects.create(slug="calm", name="Calm")
    writer = Writer(tmp_path / "calm")
    for batch in sent:
        writer.take(undisturbed.pk, batch)
    expected = content(tmp_path / "calm")
    undisturbed.delete()
    site, dice, killed = models.Site.objects.create(slug="works", name="Works").pk, random.Random(4), 0
    (tmp_path / "sent").write_bytes(pickle.dumps((site, sent)))
    environment = shared(tmp_path)
    for limit_s in (*(dice.uniform(0, 0.3) for _ in range(2)), 60):
        child = start(TAKE, environment, str(tmp_path / "sent"))
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        try:
            assert child.wait(limit_s) == 0
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
            killed += 1
        close(child)
    assert killed
    assert content(tmp_path / "history") == expected


@pytest.mark.django_db(transaction=True)
def test_a_database_that_loses_the_connection(tmp_path: Path) -> None:
    """What PostgreSQL does when it is restarted; SQLite has no connection to lose."""
    if connection.vendor != "postgresql":
        pytest.skip("PostgreSQL only")
    site, writer = models.Site.objects.create(slug="works", name="Works").pk, Writer(tmp_path / "history")
    writer.take(site, live(1, *everything()))
    own = connection.connection.info.backend_pid
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [own])
    other.close()
    with pytest.raises(StoreAway):
        writer.take(site, live(2, *everything("+")))
    assert writer.take(site, live(2, *everything("+"))).answer is Answer.TAKEN
