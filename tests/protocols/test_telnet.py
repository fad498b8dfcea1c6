"""Telnet: banners, prompts, logins. Goldens: `telnet.hex`."""

from pathlib import Path

import pytest

from fieldwatch.facts import Effect
from fieldwatch.protocols import telnet
from fieldwatch.protocols._golden import Goldens

GOLDENS = Goldens(Path(__file__).with_name("telnet.hex"), telnet.PROTOCOL)


def test_a_banner_says_what_the_device_is() -> None:
    claims = {claim.attribute: claim.value for _, claim in GOLDENS.read("banner and login prompt").claims}
    assert claims["model"] == "MC-100"
    assert claims["firmware"] == "2.4"
    assert claims["banner"].startswith("Mixer controller")
    assert [claim.value for _, claim in GOLDENS.read("output").claims] == ["Example Works GmbH"]


@pytest.mark.parametrize(
    ("golden", "name", "effect"),
    [
        ("negotiation", "Negotiation", Effect.DISCOVER),
        ("banner and login prompt", "Login prompt", Effect.AUTHENTICATE),
        ("password prompt", "Password prompt", Effect.AUTHENTICATE),
        ("refused", "Login refused", Effect.AUTHENTICATE),
        ("accepted", "Login accepted", Effect.AUTHENTICATE),
        ("output", "Output", Effect.READ),
    ],
)
def test_what_a_segment_is(golden: str, name: str, effect: Effect) -> None:
    assert [(done.name, done.effect) for _, done in GOLDENS.read(golden).done] == [(name, effect)]


@pytest.mark.parametrize(
    ("golden", "opened"),
    [
        ("a key of the name", ("naming", "ann")),
        ("the end of the name", ("named", "ann")),
        ("an erased letter", ("naming", "an")),
        ("password prompt", ("password", "ann")),
        ("the password in one", ("sent", "ann")),
    ],
)
def test_a_name_is_followed_key_by_key(golden: str, opened: tuple[str, str]) -> None:
    assert [one.value for _, one in GOLDENS.read(golden).opens] == [opened]


def test_a_password_is_kept_nowhere() -> None:
    reading = GOLDENS.read("the password in one")
    assert [(login.username, login.secret) for _, login in reading.logins] == [("ann", b"pump")]
    assert "pump" not in str((reading.done, reading.opens, reading.claims))
    key = GOLDENS.read("a key of the password")
    assert (key.opens, key.logins) == ([], [])


def test_what_cannot_be_read_is_said() -> None:
    assert [unread.function for _, unread, _ in GOLDENS.read("unreadable").unread] == ["unreadable text"]
