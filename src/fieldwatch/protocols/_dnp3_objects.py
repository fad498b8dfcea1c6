"""The objects of DNP3: what each group is called, how each variation is laid out, and its values as text.

Standards: [1815] IEEE 1815-2012, Annex A. Numbers are little-endian.
"""

from __future__ import annotations

import functools
import struct
from collections.abc import Callable
from typing import Any, NamedTuple

from fieldwatch.facts import Values
from fieldwatch.protocols._cursor import text

GROUPS = {
    0: "device attribute",
    1: "binary input",
    2: "binary input event",
    3: "double-bit input",
    4: "double-bit input event",
    10: "binary output",
    11: "binary output event",
    12: "binary output",
    13: "binary output command event",
    20: "counter",
    21: "frozen counter",
    22: "counter event",
    23: "frozen counter event",
    30: "analog input",
    31: "frozen analog input",
    32: "analog input event",
    33: "frozen analog input event",
    34: "analog input deadband",
    40: "analog output",
    41: "analog output",
    42: "analog output event",
    43: "analog output command event",
    50: "time",
    51: "common time of occurrence",
    52: "time delay",
    60: "class data",
    70: "file",
    80: "internal indication",
    81: "storage",
    82: "device profile",
    83: "private registration",
    85: "data set prototype",
    86: "data set descriptor",
    87: "data set",
    88: "data set event",
    90: "application",
    91: "status of operation",
    101: "binary-coded decimal",
    102: "unsigned integer",
    110: "octet string",
    111: "octet string event",
    112: "virtual terminal output",
    113: "virtual terminal event",
    120: "authentication",
    121: "security statistic",
    122: "security statistic event",
}

CLASSES = {1: "class 0", 2: "class 1", 3: "class 2", 4: "class 3"}
"""Group 60, by variation."""

OCTET_STRINGS = frozenset({110, 111, 112, 113})
"""Groups whose variation is the length of the object."""

COMMANDS = frozenset({12, 41})
"""Groups whose object ends with a status that the answer sets."""

ATTRIBUTES = {
    242: "firmware",
    243: "hardware_version",
    245: "location",
    246: "user_assigned_id",
    247: "device_name",
    248: "serial_number",
    250: "model",
    252: "vendor",
}
"""Group 0: variations that identify the device."""

BITS = {(1, 1): 1, (3, 1): 2, (10, 1): 1, (12, 3): 1, (80, 1): 1}
"""Objects packed without flags: bits of each."""

LAYOUTS: dict[tuple[int, int], str] = {
    (1, 2): "B", (2, 1): "B", (2, 2): "BT", (2, 3): "BR",
    (3, 2): "D", (4, 1): "D", (4, 2): "DT", (4, 3): "DR",
    (10, 2): "B", (11, 1): "B", (11, 2): "BT",
    (12, 1): "CS", (12, 2): "CS", (13, 1): "K", (13, 2): "KT",
    (20, 1): "FI", (20, 2): "FH", (20, 3): "FI", (20, 4): "FH", (20, 5): "I", (20, 6): "H", (20, 7): "I", (20, 8): "H",
    (21, 1): "FI", (21, 2): "FH", (21, 3): "FI", (21, 4): "FH", (21, 5): "FIT", (21, 6): "FHT", (21, 7): "FIT", (21, 8): "FHT",
    (21, 9): "I", (21, 10): "H", (21, 11): "I", (21, 12): "H",
    **{(group, v): layout for group in (22, 23) for v, layout in enumerate(("FI", "FH", "FI", "FH", "FIT", "FHT", "FIT", "FHT"), 1)},
    (30, 1): "Fi", (30, 2): "Fh", (30, 3): "i", (30, 4): "h", (30, 5): "Ff", (30, 6): "Fd",
    (31, 1): "Fi", (31, 2): "Fh", (31, 3): "FiT", (31, 4): "FhT", (31, 5): "i", (31, 6): "h", (31, 7): "Ff", (31, 8): "Fd",
    **{(group, v): layout for group in (32, 33, 42) for v, layout in enumerate(("Fi", "Fh", "FiT", "FhT", "Ff", "Fd", "FfT", "FdT"), 1)},
    (34, 1): "H", (34, 2): "I", (34, 3): "f",
    (40, 1): "Fi", (40, 2): "Fh", (40, 3): "Ff", (40, 4): "Fd",
    (41, 1): "iS", (41, 2): "hS", (41, 3): "fS", (41, 4): "dS",
    **{(43, v): layout for v, layout in enumerate(("Si", "Sh", "SiT", "ShT", "Sf", "Sd", "SfT", "SdT"), 1)},
    (50, 1): "T", (50, 2): "TI", (50, 3): "T", (50, 4): "TIB", (51, 1): "T", (51, 2): "T", (52, 1): "W", (52, 2): "R",
    (102, 1): "U", (121, 1): "FxxI", (122, 1): "FxxI", (122, 2): "FxxIT",
}  # fmt: skip
"""Fields by letter: F flags; B flags with a state in bit 7, D in bits 7-6; K a status with the commanded state in bit 7; C a control
(code, count, on-time, off-time); S status;
i h signed, I H U unsigned, f d floating point; T time (ms since 1970), R ms, W s; x a byte that is not shown."""

STRUCT = {"F": "B", "D": "B", "K": "B", "S": "B", "U": "B", "C": "10s", "T": "6s", "R": "H", "W": "H"}
"""Fields whose letter is not `struct`'s."""

CONTROLS = {0: "NUL", 1: "PULSE_ON", 2: "PULSE_OFF", 3: "LATCH_ON", 4: "LATCH_OFF"}
TRIP_CLOSE = {0: "", 1: "CLOSE ", 2: "TRIP ", 3: "RESERVED "}
"""Control code of group 12: bits 3-0 and 7-6."""

STATUS = {
    0: "success",
    1: "timeout",
    2: "no select",
    3: "format error",
    4: "not supported",
    5: "already active",
    6: "hardware error",
    7: "local",
    8: "too many objects",
    9: "not authorized",
    10: "automation inhibit",
    11: "processing limited",
    12: "out of range",
    126: "non participating",
    127: "undefined",
}
"""Status of a control, groups 12, 13, 41 and 43."""

FILE_STATUS = {
    0: "success",
    1: "permission denied",
    2: "invalid mode",
    3: "file not found",
    4: "file locked",
    5: "too many open",
    6: "invalid handle",
    7: "write block size",
    8: "communications lost",
    9: "cannot abort",
    16: "not opened",
    17: "handle expired",
    18: "buffer overrun",
    19: "fatal",
    20: "block sequence",
    255: "undefined",
}
"""Group 70, variations 4 and 6."""

DOUBLE_BIT = ("intermediate", "off", "on", "indeterminate")


class Layout(NamedTuple):
    """How one object is read: `fields` with an index in front where there is one, and which of them is the value."""

    fields: struct.Struct
    value: int
    show: Callable[[Any], str]
    flags: int = -1
    """Which field holds the flags; -1 where none does."""
    unusual: int = 0
    """The bits of the flags that are looked at: all but 1 (online) are told."""
    status: int = -1
    """Which field holds the status of a control."""


def name_of(group: int, variation: int) -> str:
    """What the group's points are called."""
    if group == 60:
        return CLASSES.get(variation, "class data")
    return GROUPS.get(group) or f"group {group} variation {variation}"


def point_of(group: int, variation: int) -> str:
    """What one point is called, whether its state or its event is told."""
    return name_of(group, variation).removesuffix(" event")


@functools.cache
def layout_of(group: int, variation: int, prefix: int) -> Layout | None:
    """The layout with an index of `prefix` bytes in front; None where it is not known."""
    index = {0: "", 1: "B", 2: "H", 4: "I"}[prefix]
    if group in OCTET_STRINGS:
        return Layout(struct.Struct(f"<{index}{variation}s"), len(index), text)
    letters = LAYOUTS.get((group, variation))
    if letters is None:
        return None
    places = {letter: at for at, letter in enumerate(letters.replace("x", ""), len(index))}
    value = next(letter for letter in letters if letter not in "FSx")
    flags = next((letter for letter in letters if letter in "FBD"), "")
    return Layout(
        struct.Struct(f"<{index}" + "".join(STRUCT.get(letter, letter) for letter in letters)),
        places[value],
        SHOWN.get(value, str),
        places.get(flags, -1),
        {"F": 0xFF, "B": 0x7F, "D": 0x3F}.get(flags, 0),
        places.get("S", -1),
    )


def read(layout: Layout, block: bytes, name: str, first: int | None) -> Values:
    """The values of the objects in `block`, by point. `first` is the first point's index; None where each object has its own in front."""
    found = []
    for number, fields in enumerate(layout.fields.iter_unpack(block)):
        shown = layout.show(fields[layout.value])
        if layout.flags >= 0 and fields[layout.flags] & layout.unusual != 1:
            shown += f" flags 0x{fields[layout.flags] & layout.unusual:02x}"
        found.append((f"{name} {fields[0] if first is None else first + number}", shown))
    return tuple(found)


def read_bits(bits: int, block: bytes, count: int, name: str, first: int) -> Values:
    """The values of packed objects; the first is in the lowest bits of the first byte."""
    number, mask = int.from_bytes(block, "little"), (1 << bits) - 1
    words = DOUBLE_BIT if bits == 2 else ("0", "1")
    return tuple([(f"{name} {first + i}", words[number >> i * bits & mask]) for i in range(count)])


def control_status(code: int) -> str:
    """The status of a control; "" where it is success."""
    return "" if code == 0 else STATUS.get(code, f"status {code}")


def _control(raw: bytes) -> str:
    code, count, on_ms, off_ms = struct.unpack("<BBII", raw)
    shown = TRIP_CLOSE[code >> 6] + CONTROLS.get(code & 0x0F, f"operation {code & 0x0F}")
    if code & 0x20:
        shown += " CLEAR"
    return f"{shown} x{count} {on_ms}/{off_ms} ms" if code & 0x0F in (1, 2) else shown


def _command(status: int) -> str:
    refused = control_status(status & 0x7F)
    return f"{status >> 7} {refused}" if refused else str(status >> 7)


SHOWN: dict[str, Callable[[Any], str]] = {
    "B": lambda flags: str(flags >> 7),
    "C": _control,
    "D": lambda flags: DOUBLE_BIT[flags >> 6],
    "K": _command,
    "R": lambda relative: f"{relative} ms",
    "W": lambda relative: f"{relative} s",
    "T": lambda raw: f"{int.from_bytes(raw, 'little')} ms",
    "f": lambda number: f"{number:.7g}",
    "d": repr,
}
