"""Files of the history become few, their slices longer, and sums stay."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from fieldwatch.facts.batch import SLICE_NS
from fieldwatch.store import models
from fieldwatch.store.history.files import Count, write
from fieldwatch.store.history.read import Asked, History
from fieldwatch.store.history.rollup import DAY_NS, HOUR_NS, MONTH_NS, STAGES, merge, roll, roll_up, stage_of
from fieldwatch.store.history.sweep import sweep

NOW_NS = 1_700_000_000_000_000_000 // DAY_NS * DAY_NS + 10 * HOUR_NS


def fill(folder: Path, site: int, days: int, files: int, seed: int = 1) -> int:
    """Slices of the last days in so many files; returns the sum of the times."""
    dice, total = random.Random(seed), 0
    for _ in range(files):
        rows = []
        for _ in range(20):
            number, times = dice.randint(1, 3), dice.randint(1, 9)
            rows.append(Count(number, 100 + number, (NOW_NS - dice.randrange(days * DAY_NS)) // SLICE_NS * SLICE_NS, times, 1))
            total += times
        write(folder, site, rows)
    return total


def total(folder: Path) -> int:
    with History(folder) as history:
        found = history.busiest(Asked())
        assert found.unreadable == ()
        return sum(row.times for row in found.rows)


@pytest.fixture
def site(db: object) -> int:
    return models.Site.objects.create(slug="works", name="Works").pk


def test_many_small_files_become_one(site: int, tmp_path: Path) -> None:
    told = fill(tmp_path, site, 1, 6)
    assert merge(tmp_path, site, most=6) == 0
    assert merge(tmp_path, site, most=5) == 6
    assert models.HistoryFile.objects.count() == 1
    assert total(tmp_path) == told
    assert len(list(tmp_path.glob("*/*.parquet"))) == 7  # those that were replaced can be read for an hour
    assert sweep(tmp_path) == 0
    assert sweep(tmp_path, now_s=2e10) == 6
    assert total(tmp_path) == told


def test_old_slices_become_long_and_files_few(site: int, tmp_path: Path) -> None:
    told = fill(tmp_path, site, 200, 40)
    assert roll_up(tmp_path, NOW_NS) == 40
    assert total(tmp_path) == told
    for file in models.HistoryFile.objects.all():
        stage = stage_of(file.first_ns, NOW_NS)
        if stage is None:
            assert file.grain_ns == SLICE_NS
            continue
        assert file.grain_ns == stage.grain_ns
        assert file.first_ns // stage.period_ns == file.last_ns // stage.period_ns
        assert file.first_ns % stage.grain_ns == file.last_ns % stage.grain_ns == 0
    grains = set(models.HistoryFile.objects.values_list("grain_ns", flat=True))
    assert grains == {SLICE_NS, HOUR_NS, DAY_NS}
    assert roll(tmp_path, site, NOW_NS) == 0


def test_late_slices_join_the_file_of_their_day(site: int, tmp_path: Path) -> None:
    told = fill(tmp_path, site, 30, 20)
    roll(tmp_path, site, NOW_NS)
    files = models.HistoryFile.objects.count()
    told += fill(tmp_path, site, 30, 1, seed=2)
    assert roll(tmp_path, site, NOW_NS) > 1
    assert models.HistoryFile.objects.count() <= files + 1
    assert total(tmp_path) == told


def test_as_time_goes_by_everything_ends_in_months(site: int, tmp_path: Path) -> None:
    told = fill(tmp_path, site, 40, 10)
    for later in (0, 5, 20, 90, 101, 160):
        roll(tmp_path, site, NOW_NS + later * DAY_NS)
        assert total(tmp_path) == told
    assert models.HistoryFile.objects.count() <= 3
    assert set(models.HistoryFile.objects.values_list("grain_ns", flat=True)) == {DAY_NS}


@pytest.mark.parametrize("stage", STAGES)
def test_a_period_is_old_as_a_whole(stage: object) -> None:
    day, month = STAGES[1], STAGES[0]
    end = NOW_NS // DAY_NS * DAY_NS - 14 * DAY_NS
    assert stage_of(end - 1, end + 14 * DAY_NS) == day
    assert stage_of(end, end + 14 * DAY_NS) == STAGES[2]
    end = NOW_NS // MONTH_NS * MONTH_NS
    assert stage_of(end - MONTH_NS, end + 100 * DAY_NS) == stage_of(end - 1, end + 100 * DAY_NS) == month
    assert stage_of(end - MONTH_NS, end + 100 * DAY_NS - 1) == day


def test_a_file_that_cannot_be_read_stays_listed(site: int, tmp_path: Path) -> None:
    fill(tmp_path, site, 30, 3)
    broken = models.HistoryFile.objects.order_by("path")[0]
    (tmp_path / broken.path).write_bytes(b"no Parquet")
    assert roll(tmp_path, site, NOW_NS) == 2
    assert models.HistoryFile.objects.filter(pk=broken.pk).exists()
    with History(tmp_path) as history:
        assert history.busiest(Asked()).unreadable == (broken.path,)


def test_a_crash_before_the_list_is_changed_changes_nothing(site: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = fill(tmp_path, site, 30, 5)

    def fail(*given: object) -> None:
        raise OSError("disk")

    with monkeypatch.context() as broken:
        broken.setattr("fieldwatch.store.history.rollup.enlist", fail)
        with pytest.raises(OSError, match="disk"):
            roll(tmp_path, site, NOW_NS)
    assert models.HistoryFile.objects.count() == 5
    assert total(tmp_path) == told
    assert roll(tmp_path, site, NOW_NS) == 5
    assert total(tmp_path) == told
