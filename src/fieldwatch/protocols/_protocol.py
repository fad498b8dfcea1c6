"""The contract of a protocol file: what it declares as data, what `parse` sees, and what `parse` yields.

A protocol file sees messages, never packets. The native core finds the protocol's flows (`where`, `looks`), cuts them into messages
(`frame`, `join`), pairs answers with requests (`cases`, `pair`) and hands each *novel* exchange to `parse` once. `parse` yields facts and
marks; every byte that no mark covers is *class*: the same class bytes are the same message, which the core then counts by itself.

`parse` is a generator and pure: the same exchange and context yield the same facts, so that one reading serves every conversation in
which the same message is seen. Facts name their bytes by `At`, offsets within the request or the answer; the pipeline turns these into
frames. Text in facts is what the device sent, decoded, without padding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import Enum, IntEnum
from typing import Any, NamedTuple

from fieldwatch.facts import Effect, Values

# --------------------------------------------------------------------------------------------------------- what parse sees


class Exchange(NamedTuple):
    """A request with its answer, or one message alone. Offsets in facts count from the start of `request` or of `answer`.

    `request` is None where only the answer was captured; `answer` is None where there is none (one-way messages, no answer in time).
    `from_server` says that the asker (the sender of `request`) is the server end of the conversation.
    A lone answer comes from the other end.
    `transport` is `tcp`, `udp` or `ethernet`; `port` the server's port, or the EtherType of a layer-2 message.
    """

    request: bytes | None
    answer: bytes | None
    from_server: bool = False
    transport: str = "tcp"
    port: int = 0

    def alone(self) -> tuple[bytes, Side]:
        """The message of a protocol without answers, and on which side it stands: the request's, or where there is none the answer's."""
        return (self.request, Side.REQUEST) if self.request is not None else (self.answer or b"", Side.ANSWER)


Context = Any
"""What an earlier reading of the flow (or of the two hosts) opened under the message's context key: a hashable value, or None."""

# -------------------------------------------------------------------------------------------------------- what parse yields


class Who(IntEnum):
    """An end of the exchange: the asker sent the request, the answerer is the other end."""

    ASKER = 0
    ANSWERER = 1


class Side(IntEnum):
    """Which message of the exchange an offset counts in."""

    REQUEST = 0
    ANSWER = 1


class At(NamedTuple):
    """Bytes of an exchange: `offset` and `length` in bytes within the message."""

    side: Side
    offset: int
    length: int


class Claimed(NamedTuple):
    """A fact of identity: `attribute` is a word of `docs/words.md`. About `who`, or about `ip`/`mac` where another device is named.

    `component` names the sub-unit (see `facts.Subject`). The bytes at `at` must be class bytes.
    """

    attribute: str
    value: str
    at: At
    who: Who = Who.ANSWERER
    component: str = ""
    ip: str = ""
    mac: str = ""


class Done(NamedTuple):
    """What the exchange does. Each exchange that is understood yields at least one. The actor does it to the other end, the target.

    `object` is what it is done to, in the protocol's own words (`holding register 40-49`, `DB10.DBX0.0 4 BYTE`, `Line3_PV7`, `/r/{}`).
    `result` is `ok`, the protocol's own word for the refusal (`illegal data address`), or "" where no answer was seen.
    `component` names the sub-unit of the target, `actor` the actor's. `technique` is an ATT&CK for ICS id that the message alone shows.
    `values` must not depend on class bytes alone: what is written, commanded, set; values of reads where they cost nothing.
    """

    name: str
    effect: Effect
    at: At
    object: str = ""
    values: Values = ()
    result: str = ""
    technique: str = ""
    component: str = ""
    actor: str = ""
    by: Who = Who.ASKER
    """The actor: the answerer, where the asker only fetches what the answerer has told it to take."""


class LoggedIn(NamedTuple):
    """Credentials in the exchange. `secret` is the raw secret (hashed before it leaves the reading; b"" where none is seen)."""

    username: str
    secret: bytes
    at: At
    cleartext: bool = True
    result: str = ""


class Broken(NamedTuple):
    """A broken rule: a name for it, the clause of the standard, where, what was there, what is allowed. Reading goes on where it can."""

    reason: str
    clause: str
    at: At
    have: str
    allowed: str


class Unread(NamedTuple):
    """The message is recognised but not decoded: which function of the protocol, and why. Counted and shown."""

    function: str
    reason: str = "not decoded"


class Ignored(NamedTuple):
    """Bytes that say nothing about the meaning: ids, counters, handles, CRCs, clocks. Flipping one changes no fact."""

    side: Side
    offset: int
    length: int


class Value(NamedTuple):
    """Data that change while the operation stays the same. Flipping one changes only values (never claims, names, effects or objects).

    Spans of at most eight bytes are followed as unsigned numbers in the given byte `order` (`big` or `little`): last, least, greatest.
    With the order `decimal` they are decimal digits of a text, and stay digits.
    """

    side: Side
    offset: int
    length: int
    order: str = "big"


class Distinct(NamedTuple):
    """Bytes whose different contents are counted for each conversation (a URL, a name), class and value bytes alike. One span at most."""

    side: Side
    offset: int
    length: int


class Scope(IntEnum):
    """For whom an opened context holds: this flow (one connection, or one pair of UDP ports), or every flow between the two hosts."""

    FLOW = 0
    HOSTS = 1


class Open(NamedTuple):
    """From here on, messages whose context key is `key` are read with `value` (hashable; equal values are one context, whoever opened it).

    `protocol` is the carrier protocol whose messages will be read so ("" is this one, or the outermost carrier of this inner message).
    The bytes of `key` belong to the message that opens: mark them ignored where they are mere handles. `value` None closes.
    """

    value: Any
    key: bytes = b""
    scope: Scope = Scope.FLOW
    protocol: str = ""


class Expect(NamedTuple):
    """A flow to come belongs to `protocol`: server `ip` ("" is the answerer), `transport` and `port`."""

    protocol: str
    port: int
    transport: str = "tcp"
    ip: str = ""


class Inner(NamedTuple):
    """Another protocol's exchange inside this one: slices of the request and the answer. Its facts and marks are shifted to stand here.

    The inner protocol is the one whose `where` holds `Inside(carrier, key)` with this protocol as carrier; `key` chooses among them, else
    `looks` does. `request` and `answer` are (offset, length), or None where that message has none. `context` is handed to the inner parse.
    Where no protocol fits, the slice counts as unread under `function`.
    """

    key: Any
    request: tuple[int, int] | None
    answer: tuple[int, int] | None
    context: Any = None
    function: str = ""


Fact = Claimed | Done | LoggedIn | Broken | Unread | Ignored | Value | Distinct | Open | Expect | Inner
Facts = Iterator[Fact]


class Short(Exception):
    """The message ends before the field that is read: caught around `parse`, and kept as `Broken`; facts yielded before it stand."""

    def __init__(self, side: Side, offset: int, need: int, have: int) -> None:
        super().__init__(f"{side.name.lower()} offset {offset}: need {need} bytes, have {have}")
        self.side, self.offset, self.need, self.have = side, offset, need, have


# ----------------------------------------------------------------------------------------------------- what a file declares


class Port(NamedTuple):
    """Flows to this server port. Where `looks` is declared it must agree, unless `trusted`."""

    number: int
    transport: str = "tcp"
    trusted: bool = False


class EtherType(NamedTuple):
    """Layer-2 messages of this EtherType; the message starts after it. LLC/SNAP payloads use `Llc`."""

    number: int


class Llc(NamedTuple):
    """Layer-2 messages in 802.3 frames whose LLC header (with SNAP) starts with `prefix`; the message starts after it."""

    prefix: bytes


class Inside(NamedTuple):
    """Messages carried by another protocol, which yields `Inner` with this key."""

    carrier: str
    key: Any = None


class Expected(NamedTuple):
    """Flows that another protocol's reading expects (`Expect`)."""


class Part(NamedTuple):
    """The bytes at `offset`, under `mask` (all bits where empty), are one of `values` (all of one length)."""

    offset: int
    values: tuple[bytes, ...]
    mask: bytes = b""


class Looks(NamedTuple):
    """A signature by which the protocol is known on unusual ports. All parts must hold; `least` bytes must be there.

    With `whole`, the length that `frame` reads from the message must be exactly what the segment or datagram holds.
    `anywhere` False: it is used only to confirm a known port, being too weak to find the protocol elsewhere.
    """

    parts: tuple[Part, ...]
    least: int = 0
    whole: bool = False
    anywhere: bool = True


class Datagram(NamedTuple):
    """A message is the whole payload of the datagram or frame."""


class Segment(NamedTuple):
    """A message is whatever one in-order TCP segment brings (streams of text without structure); at most `most` bytes of it are read."""

    most: int = 2048


class Length(NamedTuple):
    """A length field of `size` bytes at `at`; the message is its number plus `add` bytes long. `least`/`most` bound the whole message:
    outside of them the bytes break the framing (`Broken`), and the flow is read again from the next segment that `looks` right."""

    at: int
    size: int
    add: int = 0
    order: str = "big"
    least: int = 1
    most: int = 65535


class Delimiter(NamedTuple):
    """Lines: a message ends with `end`. After `lines` messages of a direction (0: never) the rest is opaque: counted, not read."""

    end: bytes = b"\n"
    most: int = 4096
    lines: int = 0


class Native(NamedTuple):
    """A framing of the native core's table, for what no declaration can say: `dnp3`, `http`, `tls`."""

    name: str


Framing = Datagram | Segment | Length | Delimiter | Native


class Join(NamedTuple):
    """Messages that are pieces: the piece's body starts at `body`; it is the last when the byte at `at` under `mask` equals `last`.

    The joined message is the whole first piece followed by the bodies of the others. At most `most` bytes.
    Only messages for which all parts of `when` hold are pieces; the others are whole.
    """

    at: int
    mask: int
    last: int
    body: int
    most: int = 65535
    when: tuple[Part, ...] = ()


class Role(Enum):
    """Whether a message asks, answers, or stands alone. By direction: what the client sends asks, what the server sends answers."""

    BY_DIRECTION = "direction"
    REQUEST = "request"
    ANSWER = "answer"
    ALONE = "alone"


class Bytes(NamedTuple):
    """The bytes at `offset`, under `mask` (all bits where empty)."""

    offset: int
    length: int
    mask: bytes = b""


class Case(NamedTuple):
    """How to treat the messages for which all parts of `when` hold (the first case that fits is used; the last should have no `when`).

    `key`: the bytes that pair an answer with its request, within the flow (empty: first in, first out).
    `kind`: the bytes that say which function the message is; counted as `kind`, and what the novelty budget knows it by.
    `context`: the bytes that choose the context (empty: the one that was opened under b"", if any).
    """

    when: tuple[Part, ...] = ()
    role: Role = Role.BY_DIRECTION
    key: tuple[Bytes, ...] = ()
    kind: tuple[Bytes, ...] = ()
    context: tuple[Bytes, ...] = ()


class Locate(NamedTuple):
    """A native function of the core's table that finds role, key, kind and context where no offset can: `bacnet`, `snmp`."""

    name: str


class Pair(NamedTuple):
    """How long a request waits for its answer (of the capture's clock), and whether one request may get several."""

    limit_ms: int = 5000
    many: bool = False


class Question(NamedTuple):
    """A read-only request that active query may send: what it asks, and its bytes."""

    name: str
    transport: str
    port: int
    request: bytes


class Protocol(NamedTuple):
    """Everything that the house knows about a protocol. One constant `PROTOCOL` a file."""

    name: str
    title: str
    parse: Callable[[Exchange, Context], Facts]
    where: tuple[Port | EtherType | Llc | Inside | Expected, ...]
    frame: Framing = Datagram()
    looks: tuple[Looks, ...] = ()
    join: Join | None = None
    cases: tuple[Case, ...] | Locate = (Case(role=Role.ALONE),)
    pair: Pair | None = None
    vital: frozenset[bytes] = frozenset()
    """Kinds (as `Case.kind` cuts them) that write, control, program, change modes or identify: their novelty has a reserve of its own."""
    kinds: dict[bytes, str] = {}  # noqa: RUF012 - a table that is never changed
    """What each kind is called, where that is known without reading the message."""
    decoded: tuple[str, ...] = ()
    """What is read, for `fieldwatch protocols`."""
    not_decoded: tuple[str, ...] = ()
    """What is recognised but not read, for `fieldwatch protocols`."""
    questions: tuple[Question, ...] = ()
