"""Records the example plant: `python rig.py --out plant.pcap`. Needs root, Linux, and the packages of requirements.txt.

Starts each device's real stack in a network namespace of its own, lets operators, an engineer and an intruder work for about two
minutes, records what the switch passes, and writes the capture and beside it its truth. Whatever happens, what was started is ended.
"""

import argparse
import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import truth
import works
from segment import Segment
from stacks import daemons

HERE = Path(__file__).resolve().parent
READY_S = 60.0
SECONDS = 120.0
SLACK_S = 25.0
"""How long an actor may overrun the script before it is ended."""


@dataclass(frozen=True)
class Service:
    """A stack of one host: a daemon with its configuration, or a module of ours around a library; and the ports that show it is up."""

    host: str
    daemon: Callable[[works.Host, Path], list[str]] | None = None
    module: str = ""
    ports: tuple[int, ...] = ()


@dataclass(frozen=True)
class Cue:
    """An actor's entry, seconds after the plant is up. `plugs_in` first asks for an address."""

    at_s: float
    host: str
    module: str
    arguments: tuple[str, ...] = ()
    plugs_in: bool = False


NAMES = Service("srv-infra", daemons.dnsmasq, ports=(53, 67))
SERVICES = (
    Service("sw-hall-1", daemons.snmpd, ports=(161,)),
    Service("sw-hall-1", daemons.lldpd),
    Service("plc-intake", module="stacks.s7_cpu", ports=(102,)),
    Service("plc-intake", daemons.lldpd),
    Service("plc-filter", module="stacks.cip_device", ports=(44818,)),
    Service("vfd-wash", module="stacks.cip_device", ports=(44818,)),
    Service("plc-dosing", module="stacks.modbus_device", ports=(502,)),
    Service("plc-dosing", module="stacks.file_server", ports=(21,)),
    Service("plc-dosing", module="stacks.web_page", ports=(80,)),
    Service("gw-meters", module="stacks.modbus_device", ports=(502,)),
    Service("gw-meters", daemons.telnetd, ports=(23,)),
    Service("rtu-tower", module="stacks.dnp3_rtu", ports=(20000,)),
    Service("rtu-tower", daemons.sshd, ports=(22,)),
    Service("rtu-spring", module="stacks.dnp3_rtu", ports=(20000,)),
    Service("ahu-hall", module="stacks.bacnet_controller", ports=(47808,)),
    Service("io-sludge", module="stacks.io_station"),
    Service("ups-hall", daemons.snmpd, ports=(161,)),
    Service("cam-gate", daemons.nginx, ports=(80, 443)),
)
EARLY = ("cam-gate", "ews-1")
"""Hosts with DHCP that are there from the start."""


def script(seconds: float, key: Path) -> tuple[Cue, ...]:
    """Who enters when: operators at once, the engineer early, the contractor in the second half."""
    whole = (str(seconds),)
    return (
        Cue(0, "hmi-filter", "actors.hmi", whole),
        Cue(0, "scada", "actors.scada", whole),
        Cue(0, "srv-infra", "actors.monitoring", whole),
        Cue(seconds * 0.15, "ews-1", "actors.engineer", (str(key),)),
        Cue(seconds * 0.55, "kx-field-07", "actors.contractor", plugs_in=True),
    )


PACKAGES = ("bacpypes3", "cpppo", "opendnp3", "profinet", "pycomm3", "pyftpdlib", "pylogix", "pymodbus", "snap7")
COMMANDS = (
    *("ip", "ethtool", "tcpdump", "unshare", "ss", "nmap", "curl", "ssh", "ssh-keygen", "openssl", "snmpget"),
    *("snmpd", "lldpd", "dnsmasq", "dhclient", "nginx", "sshd", "inetd", "in.telnetd"),
)


def missing() -> list[str]:
    """What this machine lacks for a recording."""
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
    packages = [name for name in PACKAGES if not importlib.util.find_spec(name)]
    return packages + [name for name in COMMANDS if not shutil.which(name, path=path)]


def until(what: str, true: Callable[[], bool], patience_s: float = READY_S) -> None:
    """Wait for something, but not for ever."""
    end = time.monotonic() + patience_s
    while not true():
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {patience_s:.0f} s")
        time.sleep(0.2)


class Rig:
    """One recording."""

    def __init__(self, segment: Segment, seconds: float) -> None:
        self.segment, self.work, self.seconds = segment, segment.work, seconds
        self.capture, self.journals = self.work / "plant.pcap", self.work / "journals"
        self.journals.mkdir()
        (self.work / "resolv.conf").write_text(f"nameserver {works.address('srv-infra')}\nsearch {works.DOMAIN}\n", encoding="utf-8")

    def _python(self, host: str, module: str, *arguments: str) -> subprocess.Popen[bytes]:
        surroundings = {
            "PYTHONPATH": str(HERE),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONWARNINGS": "ignore",
            "PLANT_JOURNAL": str(self.journals / f"{host}.jsonl"),
        }
        return self.segment.start(host, [sys.executable, "-m", module, *arguments], environment=surroundings)

    def _in(self, host: str, *argv: str) -> str:
        command = ["ip", "netns", "exec", self.segment.namespace(host), *argv]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout

    def _listens(self, service: Service) -> bool:
        sockets = self._in(service.host, "ss", "-Hlntu").split()
        return all(any(one.endswith(f":{port}") for one in sockets) for port in service.ports)

    def _start(self, service: Service) -> None:
        host = works.BY_NAME[service.host]
        if service.daemon:
            self.segment.start(service.host, service.daemon(host, self.work))
        else:
            self._python(service.host, service.module, service.host)

    def _plug_in(self, name: str) -> None:
        """The host asks for its address and gets it."""
        self.segment.start(name, daemons.dhclient(works.BY_NAME[name], self.work))
        until(f"address of {name}", lambda: works.address(name) in self._in(name, "ip", "-4", "-o", "address", "show", "dev", "eth0"))

    def record(self) -> None:
        """Everything, from an empty switch to a finished capture."""
        self.segment.build(works.HOSTS)
        argv = ["tcpdump", "-i", "mirror", "-n", "-U", "-s", "0", "-B", "8192", "-Z", "root", "-w", str(self.capture)]
        recorder = self.segment.start("switch", argv)
        until("recorder", self.capture.exists)
        self._start(NAMES)
        until("dnsmasq", lambda: self._listens(NAMES))
        for name in EARLY:
            self._plug_in(name)
        for service in SERVICES:
            self._start(service)
        for service in SERVICES:
            until(f"{service.host} {service.module or service.ports}", lambda service=service: self._listens(service))
        self._play()
        time.sleep(1)
        self.segment.stop(recorder)

    def _play(self) -> None:
        begin, actors = time.monotonic(), []
        for cue in script(self.seconds, daemons.ssh_key(self.work)):
            time.sleep(max(0.0, begin + cue.at_s - time.monotonic()))
            print(f"{time.monotonic() - begin:6.1f} s  {cue.host}: {cue.module}", flush=True)
            if cue.plugs_in:
                self._plug_in(cue.host)
            actors.append(self._python(cue.host, cue.module, *cue.arguments))
        for actor in actors:
            try:
                actor.wait(timeout=max(0.1, begin + self.seconds + SLACK_S - time.monotonic()))
            except subprocess.TimeoutExpired:
                self.segment.stop(actor)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--out", type=Path, default=HERE / "plant.pcap", help="the capture; its truth goes beside it")
    options.add_argument("--seconds", type=float, default=SECONDS, help="length of the script, without start-up")
    options.add_argument("--logs", type=Path, help="keep what the stacks printed in this folder")
    chosen = options.parse_args()
    if os.geteuid():
        print("rig: network namespaces need root", file=sys.stderr)
        return 2
    if lacking := missing():
        print(f"rig: not installed here: {', '.join(lacking)}; see requirements.txt and README.md", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="plant-") as folder:
        segment = Segment(Path(folder))
        try:
            rig = Rig(segment, chosen.seconds)
            rig.record()
            deliver(rig, chosen.out)
        except KeyboardInterrupt:
            print("rig: stopped; nothing was written", file=sys.stderr)
            return 130
        finally:
            segment.tear_down()
            if chosen.logs:
                shutil.copytree(folder, chosen.logs, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.key", "*.users"))
    return 0


def deliver(rig: Rig, out: Path) -> None:
    """Put capture and truth where they were asked for."""
    operations = truth.journal(rig.journals)
    raw = rig.capture.read_bytes()
    out.write_bytes(raw)
    recording = {"capture": out.name, "sha256": hashlib.sha256(raw).hexdigest(), "size_bytes": len(raw)}
    truth.write(out.with_suffix(".truth.json"), truth.truth(operations, recording))
    failed = [line for line in operations if not line["ok"]]
    print(f"{out}: {len(raw)} bytes; {len(operations)} operations, {len(failed)} refused")
    for line in failed:
        print(f"  {line['source']} -> {line['destination']} {line['protocol']} {line['operation']}: {line['error']}")


if __name__ == "__main__":
    sys.exit(main())
