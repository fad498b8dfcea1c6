"""The example plant, read whole: every host, everything that it was told to say, and everything that the contractor did to it.

The truth was written by the rig from its configuration and from what each actor noted down; see `examples/plant/README.md`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from fieldwatch.facts import COUNTED, Effect, Operation
from fieldwatch.inventory import Asset
from fieldwatch.library.makers import maker
from fieldwatch.pipeline import Result, inspect

PLANT = Path(__file__).resolve().parents[2] / "examples" / "plant" / "plant.pcap"
TRUTH: dict[str, Any] = orjson.loads(PLANT.with_suffix(".truth.json").read_bytes())
HOSTS: list[dict[str, Any]] = TRUTH["assets"]
DONE: list[dict[str, Any]] = TRUTH["operations"]

SPOKEN_BY = {"cip": ("cip", "enip")}
"""CIP identity travels in EtherNet/IP's List Identity as well as in CIP itself."""

SHOWN = ("vendor", "model", "firmware", "serial_number", "order_number")
AMISS_S = 0.1
"""An actor's clock is read just before and just after; the wire lies between."""

SPEAKS_OF_ITSELF = {("dnp3", Effect.WRITE), ("dnp3", Effect.CONFIGURE)}
"""What a stack does unbidden: opendnp3 clears the restart bit and sets unsolicited reporting whenever it connects again."""

TOLD = [
    (host["name"], protocol, attribute, host["identity"][protocol][attribute])
    for host in HOSTS
    for protocol, attributes in host["told"].items()
    for attribute in attributes
]
CHANGES = [line for line in DONE if line["label"] != "normal" and line["ok"] and line["effect"] not in (*COUNTED, Effect.AUTHENTICATE)]
"""Logins have tests of their own: SSH's is inside its encryption."""

QUESTIONS = [
    line
    for line in DONE
    if line["label"] == "attack" and Effect(line["effect"]) in COUNTED and line["ok"] and line["protocol"] not in ("arp", "tcp")
]
ADDRESS = {host["name"]: host["ip"] for host in HOSTS}


def named(line: dict[str, Any]) -> str:
    return f"{line['source']}-{line['protocol']}-{line['operation'].replace(' ', '-')}-{line['destination']}"


@pytest.fixture(scope="module")
def plant() -> Result:
    return inspect([str(PLANT)], fenced=False)


def asset(plant: Result, host: dict[str, Any]) -> Asset:
    (found,) = [one for one in plant.inventory.assets if host["ip"] in one.ips and host["mac"] in one.macs]
    return found


def test_the_truth_is_that_of_this_capture(plant: Result) -> None:
    assert hashlib.sha256(PLANT.read_bytes()).hexdigest() == TRUTH["sha256"]
    assert plant.facts.malformed == []
    assert not plant.skipped


def test_every_host_is_one_asset_and_there_are_no_others(plant: Result) -> None:
    assert len({asset(plant, host).id for host in HOSTS}) == len(HOSTS) == len(plant.inventory.assets)


@pytest.mark.parametrize(("name", "protocol", "attribute", "value"), TOLD, ids=lambda part: str(part)[:30])
def test_what_a_host_told_is_claimed(plant: Result, name: str, protocol: str, attribute: str, value: str) -> None:
    (host,) = [one for one in HOSTS if one["name"] == name]
    spoken, _, unit = protocol.partition(" ")
    said = {
        claim.value
        for claim in plant.facts.claims
        if claim.attribute == attribute
        and (claim.subject.ip == host["ip"] or claim.subject.mac == host["mac"])
        and claim.evidence.protocol in SPOKEN_BY.get(spoken, (spoken,))
        and (claim.subject.component == unit or not unit)
    }
    assert value in said


ROLES = {
    "switch": "Switch",
    "infrastructure server": "Server",
    "drive": "Drive",
    "gateway": "Protocol gateway",
    "building controller": "Building controller",
    "remote I/O": "Remote I/O",
    "camera": "Camera",
    "engineering workstation": "Engineering workstation",
    "contractor laptop": "Engineering workstation",
}
"""Roles of the rig's truth by the words of Fieldwatch, where they differ: what a laptop does here is an engineering workstation's work."""


@pytest.mark.parametrize("host", HOSTS, ids=lambda host: str(host["name"]))
def test_every_host_has_its_role_with_the_reason(plant: Result, host: dict[str, Any]) -> None:
    role = asset(plant, host).attribute("role")
    assert role is not None
    assert role.value == ROLES.get(host["role"], host["role"])
    assert role.reason


@pytest.mark.parametrize("host", [host for host in HOSTS if host["told"]], ids=lambda host: str(host["name"]))
def test_what_is_shown_of_a_host_is_right(plant: Result, host: dict[str, Any]) -> None:
    """No attribute that the host told under its own name is shown with a value that it never gave."""
    found = asset(plant, host)
    for attribute in SHOWN:
        own = [protocol for protocol, names in host["told"].items() if attribute in names and " " not in protocol]
        told = {host["identity"][protocol][attribute] for protocol in own}
        if told:
            assert found.value(attribute) in ({maker(words) for words in told} if attribute == "vendor" else told)


def test_the_meters_are_parts_of_their_gateway(plant: Result) -> None:
    (gateway,) = [host for host in HOSTS if host["name"] == "gw-meters"]
    parts = {part.component: part for part in asset(plant, gateway).children}
    for unit, said in gateway["identity"].items():
        if unit.startswith("modbus unit "):
            part = parts[unit.removeprefix("modbus ")]
            assert {name: part.value(name) for name in said} == said | {"vendor": maker(said["vendor"])}


def seen(plant: Result, line: dict[str, Any]) -> Iterator[Operation]:
    """Operations of the one on the other, of this protocol and effect, with an occurrence in that time."""
    ends = (line["source_ip"], line["destination_ip"])
    for one in plant.facts.operations:
        if (one.actor.ip, one.target.ip) == ends and one.protocol == line["protocol"] and one.effect == line["effect"]:
            times = [each.seen_ns / 1e9 for each in one.occurrences]
            if any(line["time"] - AMISS_S <= time <= line["ended"] + AMISS_S for time in times):
                yield one


@pytest.mark.parametrize("line", [line for line in CHANGES if line["protocol"] not in ("ssh",)], ids=named)
def test_a_change_is_seen_when_it_was_made(plant: Result, line: dict[str, Any]) -> None:
    found = list(seen(plant, line))
    assert found
    unit = line["detail"].get("unit")
    if unit is not None:
        assert {one.target.component for one in found} == {f"unit {unit}"}


@pytest.mark.parametrize("line", QUESTIONS, ids=named)
def test_a_question_of_the_contractor_is_seen(plant: Result, line: dict[str, Any]) -> None:
    said = {
        message.effect
        for talk in plant.facts.conversations
        if {talk.client.ip, talk.server.ip} == {line["source_ip"], line["destination_ip"]} and talk.protocol == line["protocol"]
        for message in talk.messages
    }
    assert line["effect"] in said


def test_clear_logins_are_seen_and_no_secret_is_kept(plant: Result) -> None:
    found = {(one.client.ip, one.server.ip, one.protocol, one.username) for one in plant.facts.logins if one.cleartext}
    ews, scada, gateway, dosing, camera = (ADDRESS[name] for name in ("ews-1", "scada", "gw-meters", "plc-dosing", "cam-gate"))
    assert {
        (ews, gateway, "telnet", "moxa"),
        (ews, dosing, "ftp", "dosing"),
        (ews, dosing, "http", "USER"),
        (scada, dosing, "ftp", "dosing"),
        (scada, camera, "http", "operator"),
    } <= found
    told = str(plant)
    assert not [secret for secret in ("Elms-2019", "Gate-51", "flow-2020", "elms-ro") if secret in told]


def test_the_sweep_and_the_scan_are_seen(plant: Result) -> None:
    (scan,) = [line for line in DONE if line["operation"] == "Port scan"]
    touched = {(talk.server.ip, talk.port) for talk in plant.facts.conversations if talk.client.ip == scan["source_ip"]}
    others = set(ADDRESS.values()) - {scan["source_ip"]}
    missed = {(ip, port) for ip in others for port in scan["detail"]["ports"]} - touched
    assert not missed


@pytest.mark.parametrize("effect", [Effect.STOP, Effect.START, Effect.RESET, Effect.OPERATE, Effect.WRITE, Effect.PROGRAM_DOWNLOAD])
def test_nothing_is_seen_that_nobody_did(plant: Result, effect: Effect) -> None:
    lines = [line for line in DONE if line["effect"] == effect]
    for one in plant.facts.operations:
        if one.effect == effect and (one.protocol, effect) not in SPEAKS_OF_ITSELF:
            ends = {one.actor.ip, one.target.ip}
            near = [line for line in lines if {line["source_ip"], line["destination_ip"]} == ends and line["protocol"] == one.protocol]
            for each in one.occurrences:
                assert any(line["time"] - AMISS_S <= each.seen_ns / 1e9 <= line["ended"] + AMISS_S for line in near), one
    assert lines
