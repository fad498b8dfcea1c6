"""The plant's wire: one namespace for each host and one for the switch, whose bridge passes every frame past the recorder once.

Each host has a network and a UTS namespace of its own (so daemons see their own host name); each command in it gets a private /run and
a private resolv.conf, so nothing of this machine shows and no two daemons meet. Offloads are off: a capture on veth pairs otherwise
holds frames larger than the wire and wrong checksums.
"""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from works import SUBNET, Host

OFFLOADS = ["tx", "off", "rx", "off", "tso", "off", "gso", "off", "gro", "off", "sg", "off"]
LLDP_MULTICAST = "0x4000"
"""group_fwd_mask bit of 01:80:c2:00:00:0e: a mirror port shows LLDP, a plain Linux bridge swallows it."""

PRIVATE = """
mount --make-rprivate /
mount -t tmpfs tmpfs /run && mkdir -p /run/sshd /run/lldpd
mount --bind "$1" /etc/resolv.conf
hostname "$2"
shift 2
exec "$@"
"""


def sh(*argv: str) -> None:
    """Run one command and fail loudly with its own words."""
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(argv)}: {done.stderr.strip() or done.stdout.strip()}")


@dataclass
class Segment:
    """Builds and tears down the namespaces; knows every process it started and ends only those."""

    work: Path
    prefix: str = field(default_factory=lambda: f"plant{os.getpid()}")
    namespaces: list[str] = field(default_factory=list)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def namespace(self, name: str) -> str:
        return f"{self.prefix}-{name}"

    def _add(self, name: str) -> str:
        namespace = self.namespace(name)
        sh("ip", "netns", "add", namespace)
        self.namespaces.append(namespace)
        for setting in ("all", "default"):
            sh("ip", "netns", "exec", namespace, "sysctl", "-qw", f"net.ipv6.conf.{setting}.disable_ipv6=1")
        sh("ip", "-n", namespace, "link", "set", "lo", "up")
        return namespace

    def build(self, hosts: Sequence[Host]) -> None:
        """Make the switch and plug every host into it; hosts with DHCP get no address yet."""
        switch = self._add("switch")
        sh("ip", "-n", switch, "link", "add", "mirror", "type", "bridge", "stp_state", "0", "group_fwd_mask", LLDP_MULTICAST)
        sh("ip", "-n", switch, "link", "set", "mirror", "type", "bridge", "mcast_snooping", "0")
        sh("ip", "-n", switch, "link", "set", "mirror", "up")
        for host in hosts:
            self._plug(host, switch)

    def _plug(self, host: Host, switch: str) -> None:
        namespace = self._add(host.name)
        sh("ip", "link", "add", "eth0", "netns", namespace, "type", "veth", "peer", "name", host.name, "netns", switch)
        sh("ip", "-n", switch, "link", "set", host.name, "master", "mirror")
        sh("ip", "-n", namespace, "link", "set", "eth0", "address", host.mac)
        for inside, interface in ((namespace, "eth0"), (switch, host.name)):
            sh("ip", "netns", "exec", inside, "ethtool", "-K", interface, *OFFLOADS)
            sh("ip", "-n", inside, "link", "set", interface, "up")
        if not host.by_dhcp:
            length = SUBNET.split("/")[1]
            sh("ip", "-n", namespace, "address", "add", f"{host.ip}/{length}", "broadcast", "+", "dev", "eth0")

    def start(self, name: str, argv: Sequence[str], *, environment: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
        """Start a command on that host; its output goes to a log of its own in the work folder."""
        log = self.work / f"{name}.log"
        command = ["ip", "netns", "exec", self.namespace(name)]
        if name != "switch":
            command += ["unshare", "--uts", "--mount", "sh", "-ec", PRIVATE, "sh", str(self.work / "resolv.conf"), name]
        with log.open("ab") as out:
            process = subprocess.Popen(
                [*command, *argv],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env={**os.environ, **(environment or {})},
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def stop(self, process: subprocess.Popen[bytes], *, grace_s: float = 3.0) -> None:
        """End one process and its group: first asked, then killed."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, number)
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=grace_s)
                break

    def tear_down(self) -> None:
        """End what was started here, newest first, then whatever it left behind in our own namespaces, then the namespaces."""
        for process in reversed(self.processes):
            self.stop(process)
        for namespace in reversed(self.namespaces):
            left = subprocess.run(["ip", "netns", "pids", namespace], capture_output=True, text=True, check=False).stdout.split()
            for pid in left:
                with suppress(ProcessLookupError):
                    os.kill(int(pid), signal.SIGKILL)
            subprocess.run(["ip", "netns", "delete", namespace], capture_output=True, check=False)
        self.namespaces.clear()
        self.processes.clear()
