"""A BACnet/IP controller (bacpypes3) with three inputs and two set points."""

import asyncio
import sys

import works
from bacpypes3.app import Application
from bacpypes3.local.analog import AnalogInputObject, AnalogValueObject
from bacpypes3.local.device import DeviceObject
from bacpypes3.local.networkport import NetworkPortObject


def device(said: "dict[str, str]", vendor_id: int) -> DeviceObject:
    return DeviceObject(
        objectIdentifier=("device", int(said["device_instance"])),
        objectName=said["device_name"],
        vendorIdentifier=vendor_id,
        vendorName=said["vendor"],
        modelName=said["model"],
        firmwareRevision=said["firmware"],
        applicationSoftwareVersion=said["application_software_version"],
        location=said["location"],
        description=said["description"],
    )


async def serve(host: works.Host) -> None:
    length = works.SUBNET.split("/")[1]
    port = NetworkPortObject(f"{host.ip}/{length}", objectIdentifier=("network-port", 1), objectName="ip")
    application = Application.from_object_list([device(dict(host.says["bacnet"]), int(host.settings["bacnet"]["vendor_id"])), port])
    for instance, (name, value) in enumerate((("supply-air", 18.4), ("return-air", 21.7), ("filter-dp", 86.0)), start=1):
        application.add_object(AnalogInputObject(objectIdentifier=("analog-input", instance), objectName=name, presentValue=value))
    for instance, (name, value) in enumerate((("supply-sp", 18.0), ("fan-speed-sp", 60.0)), start=1):
        application.add_object(AnalogValueObject(objectIdentifier=("analog-value", instance), objectName=name, presentValue=value))
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(works.BY_NAME[sys.argv[1]]))
