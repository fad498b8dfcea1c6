"""What laws over the shared corpus share: the functions that tshark shows in its captures, one run for each capture."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from fieldwatch.pipeline.sources import find

FIELDS = (
    "frame.protocols",
    "arp.opcode",
    "bacapp.confirmed_service",
    "bacapp.type",
    "bacapp.unconfirmed_service",
    "cip.service",
    "dhcp.type",
    "dnp3.al.func",
    "dns.flags.opcode",
    "dns.flags.response",
    "enip.command",
    "ftp.request.command",
    "ftp.response.code",
    "http.request.method",
    "http.response.code",
    "modbus.func_code",
    "nbns.flags.opcode",
    "nbns.flags.response",
    "pn_dcp.service_id",
    "pn_dcp.service_type",
    "pn_rt.frame_id",
    "s7comm.header.rosctr",
    "s7comm.param.func",
    "s7comm.param.modetrans.subfunc",
    "s7comm.param.userdata.funcgroup",
    "s7comm.param.userdata.subfunc",
    "s7comm.param.userdata.type",
    "snmp.data",
    "snmp.msgVersion",
    "ssh.protocol",
    "tcp.dstport",
    "tls.handshake.type",
)

Fields = dict[str, list[str]]
"""A packet as tshark shows it: all that it says of each field that is there."""

Function = tuple[str, Any]
"""A protocol, and which of its functions."""

Shown = dict[str, list[list[Function]]]
"""The functions in each packet of each capture."""

DECODE_AS = {
    "enip/iti__CL5000EIP-Control_Protocol_Change_Attempt.pcap": ["tcp.port==1102,enip"],
    "ssh/zeek__ssh1-ssh2-fingerprints.pcap": ["tcp.port==2222,ssh"],
}
"""What tshark is told of ports, lest it show nothing; beside what it was told when the corpus' own truth was made."""

HIERARCHY = {
    *("arp", "bacapp", "cdp", "cip", "cipio", "dhcp", "dnp3", "dns", "enip", "ftp", "http", "llmnr", "lldp", "mbtcp", "mdns", "modbus"),
    *("nbns", "pn_dcp", "pn_rt", "s7comm", "snmp", "ssh", "telnet", "tls"),
}
"""Protocols of which the fields speak, as tshark calls them."""


def _dissect(folder: Path, path: str) -> tuple[str, list[list[Function]]]:
    name = Path(path).relative_to(folder).as_posix()
    truth = json.loads((folder / "truth" / "tshark" / f"{name.rpartition('.')[0].replace('/', '__')}.json").read_bytes())
    if name not in DECODE_AS and HIERARCHY.isdisjoint(truth["protocol_hierarchy_frames"]):
        return name, []
    told = DECODE_AS.get(name, []) + truth["decode_as"]
    options = [option for rule in told for option in ("-d", rule)] + [option for field in FIELDS for option in ("-e", field)]
    command = ["tshark", "-n", "-r", path, "-T", "fields", "-E", "occurrence=a", "-E", "separator=/t", "-E", "aggregator=,", *options]
    said = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    assert said.returncode == 0 or "cut short" in said.stderr, f"{name}: {said.stderr}"
    return name, [list(functions(_fields(line))) for line in said.stdout.splitlines()]


def _fields(line: str) -> Fields:
    return {field: text.split(",") for field, text in zip(FIELDS, line.split("\t"), strict=True) if text}


NUMBERS = {
    "arp": "arp.opcode",
    "cip": "cip.service",
    "dhcp": "dhcp.type",
    "dnp3": "dnp3.al.func",
    "enip": "enip.command",
    "pn_rt": "pn_rt.frame_id",
    "tls": "tls.handshake.type",
}
"""Protocols whose functions are the numbers of one field."""

HAVE_SERVICE = (0, 1, 2, 3, 5)
"""[BACnet] 20.1: types of APDU that name a service: requests, acknowledgements, errors."""


def functions(frame: Fields) -> Iterator[Function]:
    """The functions of the messages that tshark shows in a packet."""

    def numbers(field: str) -> list[int]:
        return [int(text, 0) for text in frame.get(field, [])]

    inside = frame["frame.protocols"][0].split(":")
    for name, field in NUMBERS.items():
        yield from ((name, number) for number in numbers(field))
    yield from (("modbus", (number, numbers("tcp.dstport") != [502])) for number in numbers("modbus.func_code"))
    rosctrs = numbers("s7comm.header.rosctr")
    subfunctions = numbers("s7comm.param.userdata.subfunc") or numbers("s7comm.param.modetrans.subfunc")
    user_data = zip(numbers("s7comm.param.userdata.type"), numbers("s7comm.param.userdata.funcgroup"), subfunctions, strict=True)
    jobs = zip((number for number in rosctrs if number in {1, 3}), numbers("s7comm.param.func"), strict=True)
    yield from (("s7comm", function) for function in (*jobs, *((7, *data) for data in user_data)))
    yield from (("s7comm", (number,)) for number in rosctrs if number not in {1, 3, 7})
    yield from (("pn_dcp", pair) for pair in zip(numbers("pn_dcp.service_id"), numbers("pn_dcp.service_type"), strict=True))
    services = iter(numbers("bacapp.confirmed_service") + numbers("bacapp.unconfirmed_service"))
    yield from (("bacnet", (number, next(services) if number in HAVE_SERVICE else 0)) for number in numbers("bacapp.type"))
    if "snmp" in inside:
        yield from [("snmp", "v3")] if "snmp.msgVersion" in frame else [("snmp", number) for number in numbers("snmp.data")]
    for name in {"dns", "mdns", "llmnr"} & set(inside) if "udp" in inside else ():
        yield from ((name, pair) for pair in zip(numbers("dns.flags.opcode"), numbers("dns.flags.response"), strict=True))
    yield from (("nbns", pair) for pair in zip(numbers("nbns.flags.opcode"), numbers("nbns.flags.response"), strict=True))
    if "ssdp" not in inside:
        yield from (("http", text) for text in frame.get("http.request.method", []) + frame.get("http.response.code", []))
    yield from (("ftp", text) for text in frame.get("ftp.request.command", []) + frame.get("ftp.response.code", []))
    yield from (("ssh", "") for _ in frame.get("ssh.protocol", []))
    yield from ((name, "") for name in ("cdp", "lldp", "telnet") if name in inside)


@functools.cache
def _all(folder: Path) -> Shown:
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        return dict(threads.map(functools.partial(_dissect, folder), find([str(folder)])))


@pytest.fixture(scope="session")
def tshark(corpus: Path) -> Shown:
    """What tshark shows in each capture of the corpus; nothing where it shows none of the protocols of the fields."""
    if shutil.which("tshark") is None:
        pytest.skip("tshark is not installed")
    return _all(corpus / "captures")
