"""The same inventory through tshark's field extraction, which is how it is often made."""

from __future__ import annotations

import subprocess
import tempfile
from collections import Counter
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from bench._inputs import generated
from bench._ours import document, inspect
from bench._part import Outcome, Part, Promise
from bench._process import in_turn, version
from bench._table import table

FIELDS = {
    "packet": ("frame.time_epoch", "eth.src", "eth.dst", "ip.src", "ip.dst", "tcp.srcport", "tcp.dstport", "udp.srcport", "udp.dstport"),
    "arp": ("arp.src.hw_mac", "arp.src.proto_ipv4"),
    "modbus": ("modbus.func_code", "modbus.reference_num", "modbus.word_cnt", "modbus.regval_uint16"),
    "cotp": ("cotp.type", "cotp.src-tsap-bytes", "cotp.dst-tsap-bytes"),
    "s7comm": ("s7comm.header.rosctr", "s7comm.param.func", "s7comm.param.item.db", "s7comm.param.item.address"),
    "enip": ("enip.command", "enip.lir.vendor", "enip.lir.name", "enip.lir.serial"),
    "cip": ("cip.rr", "cip.service", "cip.class", "cip.instance", "cip.symbol", "cip.genstat"),
    "dnp3": ("dnp3.src", "dnp3.dst", "dnp3.ctl.prifunc", "dnp3.al.func", "dnp3.al.obj"),
    "bacnet": ("bacapp.type", "bacapp.confirmed_service", "bacapp.unconfirmed_service"),
    "bacnet objects": ("bacapp.objectType", "bacapp.instance_number", "bacapp.property_identifier"),
    "http": ("http.request.uri", "http.host", "http.user_agent", "http.server"),
    "names": ("tls.handshake.extensions_server_name", "dns.qry.name"),
}
"""What an inventory with operations needs: who, what is asked, of which object, and every field that names a device."""


SHARE = "0.01"
"""Novel messages enough that each function below is there."""


class Function(NamedTuple):
    """One function of a protocol: our operation, and the tshark filter for its requests."""

    protocol: str
    operation: str
    filter: str


FUNCTIONS = (
    Function("modbus", "Read Holding Registers", "modbus.func_code == 3 && tcp.dstport == 502"),
    Function("modbus", "Write Single Register", "modbus.func_code == 6 && tcp.dstport == 502"),
    Function("s7comm", "Read Var", "s7comm.header.rosctr == 1 && s7comm.param.func == 4"),
    Function("s7comm", "Write Var", "s7comm.header.rosctr == 1 && s7comm.param.func == 5"),
    Function("cip", "Read Tag", "cip.service == 0x4c"),
    Function("cip", "Write Tag", "cip.service == 0x4d"),
    Function("dnp3", "Read", "dnp3.al.func == 1"),
    Function("dnp3", "Direct Operate", "dnp3.al.func == 5"),
    Function("bacnet", "readProperty", "bacapp.type == 0 && bacapp.confirmed_service == 12"),
    Function("bacnet", "writeProperty", "bacapp.type == 0 && bacapp.confirmed_service == 15"),
    Function("http", "GET", 'http.request.method == "GET"'),
)


def run(times: int) -> Outcome:
    capture = generated("20M", novel=SHARE)
    path = str(capture.path)
    fields = [field for group in FIELDS.values() for field in group]
    extraction = ["tshark", "-n", "-r", path, "-T", "fields", *[word for field in fields for word in ("-e", field)]]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.json"
        ours, extracted, plain = in_turn(times, inspect(capture.path, json=out), extraction, ["tshark", "-n", "-r", path])
        mine = counted(document(out))
    programs = (
        ("fieldwatch inspect --json", ours),
        (f"tshark -T fields, {len(fields)} fields", extracted),
        ("tshark, one line a packet", plain),
    )
    rows = []
    for name, costs in programs:
        cpu_s, peak_mib = median(cost.cpu_s for cost in costs), max(cost.peak_mib for cost in costs)
        ratio = median(cost.cpu_s / our.cpu_s for cost, our in zip(costs, ours, strict=True))
        rows.append((name, f"{cpu_s:.2f} s", f"{capture.packets / cpu_s:,.0f}", f"{peak_mib:.0f} MiB", f"{ratio:.1f}"))
    theirs = {one: requests(path, one.filter) for one in FUNCTIONS}
    counts = [(one.protocol, one.operation, f"{theirs[one]:,}", f"{mine[one.protocol, one.operation]:,}") for one in FUNCTIONS]
    same = sum(theirs[one] == mine[one.protocol, one.operation] for one in FUNCTIONS)
    text = f"""\
{capture.path.name}: {capture.packets:,} packets; the programs take turns. {version("tshark", "--version")} writes the
fields of every packet, as text to nowhere: what makes an inventory of that text is not counted. tshark decodes every message and
Fieldwatch each different one, so that this is the time to the same list, not a comparison of decoders. Start included, which is most
of ours here: on larger captures the distance grows.

{table(["program", "CPU", "packets per CPU second", "peak memory", "CPU against ours"], rows)}

The same list: messages by function, by tshark's display filters and by our JSON.

{table(["protocol", "function", "tshark", "fieldwatch"], counts)}"""
    return Outcome(text, (Promise("functions with equal counts", str(len(FUNCTIONS)), str(same), same == len(FUNCTIONS)),))


def counted(result: dict[str, Any]) -> Counter[tuple[str, str]]:
    """Messages by protocol and operation."""
    counts: Counter[tuple[str, str]] = Counter()
    for conversation in result["conversations"]:
        for message in conversation["messages"]:
            counts[conversation["protocol"], message["operation"]] += message["count"]
    return counts


def requests(path: str, wanted: str) -> int:
    """The packets that tshark finds by the filter; the generator puts one request in a packet."""
    said = subprocess.run(["tshark", "-n", "-r", path, "-Y", wanted, "-T", "fields", "-e", "frame.number"], check=True, capture_output=True)
    return len(said.stdout.splitlines())


PART = Part("inventory", "The same inventory through tshark's field extraction", run, 3)
