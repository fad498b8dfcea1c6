"""The functions of DNP3 by number: name, effect and ATT&CK technique; the functions of its link layer; the internal indications.

Standards: [1815] IEEE 1815-2012.
"""

from __future__ import annotations

from typing import NamedTuple

from fieldwatch.facts import Effect


class Function(NamedTuple):
    """What a function is called and does; `technique` is the ATT&CK for ICS technique it serves."""

    name: str
    effect: Effect
    technique: str = ""


FUNCTIONS = {
    0: Function("Confirm", Effect.READ),
    1: Function("Read", Effect.READ),
    2: Function("Write", Effect.WRITE, "T0855"),
    3: Function("Select", Effect.OPERATE, "T0855"),
    4: Function("Operate", Effect.OPERATE, "T0855"),
    5: Function("Direct Operate", Effect.OPERATE, "T0855"),
    6: Function("Direct Operate No Ack", Effect.OPERATE, "T0855"),
    7: Function("Immediate Freeze", Effect.WRITE, "T0836"),
    8: Function("Immediate Freeze No Ack", Effect.WRITE, "T0836"),
    9: Function("Freeze and Clear", Effect.WRITE, "T0836"),
    10: Function("Freeze and Clear No Ack", Effect.WRITE, "T0836"),
    11: Function("Freeze at Time", Effect.WRITE, "T0836"),
    12: Function("Freeze at Time No Ack", Effect.WRITE, "T0836"),
    13: Function("Cold Restart", Effect.RESET, "T0816"),
    14: Function("Warm Restart", Effect.RESET, "T0816"),
    15: Function("Initialize Data", Effect.RESET, "T0836"),
    16: Function("Initialize Application", Effect.RESET, "T0836"),
    17: Function("Start Application", Effect.START, "T0858"),
    18: Function("Stop Application", Effect.STOP, "T0881"),
    19: Function("Save Configuration", Effect.CONFIGURE, "T0836"),
    20: Function("Enable Unsolicited", Effect.CONFIGURE),
    21: Function("Disable Unsolicited", Effect.CONFIGURE, "T0804"),
    22: Function("Assign Class", Effect.CONFIGURE, "T0838"),
    23: Function("Delay Measurement", Effect.DIAGNOSE),
    24: Function("Record Current Time", Effect.TIME_SET),
    25: Function("Open File", Effect.PROGRAM_UPLOAD, "T0893"),
    26: Function("Close File", Effect.PROGRAM_UPLOAD),
    27: Function("Delete File", Effect.CONFIGURE, "T0809"),
    28: Function("Get File Info", Effect.DISCOVER, "T0888"),
    29: Function("Authenticate File", Effect.AUTHENTICATE, "T0859"),
    30: Function("Abort File", Effect.PROGRAM_UPLOAD),
    31: Function("Activate Configuration", Effect.CONFIGURE, "T0843"),
    32: Function("Authentication Request", Effect.AUTHENTICATE),
    33: Function("Authentication Request No Ack", Effect.AUTHENTICATE),
    129: Function("Response", Effect.READ),
    130: Function("Unsolicited Response", Effect.ALARM),
    131: Function("Authentication Response", Effect.AUTHENTICATE),
}
"""[1815] 4.4. Delay Measurement only asks for a time; nothing is set by it. Close and Abort File name a handle, not a direction."""

RESPONSE, UNSOLICITED, AUTHENTICATION_RESPONSE = 129, 130, 131
NO_ANSWER = (0, 6, 8, 10, 12, 33)
"""Functions that are never answered."""

WITH_DATA = frozenset({2, 3, 4, 5, 6, 32, 33, 129, 130, 131})
"""Functions whose objects have data; in the others there are headers only, but for the objects of `DATA_ANYWHERE`."""

DATA_ANYWHERE = frozenset({50, 120})
"""Groups that have data in every request but Read: the time of a freeze, and the secure authentication of any function."""

IDENTITY = Function("Read", Effect.IDENTIFY, "T0888")
SET_TIME = Function("Write", Effect.TIME_SET, "T0836")
WRITE_FILE = Function("Write", Effect.PROGRAM_DOWNLOAD, "T0843")
OPEN_TO_WRITE = Function("Open File", Effect.PROGRAM_DOWNLOAD, "T0843")
INDICATIONS = Function("Internal Indications", Effect.DIAGNOSE, "T0816")

LINK = {
    0x40: "Reset Link States",
    0x41: "Reset User Process",
    0x42: "Test Link States",
    0x43: "Confirmed User Data",
    0x44: "Unconfirmed User Data",
    0x49: "Request Link Status",
    0x00: "Link Ack",
    0x01: "Link Nack",
    0x0B: "Link Status",
    0x0E: "Link Not Functioning",
    0x0F: "Link Not Supported",
}
"""[1815] 9.2.4: primary bit and function of the link control byte; 0x41 and 0x0E are of older editions."""

USER_DATA = (0x43, 0x44)

TOLD = {
    0x2000: "local control",
    0x4000: "device trouble",
    0x8000: "device restart",
    0x0008: "event buffer overflow",
    0x0020: "configuration corrupt",
}
"""[1815] 4.5: internal indications that are told, first byte high. Those of events, time and broadcasts are the daily round."""

REFUSED = {0x01: "function not supported", 0x02: "object unknown", 0x04: "parameter error", 0x10: "already executing"}
"""[1815] 4.5: bits of the second byte that refuse the request."""
