"""The facts that a capture yields, each with its evidence. Times are ns since 1970, UTC."""

from typing import NamedTuple

from fieldwatch.facts.effect import Effect
from fieldwatch.facts.evidence import Evidence
from fieldwatch.facts.subject import Subject

Values = tuple[tuple[str, str], ...]
"""Named values of an operation, in the order of the message."""


class Claim(NamedTuple):
    """Something that a device said, or that was said, about a subject."""

    subject: Subject
    attribute: str
    value: str
    evidence: Evidence


class Occurrence(NamedTuple):
    """One time that an operation was seen."""

    frame: int
    seen_ns: int
    values: Values
    result: str


class Operation(NamedTuple):
    """Something that an actor did, or tried to do, to a target. `times` may exceed the occurrences kept."""

    actor: Subject
    target: Subject
    protocol: str
    name: str
    effect: Effect
    object: str
    technique: str
    times: int
    occurrences: tuple[Occurrence, ...]
    evidence: Evidence


class Login(NamedTuple):
    """Credentials that crossed the wire. `secret` is a keyed hash, never the secret; "" where none was sent or it was not in clear."""

    client: Subject
    server: Subject
    protocol: str
    username: str
    secret: str
    cleartext: bool
    result: str
    times: int
    frames: tuple[int, ...]
    """The frames of all occurrences that were kept, in the capture of the evidence."""
    evidence: Evidence


class Malformed(NamedTuple):
    """Bytes that break a rule of their protocol: which rule (clause), where, what was there and what is allowed."""

    speaker: Subject
    protocol: str
    reason: str
    clause: str
    have: str
    allowed: str
    times: int
    evidence: Evidence


class Undecoded(NamedTuple):
    """A message that was recognised but not read, counted by protocol and function, with the reason."""

    protocol: str
    function: str
    reason: str
    times: int
    evidence: Evidence


class Gap(NamedTuple):
    """Bytes of a conversation that the capture does not hold."""

    protocol: str
    client: Subject
    server: Subject
    times: int
    size_bytes: int


class Sighting(NamedTuple):
    """A row of the host table: packets were sent from `ip` by `mac` ("" where there is none), in `vlan`; `frame` is the first, in `source`.

    `greatest_ttl` is the greatest TTL or hop limit of them; 0 where it is not known.
    """

    ip: str
    mac: str
    vlan: int
    first_ns: int
    last_ns: int
    packets: int
    source: str
    frame: int
    greatest_ttl: int = 0


class MessageClass(NamedTuple):
    """One thing that a conversation's ends say to each other, counted. `distinct`: different objects behind a generalised one."""

    operation: str
    effect: Effect
    object: str
    times: int
    unanswered: int
    distinct: int
    first_ns: int
    last_ns: int


class Conversation(NamedTuple):
    """Everything that a client and one service of a server said to each other. `port` is the server's (0 without one)."""

    client: Subject
    server: Subject
    transport: str
    port: int
    protocol: str
    packets: int
    size_bytes: int
    first_ns: int
    last_ns: int
    messages: tuple[MessageClass, ...]
