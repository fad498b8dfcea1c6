"""SSH: the software of both sides, by their version strings.

Standards: [SSH] RFC 4253 (2006), 4.2.
Not decoded: key exchange; everything after it is encrypted.
"""

from __future__ import annotations

from fieldwatch.facts import Effect
from fieldwatch.protocols._cursor import text
from fieldwatch.protocols._protocol import (
    At,
    Broken,
    Bytes,
    Case,
    Claimed,
    Context,
    Delimiter,
    Done,
    Exchange,
    Facts,
    Looks,
    Part,
    Port,
    Protocol,
    Role,
    Side,
    Who,
)

MOST = 255
"""[SSH] 4.2: bytes of a version string with its line end."""

# ----------------------------------------------------------------------------------------------------------------- parse


def parse(exchange: Exchange, context: Context) -> Facts:
    """The version string of the sender: `SSH-protoversion-softwareversion comments`."""
    raw, side = exchange.alone()
    whole = At(side, 0, len(raw))
    line = raw.rstrip(b"\r\n")
    parts = line.split(b"-", 2)
    if len(parts) < 3 or parts[0] != b"SSH":
        yield Broken("version string", "[SSH] 4.2", whole, text(raw[:40]), "SSH-protoversion-softwareversion")
        return
    if len(raw) > MOST:
        yield Broken("version string", "[SSH] 4.2", whole, f"{len(raw)} bytes", f"at most {MOST}")
    yield Done("Protocol Version Exchange", Effect.IDENTIFY, whole, text(b"SSH-" + parts[1]))
    if banner := text(line):
        yield Claimed("banner", banner, At(side, 0, len(line)), Who.ASKER if side is Side.REQUEST else Who.ANSWERER)


PROTOCOL = Protocol(
    name="ssh",
    title="SSH",
    parse=parse,
    where=(Port(22),),
    frame=Delimiter(b"\n", most=1024, lines=1),
    looks=(Looks((Part(0, (b"SSH-1.", b"SSH-2.")),), least=8),),
    cases=(Case(role=Role.ALONE, kind=(Bytes(0, 4),)),),
    vital=frozenset({b"SSH-"}),
    kinds={b"SSH-": "Protocol Version Exchange"},
    decoded=("version strings of both sides",),
    not_decoded=("key exchange", "encrypted messages"),
)
