"""A PROFINET IO station at power-on: DCP Hello frames, put together from profinet-py's packets. It answers nothing.

That package's own `send_hello` leaves the two bytes BlockInfo out of each block (IEC 61158-6-10:2019, 4.3.1.4: Hello carries them, as an
Identify response does), so the blocks are built here.
"""

import ipaddress
import secrets
import struct
import sys
import time

import works
from profinet.dcp import DCP_HELLO_FRAME_ID, DCP_HELLO_MULTICAST_MAC
from profinet.protocol import EthernetHeader, PNDCPBlock, PNDCPHeader
from profinet.util import ethernet_socket, s2mac

HELLOS, PAUSE_S = 3, 0.3
PROFINET = 0x8892
IP_IS_SET, IO_DEVICE, SENDS_HELLO = 0x0001, 0x01, 0x0001
DEVICE_ROLE, DEVICE_INITIATIVE = (2, 4), (6, 1)


def block(kind: tuple[int, int], content: bytes, info: int = 0) -> bytes:
    """One block: option, suboption, length, BlockInfo, content, and a byte of padding where the length is odd."""
    return bytes(PNDCPBlock(*kind, len(content) + 2, info, payload=content)) + b"\0" * (len(content) % 2)


def hello(host: works.Host) -> bytes:
    """The frame by which the station announces name, address and device id."""
    said = host.says["pn_dcp"]
    network = ipaddress.ip_network(works.SUBNET)
    address = ipaddress.ip_address(said["ip_address"]).packed + network.netmask.packed + bytes(4)
    blocks = (
        block(PNDCPBlock.NAME_OF_STATION, said["station_name"].encode("ascii"))
        + block(PNDCPBlock.IP_ADDRESS, address, IP_IS_SET)
        + block(PNDCPBlock.DEVICE_ID, struct.pack(">HH", int(said["vendor_id"], 16), int(said["device_id"], 16)))
        + block(DEVICE_ROLE, bytes((IO_DEVICE, 0)))
        + block(DEVICE_INITIATIVE, struct.pack(">H", SENDS_HELLO))
    )
    dcp = PNDCPHeader(DCP_HELLO_FRAME_ID, PNDCPHeader.HELLO, PNDCPHeader.REQUEST, secrets.randbits(32), 0, len(blocks), payload=blocks)
    return bytes(EthernetHeader(s2mac(DCP_HELLO_MULTICAST_MAC), s2mac(host.mac), PROFINET, payload=dcp))


def main(name: str) -> None:
    sock = ethernet_socket("eth0")
    for _ in range(HELLOS):
        sock.send(hello(works.BY_NAME[name]))
        time.sleep(PAUSE_S)


if __name__ == "__main__":
    main(sys.argv[1])
