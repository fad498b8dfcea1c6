"""A Modbus/TCP server (pymodbus): a controller of its own, or a gateway whose units each have an identity.

pymodbus keeps one identity for the whole process, so the answer to function 43/14 is looked up here by unit.
"""

import asyncio
import sys
from types import SimpleNamespace

import works
from pymodbus import ModbusDeviceIdentification
from pymodbus.pdu import DecodePDU, ModbusPDU
from pymodbus.pdu.device import DeviceInformationFactory
from pymodbus.pdu.mei_message import ReadDeviceInformationRequest, ReadDeviceInformationResponse
from pymodbus.server import StartAsyncTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

OWN_UNITS = (0, 1, 255)
"""Units under which a controller answers for itself (Modbus Messaging on TCP/IP V1.0b, 4.4.2.2)."""


def identities(host: works.Host) -> dict[int, ModbusDeviceIdentification]:
    """The identity of each unit of that host."""
    by_unit = host.units or dict.fromkeys(OWN_UNITS, host.says.get("modbus", {}))
    return {
        unit: ModbusDeviceIdentification(
            info_name={
                "VendorName": said["vendor"],
                "ProductCode": said["product_code"],
                "MajorMinorRevision": said["firmware"],
                "ProductName": said["model"],
            }
        )
        for unit, said in by_unit.items()
    }


def identify_request(known: dict[int, ModbusDeviceIdentification]) -> type[ReadDeviceInformationRequest]:
    """A Read Device Identification that answers for the unit it was sent to."""

    class Identify(ReadDeviceInformationRequest):
        async def datastore_update(self, context: object, device_id: int) -> ModbusPDU:
            information = DeviceInformationFactory.get(SimpleNamespace(Identity=known[device_id]), self.read_code, self.object_id)
            return ReadDeviceInformationResponse(
                read_code=self.read_code, information=information, dev_id=device_id, transaction_id=self.transaction_id
            )

    return Identify


def registers(unit: int) -> SimDevice:
    """Coils, inputs, holding and input registers with values that differ by unit."""
    coils = [SimData(0, count=64, values=False, datatype=DataType.BITS)]
    inputs = [SimData(0, count=64, values=True, datatype=DataType.BITS)]
    holding = [SimData(address, values=(address * 7 + unit) % 1000, datatype=DataType.REGISTERS) for address in range(120)]
    measured = [SimData(address, values=(address * 13 + unit) % 4000, datatype=DataType.REGISTERS) for address in range(60)]
    return SimDevice(id=unit, simdata=(coils, inputs, holding, measured))


async def serve(host: works.Host) -> None:
    known = identities(host)
    DecodePDU.add_sub_pdu(identify_request(known), ReadDeviceInformationResponse)
    await StartAsyncTcpServer([registers(unit) for unit in known], address=("0.0.0.0", 502), ignore_missing_devices=False)


if __name__ == "__main__":
    asyncio.run(serve(works.BY_NAME[sys.argv[1]]))
