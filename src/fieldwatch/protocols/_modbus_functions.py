"""The functions of Modbus by number: name, effect, ATT&CK technique, limits; exceptions; the objects of a device's identification.

Standards: [APP] MODBUS Application Protocol Specification V1.1b3 (2012). Function 90 is Schneider Electric's UMAS.
"""

from __future__ import annotations

from typing import NamedTuple

from fieldwatch.facts import Effect


class Function(NamedTuple):
    """What a function is called and does; `technique` is the ATT&CK for ICS technique it serves, `area` what it is done to."""

    name: str
    effect: Effect
    technique: str = ""
    area: str = ""


FUNCTIONS = {
    1: Function("Read Coils", Effect.READ, area="coil"),
    2: Function("Read Discrete Inputs", Effect.READ, area="discrete input"),
    3: Function("Read Holding Registers", Effect.READ, area="holding register"),
    4: Function("Read Input Registers", Effect.READ, area="input register"),
    5: Function("Write Single Coil", Effect.WRITE, "T0855", "coil"),
    6: Function("Write Single Register", Effect.WRITE, "T0855", "holding register"),
    7: Function("Read Exception Status", Effect.DIAGNOSE, "T0868"),
    8: Function("Diagnostics", Effect.DIAGNOSE),
    11: Function("Get Comm Event Counter", Effect.DIAGNOSE, "T0888"),
    12: Function("Get Comm Event Log", Effect.DIAGNOSE, "T0888"),
    15: Function("Write Multiple Coils", Effect.WRITE, "T0855", "coil"),
    16: Function("Write Multiple Registers", Effect.WRITE, "T0855", "holding register"),
    17: Function("Report Server ID", Effect.IDENTIFY, "T0888"),
    20: Function("Read File Record", Effect.READ, "T0845"),
    21: Function("Write File Record", Effect.CONFIGURE, "T0843"),
    22: Function("Mask Write Register", Effect.WRITE, "T0855", "holding register"),
    23: Function("Read/Write Multiple Registers", Effect.WRITE, "T0855", "holding register"),
    24: Function("Read FIFO Queue", Effect.READ, area="FIFO at holding register"),
    43: Function("Encapsulated Interface Transport", Effect.IDENTIFY, "T0888"),
    90: Function("UMAS", Effect.CONFIGURE),
    **{code: Function(f"User-defined Function {code}", Effect.CONFIGURE, "T0855") for code in (*range(65, 73), *range(100, 111))},
}
"""[APP] 6; user-defined codes: [APP] 5."""

LIMITS = {1: 2000, 2: 2000, 3: 125, 4: 125, 15: 1968, 16: 123}
"""The most coils, inputs or registers of one request: [APP] 6.1 to 6.4, 6.11, 6.12."""

DIAGNOSTICS = {
    0: Function("Diagnostics: Return Query Data", Effect.DIAGNOSE, "T0846"),
    1: Function("Diagnostics: Restart Communications Option", Effect.RESET, "T0816"),
    2: Function("Diagnostics: Return Diagnostic Register", Effect.DIAGNOSE),
    3: Function("Diagnostics: Change ASCII Input Delimiter", Effect.CONFIGURE),
    4: Function("Diagnostics: Force Listen Only Mode", Effect.MODE, "T0814"),
    10: Function("Diagnostics: Clear Counters and Diagnostic Register", Effect.DIAGNOSE, "T0872"),
    11: Function("Diagnostics: Return Bus Message Count", Effect.DIAGNOSE),
    12: Function("Diagnostics: Return Bus Communication Error Count", Effect.DIAGNOSE),
    13: Function("Diagnostics: Return Bus Exception Error Count", Effect.DIAGNOSE),
    14: Function("Diagnostics: Return Server Message Count", Effect.DIAGNOSE),
    15: Function("Diagnostics: Return Server No Response Count", Effect.DIAGNOSE),
    16: Function("Diagnostics: Return Server NAK Count", Effect.DIAGNOSE),
    17: Function("Diagnostics: Return Server Busy Count", Effect.DIAGNOSE),
    18: Function("Diagnostics: Return Bus Character Overrun Count", Effect.DIAGNOSE),
    20: Function("Diagnostics: Clear Overrun Counter and Flag", Effect.DIAGNOSE, "T0872"),
}
"""[APP] 6.8.1."""

CANOPEN = Function("CANopen General Reference", Effect.CONFIGURE, "T0836")
IDENTIFICATION = Function("Read Device Identification", Effect.IDENTIFY, "T0888")
"""[APP] 6.19 to 6.21: what function 43 transports, by MEI type 13 and 14."""

LEVELS = {1: "basic", 2: "regular", 3: "extended", 4: "object {}"}
"""[APP] 6.21: Read Device ID code."""

OBJECTS = {0: "vendor", 1: "product_code", 2: "firmware", 3: "vendor_url", 4: "model", 5: "model", 6: "application_name"}
"""[APP] 6.21: object ids; from 0x80 they are the vendor's own."""

EXCEPTIONS = {
    1: "illegal function",
    2: "illegal data address",
    3: "illegal data value",
    4: "server device failure",
    5: "acknowledge",
    6: "server device busy",
    8: "memory parity error",
    10: "gateway path unavailable",
    11: "gateway target device failed to respond",
}
"""[APP] 7."""
