"""SSH: version strings. Goldens: `ssh.hex`."""

from pathlib import Path

from fieldwatch.facts import Effect
from fieldwatch.protocols import ssh
from fieldwatch.protocols._golden import Goldens
from fieldwatch.protocols._protocol import Who

GOLDENS = Goldens(Path(__file__).with_name("ssh.hex"), ssh.PROTOCOL)


def test_both_sides_say_what_they_are() -> None:
    ((_, server),) = GOLDENS.read("a server").claims
    assert (server.attribute, server.value, server.who) == ("banner", "SSH-2.0-OpenSSH_9.2p1 Debian-2", Who.ANSWERER)
    ((_, client),) = GOLDENS.read("a client").claims
    assert (client.value, client.who) == ("SSH-2.0-PuTTY_Release_0.80", Who.ASKER)
    assert [done.effect for _, done in GOLDENS.read("a client").done] == [Effect.IDENTIFY]


def test_both_sides_of_the_length_limit() -> None:
    assert GOLDENS.read("the longest").broken == []
    assert [rule.have for _, rule in GOLDENS.read("one too long").broken] == ["256 bytes"]


def test_anything_else_is_a_broken_rule() -> None:
    reading = GOLDENS.read("not a version string")
    assert [rule.reason for _, rule in reading.broken] == ["version string"]
    assert reading.claims == []
