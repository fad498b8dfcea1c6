"""Whatever carries a packet, what is said in it stays the same: the example plant, plain and in every encapsulation that is taken off.

Allowed to differ: VLANs, sizes, the counters that count them, and the offsets of spans. The bytes that the spans cut
out of the frames may not.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from fieldwatch.pipeline import document, inspect

PLANT = Path(__file__).resolve().parents[2] / "examples" / "plant" / "plant.pcap"
IPV4, IPV6, ARP, TEB = 0x0800, 0x86DD, 0x0806, 0x6558
GRE, UDP, AH = 47, 17, 51
MIRROR = (bytes.fromhex("02ee00000002"), bytes.fromhex("02ee00000001"))
"""Target and source MAC address of the tunnel's own frames; its IP addresses are 192.0.2.1 and 192.0.2.2, or of 2001:db8::/32."""

SIZES = {"bytes", "tunnelled"}
"""Counters that depend on the encapsulation."""


class Frame(NamedTuple):
    """A frame of a capture file, with the header of its record."""

    seconds: int
    fraction: int
    data: bytes


Wrap = Callable[[bytes], bytes]


def frames(path: Path) -> Iterator[Frame]:
    """The frames of a pcap file, little-endian and none of them cut."""
    raw, at = path.read_bytes(), 24
    while at < len(raw):
        seconds, fraction, length, _ = struct.unpack_from("<IIII", raw, at)
        yield Frame(seconds, fraction, raw[at + 16 : at + 16 + length])
        at += 16 + length


def record(frame: Frame) -> bytes:
    return struct.pack("<IIII", frame.seconds, frame.fraction, len(frame.data), len(frame.data)) + frame.data


def write(path: Path, told: list[Frame], link: int = 1) -> Path:
    path.write_bytes(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, link) + b"".join(map(record, told)))
    return path


def ipv4(protocol: int, payload: bytes, *, fragment: int = 0, number: int = 77) -> bytes:
    """A packet from one end of the tunnel to the other; `fragment` is the field of flags and offset (RFC 791 3.1)."""
    ends = bytes([192, 0, 2, 1, 192, 0, 2, 2])
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), number, fragment, 60, protocol, 0) + ends
    total = sum(struct.unpack(">10H", head))
    return head[:10] + struct.pack(">H", 0xFFFF - total % 0xFFFF) + head[12:] + payload  # the sum that is 0 with its carries (RFC 1071)


def ipv6(protocol: int, payload: bytes) -> bytes:
    ends = bytes.fromhex("20010db800000000000000000000000120010db8000000000000000000000002")
    return struct.pack(">IHBB", 6 << 28, len(payload), protocol, 60) + ends + payload


def mirrored(packet: bytes) -> bytes:
    """The tunnel's own frame around an IP packet."""
    return b"".join(MIRROR) + struct.pack(">H", IPV6 if packet[0] >> 4 == 6 else IPV4) + packet


def tagged(*tags: tuple[int, int]) -> Wrap:
    """802.1Q-2022 9.6: tags (type and VLAN id) between the addresses and the type, outermost first."""
    header = b"".join(struct.pack(">HH", kind, vlan) for kind, vlan in tags)
    return lambda frame: frame[:12] + header + frame[12:]


def hsr(frame: bytes) -> bytes:
    """IEC 62439-3:2016 5.7: path and size, sequence number."""
    return frame[:12] + struct.pack(">HHH", 0x892F, len(frame) - 14 & 0x0FFF, 5) + frame[12:]


def gre(kind: int, payload: bytes, flags: int = 0) -> bytes:
    """RFC 2784 and 2890: checksum, key and sequence number where the flags say so."""
    words = b"".join(struct.pack(">I", 7) for bit in (0x8000, 0x2000, 0x1000) if flags & bit)
    return struct.pack(">HH", flags, kind) + words + payload


def erspan_2(frame: bytes) -> bytes:
    return gre(0x88BE, struct.pack(">HHI", 0x1000 | 12, 5, 0) + frame, 0x1000)


def erspan_3(frame: bytes, platform: bytes = b"") -> bytes:
    return gre(0x22EB, struct.pack(">HHIHH", 0x2000 | 12, 5, 99, 0, bool(platform)) + platform + frame, 0x1000)


def vxlan(frame: bytes, port: int = 4789) -> bytes:
    """RFC 7348 5, behind its UDP header."""
    payload = bytes.fromhex("0800000000002a00") + frame
    return struct.pack(">HHHH", 51000, port, 8 + len(payload), 0) + payload


def of_ip(wrap: Wrap, kind: int = IPV4) -> Wrap:
    """Puts an IP packet into what `wrap` makes of it, under the frame's own addresses; a frame without IP stays as it is."""

    def wrapped(frame: bytes) -> bytes:
        if frame[12:14] != struct.pack(">H", IPV4):
            return frame
        packet = frame[14 : 14 + int.from_bytes(frame[16:18], "big")]
        return frame[:12] + struct.pack(">H", kind) + wrap(packet)

    return wrapped


def labelled(packet: bytes) -> bytes:
    """RFC 3032 2.1: two labels, the second at the bottom of the stack."""
    return struct.pack(">II", 100 << 12 | 64, 200 << 12 | 1 << 8 | 64) + packet


def pppoe(packet: bytes) -> bytes:
    """RFC 2516 4: a session packet; RFC 1332: PPP protocol 0x0021 is IP."""
    return struct.pack(">BBHHH", 0x11, 0, 9, len(packet) + 2, 0x0021) + packet


def authenticated(packet: bytes) -> bytes:
    """RFC 4302 2: an authentication header between an IPv4 header without options and its payload."""
    behind = struct.pack(">BBHII", packet[9], 4, 0, 1, 1) + bytes(12) + packet[20:]
    head = packet[:2] + struct.pack(">H", 20 + len(behind)) + packet[4:9] + bytes([AH]) + packet[10:20]
    return head + behind


WRAPS: dict[str, tuple[Wrap, int]] = {
    "priority tag": (tagged((0x8100, 0)), 0),
    "802.1Q": (tagged((0x8100, 10)), 10),
    "QinQ": (tagged((0x88A8, 20), (0x8100, 10)), 20),
    "QinQ, older type": (tagged((0x9100, 21), (0x8100, 10)), 21),
    "HSR": (hsr, 0),
    "ERSPAN I": (lambda frame: mirrored(ipv4(GRE, gre(0x88BE, frame))), 0),
    "ERSPAN II": (lambda frame: mirrored(ipv4(GRE, erspan_2(frame))), 0),
    "ERSPAN III": (lambda frame: mirrored(ipv4(GRE, erspan_3(frame))), 0),
    "ERSPAN III, platform header": (lambda frame: mirrored(ipv4(GRE, erspan_3(frame, bytes(8)))), 0),
    "ERSPAN II over IPv6": (lambda frame: mirrored(ipv6(GRE, erspan_2(frame))), 0),
    "GRE, Ethernet": (lambda frame: mirrored(ipv4(GRE, gre(TEB, frame))), 0),
    "GRE, Ethernet, checksum, key and sequence": (lambda frame: mirrored(ipv4(GRE, gre(TEB, frame, 0xB000))), 0),
    "GRE, IP": (of_ip(lambda packet: ipv4(GRE, gre(IPV4, packet))), 0),
    "GRE, MPLS": (of_ip(lambda packet: ipv4(GRE, gre(0x8847, labelled(packet)))), 0),
    "VXLAN": (lambda frame: mirrored(ipv4(UDP, vxlan(frame))), 0),
    "VXLAN, Linux's port": (lambda frame: mirrored(ipv4(UDP, vxlan(frame, 8472))), 0),
    "VXLAN over IPv6": (lambda frame: mirrored(ipv6(UDP, vxlan(frame))), 0),
    "MPLS, IP": (of_ip(labelled, 0x8847), 0),
    "MPLS, pseudowire": (lambda frame: b"".join(MIRROR) + b"\x88\x47" + labelled(bytes(4) + frame), 0),
    "MPLS in IP": (of_ip(lambda packet: ipv4(137, labelled(packet))), 0),
    "PPPoE": (of_ip(pppoe, 0x8864), 0),
    "IP in IP": (of_ip(lambda packet: ipv4(4, packet)), 0),
    "IP in IPv6": (of_ip(lambda packet: ipv6(4, packet), IPV6), 0),
    "authentication header": (of_ip(authenticated), 0),
    "ERSPAN II of QinQ of VXLAN": (
        lambda frame: mirrored(ipv4(GRE, erspan_2(tagged((0x88A8, 30), (0x8100, 31))(mirrored(ipv4(UDP, vxlan(frame))))))), 30
    ),
}  # fmt: skip
"""What is made of each frame, and the VLAN that is then shown."""

NO_TUNNELS = {"priority tag", "802.1Q", "QinQ", "QinQ, older type", "HSR", "authentication header"}


def cut_out(told: list[Frame], spans: list[dict[str, int]]) -> list[tuple[int, str]]:
    """What the spans cut out of the frames."""
    return [(span["frame"], told[span["frame"] - 1].data[span["offset"] :][: span["length"]].hex()) for span in spans]


def same(value: Any, told: list[Frame], name: str = "") -> Any:
    """The document, with bytes instead of offsets, and without what may differ."""
    if isinstance(value, dict):
        kept = {key: same(inner, told, key) for key, inner in value.items() if key not in ("vlan", "vlans", "path", "capture", "bytes")}
        return {key: inner for key, inner in kept.items() if name != "counters" or key not in SIZES}
    if isinstance(value, list):
        if value and isinstance(value[0], dict) and set(value[0]) == {"frame", "offset", "length"}:
            return cut_out(told, value)
        return [same(inner, told) for inner in value]
    return value


def inspected(told: list[Frame], folder: Path, link: int = 1) -> dict[str, Any]:
    return document(inspect([str(write(folder / "plant.pcap", told, link))], fenced=False))


def vlans(shown: dict[str, Any]) -> set[int]:
    return {vlan for asset in shown["assets"] for vlan in asset["vlans"]} | {talk["vlan"] or 0 for talk in shown["conversations"]}


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Frame], dict[str, Any]]:
    told = list(frames(PLANT))
    return told, inspected(told, tmp_path_factory.mktemp("plain"))


def test_the_plain_plant_says_something(plain: tuple[list[Frame], dict[str, Any]]) -> None:
    """Else all that follows would hold of nothing."""
    told, shown = plain
    proofs = [piece for claim in shown["claims"] for piece in cut_out(told, claim["evidence"])]
    assert len([piece for _, piece in proofs if piece]) > 100
    assert shown["assets"]
    assert shown["operations"]
    assert shown["logins"]


@pytest.mark.parametrize("name", WRAPS)
def test_the_inventory_is_that_of_the_plain_packets(name: str, plain: tuple[list[Frame], dict[str, Any]], tmp_path: Path) -> None:
    told, expected = plain
    wrap, vlan = WRAPS[name]
    wrapped = [frame._replace(data=wrap(frame.data)) for frame in told]
    shown = inspected(wrapped, tmp_path)
    assert same(shown, wrapped) == same(expected, told)
    assert vlans(shown) == {vlan}
    carried = sum(frame != before for frame, before in zip(wrapped, told, strict=True))
    assert carried > len(told) // 2
    assert shown["totals"]["counters"]["tunnelled"] == (0 if name in NO_TUNNELS else carried)


def cooked(frame: bytes) -> bytes:
    """LINKTYPE_LINUX_SLL: packet type, hardware type, the sender's address, the type."""
    return struct.pack(">HHH", 0, 1, 6) + frame[6:12] + bytes(2) + frame[12:]


def cooked_v2(frame: bytes) -> bytes:
    """LINKTYPE_LINUX_SLL2: the type, interface, hardware type, packet type, the sender's address."""
    return frame[12:14] + bytes(2) + struct.pack(">IHBB", 3, 1, 0, 6) + frame[6:12] + bytes(2) + frame[14:]


COOKED = {"LINUX_SLL": (113, cooked), "LINUX_SLL2": (276, cooked_v2)}
SAID = ("ip", "mac", "component", "protocol", "attribute", "value")
KNOWN = ("vendor", "model", "firmware", "serial_number", "role")


def said(shown: dict[str, Any]) -> set[tuple[Any, ...]]:
    return {tuple(claim[name] for name in SAID) for claim in shown["claims"]}


def devices(shown: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Of each asset its name, addresses, what it is, and its parts."""

    def one(asset: dict[str, Any]) -> tuple[Any, ...]:
        known = [asset[name] and asset[name]["value"] for name in KNOWN]
        return (asset["id"], asset["ips"], asset["macs"], known, asset["protocols"], [one(child) for child in asset["children"]])

    return [one(asset) for asset in shown["assets"]]


@pytest.mark.parametrize("name", COOKED)
def test_cooked_captures_show_the_same_devices(name: str, plain: tuple[list[Frame], dict[str, Any]], tmp_path: Path) -> None:
    """`tcpdump -i any` keeps no target MAC address: nothing that was said may be lost with it."""
    told, expected = plain
    link, wrap = COOKED[name]
    shown = inspected([frame._replace(data=wrap(frame.data)) for frame in told], tmp_path, link)
    assert said(shown) == said(expected)
    assert devices(shown) == devices(expected)


def halves(frame: Frame, number: int) -> list[Frame]:
    """A tunnel's packet in two fragments, as a router sends what its link is too narrow for (RFC 791 3.2)."""
    payload = erspan_2(frame.data)
    middle = len(payload) // 16 * 8
    parts = (payload[:middle], 0x2000), (payload[middle:], middle // 8)
    return [frame._replace(data=mirrored(ipv4(GRE, part, fragment=place, number=number))) for part, place in parts]


def test_a_tunnel_in_fragments_is_taken_off(plain: tuple[list[Frame], dict[str, Any]], tmp_path: Path) -> None:
    """A mirror's tunnel fragments every full-sized frame, unless its path has room for more than 1514 bytes."""
    told, expected = plain
    shown = inspected([half for number, frame in enumerate(told) for half in halves(frame, number)], tmp_path)
    assert said(shown) == said(expected)
    assert [device for device in devices(shown) if device[0] != MIRROR[1].hex(":")] == devices(expected)


def geneve(frame: bytes) -> bytes:
    """RFC 8926 3.4, behind its UDP header."""
    payload = struct.pack(">HHI", 0, TEB, 42 << 8) + frame
    return mirrored(ipv4(UDP, struct.pack(">HHHH", 51000, 6081, 8 + len(payload), 0) + payload))


OTHERS: dict[str, tuple[Wrap, str]] = {
    "Geneve": (geneve, "udp port 6081"),
    "ESP": (lambda frame: mirrored(ipv4(50, bytes(8) + frame)), "ip protocol 50"),
    "GRE, version 1": (lambda frame: mirrored(ipv4(GRE, gre(0x880B, frame, 0x2001))), "ip protocol 47"),
    "MACsec": (lambda frame: b"".join(MIRROR) + bytes.fromhex("88e52c00") + bytes(12) + frame, "ethernet 0x88e5"),
}
"""Encapsulations that are not taken off, and under what name they must be shown."""


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_not_taken_off_is_shown(name: str, plain: tuple[list[Frame], dict[str, Any]], tmp_path: Path) -> None:
    told, _ = plain
    wrap, function = OTHERS[name]
    shown = inspected([frame._replace(data=wrap(frame.data)) for frame in told], tmp_path)
    assert {row["function"]: row["count"] for row in shown["undecoded"]} == {function: len(told)}
