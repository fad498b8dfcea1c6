"""The HMI of the filter hall: polls the three controllers and the wash drive, and now and then sets a value as an operator would."""

import itertools
import sys
from typing import Any

import snap7
import works
from journal import Done, Journal
from pylogix import PLC
from pymodbus.client import ModbusTcpClient

from actors.polling import Duty, in_turns, keep

journal = Journal("hmi-filter")


def modbus(client: ModbusTcpClient) -> list[Duty]:
    """Reads levels, coils and inputs of the dosing controller; sets its dose."""

    def read(function: str, code: int, address: int, count: int, call: Any) -> object:
        done = Done(
            protocol="modbus",
            operation=function,
            effect="read",
            detail={"function_code": code, "unit": 1, "address": address, "count": count},
        )
        return journal.run("plc-dosing", done, lambda: call(address, count=count, device_id=1))

    def set_dose() -> object:
        done = Done(
            protocol="modbus",
            operation="Write Multiple Registers",
            effect="write",
            detail={"function_code": 16, "unit": 1, "address": 40, "values": [180, 175]},
        )
        return journal.run("plc-dosing", done, lambda: client.write_registers(40, [180, 175], device_id=1))

    def pump() -> object:
        done = Done(
            protocol="modbus",
            operation="Write Single Coil",
            effect="write",
            detail={"function_code": 5, "unit": 1, "address": 3, "values": [True]},
        )
        return journal.run("plc-dosing", done, lambda: client.write_coil(3, True, device_id=1))

    return [
        Duty(lambda: read("Read Holding Registers", 3, 0, 24, client.read_holding_registers), 1),
        Duty(lambda: read("Read Input Registers", 4, 0, 16, client.read_input_registers), 1.5, 0.4),
        Duty(lambda: read("Read Coils", 1, 0, 16, client.read_coils), 2, 0.9),
        Duty(set_dose, 45, 12.3),
        Duty(pump, 60, 20.7),
    ]


def s7() -> list[Duty]:
    """Reads the intake's data blocks and sets the intake flow."""
    client = snap7.client.Client()
    turns = itertools.count()

    def connected() -> snap7.client.Client:
        if not client.get_connected():
            done = Done(protocol="s7comm", operation="Setup communication", effect="discover", detail={"rack": 0, "slot": 2})
            journal.run("plc-intake", done, lambda: client.connect(works.address("plc-intake"), 0, 2))
        return client

    def read(db: int, start: int, size: int) -> object:
        plc = connected()
        done = Done(protocol="s7comm", operation="Read Var", effect="read", detail={"area": "DB", "db": db, "start": start, "size": size})
        return journal.run("plc-intake", done, lambda: plc.db_read(db, start, size))

    def cycle() -> None:
        read(1, 0, 32)
        read(10, 16, 24)
        if next(turns) % 40 == 8:
            plc = connected()
            done = Done(protocol="s7comm", operation="Write Var", effect="write", detail={"area": "DB", "db": 20, "start": 4, "size": 2})
            journal.run("plc-intake", done, lambda: plc.db_write(20, 4, bytearray(b"\x01\xa4")))

    return [Duty(cycle, 1, 0.6)]


def cip() -> list[Duty]:
    """Reads the filter controller's tags in one connection, the drive's in another, and sets the turbidity limit."""
    plc, drive = PLC(works.address("plc-filter")), PLC(works.address("vfd-wash"))
    drive.Micro800 = True
    turns = itertools.count()

    def read(name: str, device: PLC, tags: list[str]) -> object:
        def ask() -> object:
            answers = device.Read(tags)
            bad = [answer.Status for answer in answers if answer.Status != "Success"]
            if bad:
                raise RuntimeError(bad[0])
            return answers

        return journal.run(name, Done(protocol="cip", operation="Read Tag", effect="read", detail={"service": "0x4c", "tags": tags}), ask)

    def cycle() -> None:
        read("plc-filter", plc, ["Filter_Level[0]", "Backwash_Step", "Turbidity_SP", "Alarm_Word[0]"])
        if next(turns) % 40 == 9:
            done = Done(
                protocol="cip", operation="Write Tag", effect="write", detail={"service": "0x4d", "tag": "Turbidity_SP", "value": 0.8}
            )
            journal.run("plc-filter", done, lambda: plc.Write("Turbidity_SP", 0.8))

    return [Duty(cycle, 1, 1.1), Duty(lambda: read("vfd-wash", drive, ["Drive_Status[0]", "Output_Freq"]), 2, 1.7)]


def main(seconds: float) -> None:
    client = ModbusTcpClient(works.address("plc-dosing"))
    client.connect()
    keep([s7(), cip(), in_turns(modbus(client))], seconds)


if __name__ == "__main__":
    main(float(sys.argv[1]))
