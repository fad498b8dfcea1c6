"""The law of templates: the same message, as its marks say, is read once and counted; any other one is read.

A poll is a golden as it goes over the wire. It is repeated with its marked bytes changed, and each of its other bytes is changed once.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fieldwatch.pipeline.assemble import Assembler, Facts
from fieldwatch.pipeline.stream import Reader, Stream
from fieldwatch.protocols import registry
from fieldwatch.protocols._golden import load
from fieldwatch.protocols._protocol import Context, Exchange, Ignored, Protocol, Side, Value
from fieldwatch.protocols._reading import Reading, Registry
from fieldwatch.wire.rows import TallyRow

if TYPE_CHECKING:
    from tests.conftest import Capture

FOLDER = Path(__file__).parent.parent / "protocols"
HOUSE = registry()
ANY = bytes(range(256))
LETTERS = b"abcdefghijklmnopqrstuvwxyz"
DIGITS = b"0123456789"
TIMES = 8
"""How often a poll is repeated."""

# ------------------------------------------------------------------------------------------------------------------- polls


def as_it_is(message: bytes) -> bytes:
    return message


def in_tpkt(message: bytes) -> bytes:
    """A message in one COTP data unit (RFC 1006 section 6; ISO 8073 13.7)."""
    return struct.pack(">BBHBBB", 3, 0, 7 + len(message), 2, 0xF0, 0x80) + message


def in_enip(message: bytes) -> bytes:
    """A CIP message without a connection: SendRRData with a null address item and an unconnected data item ([CIP2] 2-4.7, 2-6.3.1)."""
    items = struct.pack("<IHHHHHH", 0, 0, 2, 0, 0, 0xB2, len(message)) + message
    return struct.pack("<HHII8sI", 0x6F, len(items), 0x44332211, 0, b"\1" + bytes(7), 0) + items


def in_frames(message: bytes) -> bytes:
    """A DNP3 message with its checksums ([1815] 9.2.4): in `parse` it has that of the header only."""
    rest = message[10:]
    blocks = [message[:8], *(rest[at : at + 16] for at in range(0, len(rest), 16))]
    return b"".join(block + _checksum(block) for block in blocks)


def _checksum(block: bytes) -> bytes:
    total = 0
    for byte in block:
        total ^= byte
        for _ in range(8):
            total = total >> 1 ^ (0xA6BC if total & 1 else 0)
    return struct.pack("<H", ~total & 0xFFFF)


class Poll(NamedTuple):
    """A golden that is repeated, and what its carriers and its framing ask of the bytes."""

    protocol: str
    golden: str
    port: int
    outer: str
    """The protocol that the core sees."""
    inside: Callable[[bytes], bytes] = as_it_is
    """The message as the outer protocol's `parse` gets it."""
    wire: Callable[[bytes], bytes] = as_it_is
    """The outer message as it is sent."""
    transport: str = "tcp"
    ties: tuple[tuple[int, int, int], ...] = ()
    """Ids by which an answer is found: offset in the request, in the answer, bits that are free."""
    free: tuple[tuple[int, int], ...] = ()
    """Bytes of both messages of which only these bits may change, though they are marked as a whole: the others are the framing's (flags,
    checksums, the digits of a Content-Length)."""
    framing: tuple[int, ...] = ()
    """Bytes by which messages are cut: another one there gives no message, or another length."""
    alphabet: bytes = ANY

    def __str__(self) -> str:
        return f"{self.protocol}: {self.golden}"

    @property
    def exchange(self) -> Exchange:
        (golden,) = (one for one in load(FOLDER / f"{self.protocol}.hex") if one.name == self.golden)
        request, answer = golden.exchange.request, golden.exchange.answer
        assert request is not None
        assert answer is not None
        return Exchange(self.inside(request), self.inside(answer), False, self.transport, self.port)

    def read(self, exchange: Exchange) -> Reading:
        return HOUSE.read(HOUSE.by_name[self.outer], exchange)


def tied(request: int, answer: int, length: int) -> tuple[tuple[int, int, int], ...]:
    return tuple((request + number, answer + number, 0xFF) for number in range(length))


TRANSACTION, REFERENCE = tied(0, 0, 2), tied(11, 11, 2)
SENDER = tied(4, 4, 4) + tied(12, 12, 8)
LINK = {"ties": ((11, 11, 0x0F),), "free": ((8, 0), (9, 0), (10, 0x3F)), "framing": (0, 1, 2), "wire": in_frames}
"""DNP3: the application's sequence number pairs; checksums are the framing's, and so are the bits of a first and a last segment."""

READS = (
    Poll("modbus", "read holding registers", 502, "modbus", ties=TRANSACTION, framing=(4, 5)),
    Poll("modbus", "read coils, most", 502, "modbus", ties=TRANSACTION, framing=(4, 5)),
    Poll("dnp3", "read classes", 20000, "dnp3", **LINK),  # type: ignore[arg-type]
    Poll("cip", "read a tag", 44818, "enip", in_enip, ties=SENDER, framing=(2, 3)),
    Poll("cip", "multiple services", 44818, "enip", in_enip, ties=SENDER, framing=(2, 3)),
    Poll("s7comm", "read var", 102, "cotp", in_tpkt, ties=REFERENCE, framing=(2, 3)),
    Poll("bacnet", "read a value", 47808, "bacnet", transport="udp", ties=tied(8, 7, 1)),
    Poll("snmp", "get a counter", 161, "snmp", transport="udp", ties=((17, 17, 0x7F),)),
    Poll("http", "get a page", 80, "http", free=((111, 0), (112, 0), (113, 0)), alphabet=LETTERS),
)
WRITES = (
    Poll("modbus", "write single register", 502, "modbus", ties=TRANSACTION, framing=(4, 5)),
    Poll("dnp3", "direct operate two points", 20000, "dnp3", **LINK),  # type: ignore[arg-type]
    Poll("cip", "write a tag", 44818, "enip", in_enip, ties=SENDER, framing=(2, 3)),
    Poll("s7comm", "write var", 102, "cotp", in_tpkt, ties=REFERENCE, framing=(2, 3)),
    Poll("bacnet", "write a value", 47808, "bacnet", transport="udp", ties=tied(8, 7, 1)),
    Poll("http", "a form that sets", 80, "http", free=((93, 0), (94, 0)), alphabet=LETTERS),
)

some = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
each_poll = pytest.mark.parametrize("poll", READS + WRITES, ids=str)
each_write = pytest.mark.parametrize("poll", WRITES, ids=str)

# ---------------------------------------------------------------------------------------------------- what is sent and read


class Counting(Registry):
    """The house, that counts its readings."""

    def __init__(self) -> None:
        super().__init__(HOUSE.protocols)
        self.readings = 0

    def read(self, protocol: Protocol, exchange: Exchange, context: Context = None) -> Reading:
        self.readings += 1
        return super().read(protocol, exchange, context)


class Seen(NamedTuple):
    """A stream, how often a message was read, and the tallies."""

    stream: Stream
    readings: int
    tallies: list[TallyRow]

    def facts(self) -> Facts:
        return Assembler(self.stream, b"key").assemble()


class Line:
    """Conversations with one service, and what Fieldwatch sees of them."""

    def __init__(self, poll: Poll, capture: Capture, path: Path) -> None:
        self.poll, self.capture, self.path = poll, capture, path
        self.server = ("10.0.0.10", poll.port)

    def send(self, *exchanges: Exchange, client: str = "10.0.0.5") -> None:
        """One connection, or pair of ports, with these exchanges."""
        end = (client, 40000)
        send = self.capture.tcp if self.poll.transport == "tcp" else self.capture.udp
        if self.poll.transport == "tcp":
            self.capture.connect(end, self.server)
        for request, answer, *_ in exchanges:
            send(end, self.server, self.poll.wire(request or b""))
            send(self.server, end, self.poll.wire(answer or b""))

    def seen(self) -> Seen:
        house = Counting()
        stream = Reader(house, fenced=False).read([self.capture.write(self.path)])
        return Seen(stream, house.readings, [TallyRow(*row) for row in stream.session.tallies()])


@pytest.fixture
def line(capture: Capture, tmp_path: Path) -> Callable[[Poll], Line]:
    """A fresh line each time it is called; all write one file, one after the other."""
    return lambda poll: Line(poll, type(capture)(), tmp_path / "a.pcap")


def message(exchange: Exchange, side: Side) -> bytes:
    return (exchange.answer if side is Side.ANSWER else exchange.request) or b""


def put(exchange: Exchange, side: Side, offset: int, content: bytes) -> Exchange:
    old = message(exchange, side)
    new = old[:offset] + content + old[offset + len(content) :]
    return exchange._replace(answer=new) if side is Side.ANSWER else exchange._replace(request=new)


def changed(poll: Poll, exchange: Exchange, kind: type, noise: bytes) -> Exchange:
    """The exchange with every byte under marks of this kind taken from the noise, as far as framing and pairing leave it free."""
    new, free = iter(noise), dict(poll.free)
    bound = {(Side.REQUEST, one) for one, _, _ in poll.ties} | {(Side.ANSWER, one) for _, one, _ in poll.ties}
    for mark in poll.read(exchange).marks:
        if not isinstance(mark, kind):
            continue
        alphabet = DIGITS if isinstance(mark, Value) and mark.order == "decimal" else poll.alphabet
        for offset in range(mark.offset, mark.offset + mark.length):
            if (mark.side, offset) not in bound:
                exchange = mixed(exchange, mark.side, offset, alphabet[next(new) % len(alphabet)], free.get(offset, 0xFF))
    for request, answer, mask in poll.ties if kind is Ignored else ():
        byte = next(new)
        exchange = mixed(mixed(exchange, Side.REQUEST, request, byte, mask), Side.ANSWER, answer, byte, mask)
    return exchange


def mixed(exchange: Exchange, side: Side, offset: int, byte: int, mask: int) -> Exchange:
    """The exchange with the bits of the mask set as in `byte`."""
    return put(exchange, side, offset, bytes([message(exchange, side)[offset] & ~mask | byte & mask]))


NOISE = 512
"""More bytes than any poll has marks."""
noises = st.lists(st.binary(min_size=NOISE, max_size=NOISE), min_size=TIMES - 1, max_size=TIMES - 1)


# --------------------------------------------------------------------------------------------------------------- the laws


@each_poll
@some
@given(noises=noises)
def test_where_only_ignored_bytes_differ_it_is_read_once(line: Callable[[Poll], Line], poll: Poll, noises: list[bytes]) -> None:
    here, first = line(poll), poll.exchange
    here.send(first, *(changed(poll, first, Ignored, noise) for noise in noises))
    seen = here.seen()
    assert (seen.readings, len(seen.stream.templates), seen.stream.counters["novel"]) == (1, 1, 1)
    assert [tally.times for tally in seen.tallies] == [TIMES]
    classes = [one for conversation in seen.facts().conversations for one in conversation.messages]
    assert {(one.operation, one.times) for one in classes} == {(done.name, TIMES) for _, done in poll.read(first).done}


@each_poll
@some
@given(noises=noises)
def test_values_are_counted_and_followed(line: Callable[[Poll], Line], poll: Poll, noises: list[bytes]) -> None:
    """One template, and of each number the last, the least, the greatest, and how often it changed; of longer ones when any changed."""
    here, first = line(poll), poll.exchange
    exchanges = [first, *(changed(poll, first, Value, noise) for noise in noises)]
    here.send(*exchanges)
    seen = here.seen()
    assert [tally.times for tally in seen.tallies] == [TIMES]
    followed = seen.stream.session.repetition(0)
    assert followed is not None
    marks = [mark for mark in poll.read(first).marks if isinstance(mark, Value)]
    marks.sort(key=lambda mark: mark.order == "decimal")  # those that must stay digits come last
    contents = [[message(one, mark.side)[mark.offset : mark.offset + mark.length] for one in exchanges] for mark in marks]
    numbers = [
        [int.from_bytes(one, "little" if mark.order == "little" else "big") for one in series]
        for mark, series in zip(marks, contents, strict=True)
        if mark.length <= 8
    ]
    assert followed[2] == [(series[-1], min(series), max(series), _changes(series)) for series in numbers]
    assert followed[3] == _changes(list(zip(*(s for mark, s in zip(marks, contents, strict=True) if mark.length > 8), strict=True)))


def _changes(series: list[Any]) -> int:
    return sum(one != before for before, one in pairwise(series))


@each_write
@some
@given(noises=noises)
def test_the_values_of_a_change_are_told_each_time(line: Callable[[Poll], Line], poll: Poll, noises: list[bytes]) -> None:
    here, first = line(poll), poll.exchange
    exchanges = [first, *(changed(poll, changed(poll, first, Value, noise), Ignored, noise) for noise in noises)]
    here.send(*exchanges)
    seen = here.seen()
    assert len(seen.stream.templates) == 1
    told = {(one.name, one.object): [each.values for each in one.occurrences] for one in seen.facts().operations}
    wanted: dict[tuple[str, str], list[Any]] = {}
    for exchange in exchanges:
        for _, done in poll.read(exchange).done:
            wanted.setdefault((done.name, done.object), []).append(done.values)
    assert told == wanted
    assert any(values for series in told.values() for values in series), "a write without values shows nothing here"


@each_poll
@some
@given(bits=st.integers(1, 255))
def test_where_a_class_byte_differs_it_is_read(line: Callable[[Poll], Line], poll: Poll, bits: int) -> None:
    """Each byte that no mark covers is changed once, after the poll itself: none is counted as the poll, and none is lost."""
    here, first = line(poll), poll.exchange
    marked = {(mark.side, at) for mark in poll.read(first).marks for at in range(mark.offset, mark.offset + mark.length)}
    places = [(side, at) for side in Side for at in range(len(message(first, side))) if (side, at) not in marked]
    changed_at = {}
    for number, (side, at) in enumerate(places):
        old = message(first, side)[at]
        new = old ^ bits if poll.alphabet is ANY else next(byte for byte in poll.alphabet[bits % 25 :] if byte != old)
        client = f"10.1.{number // 250}.{1 + number % 250}"
        here.send(first, put(first, side, at, bytes([new])), client=client)
        changed_at[client] = at
    seen = here.seen()
    known: dict[str, list[tuple[int, int]]] = {}
    for tally in seen.tallies:
        known.setdefault(seen.stream.conversations[tally.conversation].client[0], []).append((tally.template, tally.times))
    assert known.keys() == changed_at.keys()
    for client, tallies in known.items():
        assert dict(tallies)[0] == 1, f"byte {changed_at[client]}: counted as the poll"
        assert len(tallies) > 1 or changed_at[client] in poll.framing, f"byte {changed_at[client]}: lost"
    assert len(seen.stream.templates) == seen.readings


@some
@given(content=st.text("0123456789/:;-+ .eE", min_size=1, max_size=1))
def test_a_value_of_digits_hides_nothing_else(line: Callable[[Poll], Line], content: str) -> None:
    """The number in a URL is a value while it is a digit; with any other character it is another page."""
    poll = READS[-1]
    here, first = line(poll), poll.exchange
    (mark,) = (mark for mark in poll.read(first).marks if isinstance(mark, Value) and mark.order == "decimal" and mark.side == Side.REQUEST)
    here.send(first, put(first, mark.side, mark.offset, content.encode()))
    assert len(here.seen().stream.templates) == (1 if content in "0123456789" else 2)


@some
@given(numbers=st.lists(st.integers(0, 9), min_size=1, max_size=TIMES))
def test_different_contents_of_a_distinct_span_are_counted(line: Callable[[Poll], Line], numbers: list[int]) -> None:
    """Class and value bytes alike, once for each server, however often and on whichever connection they come."""
    poll = READS[-1]
    here, first = line(poll), poll.exchange
    assert poll.read(first).distinct is not None
    exchanges = [put(first, Side.REQUEST, 9, str(number).encode()) for number in numbers]
    here.send(*exchanges)
    here.send(*reversed(exchanges), client="10.0.0.6")
    seen = here.seen()
    assert len(seen.stream.templates) == 1
    assert seen.stream.distinct == {"http": len(set(numbers))}


def test_one_reading_serves_every_conversation(line: Callable[[Poll], Line]) -> None:
    for poll in READS + WRITES:
        here = line(poll)
        for number in range(5):
            here.send(poll.exchange, poll.exchange, client=f"10.0.0.{20 + number}")
        seen = here.seen()
        assert (seen.readings, [tally.times for tally in seen.tallies]) == (1, [2] * 5), str(poll)
