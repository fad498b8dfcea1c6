"""A BACnet/IP client (bacpypes3) with plain blocking calls; its loop runs in a thread of its own.

The stack's errors derive from BaseException; here they become RuntimeError, so that a refusal is an answer and not the end of an actor.
"""

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any

import works
from bacpypes3.app import Application
from bacpypes3.local.device import DeviceObject
from bacpypes3.local.networkport import NetworkPortObject
from bacpypes3.pdu import Address

ANSWER_S = 10.0


class Client:
    """One BACnet device that only asks; like any device it answers Who-Is."""

    def __init__(self, name: str) -> None:
        instance, vendor = works.says(name, "bacnet")["device_instance"], works.setting(name, "bacnet")["vendor_id"]
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self._application = self._wait(self._make(instance, vendor, name))

    @staticmethod
    async def _make(instance: str, vendor: str, name: str) -> Application:
        device = DeviceObject(objectIdentifier=("device", int(instance)), objectName=name, vendorIdentifier=int(vendor))
        length = works.SUBNET.split("/")[1]
        port = NetworkPortObject(f"{works.address(name)}/{length}", objectIdentifier=("network-port", 1), objectName="ip")
        return Application.from_object_list([device, port])

    def _wait(self, task: Coroutine[Any, Any, Any]) -> Any:
        async def fenced() -> Any:
            try:
                return await task
            except Exception:
                raise
            except BaseException as refusal:
                raise RuntimeError(f"{type(refusal).__name__} {refusal}") from None

        return asyncio.run_coroutine_threadsafe(fenced(), self._loop).result(ANSWER_S)

    async def _who_is(self) -> list[str]:
        answers = await self._application.who_is(timeout=2)
        return [str(answer.pduSource) for answer in answers]

    def who_is(self) -> list[str]:
        """Broadcast Who-Is; the names of the hosts whose I-Am came."""
        by_ip = {host.ip: host.name for host in works.HOSTS}
        return [by_ip[source] for source in self._wait(self._who_is()) if source in by_ip]

    def read(self, name: str, item: str, prop: str = "present-value") -> Any:
        return self._wait(self._application.read_property(Address(works.address(name)), item, prop))

    def read_multiple(self, name: str, item: str, properties: list[str]) -> Any:
        return self._wait(self._application.read_property_multiple(Address(works.address(name)), [item, properties]))

    def write(self, name: str, item: str, value: float, priority: int) -> Any:
        where = Address(works.address(name))
        return self._wait(self._application.write_property(where, item, "present-value", value, priority=priority))
