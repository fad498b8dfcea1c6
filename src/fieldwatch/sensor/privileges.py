"""A sensor keeps one privilege, CAP_NET_RAW, and can get no other one back.

Standards: Linux man-pages capabilities(7), capget(2), prctl(2) (6.03, 2023); numbers from include/uapi/linux/capability.h and prctl.h.
Capabilities belong to a thread and are handed on to those that it starts: this is done before there is a second one.
"""

from __future__ import annotations

import ctypes
import os
import threading
from pathlib import Path

CAP_NET_RAW = 13
VERSION_3 = 0x20080522
PR_CAPBSET_READ, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, PR_SET_DUMPABLE = 23, 24, 38, 4
PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 47, 4
MOST_CAPABILITIES = 64


class NotConfined(Exception):
    """The privileges could not be given up: says which and what to do."""


def can_capture() -> bool:
    """Whether this process may open a packet socket."""
    return bool(effective() >> CAP_NET_RAW & 1)


def effective() -> int:
    """The capabilities that are in effect, a bit each."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("CapEff:"):
            return int(line.split()[1], 16)
    return 0


def keep_only(capability: int | None) -> None:
    """Gives up every capability but this one (None: all) for good. Raises NotConfined. Before any thread is started."""
    if threading.active_count() > 1:
        raise NotConfined("privileges are given up before threads are started")
    libc = ctypes.CDLL(None, use_errno=True)
    if effective() >> 8 & 1:  # CAP_SETPCAP: without it the bounding set stays, and no_new_privs stands in for it
        for each in range(MOST_CAPABILITIES):
            if each != capability and libc.prctl(PR_CAPBSET_READ, each, 0, 0, 0) == 1:
                _check(libc.prctl(PR_CAPBSET_DROP, each, 0, 0, 0), f"capability {each} of the bounding set")
    _check(libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0), "ambient capabilities")
    _set(libc, effective() & (1 << capability) if capability is not None else 0)
    _check(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")
    _check(libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0), "dumpable")


def _set(libc: ctypes.CDLL, kept: int) -> None:
    """capset(2): effective and permitted; nothing is inherited by other programs."""
    words = [(kept >> shift & 0xFFFFFFFF, kept >> shift & 0xFFFFFFFF, 0) for shift in (0, 32)]
    head = (ctypes.c_uint32 * 2)(VERSION_3, 0)
    data = (ctypes.c_uint32 * 6)(*(each for word in words for each in word))
    _check(libc.capset(head, data), "capabilities")


def _check(result: int, what: str) -> None:
    if result != 0:
        raise NotConfined(f"{what} could not be given up ({os.strerror(ctypes.get_errno())}); start the sensor by its systemd unit")


__all__ = ["CAP_NET_RAW", "NotConfined", "can_capture", "effective", "keep_only"]
