"""FTP: files to and from devices, with logins in clear.

Standards: [FTP] RFC 959 (1985); [EXT] RFC 2428 (1998); [TLS] RFC 4217 (2005).
Not decoded: data connections, and what follows AUTH TLS.

Each line is a message. A reply's first line is paired with its command; further lines, and replies that come later, stand alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from fieldwatch.facts import Effect, Values
from fieldwatch.protocols._cursor import text
from fieldwatch.protocols._protocol import (
    At,
    Broken,
    Bytes,
    Case,
    Claimed,
    Context,
    Delimiter,
    Distinct,
    Done,
    Exchange,
    Expect,
    Fact,
    Facts,
    Ignored,
    LoggedIn,
    Open,
    Pair,
    Port,
    Protocol,
    Side,
    Unread,
    Value,
)

# ---------------------------------------------------------------------------------------------------------------- tables

EFFECTS = {
    **dict.fromkeys(("USER", "PASS", "ACCT", "AUTH", "ADAT"), Effect.AUTHENTICATE),
    **dict.fromkeys(("RETR", "LIST", "NLST", "MLSD", "MLST", "SIZE", "MDTM", "PWD", "XPWD", "CWD", "XCWD", "CDUP", "XCUP"), Effect.READ),
    **dict.fromkeys(("STOR", "STOU", "APPE", "DELE", "RMD", "XRMD", "MKD", "XMKD", "RNFR", "RNTO", "MFMT"), Effect.WRITE),
    **dict.fromkeys(("SYST", "FEAT", "HELP", "STAT", "CLNT", "CSID"), Effect.IDENTIFY),
    **dict.fromkeys(("TYPE", "MODE", "STRU", "PORT", "PASV", "EPRT", "EPSV", "REST", "ALLO", "OPTS", "LANG", "PBSZ", "PROT"), Effect.READ),
    **dict.fromkeys(("NOOP", "QUIT", "REIN", "ABOR", "CCC", "HOST"), Effect.READ),
    "SITE": Effect.CONFIGURE,
}
"""[FTP] 4.1 and IANA's registry of FTP commands. Settings of the transfer count as part of reading."""

HOUSEKEEPING = frozenset({"PORT", "EPRT"})
"""Commands whose argument changes each time."""

COMMAND = re.compile(rb"([A-Za-z]{3,4})(?: ([^\r\n]*))?\r?\n?")
REPLY = re.compile(rb"([1-5][0-9]{2})([ -])([^\r\n]*)\r?\n?")
PASSIVE = re.compile(rb"\(?(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3})\)?")
EXTENDED = re.compile(rb"\(\|\|\|(\d{1,5})\|\)")

# What earlier lines of the connection opened: a word, and the name of the user who logs in.
GREETED, USER, SECURE = "greeted", "user", "secure"

# ----------------------------------------------------------------------------------------------------------------- parse


def parse(exchange: Exchange, context: Context) -> Facts:
    """A command with the first line of its reply, or a line of a reply alone."""
    state, username = context if isinstance(context, tuple) else ("", "")
    if state == SECURE:
        yield from _encrypted(exchange)
        return
    answer = exchange.answer
    reply = REPLY.fullmatch(answer) if answer is not None else None
    if exchange.request is not None:
        yield from _command(exchange.request, answer, reply, username)
    elif answer is not None:
        yield from _reply(answer, reply, state)


def _encrypted(exchange: Exchange) -> Facts:
    yield Unread("TLS after AUTH", "encrypted")
    for side, raw in ((Side.REQUEST, exchange.request), (Side.ANSWER, exchange.answer)):
        if raw:
            yield Ignored(side, 0, len(raw))


def _command(line: bytes, answer: bytes | None, reply: re.Match[bytes] | None, username: str) -> Facts:
    whole = At(Side.REQUEST, 0, len(line))
    command = COMMAND.fullmatch(line)
    if command is None:
        yield Broken("command line", "[FTP] 5.3", whole, text(line[:40]), "three or four letters, SP, argument")
        return
    verb, argument = command[1].decode().upper(), command[2] or b""
    at = At(Side.REQUEST, command.start(2), len(argument)) if argument else whole
    result = _result(reply)
    thing = text(argument)
    values: Values = ()
    if verb == "USER":
        yield Open((USER, thing))
        if reply and reply[1][:1] == b"2":
            yield LoggedIn(thing, b"", at, result=result)
    elif verb == "PASS":
        thing = username
        yield LoggedIn(username, argument, at, result=result)
    elif verb in HOUSEKEEPING:
        thing, values = "", (("address", thing),)
        if argument:
            yield Value(*at)
    elif verb == "AUTH" and result == "ok":
        yield Open((SECURE, ""))
    elif argument and EFFECTS.get(verb) in {Effect.READ, Effect.WRITE}:
        yield Distinct(*at)
    if verb not in EFFECTS:
        yield Unread(f"command {verb}")
    else:
        yield Done(verb, EFFECTS[verb], whole, thing, values, result, "T0859" if verb == "PASS" and result == "ok" else "")
    if reply and answer is not None:
        yield from _answered(verb, reply)


def _answered(verb: str, reply: re.Match[bytes]) -> Iterator[Fact]:
    """What the reply of a command says; texts of success are ignored, but for those that are facts."""
    code, said, start = reply[1], reply[3], reply.start(3)
    if verb == "SYST" and code == b"215" and (system := text(said)):
        yield Claimed("system_type", system, At(Side.ANSWER, start, len(said)))
    elif code in {b"227", b"229"}:
        yield from _passive(said)
    elif code < b"400" and said:
        yield Ignored(Side.ANSWER, start, len(said))


def _passive(said: bytes) -> Iterator[Fact]:
    """[FTP] 4.2.2, [EXT] 3: where the server waits for the data connection."""
    if found := PASSIVE.search(said):
        high, low = int(found[5]), int(found[6])
        if high < 256 and low < 256:
            yield Expect("ftp-data", high << 8 | low)
    elif (found := EXTENDED.search(said)) and int(found[1]) < 65536:
        yield Expect("ftp-data", int(found[1]))


def _result(reply: re.Match[bytes] | None) -> str:
    """[FTP] 4.2.1: codes from 400 are refusals."""
    if reply is None:
        return ""
    return "ok" if reply[1] < b"400" else text(reply[1] + b" " + reply[3])


def _reply(line: bytes, reply: re.Match[bytes] | None, state: str) -> Facts:
    """A line of a reply that no command waits for: the greeting, further lines, the end of a transfer."""
    whole = At(Side.ANSWER, 0, len(line))
    if reply is None:
        yield Done("Reply", Effect.READ, whole, "further line")
        if len(line) > 4:
            yield Ignored(Side.ANSWER, 4, len(line) - 4)
        return
    code, said, start = reply[1], reply[3], reply.start(3)
    greets = code == b"220" and not state
    yield Done("Greeting" if greets else "Reply", Effect.IDENTIFY if greets else Effect.READ, whole, code.decode())
    if greets and (banner := text(said)):
        yield Claimed("banner", banner, At(Side.ANSWER, start, len(said)))
        yield Open((GREETED, ""))
    elif said and not greets:
        yield Ignored(Side.ANSWER, start, len(said))


PROTOCOL = Protocol(
    name="ftp",
    title="FTP",
    parse=parse,
    where=(Port(21), Port(2121)),
    frame=Delimiter(b"\n"),
    cases=(Case(kind=(Bytes(0, 4),)),),
    pair=Pair(limit_ms=30_000),
    vital=frozenset({b"USER", b"PASS", b"STOR", b"DELE", b"SITE", b"RNFR", b"RNTO", b"APPE", b"SYST", b"220 ", b"220-"}),
    kinds={verb.encode(): verb for verb in EFFECTS if len(verb) == 4} | {b"220 ": "Greeting", b"220-": "Greeting"},
    decoded=("commands with results", "logins", "greeting", "system type"),
    not_decoded=("data connections", "TLS"),
)
