"""A process gives up what it does not need, before it looks at bytes that nobody vouches for. Linux; elsewhere it says what is missing.

Standards: Linux man-pages prctl(2), unshare(2), setrlimit(2) (6.03, 2023); the numbers are those of include/uapi/linux/prctl.h and sched.h.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
from typing import NamedTuple

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 1, 4, 38
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000

WITH_NETWORK = "the reader of captures keeps its access to the network: this system allows it no namespace of its own"
WITHOUT_LIMITS = "the reader of captures cannot be confined: that is there on Linux only"


class Limits(NamedTuple):
    """What a reader may use: memory (address space), processor time, open files."""

    memory_mib: int = 4096
    cpu_s: int = 3600
    files: int = 32


def end_with(parent: int, number: signal.Signals = signal.SIGKILL) -> None:
    """From now on this process gets a signal when the one that started it (`parent`) dies; it ends at once where that is gone already.

    The kernel looks at the *thread* that started it: who starts readers from a thread keeps it for as long as they read.
    """
    _prctl(PR_SET_PDEATHSIG, number)
    if os.getppid() != parent:
        raise SystemExit(1)


def confine(limits: Limits) -> tuple[str, ...]:
    """Gives up network, new rights, core dumps, writing of files, and all beyond `limits`. Returns what could not be given up, in words."""
    if sys.platform != "linux":
        return (WITHOUT_LIMITS,)
    warnings = () if _leave_network() else (WITH_NETWORK,)
    _prctl(PR_SET_NO_NEW_PRIVS, 1)
    _prctl(PR_SET_DUMPABLE, 0)
    memory = limits.memory_mib << 20
    for what, least, most in (
        (resource.RLIMIT_AS, memory, memory),
        (resource.RLIMIT_CPU, limits.cpu_s, limits.cpu_s + 1),  # the first signal says why, the second one kills
        (resource.RLIMIT_NOFILE, limits.files, limits.files),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        _, hard = resource.getrlimit(what)
        bounded = tuple(allowed if hard == resource.RLIM_INFINITY else min(allowed, hard) for allowed in (least, most))
        resource.setrlimit(what, (bounded[0], bounded[1]))
    return warnings


def _leave_network() -> bool:
    """True where this process is in a network of its own, in which there is nothing. With a user namespace where it is not root."""
    libc = ctypes.CDLL(None, use_errno=True)
    return 0 in (libc.unshare(flags) for flags in (CLONE_NEWNET, CLONE_NEWUSER | CLONE_NEWNET))


def _prctl(option: int, value: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, ctypes.c_ulong(value), ctypes.c_ulong(0), ctypes.c_ulong(0), ctypes.c_ulong(0)):
        number = ctypes.get_errno()
        raise OSError(number, f"prctl {option}: {os.strerror(number)}")


__all__ = ["Limits", "confine", "end_with"]
