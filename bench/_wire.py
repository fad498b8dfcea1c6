"""A wire to listen at: two interfaces of a network namespace, joined; what is sent into `play` arrives at `seen`, to nobody else."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

PATIENCE_S = 60


def has_wire() -> str:
    """Why no wire can be laid here; "" where one can."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    missing = [tool for tool in ("ip", "ethtool", "tcpreplay") if not shutil.which(tool)]
    return f"needs {', '.join(missing)}" if missing else ""


@contextmanager
def namespace(name: str) -> Iterator[str]:
    """A network namespace with a wire, for as long as it lasts."""
    _run("ip", "netns", "add", name)
    try:
        lay(name)
        yield name
    finally:
        _run("ip", "netns", "delete", name)


def lay(name: str) -> None:
    """Lays the wire in a namespace, with its loopback up, and everything off that would change frames or send some."""
    for words in ("link set lo up", "link add seen type veth peer name play"):
        _run("ip", "-n", name, *words.split())
    for end in ("seen", "play"):
        _run(*inside(name), "sysctl", "-qw", f"net.ipv6.conf.{end}.disable_ipv6=1")
        _run(*inside(name), "ethtool", "-K", end, *["tx", "off", "rx", "off", "tso", "off", "gso", "off", "gro", "off"])
        _run("ip", "-n", name, "link", "set", end, "up")


def inside(name: str) -> tuple[str, ...]:
    """What stands before a command that is to run in the namespace."""
    return ("ip", "netns", "exec", name)


@contextmanager
def entered(name: str) -> Iterator[None]:
    """This thread is in the namespace for as long as it lasts: sockets that it makes there stay (setns(2)). No name: it stays here."""
    if not name:
        yield
        return
    libc = ctypes.CDLL(None, use_errno=True)
    with open("/proc/thread-self/ns/net", "rb") as ours, open(f"/run/netns/{name}", "rb") as theirs:
        _set_namespace(libc, theirs)
        try:
            yield
        finally:
            _set_namespace(libc, ours)


def _set_namespace(libc: ctypes.CDLL, place: BinaryIO) -> None:
    if libc.setns(place.fileno(), 0):
        raise OSError(ctypes.get_errno(), f"setns: {os.strerror(ctypes.get_errno())}")


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE_S)
