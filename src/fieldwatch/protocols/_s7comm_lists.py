"""System status lists (SZL) of S7 controllers: who they are, and the state that they are in.

Standards: [SSL] Siemens, "System Software for S7-300/400, System and Standard Functions" (2010), chapter "System Status Lists".
"""

from __future__ import annotations

from collections.abc import Iterator

from fieldwatch.facts import Values
from fieldwatch.library.registries import profinet_vendor
from fieldwatch.protocols._cursor import Cursor, text
from fieldwatch.protocols._protocol import At, Claimed

MODES = {
    0x1: "STOP (update)",
    0x2: "STOP (memory reset)",
    0x3: "STOP (self-initialization)",
    0x4: "STOP",
    0x5: "STARTUP (cold restart)",
    0x6: "STARTUP (warm restart)",
    0x7: "STARTUP (hot restart)",
    0x8: "RUN",
    0x9: "RUN (redundant)",
    0xA: "HOLD",
    0xB: "LINK-UP",
    0xC: "UPDATE",
    0xD: "DEFECT",
}
"""[SSL]: `bzu_id` of SZL xy24."""

SELECTOR = {0: "undefined", 1: "RUN", 2: "RUN-P", 3: "STOP", 4: "MRES"}
"""[SSL]: `bart_sch` of SZL 0132 index 4."""

MODULE_PARTS = {0x0001: "module", 0x0006: "hardware", 0x0007: "firmware", 0x0081: "bootloader"}
"""[SSL]: records of SZL xy11."""

COMPONENT_TEXTS = {
    0x1: "station_name",
    0x2: "device_name",
    0x3: "tag",
    0x4: "copyright",
    0x5: "serial_number",
    0x7: "model",
    0x8: "memory_card_serial",
    0xB: "location",
}
"""[SSL]: records of SZL xy1C that are text, as attributes; index 9 is the manufacturer."""

IDENTITY_LISTS = frozenset((0x11, 0x1C))
"""Partial lists whose records are claims."""


def is_identity(list_id: int) -> bool:
    """[SSL]: lists xy11 and xy1C of a CPU (diagnostic type 0), as full records."""
    return list_id & 0xF0FF in IDENTITY_LISTS and list_id & 0x0F00 != 0x0F00


def identity(cursor: Cursor, list_id: int, size: int, piece: bytes) -> Iterator[Claimed]:
    """Claims of all records that are complete; `piece` is the start of the first one, from the fragment before."""
    read = _module if list_id & 0xFF == 0x11 else _component
    while size > len(piece) and cursor.left + len(piece) >= size:
        new = cursor.take(size - len(piece))
        yield from read(piece + new, cursor.span(len(new)))
        piece = b""


def _module(record: bytes, at: At) -> Iterator[Claimed]:
    """[SSL], SZL xy11: order number and versions of module, hardware, firmware and boot loader."""
    if len(record) < 28:
        return
    index, ausbg, ausbe = record[0] << 8 | record[1], record[24:26], record[26:28]
    part = MODULE_PARTS.get(index)
    if part is None:
        return
    order = text(record[2:22], "latin-1")
    if order:
        yield Claimed("component_name" if part == "bootloader" else "order_number", order, at, component=part)
    if 0x41 <= ausbg[0] <= 0x5A:  # a letter, usually V: a version of software in four bytes
        yield Claimed("firmware", _version(ausbg + ausbe), at, component=part)
    elif part in ("module", "hardware"):
        yield Claimed("hardware_version", str(ausbg[0] << 8 | ausbg[1]), at, component=part)


def _version(raw: bytes) -> str:
    """`V` 3 2 7 as `V3.2.7`, `A` blank 9 9 as `A 9.9`."""
    letter = chr(raw[0])
    return f"{letter} {raw[2]}.{raw[3]}" if raw[1] == 0x20 else f"{letter}{raw[1]}.{raw[2]}.{raw[3]}"


def _component(record: bytes, at: At) -> Iterator[Claimed]:
    """[SSL], SZL xy1C: names, serial numbers, maker."""
    if len(record) < 4:
        return
    index = record[0] << 8 | record[1]
    if index == 0x9:
        number = record[2] << 8 | record[3]
        yield Claimed("vendor_id", f"0x{number:04x}", at)
        if name := profinet_vendor(number):
            yield Claimed("vendor", name, at)
    elif (attribute := COMPONENT_TEXTS.get(index)) and (value := text(record[2:34], "latin-1")):
        yield Claimed(attribute, value, at)


def state(list_id: int, index: int, record: bytes) -> Values:
    """What the first record of a list says about the state of the controller."""
    if list_id & 0xFF == 0x24 and len(record) >= 4:  # [SSL]: operating mode and the mode before
        return (("mode", MODES.get(record[3] & 0xF, "")), ("previous_mode", MODES.get(record[3] >> 4, "")))
    if list_id == 0x0132 and index == 4 and len(record) >= 10:  # [SSL]: protection level and mode selector
        level, selector = record[6] << 8 | record[7], record[8] << 8 | record[9]
        return (("protection_level", str(level)), ("mode_selector", SELECTOR.get(selector, str(selector))))
    return ()
