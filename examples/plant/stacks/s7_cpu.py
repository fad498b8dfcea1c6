"""An S7comm CPU (python-snap7) with system status lists of the proper shape.

The stock server answers SZL 0x001C with neither record length nor count. The tables here follow the layout of SZL records in the
SIMATIC "System Software for S7-300/400, System and Standard Functions" manual: W#16#xy11 module identification, W#16#xy1C component
identification, W#16#0424 operating state.
"""

import struct
import sys
import time

import works
from snap7 import SrvArea
from snap7.server import CPUState, Server

SIEMENS = 0x002A


def table(records: list[bytes]) -> bytes:
    """Record length, record count and the records, which are all of one length."""
    return struct.pack(">HH", len(records[0]), len(records)) + b"".join(records)


def module_identification(said: "dict[str, str]") -> bytes:
    """SZL 0x0011: index, order number, module type, two revision words; index 7 holds the firmware as 'V', major, minor, patch."""
    order = said["order_number"].encode().ljust(20)
    hardware = int(said["hardware_version"])
    major, minor, patch = (int(part) for part in said["firmware"].lstrip("V").split("."))
    return table(
        [
            struct.pack(">H20sHHH", 1, order, 0x00C0, hardware, 1),
            struct.pack(">H20sHHH", 6, order, 0x00C0, hardware, 1),
            struct.pack(">H20sHBBBB", 7, b" " * 20, 0x00C0, ord("V"), major, minor, patch),
            struct.pack(">H20sHBBBB", 0x81, b"Boot Loader".ljust(20), 0, ord("A"), 32, 9, 9),
        ]
    )


def component_identification(said: "dict[str, str]") -> bytes:
    """SZL 0x001C: index and 32 bytes, text padded with zeros; index 9 holds manufacturer and profile numbers."""
    texts = {
        1: said["station_name"],
        2: said["device_name"],
        3: "",
        4: said["copyright"],
        5: said["serial_number"],
        7: said["model"],
        8: said["memory_card_serial"],
        11: "",
    }
    records = {index: struct.pack(">H32s", index, text.encode()) for index, text in texts.items()}
    records[9] = struct.pack(">HHHH26x", 9, SIEMENS, 0xF600, 1)
    records[10] = struct.pack(">H26sHI", 10, b"", 0, 0)
    return table([records[index] for index in sorted(records)])


class Cpu(Server):
    """The stock server with this works' identity."""

    def __init__(self, said: "dict[str, str]") -> None:
        super().__init__(log=False)
        self.said = said

    def _get_szl_data(self, szl_id: int, szl_index: int) -> bytes | None:
        if szl_id == 0x0011:
            return module_identification(self.said)
        if szl_id == 0x001C:
            return component_identification(self.said)
        if szl_id == 0x0424:
            state = 8 if self.cpu_state == CPUState.RUN else 4
            return table([struct.pack(">HBBIQI", 0x0424, 0x51, state, 0, 0, 0)])
        return super()._get_szl_data(szl_id, szl_index)


def main(name: str) -> None:
    cpu = Cpu(dict(works.says(name, "s7comm")))
    for number, size in ((1, 128), (10, 256), (20, 512)):
        cpu.register_area(SrvArea.DB, number, bytearray(index * number % 256 for index in range(size)))
    cpu.register_area(SrvArea.MK, 0, bytearray(64))
    cpu.register_area(SrvArea.PE, 0, bytearray(64))
    cpu.register_area(SrvArea.PA, 0, bytearray(64))
    cpu.start(tcp_port=102)
    while True:
        time.sleep(1)


if __name__ == "__main__":
    main(sys.argv[1])
