"""FTP data connections: files and listings under way.

Standards: [FTP] RFC 959 (1985), 3.2: the data connection, whose port an answer to PASV or EPSV names.
Not decoded: the content.
"""

from __future__ import annotations

from fieldwatch.facts import Effect
from fieldwatch.protocols._protocol import At, Case, Context, Done, Exchange, Expected, Facts, Ignored, Protocol, Role, Segment, Side

# ------------------------------------------------------------------------------------------------------------ declarations

LOOKED_AT = 16
"""Bytes of a segment that are handed over: enough to say that there is one."""

# ------------------------------------------------------------------------------------------------------------------- parse


def parse(exchange: Exchange, context: Context) -> Facts:
    """A segment of the transfer; which file it is, the control connection says."""
    raw, side = exchange.alone()
    sends = (side is Side.REQUEST) is exchange.from_server
    yield Done("Data to the client" if sends else "Data to the server", Effect.READ, At(side, 0, 0))
    if raw:
        yield Ignored(side, 0, len(raw))


PROTOCOL = Protocol(
    name="ftp-data",
    title="FTP data",
    parse=parse,
    where=(Expected(),),
    frame=Segment(most=LOOKED_AT),
    cases=(Case(role=Role.ALONE),),
    decoded=("direction of transfers",),
    not_decoded=("content",),
)
