"""TLS: hellos and certificates. Goldens: `tls.hex`."""

from pathlib import Path

import pytest

from fieldwatch.facts import Effect
from fieldwatch.protocols import tls
from fieldwatch.protocols._golden import Goldens
from fieldwatch.protocols._protocol import Ignored, Side, Who

GOLDENS = Goldens(Path(__file__).with_name("tls.hex"), tls.PROTOCOL)


@pytest.mark.parametrize(
    ("golden", "name", "effect", "object"),
    [
        ("client hello", "Client Hello", Effect.DISCOVER, "TLS 1.3 plc.plant h2"),
        ("an old client hello", "Client Hello", Effect.DISCOVER, "TLS 1.0"),
        ("server hello", "Server Hello", Effect.DISCOVER, "TLS 1.2 suite 0xc02f"),
        ("server hello of version 1.3", "Server Hello", Effect.DISCOVER, "TLS 1.3 suite 0x1301"),
        ("certificate", "Certificate", Effect.IDENTIFY, "plc-7, issued by Plant CA, until 2034-01-01"),
        ("self-signed certificate", "Certificate", Effect.IDENTIFY, "plc-8, self-signed, until 2034-01-01"),
        ("no certificate", "Certificate", Effect.IDENTIFY, "none"),
        ("server hello done", "Server Hello Done", Effect.DISCOVER, ""),
    ],
)
def test_each_message_says_what_it_is_about(golden: str, name: str, effect: Effect, object: str) -> None:
    assert [(done.name, done.effect, done.object) for _, done in GOLDENS.read(golden).done] == [(name, effect, object)]


def test_the_holder_of_a_certificate_is_named() -> None:
    ((_, claim),) = GOLDENS.read("certificate").claims
    assert (claim.attribute, claim.value, claim.who) == ("certificate_name", "plc-7", Who.ANSWERER)
    assert GOLDENS.read("no certificate").claims == []


def test_what_is_new_each_time_is_ignored() -> None:
    marks = GOLDENS.read("client hello").marks
    assert {Ignored(Side.REQUEST, 11, 32), Ignored(Side.REQUEST, 44, 4)} <= set(marks)
    assert len(marks) == 3


def test_what_does_not_fit_is_said() -> None:
    assert [(rule.reason, rule.have) for _, rule in GOLDENS.read("a lying length").broken] == [("handshake length", "9")]
    assert [unread.function for _, unread, _ in GOLDENS.read("an unknown message").unread] == ["handshake type 99"]
