"""Which frames are shown, when, and which never."""

from __future__ import annotations

from pathlib import Path

from fieldwatch.facts import Claim, Evidence, Login, Span, Subject
from fieldwatch.pipeline.assemble import Facts
from fieldwatch.pipeline.proofs import Proofs, proving, secret
from fieldwatch.pipeline.slice import Frame, write_pcap

WHO = Subject("10.0.0.1", "02:00:00:00:00:01")


def evidence(*frames: int) -> Evidence:
    return Evidence("live:x", tuple(Span(number, 0, 4) for number in frames), 1, "ftp")


def facts(*claims: tuple[int, ...], logins: tuple[tuple[int, ...], ...] = ()) -> Facts:
    return Facts(
        claims=[Claim(WHO, "model", str(number), evidence(*frames)) for number, frames in enumerate(claims)],
        logins=[Login(WHO, WHO, "ftp", "anna", "hash", True, "", 1, frames, evidence(frames[0])) for frames in logins],
    )


def kept(folder: Path, count: int) -> Path:
    write_pcap(folder / f"{1:016}.pcap", [Frame(number, 1, number, bytes([number]) * 60, 64) for number in range(1, count + 1)])
    return folder


def test_a_frame_is_shown_once_and_whole(tmp_path: Path) -> None:
    proofs = Proofs(kept(tmp_path, 9), settle_s=0)
    (first, second) = proofs.due(facts((2, 4)), (), 9)
    assert (first.frame, first.data, first.wire_length, second.frame) == (2, b"\2" * 60, 64, 4)
    assert [one.frame for one in proofs.due(facts((2, 4), (7,)), (), 9)] == [7]


def test_both_sides_of_the_time_it_waits(tmp_path: Path) -> None:
    now = [0.0]
    proofs = Proofs(kept(tmp_path, 9), settle_s=60, clock=lambda: now[0])
    assert list(proofs.due(facts((2,), (8,)), (), 5)) == []
    now[0] = 59.9
    assert list(proofs.due(facts((2,), (8,)), (), 9)) == []
    now[0] = 60.0
    assert [one.frame for one in proofs.due(facts((2,), (8,)), (), 9)] == [2]
    assert [one.frame for one in proofs.due(facts((2,), (8,)), (), 9, is_end=True)] == [8]


def test_what_holds_a_login_is_never_shown(tmp_path: Path) -> None:
    told = facts((2,), (3,), (5,), logins=((3, 6),))
    assert secret(told) == {3, 6}
    proofs = Proofs(kept(tmp_path, 9), settle_s=0)
    assert [one.frame for one in proofs.due(told, {*secret(told), 5}, 9, is_end=True)] == [2]
    assert list(proofs.due(facts((3,), (5,)), (), 9, is_end=True)) == []


def test_what_proves_nothing_is_not_shown() -> None:
    assert proving(Facts()) == set()
    assert proving(facts((1, 2), (2,))) == {1, 2}
