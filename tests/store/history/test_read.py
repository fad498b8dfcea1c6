"""Questions to the history: sums by bucket, the busiest, pages; and what happens where files are not what they were."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from fieldwatch.facts.batch import SLICE_NS
from fieldwatch.store import models
from fieldwatch.store.history.engine import connect
from fieldwatch.store.history.files import Count, write
from fieldwatch.store.history.read import Asked, History, HistoryBusy, Row

AT_NS = 1_700_000_000_000_000_000 // SLICE_NS * SLICE_NS


@pytest.fixture
def site(db: object, tmp_path: Path) -> int:
    """A site with two files: message classes 1 and 2 of conversation 10, message class 3 of conversation 11."""
    made = models.Site.objects.create(slug="works", name="Works").pk
    write(tmp_path, made, [Count(number, 10 + number // 3, AT_NS + at * SLICE_NS, number, 0) for number in (1, 2, 3) for at in range(4)])
    write(tmp_path, made, [Count(3, 11, AT_NS + SLICE_NS, 100, 7)])
    return made


def test_times_by_bucket(site: int, tmp_path: Path) -> None:
    asked = Asked(site, AT_NS, AT_NS + 4 * SLICE_NS)
    with History(tmp_path) as history:
        found = history.times(asked, 4)
        assert (found.times, found.unanswered) == ((6, 106, 6, 6), (0, 7, 0, 0))
        assert (found.width_ns, found.grain_ns, found.unreadable) == (SLICE_NS, SLICE_NS, ())
        assert history.times(asked, 2).times == (112, 12)
        assert history.times(asked._replace(conversations=[10]), 4).times == (3, 3, 3, 3)
        assert history.times(asked._replace(message_classes=[2, 3]), 1).times == (120,)
        assert history.times(asked._replace(message_classes=[]), 1).times == (0,)
        assert history.times(asked._replace(to_ns=AT_NS + SLICE_NS), 1).times == (6,)
        assert history.times(asked._replace(site=site + 1), 3).times == (0, 0, 0)


def test_the_busiest(site: int, tmp_path: Path) -> None:
    with History(tmp_path) as history:
        assert [tuple(row) for row in history.busiest(Asked(site)).rows] == [(3, 112, 7), (2, 8, 0), (1, 4, 0)]
        assert [tuple(row) for row in history.busiest(Asked(site), 1, by_conversation=True).rows] == [(11, 112, 7)]


def test_pages_join_to_the_whole(site: int, tmp_path: Path) -> None:
    with History(tmp_path) as history:
        whole, after = history.counts(Asked(site)), None
        rows: list[Row] = []
        while True:
            page = history.counts(Asked(site), 5, after)
            rows += page.rows
            if page.after is None:
                break
            after = page.after
    assert tuple(rows) == whole.rows
    assert len(rows) == 12
    assert rows[0] == Row(AT_NS + 3 * SLICE_NS, 3, 11, 3, 0)
    assert Row(AT_NS + SLICE_NS, 3, 11, 103, 7) in rows


@pytest.mark.parametrize("how", ["missing", "noise", "cut"])
def test_a_file_that_cannot_be_read_is_said(how: str, site: int, tmp_path: Path) -> None:
    first, second = models.HistoryFile.objects.order_by("path")
    file = tmp_path / first.path
    if how == "missing":
        file.unlink()
    else:
        file.write_bytes(b"noise" if how == "noise" else file.read_bytes()[:-30])
    with History(tmp_path) as history:
        found = history.busiest(Asked(site))
        assert found.unreadable == (first.path,)
        assert [row.times for row in found.rows] == [100]
        (tmp_path / second.path).unlink()
        assert history.busiest(Asked(site)).rows == ()


def test_a_file_that_is_not_listed_is_no_history(site: int, tmp_path: Path) -> None:
    models.HistoryFile.objects.all().delete()
    with History(tmp_path) as history:
        assert history.counts().rows == ()


def test_the_engine_opens_no_other_file_and_fetches_nothing(tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("a\n1\n")
    with connect(tmp_path / "history") as connection:
        for question in (
            f"SELECT * FROM read_csv('{tmp_path}/secret.csv')",
            f"COPY (SELECT 1) TO '{tmp_path}/out.csv'",
            "INSTALL httpfs",
            "SET enable_external_access = true",
        ):
            with pytest.raises(duckdb.Error):
                connection.execute(question)


def test_who_waits_too_long_is_told(site: int, tmp_path: Path) -> None:
    history = History(tmp_path, wait_s=0.01)
    with history._connected(), pytest.raises(HistoryBusy, match="somebody else"):
        history.busiest(Asked(site))
    assert history.busiest(Asked(site)).rows
    history.close()


def test_a_question_that_takes_too_long_is_broken_off(site: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    history = History(tmp_path, limit_s=0.05)
    endless = "SELECT sum(a.range * b.range), 1, $most FROM range(1000000) a, range(1000000) b, (SELECT 1 FROM {rows})"
    with pytest.raises(HistoryBusy, match="too much"):
        history._ask(Asked(site), endless, {"most": 1})
    assert history.busiest(Asked(site)).rows
    history.close()
