"""A backup and a restored store are the same store; what is not whole, or would overwrite one, is refused."""

from __future__ import annotations

import gzip
import io
import json
import os
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from tests.store.children import shared, start
from tests.store.ingest.conftest import everything, slices, source

from fieldwatch.facts import Batch
from fieldwatch.store import audit, models
from fieldwatch.store.archive import UnusableBackup, unpack
from fieldwatch.store.backup import backup
from fieldwatch.store.captures import keep, place
from fieldwatch.store.ingest import Writer

pytestmark = pytest.mark.django_db(transaction=True)

VERBS = """
import argparse, sys
from fieldwatch.cli import audit, backup
parser = argparse.ArgumentParser()
verbs = parser.add_subparsers()
for verb in (audit, backup):
    verb.declare(verbs)
given = parser.parse_args(sys.argv[1:])
given.run(given)
"""
DIGEST = "ab" * 32


@pytest.fixture
def data(tmp_path: Path, settings: Any) -> Path:
    """The data folder of a filled store: facts, history, a capture, a batch that waits, a key, two entries of the log."""
    settings.DATA = folder = tmp_path / "data"
    folder.mkdir()
    site = models.Site.objects.create(slug="works", name="Works").pk
    writer = Writer(folder / "history")
    writer.take(site, Batch(source(f"sha256:{DIGEST}"), 1, 0, tuple(everything()), False))
    writer.take(site, Batch(source(f"sha256:{DIGEST}"), 2, 0, (slices((5, 2, 0)),), True))
    models.Source.objects.update(kept=True, file_bytes=7)
    (folder / "new").write_bytes(b"capture")
    keep(folder, folder / "new", DIGEST)
    (folder / "inbox" / "1").mkdir(parents=True)
    (folder / "inbox" / "1" / "00000001-aa.batch").write_bytes(b"batch")
    (folder / "inbox" / "1" / ".half").write_bytes(b"ba")
    for one in ("a", "b"):
        audit.append(actor="ada", address="", action=audit.AuditAction.UPLOAD, object=one)
    (folder / "keys" / "session").write_bytes(b"k" * 32)
    return folder


def names(file: Path, folder: Path) -> set[str]:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return set(unpack(file, folder)["files"])


@pytest.mark.parametrize("suffix", ["tar.zst", "tar.gz"])
def test_what_a_backup_holds(suffix: str, data: Path, tmp_path: Path) -> None:
    out, listed = tmp_path / f"all.{suffix}", {f"history/{one}" for one in models.HistoryFile.objects.values_list("path", flat=True)}
    (data / "history" / "1" / "orphan.parquet").parent.mkdir(exist_ok=True)
    (data / "history" / "1" / "orphan.parquet").write_bytes(b"")
    done = backup(data, out, keys=True)
    database = "database.sqlite3" if connection.vendor == "sqlite" else "database.pgdump"
    capture = place(data, DIGEST).relative_to(data).as_posix()
    whole = {database, capture, "inbox/1/00000001-aa.batch", "keys/session", "keys/audit.head"} | listed
    assert names(out, tmp_path / "out") == whole
    assert (done.files, done.missing, len(listed)) == (len(whole), (), 2)
    assert out.stat().st_mode & 0o777 == 0o600
    assert not [path for path in (*data.iterdir(), *tmp_path.iterdir()) if path.name.startswith(".")]
    assert models.AuditEvent.objects.order_by("number").last().action == "backup"  # type: ignore[union-attr]
    backup(data, out, captures=False)
    assert names(out, tmp_path / "out") == {database, "inbox/1/00000001-aa.batch"} | listed


def test_what_is_gone_is_said(data: Path, tmp_path: Path) -> None:
    place(data, DIGEST).unlink()
    assert backup(data, tmp_path / "a.tar.gz").missing == (place(data, DIGEST).relative_to(data).as_posix(),)


def test_only_known_kinds_of_files_are_written(data: Path, tmp_path: Path) -> None:
    with pytest.raises(UnusableBackup, match=r"\*.tar.zst or \*.tar.gz"):
        backup(data, tmp_path / "a.zip")
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def packed(path: Path, *files: tuple[str, bytes], kind: bytes = tarfile.REGTYPE) -> Path:
    with gzip.open(path, "wb") as stream, tarfile.open(fileobj=stream, mode="w|") as tar:
        for name, content in files:
            entry = tarfile.TarInfo(name)
            entry.size, entry.type = len(content), kind if name != "manifest.json" else tarfile.REGTYPE
            tar.addfile(entry, io.BytesIO(content))
    return path


@pytest.mark.parametrize("name", ["../evil", "/etc/passwd", "keys/../../evil", "keys/.hidden", "history/a/../b", "other", "keys/a\nb"])
def test_names_that_lead_elsewhere_are_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(UnusableBackup, match="is no file of a backup"):
        unpack(packed(tmp_path / "a.tar.gz", (name, b"x")), tmp_path / "out")
    assert not list((tmp_path / "out").iterdir())


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE])
def test_only_plain_files_are_taken(kind: bytes, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(UnusableBackup, match="is no file of a backup"):
        unpack(packed(tmp_path / "a.tar.gz", ("keys/session", b""), kind=kind), tmp_path / "out")


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ((("keys/a", b"x"),), "has no manifest"),
        ((("manifest.json", b"no"),), "cannot be read"),
        ((("manifest.json", b"[]"),), "cannot be read"),
        ((("manifest.json", b'{"format": 2, "files": {}}'),), "of format 2"),
        ((("keys/a", b"x"), ("manifest.json", b'{"format": 1, "files": {}}')), "keys/a"),
        ((("manifest.json", b'{"format": 1, "files": {"keys/a": "00"}}'),), "keys/a"),
        ((("keys/a", b"x"), ("manifest.json", b'{"format": 1, "files": {"keys/a": "00"}}')), "not what was saved"),
    ],
)
def test_what_is_not_whole_is_refused(files: tuple[tuple[str, bytes], ...], words: str, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(UnusableBackup, match=words):
        unpack(packed(tmp_path / "a.tar.gz", *files), tmp_path / "out")


@pytest.mark.parametrize("suffix", ["tar.zst", "tar.gz"])
def test_a_backup_that_was_cut_or_changed_is_refused(suffix: str, data: Path, tmp_path: Path) -> None:
    out = tmp_path / f"a.{suffix}"
    backup(data, out)
    whole = out.read_bytes()
    for size in (0, 3, len(whole) // 2, len(whole) - 9):
        out.write_bytes(whole[:size])
        with pytest.raises(UnusableBackup):
            names(out, tmp_path / "out")
    middle = len(whole) // 2
    out.write_bytes(whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :])
    with pytest.raises(UnusableBackup):
        names(out, tmp_path / "out")


@contextmanager
def other(environment: dict[str, str], folder: Path) -> Iterator[dict[str, str]]:
    """The environment of another, empty installation of the same kind."""
    folder.mkdir()
    made = environment | {"FIELDWATCH_DATA": str(folder)}
    if connection.vendor == "sqlite":
        yield made
        return
    name = f"{connection.settings_dict['NAME']}_other"
    with closing(connection.copy()) as admin:
        with admin.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
            cursor.execute(f'CREATE DATABASE "{name}"')
        try:
            yield made | {"FIELDWATCH_DATABASE_URL": environment["FIELDWATCH_DATABASE_URL"].rsplit("/", 1)[0] + f"/{name}"}
        finally:
            with admin.cursor() as cursor:
                cursor.execute(f'DROP DATABASE "{name}"')


def verb(environment: dict[str, str], *words: str) -> tuple[int, str]:
    process = start(VERBS, environment, *words)
    said, _ = process.communicate(timeout=60)
    return process.returncode, said


def test_there_and_back(data: Path, tmp_path: Path) -> None:
    """Through the verbs, into an empty installation: rows, files, keys and the audit log are the same; then again over it."""
    out, target = tmp_path / "all.tar.zst", tmp_path / "other"
    environment = shared(data)
    with other(environment, target) as there:
        assert verb(environment, "backup", str(out), "--with-keys")[0] == 0
        code, said = verb(there, "restore", str(out))
        assert (code, "every entry follows" in said) == (0, True)
        assert verb(there, "restore", str(out))[0] == 2
        assert place(target, DIGEST).read_bytes() == b"capture"
        assert (target / "keys" / "session").read_bytes() == b"k" * 32
        assert (target / "inbox" / "1" / "00000001-aa.batch").read_bytes() == b"batch"
        code, said = verb(there, "audit", "show", "--json")
        assert [json.loads(line)["action"] for line in said.splitlines()] == ["upload", "upload", "restore"]
        assert verb(there, "audit", "verify") == (0, "3 entries: every entry follows from the one before it\n")
        assert verb(there, "restore", str(out), "--replace")[0] == 0
        (aside,) = target.glob("before-restore-*")
        assert place(aside, DIGEST).read_bytes() == b"capture"
        again = tmp_path / "again.tar.gz"
        assert verb(there, "backup", str(again), "--with-keys")[0] == 0
        assert names(again, tmp_path / "out") == names(out, tmp_path / "out2")
        assert not [path for path in target.iterdir() if path.name.startswith(".")]


def test_a_log_that_was_changed_is_told_by_its_exit_code(data: Path) -> None:
    models.AuditEvent.objects.filter(number=1).update(actor="eve")
    environment = shared(data)
    code, said = verb(environment, "audit", "verify")
    assert (code, "entry 1 is not what was sealed" in said) == (1, True)


def test_a_database_that_is_open_elsewhere_is_not_replaced(data: Path, tmp_path: Path) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL waits for the others")
    out = tmp_path / "a.tar.gz"
    backup(data, out)
    environment = shared(data)
    holder = start("import django; django.setup(); from fieldwatch.store import models; models.Site.objects.count(); "
                   "print('open', flush=True); input()", environment | {"PYTHONUNBUFFERED": "1"})  # fmt: skip
    assert holder.stdout is not None
    assert holder.stdout.readline() == "open\n"
    try:
        before = (data / "fieldwatch.sqlite3").read_bytes()
        assert verb(environment, "restore", str(out), "--replace")[0] == 2
        assert (data / "fieldwatch.sqlite3").read_bytes() == before
    finally:
        holder.kill()
        holder.communicate()
    assert os.path.exists(data / "history")
