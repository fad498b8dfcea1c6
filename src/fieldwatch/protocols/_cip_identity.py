"""What a CIP device says about itself: the attributes of the Identity object, which List Identity answers in the same order.

Standards: [V1] CIP Networks Library, Volume 1, Edition 3.33, 5A-2 Identity object (class 0x01). Names of numbers: ODVA's registries.
"""

from __future__ import annotations

from collections.abc import Iterator

from fieldwatch.library.registries import cip_device_type, cip_vendor
from fieldwatch.protocols._cursor import Cursor, text
from fieldwatch.protocols._protocol import Claimed, Value

STATUS = 5
"""[V1] 5A-2.2: the attribute that changes while the device stays the same."""


def attribute(number: int, cursor: Cursor, component: str = "") -> Iterator[Claimed | Value]:
    """Reads one of the instance attributes 1 to 7 at the cursor. Other attributes are left unread."""
    match number:
        case 1:
            maker = cursor.u16le()
            name = cip_vendor(maker)
            yield Claimed("vendor" if name else "vendor_id", name or f"0x{maker:04x}", cursor.span(2), component=component)
        case 2:
            kind = cursor.u16le()
            yield Claimed("device_type", cip_device_type(kind) or f"0x{kind:04x}", cursor.span(2), component=component)
        case 3:
            yield Claimed("product_code", str(cursor.u16le()), cursor.span(2), component=component)
        case 4:
            major, minor = cursor.u8() & 0x7F, cursor.u8()  # [V1] 5A-2.2: bit 7 of the major revision is reserved
            yield Claimed("firmware", f"{major}.{minor:03}", cursor.span(2), component=component)
        case 5:
            cursor.skip(2)
            yield Value(cursor.side, cursor.at - 2, 2, "little")
        case 6:
            serial = cursor.u32le()
            if serial:
                yield Claimed("serial_number", f"0x{serial:08x}", cursor.span(4), component=component)
        case 7:
            length = cursor.u8()
            name = text(cursor.take(length), "latin-1")
            if name:
                yield Claimed("model", name, cursor.span(length), component=component)


def identity(cursor: Cursor, component: str = "") -> Iterator[Claimed | Value]:
    """Reads the attributes 1 to 7 one after the other, as Get_Attributes_All and List Identity give them."""
    for number in range(1, 8):
        yield from attribute(number, cursor, component)
