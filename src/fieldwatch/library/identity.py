"""What a device says of itself, unchanged: the question to the library."""

from __future__ import annotations

from typing import NamedTuple


class Identity(NamedTuple):
    """Raw words of a device, "" where it says nothing. Any of them may hold a whole banner."""

    vendor: str = ""
    product: str = ""
    order_number: str = ""
    firmware: str = ""
    hardware: str = ""
    serial_number: str = ""
