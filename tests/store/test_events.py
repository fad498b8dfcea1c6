"""Events: written with what they tell of, read by cursor, deleted when they are old."""

from __future__ import annotations

import datetime
import threading

import pytest
from django.db import connection, transaction
from django.utils import timezone

from fieldwatch.store.events import Kind, Range, after, emit, kept, prune
from fieldwatch.store.models import Event, Site


@pytest.fixture()
def place(db: None) -> Site:
    return Site.objects.create(slug="works", name="Water works")


def test_events_are_read_behind_a_cursor_in_their_order(place: Site) -> None:
    made = [emit(Kind.ASSET if at % 2 else Kind.FINDING, f"{at}", site=place.pk, data={"at": at}).pk for at in range(6)]
    assert [one.pk for one in after(0)] == made
    assert [one.pk for one in after(made[1], most=2)] == made[2:4]
    assert [one.pk for one in after(0, kinds=["asset"])] == made[1::2]
    assert after(made[-1]) == []
    assert kept() == Range(made[0], made[-1])


def test_an_event_stands_with_what_it_tells_of_or_not_at_all(place: Site) -> None:
    def breaks() -> None:
        with transaction.atomic():
            emit(Kind.SITE, "works", site=place.pk)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        breaks()
    assert kept() == Range(0, 0)


def test_kinds_are_a_closed_set_and_words_fit(place: Site) -> None:
    with pytest.raises(ValueError, match="nothing"):
        emit("nothing", "x")  # type: ignore[arg-type]
    assert emit(Kind.ASSET, "x" * 100).object == "x" * 64
    assert all(len(one) <= 32 for one in Kind)


def test_old_events_go_and_the_last_one_stays(place: Site) -> None:
    made = [emit(Kind.ASSET, f"{at}").pk for at in range(5)]
    Event.objects.filter(pk__in=made[:3]).update(at=timezone.now() - datetime.timedelta(days=20))
    assert prune() == 3
    assert kept() == Range(made[3], made[4])
    assert prune(datetime.timedelta(0)) == 1
    assert kept() == Range(made[4], made[4])
    assert emit(Kind.ASSET, "next").pk > made[4]


@pytest.mark.django_db(transaction=True)
def test_a_cursor_misses_nobody_who_commits_late() -> None:
    """Ids come to be seen in their order: who emits while another transaction has, waits for its end."""
    emitted, go_on, ids = threading.Event(), threading.Event(), list[int]()

    def slow() -> None:
        with transaction.atomic():
            ids.append(emit(Kind.ASSET, "slow").pk)
            emitted.set()
            go_on.wait(20)
        connection.close()

    def fast() -> None:
        emitted.wait(20)
        ids.append(emit(Kind.ASSET, "fast").pk)
        connection.close()

    threads = [threading.Thread(target=one) for one in (slow, fast)]
    for thread in threads:
        thread.start()
    emitted.wait(20)
    threads[1].join(0.3)
    assert after(0) == [], "the fast one waits"
    go_on.set()
    for thread in threads:
        thread.join(20)
    assert [one.pk for one in after(0)] == sorted(ids) == ids
