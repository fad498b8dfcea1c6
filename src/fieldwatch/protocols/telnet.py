"""Telnet: what terminals of devices say of themselves, and logins in clear.

Standards: [TELNET] RFC 854 (1983), commands; options are only passed over. How prompts and banners read is known from devices: labels
(`Serial Number: ...`), kernel lines of Unix systems, copyright lines, and the prompt of Enterasys switches (product name and privilege).
Not decoded: options, encryption (RFC 2946), the commands that are typed.

The typed password is never kept: a line with it is hashed at once, and single keystrokes are ignored.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from fieldwatch.facts import Effect
from fieldwatch.protocols._protocol import (
    At,
    Case,
    Claimed,
    Context,
    Done,
    Exchange,
    Facts,
    Ignored,
    LoggedIn,
    Open,
    Port,
    Protocol,
    Role,
    Segment,
    Side,
    Unread,
    Who,
)

# ---------------------------------------------------------------------------------------------------------------- tables

IAC, SB, SE, WILL = 0xFF, 0xFA, 0xF0, 0xFB
"""[TELNET] Command structure: interpret as command, subnegotiation, its end, and the first of the four commands with an option."""

NAME_PROMPT = re.compile(r"(?:login|log in|user ?name|user ?id|user|account|login as)\s*[:>]\s*$", re.IGNORECASE)
PASSWORD_PROMPT = re.compile(r"(?:password|passwd|passcode|passphrase)[^\r\n]{0,20}?[:>]\s*$", re.IGNORECASE)
REFUSED = re.compile(
    r"login incorrect|login invalid|access denied|authentication fail|login fail|invalid (?:login|password|user)", re.IGNORECASE
)
ACCEPTED = re.compile(r"^last login:", re.IGNORECASE | re.MULTILINE)

LABELS = (
    (re.compile(r"^(?:[A-Za-z]+ )?(?:model|product)(?: name| number| type| no\.?)?$", re.IGNORECASE), "model"),
    (re.compile(r"^(?:[A-Za-z]+ )?(?:serial (?:number|no\.?)|serial|s/n|sn)$", re.IGNORECASE), "serial_number"),
    (re.compile(r"^(?:[A-Za-z]+ )?(?:firmware|software|fw|sw)(?: revision| version| rev\.?| ver\.?)?$", re.IGNORECASE), "firmware"),
    (re.compile(r"^(?:[A-Za-z]+ )?(?:hardware|hw)(?: revision| version| rev\.?| ver\.?)?$", re.IGNORECASE), "hardware_version"),
    (re.compile(r"^(?:vendor|manufacturer|made by)$", re.IGNORECASE), "vendor"),
)
"""What stands before the colon of a labelled line; one word such as `Chassis` may come first."""

LABELLED = re.compile(r"^[ \t]*([A-Za-z/.][A-Za-z/. ]{0,39}?)[ \t]*[:=][ \t]+(\S[^\r\n]{0,79})", re.MULTILINE)
COPYRIGHT = re.compile(
    r"copyright(?: \(c\)| ©)?(?: \d{4}(?: ?[-,] ?\d{4})*)?,?(?: by)? "
    r"([A-Z][\w&.,' -]{1,60}?(?:Inc\.?|Ltd\.?|GmbH|Corporation|Corp\.?|Co\.|AG|LLC))(?=[ .,;\r\n]|$)",
    re.IGNORECASE,
)
KERNEL = re.compile(r"^((?:OpenBSD|FreeBSD|NetBSD|SunOS|AIX|HP-UX|VxWorks|QNX) [0-9][\w.-]*)|^(Linux) \S+ ([0-9][\w.-]*)", re.MULTILINE)
ENTERASYS = re.compile(r"(?:^|[\r\n])([A-Z][\w .-]{2,39})\((?:su|rw|ro)\)->\s*$")

# What earlier segments of the connection opened: where the login stands, and the name that was typed so far.
GREETED, NAMING, NAMED, PASSWORD, SENT = "greeted", "naming", "named", "password", "sent"

ENDS_LINE = (0x0D, 0x0A)
ERASES = (0x08, 0x7F)

# ----------------------------------------------------------------------------------------------------------------- parse


class Plain(NamedTuple):
    """The text of a segment without Telnet commands, where it starts, and how many commands there were."""

    said: bytes
    start: int
    commands: int


def parse(exchange: Exchange, context: Context) -> Facts:
    """What one segment brings: text of the server, or keystrokes of the client."""
    raw, side = exchange.alone()
    state, name = context if isinstance(context, tuple) else ("", "")
    plain = _plain(raw)
    whole = At(side, 0, len(raw))
    if not plain.said:
        yield Done("Negotiation", Effect.DISCOVER, whole)
    elif (side is Side.REQUEST) is exchange.from_server:
        yield from _shown(plain, At(side, plain.start, len(raw) - plain.start), state, name)
    else:
        yield from _typed(plain.said, whole, state, name)


def _plain(raw: bytes) -> Plain:
    """[TELNET]: IAC IAC is a byte 255, IAC SB to IAC SE an option's data, IAC and WILL to DONT have an option behind them."""
    if IAC not in raw:
        return Plain(raw, 0, 0)
    said = bytearray()
    start = commands = at = 0
    while at < len(raw):
        if raw[at] != IAC:
            if not said:
                start = at
            said.append(raw[at])
            at += 1
            continue
        command = raw[at + 1] if at + 1 < len(raw) else 0
        commands += 1
        if command == IAC:
            said.append(IAC)
            at += 2
        elif command == SB:
            end = raw.find(bytes([IAC, SE]), at + 2)
            at = len(raw) if end < 0 else end + 2
        else:
            at += 3 if command >= WILL else 2
    return Plain(bytes(said), start, commands)


def _shown(plain: Plain, at: At, state: str, name: str) -> Facts:
    """Text of the server: banner, prompts, what it says about the device."""
    said = plain.said.decode("utf-8", "replace").replace("\0", "")
    who = Who.ASKER if at.side is Side.REQUEST else Who.ANSWERER
    if said.count("\ufffd") > len(said) // 8:
        yield Unread("unreadable text", "binary or encrypted")
        return
    line = " ".join(said.split())
    if PASSWORD_PROMPT.search(said):
        yield Done("Password prompt", Effect.AUTHENTICATE, at, line[-60:])
        yield Open((PASSWORD, name))
    elif NAME_PROMPT.search(said):
        yield Done("Login prompt", Effect.AUTHENTICATE, at, line[-60:])
        yield Open((NAMING, ""))
    elif REFUSED.search(said):
        yield Done("Login refused", Effect.AUTHENTICATE, at, name, result="refused")
    elif ACCEPTED.search(said):
        yield Done("Login accepted", Effect.AUTHENTICATE, at, name, result="ok")
    else:
        yield Done("Output", Effect.READ, at)
        if not state and _is_words(line):
            yield Open((GREETED, ""))
    if not state and _is_words(line):
        yield Claimed("banner", line[:256], at, who)
    yield from _facts(said, at, who)


def _is_words(line: str) -> bool:
    return sum(letter.isalpha() for letter in line) >= 3


def _facts(said: str, at: At, who: Who) -> Iterator[Claimed]:
    """What labelled lines, kernel lines, copyright lines and prompts say of the device."""
    for found in LABELLED.finditer(said):
        for label, attribute in LABELS:
            if label.match(found[1]):
                yield Claimed(attribute, " ".join(found[2].split()), at, who)
                break
    if maker := COPYRIGHT.search(said):
        yield Claimed("vendor", " ".join(maker[1].split()), at, who)
    if kernel := KERNEL.search(said):
        yield Claimed("os", kernel[1] or f"{kernel[2]} {kernel[3]}", at, who)
    if prompt := ENTERASYS.search(said):
        yield Claimed("model", prompt[1].strip(), at, who)


# ------------------------------------------------------------------------------------------------------------ keystrokes


def _typed(said: bytes, whole: At, state: str, name: str) -> Facts:
    """Keystrokes of the client: a name, a password, or anything else."""
    if state == NAMING:
        typed, ended = _line(name, said)
        yield Done("Login name", Effect.AUTHENTICATE, whole, typed if ended else "")
        yield Open((NAMED if ended else NAMING, typed))
    elif state == PASSWORD:
        ended = any(byte in ENDS_LINE for byte in said)
        secret = said.rstrip(b"\r\n\0") if len(said) > 2 else b""
        if ended:
            yield Done("Password", Effect.AUTHENTICATE, whole, name)
            yield LoggedIn(name, secret, whole)
            yield Open((SENT, name))
        else:
            yield Done("Password keystroke", Effect.READ, whole)
            if len(said) == whole.length:
                yield Ignored(*whole)
    else:
        yield Done("Input", Effect.READ, whole)


def _line(before: str, said: bytes) -> tuple[str, bool]:
    """The typed line so far, and whether it ended; erased letters are gone."""
    letters = list(before)
    for byte in said:
        if byte in ENDS_LINE:
            return "".join(letters), True
        if byte in ERASES:
            letters = letters[:-1]
        elif 0x20 <= byte < 0x7F and len(letters) < 64:
            letters.append(chr(byte))
    return "".join(letters), False


PROTOCOL = Protocol(
    name="telnet",
    title="Telnet",
    parse=parse,
    where=(Port(23), Port(2323)),
    frame=Segment(),
    cases=(Case(role=Role.ALONE),),
    decoded=("banners", "login and password prompts", "typed user names", "labelled facts of the device"),
    not_decoded=("options", "encryption", "typed commands"),
)
