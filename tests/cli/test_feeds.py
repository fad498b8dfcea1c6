"""`fieldwatch feeds` as a person types it."""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson
import pytest
from tests.vulnerabilities.feeds import conftest
from tests.vulnerabilities.feeds.conftest import Provider, Server, document
from tests.vulnerabilities.feeds.test_feed import HEAD
from tests.vulnerabilities.test_kev import catalogue

from fieldwatch.cli import feeds
from fieldwatch.cli.escape import visible

server = conftest.server

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Runs the verb with a shelf of its own; returns exit code, output, errors."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.delenv(feeds.NVD_KEY, raising=False)

    def run_here(*words: object) -> tuple[int, str, str]:
        program = argparse.ArgumentParser()
        feeds.declare(program.add_subparsers())
        code = 0
        try:
            given = program.parse_args(["feeds", *map(str, words)])
            given.run(given)
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
        return code, *capsys.readouterr()

    return run_here


@pytest.fixture
def providers(server: Server, tmp_path: Path) -> Path:
    """A table of the test's own provider and catalogue."""
    one = Provider(server)
    one.publish("ACME-1")
    one.publish("ACME-2")
    server.tree["/kev.json"] = catalogue()
    table = tmp_path / "mine.tsv"
    lines = [f"acme\tcsaf_provider\t{one.source.url}\t\t\tyes\tAcme", f"kev\tkev\t{server.url('/kev.json')}\t\t\tyes\tKEV"]
    table.write_text(HEAD + "\n".join(lines) + "\n")
    return table


def test_sync_says_what_came_and_what_did_not(run: Run, providers: Path, server: Server) -> None:
    assert run("sync", "--providers", providers) == (0, "acme: 2 new, 0 unchanged\nkev: 1 new, 0 unchanged\n", "")
    server.tree["/kev.json"] = b"<html>\x1b[31m"
    code, output, errors = run("sync", "--providers", providers)
    assert (code, output) == (1, "acme: 0 new, 2 unchanged\nkev: 0 new, 0 unchanged, 1 not taken\n")
    assert errors == f"fieldwatch: {server.url('/kev.json')}: a web page, JSON is needed; not taken: check the address and the proxy\n"
    assert run("sync", "acme", "--providers", providers)[1] == "acme: 0 new, 2 unchanged\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("sync", "nobody"), "nobody: no such feed"),
        (("sync", "--providers", "none.tsv"), "none.tsv: no table of feeds"),
        (("sync", "kev", "--proxy", "nowhere"), "nowhere: no address of a proxy"),
        (("sync", "kev", "--nvd-key", "none.key"), "none.key: cannot be read"),
        (("import", "none.zip"), "none.zip: does not exist"),
        (("import", "none.zip", "--key", "none.pem"), "none.pem: no public key"),
        (("bundle", "out"), "neither or both of --key and --unsigned"),
        (("bundle", "out", "--key", "none.pem"), "none.pem: no private key"),
        (("bundle", "out", "--key", "none.pem", "--unsigned"), "neither or both"),
        (("unread",), "does not exist"),
        (("status", "--shelf"), "expected one argument"),
        ((), "required"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    words: tuple[str, ...], said: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, output, errors = run(*words)
    assert (code, output) == (2, "")
    assert said in errors.splitlines()[-1]


def test_a_shelf_that_cannot_be_written_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for words in (("sync", "kev"), ("import", tmp_path), ("bundle", tmp_path / "out", "--unsigned")):
        code, _, errors = run(*words, "--shelf", tmp_path / "file")
        assert code == 2
        assert "name a folder of your own with --shelf" in errors


def test_import_status_and_unread(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "acme-1.json").write_bytes(document("ACME-1", range_text="somewhat older than the blue one"))
    (folder / "acme-2.json").write_bytes(document("ACME-2"))
    (folder / "acme-3.json").write_bytes(b"\x1b]0;evil")
    code, output, errors = run("import", folder)
    assert (code, output) == (1, "imported: 2 new, 0 unchanged, 1 not taken\n")
    assert "acme-3.json: nothing that is known" in errors
    assert errors == visible(errors.rstrip("\n")) + "\n"
    found = orjson.loads(run("status", "--json")[1])
    assert [(one["name"], one["documents"], one["state"]) for one in found if one["documents"]] == [("imported", 2, "stale")]
    text = run("status")[1]
    assert "imported" in text
    assert "stale after 14" in text
    unread = orjson.loads(run("unread", "--json")[1])
    assert unread["total"] == 2
    assert [one["advisory"] for one in unread["unread"]] == ["ACME-1"]
    assert "Ranges that cannot be read: 1, of 2 products" in run("unread")[1]
    assert run("unread", "--advisories", folder / "acme-2.json")[1].endswith(
        "Ranges that cannot be read: 0, of 1 products. Devices with these are undetermined.\n"
    )


def test_a_bundle_goes_to_a_site_without_a_network(run: Run, providers: Path, tmp_path: Path) -> None:
    run("sync", "--providers", providers)
    code, output, _ = run("bundle", tmp_path / "feeds.bundle", "--key", tmp_path / "centre.pem", "--new-key")
    assert code == 0
    assert "3 documents, signed" in output
    assert str(tmp_path / "centre.pub.pem") in output
    site = ("--shelf", tmp_path / "site")
    assert "no key to verify it with" in run("import", tmp_path / "feeds.bundle", *site)[2]
    assert run("import", tmp_path / "feeds.bundle", "--key", tmp_path / "centre.pub.pem", *site) == (
        0,
        "feeds.bundle: 3 new, 0 unchanged\n",
        "",
    )
    found = orjson.loads(run("status", "--json", *site)[1])
    assert {one["name"]: one["state"] for one in found if one["documents"]} == {"acme": "fresh", "kev": "fresh"}


def test_only_sync_reaches_the_network(run: Run, providers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("sync", "--providers", providers)

    def no_network(*words: object, **more: object) -> Iterator[None]:
        raise AssertionError("reached the network")

    monkeypatch.setattr("socket.socket.connect", no_network)
    monkeypatch.setattr("fieldwatch.vulnerabilities.feeds.fetch.Fetcher.__post_init__", no_network)
    for words in (("status",), ("unread",), ("bundle", tmp_path / "out", "--unsigned"), ("import", "--unsigned", tmp_path / "out")):
        assert run(*words)[0] == 0
    shutil.rmtree(tmp_path / "data")
    assert run("status")[0] == 0
    assert not (tmp_path / "data").exists()


def test_the_key_comes_from_a_file_or_from_the_environment(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("hush\n")
    from_file, from_environment = feeds._key(tmp_path / "key", {}), feeds._key(None, {feeds.NVD_KEY: "hush"})
    assert from_file is not None
    assert from_environment is not None
    assert [from_file.reveal(), from_environment.reveal(), str(from_file)] == ["hush", "hush", "<secret>"]
    assert feeds._key(None, {}) is None
