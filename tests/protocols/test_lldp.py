"""LLDP: what a neighbour says about itself. Goldens: `lldp.hex`."""

from pathlib import Path

from fieldwatch.protocols import lldp
from fieldwatch.protocols._golden import Goldens
from fieldwatch.protocols._protocol import Who

GOLDENS = Goldens(Path(__file__).with_name("lldp.hex"), lldp.PROTOCOL)


def said(golden: str) -> dict[str, str]:
    return {claim.attribute: claim.value for _, claim in GOLDENS.read(golden).claims}


def test_a_switch_names_itself_and_its_parts() -> None:
    claims = said("a switch")
    assert claims["chassis_id"] == "00:1b:1b:0a:0b:0c"
    assert (claims["port_id"], claims["port_description"]) == ("port-01", "Ethernet1")
    assert (claims["device_name"], claims["ip_address"]) == ("SW-MIX", "10.0.10.2")
    assert (claims["order_number"], claims["vendor"], claims["hardware_version"]) == ("6GK5 208-0BA10-2AA3", "Siemens", "4")
    assert claims["firmware"].endswith("5.2.1")
    assert all(claim.who == Who.ASKER for _, claim in GOLDENS.read("a switch").claims)


def test_an_endpoint_brings_its_inventory() -> None:
    claims = said("a MED endpoint with an inventory")
    assert (claims["firmware"], claims["serial_number"], claims["model"]) == ("FW 1.20", "SN-4711", "ACM-9")
    assert claims["chassis_id"] == "10.0.10.55"


def test_a_shutdown_is_told_apart() -> None:
    assert [done.name for _, done in GOLDENS.read("a shutdown").done] == ["LLDP shutdown"]
    assert [done.name for _, done in GOLDENS.read("a switch").done] == ["LLDP advertisement"]


def test_broken_rules_are_facts() -> None:
    assert [(rule.reason, rule.have) for _, rule in GOLDENS.read("chassis id missing").broken] == [("mandatory TLVs", "2, 3, 0")]
    assert [(rule.reason, rule.have) for _, rule in GOLDENS.read("a management address of length 1").broken] == [
        ("management address", "1")
    ]


def test_measured_delays_are_values() -> None:
    assert [mark.length for mark in GOLDENS.read("PROFINET delays").marks] == [20]
