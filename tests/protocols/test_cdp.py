"""CDP: what a neighbour says about itself. Goldens: `cdp.hex`."""

from pathlib import Path

from fieldwatch.protocols import cdp
from fieldwatch.protocols._golden import Goldens

GOLDENS = Goldens(Path(__file__).with_name("cdp.hex"), cdp.PROTOCOL)


def test_a_switch_names_itself() -> None:
    claims = {claim.attribute: claim.value for _, claim in GOLDENS.read("a switch").claims}
    assert claims == {
        "device_name": "sw-a-1",
        "ip_address": "192.168.0.1",
        "port_id": "Gi0/1.5",
        "firmware": "Cisco IOS Software, Version 15.2(2)E, RELEASE SOFTWARE (fc1)",
        "model": "cisco C2960X",
        "native_vlan": "100",
    }


def test_broken_rules_are_facts_and_the_rest_is_read() -> None:
    assert [(rule.reason, rule.have) for _, rule in GOLDENS.read("an unknown version").broken] == [("version", "3")]
    assert [claim.value for _, claim in GOLDENS.read("an unknown version").claims] == ["sw-b"]
    assert [(rule.reason, rule.have) for _, rule in GOLDENS.read("a length of two").broken] == [("TLV length", "2")]
    assert GOLDENS.read("a header only").broken == []
