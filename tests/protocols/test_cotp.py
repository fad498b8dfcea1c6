"""TPKT and COTP: connections, disconnections, and the data for the protocol inside. Goldens: `cotp.hex`."""

from pathlib import Path

import pytest

from fieldwatch.facts import Effect
from fieldwatch.protocols import cotp, s7comm
from fieldwatch.protocols._golden import Goldens
from fieldwatch.protocols._protocol import At, Ignored, Side, Who
from fieldwatch.protocols._reading import Registry, fits

GOLDENS = Goldens(Path(__file__).with_name("cotp.hex"), cotp.PROTOCOL, Registry([cotp.PROTOCOL, s7comm.PROTOCOL]))


@pytest.mark.parametrize(
    ("golden", "name", "object", "result"),
    [
        ("connect", "Connect", "rack 0 slot 2", "ok"),
        ("connect without answer", "Connect", "rack 2 slot 3", ""),
        ("confirm alone", "Connect", "rack 0 slot 1", "ok"),
        ("connect to a name", "Connect", "SIMATIC-ROOT-HMI", "ok"),
        ("connect without TSAP", "Connect", "", "ok"),
        ("connect to a TSAP that is neither", "Connect", "", ""),
        ("connect refused", "Connect", "rack 0 slot 31", "connection request refused"),
        ("connect refused for a reason of its own", "Connect", "rack 0 slot 31", "reason 254"),
        ("disconnect", "Disconnect request", "normal disconnect", ""),
        ("disconnect confirm", "Disconnect confirm", "", ""),
    ],
)
def test_a_connection_says_who_is_called_and_whether_he_agrees(golden: str, name: str, object: str, result: str) -> None:
    ((protocol, done),) = GOLDENS.read(golden).done
    assert (protocol, done.name, done.effect, done.object, done.result) == ("cotp", name, Effect.DISCOVER, object, result)


def test_the_called_side_is_named_once_it_agrees() -> None:
    ((_, claim),) = GOLDENS.read("connect").claims
    assert (claim.attribute, claim.value, claim.who) == ("rack_slot", "rack 0 slot 2", Who.ANSWERER)
    assert claim.at == At(Side.REQUEST, 17, 2)
    ((_, name),) = GOLDENS.read("connect to a name").claims
    assert (name.attribute, name.value) == ("tsap_name", "SIMATIC-ROOT-HMI")
    for golden in ("connect without answer", "connect refused", "connect to a TSAP that is neither"):
        assert GOLDENS.read(golden).claims == []


def test_references_are_handles() -> None:
    assert GOLDENS.read("connect").marks == [Ignored(Side.REQUEST, 6, 4), Ignored(Side.ANSWER, 6, 4)]


def test_data_go_to_the_protocol_inside() -> None:
    ((protocol, done),) = GOLDENS.read("data of S7").done
    assert (protocol, done.name, done.at) == ("s7comm", "Setup communication", At(Side.REQUEST, 17, 8))
    assert Ignored(Side.ANSWER, 11, 2) in GOLDENS.read("data of S7").marks
    ((_, stop),) = GOLDENS.read("data of S7, joined from two").done
    assert (stop.name, stop.effect) == ("PLC Stop", Effect.STOP)


@pytest.mark.parametrize(
    ("golden", "function"),
    [
        ("data of S7comm-plus", "S7comm-plus"),
        ("data of MMS", "data that starts with 0x60"),
        ("expedited data", "Expedited data"),
        ("unknown TPDU", "TPDU 0x30"),
    ],
)
def test_what_is_not_decoded_is_said(golden: str, function: str) -> None:
    reading = GOLDENS.read(golden)
    assert [unread.function for _, unread, _ in reading.unread] == [function]
    assert reading.done == []


def test_data_without_content_are_a_sign_of_life() -> None:
    for golden in ("data without content", "data without content, as an answer"):
        ((_, done),) = GOLDENS.read(golden).done
        assert (done.name, done.effect) == ("Data without content", Effect.READ)


@pytest.mark.parametrize(
    ("golden", "reason", "have", "allowed"),
    [("wrong version", "version", "05", "03"), ("length indicator too long", "length indicator", "3", "0..2")],
)
def test_a_broken_rule_is_named(golden: str, reason: str, have: str, allowed: str) -> None:
    ((_, rule),) = GOLDENS.read(golden).broken
    assert (rule.reason, rule.have, rule.allowed) == (reason, have, allowed)


def test_only_connections_and_s7_are_known_on_other_ports() -> None:
    anywhere = [looks for looks in cotp.PROTOCOL.looks if looks.anywhere]

    def known(golden: str) -> bool:
        exchange = GOLDENS.by_name[golden].exchange
        return any(fits(looks, exchange.request or exchange.answer or b"") for looks in anywhere)

    assert known("data of S7")
    assert known("connect")
    assert not known("data of MMS")
    assert not known("data without content")
    assert not known("disconnect")
