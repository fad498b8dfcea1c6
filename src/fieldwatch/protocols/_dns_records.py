"""Names and resource records of the DNS family: DNS, mDNS, LLMNR and NetBIOS name service share one message format.

Standards: [DNS] RFC 1035 (1987), 4.1; [SRV] RFC 2782; type numbers by IANA's registry.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from fieldwatch.protocols._protocol import At, Broken, Ignored, Short, Side

HEADER = 12
"""Bytes before the first question: id, flags, and the counts of the four sections."""

FLAGS_AND_COUNTS = struct.Struct(">5H")
"""[DNS] 4.1.1: what follows the id."""

KIND_AND_GROUP = struct.Struct(">2H")
"""[DNS] 4.1.2, 4.1.3: type and class behind a name."""

MOST_NAME = 255
"""[DNS] 2.3.4: bytes of a name."""

MOST_JUMPS = 64
"""Compression pointers that are followed in one name."""

TYPES = {
    1: "A",
    2: "NS",
    5: "CNAME",
    6: "SOA",
    10: "NULL",
    12: "PTR",
    13: "HINFO",
    15: "MX",
    16: "TXT",
    28: "AAAA",
    32: "NB",
    33: "SRV",
    35: "NAPTR",
    41: "OPT",
    43: "DS",
    46: "RRSIG",
    47: "NSEC",
    48: "DNSKEY",
    64: "SVCB",
    65: "HTTPS",
    251: "IXFR",
    252: "AXFR",
    255: "ANY",
}
A, PTR, HINFO, TXT, AAAA, NB, NBSTAT, OPT = 1, 12, 13, 16, 28, 32, 33, 41

RESULTS = {0: "ok", 1: "FormErr", 2: "ServFail", 3: "NXDomain", 4: "NotImp", 5: "Refused", 6: "YXDomain", 7: "YXRRSet", 9: "NotAuth"}
"""[DNS] 4.1.1 RCODE and IANA's later ones."""


class Question(NamedTuple):
    """Asked: type and class, and where the name stands."""

    start: int
    kind: int
    group: int
    end: int


class Record(NamedTuple):
    """A resource record; `section` is 1 for answers, 2 for authorities, 3 for additional ones. `data` is where its data stand."""

    section: int
    start: int
    kind: int
    group: int
    data: int
    length: int


class Message(NamedTuple):
    """A message of the family, taken apart; names are read on demand."""

    raw: bytes
    side: Side
    flags: int
    questions: list[Question]
    records: list[Record]
    end: int

    @property
    def is_answer(self) -> bool:
        """The QR bit."""
        return bool(self.flags & 0x8000)

    @property
    def result(self) -> str:
        """The response code of an answer, "" of a question."""
        return RESULTS.get(self.flags & 0x0F, f"rcode {self.flags & 0x0F}") if self.is_answer else ""

    def name(self, start: int) -> str:
        """The name that stands at `start`."""
        return name(self.raw, start)

    def asked(self, most: int = 4) -> str:
        """The questions as an object of an operation."""
        return _listed([(self.name(one.start), one.kind) for one in self.questions], most)

    def told(self, most: int = 4) -> str:
        """The answers as an object of an operation."""
        return _listed([(self.name(one.start), one.kind) for one in self.records if one.section == 1], most)

    def marks(self) -> list[Ignored]:
        """The id and the times to live; what follows the message."""
        found = [Ignored(self.side, 0, 2)]
        found += [Ignored(self.side, one.data - 6, 4) for one in self.records if one.kind != OPT]
        if self.end < len(self.raw):
            found.append(Ignored(self.side, self.end, len(self.raw) - self.end))
        return found


def _listed(names: list[tuple[str, int]], most: int) -> str:
    shown = list(dict.fromkeys(f"{type_name(kind)} {own}" for own, kind in names))
    return ", ".join(shown[:most]) + (f" and {len(shown) - most} more" if len(shown) > most else "")


def type_name(kind: int) -> str:
    """The name of a record type, or its number."""
    return TYPES.get(kind, f"TYPE{kind}")


def read(raw: bytes, side: Side) -> Message:
    """Takes a message apart; `Short` where a record reaches beyond its end."""
    if len(raw) < HEADER:
        raise Short(side, 0, HEADER, len(raw))
    flags, questions, answers, authorities, additional = FLAGS_AND_COUNTS.unpack_from(raw, 2)
    at = HEADER
    asked = []
    for _ in range(questions):
        end = skip_name(raw, at, side)
        kind, group = _u16(raw, end, side), _u16(raw, end + 2, side)
        asked.append(Question(at, kind, group, end + 4))
        at = end + 4
    records = []
    for section, count in ((1, answers), (2, authorities), (3, additional)):
        for _ in range(count):
            end = skip_name(raw, at, side)
            length = _u16(raw, end + 8, side)
            if end + 10 + length > len(raw):
                raise Short(side, end + 10, length, len(raw) - end - 10)
            kind, group = KIND_AND_GROUP.unpack_from(raw, end)
            records.append(Record(section, at, kind, group, end + 10, length))
            at = end + 10 + length
    return Message(raw, side, flags, asked, records, at)


def _u16(raw: bytes, at: int, side: Side) -> int:
    if at + 2 > len(raw):
        raise Short(side, min(at, len(raw)), 2, max(0, len(raw) - at))
    return raw[at] << 8 | raw[at + 1]


def skip_name(raw: bytes, at: int, side: Side) -> int:
    """Where the name that starts at `at` ends, without following pointers."""
    while at < len(raw):
        length = raw[at]
        if length >= 0xC0:
            at += 2
            break
        at += 1 + length
        if not length:
            break
    else:
        raise Short(side, len(raw), 1, 0)
    if at > len(raw):
        raise Short(side, len(raw), at - len(raw), 0)
    return at


def labels(raw: bytes, at: int) -> list[bytes] | None:
    """The labels of the name at `at`, pointers followed; None where they loop, lead out of the message, or the name is too long."""
    found: list[bytes] = []
    jumps = total = 0
    end = len(raw)
    while at < end:
        length = raw[at]
        if not length:
            return found
        at += 1
        if length >= 0xC0 and at < end:
            jumps += 1
            at = (length & 0x3F) << 8 | raw[at]
            if jumps > MOST_JUMPS:
                return None
            continue
        total += length + 1
        if length >= 0x40 or total > MOST_NAME or at + length > end:
            return None
        found.append(raw[at : at + length])
        at += length
    return None


def name(raw: bytes, at: int) -> str:
    """The name at `at` with dots, `.` for the root, "" where it is broken."""
    found = labels(raw, at)
    if found is None:
        return ""
    return " ".join(b".".join(found).decode("utf-8", "replace").split()) if found else "."


def broken_names(message: Message) -> list[Broken]:
    """A rule broken by each name that cannot be read."""
    starts = [one.start for one in message.questions] + [one.start for one in message.records]
    rule = "labels of at most 63 bytes and pointers back into the message"
    return [
        Broken("name", "[DNS] 4.1.4", At(message.side, start, 1), "a loop, or a length too great", rule)
        for start in starts
        if labels(message.raw, start) is None
    ]


def address(raw: bytes) -> str:
    """The address in an A or AAAA record."""
    return ".".join(map(str, raw)) if len(raw) == 4 else raw.hex(":", 2)


def strings(raw: bytes) -> list[tuple[int, bytes]]:
    """The character-strings of a TXT record with their offsets ([DNS] 3.3.14)."""
    found, at = [], 0
    while at < len(raw):
        piece = raw[at + 1 : at + 1 + raw[at]]
        found.append((at + 1, piece))
        at += 1 + raw[at]
    return found
