"""DHCP: who asks for an address, and who gets which. Goldens: `dhcp.hex`."""

from pathlib import Path

import pytest

from fieldwatch.protocols import dhcp
from fieldwatch.protocols._golden import Goldens

GOLDENS = Goldens(Path(__file__).with_name("dhcp.hex"), dhcp.PROTOCOL)


def said(golden: str) -> dict[str, str]:
    return {claim.attribute: claim.value for _, claim in GOLDENS.read(golden).claims}


def test_a_client_names_itself() -> None:
    assert said("discover") == {"host_name": "hmi-4", "vendor_class": "MSFT 5.0"}
    assert {claim.mac for _, claim in GOLDENS.read("discover").claims} == {"00:11:22:33:44:55"}
    assert said("inform with a full name")["fqdn"] == "hmi4.pl"


def test_an_address_is_the_clients_once_it_is_acknowledged() -> None:
    assert said("acknowledged") == {"ip_address": "10.0.0.9", "subnet_mask": "255.255.255.0", "gateway": "10.0.0.1", "host_name": "hmi-4"}
    assert said("refused") == {}


@pytest.mark.parametrize(
    ("golden", "name", "values", "result"),
    [
        ("discover", "Discover", (("requested_address", "10.0.0.9"),), ""),
        ("acknowledged", "ACK", (), ""),
        ("refused", "NAK", (), "refused"),
        ("BOOTP", "BOOTP request", (), ""),
    ],
)
def test_each_type_has_its_name(golden: str, name: str, values: object, result: str) -> None:
    assert [(done.name, done.values, done.result) for _, done in GOLDENS.read(golden).done] == [(name, values, result)]


def test_what_does_not_fit_is_said() -> None:
    assert [(rule.reason, rule.have) for _, rule in GOLDENS.read("an unknown op").broken] == [("op", "7")]
    assert [rule.reason for _, rule in GOLDENS.read("no end").broken] == ["no End option"]
    assert [unread.function for _, unread, _ in GOLDENS.read("an unknown type").unread] == ["message type 99"]
