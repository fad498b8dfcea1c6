"""Uploads in pieces: what is acknowledged is on the disk; what breaks goes on where it stopped."""

from __future__ import annotations

import errno
import hashlib
import io
import os
from pathlib import Path

import pytest

from fieldwatch.server import uploads
from fieldwatch.server.uploads import (
    NoSpace,
    OutOfPlace,
    Piece,
    Refused,
    TooLarge,
    Unknown,
    Unlike,
    Upload,
    Uploads,
    clean_up,
    piece,
)
from fieldwatch.store.captures import place
from fieldwatch.store.models import Site, Source, User

BYTES = bytes(range(256)) * 10
SHA256 = hashlib.sha256(BYTES).hexdigest()


@pytest.fixture
def user(db: None) -> User:
    return User.objects.create_user(username="anna", email="anna@example.org")


@pytest.fixture
def folder(tmp_path: Path) -> Uploads:
    return Uploads(tmp_path, 10_000)


def send(folder: Uploads, upload: Upload, first: int, data: bytes) -> int:
    return folder.put(upload, Piece(first, len(data), upload.size), io.BytesIO(data))


@pytest.mark.parametrize(
    ("header", "length", "expected"),
    [
        ("bytes 0-9/10", 10, Piece(0, 10, 10)),
        (" bytes 5-9/10 ", 5, Piece(5, 5, 10)),
        ("bytes 0-0/0", 0, Piece(0, 0, 0)),
        ("bytes 0-0/1", 1, Piece(0, 1, 1)),
        (f"bytes 0-{uploads.PIECE - 1}/{uploads.PIECE}", uploads.PIECE, Piece(0, uploads.PIECE, uploads.PIECE)),
    ],
)
def test_a_piece_is_what_its_header_names(header: str, length: int, expected: Piece) -> None:
    assert piece(header, length) == expected


@pytest.mark.parametrize(
    ("header", "length"),
    [
        ("", 0), ("bytes 0-9/*", 10), ("bytes 9-0/10", 1), ("bytes 0-10/10", 11), ("bytes 0-9/10", 9), ("bytes 0-9/10", 11),
        ("bytes 0-0/0", 1),
        ("bytes -1-5/10", 7), ("bytes 0-9/10, 11-12/20", 10), ("items 0-9/10", 10), ("bytes 0-" + "9" * 30 + "/10", 10),
        ("bytes ٠-٩/10", 10),
    ],
)  # fmt: skip
def test_a_range_that_is_wrong_is_refused(header: str, length: int) -> None:
    with pytest.raises(Refused, match=r"was read|were announced"):
        piece(header, length)


def test_a_piece_has_eight_mebibytes_at_most() -> None:
    with pytest.raises(TooLarge):
        piece(f"bytes 0-{uploads.PIECE}/{uploads.PIECE + 1}", uploads.PIECE + 1)


def test_pieces_make_a_capture_that_waits_to_be_read(folder: Uploads, site: Site, user: User) -> None:
    upload = folder.open("line 3.pcap", len(BYTES), site, user, sha256=SHA256)
    assert send(folder, upload, 0, BYTES[:1000]) == 1000
    assert send(folder, upload, 1000, BYTES[1000:]) == len(BYTES)
    source = folder.finish(folder.get(upload.id, user), site, user)
    assert (source.state, source.kept, source.name, source.file_bytes) == ("queued", True, "line 3.pcap", len(BYTES))
    assert place(folder.data, source.identity).read_bytes() == BYTES
    assert folder.finish(folder.get(upload.id, user), site, user) == source, "whoever did not hear of it is told again"
    assert sorted(path.suffix for path in folder.folder.iterdir()) == [".json"]


def test_the_same_bytes_are_the_same_source(folder: Uploads, site: Site, user: User) -> None:
    sources = set()
    for name in ("a.pcap", "b.pcap"):
        upload = folder.open(name, len(BYTES), site, user)
        send(folder, upload, 0, BYTES)
        sources.add(folder.finish(upload, site, user).pk)
    assert len(sources) == Source.objects.count() == 1


def test_an_empty_file_is_one(folder: Uploads, site: Site, user: User) -> None:
    upload = folder.open("empty", 0, site, user)
    assert send(folder, upload, 0, b"") == 0
    assert folder.finish(upload, site, user).file_bytes == 0


def test_a_broken_piece_is_sent_again_and_leaves_nothing_wrong(folder: Uploads, site: Site, user: User) -> None:
    upload = folder.open("a", len(BYTES), site, user, sha256=SHA256)
    send(folder, upload, 0, BYTES[:500])
    with pytest.raises(Refused, match="ended after 300 of 1000"):
        folder.put(upload, Piece(500, 1000, len(BYTES)), io.BytesIO(b"\xff" * 300))
    assert folder.offset(upload) == 500
    again = Uploads(folder.data, folder.most)
    send(again, again.get(upload.id, user), 500, BYTES[500:])
    assert again.finish(again.get(upload.id, user), site, user).identity == f"sha256:{SHA256}"


def test_longer_rubbish_behind_the_last_byte_is_cut_off(folder: Uploads, site: Site, user: User) -> None:
    """A process that died in the middle of a piece may leave more than the file will have."""
    upload = folder.open("a", len(BYTES), site, user, sha256=SHA256)
    with (folder.folder / f"{upload.id}.part").open("ab") as file:
        file.write(b"\xff" * 5000)
    assert folder.offset(upload) == 0
    send(folder, upload, 0, BYTES)
    assert folder.finish(upload, site, user).file_bytes == len(BYTES)


def test_the_same_file_goes_on_where_it_stopped(folder: Uploads, site: Site, user: User) -> None:
    first = folder.open("a", 100, site, user, modified="7")
    send(folder, first, 0, b"x" * 40)
    assert folder.open("a", 100, site, user, modified="7") == first
    assert folder.offset(first) == 40
    other = User.objects.create_user(username="bert", email="bert@example.org")
    assert len({first.id, folder.open("a", 100, site, user).id, folder.open("a", 100, site, other, modified="7").id}) == 3
    with pytest.raises(Unknown):
        folder.get(first.id, other)


@pytest.mark.parametrize("first", [0, 10, 30, 100])
def test_a_piece_out_of_place_says_where_to_go_on(first: int, folder: Uploads, site: Site, user: User) -> None:
    upload = folder.open("a", 100, site, user)
    send(folder, upload, 0, b"x" * 20)
    with pytest.raises(OutOfPlace) as error:
        folder.put(upload, Piece(first, 10, 100), io.BytesIO(b"y" * 10))
    assert error.value.offset == 20
    with pytest.raises(Refused, match="size 90"):
        folder.put(upload, Piece(20, 10, 90), io.BytesIO(b"y" * 10))


def test_two_writers_of_one_upload_take_turns(folder: Uploads, site: Site, user: User) -> None:
    upload = folder.open("a", 100, site, user)

    class Slow(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            with pytest.raises(OutOfPlace, match="Another piece"):
                send(folder, upload, 0, b"y" * 10)
            return super().read(size)

    assert folder.put(upload, Piece(0, 10, 100), Slow(b"x" * 10)) == 10


def test_bytes_that_are_not_those_that_were_announced_make_no_capture(folder: Uploads, site: Site, user: User) -> None:
    upload = folder.open("a", 10, site, user, sha256=SHA256)
    send(folder, upload, 0, b"x" * 10)
    with pytest.raises(Unlike, match=SHA256):
        folder.finish(upload, site, user)
    with pytest.raises(Unknown):
        folder.get(upload.id, user)
    assert not Source.objects.exists()


def test_limits_are_said_before_any_byte_is_sent(folder: Uploads, site: Site, user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.open("a", 10_000, site, user)
    with pytest.raises(TooLarge, match=r"captures\.most_mb"):
        folder.open("a", 10_001, site, user)
    with pytest.raises(Refused, match="sha256"):
        folder.open("a", 1, site, user, sha256="x")
    monkeypatch.setattr(uploads, "free_bytes", lambda data: uploads.RESERVE + 10_500)
    folder.open("b", 500, site, user)
    with pytest.raises(NoSpace, match="0 are free"):
        folder.open("c", 1, site, user)


def test_a_full_disk_is_said_and_gone_on_from(folder: Uploads, site: Site, user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = folder.open("a", 100, site, user)
    send(folder, upload, 0, b"x" * 20)

    def full(*given: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "pwrite", full)
        with pytest.raises(NoSpace) as error:
            send(folder, upload, 20, b"y" * 80)
    assert error.value.offset == folder.offset(upload) == 20
    assert send(folder, upload, 20, b"y" * 80) == 100


@pytest.mark.parametrize("step", ["keep", "queue", "_save"])
def test_whoever_dies_while_it_becomes_a_capture_is_finished_later(
    step: str, folder: Uploads, site: Site, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = folder.open("a", len(BYTES), site, user, sha256=SHA256)
    send(folder, upload, 0, BYTES)

    def dies(*given: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(uploads if step != "_save" else Uploads, step, dies)
        with pytest.raises(KeyboardInterrupt):
            folder.finish(upload, site, user)
    again = folder.get(upload.id, user)
    assert folder.offset(again) == len(BYTES)
    assert folder.finish(again, site, user).identity == f"sha256:{SHA256}"
    assert Source.objects.count() == 1


@pytest.mark.parametrize("id_", ["", "../x", "0" * 32, "0" * 31, "G" * 32, "0" * 5000])
def test_what_is_no_upload_is_not_known(id_: str, folder: Uploads, user: User) -> None:
    folder.folder.mkdir()
    (folder.folder / f"{'0' * 31}1.json").write_text("{")
    with pytest.raises(Unknown):
        folder.get(id_, user)


def test_what_was_given_up_is_deleted(folder: Uploads, site: Site, user: User) -> None:
    old, new = folder.open("old", 10, site, user), folder.open("new", 10, site, user)
    (folder.folder / "bring-x").write_bytes(b"x")
    for path in [*folder.folder.glob(f"{old.id}.*"), folder.folder / "bring-x"]:
        os.utime(path, (1, 1))
    os.utime(folder.folder / f"{new.id}.json", (1, 1))
    assert clean_up(folder.data) == 4
    assert {path.stem for path in folder.folder.iterdir()} == {new.id}
    folder.drop(new)
    assert list(folder.folder.iterdir()) == []
