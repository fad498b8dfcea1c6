"""The services of CIP: what each is called on which class of object, and what it does to the plant.

Standards: [V1] CIP Networks Library, Volume 1: Common Industrial Protocol, Ed. 3.33, Appendix A and the object definitions of chapter 5;
[TAG] Rockwell Automation 1756-PM020, Logix 5000 Controllers Data Access (2022). Rockwell's classes and services that [TAG] does not name
are known by observation only (engineering sessions of RSLogix 5000 with ControlLogix controllers); their names here are descriptions.

One table, read by `cip` (what a message does) and by `enip` (which kinds of message matter).
"""

from __future__ import annotations

from typing import NamedTuple

from fieldwatch.facts import Effect


class Service(NamedTuple):
    """What a service is called and does; `technique` is the ATT&CK for ICS technique it serves."""

    name: str
    effect: Effect
    technique: str = ""


SERVICES = {
    0x01: Service("Get_Attributes_All", Effect.READ),
    0x02: Service("Set_Attributes_All", Effect.CONFIGURE, "T0836"),
    0x03: Service("Get_Attribute_List", Effect.READ),
    0x04: Service("Set_Attribute_List", Effect.CONFIGURE, "T0836"),
    0x05: Service("Reset", Effect.CONFIGURE),
    0x06: Service("Start", Effect.MODE, "T0858"),
    0x07: Service("Stop", Effect.MODE, "T0858"),
    0x08: Service("Create", Effect.CONFIGURE, "T0889"),
    0x09: Service("Delete", Effect.CONFIGURE, "T0889"),
    0x0A: Service("Multiple_Service_Packet", Effect.DIAGNOSE),
    0x0D: Service("Apply_Attributes", Effect.CONFIGURE, "T0836"),
    0x0E: Service("Get_Attribute_Single", Effect.READ),
    0x10: Service("Set_Attribute_Single", Effect.CONFIGURE, "T0836"),
    0x11: Service("Find_Next_Object_Instance", Effect.DISCOVER),
    0x15: Service("Restore", Effect.CONFIGURE, "T0889"),
    0x16: Service("Save", Effect.CONFIGURE, "T0889"),
    0x17: Service("No_Operation", Effect.DIAGNOSE),
    0x18: Service("Get_Member", Effect.READ),
    0x19: Service("Set_Member", Effect.CONFIGURE, "T0836"),
    0x1A: Service("Insert_Member", Effect.CONFIGURE, "T0836"),
    0x1B: Service("Remove_Member", Effect.CONFIGURE, "T0836"),
    0x1C: Service("GroupSync", Effect.DIAGNOSE),
}
"""[V1] A-3: the common services, for objects of any class."""

TAG_SERVICES = {
    0x4C: Service("Read Tag", Effect.READ, "T0861"),
    0x4D: Service("Write Tag", Effect.WRITE, "T0855"),
    0x4E: Service("Read Modify Write Tag", Effect.WRITE, "T0855"),
    0x52: Service("Read Tag Fragmented", Effect.READ, "T0861"),
    0x53: Service("Write Tag Fragmented", Effect.WRITE, "T0855"),
}
"""[TAG]: services on a symbol, by name or by its instance of class 0x6B."""

IDENTITY, MESSAGE_ROUTER, CONNECTION_MANAGER, FILE, PCCC = 0x01, 0x02, 0x06, 0x37, 0x67
TCP_IP, ETHERNET_LINK = 0xF5, 0xF6
PROGRAM_NAME, SYMBOL, TEMPLATE, WALL_CLOCK, CONTROLLER, SEMAPHORE = 0x64, 0x6B, 0x6C, 0x8B, 0x8E, 0x74
CHANGE_LOG, FIRMWARE = 0xAC, 0xA1

PROGRAM = (0x68, 0x69, 0x6A, 0x6B, 0x6C, 0x6D, 0x6E, 0x70, 0x7E)
"""Rockwell's classes that make up a program: program, module, object body, symbol, template, routine, connection, task, map."""

OUTPUTS = (0x04, 0x07, 0x09, 0x0B, 0x1E, 0x21, 0x29, 0x2A)
"""Classes whose attributes drive outputs ([V1] 5): assembly, register, discrete and analog outputs, control supervisor, drive."""

OBJECT_SERVICES = {
    (0x01, IDENTITY): Service("Get_Attributes_All", Effect.IDENTIFY, "T0888"),
    (0x03, IDENTITY): Service("Get_Attribute_List", Effect.IDENTIFY, "T0888"),
    (0x0E, IDENTITY): Service("Get_Attribute_Single", Effect.IDENTIFY, "T0888"),
    (0x05, IDENTITY): Service("Reset", Effect.RESET, "T0816"),
    (0x4B, IDENTITY): Service("Flash LEDs", Effect.DIAGNOSE),
    (0x4E, CONNECTION_MANAGER): Service("Forward_Close", Effect.AUTHENTICATE),
    (0x52, CONNECTION_MANAGER): Service("Unconnected_Send", Effect.READ, "T0884"),
    (0x54, CONNECTION_MANAGER): Service("Forward_Open", Effect.AUTHENTICATE),
    (0x56, CONNECTION_MANAGER): Service("Get_Connection_Data", Effect.DIAGNOSE),
    (0x57, CONNECTION_MANAGER): Service("Search_Connection_Data", Effect.DIAGNOSE),
    (0x5A, CONNECTION_MANAGER): Service("Get_Connection_Owner", Effect.DIAGNOSE),
    (0x5B, CONNECTION_MANAGER): Service("Large_Forward_Open", Effect.AUTHENTICATE),
    # [V1] 5A-42, File object
    (0x4B, FILE): Service("Initiate_Upload", Effect.READ, "T0845"),
    (0x4C, FILE): Service("Initiate_Download", Effect.FIRMWARE, "T0839"),
    (0x4D, FILE): Service("Initiate_Partial_Read", Effect.READ, "T0845"),
    (0x4E, FILE): Service("Initiate_Partial_Write", Effect.FIRMWARE, "T0839"),
    (0x4F, FILE): Service("Upload_Transfer", Effect.READ, "T0845"),
    (0x50, FILE): Service("Download_Transfer", Effect.FIRMWARE, "T0839"),
    (0x51, FILE): Service("Clear_File", Effect.FIRMWARE, "T0839"),
    (0x4B, PCCC): Service("Execute_PCCC", Effect.DIAGNOSE),
    (0x4C, ETHERNET_LINK): Service("Get_and_Clear", Effect.DIAGNOSE),
    # Rockwell, [TAG]
    (0x4C, TEMPLATE): Service("Read Template", Effect.READ, "T0861"),
    (0x55, SYMBOL): Service("Get_Instance_Attribute_List", Effect.DISCOVER, "T0861"),
    # Rockwell, by observation
    (0x06, CONTROLLER): Service("Start", Effect.START, "T0858"),
    (0x07, CONTROLLER): Service("Stop", Effect.STOP, "T0858"),
    (0x04, WALL_CLOCK): Service("Set_Attribute_List", Effect.TIME_SET, "T0836"),
    (0x10, WALL_CLOCK): Service("Set_Attribute_Single", Effect.TIME_SET, "T0836"),
    (0x4B, SEMAPHORE): Service("Lock", Effect.AUTHENTICATE, "T0821"),
    (0x4C, SEMAPHORE): Service("Unlock", Effect.AUTHENTICATE, "T0821"),
    (0x4B, CHANGE_LOG): Service("Update Change Log", Effect.CONFIGURE),
    (0x4B, FIRMWARE): Service("Begin Firmware Update", Effect.FIRMWARE, "T0800"),
    (0x4D, FIRMWARE): Service("Firmware Block", Effect.FIRMWARE, "T0857"),
    (0x51, FIRMWARE): Service("Firmware Update Control", Effect.FIRMWARE, "T0857"),
    (0x4C, 0x6D): Service("Read Routine", Effect.PROGRAM_UPLOAD, "T0845"),
    (0x4C, 0x72): Service("Read Watch List", Effect.READ, "T0861"),
}
"""Services that mean something else, or something more, on objects of one class."""

for _class in PROGRAM:
    OBJECT_SERVICES |= {
        (0x02, _class): Service("Set_Attributes_All", Effect.PROGRAM_EDIT, "T0889"),
        (0x04, _class): Service("Set_Attribute_List", Effect.PROGRAM_EDIT, "T0889"),
        (0x10, _class): Service("Set_Attribute_Single", Effect.PROGRAM_EDIT, "T0889"),
        (0x08, _class): Service("Create", Effect.PROGRAM_DOWNLOAD, "T0843"),
        (0x09, _class): Service("Delete", Effect.PROGRAM_EDIT, "T0889"),
        (0x4B, _class): Service("List Instances", Effect.PROGRAM_UPLOAD, "T0845"),
        (0x4F, _class): Service("Read Body", Effect.PROGRAM_UPLOAD, "T0845"),
        (0x50, _class): Service("Write Body", Effect.PROGRAM_DOWNLOAD, "T0843"),
    }
for _class in OUTPUTS:
    OBJECT_SERVICES |= {
        (0x02, _class): Service("Set_Attributes_All", Effect.WRITE, "T0855"),
        (0x10, _class): Service("Set_Attribute_Single", Effect.WRITE, "T0855"),
        (0x19, _class): Service("Set_Member", Effect.WRITE, "T0855"),
    }

CLASSES = {PROGRAM_NAME: "Program Name", 0x68: "Program", SYMBOL: "Symbol", TEMPLATE: "Template", WALL_CLOCK: "Wall Clock"}
"""Rockwell's classes that [TAG] names; those of [V1] are in the library's registry."""


def service(code: int, class_id: int, symbolic: bool) -> Service | None:
    """What the service does on an object of the class (-1: not seen), or on a symbol; None where it is not known."""
    if found := OBJECT_SERVICES.get((code, class_id)):
        return found
    if symbolic or class_id == SYMBOL:
        return TAG_SERVICES.get(code) or SERVICES.get(code)
    return SERVICES.get(code)
