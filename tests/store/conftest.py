"""What tests of the store share: a site, facts brought into it, and the example plant."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from fieldwatch.facts import Source
from fieldwatch.pipeline.batches import batches
from fieldwatch.store import models
from fieldwatch.store.ingest import take

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture()
def bring() -> Callable[..., models.Source]:
    """Takes the rows of one source into a site, which then waits to be folded."""

    def made(site: models.Site, identity: str, rows: Iterable[Any], sensor: models.Sensor | None = None) -> models.Source:
        source = Source(identity, "live" if sensor else "capture", identity, 0, 0, None, None, "", ())
        for batch in batches(source, rows):
            take(site.pk, batch, sensor=sensor.pk if sensor else None)
        return models.Source.objects.get(site=site, identity=identity)

    return made


@pytest.fixture()
def site(db: None) -> models.Site:
    """The site that most tests are about."""
    return models.Site.objects.create(slug="works", name="Water works")


@cache
def read_plant() -> tuple[Any, Any, tuple[Any, ...]]:
    from fieldwatch.pipeline.batches import rows
    from fieldwatch.pipeline.inspect import inspect

    result = inspect([str(ROOT / "examples" / "plant" / "plant.pcap")], jobs=1, secret_key=b"k" * 32)
    return result.facts, result.inventory, tuple(rows(result.facts, "sha256:plant"))


@pytest.fixture(scope="session")
def plant() -> tuple[Any, Any, tuple[Any, ...]]:
    """The example plant: its facts, the inventory that follows from them, and its rows."""
    return read_plant()
