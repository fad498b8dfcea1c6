"""Multicast DNS: hosts and services that announce themselves. Goldens: `mdns.hex`."""

from pathlib import Path

from fieldwatch.protocols import mdns
from fieldwatch.protocols._golden import Goldens
from fieldwatch.protocols._protocol import Who

GOLDENS = Goldens(Path(__file__).with_name("mdns.hex"), mdns.PROTOCOL)


def said(golden: str) -> list[tuple[str, str]]:
    return [(claim.attribute, claim.value) for _, claim in GOLDENS.read(golden).claims]


def test_a_host_says_its_name() -> None:
    ((_, claim),) = GOLDENS.read("a host announces itself").claims
    assert (claim.attribute, claim.value, claim.who) == ("host_name", "pump.local", Who.ASKER)


def test_a_service_says_its_type_its_instance_and_its_text() -> None:
    assert said("a service announces itself") == [
        ("service_type", "_http._tcp.local"),
        ("service_instance", "pump._http._tcp.local"),
        ("txt", "v=1.2"),
    ]
    assert said("all services") == [("service_type", "_http._tcp.local")]


def test_a_question_claims_nothing() -> None:
    assert said("a question") == []
    ((_, done),) = GOLDENS.read("a question").done
    assert (done.name, "_http._tcp.local" in done.object) == ("Query", True)


def test_a_loop_of_names_is_a_broken_rule() -> None:
    assert GOLDENS.read("a loop").broken != []
