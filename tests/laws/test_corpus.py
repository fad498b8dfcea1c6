"""The shared corpus of real captures: what is known to be in it is found, tshark counts the same, and nothing fails. Marked `corpus`."""

from __future__ import annotations

import collections
import json
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from fieldwatch.pipeline import document, inspect
from fieldwatch.pipeline.sources import find
from fieldwatch.pipeline.stream import Reader, Stream
from fieldwatch.protocols import registry

pytestmark = [pytest.mark.corpus, pytest.mark.timeout(900)]

IDENTITY = "modbus,enip,cip,cip-pccc,s7comm,bacnet,pn_dcp,dnp3,dhcp,lldp,cdp,snmp,http,ftp,telnet,ssh,tls,nbns,mdns,llmnr"
OPERATIONS = "modbus,cip,cip-pccc,s7comm,bacnet,pn_dcp,dnp3,ftp,snmp,telnet,http"

NOT_PAIRS = {
    "dhcp/malcolm__DHCP.pcap": "a fragment whose datagram is not whole: no transport",
    "goose/iti__Sample_File_MMS_and_GOOSE.pcap": "fragments",
    "hart-ip/icsnpp-hart-ip__hart-ip.pcapng": "a fragment",
    "modbus/emreekin__IllegalFunction.pcap": "a host that speaks to itself: both directions are one",
    "modbus/emreekin__ModbusFloat.pcap": "a host that speaks to itself",
    "modbus/emreekin__ReadCoil.pcap": "a host that speaks to itself",
    "modbus/emreekin__modbusAnalog.pcap": "a host that speaks to itself",
    "rtps/emreekin__rtps.pcap": "a host that speaks to itself",
    "someip/ndpi__someip_sd_sample.pcap": "fragments",
    "syslog/ndpi__syslog.pcap": "a tunnel (IPv6 in UDP in GRE), which is taken off here",
}
"""Captures of which tshark's table of pairs counts packets otherwise, and why."""


@pytest.fixture(scope="module")
def whole(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything that `inspect` finds in the captures, as JSON."""
    out = tmp_path_factory.mktemp("corpus") / "all.json"
    out.write_bytes(orjson.dumps(document(inspect([str(corpus / "captures")], fenced=False))))
    return out


@pytest.mark.parametrize(
    ("tool", "protocols", "least"), [("eval_identity.py", IDENTITY, "0.97"), ("eval_operations.py", OPERATIONS, "0.95")]
)
def test_what_is_known_to_be_there_is_found(corpus: Path, whole: Path, tool: str, protocols: str, least: str) -> None:
    tool_path, captures = str(corpus / "tools" / tool), str(corpus / "captures")
    command = [sys.executable, tool_path, captures, "--protocols", protocols, "--json", str(whole), "--min-recall", least]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]


@pytest.mark.parametrize("folder", ["captures", "datasets", "plant"])
def test_order_and_jobs_change_nothing_and_nothing_is_left_out(corpus: Path, folder: str) -> None:
    paths = find([str(corpus / folder)])
    first = document(inspect(paths, fenced=False))
    shuffled = random.Random(5).sample(paths, len(paths))
    assert orjson.dumps(document(inspect(shuffled, fenced=False, jobs=2))) == orjson.dumps(first)
    counters = first["totals"]["counters"]
    assert sum(one["packets"] for one in first["conversations"]) + counters["unknown_link"] == counters["packets"]
    assert (first["skipped"], len(first["captures"]), counters["faults"]) == ([], len(paths), 0)


def read(path: Path) -> Stream:
    return Reader(registry(), fenced=False).read([str(path)])


def truths(corpus: Path) -> Iterator[dict[str, object]]:
    for path in sorted((corpus / "captures" / "truth" / "tshark").glob("*.json")):
        yield json.loads(path.read_bytes())


def test_packets_of_each_pair_are_those_that_tshark_counts(corpus: Path) -> None:
    wrong = []
    for truth in truths(corpus):
        stream = read(corpus / "captures" / str(truth["capture"]))
        want: collections.Counter[tuple[str, ...]] = collections.Counter()
        got: collections.Counter[tuple[str, ...]] = collections.Counter()
        for pair in truth["pairs"]:  # type: ignore[attr-defined]
            if pair["transport"] in {"tcp", "udp"}:
                want[pair["src"], pair["dst"], pair["transport"]] += pair["packets"]
        for row in stream.conversations:
            if row.carrier in {"tcp", "udp"}:
                got[row.client[0], row.server[0], row.carrier] += row.packets[0]
                got[row.server[0], row.client[0], row.carrier] += row.packets[1]
        assert sum(file.packets for file in stream.files) == truth["packets"], truth["capture"]
        if +got != +want and truth["capture"] not in NOT_PAIRS:
            wrong.append(truth["capture"])
    assert wrong == []
