"""The native core. Rows are plain tuples; `fieldwatch.wire.rows` names their fields."""

Moment = tuple[int, int, int]
"""file, frame, seen_ns"""
Piece = tuple[int, int, int, int]
"""file, frame, offset, length"""
End = tuple[str, str]
"""ip, mac"""
Refused = tuple[int, bytes, int, Moment, Moment]
"""protocol, kind, count, first, last"""
Conversation = tuple[
    End, End, int, str, int, int | None, tuple[int, int], tuple[int, int], Moment, Moment, tuple[int, int, int, int], list[Refused]
]
"""client, server, vlan, carrier, port, protocol, packets and bytes (of client, of server), first, last,
(gaps, gap bytes, unread bytes, connections), refused"""
Kept = tuple[list[tuple[int, int, int, int]], int]
"""occurrences (file, frame, seen_ns, variant), thinned"""
Tally = tuple[int, int, int, Moment, Moment, list[Piece], list[Piece], int, Kept | None, int]
"""conversation, template, count, first, last, request pieces, answer pieces, distinct, kept, longest silence in ns"""
Sighting = tuple[str, str, int, int, Moment, Moment, int, int]
"""mac, ip, vlan, packets, first, last, least ttl, greatest ttl"""
Bad = tuple[int, int, bool, str, int, int, Moment, Piece]
"""conversation, protocol, from server, rule, have, count, first, first piece"""
File = tuple[int, int, int, str | None, int, int, int]
"""packets, packet bytes, bytes read, what was cut, skipped blocks, drops that the capturer reported, records not handed out"""
Mark = tuple[bool, int, int, int]
"""in the answer, offset, length, kind: 0 ignored; a value: 1 big-endian, 2 little-endian, 3 decimal digits"""
Opening = tuple[bool, int, bytes, int]
"""for both hosts, protocol, key, context number (0 closes)"""
Expected = tuple[int, str, int, str]
"""protocol, transport, port, ip ("" for the answerer)"""
Novel = tuple[int, bytes | None, bytes | None, bool, int, str, int]
"""protocol, request, answer, from server, context number, carrier, port"""

class CaptureError(ValueError):
    """What was read is no capture that can be used: says what was read and what is allowed."""

def peek(path: str) -> tuple[int, int | None]:
    """The link type of a capture and the time of its first packet (None where it has none)."""

def span(path: str) -> tuple[int | None, int | None]:
    """The times of the first and the last packet of a capture; all of it is read."""

def time_text(seen_ns: int) -> str:
    """A time (ns since 1970, UTC) as ISO 8601 with nanoseconds."""

class Session:
    """A source read by an engine: files that follow each other, standard input, or a live interface."""

    def __new__(cls, declarations: str, novelty: int | None = None, flows: int | None = None, buffered: int | None = None) -> Session: ...
    def open(self, path: str, file: int, before: int = 0, skip: int = 0) -> None:
        """Goes on with this file ("-": standard input), as the source's number `file`.

        Frames are numbered from `before` + 1; the first `skip` of them are passed over.
        """
    def open_live(
        self,
        interface: str,
        ring_mib: int,
        folder: str | None = None,
        segment_mib: int = 64,
        keep_mib: int = 1024,
        before: int = 0,
        file: int | None = None,
    ) -> None:
        """Goes on with a live interface, through a ring of so many MiB. It has no end: who calls `run` stops, then calls `finish`.

        Frames are numbered from `before` + 1, of the source's number `file` (the next one, if not given). Where `folder` is given all of
        them are kept there, in pcap files that are named by the number
        of their first frame; the oldest are deleted beyond `keep_mib`. What a full disk does not take is counted (`kept`).
        """
    def drops(self) -> tuple[int, int]:
        """Of the live interface: packets received, packets dropped because the ring was full."""
    def kept(self) -> tuple[int, int]:
        """Of the frames of live interfaces: how many were written to segments, how many could not be."""
    def run(self, until_ns: int | None = None, since_ns: int | None = None) -> str:
        """Reads on. "novel": an exchange waits, "tick": a while has passed (live: at most 0.2 s), "end": the file is at its end.

        "time": the next packet (`held`) came at `until_ns` or later, or before `since_ns`; a call that allows its time feeds it.
        """
    def held(self) -> tuple[int, int] | None:
        """The packet before which `run` stopped: its number and time."""
    def counted(self) -> list[tuple[int, int, int]]:
        """How often each tag was counted in each conversation since this was asked last: conversation, tag, count."""
    def catch_up(self) -> None:
        """Brings conversations, sightings and the segments on disk up to date with what open flows have sent; the flows go on."""
    def finish(self) -> bool:
        """Ends all flows of the source, and closes a live interface; True where an exchange waits then."""
    def is_waiting(self) -> bool:
        """True where an exchange waits to be read."""
    def novel(self) -> Novel | None:
        """The exchange that waits."""
    def novel_pieces(self) -> tuple[list[Piece], list[Piece]] | None:
        """Where the waiting exchange stands."""
    def teach(
        self,
        marks: list[Mark],
        keep: bool,
        distinct: tuple[bool, int, int] | None,
        opens: list[Opening],
        expects: list[Expected],
        tags: list[int] = ...,
        rich: bool = True,
    ) -> int:
        """What the reading of the waiting exchange says. Returns the number of its template."""
    def progress(self) -> tuple[int, int]:
        """Where the reading is: packets, and bytes of the file (live: of the packets)."""
    def files(self) -> list[File]:
        """Of each file that was read, in order."""
    def conversations(self) -> list[Conversation]: ...
    def tallies(self) -> list[Tally]: ...
    def tally(self, number: int) -> Tally | None: ...
    def rich(self) -> list[int]:
        """The numbers of the tallies that were taught as rich."""
    def sums(self) -> list[tuple[int, int, int, int, int, int, int]]:
        """The sums of all tags: conversation, tag, count, distinct, earliest tally, first and last time."""
    def variant(self, tally: int, variant: int) -> tuple[bytes, bytes] | None:
        """The request and the answer of one kept content of a tally."""
    def repetition(self, tally: int) -> tuple[list[int], list[tuple[int, int]], list[tuple[int, int, int, int]], int] | None:
        """Interval histogram, what came before (tally, count), followed values (last, least, greatest, changes), changes of long values."""
    def sightings(self) -> list[Sighting]: ...
    def bad(self) -> list[Bad]: ...
    def counters(self) -> list[tuple[str, int]]: ...
    def functions(self) -> list[tuple[int, bytes, bool, int]]:
        """How many messages of each function were counted: protocol, kind, in the place of an answer, count."""
    def distinct(self) -> list[int]:
        """Different contents of the spans marked distinct, by protocol."""
