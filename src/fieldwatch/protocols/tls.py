"""TLS handshakes.

Standards: [TLS13] RFC 8446 (2018), 4 (handshake), 4.2 (extensions); [TLS12] RFC 5246 (2008), 7.4; [SNI] RFC 6066, 3; [ALPN] RFC 7301.
Not decoded: what is encrypted: everything after ChangeCipherSpec, certificates of TLS 1.3; DTLS; SSL 2.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator

from fieldwatch.facts import Effect
from fieldwatch.protocols import _x509 as x509
from fieldwatch.protocols._cursor import Cursor, text
from fieldwatch.protocols._protocol import (
    At,
    Broken,
    Bytes,
    Case,
    Claimed,
    Context,
    Distinct,
    Done,
    Exchange,
    Fact,
    Facts,
    Ignored,
    Looks,
    Native,
    Part,
    Port,
    Protocol,
    Role,
    Short,
    Side,
    Unread,
    Who,
)

# ------------------------------------------------------------------------------------------------------------------ tables

CLIENT_HELLO, SERVER_HELLO, CERTIFICATE = 1, 2, 11

MESSAGES = {
    0: "Hello Request",
    1: "Client Hello",
    2: "Server Hello",
    4: "New Session Ticket",
    11: "Certificate",
    12: "Server Key Exchange",
    13: "Certificate Request",
    14: "Server Hello Done",
    15: "Certificate Verify",
    16: "Client Key Exchange",
    20: "Finished",
    22: "Certificate Status",
}
"""[TLS13] 4, [TLS12] 7.4: types of handshake messages."""

VERSIONS = {0x0300: "SSL 3.0", 0x0301: "TLS 1.0", 0x0302: "TLS 1.1", 0x0303: "TLS 1.2", 0x0304: "TLS 1.3"}

SERVER_NAME, ALPN, SUPPORTED_VERSIONS, KEY_SHARE, TICKET, PRE_SHARED, COOKIE, PADDING = 0, 16, 43, 51, 35, 41, 44, 21

RANDOM_EXTENSIONS = frozenset({KEY_SHARE, TICKET, PRE_SHARED, COOKIE, PADDING, 0x0A0A})
"""Extensions whose data are new each time."""

HEAD = 9
"""Bytes before the body: five of the record, four of the handshake message."""

RANDOM = 32

# ------------------------------------------------------------------------------------------------------------------- parse


def parse(exchange: Exchange, context: Context) -> Facts:
    """What one handshake message says, of the side that sends it."""
    raw, side = exchange.alone()
    who = Who.ASKER if side is Side.REQUEST else Who.ANSWERER
    head = Cursor(raw, side=side)
    head.skip(HEAD)
    kind, length = raw[5], int.from_bytes(raw[6:9], "big")
    name = MESSAGES.get(kind)
    if length != len(raw) - HEAD:
        yield Broken("handshake length", "[TLS13] 4", At(side, 6, 3), str(length), str(len(raw) - HEAD))
    if kind == CLIENT_HELLO:
        yield from _hello(head, "Client Hello", _client)
    elif kind == SERVER_HELLO:
        yield from _hello(head, "Server Hello", _server)
    elif kind == CERTIFICATE:
        yield from _certificate(head, who)
    else:
        if name is None:
            yield Unread(f"handshake type {kind}", "encrypted, or not in the standard")
        else:
            yield Done(name, Effect.DISCOVER, At(side, 5, 4))
        if head.left:
            yield Ignored(side, HEAD, head.left)


Told = Generator[Fact, None, str]
"""What a reader of a hello yields; it returns what the hello is about."""


def _hello(cursor: Cursor, name: str, reader: Callable[[Cursor], Told]) -> Facts:
    """A hello; one that is cut short was said all the same."""
    words, short = "", None
    try:
        words = yield from reader(cursor)
    except Short as error:
        short = error
    yield Done(name, Effect.DISCOVER, At(cursor.side, 5, 4), words)
    if short:
        raise short


def _random(cursor: Cursor) -> Iterator[Ignored]:
    """[TLS12] 7.4.1.2: the random, and the session id behind its length."""
    cursor.skip(RANDOM)
    yield Ignored(cursor.side, cursor.at - RANDOM, RANDOM)
    length = cursor.u8()
    cursor.skip(length)
    if length:
        yield Ignored(cursor.side, cursor.at - length, length)


def _client(cursor: Cursor) -> Told:
    """[TLS13] 4.1.2: version, random, session, cipher suites, compression, extensions."""
    version = cursor.u16()
    yield from _random(cursor)
    cursor.skip(cursor.u16())
    cursor.skip(cursor.u8())
    server, best, protocols = "", version, ""
    if cursor.left:
        end = cursor.u16() + cursor.at
        while cursor.at < end:
            kind, size = cursor.u16(), cursor.u16()
            part = Cursor(cursor.data, cursor.at, cursor.at + size, cursor.side)
            cursor.skip(size)
            if kind == SERVER_NAME and part.left >= 5:
                part.skip(3)
                server = text(part.take(part.u16()))
                yield Distinct(*part.span(len(server)))
            elif kind == ALPN and part.left > 2:
                part.skip(2)
                protocols = _alpn(part)
            elif kind == SUPPORTED_VERSIONS and part.left:
                part.skip(1)
                offered = [part.u16() for _ in range(part.left // 2)]
                best = max([one for one in offered if one in VERSIONS], default=version)
            elif (kind in RANDOM_EXTENSIONS or kind & 0x0F0F == 0x0A0A) and size:
                yield Ignored(cursor.side, cursor.at - size, size)
    return " ".join(filter(None, (_version(best), server, protocols)))


def _alpn(part: Cursor) -> str:
    """[ALPN] 3.1: names behind their lengths."""
    named: list[str] = []
    while part.left and len(named) < 4:
        named.append(text(part.take(part.u8())))
    return ",".join(named)


def _server(cursor: Cursor) -> Told:
    """[TLS13] 4.1.3: version, random, session, the suite that is chosen."""
    version = cursor.u16()
    yield from _random(cursor)
    suite = cursor.u16()
    cursor.skip(1)
    if cursor.left:
        end = cursor.u16() + cursor.at
        while cursor.at < end:
            kind, size = cursor.u16(), cursor.u16()
            if kind == SUPPORTED_VERSIONS and size == 2:
                version = int.from_bytes(cursor.data[cursor.at : cursor.at + 2], "big")
            cursor.skip(size)
            if kind in RANDOM_EXTENSIONS and size:
                yield Ignored(cursor.side, cursor.at - size, size)
    return f"{_version(version)} suite 0x{suite:04x}"


def _version(number: int) -> str:
    return VERSIONS.get(number, f"version 0x{number:04x}")


def _certificate(cursor: Cursor, who: Who) -> Facts:
    """[TLS12] 7.4.2: a list of certificates, the holder's first; the others are the chain."""
    words = "none"
    cursor.skip(3)
    if cursor.left:
        size = int.from_bytes(cursor.take(3), "big")
        start = cursor.at
        cursor.skip(size)
        held = x509.certificate(cursor.data, start, start + size, cursor.side)
        if held.name:
            yield Claimed("certificate_name", held.name, held.at, who)
        issuer = "self-signed" if held.self_signed else f"issued by {held.issuer}"
        words = f"{held.name}, {issuer}, until {held.ends}"
    yield Done("Certificate", Effect.IDENTIFY, At(cursor.side, 5, 4), words)


PROTOCOL = Protocol(
    name="tls",
    title="TLS",
    parse=parse,
    where=(Port(443),),
    frame=Native("tls"),
    looks=(Looks((Part(0, (b"\x16\x03",)), Part(5, (b"\x01", b"\x02"))), least=11),),
    cases=(Case(role=Role.ALONE, kind=(Bytes(5, 1),)),),
    vital=frozenset({bytes([SERVER_HELLO]), bytes([CERTIFICATE])}),
    kinds={bytes([number]): name for number, name in MESSAGES.items()},
    decoded=("hellos with server name, version and suite", "names and validity of certificates up to TLS 1.2"),
    not_decoded=("what is encrypted", "DTLS", "SSL 2"),
)
