"""HTTP/1: web pages and interfaces of devices, and what clients and servers say of themselves.

Standards: [HTTP] RFC 9110 (2022); [H1] RFC 9112 (2022); [BASIC] RFC 7617 (2015); [DIGEST] RFC 7616 (2015). HTML titles as in the living
standard of WHATWG.
Not decoded: HTTP/2 and later, bodies but for an HTML page's title and the fields of a form, WebSocket frames, authentication other than
Basic, Digest, Bearer and forms.

The core hands over the head of a message, and the first bytes of a body where that is text. The path is class but for its numbers, the
query is value. Header values that say nothing of a device are ignored. Passwords stay class: each attempt is a message of its own.
"""

from __future__ import annotations

import binascii
import html
import re
import zlib
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from fieldwatch.facts import Effect, Values
from fieldwatch.protocols._cursor import text
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
    LoggedIn,
    Looks,
    Native,
    Pair,
    Part,
    Port,
    Protocol,
    Side,
    Unread,
    Value,
    Who,
)

# ---------------------------------------------------------------------------------------------------------------- tables

EFFECTS = {
    b"GET": Effect.READ,
    b"HEAD": Effect.READ,
    b"OPTIONS": Effect.DISCOVER,
    b"TRACE": Effect.DIAGNOSE,
    b"PROPFIND": Effect.READ,
    b"POST": Effect.WRITE,
    b"PUT": Effect.WRITE,
    b"PATCH": Effect.WRITE,
    b"DELETE": Effect.WRITE,
    b"CONNECT": Effect.OPERATE,
}
"""Methods by whether they are safe, [HTTP] 9.2.1. Methods that are not here count as unsafe."""

CLASS_HEADERS = frozenset(
    {
        b"host",
        b"content-type",
        b"content-encoding",
        b"transfer-encoding",
        b"upgrade",
        b"user-agent",
        b"server",
        b"soapaction",
        b"authorization",
        b"proxy-authorization",
        b"www-authenticate",
        b"proxy-authenticate",
    }
)
"""Headers whose values are class, or are marked in parts. Every other value is ignored, but for the length."""

MOST_INFLATED = 16384
"""Bytes of a compressed page that are looked at for its title."""

MOST_PARAMETERS = 2048
"""Bytes of a challenge or of credentials that are looked at."""

HEADER = re.compile(rb"([^\r\n:]+):([^\r\n]*)\r?\n|([^\r\n]+)\r?\n|\r?\n")
REQUEST_LINE = re.compile(rb"([!#-'*+.0-9A-Z^-z|~-]+) ([^\r\n]*) (HTTP/1\.[01])\r?\n")
STATUS_LINE = re.compile(rb"(HTTP/1\.[01]) ([0-9]{3})(?: ([^\r\n]*))?\r?\n")
NUMBER = re.compile(rb"[0-9]+")
"""What changes in a path while the resource stays the same kind of thing."""

USER_INFO = re.compile(rb"//[^/@]*@")
PARAMETER = re.compile(rb'([A-Za-z-]+)[ \t]*=[ \t]*(?:"(.*?)"(?=[ \t]*(?:,|$))|([^",][^,]*))')
TITLE, TITLE_END = re.compile(rb"<title", re.IGNORECASE), re.compile(rb"</title", re.IGNORECASE)
CHARSET = re.compile(rb"charset=\"?([A-Za-z0-9_-]+)")
PASSWORD = re.compile(rb"pass(?:w|c|$)|pwd|psw", re.IGNORECASE)
USERNAME = re.compile(rb"user|login|account|email", re.IGNORECASE)
"""Fields of a form by which somebody logs in, as they are usually called."""

# ----------------------------------------------------------------------------------------------------------------- parse


class Head(NamedTuple):
    """The headers of a message that matter, by lower-case name, with their offsets; where its body starts; the other headers' marks."""

    headers: dict[bytes, tuple[bytes, int]]
    body: int
    marks: list[Fact]

    def value(self, name: bytes) -> bytes:
        """The header's value, or b""."""
        found = self.headers.get(name)
        return found[0] if found else b""


def parse(exchange: Exchange, context: Context) -> Facts:
    """What is asked for, with which result, by and of which software, and under which name."""
    request, answer = exchange.request, exchange.answer
    status = STATUS_LINE.match(answer) if answer is not None else None
    result = _result(status) if status else ""
    if request is not None:
        yield from _request(request, result)
    elif status:
        yield Done("Response", Effect.READ, At(Side.ANSWER, 0, status.end()), "(request not seen)", result=result)
    if status and answer is not None:
        yield from _answer(answer, status.end())
    elif answer is not None:
        yield Broken("status line", "[H1] 4", _first_line(answer, Side.ANSWER), text(answer[:40]), "HTTP-version SP status-code SP reason")


def _request(message: bytes, result: str) -> Facts:
    line = REQUEST_LINE.match(message)
    if line is None:
        yield Broken("request line", "[H1] 3", _first_line(message, Side.REQUEST), text(message[:40]), "method SP target SP HTTP-version")
        return
    method, target, version = line.groups()
    head = _head(message, line.end(), Side.REQUEST)
    path, asks, _ = target.partition(b"?")
    start = line.start(2)
    for number in NUMBER.finditer(path):
        yield Value(Side.REQUEST, start + number.start(), number.end() - number.start(), "decimal")
    if len(target) > len(path) + 1:
        yield Value(Side.REQUEST, start + len(path) + 1, len(target) - len(path) - 1)
    if target:
        yield Distinct(Side.REQUEST, start, len(target))
    yield from head.marks
    if version == b"HTTP/1.1" and b"host" not in head.headers:
        yield Broken("no Host header", "[H1] 3.2", At(Side.REQUEST, 0, line.end()), "none", "one Host header")
    thing = _object(path, asks, head.value(b"soapaction"))
    form = _form(message, head)
    login = _form_login(form)
    values: Values = (("form", text(form)),) if form and login is None else ()
    yield Done(method.decode(), EFFECTS.get(method, Effect.WRITE), At(Side.REQUEST, 0, line.end()), thing, values, result)
    if b"user-agent" in head.headers and (agent := text(head.headers[b"user-agent"][0])):
        value, at = head.headers[b"user-agent"]
        yield Claimed("user_agent", agent, At(Side.REQUEST, at, len(value)), Who.ASKER)
    for name in (b"authorization", b"proxy-authorization"):
        if name in head.headers:
            yield from _authorization(*head.headers[name], result)
    if values:
        yield Value(Side.REQUEST, head.body, len(form))
    elif login:
        # a wrong password is usually answered with a page too, so that only a refusal is a result
        yield LoggedIn(*login, At(Side.REQUEST, head.body, len(form)), result="" if result == "ok" else result)
    elif head.body < len(message):
        yield Ignored(Side.REQUEST, head.body, len(message) - head.body)


def _answer(message: bytes, start: int) -> Facts:
    head = _head(message, start, Side.ANSWER)
    yield from head.marks
    if b"server" in head.headers and (server := text(head.headers[b"server"][0])):
        value, at = head.headers[b"server"]
        yield Claimed("server_banner", server, At(Side.ANSWER, at, len(value)))
    for name in (b"www-authenticate", b"proxy-authenticate"):
        if name in head.headers:
            yield from _challenge(*head.headers[name])
    if head.body < len(message):
        yield from _body(message, head)


def _object(path: bytes, asks: bytes, action: bytes) -> str:
    """The target with its variable parts as `{}`, without a user's name and password; then the SOAP action."""
    if b"//" in path:
        path = USER_INFO.sub(b"//", path, count=1)
    thing = NUMBER.sub(b"{}", path).decode("utf-8", "replace") + ("?{}" if asks else "")
    return f"{thing} {text(action)}" if action else thing


def _result(status: re.Match[bytes]) -> str:
    """[HTTP] 15: codes from 400 are refusals."""
    code, reason = status.group(2), status.group(3)
    return "ok" if code < b"400" else text(code + b" " + (reason or b""))


def _first_line(message: bytes, side: Side) -> At:
    end = message.find(b"\n")
    return At(side, 0, len(message) if end < 0 else end + 1)


def _head(message: bytes, at: int, side: Side) -> Head:
    """Reads the header lines from `at` on, [H1] 5."""
    headers: dict[bytes, tuple[bytes, int]] = {}
    marks: list[Fact] = []
    end = len(message)
    while line := HEADER.match(message, at):
        at = line.end()
        name, value, odd = line.groups()
        if name is None:
            if odd is None:
                end = at
                break
            marks.append(Broken("header line", "[H1] 5", At(side, line.start(), len(odd)), text(odd[:40]), "name: value"))
            continue
        name = name.lower()
        if name in CLASS_HEADERS:
            own = value.lstrip()
            headers.setdefault(name, (own, line.end(2) - len(own)))
        elif name == b"content-length":
            own = value.strip()
            start = line.end(2) - len(value.lstrip())
            headers[name] = (own, start)
            if own.isdigit():
                marks.append(Value(side, start, len(own), "decimal"))
            else:
                marks.append(Broken("content length", "[H1] 6.2", At(side, start, len(own)), text(own[:40]), "digits"))
        elif value:
            marks.append(Ignored(side, line.start(2), len(value)))
    if b"content-length" in headers and b"transfer-encoding" in headers:
        length, start = headers[b"content-length"]
        marks.append(Broken("two lengths", "[H1] 6.2", At(side, start, len(length)), "Content-Length and Transfer-Encoding", "one of them"))
    return Head(headers, end, marks)


# -------------------------------------------------------------------------------------------------------- authentication


def _authorization(value: bytes, at: int, result: str) -> Facts:
    """[HTTP] 11.6.2: credentials that a client sends."""
    scheme, _, credentials = value.partition(b" ")
    start = at + len(scheme) + 1
    here = At(Side.REQUEST, at, len(value))
    match scheme.lower():
        case b"basic":
            yield from _basic(credentials.strip(), here, result)
        case b"digest":
            username = ""
            for name, quoted, token, offset in _parameters(credentials, start):
                if name == b"username":
                    username = text(quoted)
                elif name not in {b"realm", b"algorithm", b"qop"} and (quoted or token):
                    yield Ignored(Side.REQUEST, offset, len(quoted or token))
            yield LoggedIn(username, b"", here, cleartext=False, result=result)
        case b"bearer":
            if credentials:
                yield Ignored(Side.REQUEST, start, len(credentials))
            yield LoggedIn("", b"", here, result=result)
        case _:
            if credentials:
                yield Ignored(Side.REQUEST, start, len(credentials))
            yield Unread(f"authentication {text(scheme)[:20]}")


def _basic(credentials: bytes, at: At, result: str) -> Facts:
    """[BASIC] 2: Base64 of name, colon, password."""
    try:
        name, colon, password = binascii.a2b_base64(credentials).partition(b":")
    except binascii.Error:
        colon = b""
    if not colon:
        yield Broken("Basic credentials", "[BASIC] 2", at, f"{len(credentials)} characters", "Base64 of user-id:password")
        return
    yield LoggedIn(text(name), password, at, result=result)


def _challenge(value: bytes, at: int) -> Facts:
    """[HTTP] 11.6.1: the realm that a server guards; its nonce is ignored."""
    scheme, _, rest = value.partition(b" ")
    start = at + len(scheme) + 1
    if scheme.lower() in {b"ntlm", b"negotiate"}:
        if rest:
            yield Ignored(Side.ANSWER, start, len(rest))
        return
    for name, quoted, token, offset in _parameters(rest, start):
        found = quoted or token
        if name == b"realm" and (realm := text(found)):
            yield Claimed("auth_realm", realm, At(Side.ANSWER, offset, len(found)))
        elif name in {b"nonce", b"opaque"} and found:
            yield Ignored(Side.ANSWER, offset, len(found))


def _parameters(raw: bytes, start: int) -> list[tuple[bytes, bytes, bytes, int]]:
    """Each parameter of credentials or challenge: name, quoted value, bare value, and where the value stands."""
    return [
        (found[1].lower(), found[2] or b"", found[3] or b"", start + (found.start(2) if found[2] is not None else found.start(3)))
        for found in PARAMETER.finditer(raw, 0, MOST_PARAMETERS)
    ]


def _form(message: bytes, head: Head) -> bytes:
    """The fields of a form that is sent."""
    return message[head.body :] if b"x-www-form-urlencoded" in head.value(b"content-type").lower() else b""


def _form_login(form: bytes) -> tuple[str, bytes] | None:
    """The name and the password in a form, if there is a password."""
    username, password = "", None
    for field in form.split(b"&"):
        name, _, value = field.partition(b"=")
        value = unquote_to_bytes(value.replace(b"+", b" "))
        if PASSWORD.search(name):
            password = value
        elif not username and USERNAME.search(name):
            username = text(value)
    return None if password is None else (username, password)


# ------------------------------------------------------------------------------------------------------------------ body


def _body(message: bytes, head: Head) -> Facts:
    """The title of an HTML page; the bytes up to its end tag are class, all others of the body are ignored."""
    start, end = head.body, len(message)
    if b"html" in head.value(b"content-type").lower():
        if b"gzip" in head.value(b"content-encoding").lower():
            raw, length = _inflated_title(message[start:])
            at = At(Side.ANSWER, start, length)
        else:
            place = _title_place(message, start) or (start, start)
            raw, at = message[slice(*place)], At(Side.ANSWER, place[0], place[1] - place[0])
        if name := _title(raw, head):
            yield Claimed("page_title", name, at)
            start = min(at.offset + at.length + len(b"</title"), end)
    if start < end:
        yield Ignored(Side.ANSWER, start, end - start)


def _title_place(page: bytes, at: int = 0) -> tuple[int, int] | None:
    """Where the text of the first title element begins and ends."""
    tag = TITLE.search(page, at)
    start = page.find(b">", tag.end()) + 1 if tag else 0
    end = TITLE_END.search(page, start) if start else None
    return (start, end.start()) if end else None


def _inflated_title(body: bytes) -> tuple[bytes, int]:
    """The title of a page that is compressed with gzip (RFC 1952), and how many of the compressed bytes hold it."""
    inflater, page = zlib.decompressobj(zlib.MAX_WBITS | 16), b""
    for at in range(0, len(body), 256):
        try:
            page += inflater.decompress(body[at : at + 256], MOST_INFLATED)
        except zlib.error:
            break
        if place := _title_place(page):
            return page[slice(*place)], min(at + 256, len(body))
        if len(page) >= MOST_INFLATED or inflater.unconsumed_tail:
            break
    return b"", 0


def _title(raw: bytes, head: Head) -> str:
    """The title as one line, in the encoding that Content-Type names where Python knows it."""
    named = CHARSET.search(head.value(b"content-type").lower())
    try:
        name = text(raw, named[1].decode() if named else "utf-8")
    except (LookupError, UnicodeError):
        name = text(raw)
    return " ".join(html.unescape(name).split())


def _starts(*lines: bytes) -> Looks:
    return Looks((Part(0, lines),))


PROTOCOL = Protocol(
    name="http",
    title="HTTP/1",
    parse=parse,
    where=(Port(80), Port(8080), Port(8000), Port(8888), Port(3128)),
    frame=Native("http"),
    looks=(
        _starts(b"GET /", b"PUT /"),
        _starts(b"POST /", b"HEAD /"),
        _starts(b"PATCH /", b"TRACE /"),
        _starts(b"DELETE /"),
        _starts(b"OPTIONS /"),
        _starts(b"PROPFIND /"),
        _starts(b"HTTP/1.0 ", b"HTTP/1.1 "),
        _starts(b"GET http://", b"PUT http://"),
        _starts(b"POST http://", b"HEAD http://"),
    ),
    cases=(Case(kind=(Bytes(0, 4),)),),
    pair=Pair(limit_ms=30_000),
    vital=frozenset({b"POST", b"PUT ", b"DELE", b"PATC"}),
    kinds={
        b"GET ": "GET",
        b"HEAD": "HEAD",
        b"POST": "POST",
        b"PUT ": "PUT",
        b"PATC": "PATCH",
        b"DELE": "DELETE",
        b"OPTI": "OPTIONS",
        b"TRAC": "TRACE",
        b"PROP": "PROPFIND",
        b"CONN": "CONNECT",
        b"HTTP": "Response",
    },
    decoded=(
        "methods, targets and results",
        "software of clients and servers",
        "realms",
        "Basic and Digest logins",
        "titles of HTML pages",
    ),
    not_decoded=("bodies but for titles and forms", "HTTP/2 and later", "WebSocket", "NTLM, Kerberos and other authentication"),
)
