"""Identity questions, protocol by protocol: the engineer asks them by right, the contractor does not; the bytes are the same."""

from collections.abc import Sequence
from typing import Any

import snap7
import works
from journal import Done, Journal
from pycomm3 import CIPDriver
from pymodbus.client import ModbusTcpClient

from actors import tools
from actors.bacnet_client import Client as BacnetClient

DISCOVERY, INFORMATION = "T0846", "T0888"
"""ATT&CK for ICS: Remote System Discovery, Remote System Information Discovery."""

STATUS_LISTS = {
    0x0011: ("order_number", "hardware_version", "firmware"),
    0x001C: ("vendor", "vendor_id", "station_name", "device_name", "model", "serial_number", "memory_card_serial", "copyright"),
    0x0424: (),
}
DEVICE_PROPERTIES = {
    "object-name": "device_name",
    "vendor-name": "vendor",
    "model-name": "model",
    "firmware-revision": "firmware",
    "application-software-version": "application_software_version",
    "location": "location",
    "description": "description",
}


def modbus(journal: Journal, name: str, unit: int) -> None:
    """Read Device Identification, regular (43/14), of one unit."""
    behind = unit in works.BY_NAME[name].units
    done = Done(
        protocol="modbus",
        operation="Read Device Identification",
        effect="identify",
        technique=INFORMATION,
        detail={"function_code": 43, "unit": unit},
        tells={f"modbus unit {unit}" if behind else "modbus": ()},
    )

    def ask() -> object:
        with ModbusTcpClient(works.address(name)) as client:
            answer = client.read_device_information(read_code=2, device_id=unit)
            if answer.isError():
                raise RuntimeError(str(answer))
            return answer

    journal.run(name, done, ask)


def s7(journal: Journal, name: str, client: snap7.client.Client) -> None:
    """Both identification lists, then the operating state."""
    for number, told in STATUS_LISTS.items():
        done = Done(
            protocol="s7comm",
            operation="Read SZL",
            effect="identify" if told else "read",
            technique=INFORMATION,
            detail={"szl": f"0x{number:04x}"},
            tells={"s7comm": told} if told else {},
        )
        journal.run(name, done, lambda number=number: client.read_szl(number, 0))


def cip(journal: Journal) -> None:
    """List Identity, by broadcast: every EtherNet/IP device answers with its identity object."""
    by_serial = {int(host.says["cip"]["serial_number"], 16): host.name for host in works.HOSTS if "cip" in host.says}

    def told_by(answers: list[dict[str, Any]]) -> Sequence[str]:
        serials = [int(answer["serial"], 16) for answer in answers]
        return [by_serial[serial] for serial in serials if serial in by_serial]

    done = Done(
        protocol="enip", operation="List Identity", effect="discover", technique=DISCOVERY, detail={"command": 0x63}, tells={"cip": ()}
    )
    journal.run(works.BROADCAST, done, lambda: CIPDriver.discover(works.BROADCAST), told_by)


def bacnet(journal: Journal, client: BacnetClient, name: str) -> None:
    """Who-Is to all, then the descriptive properties of one device in one question."""
    who = Done(
        protocol="bacnet", operation="Who-Is", effect="discover", technique=DISCOVERY, tells={"bacnet": ("device_instance", "vendor")}
    )
    journal.run(works.BROADCAST, who, client.who_is, lambda names: names)
    item = f"device,{works.says(name, 'bacnet')['device_instance']}"
    properties = list(DEVICE_PROPERTIES)
    read = Done(
        protocol="bacnet",
        operation="ReadPropertyMultiple",
        effect="identify",
        technique=INFORMATION,
        detail={"object": item, "properties": properties},
        tells={"bacnet": tuple(DEVICE_PROPERTIES.values())},
    )
    journal.run(name, read, lambda: client.read_multiple(name, item, properties))


def snmp(journal: Journal, name: str, community: str) -> None:
    """The system group."""
    done = Done(
        protocol="snmp", operation="GetRequest", effect="identify", technique=INFORMATION, detail={"group": "system"}, tells={"snmp": ()}
    )
    journal.run(name, done, lambda: tools.system_group(name, community))
