"""Objects of CIP that say who a device is, or carry another protocol.

Standards: [V1] CIP Networks Library, Volume 1, Edition 3.33; [V2] Volume 2, Edition 1.27; [TAG] Rockwell Automation 1756-PM020 (2022).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from fieldwatch.facts import Values
from fieldwatch.protocols import _cip_identity as identity
from fieldwatch.protocols._cip_call import Call, Read, as_ignored, as_value, shown
from fieldwatch.protocols._cursor import Cursor, text
from fieldwatch.protocols._protocol import Broken, Claimed, Inner


def identity_all(call: Call) -> Read:
    """[V1] 5A-2.3: Get_Attributes_All of the Identity object; what follows the name is state."""
    if call.answer is not None:
        yield from identity.identity(call.answer, call.component)
        yield from as_value(call.answer, call.answer.left)
    return "", ()


def identity_single(call: Call) -> Read:
    """[V1] 5A-2.2: one attribute of the Identity object."""
    if call.answer is not None:
        if call.path.instance > 0:
            yield from identity.attribute(call.path.attribute, call.answer, call.component)
        yield from as_value(call.answer, call.answer.left)
    return "", ()


def program_name(call: Call) -> Read:
    """[TAG]: Get_Attributes_All of the Program Name object: the controller's name, as a string with a length of two bytes."""
    answer = call.answer
    if answer is not None:
        length = answer.u16le()
        name = text(answer.take(length), "latin-1")
        if name:
            yield Claimed("device_name", name, answer.span(length), component=call.component)
        yield from as_value(answer, answer.left)
    return "", ()


def addresses(raw: bytes) -> list[str]:
    """IP addresses as CIP has them: 32-bit numbers, little-endian ([V2] 5-4.3.2.5)."""
    return [".".join(str(byte) for byte in raw[at : at + 4][::-1]) for at in range(0, len(raw) - 3, 4)]


def tcp_ip(call: Call) -> Read:
    """[V2] 5-4.3: attributes 5 (interface configuration) and 6 (host name) of the TCP/IP Interface object, alone or among all."""
    answer = call.answer
    if answer is None:
        return "", ()
    if call.code == 0x01:
        answer.skip(12)  # status, configuration capability and control
        answer.skip(answer.u16le() * 2)  # path of the physical link
    if call.code == 0x01 or call.path.attribute == 5:
        for attribute, address in zip(("ip_address", "subnet_mask", "gateway"), addresses(answer.take(12)), strict=True):
            if address != "0.0.0.0":
                yield Claimed(attribute, address, answer.span(12), component=call.component)
        answer.skip(8)  # name servers
        domain = _string(answer)
        if domain:
            yield Claimed("dns_domain", domain, answer.span(len(domain)), component=call.component)
    if call.code == 0x01 or call.path.attribute == 6:
        host = _string(answer)
        if host:
            yield Claimed("host_name", host, answer.span(len(host)), component=call.component)
    yield from as_value(answer, answer.left)
    return "", ()


def _string(cursor: Cursor) -> str:
    """[V1] C-5.2.4: STRING, a length of two bytes and the characters, padded to an even number ([V2] 5-4.3.2.5). The end needs none."""
    if not cursor.left:
        return ""
    length = cursor.u16le()
    word = text(cursor.take(length), "latin-1")
    cursor.skip(length & 1 if cursor.left else 0)
    return word


def ethernet_link(call: Call) -> Read:
    """[V2] 5-5.3: Ethernet Link object: attribute 3 is the MAC address; speed, flags and counters come and go."""
    answer = call.answer
    if answer is not None:
        if call.code == 0x01:
            yield from as_value(answer, 4)
            yield from as_value(answer, 4)
        if call.code == 0x01 or call.path.attribute == 3:
            yield Claimed("mac_address", answer.take(6).hex(":"), answer.span(6), component=call.component)
        yield from as_value(answer, answer.left)
    return "", ()


def execute_pccc(call: Call) -> Read:
    """Execute_PCCC: the requestor (length, vendor, serial number), then the PCCC message ([TAG], PCCC object 0x67)."""
    places: list[tuple[int, int] | None] = []
    for cursor in (call.ask, call.answer):
        if cursor is None:
            places.append(None)
            continue
        length = cursor.u8()
        if length < 1:
            yield Broken("requestor length", "[TAG] PCCC object", cursor.span(1), str(length), "1..")
        if length > 1:
            yield from as_ignored(cursor, length - 1)
        places.append((cursor.at, cursor.left))
    yield Inner("pccc", places[0], places[1], call.context, "Execute_PCCC")
    return "", ()


def wall_clock(raw: bytes) -> Values:
    """Rockwell's wall clock: microseconds since 1970."""
    micros = int.from_bytes(raw, "little")
    if len(raw) != 8 or micros > 253402300799999999:
        return (("value", shown(raw)),)
    return (("time", (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)).isoformat()),)
