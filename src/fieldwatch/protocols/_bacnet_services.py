"""BACnet services by number: name, effect, and the technique that they alone show (ANSI/ASHRAE 135-2020, clause 21)."""

from __future__ import annotations

from typing import NamedTuple

from fieldwatch.facts import Effect


class Service(NamedTuple):
    """A service: its name, its effect, and the ATT&CK for ICS technique that the message alone shows."""

    name: str
    effect: Effect
    technique: str = ""


CONFIRMED = {
    0: Service("acknowledgeAlarm", Effect.ALARM),
    1: Service("confirmedCOVNotification", Effect.READ),
    2: Service("confirmedEventNotification", Effect.ALARM),
    3: Service("getAlarmSummary", Effect.READ),
    4: Service("getEnrollmentSummary", Effect.READ),
    5: Service("subscribeCOV", Effect.READ, "T0801"),
    6: Service("atomicReadFile", Effect.PROGRAM_UPLOAD, "T0845"),
    7: Service("atomicWriteFile", Effect.PROGRAM_DOWNLOAD, "T0843"),
    8: Service("addListElement", Effect.CONFIGURE, "T0836"),
    9: Service("removeListElement", Effect.CONFIGURE, "T0836"),
    10: Service("createObject", Effect.CONFIGURE, "T0836"),
    11: Service("deleteObject", Effect.CONFIGURE, "T0809"),
    12: Service("readProperty", Effect.READ, "T0801"),
    13: Service("readPropertyConditional", Effect.READ),
    14: Service("readPropertyMultiple", Effect.READ, "T0801"),
    15: Service("writeProperty", Effect.WRITE, "T0855"),
    16: Service("writePropertyMultiple", Effect.WRITE, "T0855"),
    17: Service("deviceCommunicationControl", Effect.STOP, "T0814"),
    18: Service("confirmedPrivateTransfer", Effect.CONFIGURE, "T0855"),
    19: Service("confirmedTextMessage", Effect.WRITE),
    20: Service("reinitializeDevice", Effect.RESET, "T0816"),
    21: Service("vtOpen", Effect.AUTHENTICATE, "T0886"),
    22: Service("vtClose", Effect.AUTHENTICATE),
    23: Service("vtData", Effect.WRITE),
    24: Service("authenticate", Effect.AUTHENTICATE),
    25: Service("requestKey", Effect.AUTHENTICATE),
    26: Service("readRange", Effect.READ),
    27: Service("lifeSafetyOperation", Effect.WRITE, "T0855"),
    28: Service("subscribeCOVProperty", Effect.READ, "T0801"),
    29: Service("getEventInformation", Effect.READ),
    30: Service("subscribeCOVPropertyMultiple", Effect.READ, "T0801"),
    31: Service("confirmedCOVNotificationMultiple", Effect.READ),
    32: Service("confirmedAuditNotification", Effect.READ),
    33: Service("auditLogQuery", Effect.READ),
}

UNCONFIRMED = {
    0: Service("i-Am", Effect.IDENTIFY),
    1: Service("i-Have", Effect.IDENTIFY),
    2: Service("unconfirmedCOVNotification", Effect.READ),
    3: Service("unconfirmedEventNotification", Effect.ALARM),
    4: Service("unconfirmedPrivateTransfer", Effect.CONFIGURE, "T0855"),
    5: Service("unconfirmedTextMessage", Effect.WRITE),
    6: Service("timeSynchronization", Effect.TIME_SET, "T0836"),
    7: Service("who-Has", Effect.DISCOVER, "T0846"),
    8: Service("who-Is", Effect.DISCOVER, "T0846"),
    9: Service("utcTimeSynchronization", Effect.TIME_SET, "T0836"),
    10: Service("writeGroup", Effect.WRITE, "T0855"),
    11: Service("unconfirmedCOVNotificationMultiple", Effect.READ),
    12: Service("unconfirmedAuditNotification", Effect.READ),
    13: Service("who-Am-I", Effect.DISCOVER),
    14: Service("you-Are", Effect.CONFIGURE, "T0836"),
}

BVLC = {
    0x00: Service("BVLC-Result", Effect.DIAGNOSE),
    0x01: Service("Write-Broadcast-Distribution-Table", Effect.CONFIGURE, "T0836"),
    0x02: Service("Read-Broadcast-Distribution-Table", Effect.READ),
    0x03: Service("Read-Broadcast-Distribution-Table-Ack", Effect.READ),
    0x04: Service("Forwarded-NPDU", Effect.READ),
    0x05: Service("Register-Foreign-Device", Effect.AUTHENTICATE, "T0848"),
    0x06: Service("Read-Foreign-Device-Table", Effect.READ),
    0x07: Service("Read-Foreign-Device-Table-Ack", Effect.READ),
    0x08: Service("Delete-Foreign-Device-Table-Entry", Effect.CONFIGURE, "T0814"),
    0x09: Service("Distribute-Broadcast-To-Network", Effect.DISCOVER, "T0846"),
    0x0A: Service("Original-Unicast-NPDU", Effect.READ),
    0x0B: Service("Original-Broadcast-NPDU", Effect.READ),
    0x0C: Service("Secure-BVLL", Effect.READ),
}
"""Annex J.2: functions of the BACnet virtual link layer."""

NETWORK = {
    0x00: Service("Who-Is-Router-To-Network", Effect.DISCOVER),
    0x01: Service("I-Am-Router-To-Network", Effect.DISCOVER),
    0x02: Service("I-Could-Be-Router-To-Network", Effect.DISCOVER),
    0x03: Service("Reject-Message-To-Network", Effect.ERROR),
    0x04: Service("Router-Busy-To-Network", Effect.DIAGNOSE),
    0x05: Service("Router-Available-To-Network", Effect.DIAGNOSE),
    0x06: Service("Initialize-Routing-Table", Effect.CONFIGURE, "T0836"),
    0x07: Service("Initialize-Routing-Table-Ack", Effect.READ),
    0x08: Service("Establish-Connection-To-Network", Effect.CONFIGURE, "T0836"),
    0x09: Service("Disconnect-Connection-To-Network", Effect.CONFIGURE, "T0836"),
    0x0A: Service("Challenge-Request", Effect.AUTHENTICATE),
    0x0B: Service("Security-Payload", Effect.AUTHENTICATE),
    0x0C: Service("Security-Response", Effect.AUTHENTICATE),
    0x0D: Service("Request-Key-Update", Effect.AUTHENTICATE),
    0x0E: Service("Update-Key-Set", Effect.CONFIGURE),
    0x0F: Service("Update-Distribution-Key", Effect.CONFIGURE),
    0x10: Service("Request-Master-Key", Effect.AUTHENTICATE),
    0x11: Service("Set-Master-Key", Effect.CONFIGURE),
    0x12: Service("What-Is-Network-Number", Effect.DISCOVER),
    0x13: Service("Network-Number-Is", Effect.DISCOVER),
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
