"""The functions of S7 communication by number: name, effect and ATT&CK technique, once for the carrier's rules and for the reading.

No public standard: numbers and names as in Wireshark 4.0.17 (packet-s7comm), checked against captures of S7-300 and S7-400.
"""

from __future__ import annotations

from fieldwatch.facts import COUNTED, Effect
from fieldwatch.protocols._function import Function

JOB, ACK, ACK_DATA, USERDATA = 1, 2, 3, 7
"""Values of ROSCTR, the kind of a PDU."""

PUSH, REQUEST, ANSWER = 0x0, 0x4, 0x8
"""High nibble of the type byte of userdata. Bits 0x3 mark the NC variants (3 push, 7 request, 11 answer)."""

NC = 15
"""Function group of the NC variants."""

JOBS = {
    0x00: Function("CPU services", Effect.DIAGNOSE),
    0xF0: Function("Setup communication", Effect.DISCOVER, "T0846"),
    0x04: Function("Read Var", Effect.READ, "T0801"),
    0x05: Function("Write Var", Effect.WRITE, "T0855"),
    0x1A: Function("Request download", Effect.PROGRAM_DOWNLOAD, "T0843"),
    0x1B: Function("Download block", Effect.PROGRAM_DOWNLOAD, "T0843"),
    0x1C: Function("Download ended", Effect.PROGRAM_DOWNLOAD, "T0843"),
    0x1D: Function("Start upload", Effect.PROGRAM_UPLOAD, "T0845"),
    0x1E: Function("Upload", Effect.PROGRAM_UPLOAD, "T0845"),
    0x1F: Function("End upload", Effect.PROGRAM_UPLOAD, "T0845"),
    0x28: Function("PI-Service", Effect.OPERATE, "T0821"),
    0x29: Function("PLC Stop", Effect.STOP, "T0858"),
}
"""Functions of Job and Ack_Data PDUs."""

SERVICES = {
    "P_PROGRAM": Function("PLC start", Effect.START, "T0858"),
    "_INSE": Function("Activate block", Effect.PROGRAM_DOWNLOAD, "T0843"),
    "_INS2": Function("Activate block", Effect.PROGRAM_DOWNLOAD, "T0843"),
    "_DELE": Function("Delete block", Effect.PROGRAM_EDIT, "T0889"),
    "_MODU": Function("Copy RAM to ROM", Effect.CONFIGURE, "T0889"),
    "_GARB": Function("Compress memory", Effect.CONFIGURE, "T0836"),
    "_ATSU": Function("Update operating system", Effect.FIRMWARE, "T0857"),
    "_N_LOGIN_": Function("NC login", Effect.AUTHENTICATE, "T0859"),
    "_N_LOGOUT": Function("NC logout", Effect.AUTHENTICATE),
    "_N_DELETE": Function("NC delete file", Effect.PROGRAM_EDIT, "T0889"),
    "_N_F_DELE": Function("NC delete file", Effect.PROGRAM_EDIT, "T0889"),
    "_N_F_COPY": Function("NC copy file", Effect.PROGRAM_EDIT, "T0889"),
    "_N_F_RENA": Function("NC rename file", Effect.PROGRAM_EDIT, "T0889"),
    "_N_SELECT": Function("NC select program", Effect.OPERATE, "T0821"),
    "_N_SETUDT": Function("NC set user data active", Effect.CONFIGURE, "T0836"),
    "_N_CANCEL": Function("NC cancel alarms", Effect.ALARM, "T0878"),
    "_N_IBN_SS": Function("NC restart", Effect.RESET, "T0816"),
}
"""Program invocation services of function 0x28 by name."""

GROUPS = {
    0: "Mode-transition",
    1: "Programmer commands",
    2: "Cyclic services",
    3: "Block functions",
    4: "CPU functions",
    5: "Security",
    6: "PBC BSEND/BRECV",
    7: "Time functions",
    15: "NC programming",
}
"""Function groups of userdata."""

USERDATA_FUNCTIONS = {
    (0, 0x00): Function("Mode transition: STOP", Effect.STOP, "T0858"),
    (0, 0x01): Function("Mode transition: warm restart", Effect.START, "T0858"),
    (0, 0x02): Function("Mode transition: RUN", Effect.START, "T0858"),
    (0, 0x03): Function("Mode transition: hot restart", Effect.START, "T0858"),
    (0, 0x04): Function("Mode transition: HOLD", Effect.MODE, "T0858"),
    (0, 0x06): Function("Mode transition: cold restart", Effect.START, "T0858"),
    (0, 0x09): Function("Mode transition: RUN redundant", Effect.START, "T0858"),
    (0, 0x0B): Function("Mode transition: LINK-UP", Effect.MODE, "T0858"),
    (0, 0x0C): Function("Mode transition: UPDATE", Effect.MODE, "T0858"),
    (1, 0x01): Function("Block status", Effect.DIAGNOSE, "T0868"),
    (1, 0x02): Function("Variable status", Effect.DIAGNOSE, "T0801"),
    (1, 0x03): Function("Output ISTACK", Effect.DIAGNOSE),
    (1, 0x04): Function("Output BSTACK", Effect.DIAGNOSE),
    (1, 0x05): Function("Output LSTACK", Effect.DIAGNOSE),
    (1, 0x06): Function("Time measurement", Effect.DIAGNOSE),
    (1, 0x07): Function("Force selection", Effect.DIAGNOSE, "T0801"),
    (1, 0x08): Function("Modify variable", Effect.WRITE, "T0855"),
    (1, 0x09): Function("Force", Effect.FORCE, "T0835"),
    (1, 0x0A): Function("Breakpoint", Effect.MODE, "T0858"),
    (1, 0x0B): Function("Exit HOLD", Effect.MODE, "T0858"),
    (1, 0x0C): Function("Memory reset", Effect.RESET, "T0809"),
    (1, 0x0D): Function("Disable job", Effect.DIAGNOSE),
    (1, 0x0E): Function("Enable job", Effect.DIAGNOSE),
    (1, 0x0F): Function("Delete job", Effect.DIAGNOSE),
    (1, 0x10): Function("Read job list", Effect.DIAGNOSE),
    (1, 0x11): Function("Read job", Effect.DIAGNOSE),
    (1, 0x12): Function("Replace job", Effect.DIAGNOSE),
    (1, 0x13): Function("Block status", Effect.DIAGNOSE, "T0868"),
    (1, 0x16): Function("Flash LED", Effect.DISCOVER, "T0846"),
    (2, 0x01): Function("Cyclic transfer", Effect.READ, "T0801"),
    (2, 0x04): Function("Unsubscribe", Effect.READ),
    (2, 0x05): Function("Change driven transfer", Effect.READ, "T0801"),
    (2, 0x07): Function("Change driven transfer modify", Effect.READ, "T0801"),
    (2, 0x08): Function("Read record", Effect.READ),
    (3, 0x01): Function("List blocks", Effect.READ, "T0888"),
    (3, 0x02): Function("List blocks of type", Effect.READ, "T0888"),
    (3, 0x03): Function("Get block info", Effect.READ, "T0888"),
    (4, 0x01): Function("Read SZL", Effect.IDENTIFY, "T0888"),
    (4, 0x02): Function("Message service", Effect.READ, "T0801"),
    (4, 0x03): Function("Diagnostic message", Effect.ALARM),
    (4, 0x05): Function("ALARM_8 indication", Effect.ALARM),
    (4, 0x06): Function("NOTIFY indication", Effect.ALARM),
    (4, 0x07): Function("ALARM_8 lock", Effect.CONFIGURE, "T0878"),
    (4, 0x08): Function("ALARM_8 unlock", Effect.CONFIGURE),
    (4, 0x09): Function("SCAN indication", Effect.ALARM),
    (4, 0x0B): Function("ALARM ack", Effect.ALARM),
    (4, 0x0C): Function("ALARM ack indication", Effect.ALARM),
    (4, 0x0D): Function("ALARM lock indication", Effect.CONFIGURE, "T0878"),
    (4, 0x0E): Function("ALARM unlock indication", Effect.CONFIGURE),
    (4, 0x11): Function("ALARM_SQ indication", Effect.ALARM),
    (4, 0x12): Function("ALARM_S indication", Effect.ALARM),
    (4, 0x13): Function("ALARM query", Effect.READ),
    (4, 0x16): Function("NOTIFY_8 indication", Effect.ALARM),
    (5, 0x01): Function("PLC password", Effect.AUTHENTICATE, "T0859"),
    (6, 0x00): Function("BSEND", Effect.WRITE, "T0855"),
    (7, 0x01): Function("Read clock", Effect.READ),
    (7, 0x02): Function("Set clock", Effect.TIME_SET, "T0836"),
    (7, 0x03): Function("Read clock (following)", Effect.READ),
    (7, 0x04): Function("Set clock (following)", Effect.TIME_SET, "T0836"),
    (15, 0x01): Function("NC request download", Effect.PROGRAM_DOWNLOAD, "T0843"),
    (15, 0x02): Function("NC download block", Effect.PROGRAM_DOWNLOAD, "T0843"),
    (15, 0x03): Function("NC continue download", Effect.PROGRAM_DOWNLOAD, "T0843"),
    (15, 0x04): Function("NC download ended", Effect.PROGRAM_DOWNLOAD, "T0843"),
    (15, 0x06): Function("NC start upload", Effect.PROGRAM_UPLOAD, "T0845"),
    (15, 0x07): Function("NC upload", Effect.PROGRAM_UPLOAD, "T0845"),
    (15, 0x08): Function("NC continue upload", Effect.PROGRAM_UPLOAD, "T0845"),
}
"""Functions of userdata by group and subfunction."""

_SIDES = {PUSH: " (push)", REQUEST: "", ANSWER: " answer"}
_NC_SIDES = {PUSH | 3: " (push)", REQUEST | 3: "", ANSWER | 3: " answer"}


def kinds() -> dict[bytes, str]:
    """What each kind of S7 message is called, as the carrier cuts kinds: ROSCTR and function, or ROSCTR, type with group, subfunction."""
    names = {bytes((ACK,)): "Ack"}
    for number, function in JOBS.items():
        names[bytes((JOB, number))] = function.name
        names[bytes((ACK_DATA, number))] = f"{function.name} answer"
    for (group, number), function in USERDATA_FUNCTIONS.items():
        for side, word in (_NC_SIDES if group == NC else _SIDES).items():
            names[bytes((USERDATA, side << 4 | group, number))] = f"{GROUPS[group]}: {function.name}{word}"
    return names


def vital() -> frozenset[bytes]:
    """Kinds of requests and pushes that do more than discover or read, and what answers them with an identity."""
    jobs = {bytes((side, number)) for number, function in JOBS.items() if function.effect not in COUNTED for side in (JOB, ACK_DATA)}
    userdata = {
        bytes((USERDATA, side << 4 | group, number))
        for (group, number), function in USERDATA_FUNCTIONS.items()
        if function.effect not in COUNTED or function.effect is Effect.IDENTIFY
        for side in (_NC_SIDES if group == NC else _SIDES)
    }
    return frozenset(jobs | userdata)
