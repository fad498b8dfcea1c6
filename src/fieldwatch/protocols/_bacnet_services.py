"""BACnet services by number: name, effect, and the technique that they alone show (ANSI/ASHRAE 135-2020, clause 21)."""

from __future__ import annotations

from typing import NamedTuple

from fieldwatch.facts import Effect
from fieldwatch.protocols._function import Function

CONFIRMED = {
    0: Function("acknowledgeAlarm", Effect.ALARM),
    1: Function("confirmedCOVNotification", Effect.READ),
    2: Function("confirmedEventNotification", Effect.ALARM),
    3: Function("getAlarmSummary", Effect.READ),
    4: Function("getEnrollmentSummary", Effect.READ),
    5: Function("subscribeCOV", Effect.READ, "T0801"),
    6: Function("atomicReadFile", Effect.PROGRAM_UPLOAD, "T0845"),
    7: Function("atomicWriteFile", Effect.PROGRAM_DOWNLOAD, "T0843"),
    8: Function("addListElement", Effect.CONFIGURE, "T0836"),
    9: Function("removeListElement", Effect.CONFIGURE, "T0836"),
    10: Function("createObject", Effect.CONFIGURE, "T0836"),
    11: Function("deleteObject", Effect.CONFIGURE, "T0809"),
    12: Function("readProperty", Effect.READ, "T0801"),
    13: Function("readPropertyConditional", Effect.READ),
    14: Function("readPropertyMultiple", Effect.READ, "T0801"),
    15: Function("writeProperty", Effect.WRITE, "T0855"),
    16: Function("writePropertyMultiple", Effect.WRITE, "T0855"),
    17: Function("deviceCommunicationControl", Effect.STOP, "T0814"),
    18: Function("confirmedPrivateTransfer", Effect.CONFIGURE, "T0855"),
    19: Function("confirmedTextMessage", Effect.WRITE),
    20: Function("reinitializeDevice", Effect.RESET, "T0816"),
    21: Function("vtOpen", Effect.AUTHENTICATE, "T0886"),
    22: Function("vtClose", Effect.AUTHENTICATE),
    23: Function("vtData", Effect.WRITE),
    24: Function("authenticate", Effect.AUTHENTICATE),
    25: Function("requestKey", Effect.AUTHENTICATE),
    26: Function("readRange", Effect.READ),
    27: Function("lifeSafetyOperation", Effect.WRITE, "T0855"),
    28: Function("subscribeCOVProperty", Effect.READ, "T0801"),
    29: Function("getEventInformation", Effect.READ),
    30: Function("subscribeCOVPropertyMultiple", Effect.READ, "T0801"),
    31: Function("confirmedCOVNotificationMultiple", Effect.READ),
    32: Function("confirmedAuditNotification", Effect.READ),
    33: Function("auditLogQuery", Effect.READ),
}

UNCONFIRMED = {
    0: Function("i-Am", Effect.IDENTIFY),
    1: Function("i-Have", Effect.IDENTIFY),
    2: Function("unconfirmedCOVNotification", Effect.READ),
    3: Function("unconfirmedEventNotification", Effect.ALARM),
    4: Function("unconfirmedPrivateTransfer", Effect.CONFIGURE, "T0855"),
    5: Function("unconfirmedTextMessage", Effect.WRITE),
    6: Function("timeSynchronization", Effect.TIME_SET, "T0836"),
    7: Function("who-Has", Effect.DISCOVER, "T0846"),
    8: Function("who-Is", Effect.DISCOVER, "T0846"),
    9: Function("utcTimeSynchronization", Effect.TIME_SET, "T0836"),
    10: Function("writeGroup", Effect.WRITE, "T0855"),
    11: Function("unconfirmedCOVNotificationMultiple", Effect.READ),
    12: Function("unconfirmedAuditNotification", Effect.READ),
    13: Function("who-Am-I", Effect.DISCOVER),
    14: Function("you-Are", Effect.CONFIGURE, "T0836"),
}

BVLC = {
    0x00: Function("BVLC-Result", Effect.DIAGNOSE),
    0x01: Function("Write-Broadcast-Distribution-Table", Effect.CONFIGURE, "T0836"),
    0x02: Function("Read-Broadcast-Distribution-Table", Effect.READ),
    0x03: Function("Read-Broadcast-Distribution-Table-Ack", Effect.READ),
    0x04: Function("Forwarded-NPDU", Effect.READ),
    0x05: Function("Register-Foreign-Device", Effect.AUTHENTICATE, "T0848"),
    0x06: Function("Read-Foreign-Device-Table", Effect.READ),
    0x07: Function("Read-Foreign-Device-Table-Ack", Effect.READ),
    0x08: Function("Delete-Foreign-Device-Table-Entry", Effect.CONFIGURE, "T0814"),
    0x09: Function("Distribute-Broadcast-To-Network", Effect.DISCOVER, "T0846"),
    0x0A: Function("Original-Unicast-NPDU", Effect.READ),
    0x0B: Function("Original-Broadcast-NPDU", Effect.READ),
    0x0C: Function("Secure-BVLL", Effect.READ),
}
"""Annex J.2: functions of the BACnet virtual link layer."""

NETWORK = {
    0x00: Function("Who-Is-Router-To-Network", Effect.DISCOVER),
    0x01: Function("I-Am-Router-To-Network", Effect.DISCOVER),
    0x02: Function("I-Could-Be-Router-To-Network", Effect.DISCOVER),
    0x03: Function("Reject-Message-To-Network", Effect.ERROR),
    0x04: Function("Router-Busy-To-Network", Effect.DIAGNOSE),
    0x05: Function("Router-Available-To-Network", Effect.DIAGNOSE),
    0x06: Function("Initialize-Routing-Table", Effect.CONFIGURE, "T0836"),
    0x07: Function("Initialize-Routing-Table-Ack", Effect.READ),
    0x08: Function("Establish-Connection-To-Network", Effect.CONFIGURE, "T0836"),
    0x09: Function("Disconnect-Connection-To-Network", Effect.CONFIGURE, "T0836"),
    0x0A: Function("Challenge-Request", Effect.AUTHENTICATE),
    0x0B: Function("Security-Payload", Effect.AUTHENTICATE),
    0x0C: Function("Security-Response", Effect.AUTHENTICATE),
    0x0D: Function("Request-Key-Update", Effect.AUTHENTICATE),
    0x0E: Function("Update-Key-Set", Effect.CONFIGURE),
    0x0F: Function("Update-Distribution-Key", Effect.CONFIGURE),
    0x10: Function("Request-Master-Key", Effect.AUTHENTICATE),
    0x11: Function("Set-Master-Key", Effect.CONFIGURE),
    0x12: Function("What-Is-Network-Number", Effect.DISCOVER),
    0x13: Function("Network-Number-Is", Effect.DISCOVER),
}
"""6.2.4: messages of the network layer."""

BVLC_RESULTS = {
    0x0000: "ok",
    0x0010: "Write-Broadcast-Distribution-Table NAK",
    0x0020: "Read-Broadcast-Distribution-Table NAK",
    0x0030: "Register-Foreign-Device NAK",
    0x0040: "Read-Foreign-Device-Table NAK",
    0x0050: "Delete-Foreign-Device-Table-Entry NAK",
    0x0060: "Distribute-Broadcast-To-Network NAK",
}
"""J.2.1: result codes."""

REJECTED = {
    0: "other",
    1: "no route",
    2: "busy",
    3: "unknown message type",
    4: "message too long",
    5: "security error",
    6: "addressing error",
}
"""6.4.4: why a router rejects."""


class State(NamedTuple):
    """What a device is told to do: in words, with its effect and technique."""

    words: str
    effect: Effect
    technique: str = ""


COMMUNICATION = {
    0: State("enable", Effect.START),
    1: State("disable", Effect.STOP, "T0814"),
    2: State("disable initiation", Effect.STOP, "T0814"),
}
"""16.1: enable-disable of DeviceCommunicationControl."""

REINITIALIZE = {
    0: State("cold start", Effect.RESET, "T0816"),
    1: State("warm start", Effect.RESET, "T0816"),
    2: State("start backup", Effect.MODE, "T0858"),
    3: State("end backup", Effect.MODE, "T0858"),
    4: State("start restore", Effect.MODE, "T0858"),
    5: State("end restore", Effect.MODE, "T0858"),
    6: State("abort restore", Effect.MODE, "T0858"),
    7: State("activate changes", Effect.CONFIGURE, "T0858"),
}
"""16.4: states of ReinitializeDevice."""

IDENTITY = {
    12: "application_software_version",
    28: "description",
    44: "firmware",
    58: "location",
    70: "model",
    77: "device_name",
    98: "protocol_version",
    121: "vendor",
    139: "protocol_revision",
    372: "serial_number",
}
"""12.11: properties of the device object that say what it is. The object and vendor identifiers need more than their text."""
