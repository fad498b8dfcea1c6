"""Messages are counted by function as tshark counts them, in every capture of the corpus. Each difference is known, with its reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from fieldwatch.pipeline.sources import find
from fieldwatch.pipeline.stream import Reader
from fieldwatch.protocols import Reading, Registry, registry
from fieldwatch.protocols._protocol import Exchange, Protocol, Side
from fieldwatch.wire import Session
from fieldwatch.wire.rows import TallyRow

if TYPE_CHECKING:
    from tests.laws.conftest import Function, Shown

pytestmark = [pytest.mark.corpus, pytest.mark.timeout(900)]


class Explained(NamedTuple):
    """Why tshark counts otherwise, and by how many messages of which functions we count more."""

    reason: str
    more: dict[Function, int]


MIRRORED = "a mirror copied the frames, IP identification and all: a copy is no message"
ELSEWHERE = "DNS on a port that is not its own is not looked for"
CALLED = "a connection that is opened from port 502: its server is the end that is called, and exceptions come from its client"
MS_TP = "the link layer of MS/TP (RS-485), which is not read; the capture says so"
FUZZED = "sequence numbers are fuzzed: segments overlap, and tshark reads other copies of the bytes"
IN_RDP = "TLS that follows RDP's negotiation (X.224) without a TPKT: tshark goes on with TPKT"
SEQUENCE = "tshark does not join over a transport sequence that goes from 63 to 0, and reads an answer as a confirmation"

EXPLAINED = {
    "bacnet/emreekin__mstp_20090227094623.pcap": Explained(
        MS_TP, {("bacnet", (6, 0)): -1, ("bacnet", (3, 12)): -200, ("bacnet", (0, 12)): -202}
    ),
    "dnp3/icsnpp-dnp3__dnp3_example.pcap": Explained(SEQUENCE, {("dnp3", 129): 4, ("dnp3", 0): -1, ("dnp3", 130): 1}),
    "dnp3/igbe__dnp3dataset_capture.pcap": Explained(
        f"{SEQUENCE}; and it reads seven polls from bytes that it took before",
        {("dnp3", 129): 40, ("dnp3", 0): -18, ("dnp3", 130): 2, ("dnp3", 1): -7},
    ),
    "dnp3/ndpi__dnp3.pcapng": Explained(
        "every segment is captured several times: tshark counts the copies", {("dnp3", 129): -8, ("dnp3", 0): -6, ("dnp3", 130): -14}
    ),
    "enip/emreekin__specialCIP.pcap": Explained(
        "two answers behind packets that acknowledge them: tshark takes them for repetitions", {("enip", 112): 2, ("cip", 0xCC): 2}
    ),
    "modbus/emreekin__ModbusFloat.pcap": Explained(MIRRORED, {("dhcp", 1): -1}),
    "modbus/emreekin__modbusAnalog.pcap": Explained(MIRRORED, {("dhcp", 1): -4}),
    "modbus/iti__modbus_test_data_part1.pcap": Explained(
        CALLED, {("modbus", (1, False)): 10, ("modbus", (42, False)): 1, ("modbus", (1, True)): -10, ("modbus", (42, True)): -1}
    ),
    "modbus/suricata__modbus.pcap": Explained(CALLED, {("modbus", (1, False)): 5, ("modbus", (1, True)): -5}),
    "modbus/zeek__fuzz-72.pcap": Explained(
        FUZZED, {("modbus", (64, False)): 1, ("modbus", (71, False)): -1, ("modbus", (28, True)): 1, ("modbus", (63, False)): -1}
    ),
    "modbus/zeek__modbusBig.pcap": Explained(
        "an answer whose first copy the capture lost: tshark does not read what it calls a repetition", {("modbus", (1, True)): 1}
    ),
    "opcua/icsnpp-opcua-binary__open62541_client-server_mainloop.pcapng": Explained(ELSEWHERE, {("dns", (0, 0)): -1}),
    "opcua/icsnpp-opcua-binary__open62541_client-server_mainloop_2.pcap": Explained(ELSEWHERE, {("dns", (0, 1)): -2, ("dns", (0, 0)): -2}),
    "profinet/icsnpp-profinet-io-cm__profinet_io_cm_mixed_1.pcap": Explained(
        MIRRORED, {("llmnr", (0, 0)): -33, ("dhcp", 1): -31, ("nbns", (5, 0)): -12, ("nbns", (0, 0)): -353}
    ),
    "profinet/icsnpp-profinet-io-cm__profinet_io_cm_mixed_2.pcapng": Explained(
        MIRRORED, {("llmnr", (0, 0)): -33, ("dhcp", 1): -31, ("nbns", (5, 0)): -12, ("nbns", (0, 0)): -353}
    ),
    "rdp/zeek__rdp-no-cookie-mstshash.pcap": Explained(IN_RDP, {("tls", kind): 1 for kind in (1, 2, 11, 14, 16)}),
    "rdp/zeek__rdp-to-ssl.pcap": Explained(IN_RDP, {("tls", kind): 2 for kind in (1, 2, 11, 14, 16)}),
    "someip/ndpi__someip_sd_sample.pcap": Explained("SOME/IP, which tshark takes for DNS and calls malformed", {("dns", (0, 1)): -6}),
    "telnet/malcolm__Telnet.pcap": Explained(
        "two segments that repeat and bring bytes that were not seen before: tshark reads no repetition", {("telnet", ""): 2}
    ),
}


Message = tuple[str, Side, int]
"""The protocol that reads it, and where it starts in the exchange. Where two readings share a message, it is one."""


class Listening(Registry):
    """A registry that notes which messages each protocol is given of an exchange."""

    def __init__(self) -> None:
        super().__init__(registry().protocols)
        self.heard: dict[Message, bytes] = {}

    def read(self, protocol: Protocol, exchange: Exchange, context: Any = None) -> Reading:
        self.heard = {}
        return super().read(protocol, exchange, context)

    def _collect(
        self, into: Reading, protocol: Protocol, outermost: str, exchange: Exchange, context: Any, base: tuple[int, int], depth: int
    ) -> None:
        for side, message in ((Side.REQUEST, exchange.request), (Side.ANSWER, exchange.answer)):
            if message:
                self.heard[protocol.name, side, base[side]] = message
        super()._collect(into, protocol, outermost, exchange, context, base, depth)


class Noting:
    """The core, where it is noted which messages each of its templates was read as."""

    def __init__(self, session: Session, listening: Listening) -> None:
        self.session, self.listening = session, listening
        self.messages: dict[int, dict[Message, bytes]] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self.session, name)

    def teach(self, *learned: Any) -> int:
        number = self.session.teach(*learned)
        self.messages.setdefault(number, self.listening.heard)
        return number


def ours(path: str) -> Counter[Function]:
    """How many messages of each function were counted: by the kinds that the core cuts, or by the messages that were read."""
    listening = Listening()
    reader = Reader(listening, fenced=False)
    noting = Noting(reader.session, listening)
    reader.session = noting  # type: ignore[assignment]
    reader.read([path])
    counts: Counter[Function] = Counter()
    for number, kind, _, times in noting.functions():
        for function in of_kind(listening.protocols[number].name, kind):
            counts[function] += times
    for tally in map(TallyRow._make, noting.tallies()):
        for (name, side, _), message in noting.messages[tally.template].items():
            for function in of_message(name, side, message):
                counts[function] += tally.times
    return counts


def of_kind(name: str, kind: bytes) -> Iterator[Function]:
    """The function of a message of this kind, as the protocol's declarations cut it."""
    match name:
        case "arp":
            yield name, int.from_bytes(kind, "big")
        case "dnp3" if len(kind) == 1:  # longer ones are frames of the link layer
            yield name, kind[0]
        case "dhcp" | "tls":
            yield name, kind[0]
        case "snmp":
            yield name, "v3" if kind == b"\3" else kind[0] & 0x1F
        case "dns" | "mdns" | "llmnr" | "nbns" if kind:
            yield name, (kind[0] >> 3 & 15, kind[0] >> 7)
        case "pn_dcp":
            yield "pn_rt", int.from_bytes(kind[:2], "big")
            if len(kind) == 4:
                yield name, (kind[2], kind[3])
        case "bacnet" if kind and kind[0] & 0x80 == 0:  # others are messages of the virtual link or network layer
            yield name, (kind[0] >> 4, kind[1] if len(kind) == 2 and kind[0] >> 4 in HAVE_SERVICE else 0)
        case "cdp" | "lldp" | "ssh" | "telnet":
            yield name, ""


HAVE_SERVICE = (0, 1, 2, 3, 5)
"""[BACnet] 20.1: types of APDU that name a service: requests, acknowledgements, errors."""


def of_message(name: str, side: Side, message: bytes) -> Iterator[Function]:
    """The functions of a message that a protocol file read."""
    match name:
        case "modbus":
            yield name, (message[7] & 0x7F, side is Side.ANSWER)
        case "enip":
            yield name, int.from_bytes(message[:2], "little")
        case "cip":
            yield name, message[0]
        case "s7comm":
            yield of_s7comm(message)
        case "http":
            words = message.split(b" ", 2)
            yield name, (words[1][:3] if words[0].startswith(b"HTTP/") else words[0]).decode()
        case "ftp" if side is Side.REQUEST:
            yield name, message.split()[0].decode()
        case "ftp" if message[:3].isdigit() and message[3:4] == b" ":  # RFC 959 4.2: the last line of a reply
            yield name, message[:3].decode()


def of_s7comm(message: bytes) -> Function:
    """Its ROSCTR with the function of a job and of its acknowledgement, or with type, group and subfunction of user data."""
    rosctr, parameters = message[1], message[12 if message[1] in {2, 3} else 10 :]
    if rosctr in {1, 3} and parameters:
        return "s7comm", (rosctr, parameters[0])
    if rosctr == 7:
        return "s7comm", (rosctr, parameters[5] >> 4, parameters[5] & 15, parameters[6])
    return "s7comm", (rosctr,)


def test_functions_are_counted_as_tshark_counts_them(corpus: Path, tshark: Shown) -> None:
    folder = corpus / "captures"
    total: Counter[str] = Counter()
    found = {}
    for path in find([str(folder)]):
        name = Path(path).relative_to(folder).as_posix()
        got, want = ours(path), Counter(function for packet in tshark[name] for function in packet)
        total.update(protocol for protocol, _ in want.elements())
        if got != want:
            found[name] = {
                function: got[function] - want[function] for function in got.keys() | want.keys() if got[function] != want[function]
            }
    assert found == {name: explained.more for name, explained in EXPLAINED.items()}
    assert len(total) >= 20
