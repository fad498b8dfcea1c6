"""PROFINET DCP: stations, and who sets their names and addresses. Goldens: `pn_dcp.hex`."""

from pathlib import Path

import pytest

from fieldwatch.facts import Effect
from fieldwatch.protocols import pn_dcp
from fieldwatch.protocols._golden import Goldens
from fieldwatch.protocols._protocol import Who

GOLDENS = Goldens(Path(__file__).with_name("pn_dcp.hex"), pn_dcp.PROTOCOL)


def test_a_station_that_is_found_says_what_it_is() -> None:
    claims = {claim.attribute: claim.value for _, claim in GOLDENS.read("identify all").claims}
    assert claims["station_name"] == "pump1"
    assert claims["type_of_station"] == "ET20"
    assert (claims["vendor_id"], claims["device_id"]) == ("0x002a", "0x0301")
    assert (claims["ip_address"], claims["subnet_mask"]) == ("192.168.10.5", "255.255.255.0")
    assert "gateway" not in claims


def test_a_greeting_is_about_its_sender() -> None:
    ((_, claim),) = GOLDENS.read("hello").claims
    assert (claim.value, claim.who) == ("io-1", Who.ASKER)


@pytest.mark.parametrize(
    ("golden", "name", "effect", "result", "technique"),
    [
        ("identify all", "Identify", Effect.DISCOVER, "ok", "T0846"),
        ("set the name of station", "Set NameOfStation", Effect.CONFIGURE, "ok", "T0836"),
        ("flash the lamp", "Signal", Effect.DISCOVER, "", "T0846"),
        ("reset to factory", "Reset to Factory", Effect.RESET, "ok", "T0809"),
    ],
)
def test_each_service_has_its_effect(golden: str, name: str, effect: Effect, result: str, technique: str) -> None:
    ((_, done),) = GOLDENS.read(golden).done
    assert (done.name.casefold(), done.effect, done.technique) == (name.casefold(), effect, technique)
    assert done.result.casefold() == result


def test_a_refused_address_is_named_with_the_refusal() -> None:
    ((_, done),) = GOLDENS.read("set an address, refused").done
    assert dict(done.values)["ip_address"] == "192.168.10.6"
    assert done.result not in ("", "ok")


def test_lengths_that_do_not_fit_are_broken_rules() -> None:
    assert [rule.reason for _, rule in GOLDENS.read("a block longer than the message").broken] == ["DCPBlockLength"]
    assert [rule.reason for _, rule in GOLDENS.read("data length beyond the message").broken] == ["DCPDataLength"]


def test_real_time_frames_are_only_named() -> None:
    ((_, unread, _),) = GOLDENS.read("cyclic data").unread
    assert "0x8000" in unread.function
    assert GOLDENS.read("cyclic data").done == []
