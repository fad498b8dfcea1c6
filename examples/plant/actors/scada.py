"""The SCADA server: DNP3 to both outstations, Modbus to the meters, BACnet to the air handling, and pages, files and names now and then."""

import sys

import works
from journal import Done, Journal
from pymodbus.client import ModbusTcpClient
from stacks.file_server import PASSWORD, USER
from stacks.web_page import LOGIN as PAGE_LOGIN

from actors import tools
from actors.bacnet_client import Client as BacnetClient
from actors.dnp3_master import Master
from actors.polling import Duty, keep

CAMERA_LOGIN = "operator:Gate-51"

journal = Journal("scada")


def dnp3(name: str) -> Master:
    """A session with one outstation, opened."""
    session = Master(name)
    addresses = {"master": works.DNP3_MASTER, "outstation": int(works.says(name, "dnp3")["dnp3_address"])}
    done = Done(protocol="dnp3", operation="Read", effect="read", detail={**addresses, "classes": "0123"}, tells={"dnp3": ()})
    journal.run(name, done, session.open)
    return session


def outstation(name: str, after_s: float) -> list[Duty]:
    session = dnp3(name)
    number = int(works.says(name, "dnp3")["dnp3_address"])

    def ask(classes: str, act: object) -> object:
        done = Done(protocol="dnp3", operation="Read", effect="read", detail={"function_code": 1, "outstation": number, "classes": classes})
        return journal.run(name, done, act)  # type: ignore[arg-type]

    def switch() -> object:
        done = Done(
            protocol="dnp3", operation="Select, Operate", effect="operate", detail={"function_code": 4, "outstation": number, "index": 1}
        )
        return journal.run(name, done, lambda: session.select_operate(1, on=True))

    duties = [
        Duty(lambda: ask("123", session.poll_events), 4, after_s),
        Duty(lambda: ask("0123", session.poll_integrity), 40, 20 + after_s),
    ]
    return [*duties, Duty(switch, 300, 34)] if name == "rtu-tower" else duties


def meters() -> list[Duty]:
    client = ModbusTcpClient(works.address("gw-meters"))
    client.connect()

    def read(unit: int) -> object:
        done = Done(
            protocol="modbus",
            operation="Read Input Registers",
            effect="read",
            detail={"function_code": 4, "unit": unit, "address": 0, "count": 12},
        )
        return journal.run("gw-meters", done, lambda: client.read_input_registers(0, count=12, device_id=unit))

    def turn() -> None:
        for unit in works.BY_NAME["gw-meters"].units:
            read(unit)

    return [Duty(turn, 1.5, 0.5)]


def air() -> list[Duty]:
    client = BacnetClient("scada")

    def read(item: str) -> object:
        done = Done(protocol="bacnet", operation="ReadProperty", effect="read", detail={"object": item, "property": "present-value"})
        return journal.run("ahu-hall", done, lambda: client.read("ahu-hall", item))

    def cycle() -> None:
        for instance in (1, 2, 3):
            read(f"analog-input,{instance}")

    def set_point() -> object:
        done = Done(
            protocol="bacnet",
            operation="WriteProperty",
            effect="write",
            detail={"object": "analog-value,1", "property": "present-value", "value": 18.5, "priority": 10},
        )
        return journal.run("ahu-hall", done, lambda: client.write("ahu-hall", "analog-value,1", 18.5, 10))

    return [Duty(cycle, 3, 1.3), Duty(set_point, 300, 28)]


def office() -> list[Duty]:
    """Pages, files and names: what an operator's desk does beside the polling."""

    def watch_gate() -> None:
        journal.run(
            "srv-infra",
            Done(protocol="dns", operation="Query", effect="read", detail={"name": f"cam-gate.{works.DOMAIN}"}),
            lambda: tools.look_up("cam-gate"),
        )
        clear = Done(protocol="http", operation="GET", effect="read", detail={"path": "/"}, tells={"http": ()})
        journal.run("cam-gate", clear, lambda: tools.page("cam-gate", user=CAMERA_LOGIN))
        closed = Done(protocol="tls", operation="Handshake", effect="discover", tells={"tls": ()})
        journal.run("cam-gate", closed, lambda: tools.page("cam-gate", scheme="https", user=CAMERA_LOGIN))

    def report() -> None:
        done = Done(protocol="ftp", operation="RETR", effect="read", detail={"file": "rdt.csv"}, tells={"ftp": ()})
        journal.run("plc-dosing", done, lambda: tools.fetch("plc-dosing", USER, PASSWORD, "rdt.csv"))
        seen = Done(protocol="http", operation="GET", effect="read", detail={"path": "/"}, tells={"http": ()})
        journal.run("plc-dosing", seen, lambda: tools.page("plc-dosing", user=PAGE_LOGIN))

    return [Duty(watch_gate, 45, 6), Duty(report, 70, 11)]


def main(seconds: float) -> None:
    keep([outstation("rtu-tower", 1.0), outstation("rtu-spring", 2.2), meters(), air(), office()], seconds)


if __name__ == "__main__":
    main(float(sys.argv[1]))
