"""Writes what the fuzz targets start from: small inputs made of the goldens and of frames built here, and the protocols' declarations.

    python native/fuzz/seed.py

Neither `seeds/TARGET/` nor `declarations.json` is committed: they are what goldens and protocol files say today. `corpus/TARGET/` is:
what the fuzzer made of the seeds, as few and as small inputs as reach the same code (`tools/fuzz.sh --corpus` writes it).
"""

from __future__ import annotations

import gzip
import struct
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from tests.conftest import Capture  # noqa: E402

from fieldwatch.pipeline.declare import declarations  # noqa: E402
from fieldwatch.protocols import registry  # noqa: E402
from fieldwatch.protocols._golden import Golden, load  # noqa: E402
from fieldwatch.protocols._protocol import EtherType, Llc, Port, Protocol  # noqa: E402

LONGEST = 3_000
"""A golden longer than this is no seed: the fuzzer works on small inputs."""

CLIENT, SERVER = "10.0.0.5", "10.0.0.10"
FRAMINGS = {"dnp3": 0, "http": 1, "tls": 2, "modbus": 3, "cotp": 4, "s7comm": 4, "enip": 5, "ftp": 8, "telnet": 9, "ssh": 8}
"""The targets' numbers for framings, by a protocol that has it."""

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def goldens() -> Iterator[tuple[Protocol, list[Golden]]]:
    for protocol in registry().protocols:
        path = ROOT / "tests" / "protocols" / f"{protocol.name.replace('-', '_')}.hex"
        path = path if path.exists() else path.with_name(f"{protocol.name}.hex")
        if path.exists():
            yield protocol, [golden for golden in load(path) if _size(golden) <= LONGEST]


def _size(golden: Golden) -> int:
    return len(golden.exchange.request or b"") + len(golden.exchange.answer or b"")


def conversation(protocol: Protocol, some: Iterable[Golden]) -> Capture:
    """The goldens as one conversation on the wire, where the protocol says how it is carried."""
    capture = Capture()
    ports = {place.transport: place.number for place in protocol.where if isinstance(place, Port)}
    client = (CLIENT, 40_000)
    if "tcp" in ports:
        capture.connect(client, (SERVER, ports["tcp"]))
    for golden in some:
        carrier = golden.exchange.transport if golden.exchange.transport in ports else next(iter(ports), "")
        for message, asks in ((golden.exchange.request, True), (golden.exchange.answer, False)):
            if message is None:
                continue
            ends = (client, (SERVER, ports.get(carrier, 0)))
            source, target = ends if asks != golden.exchange.from_server else ends[::-1]
            framed = dnp3_frames(message) if protocol.name == "dnp3" else message
            if carrier == "tcp":
                capture.tcp(source, target, framed)
            elif carrier == "udp":
                capture.udp(source, target, framed)
            else:
                _layer2(capture, protocol, message, asks)
    return capture


def dnp3_frames(message: bytes) -> bytes:
    """A golden of DNP3 as it is on the wire (IEEE 1815-2012 9.2): frames of at most 250 bytes with checksums, joined by transport bytes."""
    head, transport, user = message[:8], message[10:11], message[11:]
    segments = [user[at : at + 249] for at in range(0, max(len(user), 1), 249)]
    out = b""
    for number, segment in enumerate(segments):
        flags = (0x40 if number == 0 else 0) | (0x80 if number == len(segments) - 1 else 0)
        data = bytes([flags | (transport[0] + number) & 0x3F]) + segment if transport else b""
        out += _sealed(head[:2] + bytes([5 + len(data)]) + head[3:])
        out += b"".join(_sealed(data[at : at + 16]) for at in range(0, len(data), 16))
    return out


def _sealed(block: bytes) -> bytes:
    """The block with its checksum (9.2.4): reflected polynomial 0xA6BC, inverted, least byte first."""
    total = 0
    for byte in block:
        total ^= byte
        for _ in range(8):
            total = total >> 1 ^ (0xA6BC if total & 1 else 0)
    return block + struct.pack("<H", total ^ 0xFFFF)


def _layer2(capture: Capture, protocol: Protocol, message: bytes, asks: bool) -> None:
    macs = ("02:00:00:00:00:05", "02:00:00:00:00:0a")
    macs = macs if asks else macs[::-1]
    for place in protocol.where:
        if isinstance(place, EtherType):
            capture.frame(capture.ethernet(place.number, message, macs))
        elif isinstance(place, Llc):
            capture.frame(capture.ethernet(len(place.prefix) + len(message), place.prefix + message, macs))


def engine_input(capture: Capture, limits: int, link: int = 0) -> bytes:
    """The frames, 1 ms apart; `link` is the target's number for the link type."""
    packets = (bytes([1 | link << 3]) + struct.pack(">H", len(frame)) + frame for _, frame in capture.frames)
    return bytes([limits]) + b"".join(packets)


def packet_input(link: int, frames: Iterable[bytes]) -> bytes:
    return struct.pack(">H", link) + b"".join(struct.pack(">H", len(frame)) + frame for frame in frames)


def engine() -> Iterator[tuple[str, bytes]]:
    for protocol, some in goldens():
        capture = conversation(protocol, some[:24])
        if capture.frames:
            yield protocol.name, engine_input(capture, 2)
            yield f"{protocol.name}-tight", engine_input(conversation(protocol, some[:6]), 0)
            yield f"{protocol.name}-again", engine_input(conversation(protocol, some[:2] * 8), 0)
    for name, capture in (("begun-again", begun_again()), ("torn", torn())):
        yield name, engine_input(capture, 0)
        yield f"{name}-narrow", engine_input(capture, 1)
    yield "fragments-in-fragments", engine_input(fragments_in_fragments(), 0)
    yield "cooked", engine_input(cooked(), 0, link=2)


def begun_again() -> Capture:
    """Parts of messages, and after each a SYN with the number before the next byte: as if nothing had come yet."""
    capture = Capture()
    client, server = (CLIENT, 40_000), (SERVER, 502)
    capture.connect(client, server)
    for _ in range(8):
        capture.tcp(client, server, struct.pack(">HHHB", 1, 0, 200, 1) + bytes(90))
        capture.sequences[(*client, *server)] -= 1
        capture.tcp(client, server, b"", 0x02)
    return capture


def torn() -> Capture:
    """Requests of which segments are lost, late, or there twice; the connection is reset, its ports are used again."""
    capture = Capture()
    client, server = (CLIENT, 40_000), (SERVER, 502)
    request = struct.pack(">HHHBBHH", 1, 0, 6, 1, 3, 0, 10)
    for _ in range(2):
        capture.connect(client, server)
        capture.tcp(client, server, request[:5])
        capture.tcp(client, server, request[5:], lost=True)
        capture.tcp(client, server, request)
        capture.tcp(server, client, b"", 0x10)
        capture.tcp(client, server, request * 3)
        late = capture.frames.pop()
        capture.tcp(client, server, request)
        capture.frames += [late, late]
        capture.tcp(client, server, b"", 0x04)
        capture.sequences.clear()
    return capture


def fragments_in_fragments() -> Capture:
    """A tunnel of which each packet is in fragments, and carries a fragment."""
    capture = Capture()
    for inner in _fragments(capture, bytes(60)):
        for outer in _fragments(capture, inner[14:], protocol=4):
            capture.frame(outer)
    return capture


def cooked() -> Capture:
    """What `tcpdump -i any` writes of each message over Ethernet: who sent it, but not to whom."""
    whole = Capture()
    for protocol, some in goldens():
        if any(isinstance(place, EtherType) for place in protocol.where):
            whole.frames += conversation(protocol, some[:2]).frames
    capture = Capture()
    for _, frame in whole.frames:
        capture.frame(struct.pack(">HHH", 0, 1, 6) + frame[6:12] + bytes(2) + frame[12:])
    return capture


def packet() -> Iterator[tuple[str, bytes]]:
    """Each tunnel and tag around one datagram, each link type, fragments."""
    maker = Capture()
    datagram = struct.pack(">HHHH", 1000, 161, 12, 0) + b"data"
    inner = maker.ipv4(CLIENT, SERVER, 17, datagram)
    ip = inner[14:]
    ipv6 = bytes.fromhex("60000000000c1140") + bytes(15) + b"\1" + bytes(15) + b"\2" + datagram
    gre = {
        "gre": bytes.fromhex("00000800") + ip,
        "gre-key": bytes.fromhex("2000080000000001") + ip,
        "erspan1": bytes.fromhex("000088be") + inner,
        "erspan2": bytes.fromhex("100088be00000001" + "1001000000000000") + inner,
        "erspan3": bytes.fromhex("100022eb00000001" + "200100000000000000000000") + inner,
    }
    ethernet = {
        "plain": inner,
        "ipv6": maker.ethernet(0x86DD, ipv6),
        "vlan": inner[:12] + bytes.fromhex("81000064") + inner[12:],
        "qinq": inner[:12] + bytes.fromhex("88a8006481000065") + inner[12:],
        "mpls": maker.ethernet(0x8847, bytes.fromhex("00010140") + ip),
        "pppoe": maker.ethernet(0x8864, bytes.fromhex("11000001") + struct.pack(">H", len(ip) + 2) + bytes.fromhex("0021") + ip),
        "snap": maker.ethernet(8 + len(ip), bytes.fromhex("aaaa03000000" + "0800") + ip),
        "hsr": maker.ethernet(0x892F, bytes.fromhex("003400010800") + ip),
        "ipip": maker.ipv4(CLIENT, SERVER, 4, ip),
        "vxlan": maker.ipv4(
            CLIENT, SERVER, 17, struct.pack(">HHHH", 5, 4789, 16 + len(inner), 0) + bytes.fromhex("0800000000000100") + inner
        ),
        **{name: maker.ipv4(CLIENT, SERVER, 47, payload) for name, payload in gre.items()},
    }
    for name, frame in ethernet.items():
        yield name, packet_input(1, [frame])
    yield "raw", packet_input(101, [ip, ipv6])
    yield "loopback", packet_input(0, [b"\2\0\0\0" + ip])
    yield "cooked", packet_input(113, [bytes.fromhex("0000000100060200000000050000" + "0800") + ip])
    yield "cooked2", packet_input(276, [bytes.fromhex("0800000000000001000100060200000000050000") + ip])
    yield "fragments", packet_input(1, list(_fragments(maker, datagram + bytes(52))))
    yield "fragments-backwards", packet_input(1, list(_fragments(maker, datagram + bytes(52)))[::-1])


def _fragments(maker: Capture, payload: bytes, protocol: int = 17) -> Iterator[bytes]:
    """RFC 791 3.2: pieces of 24 bytes; the offset counts eights, its top bits say that more follow."""
    for at in range(0, len(payload), 24):
        frame = bytearray(maker.ipv4(CLIENT, SERVER, protocol, payload[at : at + 24]))
        frame[20:22] = struct.pack(">H", at // 8 | (0x2000 if at + 24 < len(payload) else 0))
        yield bytes(frame)


def capture() -> Iterator[tuple[str, bytes]]:
    maker = Capture()
    for number in range(3):
        maker.udp((CLIENT, 1000 + number), (SERVER, 161), b"data")
    little = maker.pcap()
    yield "pcap", little
    yield "pcap-gz", gzip.compress(little, mtime=0)
    yield "pcap-ns", b"\x4d\x3c\xb2\xa1" + little[4:]
    yield "pcap-big", _big(maker)
    yield "pcap-cut", little[:-3]
    for order in "<>":
        yield f"pcapng-{'little' if order == '<' else 'big'}", _pcapng(maker, order)


def _big(maker: Capture) -> bytes:
    records = (struct.pack(">IIII", seen_ns // 10**9, 0, len(frame), len(frame)) + frame for seen_ns, frame in maker.frames)
    return struct.pack(">IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1) + b"".join(records)


def _pcapng(maker: Capture, order: str) -> bytes:
    """Section, interface (nanoseconds), packets of both kinds, statistics, a block that nobody knows."""

    def block(kind: int, body: bytes) -> bytes:
        body += bytes(-len(body) % 4)
        return struct.pack(f"{order}II", kind, len(body) + 12) + body + struct.pack(f"{order}I", len(body) + 12)

    resolution = struct.pack(f"{order}HHB3xHH", 9, 1, 9, 0, 0)
    blocks = [
        block(0x0A0D0D0A, struct.pack(f"{order}IHHq", 0x1A2B3C4D, 1, 0, -1)),
        block(1, struct.pack(f"{order}HHI", 1, 0, 65535) + resolution),
    ]
    for seen_ns, frame in maker.frames:
        blocks.append(block(6, struct.pack(f"{order}IIIII", 0, seen_ns >> 32, seen_ns & 0xFFFFFFFF, len(frame), len(frame)) + frame))
    blocks.append(block(3, struct.pack(f"{order}I", len(frame)) + frame))
    blocks.append(block(5, struct.pack(f"{order}III", 0, 0, 0) + struct.pack(f"{order}HHQHH", 5, 8, 7, 0, 0)))
    blocks.append(block(0x0BAD, b"any"))
    return b"".join(blocks)


def reassembly() -> Iterator[tuple[str, bytes]]:
    def steps(begun: int, *rows: tuple[int, int, int], first: int = 0xFFFFFF00) -> bytes:
        return struct.pack(">IB", first, begun) + b"".join(struct.pack(">BHB", *row) for row in rows)

    yield "in-order", steps(1, (3, 0, 99), (3, 100, 99), (3, 200, 99))
    yield "middle", steps(0, (3, 500, 99), (3, 600, 99))
    yield "swapped", steps(1, (3, 100, 99), (3, 0, 99), (3, 200, 99))
    yield "again", steps(1, (3, 0, 99), (3, 0, 99), (3, 50, 99))
    yield "hole-confirmed", steps(1, (3, 100, 99), (0, 200, 0), (3, 200, 99))
    yield "hole-late", steps(1, (3, 100, 99), (1, 0, 64), (3, 200, 99))
    yield "overlapping-held", steps(1, (3, 100, 99), (3, 150, 99), (3, 90, 20), (3, 0, 99))
    yield "many-held", steps(1, *((3, 100 + 10 * number, 9) for number in range(40)))


def framings() -> Iterator[tuple[str, bytes]]:
    for protocol, some in goldens():
        number = FRAMINGS.get(protocol.name)
        if number is None or protocol.name == "dnp3":  # the goldens of DNP3 are without CRCs
            continue
        for side in ("request", "answer"):
            messages = [getattr(golden.exchange, side) or b"" for golden in some[:8]]
            if any(messages):
                yield f"{protocol.name}-{side}", bytes([number, 4]) + b"".join(messages)
    yield "dnp3-frames", bytes([0, 4]) + dnp3_frames(bytes.fromhex("05640ac40a0001000000c0c001003c0206")) * 2
    yield "dnp3-sealed", bytes([12, 4]) + b"".join(bytes([3, transport]) + b"ab" for transport in (0x40, 0x01, 0x82, 0xC3))
    yield "length-least", bytes([7, 2]) + bytes.fromhex("0108000000aa") * 3
    for length in (1024, 1025):
        line = b"3;" + b"e" * (length - 2)
        yield f"chunk-line-{length}", bytes([1, 64]) + CHUNKED + line + b"\r\nabc\r\n0\r\n\r\nG\r\n\r\n"
    for length in (63, 64):
        yield f"line-{length}", bytes([9, 3]) + b"l" * length + b"\nend\n"
    yield "head-then-none", bytes([1, 3]) + b"G\r\n\r\n\x80\x80"
    yield "chunks", bytes([1, 3]) + CHUNKED + b"4\r\ndata\r\n0\r\n\r\nHTTP/1.1 204 No\r\n\r\n"
    yield (
        "records",
        bytes([2, 3]) + bytes.fromhex("1603010008" + "02000004aabbccdd" + "1603010006" + "0b0000080102" + "1603010006" + "030405060708"),
    )


def main() -> None:
    (HERE / "declarations.json").write_text(declarations(registry()), "utf-8")
    for target in (engine, packet, capture, reassembly, framings):
        folder = HERE / "seeds" / target.__name__
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        for name, content in target():
            (folder / name).write_bytes(content)


if __name__ == "__main__":
    main()
