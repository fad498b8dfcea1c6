"""A filled store of an older release: copied, migrated, and every row still there."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from fieldwatch.store import models
from fieldwatch.store.snapshot import NAMES, UnusableStore
from fieldwatch.store.upgrade import Upgraded, pending, upgrade

pytestmark = pytest.mark.django_db(transaction=True)

LATER = """
from django.db import migrations
class Migration(migrations.Migration):
    dependencies = [("store", "{before}")]
    operations = [migrations.RunSQL("UPDATE store_site SET description = 'upgraded'", migrations.RunSQL.noop)]
"""
SAME = """
from importlib import import_module
Migration = import_module("fieldwatch.store.migrations.{name}").Migration
"""
USUAL: dict[str, Any] = {
    "TextField": "text",
    "CharField": "word",
    "SlugField": "word",
    "EmailField": "a@b.example",
    "URLField": "https://a.example/",
    "JSONField": {"a": 1},
    "BooleanField": True,
    "FloatField": 1.5,
    "BinaryField": b"\0\1",
    "UUIDField": uuid.UUID(int=5),
    "DateField": datetime.date(2026, 1, 2),
    "DateTimeField": datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC),
}


def leaf() -> str:
    found: str
    (found,) = [name for app, name in MigrationExecutor(connection).loader.graph.leaf_nodes() if app == "store"]
    return found


@pytest.fixture
def later(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A release with one migration more."""
    folder, before = tmp_path / "later_migrations", leaf()
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    for _, name in MigrationExecutor(connection).loader.graph.nodes:
        if (Path(models.__file__).parents[1] / "migrations" / f"{name}.py").exists():
            (folder / f"{name}.py").write_text(SAME.format(name=name))
    (folder / "9999_later.py").write_text(LATER.format(before=before))
    monkeypatch.syspath_prepend(tmp_path)
    settings.MIGRATION_MODULES = {"store": "later_migrations"}
    yield "9999_later"
    MigrationRecorder(connection).record_unapplied("store", "9999_later")


def test_a_store_of_this_release_is_left_alone(tmp_path: Path) -> None:
    models.Site.objects.create(slug="works", name="Works")
    assert upgrade(tmp_path) == Upgraded((), None)
    assert not list(tmp_path.iterdir())


def test_a_filled_store_is_copied_first(later: str, tmp_path: Path) -> None:
    models.Site.objects.create(slug="works", name="Works")
    assert pending() == [f"store.{later}"]
    done = upgrade(tmp_path / "data")
    assert done.applied == (f"store.{later}",)
    assert models.Site.objects.get().description == "upgraded"
    assert done.copy is not None
    assert done.copy.name.endswith(NAMES[connection.vendor])
    assert done.copy.stat().st_size > 10_000
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["upgrades"]
    assert upgrade(tmp_path / "data").applied == ()


def test_an_empty_store_is_not_copied(later: str, tmp_path: Path) -> None:
    assert upgrade(tmp_path / "data") == Upgraded((f"store.{later}",), None)


def test_where_there_is_no_room_for_the_copy_nothing_is_migrated(later: str, tmp_path: Path) -> None:
    models.Site.objects.create(slug="works", name="Works")
    (tmp_path / "data").write_text("a file stands in the way")
    with pytest.raises(OSError, match="data"):
        upgrade(tmp_path / "data")
    assert pending() == [f"store.{later}"]


def test_a_store_of_a_newer_release_is_refused(tmp_path: Path) -> None:
    MigrationRecorder(connection).record_applied("store", "8888_newer")
    try:
        with pytest.raises(UnusableStore, match="8888_newer"):
            upgrade(tmp_path)
    finally:
        MigrationRecorder(connection).record_unapplied("store", "8888_newer")


class Filler:
    """A row in every table of a release, each with the rows that it refers to."""

    def __init__(self, apps: Any) -> None:
        self.apps = apps
        self.made: dict[str, Any] = {}
        for model in apps.get_app_config("store").get_models():
            self.row(model)

    def row(self, model: Any) -> Any:
        if model._meta.label not in self.made:
            self.made[model._meta.label] = None  # a row that refers to its own table refers to nothing
            values = {field.attname: self._value(field) for field in model._meta.concrete_fields if not field.primary_key or field.choices}
            values |= {field.attname: USUAL[field.get_internal_type()] for field in model._meta.concrete_fields if self._is_named(field)}
            self.made[model._meta.label] = model.objects.create(**values)
        return self.made[model._meta.label]

    def _is_named(self, field: Any) -> bool:
        return bool(field.primary_key and field.get_internal_type() in USUAL)

    def _value(self, field: Any) -> Any:
        if field.remote_field:
            other = self.row(field.related_model)
            return None if other is None else other.pk
        return field.choices[0][0] if field.choices else USUAL.get(field.get_internal_type(), 7)


def test_rows_of_the_first_release_are_there_after_all_migrations() -> None:
    """From the first migration to the newest, with a row in every table."""
    last = leaf()
    executor = MigrationExecutor(connection)
    first = min(name for app, name in executor.loader.graph.nodes if app == "store")
    executor.migrate([("store", first)])
    try:
        filled = Filler(MigrationExecutor(connection).loader.project_state([("store", first)]).apps).made
        assert len(filled) > 30
    finally:
        executor = MigrationExecutor(connection)
        executor.migrate([("store", last)])
    apps = MigrationExecutor(connection).loader.project_state([("store", last)]).apps
    kept = {model._meta.label for model in apps.get_app_config("store").get_models() if model._default_manager.exists()}
    assert {label for label in filled if label.startswith("store.")} - kept == set()
    assert models.Site.objects.get().name == "word"
