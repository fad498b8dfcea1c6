"""Which offloads of an interface join received frames before anybody sees them: the kernel is asked, nothing is sent.

Standards: Linux include/uapi/linux/ethtool.h (ETHTOOL_GGRO, ETHTOOL_GFLAGS, ETH_FLAG_LRO) and sockios.h (SIOCETHTOOL); netdevice(7).
"""

from __future__ import annotations

import ctypes
import fcntl
import socket
import struct

SIOCETHTOOL = 0x8946
GET_GRO, GET_FLAGS = 0x2B, 0x25
LRO = 1 << 15
NAME_BYTES = 15


def joining(interface: str) -> tuple[str, ...]:
    """The names of the offloads that are on, as `ethtool -K` calls them. An interface that knows none has none on."""
    gro, flags = _value(interface, GET_GRO), _value(interface, GET_FLAGS)
    return tuple(name for name, is_on in (("gro", gro), ("lro", flags & LRO)) if is_on)


def _value(interface: str, command: int) -> int:
    """What the driver answers; 0 where it does not know the question."""
    name = interface.encode()
    if len(name) > NAME_BYTES:
        return 0
    value = (ctypes.c_uint32 * 2)(command, 0)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:  # of no use but to be asked
        try:
            fcntl.ioctl(door.fileno(), SIOCETHTOOL, struct.pack("16sP", name, ctypes.addressof(value)))
        except OSError:
            return 0
    return int(value[1])


__all__ = ["joining"]
