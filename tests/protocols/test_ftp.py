"""FTP: logins, transfers, what a server is. Goldens: `ftp.hex`."""

from pathlib import Path

import pytest

from fieldwatch.facts import Effect
from fieldwatch.protocols import ftp
from fieldwatch.protocols._golden import Goldens
from fieldwatch.protocols._protocol import Expect, Open

GOLDENS = Goldens(Path(__file__).with_name("ftp.hex"), ftp.PROTOCOL)


def test_a_server_greets_and_names_its_system() -> None:
    assert [(claim.attribute, claim.value) for _, claim in GOLDENS.read("greeting").claims] == [("banner", "ProFTPD Server (Line 2)")]
    assert [(claim.attribute, claim.value) for _, claim in GOLDENS.read("system").claims] == [("system_type", "UNIX Type: L8")]


def test_a_login_takes_two_lines() -> None:
    assert [opened for _, opened in GOLDENS.read("user").opens] == [Open(("user", "anna"))]
    ((_, login),) = GOLDENS.read("password").logins
    assert (login.username, login.secret, login.result, login.cleartext) == ("anna", b"pump", "ok", True)
    ((_, refused),) = GOLDENS.read("password refused").logins
    assert refused.result == "530 Login incorrect."


def test_a_password_is_nowhere_but_in_the_login() -> None:
    reading = GOLDENS.read("password")
    assert all(b"pump".decode() not in f"{done}" for _, done in reading.done)
    assert all("pump" not in str(opened) for _, opened in reading.opens)


@pytest.mark.parametrize(
    ("golden", "effect", "object"),
    [
        ("user", Effect.AUTHENTICATE, "anna"),
        ("password", Effect.AUTHENTICATE, "anna"),
        ("store a file", Effect.WRITE, "recipe.bin"),
        ("delete a file", Effect.WRITE, "recipe.bin"),
        ("port", Effect.READ, ""),
    ],
)
def test_each_command_has_its_effect(golden: str, effect: Effect, object: str) -> None:
    assert [(done.effect, done.object) for _, done in GOLDENS.read(golden).done] == [(effect, object)]


def test_data_connections_are_expected() -> None:
    assert GOLDENS.read("passive").expects == [Expect("ftp-data", 5001)]
    assert GOLDENS.read("extended passive").expects == [Expect("ftp-data", 5001)]


def test_after_tls_nothing_is_read() -> None:
    assert [opened.value for _, opened in GOLDENS.read("go over to TLS").opens] == [("secure", "")]
    assert [unread.reason for _, unread, _ in GOLDENS.read("after TLS").unread] == ["encrypted"]


def test_what_is_no_command_is_said() -> None:
    assert [rule.reason for _, rule in GOLDENS.read("no command").broken] == ["command line"]
    assert [unread.function for _, unread, _ in GOLDENS.read("an unknown command").unread] == ["command XYZZ"]
    assert [done.object for _, done in GOLDENS.read("a further line").done] == ["211"]
