"""How S7 communication answers: errors of headers and parameters, return codes of data items.

Known from Wireshark 4.0.17 (packet-s7comm), for no standard is public.
"""

from __future__ import annotations

ERROR_CLASSES = {
    0x81: "application relationship",
    0x82: "object definition",
    0x83: "no resources available",
    0x84: "error on service processing",
    0x85: "error on supplies",
    0x87: "access error",
}
"""First byte of the error in an Ack or Ack_Data header."""

RETURN_CODES = {
    0x00: "reserved",
    0x01: "hardware error",
    0x03: "accessing the object not allowed",
    0x05: "invalid address",
    0x06: "data type not supported",
    0x07: "data type inconsistent",
    0x0A: "object does not exist",
}
"""Return code of a data item; 0xFF is success."""

PARAMETER_ERRORS = {
    0x8104: "service not implemented",
    0x8500: "wrong frame",
    0xD041: "illegal status list ID",
    0xD081: "not permitted in current mode",
    0xD0A1: "not permitted in current protection level",
    0xD0A4: "force already established",
    0xD0A5: "job not found",
    0xD209: "block not found",
    0xD20E: "no further block available",
    0xD240: "coordination rules violated",
    0xD241: "not permitted in current protection level",
    0xD401: "SZL-ID not available",
    0xD402: "SZL index not available",
    0xD602: "wrong password",
}
"""Error codes in the parameters of a userdata answer."""


def item_result(code: int) -> str:
    """The result of a data item."""
    return "ok" if code == 0xFF else RETURN_CODES.get(code, f"return code 0x{code:02x}")


def header_result(code: int) -> str:
    """The result that the header of an answer tells."""
    if not code:
        return "ok"
    return PARAMETER_ERRORS.get(code) or f"{ERROR_CLASSES.get(code >> 8, 'error')} (0x{code:04x})"
